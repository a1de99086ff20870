// The processor's time stamp counter in nanoseconds, for measuring only: no decision reads it.
#pragma once
#include <x86intrin.h>

#include <chrono>
#include <cstdint>

namespace twinpath {

class TickClock {
 public:
  static std::uint64_t now() noexcept { return __rdtsc(); }

  // Nanoseconds between two readings; calibrated once against the monotonic clock over 20 ms.
  static double nanoseconds(std::uint64_t ticks) noexcept { return static_cast<double>(ticks) * per_tick(); }

 private:
  static double per_tick() noexcept {
    static const double value = [] {
      using Clock = std::chrono::steady_clock;
      const auto t0 = Clock::now();
      const std::uint64_t c0 = now();
      while (Clock::now() - t0 < std::chrono::milliseconds(20)) {
      }
      const std::uint64_t c1 = now();
      return std::chrono::duration<double, std::nano>(Clock::now() - t0).count() / static_cast<double>(c1 - c0);
    }();
    return value;
  }
};

}  // namespace twinpath
