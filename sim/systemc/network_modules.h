// From the exchange to the card and on to the venue: the feed's two lines, wires, and the frames on them.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <systemc>
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
  Picoseconds published;   // by the exchange; of an order: its first beat
  Picoseconds queued;      // at the wire: of an order, behind the MAC
  Picoseconds wire_start;  // first bit of the preamble
};
using PacketPtr = std::shared_ptr<Packet>;

class FrameIf : virtual public sc_core::sc_interface {
 public:
  // Now is when the first byte behind the preamble begins to arrive; the others follow at `byte_ps` each.
  virtual void frame(const PacketPtr& packet, std::uint64_t byte_ps) = 0;
};

// IEEE 802.3: preamble and start delimiter 8 bytes, 64 at least with the FCS of 4, gap of 12. What waits stands in a
// queue.
class Wire : public sc_core::sc_module {
 public:
  static constexpr std::uint64_t kPreamble = 8, kFcs = 4, kGap = 12, kLeast = 60;

  sc_core::sc_port<FrameIf> out{"out"};

  SC_HAS_PROCESS(Wire);
  // `queue_bytes`: 0, room for all.
  Wire(sc_core::sc_module_name name, std::uint64_t gbps, Picoseconds propagation, std::uint64_t queue_bytes = 0)
      : sc_module(name), byte_ps_(8000 / gbps), propagation_(propagation), queue_bytes_(queue_bytes) {
    SC_METHOD(arrive);
    sensitive << due_;
    dont_initialize();
  }

  void send(const PacketPtr& packet) { send(packet, now()); }
  // `at`: when it came to the wire, which who sends may know as late as with its last byte.
  void send(const PacketPtr& packet, Picoseconds at) {
    if (queue_bytes_ != 0 && free_ > at && (free_ - at).value > queue_bytes_ * byte_ps_) {
      ++drops_;
      return;
    }
    packet->queued = at;
    packet->wire_start = std::max(at, free_);
    longest_wait_ = std::max(longest_wait_, packet->wire_start - at);
    const std::uint64_t bytes = std::max<std::uint64_t>(packet->bytes.size(), kLeast);
    free_ = packet->wire_start + Picoseconds{(kPreamble + bytes + kFcs + kGap) * byte_ps_};
    on_wire_.push_back(packet);
    notify_at(due_, arrival(*on_wire_.front()));
  }
  std::uint64_t byte_ps() const noexcept { return byte_ps_; }
  Picoseconds longest_wait() const noexcept { return longest_wait_; }
  const std::uint64_t& drops() const noexcept { return drops_; }
  const std::uint64_t& frames() const noexcept { return frames_; }

 private:
  Picoseconds arrival(const Packet& p) const { return p.wire_start + Picoseconds{kPreamble * byte_ps_} + propagation_; }
  void arrive() {
    while (!on_wire_.empty() && arrival(*on_wire_.front()) <= now()) {
      const PacketPtr packet = on_wire_.front();
      on_wire_.pop_front();
      ++frames_;
      out->frame(packet, byte_ps_);
    }
    if (!on_wire_.empty()) notify_at(due_, arrival(*on_wire_.front()));
  }

  std::uint64_t byte_ps_;
  Picoseconds propagation_;
  std::uint64_t queue_bytes_;
  std::uint64_t drops_ = 0, frames_ = 0;
  Picoseconds free_{};
  Picoseconds longest_wait_{};
  std::deque<PacketPtr> on_wire_;
  sc_core::sc_event due_;
};

// Publishes a session's frames; each line loses, delays and reorders on its own. Then the switch: one port, one queue
// to the card's wire.
class ExchangeFeed : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(ExchangeFeed);
  ExchangeFeed(sc_core::sc_module_name name, const PlatformOptions& options, const FeedConfig& feed,
               FrameSource& source, Wire& wire)
      : sc_module(name), feed_(feed), source_(source), wire_(wire), burst_messages_(options.burst_messages) {
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
  // Called when so many messages have been published within a microsecond; once.
  std::function<void()> on_burst;

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
  struct Coming {
    Picoseconds at;
    std::uint64_t number;
    PacketPtr packet;
    bool operator>(const Coming& o) const noexcept { return at != o.at ? at > o.at : number > o.number; }
  };

  void read() {
    SourceFrame frame;
    next_ = nullptr;
    if (!source_.next(frame)) return;
    if (!begun_) first_ = last_ = frame.timestamp;
    begun_ = true;
    last_ = std::max(last_, frame.timestamp);
    next_ = std::make_shared<Packet>();
    next_->bytes.assign(frame.bytes.begin(), frame.bytes.end());
    next_->fcs_error = frame.fcs_error;
    next_->published = kBegin + picoseconds(last_ - first_);
  }
  void publish() {
    while (next_ && next_->published <= now()) {
      carry(next_);
      read();
    }
    if (next_) notify_at(publish_due_, next_->published);
  }
  void carry(const PacketPtr& packet) {
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
    Picoseconds at = now() + line.model.delay + Picoseconds{uniform(line.random, line.model.jitter.value)};
    if (line.random.chance(line.reorder)) {
      ++line.reordered;
      at += line.model.reorder_hold;
    } else {
      line.last = at = std::max(at, line.last);
    }
    coming_.push({at, number_++, packet});
    notify_at(arrive_due_, coming_.top().at);
  }
  // How many messages the last microsecond has.
  void watch(std::uint64_t messages) {
    constexpr Picoseconds kMicrosecond{1'000'000};
    for (; !recent_.empty() && recent_.front().first + kMicrosecond <= now(); recent_.pop_front())
      in_microsecond_ -= recent_.front().second;
    recent_.push_back({now(), messages});
    in_microsecond_ += messages;
    most_in_microsecond_ = std::max(most_in_microsecond_, in_microsecond_);
    if (in_microsecond_ < burst_messages_ || told_burst_) return;
    told_burst_ = true;
    if (on_burst) on_burst();
  }
  void arrive() {
    for (; !coming_.empty() && coming_.top().at <= now(); coming_.pop()) wire_.send(coming_.top().packet);
    if (!coming_.empty()) notify_at(arrive_due_, coming_.top().at);
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
  PacketPtr next_;
  std::uint64_t number_ = 0;
  std::uint64_t first_sequence_ = UINT64_MAX, last_sequence_ = 0;
  std::priority_queue<Coming, std::vector<Coming>, std::greater<>> coming_;
  sc_core::sc_event publish_due_, arrive_due_;
};

}  // namespace twinpath::platform
