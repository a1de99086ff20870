// One model for both makers, in place of fast_core.cpp and traced_core.cpp: for programs with a model of their own
// (faults, mutants, coverage).
#include "Vtwinpath_core.h"
#include "sim/verilator/core_driver_of.h"

namespace twinpath {

std::unique_ptr<CoreDriver> make_core_driver(CoreDriver::Out& out) { return make_traced_core_driver(out); }

std::unique_ptr<CoreDriver> make_traced_core_driver(CoreDriver::Out& out) {
  return std::make_unique<CoreDriverOf<Vtwinpath_core, true>>(out);
}

}  // namespace twinpath
