// A path through a card whose network port takes frames with their times (device.h).
#pragma once
#include <memory>
#include <string>

#include "host/path/device.h"
#include "host/path/device_options.h"
#include "host/path/path.h"

namespace twinpath {

// What a driver opens for a path. `network` may be part of `device`; both live as long as the path.
struct OpenDevice {
  std::shared_ptr<Device> device;
  std::shared_ptr<TimedNetwork> network;
};

// Checks the register map and how the core was built, resets and configures it, and starts the rings. Outputs of a call
// are delivered within it where it can have caused an order frame, others within kPollEvery inputs at the latest.
// Throws DeviceError, or std::runtime_error where the core does not fit the configuration.
std::unique_ptr<Path> make_device_path(std::string name, OpenDevice open, const CoreConfig& config, PathSink& sink,
                                       const DeviceOptions& options = {});

}  // namespace twinpath
