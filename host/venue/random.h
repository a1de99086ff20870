// Random numbers that are the same on every machine: xoshiro256** seeded by splitmix64, and integer-only distributions.
//
// Algorithms: D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021. The
// only floating-point operation is the product in Probability, which IEEE 754 defines to the last bit.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace twinpath::venue {

/// A probability in units of 2^-32.
struct Probability {
  std::uint64_t threshold = 0;

  Probability() = default;
  /// Values below 0 (and NaN) count as 0, above 1 as 1.
  constexpr explicit Probability(double p) noexcept
      : threshold(p >= 1.0  ? std::uint64_t{1} << 32
                  : p > 0.0 ? static_cast<std::uint64_t>(p * 4294967296.0)
                            : 0) {}
};

namespace detail {

/// -ln(x) for x in [0.5, 1), sampled at the middle of 1,024 equal steps, in units of 2^-24. Logarithms come from
/// repeated squaring, so that no mathematics library has a say.
constexpr std::array<std::uint32_t, 1024> negative_log_table() noexcept {
  constexpr std::uint64_t kLn2 = 11'629'080;  // ln 2 in units of 2^-24
  std::array<std::uint32_t, 1024> table{};
  for (std::uint64_t i = 0; i < 1024; ++i) {
    std::uint64_t x = (1024 + i) * 2 + 1;  // 2x in [1, 2), 11 fraction bits
    x <<= 20;                              // 31 fraction bits
    std::uint64_t log2 = 0;                // of 2x, 24 fraction bits
    for (int bit = 0; bit < 24; ++bit) {
      x = (x * x) >> 31;
      log2 <<= 1;
      if (x >= (std::uint64_t{1} << 32)) {
        log2 |= 1;
        x >>= 1;
      }
    }
    table[i] = static_cast<std::uint32_t>((((std::uint64_t{1} << 24) - log2) * kLn2) >> 24);
  }
  return table;
}
inline constexpr auto kNegativeLog = negative_log_table();

}  // namespace detail

class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept {
    for (std::uint64_t& word : state_) {
      seed += 0x9E3779B97F4A7C15;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
      word = z ^ (z >> 31);
    }
  }

  std::uint64_t next() noexcept {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  std::uint32_t next32() noexcept { return static_cast<std::uint32_t>(next() >> 32); }

  /// 0 to n - 1; 0 when n is 0.
  std::uint32_t below(std::uint32_t n) noexcept {
    return static_cast<std::uint32_t>((std::uint64_t{next32()} * n) >> 32);
  }

  /// low to high, both included; low <= high.
  std::uint32_t between(std::uint32_t low, std::uint32_t high) noexcept { return low + below(high - low + 1); }

  bool chance(Probability p) noexcept { return next32() < p.threshold; }

  /// True once in n.
  bool one_in(std::uint32_t n) noexcept { return below(n) == 0; }

  /// Exponentially distributed with this mean, below 2^38; the result is at most 45 means.
  std::uint64_t exponential(std::uint64_t mean) noexcept {
    const std::uint64_t u = next() | 1;
    const int zeros = std::countl_zero(u);
    const std::uint64_t mantissa = u << zeros;
    const std::uint64_t log =
        static_cast<std::uint64_t>(zeros) * 11'629'080 + detail::kNegativeLog[(mantissa >> 53) & 1023];
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(log) * mean) >> 24);
  }

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace twinpath::venue
