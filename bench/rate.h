// How many messages a second the core takes: back-to-back beats of one kind of message, and hazards of the same order
// and symbol at every distance.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace twinpath::bench {

struct RateFigures {
  std::string_view name;
  std::string_view what;
  std::uint64_t messages = 0;
  std::uint64_t frames = 0;
  std::uint64_t cycles = 0;   // from the first beat to the last, a beat in every cycle
  std::uint64_t waited = 0;   // beats that the core did not take at once
  std::uint64_t held = 0;     // cycles in which the pipeline stood still
  std::uint64_t queued = 0;   // cycles from the last beat until the core was idle
  std::uint64_t books = 0;    // changes of best bid and offer, equal to the software path's
  double floor = 0;           // promised, millions a second; 0: the wire is the limit, and no beat may wait
  double per_second() const;  // at the core clock
  bool as_promised() const;
};

// Workloads by name, in the order in which they are run.
std::vector<std::string_view> rate_workloads();

// Runs one workload of about `messages` messages through the Verilated core, a beat in every cycle, and compares every
// best bid and offer and all counters with the software path's. Throws std::runtime_error at the first difference.
RateFigures run_rate(std::string_view workload, std::uint64_t messages);

}  // namespace twinpath::bench
