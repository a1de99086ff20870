// Faults that the simulated card is told to have, for tests of the host: TWINPATH_CARD_FAULT, several apart by commas.
//
//   die=N                 the process is killed before frame N of the wire (from 0)
//   silent=0x4018         no access to that register is ever answered
//   register=0x14:0x30000 reads of that register give this value
//   core-clock            the core's clock stands still
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace twinpath::sim {

struct CardFaults {
  std::optional<std::uint64_t> die_at_frame;
  std::optional<std::uint32_t> silent_register;
  std::map<std::uint32_t, std::uint32_t> registers;
  bool core_clock_stopped = false;

  static CardFaults parse(std::string_view text) {
    CardFaults faults;
    const auto number = [&](std::string_view s) {
      std::size_t used = 0;
      std::uint64_t value = 0;
      try {
        value = std::stoull(std::string(s), &used, 0);
      } catch (const std::exception&) {  // told below
        used = s.size() + 1;
      }
      if (used != s.size() || s.empty())
        throw std::runtime_error("TWINPATH_CARD_FAULT: expected a number, found '" + std::string(s) + "'");
      return value;
    };
    while (!text.empty()) {
      const std::string_view one = text.substr(0, text.find(','));
      text.remove_prefix(std::min(text.size(), one.size() + 1));
      const std::string_view name = one.substr(0, one.find('='));
      const std::string_view value = name.size() < one.size() ? one.substr(name.size() + 1) : std::string_view{};
      if (name == "die") {
        faults.die_at_frame = number(value);
      } else if (name == "silent") {
        faults.silent_register = static_cast<std::uint32_t>(number(value));
      } else if (name == "register") {
        const std::size_t colon = value.find(':');
        if (colon == std::string_view::npos)
          throw std::runtime_error("TWINPATH_CARD_FAULT: expected register=offset:value");
        faults.registers[static_cast<std::uint32_t>(number(value.substr(0, colon)))] =
            static_cast<std::uint32_t>(number(value.substr(colon + 1)));
      } else if (name == "core-clock") {
        faults.core_clock_stopped = true;
      } else {
        throw std::runtime_error("TWINPATH_CARD_FAULT: expected die, silent, register or core-clock, found '" +
                                 std::string(name) + "'");
      }
    }
    return faults;
  }
};

}  // namespace twinpath::sim
