#include "host/path/device_path.h"

#include <fmt/format.h>

#include <chrono>
#include <deque>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "host/core/registers.h"
#include "host/path/core_image.h"
#include "host/path/core_setup.h"
#include "host/path/device_rings.h"

namespace twinpath {
namespace {

// Inputs between two looks at the mailbox when no order frame came: far fewer events than the ring holds.
constexpr unsigned kPollEvery = 32;
constexpr std::chrono::seconds kResetPatience{60};

class DevicePath final : public Path {
 public:
  DevicePath(std::string name, OpenDevice open, const CoreConfig& config, PathSink& sink, const DeviceOptions& options)
      : name_(std::move(name)),
        open_(std::move(open)),
        device_(*open_.device),
        network_(*open_.network),
        symbols_(static_cast<unsigned>(config.symbols.size())),
        sink_(sink) {
    check_core(device_.name(), config, [this](std::uint32_t at) { return device_.read_register(at); });
    DeviceRings::stop(device_);
    device_.write_register(regs::kControl, regs::kControlSoftResetMask);
    const auto end = std::chrono::steady_clock::now() + kResetPatience;
    while ((device_.read_register(regs::kStatus) & regs::kStatusReadyMask) == 0) {
      if (std::chrono::steady_clock::now() > end)
        throw DeviceError(
            fmt::format("{}: expected the core to be ready {} s after a reset, found it is not; program the card again",
                        device_.name(), kResetPatience.count()));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (options.wire_mode) set_wire_mode();
    write(core_image(config));
    rings_.emplace(device_);
    settle();
    start_cycles_ = network_.cycles();
  }

  std::string_view name() const noexcept override { return name_; }

  void submit(std::span<const TimedInput> inputs) override {
    for (const TimedInput& input : inputs) {
      if (input.is_frame) {
        network_.frame(input.time, input.frame, input.fcs_error);
        settle();
      } else {
        if (input.command.op == CommandOp::swap) active_ ^= 1;
        rings_->command(input.time, input.command);
        network_.advance(input.time, take_frame_);
      }
      if (++since_poll_ >= kPollEvery || !frames_.empty()) poll();
    }
  }

  void advance(Cycles time) override {
    network_.advance(time, take_frame_);
    poll();
  }

  void finish() override {
    settle();
    poll();
    if (!frames_.empty())
      throw DeviceError(fmt::format("{}: expected an event for each order frame, found {} without one", device_.name(),
                                    frames_.size()));
  }

  CounterValues counters() override {
    CounterValues values{};
    for (unsigned i = 0; i < kCounterCount; ++i)
      values[i] = device_.read_register64(regs::counter(static_cast<Counter>(i)));
    return values;
  }

  std::optional<std::uint32_t> read_register(std::uint32_t at) override { return device_.read_register(at); }

  void load_inactive_bank(const Bank& bank) override {
    // Commands in flight must have taken effect before the other bank is written.
    settle();
    write(bank_image(bank, active_ ^ 1, symbols_));
  }

  std::uint64_t simulated_cycles() const noexcept override { return network_.cycles() - start_cycles_; }

 private:
  // The reset before has cleared it.
  void set_wire_mode() {
    device_.write_register(regs::kControl, regs::kControlWireModeMask);
    const std::uint32_t control = device_.read_register(regs::kControl);
    if ((control & regs::kControlWireModeMask) == 0)
      throw DeviceError(
          fmt::format("{}: expected control.wire_mode to be set, as [card] of the configuration wants, found control "
                      "reads 0x{:X}; program the card again",
                      device_.name(), control));
  }

  void settle() { network_.settle(take_frame_); }

  void write(const std::vector<ConfigWord>& words) {
    write_words(words, [this](std::uint32_t at, std::uint32_t value) { device_.write_register(at, value); });
  }

  void poll() {
    since_poll_ = 0;
    rings_->poll([this](const Event& read) {
      Event event = read;
      // The ring's own mark of a loss, of which there is none here (DeviceRings).
      event.stages.back() = 0;
      const EventKind kind = event.event_kind();
      if (kind == EventKind::order || kind == EventKind::cancel) {
        if (frames_.empty())
          throw DeviceError(fmt::format("{}: expected an order frame for event {} of frame {}, found none on the wire",
                                        device_.name(), events_, event.frame));
        sink_.on_order_frame(frames_.front());
        frames_.pop_front();
      }
      ++events_;
      sink_.on_event(event);
    });
  }

  std::string name_;
  OpenDevice open_;
  Device& device_;
  TimedNetwork& network_;
  unsigned symbols_;
  PathSink& sink_;
  std::optional<DeviceRings> rings_;
  unsigned active_ = 0;
  unsigned since_poll_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t start_cycles_ = 0;
  std::deque<std::vector<std::uint8_t>> frames_;
  TimedNetwork::OrderFrame take_frame_ = [this](std::span<const std::uint8_t> f) {
    frames_.emplace_back(f.begin(), f.end());
  };
};

}  // namespace

std::unique_ptr<Path> make_device_path(std::string name, OpenDevice open, const CoreConfig& config, PathSink& sink,
                                       const DeviceOptions& options) {
  return std::make_unique<DevicePath>(std::move(name), std::move(open), config, sink, options);
}

}  // namespace twinpath
