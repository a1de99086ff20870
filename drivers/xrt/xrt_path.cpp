#include "drivers/xrt/xrt_path.h"

#include <string>

#include "drivers/xrt/xrt_device.h"
#include "host/path/device_path.h"

namespace twinpath {

void add_xrt_path(PathRegistry& registry) {
  registry.add("xrt", [](std::string_view rest, const CoreConfig& config, PathSink& sink, const PathOptions& options) {
    const XrtAddress address = XrtAddress::parse(rest);
    if (!emulated())
      throw DeviceError(
          "xrt:" + address.device +
          ": expected a card whose network takes frames with their times, found one that stamps them itself; a "
          "session can be replayed through the simulated card only, XCL_EMULATION_MODE=hw_emu");
    auto device = std::make_shared<XrtDevice>(address);
    return make_device_path("xrt:" + address.device, {device, device->wire()}, config, sink, options.card);
  });
}

}  // namespace twinpath
