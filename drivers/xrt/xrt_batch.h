// The batch backend `xrt:<card>`: the HLS kernels of hw/hls on a card, through XRT's native interface (xrt::kernel,
// xrt::run, xrt::bo); addresses as of xrt_address.h. On the simulated card its bits are those of the reference; not run
// on hardware yet. In a build without XRT the address is answered with what is missing.
#pragma once
#include "host/batch/backend.h"

namespace twinpath {

void add_xrt_batch(batch::BatchRegistry& registry);

}  // namespace twinpath
