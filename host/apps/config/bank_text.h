// A bank as TOML, exactly: what `rules_file` of a SWAP and `alternate` read (host/apps/CONFIG.md).
#pragma once
#include <string>

#include "host/core/config.h"

namespace twinpath {

// Every rule and limit of every configured symbol, and the global limits, so that whatever lies under it shows nowhere.
// For a bank that came from a configuration file: other values may have no such text.
std::string bank_text(const CoreConfig& config, const Bank& bank);

}  // namespace twinpath
