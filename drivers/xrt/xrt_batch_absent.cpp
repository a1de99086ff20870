// A build without XRT.
#include <stdexcept>

#include "drivers/xrt/xrt_batch.h"

namespace twinpath {

void add_xrt_batch(batch::BatchRegistry& registry) {
  registry.add(
      "xrt",
      [](std::string_view) -> std::unique_ptr<batch::Backend> {
        throw std::runtime_error(
            "batch backend 'xrt:': this build has no XRT; install libxrt-dev and uuid-dev, configure again and build");
      },
      [] { return std::vector<std::string>{}; });
}

}  // namespace twinpath
