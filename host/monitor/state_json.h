// What a run shows, as JSON for the page and for other readers of its events.
#pragma once
#include <string>
#include <string_view>

#include "host/monitor/run_view.h"

namespace twinpath {

// One line. `session`: the last answer of the run's control socket to `status`, JSON too; "" when there is none. Prices
// are dollars, times milliseconds UTC, latencies nanoseconds.
std::string state_json(const RunNow& run, std::string_view session);

}  // namespace twinpath
