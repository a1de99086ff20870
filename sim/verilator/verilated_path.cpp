#include "sim/verilator/verilated_path.h"

#include <stdexcept>
#include <string>

#include "host/path/core_image.h"
#include "host/path/core_setup.h"
#include "sim/verilator/core_driver.h"

namespace twinpath {
namespace {

class VerilatedPath final : public Path, private CoreDriver::Out {
 public:
  VerilatedPath(bool dense, const CoreConfig& config, PathSink& sink, const PathOptions& options)
      : dense_(dense),
        symbols_(static_cast<unsigned>(config.symbols.size())),
        sink_(sink),
        options_(options),
        core_(options.wave_file.empty() ? make_core_driver(*this) : make_traced_core_driver(*this)),
        driver_(*core_) {
    if (!options.wave_file.empty()) driver_.open_wave(options.wave_file);
    driver_.reset();
    check_core("verilator", config, [this](std::uint32_t at) { return driver_.read_register(at); });
    write(core_image(config));
    start_cycles_ = driver_.cycles();
  }

  std::string_view name() const noexcept override { return dense_ ? "verilator:dense" : "verilator:"; }

  void submit(std::span<const TimedInput> inputs) override {
    for (const TimedInput& input : inputs) {
      if (input.is_frame) {
        const bool wanted =
            !options_.wave_file.empty() && frames_ >= options_.wave_from_frame && frames_ <= options_.wave_to_frame;
        driver_.trace(wanted);
        driver_.frame(input.time, input.frame, input.fcs_error, dense_ && !wanted);
        if (wanted && frames_ == options_.wave_to_frame) driver_.run_until_idle();
        ++frames_;
      } else {
        const Command& c = input.command;
        if (c.op == CommandOp::swap) active_ ^= 1;
        driver_.command(input.time,
                        std::uint64_t{static_cast<std::uint8_t>(c.op)} << 56 | std::uint64_t{c.flags} << 48 |
                            std::uint64_t{c.symbol} << 32 | c.user_ref,
                        std::uint64_t{c.quantity} << 32 | c.price, dense_);
      }
    }
  }

  void advance(Cycles time) override { driver_.run_until(time); }
  void finish() override { driver_.run_until_idle(); }

  CounterValues counters() override {
    CounterValues values{};
    for (unsigned i = 0; i < kCounterCount; ++i)
      values[i] = driver_.read_register64(regs::counter(static_cast<Counter>(i)));
    return values;
  }

  std::optional<std::uint32_t> read_register(std::uint32_t at) override { return driver_.read_register(at); }

  void load_inactive_bank(const Bank& bank) override {
    // Commands in flight must have taken effect before the other bank is written.
    driver_.run_until_idle();
    write(bank_image(bank, active_ ^ 1, symbols_));
  }

  std::uint64_t simulated_cycles() const noexcept override { return driver_.cycles() - start_cycles_; }

 private:
  void on_order_frame(std::span<const std::uint8_t> frame) override { sink_.on_order_frame(frame); }
  void on_event(const Event& event) override { sink_.on_event(event); }

  void write(const std::vector<ConfigWord>& words) {
    write_words(words, [this](std::uint32_t at, std::uint32_t value) { driver_.write_register(at, value); });
  }

  bool dense_;
  unsigned symbols_;
  unsigned active_ = 0;
  PathSink& sink_;
  PathOptions options_;
  std::unique_ptr<CoreDriver> core_;
  CoreDriver& driver_;
  std::uint64_t frames_ = 0;
  std::uint64_t start_cycles_ = 0;
};

}  // namespace

void add_verilated_path(PathRegistry& registry) {
  registry.add("verilator", [](std::string_view rest, const CoreConfig& config, PathSink& sink,
                               const PathOptions& options) {
    if (!rest.empty() && rest != "dense")
      throw std::invalid_argument("path 'verilator:" + std::string(rest) + "': expected verilator: or verilator:dense");
    return std::make_unique<VerilatedPath>(rest == "dense", config, sink, options);
  });
}

}  // namespace twinpath
