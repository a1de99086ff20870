#include "Vtwinpath_core.h"
#include "sim/verilator/core_driver_of.h"

namespace twinpath {

std::unique_ptr<CoreDriver> make_core_driver(CoreDriver::Out& out) {
  return std::make_unique<CoreDriverOf<Vtwinpath_core, false>>(out);
}

}  // namespace twinpath
