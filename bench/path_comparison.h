// One session through several kinds of path: what each core and each host measured of it.
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "bench/session.h"
#include "host/core/histogram.h"
#include "host/path/core_latency.h"
#include "host/path/path_registry.h"

namespace twinpath::bench {

struct PathMeasure {
  std::string address;
  std::uint64_t orders = 0;  // order frames: enter and cancel
  std::uint64_t digest = 0;  // of all order frames in order: equal where the frames are
  bool core = false;         // a core of RTL is behind it

  // Of orders (Event::stages): core clock cycles from the message's last byte in to the order's first beat out where
  // there is a core, nanoseconds from the frame's entry to the order in software; by class of message and all of them.
  std::array<Histogram, kLatencyClasses> by_class;
  Histogram latency;
  std::array<CoreLatency, kLatencyClasses> histograms;  // the core's own count of the same
  bool stamps_agree = true;                             // the two, bin by bin

  // Nanoseconds of the host's clock from the call that gives a frame to the call that takes the order's event; a frame
  // at a time, and nothing waits for the next one.
  Histogram round_trip;
  double per_second = 0;     // messages, by the clock; inputs 64 at a time
  std::uint64_t cycles = 0;  // simulated for the session; 0: not a simulation
};

// Plays the session twice, with a new path each time. Throws what the path throws, and std::runtime_error when the two
// make different orders.
PathMeasure measure_path(const Session& session, const CoreConfig& config, const PathRegistry& registry,
                         const std::string& address, PathOptions options);

}  // namespace twinpath::bench
