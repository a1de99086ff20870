// The platform model's time: picoseconds, and the core's clock of 322.265625 MHz in them. 165 cycles are 512 ns
// exactly; an edge that falls between two picoseconds counts for the later one, so no error adds up.
#pragma once
#include <cstdint>

#include "host/core/types.h"

namespace twinpath::platform {

using Picoseconds = detail::Unit<struct PicosecondsTag, std::uint64_t>;

inline constexpr std::uint64_t kPsPerTurn = 512'000, kCyclesPerTurn = 165;

constexpr Picoseconds picoseconds(Nanoseconds t) noexcept { return {t.value * 1000}; }
constexpr double to_ns(Picoseconds t) noexcept { return static_cast<double>(t.value) / 1000; }

// The edge with which cycle `c` begins.
constexpr Picoseconds edge(Cycles c) noexcept {
  return {c.value / kCyclesPerTurn * kPsPerTurn +
          (c.value % kCyclesPerTurn * kPsPerTurn + kCyclesPerTurn - 1) / kCyclesPerTurn};
}

// The first cycle that begins at `t` or later.
constexpr Cycles cycle_at(Picoseconds t) noexcept {
  if (t.value == 0) return {0};
  const std::uint64_t before = t.value - 1;
  return {before / kPsPerTurn * kCyclesPerTurn + before % kPsPerTurn * kCyclesPerTurn / kPsPerTurn + 1};
}
static_assert(edge(Cycles{165}).value == 512'000 && edge(Cycles{1}).value == 3104);
static_assert(cycle_at(Picoseconds{3104}).value == 1 && cycle_at(Picoseconds{3105}).value == 2);

}  // namespace twinpath::platform
