// The core in the platform model, functional: what it does is the software twin's decision core, when it does it are
// the stages' cycles of the RTL (hw/README.md; measured by `twinpath bench actionable`). One message at a time; nothing
// here knows SystemC.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/core/event.h"
#include "host/feed/feed.h"
#include "host/path/decision_core.h"
#include "sim/systemc/core_timing.h"
#include "sim/systemc/fault.h"
#include "sim/systemc/kept_packets.h"

namespace twinpath::platform {

// From the verdict on a message to the edge with which its event is taken, and there from the first beat of an order
// that had to wait for its turn (hw/rtl/risk, hw/rtl/order).
inline constexpr Cycles kEventAfterVerdict{7}, kEventAfterStart{4};

struct CoreOrder {
  Cycles first_beat;
  std::uint16_t bytes = 0;
  std::array<std::uint8_t, 96> frame;
};

struct CoreEvent {
  Cycles at;         // the cycle whose edge takes it
  Cycles last_byte;  // of the message
  Event event;
};

class CoreModel {
 public:
  // Throws std::invalid_argument for a strategy that is not the rules: the core has none other.
  explicit CoreModel(const CoreConfig& config, Fault fault = Fault::none);

  // Inputs in the order of their stamps (SEM 1). `beats` and `pins` are when they are at the core's pins: with their
  // stamps, or later when something before them took its time.
  void frame(Cycles stamp, std::span<const std::uint8_t> bytes, bool fcs_error, const Beats& beats);
  void command(Cycles stamp, Cycles pins, const Command& command);
  void advance(Cycles time);
  // Time jumps from input to input while nothing is at work, as on the pins of `verilator:`: a deadline in between is
  // seen with the next input.
  void jump_between_inputs() noexcept { jumps_ = true; }
  // When a gap that is open counts as lost.
  std::optional<Cycles> deadline() const noexcept {
    return feed_.gap_open() ? std::optional(feed_.deadline()) : std::nullopt;
  }
  void load_inactive_bank(const Bank& bank) { core_.load_inactive_bank(bank); }
  const CounterValues& counters() const noexcept { return counters_.values(); }
  std::int32_t position(SymbolIndex s) const noexcept { return core_.risk().position(s); }
  std::uint32_t open_orders() const noexcept { return core_.risk().observe(0).open_count; }
  std::uint64_t expected_sequence() const noexcept { return feed_.expected_sequence(); }

  // What leaves, each in the order of its times, all of them later than the input that caused it.
  std::deque<CoreOrder>& orders() noexcept { return out_.orders; }
  std::deque<CoreEvent>& events() noexcept { return out_.events; }

 private:
  // The message at work, in cycles; what DecisionCore asks of a stamper.
  struct Stamps {
    Passage at{};
    Cycles frame_began;
    Cycles first_beat;
    Cycles held;  // behind the verdict, by a command

    void start() noexcept {}
    void mark(Stage) noexcept {}
    void fill(Event& e) const noexcept;
  };
  struct Out {
    Stamps* stamps;
    std::deque<CoreOrder> orders;
    std::deque<CoreEvent> events;
    Cycles line_free;
    Cycles event_at;
    bool mute = false;

    void on_order_frame(std::span<const std::uint8_t> frame) noexcept;
    void on_event(const Event& event) noexcept;
  };
  // Between feed and decision: when each message's last byte passes.
  struct Tap {
    CoreModel* model;
    void on_feed_state(StateReason reason, const Origin& origin) noexcept;
    void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept;
  };

  std::uint64_t count(Counter c) const noexcept { return counters_.values()[static_cast<std::size_t>(c)]; }
  void place(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept;
  void leave_frame(bool delivered) noexcept;
  void replay_until(const Origin& origin) noexcept;
  void end_replay() noexcept;
  void settle() noexcept;
  void look_again() noexcept;
  void advance(Cycles time, Cycles pins);
  void undo(CommandOp op, Cycles stamp) noexcept;

  Fault fault_;
  FeedConfig config_;
  Counters counters_;
  Stamps stamps_;
  Out out_;
  Tap tap_;
  DecisionCore<Out, Stamps> core_;
  Feed<Tap> feed_;
  CoreTiming timing_;
  KeptPackets kept_;
  // The input at work.
  std::span<const std::uint8_t> bytes_;
  Cycles began_{};         // a frame's first beat
  bool in_frame_ = false;  // its own messages pass, none that was kept
  KeptPacket* replayed_ = nullptr;
  bool jumps_ = false;
  Cycles late_{};  // from its stamp to the pins
  std::uint32_t next_frame_ = 0;
  std::uint64_t lost_ = 0;  // messages, when slots were last asked
};

}  // namespace twinpath::platform
