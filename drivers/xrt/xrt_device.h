// A card through XRT's native API: registers of a user-managed kernel (xrt::ip), device memory (xrt::bo).
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/xrt/call_guard.h"
#include "drivers/xrt/simulated_card.h"
#include "host/path/device.h"

namespace twinpath {

struct XrtAddress {
  std::string device;            // index, or bus:device.function
  std::filesystem::path xclbin;  // empty: TWINPATH_XCLBIN, and the build's own for a simulated card

  // What follows "xrt:": "0", "0000:3b:00.1", "0,file.xclbin". Throws std::invalid_argument.
  static XrtAddress parse(std::string_view rest);
};

class XrtDevice final : public Device {
 public:
  // Opens the device, programs the xclbin (checked first: a readable file of this kind of device, with our kernel in
  // it) and takes the kernel. Throws DeviceError or FileError.
  explicit XrtDevice(const XrtAddress& address);
  ~XrtDevice() override;
  XrtDevice(const XrtDevice&) = delete;
  XrtDevice& operator=(const XrtDevice&) = delete;

  const std::string& name() const noexcept override { return name_; }
  std::uint32_t read_register(std::uint32_t offset) override;
  void write_register(std::uint32_t offset, std::uint32_t value) override;
  std::unique_ptr<DeviceMemory> allocate(std::size_t bytes) override;

  // Of a simulated card; null otherwise.
  const std::shared_ptr<TimedWire>& wire() const noexcept { return wire_; }
  const std::filesystem::path& xclbin() const noexcept { return xclbin_; }
  const std::string& instance() const noexcept { return instance_; }
  // A report of XRT about the device as JSON text (electrical, thermal, ...); empty where it has none.
  std::string report(std::string_view what);

 private:
  struct Handles;
  std::shared_ptr<TimedWire> wire_;
  std::string name_;
  std::filesystem::path xclbin_;
  std::string instance_;
  int bank_ = 0;  // of the kernel's memory port
  std::shared_ptr<CallGuard> guard_;
  std::shared_ptr<Handles> handles_;
};

// Devices that XRT knows: one line each. Empty: none.
std::vector<std::string> list_xrt_devices();

}  // namespace twinpath
