// What strategies are told of intents and orders: the same whether the order manager tells it at once, or its successor
// tells it from the journal.
#pragma once
#include <cstdint>

#include "host/core/event.h"
#include "host/journal/journal_format.h"
#include "host/path/order_ledger.h"
#include "host/strategy/strategy.h"

namespace twinpath {

// Of an ORDER, CANCEL or REJECT. `cancelled` is the order that a cancel was asked for, null for an enter; `tag` is the
// enter's own.
inline OrderUpdate update_of_decision(const Event& e, const OrderLedger::Order* cancelled, std::uint32_t tag) noexcept {
  const bool rejected = e.event_kind() == EventKind::reject;
  OrderUpdate u;
  u.stamp = Cycles{e.time};
  u.reason = rejected ? static_cast<Reason>(e.reason) : Reason::none;
  u.side = static_cast<Side>(e.side);
  u.symbol = static_cast<SymbolIndex>(e.symbol);
  u.user_ref = e.user_ref;
  u.tag = tag;
  u.price = Price{e.price};
  u.position = e.position;
  if (cancelled != nullptr) {
    u.state = rejected ? OrderState::cancel_rejected : OrderState::cancel_sent;
    u.quantity = u.leaves = Quantity{cancelled->leaves};
  } else {
    u.state = rejected ? OrderState::rejected : OrderState::sent;
    u.quantity = Quantity{e.quantity};
    if (!rejected) u.leaves = u.quantity;
  }
  return u;
}

// Of an intent that came to no check. `position` is the symbol's.
inline OrderUpdate update_of_refusal(const JournalRefused& r, Cycles stamp, std::int32_t position) noexcept {
  OrderUpdate u;
  u.stamp = stamp;
  u.state = r.kind == static_cast<std::uint8_t>(IntentKind::enter) ? OrderState::rejected : OrderState::cancel_rejected;
  u.side = static_cast<Side>(r.side);
  u.symbol = r.symbol;
  u.user_ref = r.user_ref;
  u.tag = r.tag;
  u.price = Price{r.price};
  u.quantity = Quantity{r.quantity};
  u.position = position;
  return u;
}

constexpr bool is_answer(CommandOp op) noexcept {
  return op == CommandOp::ack || op == CommandOp::fill || op == CommandOp::done;
}

// Of the COMMAND of an ACK, FILL or DONE. The order `before` it; `ledger` is as it is after it.
inline OrderUpdate update_of_answer(const Event& e, const OrderLedger::Order& before, const OrderLedger& ledger,
                                    std::uint32_t tag) noexcept {
  const auto op = static_cast<CommandOp>(e.reason);
  const auto* after = ledger.order(e.user_ref);
  OrderUpdate u;
  u.stamp = Cycles{e.time};
  u.state = op == CommandOp::ack ? OrderState::accepted : op == CommandOp::fill ? OrderState::filled : OrderState::done;
  u.side = before.side;
  u.symbol = before.symbol;
  u.user_ref = before.user_ref;
  u.tag = tag;
  u.price = Price{op == CommandOp::fill ? e.price : before.price};
  u.quantity = Quantity{op == CommandOp::fill ? e.quantity : before.leaves};
  u.leaves = Quantity{after != nullptr ? after->leaves : 0};
  u.position = ledger.position(before.symbol);
  return u;
}

}  // namespace twinpath
