// How long the software path takes from a frame's entry to the order's frame, and how many messages a second it takes.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "bench/session.h"
#include "host/core/config.h"
#include "host/core/event.h"
#include "host/core/histogram.h"

namespace twinpath::bench {

struct LatencyFigures {
  // Ticks of the time stamp counter from the call that gives the frame to the call that takes its order's frame, both
  // readings included.
  Histogram all;       // every order of every round
  Histogram quietest;  // of each order its shortest round: what interrupts and neighbours add is not in it
  Histogram first;     // of these, the orders of a frame's first message: no other message's work is in them
  Histogram reading;   // two readings with nothing between them
  std::array<Histogram, kStages> stages;  // nanoseconds to each stage (Event::stages), from a round with stamps
  std::vector<double> rates;              // messages a second, a round; inputs 64 at a time, without readings
};

// Plays the session `rounds` times in each way, each time with a new path. Throws std::runtime_error when a round makes
// other orders than the session's replay.
LatencyFigures run_latency(const Session& session, const CoreConfig& config, unsigned rounds);

}  // namespace twinpath::bench
