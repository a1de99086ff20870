// From a run's configuration to what replay() takes.
#pragma once
#include <filesystem>

#include "host/apps/config/config_file.h"
#include "host/apps/session/sources.h"
#include "host/path/replay.h"

namespace twinpath {

// Commands by offset from the first frame (times of day count in the input's own clock), and the simulated exchange.
// Reads the first frame of `input`. Throws std::runtime_error when a command's time of day lies before it.
ReplayOptions replay_options(const RunConfig& config, const std::filesystem::path& input, const RateModel& rate);

}  // namespace twinpath
