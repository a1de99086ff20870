// Clocks the Verilated core and moves its streams: frames and commands in, order frames and events out, registers.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "host/core/event.h"
#include "host/core/types.h"

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

  virtual ~CoreDriver() = default;

  // Reset until the core is ready.
  virtual void reset() = 0;

  virtual void write_register(std::uint32_t address, std::uint32_t value) = 0;
  virtual std::uint32_t read_register(std::uint32_t address) = 0;
  std::uint64_t read_register64(std::uint32_t address) {
    const std::uint64_t low = read_register(address);
    return low | std::uint64_t{read_register(address + 4)} << 32;
  }

  // Waits for `time` (cycle by cycle, or by jumping once the core is idle; `dense`: jumps at once), then offers the
  // frame.
  virtual void frame(Cycles time, std::span<const std::uint8_t> bytes, bool fcs_error, bool dense) = 0;
  // For who decides about every cycle: one beat of up to 8 bytes, offered until it is taken (returns the cycle that
  // took it), and cycles without one. Whole frames are the caller's affair.
  virtual std::uint64_t beat(std::span<const std::uint8_t> bytes, bool last, bool fcs_error) = 0;
  virtual void pass(std::uint64_t cycles) = 0;
  // op in bits 127:120 of {high, low}.
  virtual void command(Cycles time, std::uint64_t high, std::uint64_t low, bool dense) = 0;
  virtual void run_until(Cycles time) = 0;
  virtual void run_until_idle() = 0;

  virtual std::uint64_t cycles() const noexcept = 0;

  // Only a driver made by make_traced_core_driver records.
  virtual void open_wave(const std::string& file) = 0;
  virtual void trace(bool on) noexcept = 0;
};

// The model that is fast, and the one that can record a waveform.
std::unique_ptr<CoreDriver> make_core_driver(CoreDriver::Out& out);
std::unique_ptr<CoreDriver> make_traced_core_driver(CoreDriver::Out& out);

}  // namespace twinpath
