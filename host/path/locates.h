// Which configured symbol a message is about. SEM 2.6.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "host/core/config.h"
#include "host/wire/bytes.h"

namespace twinpath {

class Locates {
 public:
  explicit Locates(const CoreConfig& config) noexcept {
    symbols_.fill(-1);
    for (std::size_t i = 0; i < config.symbols.size(); ++i) {
      if (config.symbols[i].has_locate) symbols_[config.symbols[i].locate] = static_cast<std::int16_t>(i);
    }
  }

  // The message's symbol, -1 when it is not configured.
  int symbol_of(const std::uint8_t* message) const noexcept { return symbols_[load_be16(message + 1)]; }

 private:
  std::array<std::int16_t, 65536> symbols_;
};

}  // namespace twinpath
