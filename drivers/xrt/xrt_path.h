// `xrt:<index or bus:device.function>`: the path through a card that XRT drives, or through the simulated card.
#pragma once
#include "host/path/path_registry.h"

namespace twinpath {

// Adds `xrt:` to the registry.
void add_xrt_path(PathRegistry& registry);

}  // namespace twinpath
