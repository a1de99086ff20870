#include "host/apps/machine/machine_files.h"

#include <charconv>
#include <fstream>
#include <system_error>

namespace twinpath {

std::filesystem::path MachineFiles::path(std::string_view absolute) const { return root_ / absolute.substr(1); }

bool MachineFiles::exists(std::string_view absolute) const {
  std::error_code error;
  return std::filesystem::exists(path(absolute), error);
}

std::string MachineFiles::line(std::string_view absolute) const {
  std::string text;
  std::ifstream in(path(absolute));
  std::getline(in, text);
  return text;
}

std::uint64_t MachineFiles::number(std::string_view absolute) const {
  const std::string text = line(absolute);
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string MachineFiles::link_name(std::string_view absolute) const {
  std::error_code error;
  return std::filesystem::read_symlink(path(absolute), error).filename().string();
}

std::set<unsigned> MachineFiles::cpu_list(std::string_view absolute) const {
  const std::string text = line(absolute);
  std::set<unsigned> cpus;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end) {
    unsigned first = 0;
    auto [next, error] = std::from_chars(p, end, first);
    if (error != std::errc{}) break;
    unsigned last = first;
    if (next != end && *next == '-') next = std::from_chars(next + 1, end, last).ptr;
    for (unsigned cpu = first; cpu <= last; ++cpu) cpus.insert(cpu);
    p = next != end && *next == ',' ? next + 1 : end;
  }
  return cpus;
}

std::uint64_t MachineFiles::capabilities() const {
  std::ifstream in(path("/proc/self/status"));
  for (std::string text; std::getline(in, text);) {
    if (!text.starts_with("CapEff:")) continue;
    const std::size_t digits = text.find_first_of("0123456789abcdef", 7);
    std::uint64_t bits = 0;
    if (digits != std::string::npos) std::from_chars(text.data() + digits, text.data() + text.size(), bits, 16);
    return bits;
  }
  return 0;
}

std::string to_list(const std::set<unsigned>& cpus) {
  std::string text;
  for (const unsigned cpu : cpus) text += (text.empty() ? "" : ",") + std::to_string(cpu);
  return text;
}

}  // namespace twinpath
