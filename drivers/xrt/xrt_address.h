// Which card, and what is loaded onto it: what stands behind "xrt:".
#pragma once
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace twinpath {

struct XrtAddress {
  std::string device;            // index, or bus:device.function
  std::filesystem::path xclbin;  // empty: TWINPATH_XCLBIN, and the build's own for a simulated card

  // "0", "0000:3b:00.1", "0,file.xclbin". Throws std::invalid_argument.
  static XrtAddress parse(std::string_view rest) {
    XrtAddress a;
    const std::size_t comma = rest.find(',');
    a.device = rest.substr(0, comma);
    if (comma != std::string_view::npos) a.xclbin = rest.substr(comma + 1);
    if (a.device.empty() || (comma != std::string_view::npos && a.xclbin.empty()) ||
        a.device.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos)
      throw std::invalid_argument(
          "card 'xrt:" + std::string(rest) +
          "': expected xrt:index or xrt:bus:device.function, and ,file.xclbin behind it if not TWINPATH_XCLBIN's");
    return a;
  }
};

}  // namespace twinpath
