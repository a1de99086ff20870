// The subcommands of a venue: `twinpath venue` runs one, `twinpath flow` trades at it.
#pragma once
#include "host/apps/commands.h"

namespace twinpath {

Run add_venue(cli::App& app, const PacketIoRegistry& io);
Run add_flow(cli::App& app);

}  // namespace twinpath
