// Clocks the Verilated core and moves its streams: frames and commands in, order frames and events out, registers.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/core/event.h"
#include "host/core/types.h"

class Vtwinpath_core;
class VerilatedContext;
class VerilatedFstC;

namespace twinpath {

// Outputs go to `Out` as they leave the core. Throws std::runtime_error when the core stops answering (a stream that
// stalls for `kStallCycles`, a register that answers SLVERR).
class CoreDriver {
 public:
  static constexpr std::uint64_t kStallCycles = 2'000'000;

  struct Out {
    virtual ~Out() = default;
    virtual void on_order_frame(std::span<const std::uint8_t> frame) = 0;
    virtual void on_event(const Event& event) = 0;
    // Right before on_order_frame: the cycle of cycles() in which the frame's first beat was at the pins.
    virtual void on_first_beat(std::uint64_t) {}
  };

  explicit CoreDriver(Out& out);
  ~CoreDriver();

  // Reset until the core is ready.
  void reset();

  void write_register(std::uint32_t address, std::uint32_t value);
  std::uint32_t read_register(std::uint32_t address);
  std::uint64_t read_register64(std::uint32_t address);

  // Waits for `time` (cycle by cycle, or by jumping once the core is idle; `dense`: jumps at once), then offers the
  // frame.
  void frame(Cycles time, std::span<const std::uint8_t> bytes, bool fcs_error, bool dense);
  // For who decides about every cycle: one beat of up to 8 bytes, offered until it is taken (returns the cycle that
  // took it), and cycles without one. Whole frames are the caller's affair.
  std::uint64_t beat(std::span<const std::uint8_t> bytes, bool last, bool fcs_error);
  void pass(std::uint64_t cycles);
  // op in bits 127:120 of {high, low}.
  void command(Cycles time, std::uint64_t high, std::uint64_t low, bool dense);
  void run_until(Cycles time);
  void run_until_idle();

  std::uint64_t cycles() const noexcept { return cycles_; }

  void open_wave(const std::string& file);
  void trace(bool on) noexcept { tracing_ = on; }

 private:
  void tick();
  void wait_until(Cycles time, bool dense);
  void sample_outputs();
  void deliver();

  Out& out_;
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Vtwinpath_core> core_;
  std::unique_ptr<VerilatedFstC> wave_;
  bool tracing_ = false;
  std::uint64_t cycles_ = 0;
  std::uint64_t time_ = 0;
  // An order's event leaves with the first beat of its frame: events wait until the frame is complete.
  struct OrderFrame {
    std::array<std::uint8_t, 128> bytes;
    std::size_t size = 0;
    std::uint64_t first_beat = 0;
  };
  OrderFrame arriving_{};
  std::deque<OrderFrame> frames_;
  std::deque<Event> events_;
};

}  // namespace twinpath
