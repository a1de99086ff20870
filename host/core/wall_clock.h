// The wall clock.
#pragma once
#include <cstdint>
#include <ctime>

namespace twinpath {

// Nanoseconds UTC since 1970.
inline std::uint64_t wall_ns() noexcept {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
}

}  // namespace twinpath
