// Counters and histograms of the processes of a folder, as their mapped files have them.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "host/ipc/stats.h"

namespace twinpath::ipc {

struct HistogramNow {
  std::string name;  // ends in ", ns"
  std::uint64_t count = 0, p50 = 0, p99 = 0, p999 = 0, max = 0;
  // Values below each power of two: below[k] of those below 2^k ns.
  std::array<std::uint64_t, 64> below{};
};

struct ProcessNow {
  std::string name;
  std::uint32_t pid = 0;
  bool owned = false;                        // a process has the file
  std::uint64_t started = 0, heartbeat = 0;  // nanoseconds UTC
  std::vector<std::pair<std::string, std::uint64_t>> counters;
  std::vector<HistogramNow> histograms;

  // Seconds without a sign of life at `now_ns`.
  double silent(std::uint64_t now_ns) const noexcept {
    return now_ns > heartbeat ? static_cast<double>(now_ns - heartbeat) * 1e-9 : 0;
  }
  // Given to whoever is asked whether it is up.
  static constexpr double kSilent = 2;
  bool up(std::uint64_t now_ns) const noexcept { return owned && silent(now_ns) <= kSilent; }
};

// Every FOLDER/*.stats by name; none when there is no such folder. Throws SegmentError for a file of another kind.
std::vector<ProcessNow> read_stats(const std::filesystem::path& folder);

}  // namespace twinpath::ipc
