// A commented configuration for given symbols, to start from: `twinpath generate --config-out` writes it.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "host/core/types.h"

namespace twinpath {

struct SampleSymbol {
  std::string name;                     // at most 8 characters, no spaces
  std::optional<std::uint16_t> locate;  // absent: resolved from the session's Stock Directory
  Price reference_price;                // where it trades; more than 0
};

// TOML text that load_config accepts, for 1 to 256 symbols with different names. Every rule is on for some symbols, and
// limits are such that a busy session passes most orders and meets several reasons of rejection. Prices of a dollar and
// more get a window of cents, those below one of 1/10,000 dollar. Throws std::invalid_argument when the symbols cannot
// be configured.
std::string sample_config(std::span<const SampleSymbol> symbols);

}  // namespace twinpath
