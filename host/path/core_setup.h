// Checking and configuring a core through its registers: the same for every path with RTL in it.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "host/core/config.h"
#include "host/path/core_image.h"

namespace twinpath {

using ReadRegister = std::function<std::uint32_t(std::uint32_t offset)>;
using WriteRegister = std::function<void(std::uint32_t offset, std::uint32_t value)>;

// Throws std::runtime_error, "who: ...", when what answers is no core of this map's major version, or was built with
// another order table than the configuration wants.
void check_core(const std::string& who, const CoreConfig& config, const ReadRegister& read);
// The same for the map alone: any configuration.
void check_map(const std::string& who, const ReadRegister& read);

// CFG_ADDR only where the word is not the one behind the last.
void write_words(const std::vector<ConfigWord>& words, const WriteRegister& write);

}  // namespace twinpath
