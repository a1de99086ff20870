// CLOCK_REALTIME, which stamps what nothing nearer to the wire has stamped.
#pragma once
#include <ctime>

#include "host/core/types.h"

namespace twinpath::drivers {

inline Nanoseconds to_nanoseconds(const timespec& t) noexcept {
  return {static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec)};
}

inline Nanoseconds wall_clock() noexcept {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return to_nanoseconds(t);
}

}  // namespace twinpath::drivers
