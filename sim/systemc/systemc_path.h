// `systemc:` the platform model's functional core as a path: decisions of the software twin, at the times and with the
// stage stamps (in cycles) of the RTL.
#pragma once
#include "host/path/path_registry.h"

namespace twinpath {

// Adds `systemc:` to the registry; the address takes nothing behind the colon.
void add_systemc_path(PathRegistry& registry);

}  // namespace twinpath
