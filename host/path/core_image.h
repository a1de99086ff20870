// The configuration of a hardware path as 32-bit words for its configuration bus. Every path with RTL in it, simulated
// or on a card, is configured with these words; tables and words are those of hw/rtl/twinpath_types.svh (TP_CFG_).
#pragma once
#include <cstdint>
#include <vector>

#include "host/core/config.h"
#include "host/core/registers.h"

namespace twinpath {

struct ConfigWord {
  std::uint8_t table;
  std::uint16_t index;
  std::uint8_t word;
  std::uint32_t data;

  // What goes into the CFG_ADDR register before `data` goes into CFG_DATA.
  std::uint32_t address() const noexcept {
    return std::uint32_t{table} << regs::kCfgAddrTableIdShift | std::uint32_t{index} << regs::kCfgAddrIndexShift | word;
  }
};

// Everything but the banks' records of symbols that do not exist. For a core that has just been reset. Throws
// std::invalid_argument when the strategy is not the rules: no other has a twin in hardware (SEM 9).
std::vector<ConfigWord> core_image(const CoreConfig& config);

// One bank (0 or 1): rules, limits and global limits of `symbols` symbols.
std::vector<ConfigWord> bank_image(const Bank& bank, unsigned number, unsigned symbols);

}  // namespace twinpath
