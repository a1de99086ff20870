// Units. Each is an integer of its own type, so that a wrong unit does not compile.
#pragma once
#include <cstdint>
#if __cplusplus >= 202002L
#include <compare>
#endif

namespace twinpath {

namespace detail {
// A number with a unit: comparable and addable with its own kind only.
template <class Tag, class Rep>
struct Unit {
  using rep = Rep;
  Rep value{};

#if __cplusplus >= 202002L
  constexpr auto operator<=>(const Unit&) const = default;
#else  // strategies are compiled as HLS kernels too, as C++17
  friend constexpr bool operator==(Unit a, Unit b) noexcept { return a.value == b.value; }
  friend constexpr bool operator!=(Unit a, Unit b) noexcept { return a.value != b.value; }
  friend constexpr bool operator<(Unit a, Unit b) noexcept { return a.value < b.value; }
  friend constexpr bool operator<=(Unit a, Unit b) noexcept { return a.value <= b.value; }
  friend constexpr bool operator>(Unit a, Unit b) noexcept { return a.value > b.value; }
  friend constexpr bool operator>=(Unit a, Unit b) noexcept { return a.value >= b.value; }
#endif
  constexpr Unit& operator+=(Unit o) noexcept {
    value = static_cast<Rep>(value + o.value);
    return *this;
  }
  constexpr Unit& operator-=(Unit o) noexcept {
    value = static_cast<Rep>(value - o.value);
    return *this;
  }
  friend constexpr Unit operator+(Unit a, Unit b) noexcept { return a += b; }
  friend constexpr Unit operator-(Unit a, Unit b) noexcept { return a -= b; }
};
}  // namespace detail

// ITCH Price(4): 1/10,000 dollar.
using Price = detail::Unit<struct PriceTag, std::uint32_t>;
// Shares.
using Quantity = detail::Unit<struct QuantityTag, std::uint32_t>;
// Core clock cycles, 48 bits used (SEM 1).
using Cycles = detail::Unit<struct CyclesTag, std::uint64_t>;
using Nanoseconds = detail::Unit<struct NanosecondsTag, std::uint64_t>;

// Price in dollars times shares, in 1/10,000 dollar. 32 x 32 bits: cannot overflow.
constexpr std::uint64_t notional(Price p, Quantity q) noexcept { return std::uint64_t{p.value} * q.value; }

// The core clock: 322.265625 MHz, exactly 165 cycles in 512 ns.
inline constexpr double kCoreClockHz = 322'265'625.0;
inline constexpr std::uint64_t kTimeMask = (std::uint64_t{1} << 48) - 1;
constexpr Cycles to_cycles(Nanoseconds ns) noexcept { return {(ns.value / 512) * 165 + (ns.value % 512) * 165 / 512}; }
constexpr double to_nanoseconds(Cycles c) noexcept { return static_cast<double>(c.value) * 512.0 / 165.0; }

enum class Side : std::uint8_t { buy = 0, sell = 1 };
constexpr Side opposite(Side s) noexcept { return s == Side::buy ? Side::sell : Side::buy; }

// Index of a configured symbol, 0 to 255.
using SymbolIndex = std::uint8_t;
inline constexpr unsigned kSymbols = 256;

}  // namespace twinpath
