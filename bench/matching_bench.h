// The matching engine's speed: on the published scenarios, on the report ring's two uses, on many books.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "host/core/histogram.h"
#include "host/venue/matching/messages.h"

namespace twinpath::bench {

// Who reads the reports.
enum class Draining { inline_, thread };

struct MatchingRates {
  std::uint64_t messages = 0;
  std::uint64_t reports = 0;
  std::vector<double> wall;       // nanoseconds a message, a value a repeat
  std::vector<double> processor;  // of the engine's thread, likewise
  // Nanoseconds a message when every piece of 2,000 messages counts with its shortest repeat: what is left when other
  // processes' turns on the core are left out.
  double quiet = 0;
};

// Gives the commands, one call a message, `repeats` times to an engine that lists `books` books first. The commands'
// sequences begin at `books`.
MatchingRates run_matching(std::span<const matching::Command> commands, std::uint32_t books, unsigned repeats,
                           Draining draining);

struct MatchingLatency {
  Histogram all;  // ticks from the call of a message to its return, reports in the ring; every message of every repeat
  Histogram quietest;  // each message's shortest repeat
  Histogram reading;   // two readings of the clock, which are in all of the others
};
MatchingLatency run_matching_latency(std::span<const matching::Command> commands, unsigned repeats);

// The commands dealt out to `books` books in turn, sequences from `books` on.
std::vector<matching::Command> deal_out(std::span<const matching::Command> commands, std::uint32_t books);

}  // namespace twinpath::bench
