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

// ---- executions

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
