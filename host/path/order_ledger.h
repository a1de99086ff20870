// What has been sent and is not over: orders by user_ref, and positions, as the host knows them from the path's events.
//
// A slot an order, user_ref mod 4096, as in the risk checks (SEM 5.1, check 10): an order is not sent while its slot is
// in use, so two open orders never meet. Allocates nothing.
#pragma once
#include <array>
#include <cstdint>

#include "host/core/event.h"
#include "host/core/registers.h"
#include "host/core/types.h"
#include "host/risk/risk.h"

namespace twinpath {

class OrderLedger {
 public:
  struct Order {
    std::uint32_t user_ref = 0;
    std::uint32_t leaves = 0;
    std::uint32_t price = 0;
    SymbolIndex symbol = 0;
    Side side = Side::buy;
    bool open = false;
    bool acknowledged = false;
    bool cancel_sent = false;
  };

  // Any event; those that are no order, cancel or answer change nothing.
  void on_event(const Event& e) noexcept {
    switch (e.event_kind()) {
      case EventKind::order:
        slots_[e.user_ref % kSlots] = {
            e.user_ref, e.quantity, e.price, static_cast<SymbolIndex>(e.symbol), static_cast<Side>(e.side),
            true,       false,      false};
        ++open_;
        break;
      case EventKind::cancel:
        if (Order* o = find(e.user_ref)) o->cancel_sent = true;
        break;
      case EventKind::command:
        command(e);
        break;
      default:
        break;
    }
  }

  unsigned open() const noexcept { return open_; }
  std::int32_t position(SymbolIndex s) const noexcept { return positions_[s]; }
  // The open order with this number; null when there is none.
  const Order* order(std::uint32_t user_ref) const noexcept {
    const Order& o = slots_[user_ref % kSlots];
    return o.open && o.user_ref == user_ref ? &o : nullptr;
  }
  // The open order that has the slot which this number needs; null when it is free.
  const Order* holder(std::uint32_t user_ref) const noexcept {
    const Order& o = slots_[user_ref % kSlots];
    return o.open ? &o : nullptr;
  }
  // Calls visit(const Order&) for every open order.
  template <class Visit>
  void for_each_open(Visit&& visit) const {
    for (const Order& o : slots_) {
      if (o.open) visit(o);
    }
  }

 private:
  static constexpr std::size_t kSlots = Risk::kOpenSlots;

  Order* find(std::uint32_t user_ref) noexcept {
    Order& o = slots_[user_ref % kSlots];
    return o.open && o.user_ref == user_ref ? &o : nullptr;
  }

  // The event has the symbol's position after a command with effect (SEM 7); a FILL names its order, not its symbol.
  void command(const Event& e) noexcept {
    const auto op = static_cast<CommandOp>(e.reason);
    if (op == CommandOp::position && e.symbol < kSymbols) {
      positions_[e.symbol] = e.position;
      return;
    }
    if (op != CommandOp::ack && op != CommandOp::fill && op != CommandOp::done) return;
    Order* o = find(e.user_ref);
    if (o == nullptr) return;
    if (op == CommandOp::ack) {
      o->acknowledged = true;
    } else if (op == CommandOp::fill) {
      positions_[o->symbol] = e.position;
      o->leaves -= e.quantity < o->leaves ? e.quantity : o->leaves;
      if (o->leaves == 0) close(*o);
    } else {
      close(*o);
    }
  }

  void close(Order& o) noexcept {
    o.open = false;
    --open_;
  }

  std::array<Order, kSlots> slots_{};
  std::array<std::int32_t, kSymbols> positions_{};
  unsigned open_ = 0;
};

}  // namespace twinpath
