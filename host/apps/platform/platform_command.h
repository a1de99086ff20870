// `twinpath platform`, where the build has SystemC.
#pragma once
#include "host/apps/commands.h"

namespace twinpath {

Run add_platform(cli::App& app);

}  // namespace twinpath
