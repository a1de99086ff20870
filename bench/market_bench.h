// The market's speed: requests in, executions and tape out, on the matching engine's scenarios.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "host/core/histogram.h"
#include "host/venue/market/request.h"
#include "host/venue/matching/messages.h"

namespace twinpath::bench {

inline constexpr std::uint32_t kMarketParticipants = 64;

// The orders of the commands dealt out to participants, all in one symbol that trades.
std::vector<market::Request> market_requests(std::span<const matching::Command> commands);

struct MarketRates {
  std::uint64_t requests = 0;
  std::uint64_t executions = 0;
  std::uint64_t messages = 0;     // on the tape
  std::vector<double> wall;       // nanoseconds a request, a value a repeat
  std::vector<double> processor;  // likewise
  Histogram latency;              // ticks from the call to its return, of every request of every repeat
};

// Applies the requests to a new market `repeats` times and once more for the latency. `logged`: each is written into a
// request log first, in a temporary folder.
MarketRates run_market(std::span<const market::Request> requests, unsigned repeats, bool logged);

}  // namespace twinpath::bench
