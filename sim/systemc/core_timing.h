// When the core's front end and pipeline take what comes: cycles alone, nothing of what it means. As the RTL does it
// (hw/rtl/net, hw/rtl/feed, hw/rtl/risk); compared with it to the cycle in testbench/systemc.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

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
    const auto brought = [this](std::size_t n) { return cycle_at(start + Picoseconds{n * byte_ps}); };
    if (8 * (beat + 1) <= bytes) return std::max(dense, brought(8 * (beat + 1)));
    // The last bytes may come in the cycle of the beat before them.
    return std::max({dense, brought(bytes), beat == 0 ? first : brought(8 * beat) + Cycles{1}});
  }
  Cycles last() const noexcept { return at(bytes == 0 ? 0 : (bytes - 1) / 8); }
};

// Cycles in which the pipeline stands still: behind a host command that needs records (hw/rtl/risk/README.md), and
// while too many orders wait for the line.
class Stalls {
 public:
  Stalls() { all_.reserve(kKept + 1); }

  void add(Cycles first, Cycles last) {
    if (last < first) return;
    const auto at = std::ranges::find_if(all_, [&](const Stall& s) { return s.last + Cycles{1} >= first; });
    if (at == all_.end() || last + Cycles{1} < at->first) {
      all_.insert(at, {first, last});
    } else {
      at->first = std::min(at->first, first);
      at->last = std::max(at->last, last);
      const auto next = at + 1;
      const auto end = std::find_if(next, all_.end(), [&](const Stall& s) { return s.first > at->last + Cycles{1}; });
      if (end != next) at->last = std::max(at->last, (end - 1)->last);
      all_.erase(next, end);
    }
    if (all_.size() > kKept) all_.erase(all_.begin());
  }
  // `c`, or the first cycle behind it in which the pipeline moves.
  Cycles moving(Cycles c) const noexcept {
    if (none_behind(c)) return c;
    for (const Stall& s : all_) {
      if (s.first <= c && c <= s.last) return s.last + Cycles{1};
    }
    return c;
  }
  // The `n`-th cycle behind `c` in which it moves.
  Cycles after(Cycles c, unsigned n) const noexcept {
    if (none_behind(c)) return c + Cycles{n};
    for (; n > 0; --n) c = moving(c + Cycles{1});
    return c;
  }
  bool none_behind(Cycles c) const noexcept { return all_.empty() || all_.back().last < c; }

 private:
  // A message is in the pipeline for 6 cycles in which it moves, and a command comes every other one: older ones are
  // over.
  static constexpr std::size_t kKept = 16;
  struct Stall {
    Cycles first, last;
  };

  std::vector<Stall> all_;  // by time, with a cycle between each two at least
};

// The order line: a frame after the other, a beat a cycle. What is decided while one is leaving waits in a queue, and
// while that is nearly full the pipeline stands still (hw/rtl/order/order_tx.sv: queue_count, room_q).
class OrderLine {
 public:
  // An order of so many beats: the cycle of the first.
  Cycles begin(Cycles verdict, std::size_t beats) {
    const Cycles first = std::max(verdict + Cycles{1}, free_), queued = verdict + Cycles{kQueued};
    free_ = first + Cycles{beats};
    while (!waiting_.empty() && waiting_.front() <= queued) waiting_.pop_front();
    if (first > queued) waiting_.push_back(first);
    return first;
  }
  // Behind that order: the last cycle in which the pipeline stands still, when there are too many.
  std::optional<Cycles> full_until() const {
    if (waiting_.size() < kFull) return std::nullopt;
    return waiting_[waiting_.size() - kFull] + Cycles{kSeen - 1};
  }

  static constexpr unsigned kQueued = 2;  // cycles from a verdict until its order counts as waiting,
  static constexpr unsigned kSeen = 2;    // and until what counts is seen
  static constexpr std::size_t kFull = 11;

 private:
  Cycles free_{};
  std::deque<Cycles> waiting_;  // first beats of the orders that wait
};

// The way of one message: the cycle of its last byte as events count it, the one in which the splitter takes it, and
// those of the book and of the verdict, which an order's first beat follows at once when the line is free.
struct Passage {
  Cycles last_byte, split, looked_up, verdict;
};

// Adds and trades go to their book at once; everything else asks the order table first, or waits as long.
constexpr bool goes_at_once(std::uint8_t type) noexcept { return type == 'A' || type == 'F' || type == 'P'; }

class CoreTiming {
 public:
  // A frame whose blocks begin at byte `header`.
  void begin_frame(const Beats& beats, std::size_t header) noexcept {
    beats_ = beats;
    payload_ = header / 8;
    // Its headers go on while what is before it waits, up to the beat with the first block.
    const Cycles late = std::max(parser_free_ + Cycles{payload_}, beats.at(payload_));
    beat_ = payload_;
    taken_ = stalls_.moving(std::max(late + Cycles{1}, idle_ + Cycles{1}));
  }
  // The message whose last byte is byte `end` - 1 of the frame; in their order.
  Passage in_frame(std::size_t end, std::uint8_t type) noexcept {
    const std::size_t beat = (end - 1) / 8;
    go_to(beat);
    return passage(beats_.at(beat), taken_, type);
  }
  // All of the frame has passed. `delivered`: it was in order; otherwise it was kept for later, old, or empty, and what
  // came behind its first beat waited for nothing.
  void end_frame(bool delivered, bool gap_open) noexcept {
    const std::size_t last = beats_.bytes == 0 ? 0 : (beats_.bytes - 1) / 8;
    if (delivered)
      go_to(last);
    else if (last > beat_)
      taken_ = std::max(taken_ + Cycles{last - beat_}, beats_.at(last) + Cycles{1});
    parser_free_ = taken_;
    select_ = taken_ + Cycles{2};
    idle_ = select_ + Cycles{!delivered || gap_open ? 1u : 0u};
  }
  // It was none of ours: nothing behind the parser sees it, but what comes next waits for its headers to end.
  void drop_frame() noexcept {
    const std::size_t beats = std::max<std::size_t>((beats_.bytes + 7) / 8, 1), judged = std::min(payload_, beats - 1);
    idle_ = std::max(idle_, std::max(parser_free_ + Cycles{judged}, beats_.at(judged)) + Cycles{3});
    parser_free_ = std::max(parser_free_ + Cycles{beats}, beats_.last() + Cycles{1});
  }

  // Its FCS was wrong, and nothing of it had been delivered.
  void tell_nothing() noexcept {
    select_ += Cycles{1};
    idle_ = select_ + Cycles{1};
  }

  // Nothing is at work at `time`.
  bool rests(Cycles time) const noexcept { return time > idle_ + Cycles{12}; }
  // A deadline that is over at `time`: slots are looked through, the gap is told, and then some may be due.
  void expire(Cycles time) noexcept {
    select_ = std::max(time + Cycles{1}, idle_) + Cycles{20};
    idle_ = select_ + Cycles{1};
  }
  // More is missing behind what was replayed.
  void look_again() noexcept {
    select_ += Cycles{20};
    idle_ = select_ + Cycles{1};
  }
  // A slot is due whose packet of `bytes` behind byte `lane` of a beat is given to the splitter.
  void begin_replay(std::size_t lane, std::size_t bytes) noexcept {
    lane_ = lane;
    beat_ = 0;
    taken_ = stalls_.moving(select_ + Cycles{5});
    last_beat_ = bytes == 0 ? 0 : (lane + bytes - 1) / 8;
  }
  Passage in_replay(std::size_t end, std::uint8_t type) noexcept {
    play_to((lane_ + end - 1) / 8);
    return passage(taken_, taken_, type);
  }
  void end_replay() noexcept {
    play_to(last_beat_);
    select_ = taken_ + Cycles{2};
    idle_ = select_ + Cycles{1};
  }
  // One whose packet is old by now.
  void pass_slot() noexcept {
    select_ += Cycles{5};
    idle_ = select_ + Cycles{1};
  }

  // A host command that is at the core's pins in cycle `pins`, and holds the pipeline for `holds` cycles behind its
  // turn.
  Passage command(Cycles pins) noexcept {
    const Cycles taken = stalls_.moving(std::max(std::max(pins + Cycles{1}, idle_) + Cycles{1}, decoder_free_));
    decoder_free_ = stalls_.after(taken, 1) + Cycles{1};
    idle_ = taken + Cycles{1};
    return {pins, taken, stalls_.after(taken, 3), stalls_.after(taken, 4)};
  }
  void hold(Cycles verdict, unsigned cycles) { stalls_.add(verdict + Cycles{1}, verdict + Cycles{cycles}); }
  // Fault::endless_line.
  void never_fill_line() noexcept { endless_line_ = true; }
  // An order of so many beats: the cycle of the first.
  Cycles order(Cycles verdict, std::size_t beats) {
    const Cycles first = line_.begin(verdict, beats);
    if (const auto until = endless_line_ ? std::nullopt : line_.full_until())
      stalls_.add(verdict + Cycles{OrderLine::kQueued + OrderLine::kSeen}, *until);
    return first;
  }
  // A message of the feed's own: of its state.
  Passage own() noexcept {
    const Cycles taken = stalls_.moving(std::max(select_, decoder_free_));
    decoder_free_ = stalls_.after(taken, 1) + Cycles{1};
    select_ = taken + Cycles{1};
    idle_ = select_ + Cycles{1};
    return {taken, taken, stalls_.after(taken, 3), stalls_.after(taken, 4)};
  }
  // The one that tells the end of the session, behind all of its packet, after which no slot is asked for.
  Passage end_of_session() noexcept {
    select_ += Cycles{1};
    const Passage p = own();
    idle_ = select_;
    return p;
  }

 private:
  Passage passage(Cycles last_byte, Cycles split, std::uint8_t type) noexcept {
    decoder_free_ = stalls_.after(split, 1) + Cycles{1};
    const unsigned way = goes_at_once(type) ? 1 : 3;
    return {last_byte, split, stalls_.after(split, way), stalls_.after(split, way + 1)};
  }
  // A beat is taken the cycle behind the one that brings it, or the one before it.
  void go_to(std::size_t beat) noexcept {
    if (beat <= beat_) return;
    if (stalls_.none_behind(taken_)) {
      taken_ = std::max(taken_ + Cycles{beat - beat_}, beats_.at(beat) + Cycles{1});
      beat_ = beat;
    }
    for (; beat_ < beat; ++beat_)
      taken_ = stalls_.moving(std::max(taken_ + Cycles{1}, beats_.at(beat_ + 1) + Cycles{1}));
  }
  void play_to(std::size_t beat) noexcept {
    for (; beat_ < beat; ++beat_) taken_ = stalls_.after(taken_, 1);
  }

  Stalls stalls_;
  OrderLine line_;
  bool endless_line_ = false;
  Beats beats_{};
  std::size_t payload_ = 0;  // the beat of the frame with the first block
  std::size_t beat_ = 0;     // the beat that the splitter took last, in cycle
  Cycles taken_{};
  std::size_t lane_ = 0, last_beat_ = 0;  // of the packet being replayed
  Cycles parser_free_{};                  // the parser takes the next frame's first beat then at the earliest
  Cycles decoder_free_{};                 // what is not of a packet may enter it then at the earliest
  Cycles select_{};                       // slots are asked then whether one is due
  Cycles idle_{};                         // the next input is chosen then at the earliest
};

}  // namespace twinpath::platform
