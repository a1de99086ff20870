// What a machine must have to open packet I/O live, and what makes it fast and even, read from /proc and /sys.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace twinpath {

enum class CheckVerdict {
  ok,
  missing,  // needed by an address, and not there
  advised,  // would make latency lower or more even
  skipped   // does not apply to this machine or these addresses
};
std::string_view to_string(CheckVerdict verdict) noexcept;

struct MachineCheck {
  std::string name;
  CheckVerdict verdict = CheckVerdict::ok;
  std::string expected;
  std::string found;
  std::string fix;  // what to do; empty when there is nothing to do
};

struct MachineNeeds {
  std::vector<std::string> addresses;  // of packet I/O that is to be opened live
  std::vector<unsigned> cores;         // that poll
  std::size_t max_frame = 1518;        // bytes without FCS
};

// `root` is put in front of /proc and /sys: the machine itself, or a copy of another's. Throws std::invalid_argument
// when an address is of no live kind.
std::vector<MachineCheck> check_machine(const std::filesystem::path& root, const MachineNeeds& needs);

}  // namespace twinpath
