// A card through XRT's native API: registers of a user-managed kernel (xrt::ip), device memory (xrt::bo).
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/xrt/simulated_card.h"
#include "drivers/xrt/xrt_address.h"
#include "host/path/device.h"

namespace twinpath {

class CardSession;

class XrtDevice final : public Device {
 public:
  // Opens the device, programs the xclbin (checked first: a readable file of this kind of device, with our kernel in
  // it) and takes the kernel. Throws DeviceError or FileError.
  explicit XrtDevice(const XrtAddress& address);
  ~XrtDevice() override;
  XrtDevice(const XrtDevice&) = delete;
  XrtDevice& operator=(const XrtDevice&) = delete;

  const std::string& name() const noexcept override;
  std::uint32_t read_register(std::uint32_t offset) override;
  void write_register(std::uint32_t offset, std::uint32_t value) override;
  std::unique_ptr<DeviceMemory> allocate(std::size_t bytes) override;

  // Of a simulated card; null otherwise.
  const std::shared_ptr<TimedWire>& wire() const noexcept;
  const std::filesystem::path& xclbin() const noexcept;
  const std::string& instance() const noexcept { return instance_; }
  // A report of XRT about the device as JSON text (electrical, thermal, ...); empty where it has none.
  std::string report(std::string_view what);

 private:
  struct Handles;
  std::shared_ptr<Handles> handles_;
  std::unique_ptr<CardSession> session_;
  std::string instance_;
  int bank_ = 0;  // of the kernel's memory port
};

// Devices that XRT knows: one line each. Empty: none.
std::vector<std::string> list_xrt_devices();

}  // namespace twinpath
