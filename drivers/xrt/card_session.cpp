#include "drivers/xrt/card_session.h"

#include <fmt/format.h>
#include <xclbin.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

namespace twinpath {
namespace {

// Programming a card, and starting a simulated one.
constexpr std::chrono::milliseconds kLoadPatience{120'000};

std::optional<unsigned> index_of(const std::string& text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

void check_mode(const std::string& file, const xclbin::Content& content) {
  const bool wanted_emulation = emulated();
  const bool is_emulation = content.header.mode == XCLBIN_HW_EMU || content.header.mode == XCLBIN_HW_EMU_PR;
  if (wanted_emulation != is_emulation || content.header.mode == XCLBIN_SW_EMU)
    throw DeviceError(
        fmt::format("{}: expected an xclbin for {}, found one for {}; {}", file, wanted_emulation ? "hw_emu" : "hw",
                    xclbin::mode_name(content.header.mode),
                    is_emulation ? "set XCL_EMULATION_MODE=hw_emu, or give another file" : "give another file"));
}

// What a card that has gone would be asked about when it ends is left where it is: the runtime would wait for ever.
template <class T>
void leave_behind(T&& what) {
  new auto(std::forward<T>(what));
}

}  // namespace

std::chrono::milliseconds card_patience(std::chrono::milliseconds otherwise) {
  const char* text = std::getenv("TWINPATH_CARD_TIMEOUT_MS");
  if (text == nullptr) return otherwise;
  int value = 0;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), value);
  if (error != std::errc{} || *end != 0 || value < 1)
    throw DeviceError(fmt::format("TWINPATH_CARD_TIMEOUT_MS: expected milliseconds, 1 or more, found '{}'", text));
  return std::chrono::milliseconds(value);
}

std::size_t find_instance(const std::string& file, const xclbin::Content& content, std::string_view kernel) {
  const std::string prefix = std::string(kernel) + ":";
  const auto found =
      std::ranges::find_if(content.ips, [&](const xclbin::Ip& ip) { return ip.name.starts_with(prefix); });
  if (found != content.ips.end()) return static_cast<std::size_t>(found - content.ips.begin());
  std::string names;
  for (const xclbin::Ip& ip : content.ips) names += (names.empty() ? "" : ", ") + ip.name;
  throw DeviceError(fmt::format("{}: expected an instance of {}, found {}; give another file", file, kernel,
                                names.empty() ? "no kernel" : names));
}

CardMemory::CardMemory(std::shared_ptr<CallGuard> guard, std::shared_ptr<xrt::bo> bo, std::size_t size)
    : guard_(std::move(guard)), bo_(std::move(bo)) {
  guard_->run("mapping device memory", [this, size] {
    bytes_ = {bo_->map<std::uint8_t*>(), size};
    address_ = bo_->address();
  });
}

CardMemory::~CardMemory() {
  // The last hold on it, so that it is the guarded call that frees it.
  const auto last = std::make_shared<std::shared_ptr<xrt::bo>>(std::move(bo_));
  try {
    guard_->run("freeing device memory", [last] { last->reset(); });
  } catch (const std::exception&) {
    leave_behind(last);
  }
}

void CardMemory::sync(xclBOSyncDirection direction, std::size_t offset, std::size_t size) {
  guard_->run("copying device memory", [bo = bo_, direction, offset, size] { bo->sync(direction, size, offset); });
}

CardSession::CardSession(const XrtAddress& address, const Check& check, Take take)
    : name_("xrt:" + address.device), xclbin_(address.xclbin), device_(std::make_shared<xrt::device>()) {
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
  const xclbin::Content content = xclbin::read(xclbin_);
  check_mode(xclbin_.string(), content);
  check(xclbin_.string(), content);

  const auto few = card_patience(kCallPatience);
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
    guard_->run("opening and programming it",
                [card = device_, device = address.device, file = xclbin_.string(), take = std::move(take)] {
                  const auto index = index_of(device);
                  *card = index ? xrt::device(*index) : xrt::device(device);
                  const xrt::uuid uuid = card->load_xclbin(file);
                  take(*card, uuid);
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

void CardSession::close(std::function<void()> release) {
  try {
    guard_->run("closing it", [device = device_, release] {
      release();
      *device = {};
    });
  } catch (const std::exception&) {
    leave_behind(std::move(release));
    leave_behind(device_);
  }
}

std::unique_ptr<CardMemory> CardSession::allocate(std::size_t bytes, int group) {
  constexpr std::size_t kPage = 4096;
  const std::size_t size = (bytes + kPage - 1) / kPage * kPage;
  auto made = std::make_shared<std::shared_ptr<xrt::bo>>();
  guard_->run("allocating device memory", [device = device_, size, group, made] {
    *made = std::make_shared<xrt::bo>(*device, size, static_cast<xrt::memory_group>(group));
  });
  auto memory = std::make_unique<CardMemory>(guard_, *made, size);
  if (memory->address() % kPage != 0)
    throw DeviceError(
        fmt::format("{}: expected device memory at a multiple of {}, found 0x{:X}", name_, kPage, memory->address()));
  return memory;
}

}  // namespace twinpath
