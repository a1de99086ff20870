// The rings between host and kernel in device memory (hw/rtl/kernel): events to the host, commands to the core.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "host/core/event.h"
#include "host/path/device.h"
#include "host/path/path.h"

namespace twinpath {

class DeviceRings {
 public:
  // Base 2 logarithms of the rings' records.
  struct Sizes {
    unsigned events = 14;   // 2 MiB; 1 to 24
    unsigned doorbell = 8;  // 16 KiB; 1 to 16
  };

  // Stops the rings, allocates them and starts them. Throws DeviceError.
  DeviceRings(Device& device, Sizes sizes);
  explicit DeviceRings(Device& device) : DeviceRings(device, Sizes{}) {}
  // Leaves the rings stopped where the card still answers.
  ~DeviceRings();
  DeviceRings(const DeviceRings&) = delete;
  DeviceRings& operator=(const DeviceRings&) = delete;

  // Gives the events that the mailbox knows of, in order; how many. Throws DeviceError when events were lost, or the
  // kernel reports an error of the rings.
  std::size_t poll(const std::function<void(const Event&)>& out);

  // The core gets it once its time is `not_before` (0: at once), behind every command before it. Waits while the ring
  // is full; throws DeviceError when the core takes none for `kPatience`.
  void command(Cycles not_before, const Command& command);

  static void stop(Device& device);

 private:
  void read_mailbox();

  Device& device_;
  std::uint32_t event_room_;     // records
  std::uint32_t doorbell_room_;  // records
  std::unique_ptr<DeviceMemory> events_;
  std::unique_ptr<DeviceMemory> doorbell_;
  std::unique_ptr<DeviceMemory> mailbox_;
  std::uint32_t produced_ = 0;  // as the mailbox says
  std::uint32_t taken_ = 0;     // doorbell records, likewise
  std::uint32_t consumed_ = 0;
  std::uint32_t told_ = 0;      // consumed_ as the kernel knows it
  std::uint32_t commands_ = 0;  // doorbell records written
};

}  // namespace twinpath
