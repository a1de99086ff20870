// From the exchange to the card and on to the venue: the feed's two lines, wires, and the frames on them.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <systemc>
#include <utility>
#include <vector>

#include "host/feed/frame_parser.h"
#include "host/venue/random.h"
#include "sim/systemc/platform.h"
#include "sim/systemc/simulation.h"

namespace twinpath::platform {

// When the first frame is published: above zero, so that a command may come before it.
inline constexpr Picoseconds kBegin{1'000'000};

// The first time from `t` on that lies in none of `outages`, which are in the order of their times.
inline Picoseconds behind_outages(const std::vector<Outage>& outages, Picoseconds t) {
  for (const Outage& o : outages) {
    if (t >= kBegin + o.at && t < kBegin + o.at + o.length) t = kBegin + o.at + o.length;
  }
  return t;
}
inline bool in_outage(const std::vector<Outage>& outages, Picoseconds t) { return behind_outages(outages, t) != t; }

// A frame on its way (without FCS), and where it has been.
struct Packet {
  std::vector<std::uint8_t> bytes;
  bool fcs_error = false;
  Picoseconds published{};   // by the exchange; of an order: its first beat
  Picoseconds queued{};      // at the wire: of an order, behind the MAC
  Picoseconds wire_start{};  // first bit of the preamble
};

// Packets that have been used, to be used again: a session has millions.
class PacketPool {
 public:
  struct Return {
    PacketPool* pool = nullptr;  // null: of none
    void operator()(Packet* packet) const {
      if (pool != nullptr)
        pool->spare_.emplace_back(packet);
      else
        delete packet;
    }
  };
  using Ptr = std::unique_ptr<Packet, Return>;

  // With what was in it. It goes back to the pool, which must be there then.
  Ptr take() {
    if (spare_.empty()) return Ptr(new Packet, Return{this});
    Packet* const packet = spare_.back().release();
    spare_.pop_back();
    return Ptr(packet, Return{this});
  }

 private:
  std::vector<std::unique_ptr<Packet>> spare_;
};
using PacketPtr = PacketPool::Ptr;
inline PacketPtr make_packet() { return PacketPtr(new Packet); }

class FrameIf : virtual public sc_core::sc_interface {
 public:
  // At `at`, now or later, the first byte behind the preamble begins to arrive; the others follow at `byte_ps` each.
  // Frames come in their order.
  virtual void frame(PacketPtr packet, Picoseconds at, std::uint64_t byte_ps) = 0;
};

// IEEE 802.3: preamble and start delimiter 8 bytes, 64 at least with the FCS of 4, gap of 12. What waits stands in a
// queue. When a frame arrives is known as soon as it is sent, and told at once.
class Wire : public sc_core::sc_module {
 public:
  static constexpr std::uint64_t kPreamble = 8, kFcs = 4, kGap = 12, kLeast = 60;

  sc_core::sc_port<FrameIf> out{"out"};

  // `queue_bytes`: 0, room for all.
  Wire(sc_core::sc_module_name name, std::uint64_t gbps, Picoseconds propagation, std::uint64_t queue_bytes = 0)
      : sc_module(name), byte_ps_(8000 / gbps), propagation_(propagation), queue_bytes_(queue_bytes) {}

  // `at`: when it comes to the wire, in the order of these times; which who sends may know as late as with its last
  // byte, or long before.
  void send(PacketPtr packet, Picoseconds at) {
    if (queue_bytes_ != 0 && free_ > at && (free_ - at).value > queue_bytes_ * byte_ps_) {
      ++drops_;
      return;
    }
    packet->queued = at;
    packet->wire_start = std::max(at, free_);
    longest_wait_ = std::max(longest_wait_, packet->wire_start - at);
    const std::uint64_t bytes = std::max<std::uint64_t>(packet->bytes.size(), kLeast);
    free_ = packet->wire_start + Picoseconds{(kPreamble + bytes + kFcs + kGap) * byte_ps_};
    ++frames_;
    const Picoseconds arrival = packet->wire_start + Picoseconds{kPreamble * byte_ps_} + propagation_;
    out->frame(std::move(packet), arrival, byte_ps_);
  }
  std::uint64_t byte_ps() const noexcept { return byte_ps_; }
  Picoseconds longest_wait() const noexcept { return longest_wait_; }
  const std::uint64_t& drops() const noexcept { return drops_; }
  // That were given to it and not dropped.
  const std::uint64_t& frames() const noexcept { return frames_; }

 private:
  std::uint64_t byte_ps_;
  Picoseconds propagation_;
  std::uint64_t queue_bytes_;
  std::uint64_t drops_ = 0, frames_ = 0;
  Picoseconds free_{};
  Picoseconds longest_wait_{};
};

// Publishes a session's frames; each line loses, delays and reorders on its own. Then the switch: one port, one queue
// to the card's wire.
//
// Nothing that others do changes what the exchange publishes. So it runs ahead of simulated time, some frames at a
// time, and says when each happens (TLM-2.0: loosely timed); not with a waveform, which shows values when they are.
class ExchangeFeed : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(ExchangeFeed);
  ExchangeFeed(sc_core::sc_module_name name, const PlatformOptions& options, const FeedConfig& feed,
               FrameSource& source, Wire& wire)
      : sc_module(name),
        feed_(feed),
        source_(source),
        wire_(wire),
        burst_messages_(options.burst_messages),
        ahead_(options.ahead && options.wave.empty() ? kAhead : 0) {
    least_delay_ = std::min(options.lines[0].delay, options.lines[1].delay);
    for (unsigned i = 0; i < 2; ++i) {
      Line& line = lines_[i];
      line.model = options.lines[i];
      line.loss = venue::Probability(line.model.loss);
      line.reorder = venue::Probability(line.model.reorder);
      line.random = venue::Random(options.seed * 4 + i);
    }
    read();
    SC_METHOD(publish);
    sensitive << publish_due_;
    dont_initialize();
    SC_METHOD(arrive);
    sensitive << arrive_due_;
    dont_initialize();
    if (next_) notify_at(publish_due_, next_->published);
  }

  // Messages that line A has published in the last microsecond, as of the last packet.
  const std::uint64_t& in_microsecond() const noexcept { return in_microsecond_; }
  // Called when so many messages have been published within a microsecond, with the time of the last of them, which is
  // not over yet; once.
  std::function<void(Picoseconds)> on_burst;
  // When the last frame so far was published.
  Picoseconds published() const noexcept { return published_; }

  void count(PlatformResult& result) const {
    result.most_in_microsecond = most_in_microsecond_;
    for (unsigned i = 0; i < 2; ++i) {
      result.published[i] = lines_[i].published;
      result.lost[i] = lines_[i].lost;
      result.reordered[i] = lines_[i].reordered;
    }
    result.published_messages = last_sequence_ - std::min(first_sequence_, last_sequence_);
  }

 private:
  struct Line {
    LineModel model;
    venue::Probability loss, reorder;
    venue::Random random{0};
    Picoseconds last{};
    std::uint64_t published = 0, lost = 0, reordered = 0;
  };
  // On its way to the switch. The heap's first is the earliest.
  struct Coming {
    Picoseconds at;
    std::uint64_t number;
    PacketPtr packet;
    bool operator<(const Coming& o) const noexcept { return at != o.at ? at > o.at : number > o.number; }
  };
  static constexpr unsigned kAhead = 64;  // frames: few enough to stay in the processor's first cache

  void read() {
    SourceFrame frame;
    next_ = nullptr;
    if (!source_.next(frame)) return;
    if (!begun_) first_ = last_ = frame.timestamp;
    begun_ = true;
    last_ = std::max(last_, frame.timestamp);
    next_ = packets_.take();
    next_->bytes.assign(frame.bytes.begin(), frame.bytes.end());
    next_->fcs_error = frame.fcs_error;
    next_->published = kBegin + picoseconds(last_ - first_);
  }
  void publish() {
    for (unsigned n = 0; next_ && (n < ahead_ || next_->published <= now()); ++n) {
      published_ = next_->published;
      carry(std::move(next_));
      read();
    }
    arrive();
    if (next_) notify_at(publish_due_, next_->published);
  }
  void carry(PacketPtr packet) {
    FeedPacket parsed;
    const bool ours = parse_frame(packet->bytes, feed_, parsed) == Counter::frames;
    if (ours && parsed.count != 0 && parsed.count != kEndOfSessionCount) {
      first_sequence_ = std::min(first_sequence_, parsed.sequence);
      last_sequence_ = std::max(last_sequence_, parsed.sequence + parsed.count);
      if (parsed.line == FeedLine::a) watch(parsed.count);
    }
    Line& line = lines_[ours ? static_cast<unsigned>(parsed.line) : 0];
    ++line.published;
    if (line.random.chance(line.loss)) {
      ++line.lost;
      return;
    }
    Picoseconds at = published_ + line.model.delay + Picoseconds{uniform(line.random, line.model.jitter.value)};
    if (line.random.chance(line.reorder)) {
      ++line.reordered;
      at += line.model.reorder_hold;
    } else {
      line.last = at = std::max(at, line.last);
    }
    coming_.push_back({at, number_++, std::move(packet)});
    std::push_heap(coming_.begin(), coming_.end());
  }
  // How many messages the last microsecond has.
  void watch(std::uint64_t messages) {
    constexpr Picoseconds kMicrosecond{1'000'000};
    for (; !recent_.empty() && recent_.front().first + kMicrosecond <= published_; recent_.pop_front())
      in_microsecond_ -= recent_.front().second;
    recent_.push_back({published_, messages});
    in_microsecond_ += messages;
    most_in_microsecond_ = std::max(most_in_microsecond_, in_microsecond_);
    if (in_microsecond_ < burst_messages_ || told_burst_) return;
    told_burst_ = true;
    if (on_burst) on_burst(published_);
  }
  // What arrives by now, or in front of all that is still to be published.
  void arrive() {
    Picoseconds certain = now();
    if (ahead_ != 0) certain = next_ ? std::max(certain, next_->published + least_delay_) : Picoseconds{UINT64_MAX};
    while (!coming_.empty() && coming_.front().at <= certain) {
      std::pop_heap(coming_.begin(), coming_.end());
      Coming c = std::move(coming_.back());
      coming_.pop_back();
      wire_.send(std::move(c.packet), c.at);
    }
    if (!coming_.empty()) notify_at(arrive_due_, coming_.front().at);
  }

 public:
  // 0 to `most`.
  static std::uint64_t uniform(venue::Random& random, std::uint64_t most) {
    return static_cast<std::uint64_t>(static_cast<unsigned __int128>(random.next()) * (most + 1) >> 64);
  }

 private:
  FeedConfig feed_;
  FrameSource& source_;
  Wire& wire_;
  std::array<Line, 2> lines_;
  std::uint64_t burst_messages_;
  bool told_burst_ = false;
  std::deque<std::pair<Picoseconds, std::uint64_t>> recent_;  // packets of line A
  std::uint64_t in_microsecond_ = 0, most_in_microsecond_ = 0;
  bool begun_ = false;
  Nanoseconds first_{}, last_{};
  Picoseconds published_{};
  unsigned ahead_;
  Picoseconds least_delay_{};  // of both lines
  PacketPool packets_;
  PacketPtr next_;
  std::uint64_t number_ = 0;
  std::uint64_t first_sequence_ = UINT64_MAX, last_sequence_ = 0;
  std::vector<Coming> coming_;  // a heap
  sc_core::sc_event publish_due_, arrive_due_;
};

}  // namespace twinpath::platform
