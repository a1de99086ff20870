// A path to the core that does by registers what can be done by them: a core that has run before is made new by a soft
// reset, commands are pushed, and what the registers say at the end is held against what happened. Wire mode is on, and
// frames start speculatively.
#pragma once
#include <fmt/format.h>

#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/path/core_image.h"
#include "host/path/core_latency.h"
#include "host/path/core_setup.h"
#include "host/path/path.h"
#include "sim/verilator/core_driver.h"

namespace twinpath {

class RegisterPath final : public Path, private CoreDriver::Out {
 public:
  // Time that the run before takes at most; no input may be stamped earlier.
  static constexpr Cycles kBefore{300'000};

  // `before`: frames of another run, which leave books, orders, positions, counters and histograms behind.
  RegisterPath(const CoreConfig& config, PathSink& sink, std::span<const std::vector<std::uint8_t>> before)
      : config_(config), sink_(sink), driver_(make_core_driver(*this)) {
    config_.order.speculative = {true, 200, 1};
    driver_->reset();
    configure();
    for (const auto& frame : before) driver_->frame(Cycles{}, frame, false, true);
    driver_->run_until_idle();
    if (counters()[static_cast<std::size_t>(Counter::frames)] != before.size() || outputs_ == 0)
      throw std::logic_error("the run before the soft reset left nothing behind");

    driver_->write_register(regs::kControl, regs::kControlWireModeMask | regs::kControlSoftResetMask);
    for (int n = 0; (read(regs::kStatus) & regs::kStatusReadyMask) == 0; ++n)
      require(n < 1'000'000, "STATUS.ready after a soft reset", 1, 0);
    for (const std::uint64_t counter : counters()) require(counter == 0, "a counter after a soft reset", 0, counter);
    require_latencies(0);
    require(read(regs::kControl) == regs::kControlWireModeMask, "CONTROL", regs::kControlWireModeMask,
            read(regs::kControl));
    configure();
    muted_ = false;
  }

  std::string_view name() const noexcept override { return "registers"; }

  void submit(std::span<const TimedInput> inputs) override {
    for (const TimedInput& input : inputs) {
      if (input.is_frame) {
        driver_->frame(input.time, input.frame, input.fcs_error, false);
      } else {
        driver_->run_until(input.time);
        push(input.command);
      }
    }
  }
  void advance(Cycles time) override { driver_->run_until(time); }
  void finish() override { driver_->run_until_idle(); }
  CounterValues counters() override {
    CounterValues values{};
    for (unsigned i = 0; i < kCounterCount; ++i)
      values[i] = driver_->read_register64(regs::counter(static_cast<Counter>(i)));
    return values;
  }
  void load_inactive_bank(const Bank& bank) override {
    driver_->run_until_idle();
    write(bank_image(bank, active_ ^ 1, static_cast<unsigned>(config_.symbols.size())));
  }

  // After finish(): throws when a register does not say what happened, or when one that does not exist answers.
  void check(std::uint64_t orders) {
    require_latencies(orders);
    require((read(regs::kStatus) & regs::kStatusIdleMask) != 0, "STATUS.idle", 1, 0);
    require(read(regs::kDiscarded) != 0, "DISCARDED, with speculative starts", 1, 0);
    require(read(regs::kHeld) != 0, "HELD, with commands that hold the pipeline", 1, 0);
    require(driver_->read_register64(regs::kTime) >= kBefore.value, "TIME", kBefore.value, 0);
    require((read(regs::kBuild0) & regs::kBuild0DataWidthMask) == 64, "BUILD0.data_width", 64, read(regs::kBuild0));
    require_refused("reading behind the last register", [this] { read(0xFFFC); });
    require_refused("reading the high half of a counter whose low half was not read", [this] {
      read(regs::kTime);
      read(regs::counter(Counter::frames) + 4);
    });
    require_refused("writing a register that is only read", [this] { driver_->write_register(regs::kId, 0); });
  }

 private:
  void on_order_frame(std::span<const std::uint8_t> frame) override {
    if (!muted_) sink_.on_order_frame(frame);
  }
  void on_event(const Event& event) override {
    ++outputs_;
    if (!muted_) sink_.on_event(event);
  }

  std::uint32_t read(std::uint32_t at) { return driver_->read_register(at); }
  void write(const std::vector<ConfigWord>& words) {
    write_words(words, [this](std::uint32_t at, std::uint32_t value) { driver_->write_register(at, value); });
  }
  void configure() {
    check_core("registers", config_, [this](std::uint32_t at) { return read(at); });
    write(core_image(config_));
  }

  void push(const Command& c) {
    if (c.op == CommandOp::swap) active_ ^= 1;
    const std::uint32_t words[] = {c.price, c.quantity, c.user_ref,
                                   std::uint32_t{static_cast<std::uint8_t>(c.op)} << regs::kCmd3OpShift |
                                       std::uint32_t{c.flags} << regs::kCmd3FlagsShift | c.symbol};
    const std::uint32_t at[] = {regs::kCmd0, regs::kCmd1, regs::kCmd2, regs::kCmd3};
    for (int i = 0; i < 4; ++i) {
      driver_->write_register(at[i], words[i]);
      require(read(at[i]) == words[i], "a command register", words[i], read(at[i]));
    }
    while ((read(regs::kCmdStatus) & regs::kCmdStatusFullMask) != 0) {
    }
    driver_->write_register(regs::kCmdPush, regs::kCmdPushPushMask);
  }

  static void require(bool fine, const char* what, std::uint64_t expected, std::uint64_t found) {
    if (!fine) throw std::runtime_error(fmt::format("registers: {}: expected {}, found {}", what, expected, found));
  }
  template <class F>
  static void require_refused(const char* what, F&& f) {
    try {
      f();
    } catch (const std::runtime_error&) {
      return;
    }
    throw std::runtime_error(fmt::format("registers: {}: expected an error, found an answer", what));
  }
  void require_latencies(std::uint64_t orders) {
    std::uint64_t all = 0;
    for (unsigned c = 1; c <= kLatencyClasses; ++c) {
      const CoreLatency l =
          read_core_latency(static_cast<LatencyClass>(c), [this](std::uint32_t at) { return read(at); });
      all += l.orders;
      const std::uint64_t in_bins = std::accumulate(l.bins.begin(), l.bins.end(), std::uint64_t{0});
      require(in_bins == l.orders, "orders in the bins of a class", l.orders, in_bins);
      require(l.orders == 0 || (l.bins.at(l.min) != 0 && l.bins.at(l.max) != 0), "the bins of shortest and longest", 1,
              0);
    }
    require(all == orders, "orders in the latency histograms", orders, all);
  }

  CoreConfig config_;
  PathSink& sink_;
  bool muted_ = true;
  std::uint64_t outputs_ = 0;
  unsigned active_ = 0;
  std::unique_ptr<CoreDriver> driver_;
};

}  // namespace twinpath
