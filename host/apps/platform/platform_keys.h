// What reads the keys of a scenario. Used by platform_scenario and platform_system only.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "host/apps/config/config_reader.h"
#include "sim/systemc/platform.h"

namespace twinpath::scenario {

using config::Reader;

inline constexpr double kMostNs = 1e9;

template <class T>
void number(Reader& r, std::string_view key, T& out, std::uint64_t min, std::uint64_t max) {
  if (const auto n = r.integer(key, min, max)) out = static_cast<T>(*n);
}
inline void bound(Reader& r, std::string_view key, std::optional<std::uint64_t>& out) {
  if (const auto n = r.integer(key, 0, INT64_MAX)) out = n;
}

// All tables of the system between exchange and venue: lines, wires, MAC, PCIe, host, card, and what happens to them.
void read_system(Reader& top, platform::PlatformOptions& options, const std::filesystem::path& base);

}  // namespace twinpath::scenario
