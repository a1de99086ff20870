#include "host/path/device_rings.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>
#include <thread>

#include "host/core/registers.h"

namespace twinpath {
namespace {

constexpr std::chrono::seconds kPatience{20};
constexpr std::size_t kRecord = sizeof(Event);
constexpr std::size_t kDoorbellRecord = 64;
constexpr std::size_t kMailbox = 64;

// hw/rtl/kernel/doorbell_ring.sv
struct DoorbellRecord {
  std::uint32_t price;
  std::uint32_t quantity;
  std::uint32_t user_ref;
  std::uint16_t symbol;
  std::uint8_t flags;
  std::uint8_t op;
  std::uint64_t stamp;
  std::uint32_t number;
  std::uint8_t zero[36];
};
static_assert(sizeof(DoorbellRecord) == kDoorbellRecord && std::endian::native == std::endian::little);

// hw/rtl/kernel/event_ring.sv
enum MailboxWord : unsigned { kProduced, kLost, kTaken, kErrors };

template <class Done>
void wait_for(const Device& device, const char* what, Done&& done) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end)
      throw DeviceError(
          fmt::format("{}: {} within {} s, found it did not; `twinpath card reset`, or program the card again",
                      device.name(), what, kPatience.count()));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

void DeviceRings::stop(Device& device) {
  device.write_register(regs::kKernelControl, 0);
  wait_for(device, "expected the rings to stop", [&] {
    const std::uint32_t status = device.read_register(regs::kKernelStatus);
    return status != UINT32_MAX && (status & regs::kKernelStatusStoppedMask) != 0;
  });
}

DeviceRings::DeviceRings(Device& device, Sizes sizes)
    : device_(device), event_room_(1U << sizes.events), doorbell_room_(1U << sizes.doorbell) {
  stop(device_);
  events_ = device_.allocate(event_room_ * kRecord);
  doorbell_ = device_.allocate(doorbell_room_ * kDoorbellRecord);
  mailbox_ = device_.allocate(kMailbox);
  const auto address = [&](std::uint32_t offset, const DeviceMemory& memory) {
    device_.write_register(offset, static_cast<std::uint32_t>(memory.address()));
    device_.write_register(offset + 4, static_cast<std::uint32_t>(memory.address() >> 32));
  };
  address(regs::kKernelEventBase, *events_);
  address(regs::kKernelDoorbellBase, *doorbell_);
  address(regs::kKernelMailboxBase, *mailbox_);
  device_.write_register(regs::kKernelEventSize, sizes.events);
  device_.write_register(regs::kKernelDoorbellSize, sizes.doorbell);
  device_.write_register(regs::kKernelControl, regs::kKernelControlRunMask);
  wait_for(device_, "expected the core's clock to see that the rings run",
           [&] { return (device_.read_register(regs::kKernelStatus) & regs::kKernelStatusRunningMask) != 0; });
}

DeviceRings::~DeviceRings() {
  try {
    stop(device_);
  } catch (const DeviceError&) {  // a card that has gone has no rings
  }
}

void DeviceRings::read_mailbox() {
  mailbox_->from_device(0, kMailbox);
  const auto word = [&](unsigned n) {
    std::uint32_t value = 0;
    std::memcpy(&value, mailbox_->bytes().data() + std::size_t{n} * 4, 4);
    return value;
  };
  produced_ = word(kProduced);
  taken_ = word(kTaken);
  if (const std::uint32_t lost = word(kLost); lost != 0) {
    throw DeviceError(
        fmt::format("{}: expected every event, found that {} were lost for want of room in the ring; orders went out "
                    "that nobody here "
                    "knows of, end them at the exchange",
                    device_.name(), lost));
  }
  if (const std::uint32_t errors = word(kErrors); errors != 0) {
    throw DeviceError(fmt::format(
        "{}: the rings stand still: {}{}{}{}(kernel_status 0x{:02X})", device_.name(),
        (errors & regs::kKernelStatusDoorbellNumberMask) != 0 ? "a doorbell record has the wrong number " : "",
        (errors & regs::kKernelStatusDoorbellOverrunMask) != 0 ? "the doorbell ring was overrun " : "",
        (errors & regs::kKernelStatusWriteErrorMask) != 0 ? "the memory refused a write " : "",
        (errors & regs::kKernelStatusReadErrorMask) != 0 ? "the memory refused a read " : "", errors));
  }
}

std::size_t DeviceRings::poll(const std::function<void(const Event&)>& out) {
  read_mailbox();
  std::size_t count = 0;
  while (consumed_ != produced_) {
    const std::uint32_t slot = consumed_ % event_room_;
    const std::uint32_t run = std::min(produced_ - consumed_, event_room_ - slot);
    events_->from_device(slot * kRecord, run * kRecord);
    for (std::uint32_t i = 0; i < run; ++i) {
      Event event;
      std::memcpy(&event, events_->bytes().data() + (slot + i) * kRecord, kRecord);
      out(event);
    }
    consumed_ += run;
    count += run;
  }
  // Room is given back in large pieces: a register write is worth many events.
  if (consumed_ - told_ >= event_room_ / 4) {
    device_.write_register(regs::kKernelEventConsumer, consumed_);
    told_ = consumed_;
  }
  return count;
}

void DeviceRings::command(Cycles not_before, const Command& command) {
  if (commands_ - taken_ >= doorbell_room_) {
    wait_for(device_, "expected the core to take a command of the full doorbell ring", [&] {
      read_mailbox();
      return commands_ - taken_ < doorbell_room_;
    });
  }
  DoorbellRecord record{};
  record.price = command.price;
  record.quantity = command.quantity;
  record.user_ref = command.user_ref;
  record.symbol = command.symbol;
  record.flags = command.flags;
  record.op = static_cast<std::uint8_t>(command.op);
  record.stamp = not_before.value;
  record.number = commands_;
  const std::size_t at = commands_ % doorbell_room_ * kDoorbellRecord;
  std::memcpy(doorbell_->bytes().data() + at, &record, sizeof record);
  doorbell_->to_device(at, sizeof record);
  ++commands_;
  device_.write_register(regs::kKernelDoorbellProducer, commands_);
}

}  // namespace twinpath
