// `twinpath monitor`.
#pragma once
#include "host/apps/commands.h"

namespace twinpath {

Run add_monitor(CLI::App& app);

}  // namespace twinpath
