// How fast the platform model (sim/systemc) simulates: processor time of the thread and time by the clock, without what
// generating or reading the session takes, which is stated apart.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "host/apps/platform/platform_scenario.h"
#include "host/path/path_registry.h"

namespace twinpath::bench {

// A session through one simulator, from making it (and bringing up its core) to its end.
struct SimulationTime {
  std::uint64_t messages = 0;  // of the session, each once
  std::uint64_t frames = 0;    // that reached the core
  std::uint64_t digest = 0;    // of a platform's orders and events with their times
  double processor = 0;        // seconds of the thread
  double wall = 0;             // seconds by the clock
  double session = 0;          // seconds of processor time that the session's frames took; not in the others
};

// The scenario with the core that it names.
SimulationTime time_platform(const PlatformScenario& scenario);
// The scenario's session and its venue's answers on a path, without network, PCIe and host.
SimulationTime time_path(const PlatformScenario& scenario, const PathRegistry& registry, const std::string& address);

// Of several rounds.
struct SimulationTimes {
  std::vector<SimulationTime> rounds;

  const SimulationTime& first() const { return rounds.front(); }
  double processor() const;  // median
  double quickest() const;   // of processor time
  double wall() const;       // median
  double session() const;    // median
};

}  // namespace twinpath::bench
