// Small readers of /proc and /sys, below a root of their own.
#pragma once
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace twinpath {

class MachineFiles {
 public:
  explicit MachineFiles(std::filesystem::path root) : root_(std::move(root)) {}

  std::filesystem::path path(std::string_view absolute) const;
  bool exists(std::string_view absolute) const;
  // The first line; empty when there is no such file.
  std::string line(std::string_view absolute) const;
  // The number at its head; 0 when there is none.
  std::uint64_t number(std::string_view absolute) const;
  // Name of what a symbolic link points to; empty when there is none.
  std::string link_name(std::string_view absolute) const;
  // "0-1,4" as numbers; what is no list ends it.
  std::set<unsigned> cpu_list(std::string_view absolute) const;
  // Bits of CapEff in /proc/self/status.
  std::uint64_t capabilities() const;

 private:
  std::filesystem::path root_;
};

// "2,3,5": the other way.
std::string to_list(const std::set<unsigned>& cpus);

}  // namespace twinpath
