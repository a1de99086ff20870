// A card as a driver gives it: registers, device memory, and the network it is plugged into where that can be given
// frames with their times. Drivers implement these interfaces (drivers/xrt); DevicePath makes a path of them.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "host/core/types.h"

namespace twinpath {

// A card cannot be opened, does not answer, or is not what it should be. what() says what was expected, what was found
// and what to do.
class DeviceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A piece of device memory and its copy in the host. Copies are made when asked for only.
class DeviceMemory {
 public:
  virtual ~DeviceMemory() = default;
  virtual std::uint64_t address() const noexcept = 0;  // as the kernel sees it
  virtual std::span<std::uint8_t> bytes() noexcept = 0;
  virtual void to_device(std::size_t offset, std::size_t size) = 0;
  virtual void from_device(std::size_t offset, std::size_t size) = 0;
};

// Every call throws DeviceError when the card has gone or does not answer in time; then it never answers again.
class Device {
 public:
  virtual ~Device() = default;
  virtual const std::string& name() const noexcept = 0;  // for messages
  // Offsets are those of hw/rtl/control/REGISTERS.md. A read that the card refuses gives 0xFFFFFFFF, as PCIe does.
  virtual std::uint32_t read_register(std::uint32_t offset) = 0;
  virtual void write_register(std::uint32_t offset, std::uint32_t value) = 0;
  // At a multiple of 4,096 bytes, cleared on both sides.
  virtual std::unique_ptr<DeviceMemory> allocate(std::size_t bytes) = 0;

  // Low word first: that latches the high word.
  std::uint64_t read_register64(std::uint32_t offset) {
    const std::uint64_t low = read_register(offset);
    return low | std::uint64_t{read_register(offset + 4)} << 32;
  }
};

// The network port of a card whose time is an input (SEM 1): simulated cards.
class TimedNetwork {
 public:
  using OrderFrame = std::function<void(std::span<const std::uint8_t>)>;

  virtual ~TimedNetwork() = default;
  // The frame's first beat is at `time`, or later where the wire is not free.
  virtual void frame(Cycles time, std::span<const std::uint8_t> bytes, bool wrong_fcs) = 0;
  // Until everything that the card was given has run to its end; order frames that left are given to `out` in order.
  // `advance`: then the time becomes `time`, and everything runs to its end again.
  virtual void settle(const OrderFrame& out) = 0;
  virtual void advance(Cycles time, const OrderFrame& out) = 0;
  // Core clock cycles simulated.
  virtual std::uint64_t cycles() const noexcept = 0;
};

}  // namespace twinpath
