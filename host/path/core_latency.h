// The core's own latency histograms (hw/rtl/control/latency_histogram.sv), read through its registers.
#pragma once
#include <array>
#include <cstdint>

#include "host/core/registers.h"
#include "host/path/core_setup.h"

namespace twinpath {

inline constexpr unsigned kLatencyClasses = static_cast<unsigned>(LatencyClass::trade);

// Orders that one class of message caused: core clock cycles from the message's last byte in to the order's first beat
// out.
struct CoreLatency {
  std::uint32_t orders = 0;
  std::uint32_t min = 0, max = 0;                          // only where there are orders
  std::array<std::uint32_t, regs::kHistogramBins> bins{};  // by cycles; the last has all that are longer

  // The least number of cycles that `of_hundred` percent of the orders do not exceed; at most the last bin.
  unsigned percentile(std::uint64_t of_hundred) const;
};

CoreLatency read_core_latency(LatencyClass c, const ReadRegister& read);

}  // namespace twinpath
