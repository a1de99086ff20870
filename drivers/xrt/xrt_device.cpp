#include "drivers/xrt/xrt_device.h"

#include <experimental/xrt_ip.h>
#include <experimental/xrt_system.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "drivers/xrt/card_session.h"

namespace twinpath {
namespace {

constexpr std::string_view kKernel = "twinpath_kernel";

struct Chosen {
  std::string instance;  // kernel:instance
  int bank = 0;
};

// The instance of our kernel, and the memory its rings go to.
Chosen choose(const std::string& file, const xclbin::Content& content) {
  const std::size_t ip = find_instance(file, content, kKernel);
  for (const xclbin::Connection& c : content.connections)
    if (static_cast<std::size_t>(c.ip) == ip) return {content.ips[ip].name, c.memory};
  throw DeviceError(fmt::format("{}: expected {} to be connected to a memory, found no connection; link it again", file,
                                content.ips[ip].name));
}

}  // namespace

struct XrtDevice::Handles {
  std::string instance;
  std::optional<xrt::ip> ip;
};

XrtDevice::XrtDevice(const XrtAddress& address) : handles_(std::make_shared<Handles>()) {
  session_ = std::make_unique<CardSession>(
      address,
      [this](const std::string& file, const xclbin::Content& content) {
        const Chosen chosen = choose(file, content);
        handles_->instance = instance_ = chosen.instance;
        bank_ = chosen.bank;
      },
      [h = handles_](const xrt::device& device, const xrt::uuid& uuid) {
        const std::size_t colon = h->instance.find(':');
        h->ip.emplace(device, uuid, h->instance.substr(0, colon) + ":{" + h->instance.substr(colon + 1) + "}");
      });
}

XrtDevice::~XrtDevice() {
  session_->close([h = handles_] { h->ip.reset(); });
}

const std::string& XrtDevice::name() const noexcept { return session_->name(); }
const std::shared_ptr<TimedWire>& XrtDevice::wire() const noexcept { return session_->wire(); }
const std::filesystem::path& XrtDevice::xclbin() const noexcept { return session_->xclbin(); }

std::uint32_t XrtDevice::read_register(std::uint32_t offset) {
  auto to = std::make_shared<std::uint32_t>(0);
  session_->guard()->run(fmt::format("a read of register 0x{:04X}", offset),
                         [h = handles_, offset, to] { *to = h->ip->read_register(offset); });
  return *to;
}

void XrtDevice::write_register(std::uint32_t offset, std::uint32_t value) {
  session_->guard()->run(fmt::format("a write of register 0x{:04X}", offset),
                         [h = handles_, offset, value] { h->ip->write_register(offset, value); });
}

std::unique_ptr<DeviceMemory> XrtDevice::allocate(std::size_t bytes) {
  auto memory = session_->allocate(bytes, bank_);
  std::ranges::fill(memory->bytes(), std::uint8_t{0});
  memory->to_device(0, memory->bytes().size());
  return memory;
}

std::string XrtDevice::report(std::string_view what) {
  auto text = std::make_shared<std::string>();
  try {
    session_->guard()->run("a report", [device = session_->device(), what = std::string(what), text] {
      if (what == "electrical") *text = device->get_info<xrt::info::device::electrical>();
      if (what == "thermal") *text = device->get_info<xrt::info::device::thermal>();
      if (what == "platform") *text = device->get_info<xrt::info::device::platform>();
    });
  } catch (const DeviceError&) {
    throw;
  } catch (const std::exception&) {  // a device without it
    return {};
  }
  return *text;
}

std::vector<std::string> list_xrt_devices() {
  const bool simulated = emulated();
  if (simulated) prepare_emulation();
  std::vector<std::string> lines;
  // The emulated device is not among those that are enumerated.
  const unsigned count = simulated ? 1 : xrt::system::enumerate_devices();
  for (unsigned i = 0; i < count; ++i) {
    std::string line = fmt::format("xrt:{}", i);
    try {
      const xrt::device device(i);
      line += fmt::format("  {}  {}{}", device.get_info<xrt::info::device::bdf>(),
                          device.get_info<xrt::info::device::name>(), simulated ? "  (simulated)" : "");
    } catch (const std::exception& e) {
      line += fmt::format("  cannot be asked: {}", e.what());
    }
    lines.push_back(line);
  }
  return lines;
}

}  // namespace twinpath
