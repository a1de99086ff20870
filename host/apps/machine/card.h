// `twinpath card`: cards through XRT.
#pragma once
#include "host/apps/commands.h"

namespace twinpath {

// list, inspect, program, status, registers, selftest, latency, reset.
Run add_card(cli::App& app);

}  // namespace twinpath
