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
  static constexpr std::array<unsigned, 3> kBehind{1, 4, 10};  // at least
  static constexpr double kLate = 250;                         // nanoseconds

  // Ticks of the time stamp counter from the call that gives the frame to the call that takes its order's frame, both
  // readings included.
  Histogram all;       // every order of every round
  Histogram quietest;  // of each order its shortest round: what interrupts and neighbours add is not in it
  Histogram first;     // of these, the orders of a frame's first message: no other message's work is in them
  Histogram adds;      // of those, the orders that a new order caused (A, F), for which no order is looked up
  Histogram others;    // and those that another message caused
  std::array<Histogram, 3> behind;  // of `quietest`, by how many messages their input brought in front: kBehind
  std::uint64_t late = 0;           // orders, of all rounds, that came more than kLate behind their shortest round
  Histogram reading;                // two readings with nothing between them
  std::array<Histogram, kStages> stages;  // nanoseconds to each stage (Event::stages), from a round with stamps
  std::vector<double> rates;              // messages a second, a round; inputs 64 at a time, without readings
};

// Plays the session `rounds` times in each way, each time with a new path. Throws std::runtime_error when a round makes
// other orders than the session's replay.
LatencyFigures run_latency(const Session& session, const CoreConfig& config, unsigned rounds);

}  // namespace twinpath::bench
