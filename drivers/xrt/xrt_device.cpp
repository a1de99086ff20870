#include "drivers/xrt/xrt_device.h"

#include <experimental/xrt_ip.h>
#include <experimental/xrt_system.h>
#include <fmt/format.h>
#include <xclbin.h>
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "drivers/xrt/xclbin_file.h"

namespace twinpath {
namespace {

constexpr std::string_view kKernel = "twinpath_kernel";
constexpr std::chrono::milliseconds kPatience{30'000};
// Programming a card, and starting a simulated one.
constexpr std::chrono::milliseconds kLoadPatience{120'000};

std::chrono::milliseconds patience() {
  const char* text = std::getenv("TWINPATH_CARD_TIMEOUT_MS");
  if (text == nullptr) return kPatience;
  int value = 0;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), value);
  if (error != std::errc{} || *end != 0 || value < 1)
    throw DeviceError(fmt::format("TWINPATH_CARD_TIMEOUT_MS: expected milliseconds, 1 or more, found '{}'", text));
  return std::chrono::milliseconds(value);
}

std::optional<unsigned> index_of(const std::string& text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

struct Chosen {
  std::string instance;  // kernel:instance
  int bank = 0;
};

// The instance of our kernel, and the memory its rings go to.
Chosen choose(const std::string& file, const xclbin::Content& content) {
  const bool wanted_emulation = emulated();
  const bool is_emulation = content.header.mode == XCLBIN_HW_EMU || content.header.mode == XCLBIN_HW_EMU_PR;
  if (wanted_emulation != is_emulation || content.header.mode == XCLBIN_SW_EMU)
    throw DeviceError(
        fmt::format("{}: expected an xclbin for {}, found one for {}; {}", file, wanted_emulation ? "hw_emu" : "hw",
                    xclbin::mode_name(content.header.mode),
                    is_emulation ? "set XCL_EMULATION_MODE=hw_emu, or give another file" : "give another file"));
  const std::string prefix = std::string(kKernel) + ":";
  for (std::size_t i = 0; i < content.ips.size(); ++i) {
    if (!content.ips[i].name.starts_with(prefix)) continue;
    for (const xclbin::Connection& c : content.connections) {
      if (static_cast<std::size_t>(c.ip) == i) return {content.ips[i].name, c.memory};
    }
    throw DeviceError(fmt::format("{}: expected {} to be connected to a memory, found no connection; link it again",
                                  file, content.ips[i].name));
  }
  std::string found;
  for (const xclbin::Ip& ip : content.ips) found += (found.empty() ? "" : ", ") + ip.name;
  throw DeviceError(fmt::format("{}: expected an instance of {}, found {}; give another file", file, kKernel,
                                found.empty() ? "no kernel" : found));
}

class XrtMemory final : public DeviceMemory {
 public:
  XrtMemory(std::shared_ptr<CallGuard> guard, std::shared_ptr<xrt::bo> bo, std::size_t size)
      : guard_(std::move(guard)), bo_(std::move(bo)) {
    guard_->run("mapping device memory", [this, size] {
      bytes_ = {bo_->map<std::uint8_t*>(), size};
      address_ = bo_->address();
    });
  }
  ~XrtMemory() override {
    try {
      guard_->run("freeing device memory", [bo = bo_]() mutable { bo.reset(); });
      bo_.reset();
    } catch (const std::exception&) {
      // A card that has gone: the runtime would wait for it for ever.
      new std::shared_ptr<xrt::bo>(bo_);
    }
  }
  XrtMemory(const XrtMemory&) = delete;
  XrtMemory& operator=(const XrtMemory&) = delete;

  std::uint64_t address() const noexcept override { return address_; }
  std::span<std::uint8_t> bytes() noexcept override { return bytes_; }
  void to_device(std::size_t offset, std::size_t size) override { sync(XCL_BO_SYNC_BO_TO_DEVICE, offset, size); }
  void from_device(std::size_t offset, std::size_t size) override { sync(XCL_BO_SYNC_BO_FROM_DEVICE, offset, size); }

 private:
  void sync(xclBOSyncDirection direction, std::size_t offset, std::size_t size) {
    guard_->run("copying device memory", [bo = bo_, direction, offset, size] { bo->sync(direction, size, offset); });
  }

  std::shared_ptr<CallGuard> guard_;
  std::shared_ptr<xrt::bo> bo_;
  std::span<std::uint8_t> bytes_;
  std::uint64_t address_ = 0;
};

}  // namespace

struct XrtDevice::Handles {
  std::optional<xrt::device> device;
  std::optional<xrt::ip> ip;
};

XrtAddress XrtAddress::parse(std::string_view rest) {
  XrtAddress a;
  const std::size_t comma = rest.find(',');
  a.device = rest.substr(0, comma);
  if (comma != std::string_view::npos) a.xclbin = rest.substr(comma + 1);
  if (a.device.empty() || (comma != std::string_view::npos && a.xclbin.empty()) ||
      a.device.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos)
    throw std::invalid_argument(
        "path 'xrt:" + std::string(rest) +
        "': expected xrt:index or xrt:bus:device.function, and ,file.xclbin behind it if not TWINPATH_XCLBIN's");
  return a;
}

XrtDevice::XrtDevice(const XrtAddress& address)
    : name_("xrt:" + address.device), xclbin_(address.xclbin), handles_(std::make_shared<Handles>()) {
  const bool simulated = emulated();
  if (xclbin_.empty()) {
    const char* file = std::getenv("TWINPATH_XCLBIN");
    if (file != nullptr) xclbin_ = file;
    if (file == nullptr && simulated) xclbin_ = simulated_card_xclbin();
  }
  if (xclbin_.empty())
    throw DeviceError(
        fmt::format("{}: expected an xclbin, found none; name it, {},FILE.xclbin, or in TWINPATH_XCLBIN. For the "
                    "simulated card set XCL_EMULATION_MODE=hw_emu",
                    name_, name_));
  const Chosen chosen = choose(xclbin_.string(), xclbin::read(xclbin_));
  instance_ = chosen.instance;
  bank_ = chosen.bank;

  const auto few = patience();
  CallGuard::Options options;
  options.apart = simulated;
  options.patience = std::max(few, kLoadPatience);
  options.device = name_;
  if (simulated) {
    prepare_emulation();
    wire_ = std::make_shared<TimedWire>(name_);
    options.gone = [wire = std::weak_ptr(wire_)] {
      const auto alive = wire.lock();
      return alive ? alive->gone() : std::string{};
    };
  }
  guard_ = std::make_shared<CallGuard>(options);
  // Once the card is there, the runtime has nothing to wait for but a command of its own that has ended.
  if (simulated) guard_->wake_when([wire = wire_] { return wire->joined(); });
  try {
    guard_->run("opening and programming it", [h = handles_, device = address.device, file = xclbin_.string(),
                                               instance = instance_] {
      const auto index = index_of(device);
      if (index)
        h->device.emplace(*index);
      else
        h->device.emplace(device);
      const xrt::uuid uuid = h->device->load_xclbin(file);
      h->ip.emplace(*h->device, uuid,
                    instance.substr(0, instance.find(':')) + ":{" + instance.substr(instance.find(':') + 1) + "}");
    });
  } catch (const DeviceError&) {
    throw;
  } catch (const std::exception& e) {
    throw DeviceError(fmt::format(
        "{}: expected a card that can be programmed with {}, found: {}; `twinpath card list` says which "
        "there are{}",
        name_, xclbin_.string(), e.what(), simulated ? "" : ", and XCL_EMULATION_MODE=hw_emu gives a simulated one"));
  }
  if (simulated) {
    wire_->accept(options.patience);
    wire_->on_gone([guard = std::weak_ptr(guard_)](const std::string& why) {
      if (const auto alive = guard.lock()) alive->give_up(why);
    });
  }
  guard_->wake_when({});
  guard_->patience(few);
}

XrtDevice::~XrtDevice() {
  try {
    guard_->run("closing it", [h = handles_] {
      h->ip.reset();
      h->device.reset();
    });
  } catch (const std::exception&) {
    new std::shared_ptr<Handles>(handles_);  // as XrtMemory
  }
}

std::uint32_t XrtDevice::read_register(std::uint32_t offset) {
  std::uint32_t value = 0;
  auto to = std::make_shared<std::uint32_t>(0);
  guard_->run(fmt::format("a read of register 0x{:04X}", offset),
              [h = handles_, offset, to] { *to = h->ip->read_register(offset); });
  value = *to;
  return value;
}

void XrtDevice::write_register(std::uint32_t offset, std::uint32_t value) {
  guard_->run(fmt::format("a write of register 0x{:04X}", offset),
              [h = handles_, offset, value] { h->ip->write_register(offset, value); });
}

std::unique_ptr<DeviceMemory> XrtDevice::allocate(std::size_t bytes) {
  constexpr std::size_t kPage = 4096;
  const std::size_t size = (bytes + kPage - 1) / kPage * kPage;
  auto made = std::make_shared<std::shared_ptr<xrt::bo>>();
  guard_->run("allocating device memory", [h = handles_, size, bank = bank_, made] {
    *made = std::make_shared<xrt::bo>(*h->device, size, static_cast<xrt::memory_group>(bank));
  });
  auto memory = std::make_unique<XrtMemory>(guard_, *made, size);
  if (memory->address() % kPage != 0)
    throw DeviceError(
        fmt::format("{}: expected device memory at a multiple of {}, found 0x{:X}", name_, kPage, memory->address()));
  std::ranges::fill(memory->bytes(), std::uint8_t{0});
  memory->to_device(0, size);
  return memory;
}

std::string XrtDevice::report(std::string_view what) {
  auto text = std::make_shared<std::string>();
  try {
    guard_->run("a report", [h = handles_, what = std::string(what), text] {
      if (what == "electrical") *text = h->device->get_info<xrt::info::device::electrical>();
      if (what == "thermal") *text = h->device->get_info<xrt::info::device::thermal>();
      if (what == "platform") *text = h->device->get_info<xrt::info::device::platform>();
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
