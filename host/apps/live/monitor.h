// `twinpath monitor`.
#pragma once
#include "host/apps/commands.h"

namespace twinpath {

Run add_monitor(cli::App& app);

}  // namespace twinpath
