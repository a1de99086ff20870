// The counters of SEM 8, by name.
#pragma once
#include <array>
#include <cstdint>

#include "host/core/registers.h"

namespace twinpath {

using CounterValues = std::array<std::uint64_t, kCounterCount>;

class Counters {
 public:
  void add(Counter c, std::uint64_t n = 1) noexcept { values_[static_cast<std::size_t>(c)] += n; }
  std::uint64_t operator[](Counter c) const noexcept { return values_[static_cast<std::size_t>(c)]; }
  const CounterValues& values() const noexcept { return values_; }

 private:
  CounterValues values_{};
};

// The counter `n` places behind `first`: for groups that the register map keeps in the order of their enumeration.
constexpr Counter counter_after(Counter first, unsigned n) noexcept {
  return static_cast<Counter>(static_cast<unsigned>(first) + n);
}

}  // namespace twinpath
