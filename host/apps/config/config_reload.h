// Reading a configuration again while it is in use.
#pragma once
#include <filesystem>

#include "host/apps/config/config_file.h"

namespace twinpath {

// The rules and limits that `file` now has. Nothing but rules, limits and [risk] (and what a live run does not use:
// [report], the other bank) may differ from `running`, which was read from it before. Throws ConfigError with all that
// is wrong.
Bank reload_bank(const std::filesystem::path& file, const RunConfig& running);

}  // namespace twinpath
