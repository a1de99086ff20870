// The card's core with an HLS kernel in the place of the rules: hw/hls/strategy behind its SystemC module, AXI4-Stream
// book, order and status updates in, intents out. Feed, books, risk, order frames and their cycles are the functional
// model's; what the kernel takes in between comes from its clock, which is the core's.
#pragma once
#include <memory>

#include "sim/systemc/core_module.h"
#include "sim/systemc/platform.h"

namespace twinpath::platform {

class KernelCore : public ModelCore<CoreModelOf<LinkedStrategy>> {
 public:
  using ModelCore::ModelCore;
  // At the end. What it decides is compared with the same strategy in the software path (`sw:`), given the same inputs:
  // order frames, events and counters.
  virtual PlatformResult::Kernel figures() = 0;
};

// `clocks`: from an update to the first beat of its answer, at least 1. Throws std::invalid_argument when the strategy
// of the configuration has no kernel (hw/hls/strategy/records.h), or more parameters than the kernel has room for.
std::unique_ptr<KernelCore> make_kernel_core(const char* name, const CoreConfig& config, unsigned clocks, Fault fault);

}  // namespace twinpath::platform
