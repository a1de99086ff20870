// A path: configuration and timed inputs in, order frames, events and counters out (SEM 1).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/core/event.h"
#include "host/core/registers.h"
#include "host/core/types.h"

namespace twinpath {

// SEM 2.9: a host command, stamped like a frame.
struct Command {
  CommandOp op = CommandOp::none;
  std::uint8_t flags = 0;
  std::uint16_t symbol = 0;
  std::uint32_t user_ref = 0;
  std::uint32_t quantity = 0;
  std::uint32_t price = 0;
};

// One input of the sequence: a frame, or a command when not `is_frame`. The frame's bytes are borrowed until submit
// returns.
struct TimedInput {
  Cycles time;
  bool is_frame = true;
  bool fcs_error = false;
  std::span<const std::uint8_t> frame;
  Command command;
};

// Where a path's outputs go. Called in output order, never by two threads at once, and while submit, advance or finish
// is being called, though not always by the thread that called it (host/path/pipelined_path.h).
class PathSink {
 public:
  virtual ~PathSink() = default;
  // `frame` is valid during the call. The next ORDER or CANCEL event explains it; the BOOK event of the same message
  // may come between.
  virtual void on_order_frame(std::span<const std::uint8_t> frame) = 0;
  virtual void on_event(const Event& event) = 0;
};

class Path {
 public:
  virtual ~Path() = default;
  // Its address, e.g. "sw:" (path_registry.h makes paths from addresses).
  virtual std::string_view name() const noexcept = 0;
  // Takes the inputs in order. Outputs of these inputs may be delivered later, by any later call.
  virtual void submit(std::span<const TimedInput> inputs) = 0;
  // Deadlines at or before `time` expire.
  virtual void advance(Cycles time) = 0;
  // Everything submitted has been processed and delivered when it returns.
  virtual void finish() = 0;
  // After finish().
  virtual CounterValues counters() = 0;
  // The host writes the bank that is not active (SEM 4.1); a SWAP command makes it active. Called between inputs.
  virtual void load_inactive_bank(const Bank& bank) = 0;
  // A register of the core behind the path (hw/rtl/control/REGISTERS.md); nothing where there is no core.
  virtual std::optional<std::uint32_t> read_register(std::uint32_t /*offset*/) { return std::nullopt; }
  // Clock cycles simulated since the configuration was loaded; 0 where nothing is simulated.
  virtual std::uint64_t simulated_cycles() const noexcept { return 0; }
};

}  // namespace twinpath
