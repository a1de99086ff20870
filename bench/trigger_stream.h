// Frames with triggers in them, each trigger's last byte in the lane asked for.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "bench/background.h"
#include "bench/message.h"
#include "bench/trigger_class.h"
#include "bench/trigger_scenario.h"
#include "host/venue/random.h"
#include "host/wire/mold_packetizer.h"

namespace twinpath::bench {

// A trigger wanted.
struct Target {
  TriggerClass trigger;
  unsigned lane;
};

// A trigger and where in its frame it ended up: byte 0 is the first of the Ethernet header.
struct TriggerMark {
  Target target;
  std::uint32_t frame;       // index in the segment
  std::uint32_t last_byte;   // of the message
  std::uint32_t field_byte;  // last byte of the field that decides
  std::uint64_t sequence;
};

struct StreamFrame {
  std::size_t begin;
  std::size_t size;
  std::uint32_t gap;  // idle cycles in front of it
};

// A run of frames with at most as many triggers as a core has slots for open orders.
struct Segment {
  std::vector<std::uint8_t> bytes;
  std::vector<StreamFrame> frames;
  std::vector<TriggerMark> marks;

  std::span<const std::uint8_t> frame(std::size_t i) const {
    return std::span(bytes).subspan(frames[i].begin, frames[i].size);
  }
};

// Sparse: a frame with a trigger stands alone, what prepares it came in a frame of its own. Half and full: frames of
// all sizes back to back, background around and between the triggers; whether the wire then rests is the driver's
// doing.
class TriggerStream {
 public:
  // Between the last bytes of two triggers there are at least so many beats: an order frame of 12 beats has left.
  static constexpr std::uint64_t kTriggerDistance = 32;

  TriggerStream(Load load, std::uint64_t seed);

  // The books' beginning, without triggers; comes first. Valid, as the others, until the next call.
  const Segment& opening();
  const Segment& next(std::span<const Target> targets);

  std::uint64_t messages() const { return packets_.next_sequence() - 1; }

 private:
  void append(const Message& m);
  void put(const Message& m);
  void cut(std::uint32_t gap = 0);
  void sparse(const Target& target);
  void crowded(const Target& target);
  void place(const Target& target, const Message* before);
  bool fits(std::uint32_t bytes) const { return used_ + bytes <= limit_; }
  std::uint64_t beats() const { return flushed_beats_ + used_ / 8; }

  Load load_;
  venue::Random random_;
  ScenarioMaker scenarios_;
  Background background_;
  MoldPacketizer packets_;
  Segment segment_;
  Scenario scenario_;
  std::vector<Message> cleanup_;  // of the trigger before
  std::vector<Message> filler_;
  const std::uint32_t headers_;
  std::uint32_t used_;       // bytes of the open frame
  std::uint32_t limit_ = 0;  // when it is full
  std::uint32_t gap_ = 0;    // in front of the open frame
  std::uint64_t flushed_beats_ = 0;
  std::uint64_t last_trigger_beat_ = 0;
};

}  // namespace twinpath::bench
