// What the risk checks read and what they say, as plain values. SEM 5.
#pragma once
#include <array>
#include <cstdint>

#include "host/core/config.h"
#include "host/core/types.h"

namespace twinpath {

// The verdict on one intent, with every operand the checks read.
struct RiskResult {
  Reason reason = Reason::none;  // the first check that fails
  std::uint32_t check_mask = 0;  // bit n-1: check n fails
  Price collar_reference;
  std::int32_t position = 0;
  std::uint32_t open_buy = 0;
  std::uint32_t open_sell = 0;
  std::uint64_t gross_lo = 0;  // saturated to 64 bits
  std::uint16_t open_count = 0;
};

// An order that has left and has not ended. SEM 5.2.
struct OpenOrder {
  bool used = false;
  bool acknowledged = false;
  SymbolIndex symbol = 0;
  Side side = Side::buy;
  Price price;
  std::uint32_t leaves = 0;
  std::uint32_t user_ref = 0;
};

// Open orders of one side of a symbol.
struct SideOrders {
  std::uint32_t shares = 0;
  Price price;  // the most aggressive since there was none; means nothing without shares
};
// One symbol's state.
struct SymbolRisk {
  // Why it is halted.
  static constexpr std::uint8_t kNotTrading = 1, kAuction = 2, kOperationalHalt = 4;

  SideOrders& of(Side side) noexcept { return orders[static_cast<unsigned>(side)]; }
  const SideOrders& of(Side side) const noexcept { return orders[static_cast<unsigned>(side)]; }

  std::uint8_t halted = 0;
  bool has_last = false;
  Side last_side = Side::buy;
  std::int32_t position = 0;
  std::array<SideOrders, 2> orders;
  Price last_price;
  Quantity last_quantity;
  Cycles last_stamp;
  std::uint64_t exposure = 0;
};

// XORed with a side's prices: the greater, the more aggressive.
constexpr std::uint32_t flip_of(Side side) noexcept { return 0 - static_cast<std::uint32_t>(side); }

}  // namespace twinpath
