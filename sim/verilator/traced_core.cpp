#include "Vtwinpath_core_traced.h"
#include "sim/verilator/core_driver_of.h"

namespace twinpath {

std::unique_ptr<CoreDriver> make_traced_core_driver(CoreDriver::Out& out) {
  return std::make_unique<CoreDriverOf<Vtwinpath_core_traced, true>>(out);
}

}  // namespace twinpath
