// A card that is open and programmed through XRT's native API: what the drivers of its kernels (xrt_device.h,
// xrt_batch.h) have in common. All of it is what XRT's own headers are needed for.
#pragma once
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "drivers/xrt/call_guard.h"
#include "drivers/xrt/simulated_card.h"
#include "drivers/xrt/xclbin_file.h"
#include "drivers/xrt/xrt_address.h"
#include "host/path/device.h"

namespace twinpath {

// For a call of the runtime.
inline constexpr std::chrono::milliseconds kCallPatience{30'000};
// TWINPATH_CARD_TIMEOUT_MS, or `otherwise` where that is not set. Throws DeviceError.
std::chrono::milliseconds card_patience(std::chrono::milliseconds otherwise);

// The place of the kernel's first instance in the file's table. Throws DeviceError: the file has none.
std::size_t find_instance(const std::string& file, const xclbin::Content& content, std::string_view kernel);

class CardMemory final : public DeviceMemory {
 public:
  CardMemory(std::shared_ptr<CallGuard> guard, std::shared_ptr<xrt::bo> bo, std::size_t size);
  ~CardMemory() override;
  CardMemory(const CardMemory&) = delete;
  CardMemory& operator=(const CardMemory&) = delete;

  std::uint64_t address() const noexcept override { return address_; }
  std::span<std::uint8_t> bytes() noexcept override { return bytes_; }
  void to_device(std::size_t offset, std::size_t size) override { sync(XCL_BO_SYNC_BO_TO_DEVICE, offset, size); }
  void from_device(std::size_t offset, std::size_t size) override { sync(XCL_BO_SYNC_BO_FROM_DEVICE, offset, size); }
  const std::shared_ptr<xrt::bo>& bo() const noexcept { return bo_; }

 private:
  void sync(xclBOSyncDirection direction, std::size_t offset, std::size_t size);

  std::shared_ptr<CallGuard> guard_;
  std::shared_ptr<xrt::bo> bo_;
  std::span<std::uint8_t> bytes_;
  std::uint64_t address_ = 0;
};

class CardSession {
 public:
  // Throws where the file is not for this driver.
  using Check = std::function<void(const std::string& file, const xclbin::Content& content)>;
  // Takes what the driver wants of the programmed device. A call of the guard: it owns what it uses.
  using Take = std::function<void(const xrt::device& device, const xrt::uuid& uuid)>;

  // Reads the file, opens the device and programs it. Throws DeviceError or FileError.
  CardSession(const XrtAddress& address, const Check& check, Take take);
  CardSession(const CardSession&) = delete;
  CardSession& operator=(const CardSession&) = delete;
  // Gives back what was taken, and the device; what is of a card that has gone is left alone. To be called once.
  void close(std::function<void()> release);

  const std::string& name() const noexcept { return name_; }
  const std::filesystem::path& xclbin() const noexcept { return xclbin_; }
  const std::shared_ptr<CallGuard>& guard() const noexcept { return guard_; }
  // Of a simulated card; null otherwise.
  const std::shared_ptr<TimedWire>& wire() const noexcept { return wire_; }
  const std::shared_ptr<xrt::device>& device() const noexcept { return device_; }

  // At a multiple of 4,096 bytes, not cleared. `group`: as XRT numbers the memory of an argument.
  std::unique_ptr<CardMemory> allocate(std::size_t bytes, int group);

 private:
  std::string name_;
  std::filesystem::path xclbin_;
  std::shared_ptr<TimedWire> wire_;
  std::shared_ptr<CallGuard> guard_;
  std::shared_ptr<xrt::device> device_;
};

}  // namespace twinpath
