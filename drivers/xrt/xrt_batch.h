// The batch backend `xrt:<index>,<xclbin>`: the HLS kernels of hw/hls on a card, through XRT's native interface. Not
// run on hardware yet. In a build without XRT the address is answered with what is missing.
#pragma once
#include "host/batch/backend.h"

namespace twinpath {

void add_xrt_batch(batch::BatchRegistry& registry);

}  // namespace twinpath
