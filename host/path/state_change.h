// What market data says about trading itself: market hours, halts, auctions, the circuit breaker, the session's end.
// SEM 2.2, 2.6.
#pragma once
#include <cstdint>

#include "host/core/registers.h"
#include "host/core/types.h"
#include "host/risk/risk.h"

namespace twinpath {

struct StateChange {
  StateReason reason = StateReason::end_of_session;
  SymbolIndex symbol = 0;  // 0 where the message has none
  bool on = false;         // opens, trades, is halted
};

// Whether a message of a type that is no order or trade message has effect, and which. `locate(symbol)` finds its
// symbol, or counts and returns false.
template <class Locate>
bool read_state_change(const std::uint8_t* m, std::uint8_t type, Locate&& locate, StateChange& change) noexcept {
  switch (type) {
    case 'S':
      change = {StateReason::system_event, 0, m[11] == 'Q'};
      return m[11] == 'Q' || m[11] == 'M';
    case 'H':
      change = {StateReason::trading_action, 0, m[19] == 'T'};
      return locate(change.symbol);
    case 'J':
      change = {StateReason::luld_collar, 0, true};
      return locate(change.symbol);
    case 'h':
      change = {StateReason::operational_halt, 0, m[20] == 'H'};
      return locate(change.symbol) && m[19] == 'Q';
    case 'W':
      change = {StateReason::mwcb_status, 0, true};
      return true;
    default:
      return false;
  }
}

// For risk; gaps and damaged frames are nothing to it.
inline void apply_state_change(Risk& risk, const StateChange& change) noexcept {
  switch (change.reason) {
    case StateReason::system_event:
      return risk.set_market_open(change.on);
    case StateReason::trading_action:
      return risk.set_trading(change.symbol, change.on);
    case StateReason::luld_collar:
      return risk.set_auction(change.symbol);
    case StateReason::operational_halt:
      return risk.set_operational_halt(change.symbol, change.on);
    case StateReason::mwcb_status:
      return risk.set_circuit_breaker(true);
    case StateReason::end_of_session:
      return risk.set_feed_ended();
    default:
      return;
  }
}

}  // namespace twinpath
