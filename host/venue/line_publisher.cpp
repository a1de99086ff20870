#include "host/venue/line_publisher.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "host/venue/frame_damage.h"

namespace twinpath::venue {
namespace {

constexpr std::uint32_t kSmallestPayload = mold::Header::kSize + mold::kBlockHeader + 50;
constexpr std::uint32_t kWireOverhead = 24;    // preamble, FCS, gap between frames
constexpr std::size_t kMostHeld = 8;           // frames of a line held back at a time
constexpr std::uint32_t kSmallestOnWire = 60;  // shorter frames are padded to this

void check_probability(double value, const std::string& name) {
  if (!(value >= 0.0 && value <= 1.0)) {
    throw std::invalid_argument(name + ": expected a probability from 0 to 1, found " + std::to_string(value));
  }
}

}  // namespace

LinePublisher::Frame& LinePublisher::Queue::push() {
  if (tail_ - head_ == frames_.size()) {
    std::vector<Frame> larger(frames_.size() * 2);
    for (std::size_t i = head_; i != tail_; ++i) larger[i & (larger.size() - 1)] = frames_[i & (frames_.size() - 1)];
    frames_.swap(larger);
  }
  return frames_[tail_++ & (frames_.size() - 1)];
}

LinePublisher::Line LinePublisher::make_line(const LineOptions& o, const char* name) {
  const std::string prefix = std::string(name) + ".";
  check_probability(o.loss, prefix + "loss");
  check_probability(o.duplication, prefix + "duplication");
  check_probability(o.reordering, prefix + "reordering");
  check_probability(o.damage, prefix + "damage");
  check_probability(o.tagged, prefix + "tagged");
  Line line;
  line.options = o;
  line.loss = Probability(o.loss);
  line.duplication = Probability(o.duplication);
  line.reordering = Probability(o.reordering);
  line.damage = Probability(o.damage);
  line.tagged = Probability(o.tagged);
  line.plain.destination_mac = net::multicast_mac(o.destination_address);
  line.plain.source_mac = {0x02, 0x54, 0x50, 0x00, 0x00, static_cast<std::uint8_t>(o.source_address >> 16)};
  line.plain.source_ip = o.source_address;
  line.plain.destination_ip = o.destination_address;
  line.plain.source_port = o.source_port;
  line.plain.destination_port = o.destination_port;
  line.with_tag = line.plain;
  line.with_tag.vlan = o.vlan;
  for (unsigned i = 0; i < kDamageKinds; ++i) {
    if ((o.damage_kinds >> i & 1) != 0) line.kinds.push_back(static_cast<Damage>(i));
  }
  if (o.damage > 0.0 && line.kinds.empty())
    throw std::invalid_argument(prefix + "damage_kinds: names no kind of damage");
  return line;
}

LinePublisher::LinePublisher(const PublisherOptions& options, std::uint64_t seed, FrameSink& sink)
    : options_(options),
      session_(mold::make_session(options.session)),
      random_(seed ^ 0x6C69'6E65'7321),
      sink_(sink),
      gap_(options.gap),
      lines_{make_line(options.line_a, "line_a"), make_line(options.line_b, "line_b")},
      sequence_(options.first_sequence) {
  check_probability(options.gap, "gap");
  if (options.largest_payload < kSmallestPayload || options.largest_payload > payload_.size()) {
    throw std::invalid_argument("largest_payload: expected " + std::to_string(kSmallestPayload) + " to " +
                                std::to_string(payload_.size()) + " bytes, found " +
                                std::to_string(options.largest_payload));
  }
  if (options.heartbeat_interval_ns == 0)
    throw std::invalid_argument("heartbeat_interval_ns: expected at least 1, found 0");
}

std::uint64_t LinePublisher::wire_time(std::uint32_t length) const noexcept {
  if (options_.line_bits_per_second == 0) return 0;
  const std::uint64_t bits = std::uint64_t{8} * (std::max(length, kSmallestOnWire) + kWireOverhead);
  return (bits * 1'000'000'000 + options_.line_bits_per_second - 1) / options_.line_bits_per_second;
}

void LinePublisher::publish(const GeneratedMessage& message) {
  const std::uint64_t time = message.timestamp_ns;
  const std::uint32_t size = mold::kBlockHeader + message.length;
  if (count_ != 0 && (time > opened_ + options_.packing_window_ns || used_ + size > options_.largest_payload)) flush();
  if (count_ == 0) {
    fill_silence(time);
    opened_ = time;
  }
  closes_ = time;
  store_be16(&payload_[used_], message.length);
  std::memcpy(&payload_[used_ + mold::kBlockHeader], message.bytes.data(), message.length);
  used_ += size;
  ++count_;
}

void LinePublisher::flush() {
  if (count_ == 0) return;
  mold::Header{session_, sequence_, count_}.write(payload_.data());
  ++summary_.packets;
  summary_.messages += count_;
  if (random_.chance(gap_)) {
    ++summary_.gaps;
    summary_.messages_in_gaps += count_;
  } else {
    bool lose[2];
    bool spoil[2];
    for (unsigned i = 0; i < 2; ++i) {
      lose[i] = random_.chance(lines_[i].loss);
      spoil[i] = !lose[i] && random_.chance(lines_[i].damage);
    }
    if (options_.spare_other_line && (lose[0] || spoil[0]) && (lose[1] || spoil[1])) {
      const unsigned spared = random_.below(2);
      lose[spared] = spoil[spared] = false;
    }
    for (unsigned i = 0; i < 2; ++i) send(i, closes_, count_, lose[i], spoil[i]);
  }
  sequence_ += count_;
  last_packet_ = closes_;
  started_ = true;
  used_ = mold::Header::kSize;
  count_ = 0;
  // Nothing that is still to come can be earlier than this packet.
  drain(closes_);
}

void LinePublisher::send(unsigned which, std::uint64_t time, std::uint16_t count, bool lose, bool spoil) {
  Line& line = lines_[which];
  LineSummary& summary = summary_.lines[which];
  const bool data = count != mold::kHeartbeat && count != mold::kEndOfSession;
  if (lose) {
    ++summary.lost;
    return;
  }
  const bool late = data && random_.chance(line.reordering) && line.held.size() < kMostHeld;
  Frame& frame = late ? line.held.emplace_back() : line.queue.push();
  const bool tagged = random_.chance(line.tagged);
  const std::size_t headers =
      net::write_udp_headers(tagged ? line.with_tag : line.plain, used_, line.identification++, frame.bytes.data());
  std::memcpy(frame.bytes.data() + headers, payload_.data(), used_);
  frame.length = static_cast<std::uint32_t>(headers) + used_;
  frame.fcs_error = false;
  if (tagged) ++summary.tagged;
  if (spoil) {
    const Damage damage = line.kinds[random_.below(static_cast<std::uint32_t>(line.kinds.size()))];
    frame.length = apply_damage(damage, frame.bytes.data(), frame.length, random_);
    frame.fcs_error = damage == Damage::fcs_error;
    ++summary.damaged;
    ++summary.damage[static_cast<unsigned>(damage)];
  }
  const std::uint64_t arrival =
      time + line.options.latency_ns +
      random_.below(static_cast<std::uint32_t>(std::min<std::uint64_t>(line.options.jitter_ns, 0xFFFF'FFFE)) + 1);
  const bool twice = data && random_.chance(line.duplication);
  if (late) {
    ++summary.reordered;
    frame.time = arrival;
    frame.successors = random_.between(1, 4);
    if (twice) {
      ++summary.duplicated;
      const Frame copy = frame;
      line.held.push_back(copy);
    }
    return;
  }
  deliver(which, frame, arrival);
  if (twice) {
    ++summary.duplicated;
    const Frame copy = frame;
    Frame& second = line.queue.push();
    second = copy;
    deliver(which, second, arrival);
  }
  release_held(which, !data);
}

void LinePublisher::deliver(unsigned which, Frame& frame, std::uint64_t time) {
  Line& line = lines_[which];
  frame.time = std::max(time, line.free_at);
  line.free_at = frame.time + wire_time(frame.length);
  ++summary_.lines[which].frames;
  summary_.lines[which].bytes += frame.length;
}

void LinePublisher::release_held(unsigned which, bool all) {
  Line& line = lines_[which];
  if (line.held.empty()) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < line.held.size(); ++i) {
    Frame& frame = line.held[i];
    if (!all && --frame.successors > 0) {
      if (kept != i) line.held[kept] = frame;
      ++kept;
      continue;
    }
    Frame& slot = line.queue.push();
    slot = frame;
    deliver(which, slot, all ? std::max(frame.time, last_packet_) : frame.time);
  }
  line.held.resize(kept);
}

void LinePublisher::fill_silence(std::uint64_t until) {
  if (!started_) return;
  while (last_packet_ + options_.heartbeat_interval_ns < until) {
    send_empty(last_packet_ + options_.heartbeat_interval_ns, mold::kHeartbeat);
  }
}

void LinePublisher::send_empty(std::uint64_t time, std::uint16_t count) {
  mold::Header{session_, sequence_, count}.write(payload_.data());
  for (unsigned i = 0; i < 2; ++i) {
    ++(count == mold::kHeartbeat ? summary_.lines[i].heartbeats : summary_.lines[i].end_of_session);
    send(i, time, count, false, false);
  }
  last_packet_ = time;
  drain(time);
}

void LinePublisher::drain(std::uint64_t until) {
  Queue& a = lines_[0].queue;
  Queue& b = lines_[1].queue;
  for (;;) {
    const bool has_a = !a.empty() && a.front().time <= until;
    const bool has_b = !b.empty() && b.front().time <= until;
    if (!has_a && !has_b) return;
    const unsigned which = has_a && (!has_b || a.front().time <= b.front().time) ? 0 : 1;
    Queue& queue = lines_[which].queue;
    const Frame& frame = queue.front();
    sink_.on_frame({{frame.bytes.data(), frame.length}, frame.time, which, frame.fcs_error});
    queue.pop();
  }
}

void LinePublisher::finish() {
  flush();
  for (std::uint32_t i = 0; i < options_.end_of_session_packets; ++i) {
    send_empty(last_packet_ + options_.heartbeat_interval_ns, mold::kEndOfSession);
  }
  for (unsigned i = 0; i < 2; ++i) release_held(i, true);
  summary_.next_sequence = sequence_;
  drain(UINT64_MAX);
}

}  // namespace twinpath::venue
