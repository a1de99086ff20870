// Which batch backends beside the CPU this program was built with.
#pragma once
#include "host/batch/backend.h"

namespace twinpath {

void add_batch(batch::BatchRegistry& registry);

}  // namespace twinpath
