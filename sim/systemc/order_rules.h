// What must never be in a core's events, whatever happens: orders on stale books, after a kill, while it is not armed.
// Judged from the events alone.
#pragma once
#include <cstdint>

#include "host/core/event.h"
#include "host/core/registers.h"
#include "host/core/types.h"

namespace twinpath::platform {

class OrderRules {
 public:
  // In their order.
  void on_event(const Event& e) noexcept {
    switch (e.event_kind()) {
      case EventKind::state:
        if (e.reason == static_cast<std::uint8_t>(StateReason::gap_lost) ||
            e.reason == static_cast<std::uint8_t>(StateReason::fcs_error))
          stale_ = true;
        return;
      case EventKind::command:
        return command(e);
      case EventKind::order:
        ++sent;
        if (stale_) ++stale_orders;
        if (killed_) ++killed_orders;
        if (unarmed_) ++unarmed_orders;
        if (recoveries != 0) ++recovered_orders;
        return;
      case EventKind::cancel:
        ++cancels;
        return;
      case EventKind::reject:
        ++rejects;
        return;
      default:
        return;
    }
  }

  const bool& stale() const noexcept { return stale_; }
  const bool& killed() const noexcept { return killed_; }

  std::uint64_t sent = 0, cancels = 0, rejects = 0;
  std::uint64_t stale_orders = 0, killed_orders = 0, unarmed_orders = 0;
  std::uint64_t recoveries = 0;        // TRUST of all books while they were stale
  std::uint64_t recovered_orders = 0;  // after the first of them

  // The core begins anew, and is to wait until the host arms it.
  void on_reset() noexcept {
    stale_ = killed_ = false;
    unarmed_ = true;
  }

 private:
  void command(const Event& e) noexcept {
    switch (static_cast<CommandOp>(e.reason)) {
      case CommandOp::trust:
        if (e.symbol != 0xFFFF) return;
        if (stale_) ++recoveries;
        stale_ = false;
        return;
      case CommandOp::arm:
        unarmed_ = false;
        return;
      case CommandOp::disarm:
        unarmed_ = true;
        return;
      case CommandOp::kill:
        killed_ = true;
        return;
      case CommandOp::release:
        killed_ = false;
        return;
      default:
        return;
    }
  }

  bool stale_ = false;
  bool killed_ = false;
  bool unarmed_ = false;
};

}  // namespace twinpath::platform
