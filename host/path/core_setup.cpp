#include "host/path/core_setup.h"

#include <fmt/format.h>

#include <stdexcept>

#include "host/core/registers.h"

namespace twinpath {

void check_map(const std::string& who, const ReadRegister& read) {
  if (const std::uint32_t id = read(regs::kId); id != regs::kMagicValue) {
    throw std::runtime_error(
        fmt::format("{}: register map magic: expected 0x{:08X}, found 0x{:08X}; no Twinpath core answers here", who,
                    regs::kMagicValue, id));
  }
  const std::uint32_t version = read(regs::kMapVersion);
  if (version >> regs::kMapVersionMajorShift != regs::kMapVersionMajorValue) {
    throw std::runtime_error(
        fmt::format("{}: register map version: this program has {}.{}, the core {}.{}; build both from the same source",
                    who, regs::kMapVersionMajorValue, regs::kMapVersionMinorValue,
                    version >> regs::kMapVersionMajorShift, version & regs::kMapVersionMinorMask));
  }
}

void check_core(const std::string& who, const CoreConfig& config, const ReadRegister& read) {
  check_map(who, read);
  const auto expect = [&](const char* what, std::uint32_t expected, std::uint32_t found) {
    if (expected != found) {
      throw std::runtime_error(fmt::format(
          "{}: {}: the configuration wants {}, the core was built with {}; change [order_table] or rebuild the core",
          who, what, expected, found));
    }
  };
  const std::uint32_t build = read(regs::kBuild1);
  expect("sets_log2", config.sets_log2, (build & regs::kBuild1SetsLog2Mask) >> regs::kBuild1SetsLog2Shift);
  expect("ways", config.ways, (build & regs::kBuild1WaysMask) >> regs::kBuild1WaysShift);
}

void write_words(const std::vector<ConfigWord>& words, const WriteRegister& write) {
  std::uint32_t next = UINT32_MAX;
  for (const ConfigWord& w : words) {
    if (w.address() != next) write(regs::kCfgAddr, w.address());
    write(regs::kCfgData, w.data);
    next = w.address() + 1;  // the word number goes up by itself
  }
}

}  // namespace twinpath
