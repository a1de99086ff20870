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
  static constexpr unsigned kEventLog2 = 14;    // 2 MiB
  static constexpr unsigned kDoorbellLog2 = 8;  // 16 KiB

  // Stops the rings, allocates them and starts them. Throws DeviceError.
  explicit DeviceRings(Device& device);
  // Leaves the rings stopped where the card still answers.
  ~DeviceRings();
  DeviceRings(const DeviceRings&) = delete;
  DeviceRings& operator=(const DeviceRings&) = delete;

  // Gives the events that the mailbox knows of, in order; how many. Throws DeviceError when events were lost, or the
  // kernel reports an error of the rings.
  std::size_t poll(const std::function<void(const Event&)>& out);

  // The core gets it once its time is `not_before` (0: at once), behind every command before it. Waits while the ring is
  // full; throws DeviceError when the core takes none for `kPatience`.
  void command(Cycles not_before, const Command& command);

  static void stop(Device& device);

 private:
  void read_mailbox();

  Device& device_;
  std::unique_ptr<DeviceMemory> events_;
  std::unique_ptr<DeviceMemory> doorbell_;
  std::unique_ptr<DeviceMemory> mailbox_;
  std::uint32_t produced_ = 0;   // as the mailbox says
  std::uint32_t taken_ = 0;      // doorbell records, likewise
  std::uint32_t consumed_ = 0;
  std::uint32_t told_ = 0;       // consumed_ as the kernel knows it
  std::uint32_t commands_ = 0;   // doorbell records written
};

}  // namespace twinpath
