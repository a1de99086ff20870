// What a path through a card (device_path.h) asks of it beyond its configuration. The keys of [card].
#pragma once

namespace twinpath {

struct DeviceOptions {
  // The network's stream does not wait (control.wire_mode of hw/rtl/control/REGISTERS.md): a frame that the core has no
  // room for is dropped whole and counted in drop_overflow. Otherwise the core holds the stream up.
  bool wire_mode = false;

  bool operator==(const DeviceOptions&) const = default;
};

}  // namespace twinpath
