// "0,batch.xclbin" to its parts.
#pragma once
#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>

namespace twinpath {

struct XrtBatchAddress {
  unsigned index = 0;
  std::string xclbin;
};

// Throws std::invalid_argument that says what was expected.
inline XrtBatchAddress parse_xrt_batch(std::string_view rest) {
  XrtBatchAddress a;
  const std::size_t comma = rest.find(',');
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), a.index);
  const bool number =
      error == std::errc{} && end == rest.data() + (comma == std::string_view::npos ? rest.size() : comma);
  if (!number || comma == std::string_view::npos || comma + 1 == rest.size())
    throw std::invalid_argument("batch backend 'xrt:" + std::string(rest) +
                                "': expected xrt:<index>,<xclbin>, the card's number and the file with its kernels");
  a.xclbin = rest.substr(comma + 1);
  return a;
}

}  // namespace twinpath
