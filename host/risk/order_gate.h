// The risk checks turned round: what an order may be, worked out when something changes that the checks read, so that
// an order that waits is compared with few bounds. SEM 5.1.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

#include "host/core/config.h"
#include "host/core/types.h"
#include "host/risk/risk_state.h"
#include "host/strategy/intent.h"

namespace twinpath {

// What an order of one side of a symbol may be. Shut until something is worked out.
struct OrderGate {
  std::uint64_t max_value = 0;       // price times shares, of the notional check
  std::uint64_t last = 0;            // the symbol's last order: key_of()
  Cycles last_until{};               // the same again before then is a duplicate; 0 when it was of the other side
  std::uint32_t low = 0, range = 0;  // prices from low to low + range: self-trade check
  std::uint32_t max_quantity = 0;    // permission, halt, quantity and position checks

  static std::uint64_t key_of(Price price, Quantity quantity) noexcept {
    return std::uint64_t{price.value} << 32 | quantity.value;
  }

  // The prices between two bounds, both included and neither outside 32 bits unless it excludes all.
  void prices(std::int64_t from, std::int64_t to) noexcept {
    if (from > to) {
      max_quantity = 0;
      return;
    }
    low = static_cast<std::uint32_t>(from);
    range = static_cast<std::uint32_t>(to - from);
  }

  // Without a branch: which of them an order fails is nobody's guess.
  bool admits(Price price, Quantity quantity, std::uint64_t value, Cycles stamp) const noexcept {
    const bool again = (key_of(price, quantity) == last) & (stamp < last_until);
    return (quantity.value - 1 < max_quantity) & (value <= max_value) & (price.value - low <= range) & !again;
  }
};

// What is read of a symbol before an order leaves.
struct alignas(64) SymbolGates {
  OrderGate& of(Side side) noexcept { return sides[static_cast<unsigned>(side)]; }
  const OrderGate& of(Side side) const noexcept { return sides[static_cast<unsigned>(side)]; }

  std::array<OrderGate, 2> sides;
  WorkingOrder working;
  std::uint64_t collar = 0;
  Price reference;  // of the collar: the last trade's, when there was one, or configured
  bool traded = false;

  bool near(Price price) const noexcept { return std::uint64_t{price.value} - reference.value + collar <= 2 * collar; }

  // After anything of the symbol's state, or its limits, has changed.
  void work_out(const SymbolRisk& s, const LimitRecord& limit, std::uint32_t duplicate_window) noexcept {
    collar = limit.collar;
    if (!traded) reference = Price{limit.reference_price};
    for (const Side side : {Side::buy, Side::sell}) {
      OrderGate& gate = of(side);
      const bool buy = side == Side::buy;
      const SideOrders& against = s.of(opposite(side));
      const std::int64_t position = buy ? std::int64_t{s.position} : -std::int64_t{s.position};
      const std::int64_t left = std::int64_t{limit.max_position} - position - s.of(side).shares;
      const bool shut = (s.halted != 0) | !(buy ? limit.permit_buy : limit.permit_sell) | (left <= 0);
      gate.max_quantity = shut ? 0 : static_cast<std::uint32_t>(std::min<std::int64_t>(limit.max_quantity, left));
      gate.max_value = limit.max_notional;
      gate.last = OrderGate::key_of(s.last_price, s.last_quantity);
      gate.last_until = s.has_last && s.last_side == side ? s.last_stamp + Cycles{duplicate_window} : Cycles{};
      constexpr std::int64_t kMostPrice = 0xFFFFFFFF;
      const std::int64_t crossed = against.price.value;
      gate.prices(against.shares != 0 && !buy ? crossed + 1 : 0, against.shares != 0 && buy ? crossed - 1 : kMostPrice);
    }
  }
};

}  // namespace twinpath
