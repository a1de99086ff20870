// The batch backend `opencl:<platform>`: the OpenCL C twins of the HLS kernels on any OpenCL 1.2 device.
#pragma once
#include <memory>
#include <string_view>

#include "drivers/opencl/opencl_device.h"
#include "host/batch/backend.h"

namespace twinpath::opencl {

// The twins' source.
ProgramText batch_program();

std::unique_ptr<batch::Backend> make_batch(std::string_view platform, const ProgramText& program);

void add_opencl(batch::BatchRegistry& registry);

}  // namespace twinpath::opencl
