// The HLS kernels that the simulated card runs (hw/hls): their arguments as Vitis HLS lays them out in the registers,
// and their C++ on the card's memory.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/xrt/memory.h"

namespace twinpath::sim {

struct HlsArgument {
  std::string name, type;  // as in the source
  std::string bundle;      // of its memory port; empty: a number, in its register
  std::uint32_t offset;    // of its register
  std::uint32_t bytes;     // 8: an address, the lower word first; 4
  unsigned element_bits;   // of what lies at the address; of the number
};

// An argument that cannot be used: an address in no bank, or not a multiple of what lies there.
struct HlsArgumentError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct HlsKernel {
  std::string name, instance;
  std::uint64_t base;  // of its registers
  std::vector<HlsArgument> arguments;
  // To its end, with the values of its registers. Throws HlsArgumentError, and what the C simulation throws.
  std::function<void(const Memory& memory, std::span<const std::uint64_t> values)> run;
};

// In the order of their registers' bases.
const std::vector<HlsKernel>& hls_kernels();

}  // namespace twinpath::sim
