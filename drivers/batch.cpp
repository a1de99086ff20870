#include "drivers/batch.h"

#include "drivers/opencl/opencl_batch.h"
#include "drivers/xrt/xrt_batch.h"

namespace twinpath {

void add_batch(batch::BatchRegistry& registry) {
  opencl::add_opencl(registry);
  add_xrt_batch(registry);
}

}  // namespace twinpath
