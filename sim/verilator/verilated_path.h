// `verilator:` the RTL path: the tick-to-trade core as a cycle-accurate model of hw/rtl/top/twinpath_core.sv.
#pragma once
#include "host/path/path_registry.h"

namespace twinpath {

// Adds `verilator:` to the registry. Address: "verilator:" keeps the gaps between inputs as they are until the core is
// idle, so that latencies are those of the session; "verilator:dense" puts inputs back to back, which is faster and
// latencies are those of a saturated core. Decisions are the same either way (SEM 1).
void add_verilated_path(PathRegistry& registry);

}  // namespace twinpath
