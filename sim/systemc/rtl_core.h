// The Verilated core (`verilator --sc`) as a SystemC module: pins and a clock inside, the card's transactions outside.
// AXI4-Stream frames in and order frames out, a command a beat, an event a beat; AXI4-Lite brings the core up.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/systemc/core_module.h"

namespace twinpath::platform {

// A pin with its name and width in bits, for a waveform.
struct Pin {
  std::string name;
  unsigned bits;
  std::function<void(sc_core::sc_trace_file*, const std::string& name)> trace;
};

class RtlCore : public Core {
 public:
  using Core::Core;
  virtual std::vector<Pin> pins() const = 0;
};

// Throws std::invalid_argument when the build has no RTL, or the configuration a strategy that is not the rules. The
// module throws std::runtime_error when the core is not of this source, or stops answering.
//
// Bringing the core up (reset, memories cleared, configuration) takes clock cycles and no simulated time. Afterwards
// the clock runs at its frequency while anything is at work or kept, and stands still otherwise.
std::unique_ptr<RtlCore> make_rtl_core(const char* name, const CoreConfig& config);

}  // namespace twinpath::platform
