// What `twinpath day` keeps in its folder: which day it is, and every segment that is done.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/core/counters.h"

namespace twinpath {

struct DayRecord {
  std::uint64_t seed = 0;
  std::uint64_t messages = 0;
  std::uint32_t symbols = 0;
  std::uint32_t configured = 0;
  unsigned lines = 1;
  unsigned segments = 0;
  std::vector<std::string> paths;

  bool operator==(const DayRecord&) const = default;
};

// One segment, run to its end or to the first difference.
struct SegmentRecord {
  unsigned segment = 0;
  std::uint64_t messages = 0;  // of the day
  std::uint64_t snapshot = 0;  // messages in front of them
  std::uint64_t frames = 0;
  std::uint64_t compared = 0;  // outputs that agreed
  std::uint64_t cycles = 0;    // simulated
  double seconds = 0;          // wall time
  double cpu_seconds = 0;      // of the thread, the market and both paths included
  std::string difference;      // empty: identical
  CounterValues counters{};    // of the first path
};

// Writes `day` into the folder, or checks that it is the day that is there. Throws std::runtime_error when it is not,
// or when the folder cannot be written.
void claim_day(const std::filesystem::path& folder, const DayRecord& day);

// A record is there as a whole or not at all, whenever the command is killed.
void write_segment(const std::filesystem::path& folder, const SegmentRecord& record);
std::optional<SegmentRecord> read_segment(const std::filesystem::path& folder, unsigned segment);

}  // namespace twinpath
