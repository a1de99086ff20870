// Faults that the simulated card is told to have, for tests of the host: TWINPATH_CARD_FAULT, several apart by commas.
//
//   die=N                 the process is killed before frame N of the wire (from 0)
//   silent=0x4018         no access to that register is ever answered
//   register=0x14:0x30000 reads of that register give this value
//   core-clock            the core's clock stands still
//   die-in-run=N          the process is killed at the first look at run N of an HLS kernel (each counts from 0)
//   endless-run=N         run N of an HLS kernel does nothing and never ends
//   argument=margin_sweep.cash:0x28   that argument's register lies at that offset
#pragma once
#include <cstdint>
#include <functional>
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
  std::optional<std::uint64_t> die_in_run, endless_run;
  std::map<std::string, std::uint32_t, std::less<>> arguments;  // kernel.argument to its register's offset

  // Where the argument's register lies; without a fault at `offset`.
  std::uint32_t argument_offset(const std::string& kernel, const std::string& argument, std::uint32_t offset) const {
    const auto other = arguments.find(kernel + "." + argument);
    return other == arguments.end() ? offset : other->second;
  }

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
      } else if (name == "register" || name == "argument") {
        const std::size_t colon = value.find(':');
        if (colon == std::string_view::npos)
          throw std::runtime_error("TWINPATH_CARD_FAULT: expected register=offset:value, or argument=name:offset");
        const std::string_view key = value.substr(0, colon);
        const auto is = static_cast<std::uint32_t>(number(value.substr(colon + 1)));
        if (name == "register")
          faults.registers[static_cast<std::uint32_t>(number(key))] = is;
        else
          faults.arguments[std::string(key)] = is;
      } else if (name == "core-clock") {
        faults.core_clock_stopped = true;
      } else if (name == "die-in-run") {
        faults.die_in_run = number(value);
      } else if (name == "endless-run") {
        faults.endless_run = number(value);
      } else {
        throw std::runtime_error(
            "TWINPATH_CARD_FAULT: expected die, silent, register, core-clock, die-in-run, endless-run or argument, "
            "found '" +
            std::string(name) + "'");
      }
    }
    return faults;
  }
};

}  // namespace twinpath::sim
