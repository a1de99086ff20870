#include "host/venue/market/market.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace twinpath::market {
namespace {

constexpr std::size_t kMostOrders = std::size_t{1} << 31;
constexpr std::size_t kMostTrades = std::size_t{1} << 31;
// Of a day that goes on past midnight, too; leaves room for the nanoseconds that commands are apart.
constexpr std::uint64_t kTimeLimit = std::uint64_t{1} << 47;
constexpr std::uint64_t kSecond = 1'000'000'000;

}  // namespace

Market::Market(MarketOptions options)
    : options_((options.validate(), std::move(options))),
      engine_({.expected_orders = options_.expected_orders, .ring_reports = 1u << 12}),
      tape_(options_.instruments),
      books_(0x10000, kNoBook),
      book_records_(options_.instruments.size()),
      accounts_(options_.participants.size() + 1),
      positions_(std::max<std::size_t>(options_.participants.size() * options_.instruments.size(), 1)),
      index_(options_.expected_orders),
      orders_(kMostOrders, options_.expected_orders),
      trades_(kMostTrades) {
  for (std::uint32_t book = 0; book < options_.instruments.size(); ++book) {
    const Instrument& i = options_.instruments[book];
    books_[i.locate] = book;
    by_symbol_.emplace(i.symbol, i.locate);
  }
  for (std::size_t n = 0; n < options_.participants.size(); ++n) {
    const Participant& p = options_.participants[n];
    if (p.requests_a_second == 0) continue;
    Throttle& t = accounts_[n + 1].throttle;
    t.interval = kSecond / p.requests_a_second;
    t.slack = t.interval * (p.burst - 1);
  }
}

void Market::apply(const Request& r) {
  executions_.clear();
  request_ = &r;
  cancel_reason_ = Reason::none;
  ++requests_;
  const bool timely = r.time < kTimeLimit;
  advance(timely ? r.time : 0);
  if (!timely) {
    reject(r, Reason::bad_time);
    return;
  }
  switch (r.kind) {
    case RequestKind::enter:
      enter(r);
      break;
    case RequestKind::replace:
      replace(r);
      break;
    case RequestKind::cancel:
      cancel(r);
      break;
    case RequestKind::mass_cancel:
      mass_cancel(r, Reason::mass_cancel);
      break;
    case RequestKind::disconnect:
      mass_cancel(r, Reason::disconnected);
      break;
    default:
      venue(r);
  }
}

void Market::advance(std::uint64_t time) noexcept {
  sequence_ = std::max(sequence_ + 1, std::uint64_t{day_} << kTimeBits | time);
  tape_.set_time(now());
}

// ---- checks

bool Market::over_rate(Throttle& t) const noexcept {
  if (t.interval == 0) return false;
  if (sequence_ + t.slack < t.next) return true;
  t.next = std::max(t.next, sequence_) + t.interval;
  return false;
}

// Of an enter or replace: whether its sender may send it. A user_ref_num is used up by whatever is said about it.
Reason Market::check_sender(const Request& r) {
  if (!known(r.participant)) return Reason::unknown_participant;
  if (!open_) return Reason::closed;
  Account& a = accounts_[r.participant];
  if (r.user_ref_num <= a.state.last_ref) return Reason::duplicate_ref;
  a.state.last_ref = r.user_ref_num;
  if (over_rate(a.throttle)) return Reason::throttled;
  if (!a.state.enabled) return Reason::disabled;
  // Of an order that has lived longer than its day.
  if (day_ > 1 && find(r.participant, r.user_ref_num) != kNoOrder) return Reason::duplicate_ref;
  return Reason::none;
}

// What the engine does not check, as its prices are in ticks. `open`: shares that would be open.
Reason Market::check_terms(const Request& r, OrderKind kind, std::uint32_t book, std::uint64_t open) const noexcept {
  if (open == 0 || open > kMostShares) return Reason::bad_quantity;
  const std::uint32_t most = options_.participants[r.participant - 1].most_shares;
  if (most != 0 && open > most) return Reason::quantity_limit;
  const bool limit = kind == OrderKind::limit || kind == OrderKind::stop_limit;
  const bool stop = kind == OrderKind::stop || kind == OrderKind::stop_limit;
  const auto bad = [](std::uint64_t price) { return price == 0 || price > kHighestPrice; };
  if ((limit && bad(r.price)) || (stop && bad(r.stop_price))) return Reason::bad_price;
  const std::uint32_t tick = options_.instruments[book].tick;
  if ((limit && r.price % tick != 0) || (stop && r.stop_price % tick != 0)) return Reason::bad_tick;
  return Reason::none;
}

// ---- requests of participants

void Market::enter(const Request& r) {
  if (const Reason reason = check_sender(r); reason != Reason::none) return reject(r, reason);
  const std::uint32_t book = books_[r.terms.locate];
  if (book == kNoBook) return reject(r, Reason::unknown_symbol);
  if (const Reason reason = check_terms(r, r.terms.kind, book, r.quantity); reason != Reason::none)
    return reject(r, reason);
  const std::uint32_t most = options_.participants[r.participant - 1].most_open_orders;
  if (most != 0 && accounts_[r.participant].state.open_orders >= most) return reject(r, Reason::too_many_orders);

  const bool stop = r.terms.kind == OrderKind::stop || r.terms.kind == OrderKind::stop_limit;
  const bool limit = r.terms.kind == OrderKind::limit || r.terms.kind == OrderKind::stop_limit;
  const Instrument& instrument = options_.instruments[book];
  const std::uint32_t slot = take_slot();
  Order& o = orders_[slot];
  o = {};
  o.terms = r.terms;
  o.price = limit ? static_cast<std::uint32_t>(r.price) : 0;
  o.stop_price = stop ? static_cast<std::uint32_t>(r.stop_price) : 0;
  o.participant = r.participant;
  o.user_ref_num = r.user_ref_num;
  o.open = r.quantity;
  o.display = r.display < r.quantity ? r.display : 0;
  o.book = book;
  o.waiting = stop;
  const std::uint32_t firm = options_.participants[r.participant - 1].firm;
  matching::Command c;
  c.type = matching::CommandType::enter;
  c.order_id = slot;
  c.price.value = o.price / instrument.tick;
  c.stop_price.value = o.stop_price / instrument.tick;
  c.quantity.value = r.quantity;
  c.display.value = r.display;
  c.book = book;
  // Firms and participants without one are told apart by the highest bit.
  c.owner = firm != 0 ? firm | 0x8000'0000 : r.participant;
  c.side = r.terms.side;
  c.kind = r.terms.kind;
  c.tif = r.terms.tif;
  c.post_only = r.terms.post_only;
  c.self_trade = r.terms.self_trade;
  submit(c);
}

// What the replace or cancel leaves open.
std::uint32_t Market::wanted_open(const Request& r, const Order& o) noexcept {
  const std::uint32_t done = r.quantity_is_total != 0 ? o.traded : 0;
  return r.quantity > done ? r.quantity - done : 0;
}

void Market::replace(const Request& r) {
  if (const Reason reason = check_sender(r); reason != Reason::none) return reject(r, reason);
  const std::uint32_t slot = find(r.participant, r.original);
  if (slot == kNoOrder) return reject(r, Reason::unknown_order);
  const Order& o = orders_[slot];
  const std::uint32_t open = wanted_open(r, o);
  if (const Reason reason = check_terms(r, o.terms.kind, o.book, open); reason != Reason::none)
    return reject(r, reason);
  const std::uint32_t tick = options_.instruments[o.book].tick;
  in_place_ = r.price == o.price && open <= o.open;
  matching::Command c;
  c.type = matching::CommandType::replace;
  c.order_id = slot;
  c.price.value = static_cast<std::int64_t>(r.price / tick);
  c.stop_price.value = o.waiting ? static_cast<std::int64_t>(r.stop_price / tick) : 0;
  c.quantity.value = open;
  submit(c);
}

void Market::cancel(const Request& r) {
  if (!known(r.participant)) return reject(r, Reason::unknown_participant);
  if (!open_) return reject(r, Reason::closed);
  const std::uint32_t slot = find(r.participant, r.original);
  if (slot == kNoOrder) return reject(r, Reason::unknown_order);
  const Order& o = orders_[slot];
  const std::uint32_t open = wanted_open(r, o);
  if (open >= o.open) return reject(r, Reason::bad_quantity);
  matching::Command c;
  c.order_id = slot;
  c.type = matching::CommandType::cancel;
  if (open != 0) {
    const std::uint32_t tick = options_.instruments[o.book].tick;
    c.type = matching::CommandType::replace;
    c.price.value = o.price / tick;
    c.stop_price.value = o.stop_price / tick;
    c.quantity.value = open;
    in_place_ = true;
  }
  submit(c);
}

std::uint32_t Market::cancel_all(std::uint32_t participant, std::uint32_t book, Reason reason) {
  cancel_reason_ = reason;
  std::uint32_t count = 0;
  for (std::uint32_t slot = accounts_[participant].first; slot != kNoOrder;) {
    const std::uint32_t next = orders_[slot].next;
    if (book == kNoBook || orders_[slot].book == book) {
      matching::Command c;
      c.type = matching::CommandType::cancel;
      c.order_id = slot;
      submit(c);
      ++count;
    }
    slot = next;
  }
  cancel_reason_ = Reason::none;
  return count;
}

void Market::mass_cancel(const Request& r, Reason reason) {
  if (!known(r.participant)) return reject(r, Reason::unknown_participant);
  if (!open_) return reject(r, Reason::closed);
  const std::uint32_t book = books_[r.terms.locate];
  const bool all = reason == Reason::disconnected || r.terms.locate == 0;
  if (!all && book == kNoBook) return reject(r, Reason::unknown_symbol);
  const std::uint32_t count = cancel_all(r.participant, all ? kNoBook : book, reason);
  Execution& e = say(ExecutionKind::mass_cancelled, r.participant);
  e.terms = r.terms;
  e.reason = reason;
  e.user_ref_num = r.user_ref_num;
  e.quantity = count;
}

void Market::reject(const Request& r, Reason reason) {
  const bool cancels = r.kind == RequestKind::cancel || r.kind == RequestKind::mass_cancel;
  Execution& e = say(cancels ? ExecutionKind::cancel_rejected : ExecutionKind::rejected, r.participant);
  e.terms = r.terms;
  e.reason = reason;
  e.user_ref_num = r.user_ref_num;
  e.original = r.original;
  e.price = r.price;
  e.stop_price = r.stop_price;
  e.match_number = r.match_number;
  e.quantity = r.quantity;
  e.display = r.display;
  if (r.original == 0) return;
  const std::uint32_t slot = find(r.participant, r.original);
  if (slot == kNoOrder) return;
  const Order& o = orders_[slot];
  e.reference = o.reference;
  e.original_cl_ord_id = o.terms.cl_ord_id;
  e.leaves = o.open;
  e.traded = o.traded;
  e.traded_value = o.traded_value;
  e.order_quantity = o.open + o.traded;
}

// ---- questions

std::uint16_t Market::locate(std::string_view symbol) const noexcept {
  const auto found = by_symbol_.find(symbol);
  return found == by_symbol_.end() ? std::uint16_t{0} : found->second;
}

const ParticipantState& Market::participant(std::uint32_t participant) const noexcept {
  return accounts_[participant].state;
}

const Position& Market::position(std::uint32_t participant, std::uint16_t locate) const noexcept {
  return positions_[std::size_t{participant - 1} * options_.instruments.size() + books_[locate]];
}

}  // namespace twinpath::market
