// The Verilated kernel with its two clocks, its memory bus and its register port.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>

#include "sim/xrt/memory.h"

class VerilatedContext;
class Vtwinpath_kernel;

namespace twinpath::sim {

// The kernel broke a rule of its ports, or stands still where it must not.
struct KernelError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class KernelModel {
 public:
  // In cycles of the host's clock: from the last beat of a write, or the address of a read, to the answer.
  static constexpr std::uint64_t kWriteLatency = 12, kReadLatency = 24;
  static constexpr std::uint64_t kStallCycles = 2'000'000;
  // Cycles without anything moving after which nothing will: longer than any crossing takes.
  static constexpr unsigned kQuietCycles = 24;

  explicit KernelModel(Memory& memory);
  ~KernelModel();

  // Called with each order frame that leaves, and the cycle of its first beat.
  std::function<void(std::span<const std::uint8_t> frame, std::uint64_t cycle)> on_order_frame = [](auto, auto) {};

  void reset();
  struct Answer {
    std::uint32_t value = 0;
    bool error = false;  // SLVERR or DECERR
  };
  Answer write_register(std::uint32_t offset, std::uint32_t value);
  Answer read_register(std::uint32_t offset);

  // Time waits or jumps to `time` as in CoreDriver, then the frame's beats: each when the kernel takes it, and in wire
  // mode whether or not it does.
  void frame(std::uint64_t time, std::span<const std::uint8_t> bytes, bool wrong_fcs);
  // Nothing moves any more, then the time is `time`, and again.
  void advance(std::uint64_t time);
  void settle();
  // Runs at most so many cycles, less when nothing moves. True when nothing moves.
  bool run(unsigned cycles);

  // The core's clock stands still: its registers do not answer.
  void stop_core_clock(bool stop) { core_stopped_ = stop; }

  std::uint64_t cycles() const noexcept { return cycles_; }
  std::uint64_t time() const noexcept { return time_; }

 private:
  struct Write {
    std::uint64_t address;
    unsigned beats;
    unsigned done = 0;
    bool refused = false;
  };
  struct WriteAnswer {
    std::uint64_t due;
    bool refused;
  };
  struct Read {
    std::uint64_t address;
    std::uint64_t due;
  };

  void tick(std::uint64_t next_time);
  void sample_order_frame();
  void memory_at_edge();
  void memory_after_edge();
  bool quiet() const noexcept { return still_ >= kQuietCycles; }
  void wait_until(std::uint64_t time);
  [[noreturn]] void stalled(const char* what) const;

  Memory& memory_;
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Vtwinpath_kernel> kernel_;
  std::uint64_t cycles_ = 0;       // of the core's clock
  std::uint64_t host_cycles_ = 0;  // of the host's clock
  std::uint32_t phase_ = 0;        // of the host's clock, in 1/kPhase cycles
  std::uint64_t time_ = 0;         // what the kernel's time register holds
  bool wire_mode_ = false;         // the kernel's control.wire_mode: a wire does not wait
  unsigned still_ = 0;             // cycles without anything moving
  bool core_stopped_ = false;
  std::deque<Write> writes_;
  std::deque<WriteAnswer> write_answers_;
  std::deque<Read> reads_;
  std::array<std::uint8_t, 256> order_frame_{};
  std::size_t order_bytes_ = 0;
  std::uint64_t order_cycle_ = 0;
};

}  // namespace twinpath::sim
