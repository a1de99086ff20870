// What the engine reports, to executions and the tape.
//
// The tape must show what the engine's books show, at the end of every command. An order on its way into a book (the
// taker) is shown when it rests, which the engine does not report: it has come to rest when another order begins to
// trade or the command ends. A replaced order leaves the tape when its trading begins, or comes to its new place by one
// message when nothing traded.
#include <algorithm>
#include <cstring>

#include "host/venue/market/market.h"

namespace twinpath::market {
namespace {

using matching::Report;
using matching::ReportType;

// Trades have even numbers, the crosses' prints odd ones between them.
constexpr std::uint64_t match_of(std::uint64_t trade_id) noexcept { return 2 * trade_id; }
constexpr std::uint64_t cross_match_of(std::uint64_t last_trade_id) noexcept { return 2 * last_trade_id + 1; }

bool blank(const Text<14>& t) noexcept { return trimmed(t).empty() || t[0] == '\0'; }

}  // namespace

void Market::submit(matching::Command& c) {
  sequence_ = std::max(sequence_, engine_.next_sequence());
  tape_.set_time(now());
  c.sequence = sequence_;
  engine_.submit(c);
  matching::ReportRing& ring = engine_.reports();
  for (std::span<const Report> some; !(some = ring.peek(1024)).empty();) {
    for (const Report& r : some) on_report(r);
    ring.release(some.size());
    ring.publish();
  }
  if (crossing_) end_cross();
  end_taker();
}

void Market::on_report(const Report& r) {
  if (crossing_ && r.type != ReportType::trade) end_cross();
  switch (r.type) {
    case ReportType::accepted:
      return on_accepted(r);
    case ReportType::trade:
      return (r.flags & matching::kAuctionTrade) != 0 ? on_auction_trade(r) : on_trade(r);
    case ReportType::cancelled:
      return on_cancelled(r);
    case ReportType::replaced:
      return on_replaced(r);
    case ReportType::cancel_refused:
    case ReportType::replace_refused:
      return reject(*request_, static_cast<Reason>(r.reason));
    case ReportType::refused:
      if (request_->kind == RequestKind::enter) free_slot(static_cast<std::uint32_t>(r.order_id));
      return reject(*request_, static_cast<Reason>(r.reason));
    case ReportType::replenished:
      return on_replenished(r);
    case ReportType::decremented:
      return on_decremented(r);
    case ReportType::triggered:
      return on_triggered(r);
    case ReportType::book_listed:
      return on_listed(r);
    case ReportType::state_changed:
      return on_state_changed(r);
    case ReportType::indicative:
      return on_indicative(r);
    case ReportType::busted:
      return on_busted(r);
    case ReportType::bands_set:
    case ReportType::done:
      return;
  }
}

// ---- orders
// --------------------------------------------------------------------------------------------------------------------

void Market::on_accepted(const Report& r) {
  const auto slot = static_cast<std::uint32_t>(r.order_id);
  Order& o = orders_[slot];
  Account& a = accounts_[o.participant];
  o.reference = next_reference_++;
  o.previous = a.last;
  o.next = kNoOrder;
  (a.last == kNoOrder ? a.first : orders_[a.last].next) = slot;
  a.last = slot;
  ++a.state.open_orders;
  insert(slot);
  say(ExecutionKind::accepted, o).quantity = o.open;
  if (!o.waiting) taker_ = slot;
}

void Market::on_trade(const Report& r) {
  forget_replaced();
  const auto taker = static_cast<std::uint32_t>(r.order_id), maker = static_cast<std::uint32_t>(r.other_id);
  Order& m = orders_[maker];
  tape_.executed(m.book, m.reference, r.quantity.value, match_of(r.trade_id));
  m.shown -= r.quantity.value;
  record_trade(r, options_.fees.removed, options_.fees.added);
  fill(taker, r, Liquidity::removed);
  fill(maker, r, Liquidity::added);
  if (m.open == 0) release(maker);
}

void Market::on_auction_trade(const Report& r) {
  cross_shares_ += r.quantity.value;
  cross_match_ = cross_match_of(r.trade_id);
  record_trade(r, options_.fees.auction, options_.fees.auction);
  for (const std::uint64_t id : {r.order_id, r.other_id}) {
    const auto slot = static_cast<std::uint32_t>(id);
    Order& o = orders_[slot];
    // What an iceberg hides trades with what it shows; the cross alone tells of it.
    if (const std::uint32_t seen = std::min(o.shown, r.quantity.value); seen != 0) {
      tape_.executed_at(o.book, o.reference, seen, match_of(r.trade_id), cross_price_);
      o.shown -= seen;
    }
    fill(slot, r, Liquidity::auction);
    part_filled_[static_cast<unsigned>(o.terms.side)] = o.open != 0 ? slot : kNoOrder;
    if (o.open == 0) release(slot);
  }
}

// Of the order's open shares, the trade's are executed.
void Market::fill(std::uint32_t slot, const Report& r, Liquidity liquidity) {
  Order& o = orders_[slot];
  const std::uint32_t price = price_of(o.book, r.price);
  o.open -= r.quantity.value;
  o.traded += r.quantity.value;
  o.traded_value += std::uint64_t{price} * r.quantity.value;
  Execution& e = say(ExecutionKind::executed, o);
  e.price = price;
  e.quantity = r.quantity.value;
  e.match_number = match_of(r.trade_id);
  e.liquidity = liquidity;
  if (liquidity == Liquidity::auction) e.event = request_->event;
}

// Before the orders of the trade change.
void Market::record_trade(const Report& r, std::int32_t fee, std::int32_t other_fee) {
  TradeRecord& t = trades_[trade_count_++];
  t.book = r.book;
  t.price = price_of(r.book, r.price);
  t.quantity = r.quantity.value;
  const auto side = [&](std::uint64_t id, Side s, std::int32_t a_share) {
    const Order& o = orders_[static_cast<std::uint32_t>(id)];
    t.sides[static_cast<unsigned>(s)] = {o.terms.cl_ord_id, 0, o.participant, o.user_ref_num, a_share};
  };
  side(r.order_id, r.side, fee);
  side(r.other_id, opposite(r.side), other_fee);
  book_records_[r.book].last = t.price;
  settle(t, 1);
}

// `sign` -1 takes the trade back. Sums wrap around, so that they are conserved whatever happens.
void Market::settle(const TradeRecord& t, std::int64_t sign) noexcept {
  const auto plus = [](std::int64_t& to, std::int64_t what) {
    to = static_cast<std::int64_t>(static_cast<std::uint64_t>(to) + static_cast<std::uint64_t>(what));
  };
  const std::int64_t shares = sign * t.quantity, value = shares * static_cast<std::int64_t>(t.price);
  for (const Side s : {Side::buy, Side::sell}) {
    const TradeSide& of = t.sides[static_cast<unsigned>(s)];
    Position& p = positions_[std::size_t{of.participant - 1} * options_.instruments.size() + t.book];
    plus(p.shares, s == Side::buy ? shares : -shares);
    plus(p.cash, s == Side::buy ? -value : value);
    plus(accounts_[of.participant].state.fees, shares * of.fee);
    plus(accounts_[0].state.fees, -shares * of.fee);
  }
}

void Market::on_cancelled(const Report& r) {
  const auto slot = static_cast<std::uint32_t>(r.order_id);
  Order& o = orders_[slot];
  if (slot == taker_) {
    forget_replaced();
    taker_ = kNoOrder;
  } else if (o.shown != 0) {
    take_off_tape(o, o.shown);
  }
  o.open = 0;
  const bool own = cancel_reason_ != Reason::none && r.reason == matching::Reason::on_request;
  say_cancelled(o, r.quantity.value, own ? cancel_reason_ : static_cast<Reason>(r.reason));
  release(slot);
}

void Market::on_replaced(const Report& r) {
  const auto slot = static_cast<std::uint32_t>(r.order_id);
  Order& o = orders_[slot];
  const std::uint32_t less = in_place_ ? o.open - r.quantity.value : 0;
  if (in_place_ && o.shown != 0) {
    // What is hidden goes first.
    const std::uint32_t hidden = o.open - o.shown;
    if (less > hidden) take_off_tape(o, less - hidden);
  } else if (!o.waiting && o.shown != 0) {
    replaced_reference_ = o.reference;
    o.reference = next_reference_++;
    o.shown = 0;
    o.display = o.display < r.quantity.value ? o.display : 0;
    taker_ = slot;
  }
  o.open = r.quantity.value;
  if (request_->kind == RequestKind::cancel) return say_cancelled(o, less, Reason::on_request);

  const std::uint32_t before = o.user_ref_num;
  const Text<14> cl_ord_id = o.terms.cl_ord_id;
  erase(slot);
  o.user_ref_num = request_->user_ref_num;
  insert(slot);
  o.terms.cl_ord_id = request_->terms.cl_ord_id;
  o.terms.codes = request_->terms.codes;
  o.terms.gateway = request_->terms.gateway;
  o.price = price_of(o.book, r.price);
  if (o.waiting) o.stop_price = static_cast<std::uint32_t>(request_->stop_price);
  Execution& e = say(ExecutionKind::replaced, o);
  e.original = before;
  e.original_cl_ord_id = cl_ord_id;
  e.quantity = o.open;
}

void Market::on_replenished(const Report& r) {
  const auto slot = static_cast<std::uint32_t>(r.order_id);
  Order& o = orders_[slot];
  o.reference = next_reference_++;
  show(slot, 0);
  say(ExecutionKind::restated, o).quantity = o.shown;
}

void Market::on_decremented(const Report& r) {
  forget_replaced();
  const auto maker = static_cast<std::uint32_t>(r.other_id);
  Order& t = orders_[static_cast<std::uint32_t>(r.order_id)];
  Order& m = orders_[maker];
  t.open -= r.quantity.value;
  m.open -= r.quantity.value;
  take_off_tape(m, r.quantity.value);
  say_cancelled(t, r.quantity.value, Reason::self_trade);
  say_cancelled(m, r.quantity.value, Reason::self_trade);
  if (m.open == 0) release(maker);
}

void Market::on_triggered(const Report& r) {
  end_taker();
  taker_ = static_cast<std::uint32_t>(r.order_id);
  Order& o = orders_[taker_];
  o.waiting = false;
  o.terms.kind = o.terms.kind == OrderKind::stop ? OrderKind::market : OrderKind::limit;
  say(ExecutionKind::triggered, o).quantity = o.open;
}

// ---- the tape's view of orders
// -------------------------------------------------------------------------------------------------

// The taker's trading is over: it is done with, or rests.
void Market::end_taker() {
  if (taker_ == kNoOrder) return;
  const std::uint32_t slot = taker_;
  Order& o = orders_[slot];
  if (o.open == 0) {
    taker_ = kNoOrder;
    release(slot);
    return;
  }
  // A market order waits for its auction unseen.
  if (o.terms.kind == OrderKind::limit) show(slot, replaced_reference_);
  replaced_reference_ = 0;
  taker_ = kNoOrder;
}

// The replaced order that trades now, or is gone, has left its old place.
void Market::forget_replaced() {
  if (replaced_reference_ == 0) return;
  tape_.deleted(orders_[taker_].book, replaced_reference_);
  replaced_reference_ = 0;
}

// Puts on the tape what the order should show, which is behind all others; `before`: the reference that it replaces.
void Market::show(std::uint32_t slot, std::uint64_t before) {
  Order& o = orders_[slot];
  o.shown = should_show(o);
  if (before == 0)
    tape_.add(o.book, shown(o));
  else
    tape_.replaced(o.book, before, shown(o));
}

void Market::take_off_tape(Order& o, std::uint32_t shares) {
  if (shares == o.shown)
    tape_.deleted(o.book, o.reference);
  else
    tape_.cancelled(o.book, o.reference, shares);
  o.shown -= shares;
}

// ---- books
// ---------------------------------------------------------------------------------------------------------------------

void Market::on_listed(const Report& r) {
  book_records_[r.book].state = static_cast<BookState>(r.flags);
  tape_.directory(r.book);
  tape_.trading_action(r.book, book_records_[r.book].state, "");
}

void Market::on_state_changed(const Report& r) {
  BookRecord& b = book_records_[r.book];
  b.state = static_cast<BookState>(r.flags);
  std::memcpy(b.reason.data(), request_->terms.codes.data(), b.reason.size());
  tape_.trading_action(r.book, b.state, {b.reason.data(), b.reason.size()});
}

void Market::on_indicative(const Report& r) {
  const std::uint32_t price = price_of(r.book, r.price);
  if (request_->kind == RequestKind::uncross) {
    crossing_ = true;
    cross_book_ = r.book;
    cross_price_ = price;
    cross_shares_ = cross_match_ = 0;
    part_filled_ = {};
    return;
  }
  tape_.imbalance(r.book, r.order_id, r.other_id, r.side, price, anchor(r.book), request_->event);
}

// An order that the auction has filled in part shows what it can of the rest. More than before cannot be said of an
// order on the tape, so that it appears there anew.
void Market::end_cross() {
  crossing_ = false;
  for (const std::uint32_t slot : part_filled_) {
    Order& o = orders_[slot];
    if (slot == kNoOrder || o.terms.kind != OrderKind::limit || o.shown == should_show(o)) continue;
    if (o.shown != 0) take_off_tape(o, o.shown);
    o.reference = next_reference_++;
    show(slot, 0);
    say(ExecutionKind::restated, o).quantity = o.shown;
  }
  tape_.cross(cross_book_, cross_shares_, cross_price_, cross_match_, request_->event);
}

void Market::on_busted(const Report& r) {
  const TradeRecord& t = trades_[r.trade_id - first_trade_];
  tape_.broken(t.book, match_of(r.trade_id));
  settle(t, -1);
  for (const Side s : {Side::buy, Side::sell}) {
    const TradeSide& of = t.sides[static_cast<unsigned>(s)];
    Execution& e = say(ExecutionKind::broken, of.participant);
    e.terms.symbol = make_text<8>(options_.instruments[t.book].symbol);
    e.terms.locate = options_.instruments[t.book].locate;
    e.terms.cl_ord_id = of.cl_ord_id;
    e.terms.side = s;
    e.user_ref_num = of.user_ref_num;
    e.price = t.price;
    e.quantity = t.quantity;
    e.match_number = match_of(r.trade_id);
  }
}

// ---- executions
// ----------------------------------------------------------------------------------------------------------------

Execution& Market::say(ExecutionKind kind, std::uint32_t participant) {
  Execution& e = executions_.emplace_back();
  e.time = now();
  e.kind = kind;
  e.participant = participant;
  if (participant < accounts_.size()) e.number = ++accounts_[participant].state.executions;
  if (participant == request_->participant) e.tag = request_->tag;
  return e;
}

Execution& Market::say(ExecutionKind kind, const Order& o) {
  Execution& e = say(kind, o.participant);
  e.terms = o.terms;
  e.reference = o.reference;
  e.price = o.price;
  e.stop_price = o.stop_price;
  e.traded_value = o.traded_value;
  e.user_ref_num = o.user_ref_num;
  e.leaves = o.open;
  e.order_quantity = o.open + o.traded;
  e.traded = o.traded;
  e.display = o.display;
  return e;
}

void Market::say_cancelled(const Order& o, std::uint32_t quantity, Reason reason) {
  Execution& e = say(ExecutionKind::cancelled, o);
  e.reason = reason;
  e.quantity = quantity;
  e.order_quantity += quantity;
  if (reason != Reason::on_request) return;
  e.original_cl_ord_id = o.terms.cl_ord_id;
  if (!blank(request_->terms.cl_ord_id)) e.terms.cl_ord_id = request_->terms.cl_ord_id;
}

}  // namespace twinpath::market
