// Steps of the decision that are the same however its stages are arranged: an intent through risk, what a command does
// to risk, and the events field by field. SEM 2.9, 5, 7.
#pragma once
#include <cstdint>

#include "host/book/books.h"
#include "host/core/counters.h"
#include "host/core/event.h"
#include "host/core/registers.h"
#include "host/feed/feed.h"
#include "host/path/path.h"
#include "host/risk/risk.h"
#include "host/strategy/intent.h"

namespace twinpath {

// What was decided about an intent.
struct Decision {
  RiskResult risk;
  std::uint32_t user_ref = 0;
};

// Whose cancel a cancel intent is: the rules cancel the working order of a symbol, strategies any open order.
enum class CancelOf : std::uint8_t { working_order, user_ref };

// Checks an intent and, when it passed, sends it. `checked()` is called in between; `enter(user_ref)` or
// `cancel(user_ref)` makes the order frame, which leaves before it is accounted for and explained.
template <CancelOf kCancelOf = CancelOf::working_order, class Checked, class Enter, class Cancel>
Decision decide(Risk& risk, Counters& counters, const Intent& intent, Cycles stamp, Checked&& checked, Enter&& enter,
                Cancel&& cancel) noexcept {
  const bool enters = intent.kind == IntentKind::enter;
  Decision d;
  bool may = enters ? risk.may_enter(intent, stamp) : risk.may_cancel(stamp);
  if (!enters) d.user_ref = kCancelOf == CancelOf::user_ref ? intent.user_ref : risk.working(intent.symbol).user_ref;
  checked();
  // What the gates have something against, the checks themselves decide and explain.
  if (!may) {
    d.risk = enters ? risk.check_enter(intent, stamp) : risk.check_cancel(intent, stamp);
    may = d.risk.reason == Reason::none;
  }
  if (!may) {
    counters.add(counter_after(Counter::reject_kill, static_cast<unsigned>(d.risk.reason) - 1));
  } else if (enters) {
    d.user_ref = risk.next_user_ref();
    enter(d.user_ref);
    d.risk = risk.verdict(intent.symbol, 0);
    risk.send_enter(intent, stamp);
    counters.add(Counter::orders);
  } else {
    cancel(d.user_ref);
    d.risk = risk.verdict(intent.symbol, 0);
    if constexpr (kCancelOf == CancelOf::user_ref) {
      risk.send_cancel(stamp);
    } else {
      risk.send_cancel(intent.symbol, stamp);
    }
    counters.add(Counter::cancels);
  }
  return d;
}

inline Event event_from(EventKind kind, const Origin& o, std::uint8_t type) noexcept {
  Event e = blank_event();
  e.kind = static_cast<std::uint8_t>(kind);
  e.time = o.stamp.value;
  e.sequence = o.sequence;
  e.frame = o.frame;
  e.msg_index = o.msg_index;
  e.msg_type = type;
  return e;
}

inline void put_bbo(Event& e, const Bbo& b, bool trusted) noexcept {
  e.bid_price = b.bid.price.value;
  e.bid_quantity = b.bid.quantity.value;
  e.ask_price = b.ask.price.value;
  e.ask_quantity = b.ask.quantity.value;
  e.book_flags = static_cast<std::uint8_t>(static_cast<unsigned>(b.bid.state) |
                                           static_cast<unsigned>(b.ask.state) << 2 | unsigned{trusted} << 4);
}

inline Event book_event(const Origin& o, std::uint8_t type, SymbolIndex symbol, std::uint64_t reference,
                        const Bbo& after, bool trusted) noexcept {
  Event e = event_from(EventKind::book, o, type);
  e.symbol = symbol;
  e.reference = reference;
  put_bbo(e, after, trusted);
  return e;
}

inline Event state_event(StateReason reason, const Origin& o, std::uint8_t type, SymbolIndex symbol) noexcept {
  Event e = event_from(EventKind::state, o, type);
  e.reason = static_cast<std::uint8_t>(reason);
  e.symbol = symbol;
  return e;
}

// ORDER, CANCEL or REJECT. `bbo` and `trusted` are of the intent's symbol.
inline Event decision_event(const Origin& o, std::uint8_t type, SymbolIndex trigger, std::uint64_t reference,
                            const Trade& trade, const Intent& intent, const Decision& d, const Bbo& bbo,
                            bool trusted) noexcept {
  const RiskResult& r = d.risk;
  Event e = event_from(r.reason != Reason::none           ? EventKind::reject
                       : intent.kind == IntentKind::enter ? EventKind::order
                                                          : EventKind::cancel,
                       o, type);
  e.reason = static_cast<std::uint8_t>(r.reason);
  e.rule = static_cast<std::uint8_t>(intent.rule);
  e.side = static_cast<std::uint8_t>(intent.side);
  e.symbol = intent.symbol;
  e.trigger = trigger;
  e.reference = reference;
  e.user_ref = d.user_ref;
  e.quantity = intent.quantity.value;
  e.price = intent.price.value;
  put_bbo(e, bbo, trusted);
  e.check_mask = r.check_mask;
  e.position = r.position;
  e.open_buy = r.open_buy;
  e.open_sell = r.open_sell;
  e.collar_reference = r.collar_reference.value;
  e.gross_lo = r.gross_lo;
  e.open_count = r.open_count;
  if (trade.valid) {
    e.trade_price = trade.price.value;
    e.trade_quantity = trade.shares.value;
  }
  return e;
}

inline Event command_event(Cycles stamp, const Command& c) noexcept {
  Event e = blank_event();
  e.kind = static_cast<std::uint8_t>(EventKind::command);
  e.reason = static_cast<std::uint8_t>(c.op);
  e.time = stamp.value;
  e.symbol = c.symbol;
  e.user_ref = c.user_ref;
  e.quantity = c.quantity;
  e.price = c.price;
  return e;
}

// The commands that are risk's, with what their event tells of it, and those that nobody knows. SWAP, TRUST, ARM and
// DISARM are others'.
inline void risk_command(Risk& risk, const Bank& bank, Counters& counters, const Command& c, Event& e) noexcept {
  const auto exposure = [&](SymbolIndex symbol) {
    const RiskResult r = risk.observe(symbol);
    e.position = r.position;
    e.open_buy = r.open_buy;
    e.open_sell = r.open_sell;
    e.gross_lo = r.gross_lo;
    e.open_count = r.open_count;
  };
  SymbolIndex symbol = 0;
  switch (c.op) {
    case CommandOp::kill:
      return risk.set_kill(true);
    case CommandOp::release:
      return risk.set_kill(false);
    case CommandOp::ack:
      risk.acknowledge(c.user_ref);
      return;
    case CommandOp::fill:
      if (risk.fill(c.user_ref, Quantity{c.quantity}, Price{c.price}, symbol)) exposure(symbol);
      return;
    case CommandOp::done:
      if (risk.done(c.user_ref, symbol)) exposure(symbol);
      return;
    case CommandOp::position:
      if (c.symbol >= kSymbols) return counters.add(Counter::bad_command);
      symbol = static_cast<SymbolIndex>(c.symbol);
      risk.set_position(symbol, static_cast<std::int32_t>(c.price), Price{bank.limits[symbol].reference_price});
      return exposure(symbol);
    case CommandOp::resume:
      return risk.set_circuit_breaker(false);
    case CommandOp::swap:
    case CommandOp::trust:
    case CommandOp::arm:
    case CommandOp::disarm:
      return;
    default:
      return counters.add(Counter::bad_command);
  }
}

}  // namespace twinpath
