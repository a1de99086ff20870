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
#include <type_traits>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/core/event.h"
#include "host/feed/feed.h"
#include "host/path/decision_core.h"
#include "sim/systemc/core_timing.h"
#include "sim/systemc/fault.h"
#include "sim/systemc/kept_packets.h"
#include "sim/systemc/strategy_link.h"

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

// `S`: what decides. RuleEngine, as in the RTL; or LinkedStrategy, a kernel in its place.
template <class S>
class CoreModelOf {
  static constexpr bool kRules = std::is_same_v<S, RuleEngine>;

 public:
  // Throws std::invalid_argument for a strategy that is not the rules: the core has none other.
  explicit CoreModelOf(const CoreConfig& config, Fault fault = Fault::none)
    requires(kRules);
  // Told of its messages, `turn` must outlive it.
  CoreModelOf(const CoreConfig& config, KernelTurn& turn)
    requires(!kRules);

  // Inputs in the order of their stamps (SEM 1). `beats` and `pins` are when they are at the core's pins: with their
  // stamps, or later when something before them took its time.
  void frame(Cycles stamp, std::span<const std::uint8_t> bytes, bool fcs_error, const Beats& beats);
  void command(Cycles stamp, Cycles pins, const Command& command);
  void advance(Cycles time);
  // A frame that is coming: fetches what its first messages need, and changes nothing.
  void prefetch(std::span<const std::uint8_t> bytes) const noexcept { feed_.prefetch(bytes); }
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
  // What DecisionCore asks of a stamper.
  struct Stamps : MessageStamps {
    KernelTurn* turn = nullptr;

    void start() noexcept {}
    void mark(Stage stage) noexcept {
      if constexpr (!kRules) {
        if (stage == Stage::checked) turn->decide();
      }
    }
    void fill(Event& e) const noexcept;
  };
  struct Out {
    Stamps* stamps;
    CoreTiming* timing;
    std::deque<CoreOrder> orders;
    std::deque<CoreEvent> events;
    Cycles event_at;
    bool mute = false;

    void on_order_frame(std::span<const std::uint8_t> frame) noexcept;
    void on_event(const Event& event) noexcept;
  };
  // Between feed and decision: when each message's last byte passes.
  struct Tap {
    CoreModelOf* model;
    void on_packet(PacketFate fate, std::uint32_t frame) noexcept;
    void on_feed_state(StateReason reason, const Origin& origin) noexcept;
    void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept;
    // Looks ahead for the memory's sake only: every message is placed, whoever it concerns.
    bool look(const std::uint8_t*, std::uint8_t, SymbolIndex&) const noexcept { return true; }
    void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin, SymbolIndex) noexcept {
      on_message(m, type, origin);
    }
    void prefetch(const std::uint8_t* m, std::uint8_t type) const noexcept { model->core_.prefetch(m, type); }
    void prefetch(const std::uint8_t* m, std::uint8_t type, SymbolIndex) const noexcept { prefetch(m, type); }
    void prefetch_more(const std::uint8_t* m, std::uint8_t type, SymbolIndex) const noexcept {
      model->core_.prefetch_more(m, type);
    }
  };

  std::uint64_t count(Counter c) const noexcept { return counters_.values()[static_cast<std::size_t>(c)]; }
  void place(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept;
  void leave_frame(bool told = false) noexcept;
  void end_replay() noexcept;
  void advance(Cycles time, Cycles pins);
  void undo(CommandOp op, Cycles stamp) noexcept;
  // The decision core tells its strategy of the status while it is being made.
  LinkedStrategy::Parameters linked(KernelTurn& turn) noexcept {
    stamps_.turn = &turn;
    turn.attach(stamps_);
    return {&turn};
  }
  // Around what the strategy may be told of. `from`: where the pipeline goes on.
  void begin_turn([[maybe_unused]] Cycles from) noexcept {
    if constexpr (!kRules) stamps_.turn->begin(from);
  }
  void end_turn([[maybe_unused]] Cycles from) noexcept {
    if constexpr (!kRules) timing_.hold(from, static_cast<unsigned>((stamps_.turn->end() - from).value));
  }

  Fault fault_;
  FeedConfig config_;
  Counters counters_;
  Stamps stamps_;
  Out out_;
  Tap tap_;
  DecisionCore<Out, Stamps, S> core_;
  Feed<Tap> feed_;
  CoreTiming timing_;
  KeptPackets kept_;
  // The input at work.
  std::span<const std::uint8_t> bytes_;
  Cycles began_{};         // a frame's first beat
  bool in_frame_ = false;  // its own messages pass, none that was kept
  bool in_order_ = false, fcs_error_ = false;
  bool sought_ = false;  // of the deadline at work
  KeptPacket* replayed_ = nullptr;
  bool jumps_ = false;
  Cycles late_{};  // from its stamp to the pins
  std::uint32_t next_frame_ = 0;
};

extern template class CoreModelOf<RuleEngine>;
extern template class CoreModelOf<LinkedStrategy>;
using CoreModel = CoreModelOf<RuleEngine>;

}  // namespace twinpath::platform
