// The processor's time stamp counter in nanoseconds, for measuring only: no decision reads it.
#pragma once
#include <time.h>
#include <x86intrin.h>

#include <chrono>
#include <cstdint>

#include "host/core/types.h"

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

// Processor time of this thread, for throughput on a machine that others use too.
class ThreadTime {
 public:
  static Nanoseconds now() noexcept {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return {static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec)};
  }
};

}  // namespace twinpath
