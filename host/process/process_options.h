// [processes] of a configuration (host/apps/CONFIG.md): trading by several processes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/core/types.h"

namespace twinpath {

struct ProcessOptions {
  static constexpr std::size_t kMostStrategies = 16;

  std::string folder = "/dev/shm/twinpath";         // of the memory that they share
  std::string store;                                // of the feed's messages; "": FOLDER/messages
  std::vector<std::string> strategies = {"rules"};  // a process each
  std::uint64_t market_records = 16'384;            // of the ring that all follow, a power of two
  Nanoseconds feed_timeout{200'000'000};            // without a sign of life of the feed, books are stale
  Nanoseconds intent_age{100'000'000};              // an older one is refused
  bool cancel_on_exit = true;                       // orders of a strategy that is gone
  std::uint64_t store_bytes = 256U << 20U;          // of `store`

  bool operator==(const ProcessOptions&) const = default;
};

}  // namespace twinpath
