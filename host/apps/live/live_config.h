// What a live run needs of its configuration beyond what every key says for itself.
#pragma once
#include <string>

#include "host/apps/config/config_file.h"

namespace twinpath {

// There is a [live]. All throw std::runtime_error that names the file and what to do.
// Orders have one way to go: frames to live.to, or over the session of [exchange].
void check_where_orders_go(const RunConfig& config, const std::string& file);
// Fills the locates of symbols that have none from the file `directory`, if there is one, with every one of them.
void read_directory(const LiveOptions& live, CoreConfig& core);
// Books can begin with what [recovery], where it is there, has again.
void check_recovery(const RunConfig& config, const std::string& file);

}  // namespace twinpath
