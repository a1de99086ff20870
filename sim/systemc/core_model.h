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
#include "sim/systemc/platform_time.h"

namespace twinpath::platform {

// When the beats of a frame are on the core's 64-bit stream: one a cycle at most, and none before the wire has brought
// its bytes.
struct Beats {
  Cycles first;               // cycle of the first beat
  Picoseconds start{};        // when the frame's first byte began to come out of the MAC
  std::uint64_t byte_ps = 0;  // 0: one beat a cycle, from `first` on
  std::size_t bytes = 0;

  Cycles at(std::size_t beat) const noexcept {
    const Cycles dense = first + Cycles{beat};
    if (byte_ps == 0) return dense;
    return std::max(dense, cycle_at(start + Picoseconds{std::min(8 * (beat + 1), bytes) * byte_ps}));
  }
  Cycles last() const noexcept { return at(bytes == 0 ? 0 : (bytes - 1) / 8); }
};

// Cycles from the beat with a message's last byte. Adds and trades go the short way; what asks the order table, the
// long one.
struct StageCycles {
  std::uint16_t decoded, looked_up, booked, decided, checked, first_beat;
};
inline constexpr StageCycles kShortWay{2, 2, 3, 3, 3, 4};
inline constexpr StageCycles kLongWay{2, 4, 5, 5, 5, 6};
constexpr const StageCycles& stage_cycles(std::uint8_t type) noexcept {
  return type == 'E' || type == 'C' || type == 'X' || type == 'D' || type == 'U' ? kLongWay : kShortWay;
}
// From where an order would begin to leave to its event at the stream of events, and from where it does (hw/rtl/risk,
// hw/rtl/order).
inline constexpr Cycles kEventAfterVerdict{4}, kEventAfterStart{3};
// From a command's stamp to its event: an assumption (the RTL has from 8 to 12, by the command).
inline constexpr Cycles kEventAfterCommand{10};
// From the end of a frame to the first beat of a packet replayed behind it (hw/rtl/feed/README.md, reorder_buffer).
inline constexpr Cycles kReplayAfter{2};

struct CoreOrder {
  Cycles first_beat;
  std::uint16_t bytes = 0;
  std::array<std::uint8_t, 96> frame;
};

struct CoreEvent {
  Cycles at;
  Cycles last_byte;  // of the message
  Event event;
};

class CoreModel {
 public:
  // Throws std::invalid_argument for a strategy that is not the rules: the core has none other.
  explicit CoreModel(const CoreConfig& config);

  // Inputs in the order of their stamps (SEM 1); the frame's stamp is the cycle of its first beat.
  void frame(std::span<const std::uint8_t> bytes, bool fcs_error, const Beats& beats);
  void command(Cycles stamp, const Command& command);
  void advance(Cycles time);
  // When a gap that is open counts as lost.
  std::optional<Cycles> deadline() const noexcept {
    return feed_.gap_open() ? std::optional(feed_.deadline()) : std::nullopt;
  }
  void load_inactive_bank(const Bank& bank) { core_.load_inactive_bank(bank); }
  const CounterValues& counters() const noexcept { return counters_.values(); }
  std::int32_t position(SymbolIndex s) const noexcept { return core_.risk().position(s); }
  std::uint32_t open_orders() const noexcept { return core_.risk().observe(0).open_count; }

  // What leaves, each in the order of its times, all of them later than the input that caused it.
  std::deque<CoreOrder>& orders() noexcept { return out_.orders; }
  std::deque<CoreEvent>& events() noexcept { return out_.events; }

 private:
  // The message at work, in cycles; what DecisionCore asks of a stamper.
  struct Stamps {
    Cycles last_byte;
    Cycles frame_began;
    Cycles first_beat;
    const StageCycles* way = &kShortWay;

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

    void on_order_frame(std::span<const std::uint8_t> frame) noexcept;
    void on_event(const Event& event) noexcept;
  };
  // Between feed and decision: when each message's last byte passes.
  struct Tap {
    CoreModel* model;
    void on_feed_state(StateReason reason, const Origin& origin) noexcept;
    void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept;
  };

  void place(const std::uint8_t* m, std::size_t length, const Origin& origin) noexcept;

  Counters counters_;
  Stamps stamps_;
  Out out_;
  Tap tap_;
  DecisionCore<Out, Stamps> core_;
  Feed<Tap> feed_;
  // The input at work.
  std::span<const std::uint8_t> bytes_;
  Beats beats_{};
  Cycles free_{};             // nothing passes before it
  Cycles replay_from_{};      // first beat of the packet being replayed
  std::size_t replayed_ = 0;  // its bytes so far
  std::uint64_t replay_next_ = 0;
  std::uint32_t replay_frame_ = 0;
  bool replaying_ = false;
};

}  // namespace twinpath::platform
