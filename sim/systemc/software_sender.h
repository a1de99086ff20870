// Host software that trades in the card's place, approximately timed: a frame crosses PCIe, its messages take their
// turn behind those before them, and the order comes back. What it hears it finds out by itself, which frames bring
// news; what it decides the core has decided: they are twins.
#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <utility>

#include "host/feed/feed.h"
#include "host/venue/random.h"
#include "sim/systemc/network_modules.h"

namespace twinpath::platform {

class SoftwareSender {
 public:
  enum class Sender : std::uint8_t { card, software, nobody };

  SoftwareSender(const PlatformOptions& options, const FeedConfig& feed)
      : o_(options), random_(options.seed * 4 + 5), feed_(feed, heard_, nothing_) {}

  // Who sends an order that begins to leave the core at `t`: nobody between a card's failure and the switch-over.
  Sender sender(Picoseconds t) const {
    if (o_.arrangement != Arrangement::both)
      return o_.arrangement == Arrangement::card ? Sender::card : Sender::software;
    for (const Outage& o : o_.card_failures) {
      if (t < kBegin + o.at || t >= kBegin + o.at + o.length) continue;
      return t < kBegin + o.at + o_.switch_over ? Sender::nobody : Sender::software;
    }
    return Sender::card;
  }
  // A frame with its stamp, the last byte of which the MAC gives at `at`. When software begins with it.
  Picoseconds frame(Cycles stamp, std::span<const std::uint8_t> bytes, bool fcs_error, Picoseconds at) {
    feed_.advance(stamp);  // what that brings has been heard before
    const std::uint64_t before = heard_[Counter::messages];
    feed_.frame(stamp, bytes, fcs_error);
    const Picoseconds begin = std::max(at + cross(bytes.size()), free_);
    free_ = begin + Picoseconds{(heard_[Counter::messages] - before) * o_.software.message.value};
    return begin;
  }

  // What an order was made of: message `index` of a frame that software began with at `begin`, its last byte being at
  // the card at `last_byte`; or a command, which software begins with at once.
  struct Cause {
    Picoseconds begin, last_byte;
    unsigned index;
  };
  // Every order of the core, null when it is not software's to send, and every order's cause: in their orders, but
  // either may be there first. Then `leave` is called; `published` of the packet is when it is at the card's MAC.
  void take_order(PacketPtr packet) {
    orders_.push_back(std::move(packet));
    send();
  }
  void take_cause(const Cause& cause) {
    causes_.push_back(cause);
    send();
  }
  std::function<void(PacketPtr)> leave;
  // The core begins anew.
  void reset() {
    orders_.clear();
    causes_.clear();
  }

 private:
  struct Nothing {
    void on_message(const std::uint8_t*, std::uint8_t, const Origin&) noexcept {}
    void on_feed_state(StateReason, const Origin&) noexcept {}
  };

  void send() {
    for (; !orders_.empty() && !causes_.empty(); orders_.pop_front(), causes_.pop_front()) {
      PacketPtr packet = std::move(orders_.front());
      if (!packet) continue;
      const Cause& c = causes_.front();
      const Picoseconds there = std::max(c.begin, c.last_byte + o_.pcie.latency);
      left_ = std::max(
          there + Picoseconds{(c.index + 1) * o_.software.message.value} + draw() + cross(packet->bytes.size()),
          std::max(left_, now()));
      packet->published = left_;
      leave(std::move(packet));
    }
  }
  Picoseconds cross(std::uint64_t bytes) const {
    return o_.pcie.latency + Picoseconds{(bytes + o_.pcie.overhead) * o_.pcie.byte_ps};
  }
  // From the quantiles, linear between them.
  Picoseconds draw() {
    const auto& q = o_.software.quantiles;
    const double u = static_cast<double>(random_.next() >> 11) * 0x1p-53;
    std::size_t i = 1;
    while (i + 1 < q.size() && u > q[i].share) ++i;
    const double part = (u - q[i - 1].share) / (q[i].share - q[i - 1].share);
    const auto from = static_cast<double>(q[i - 1].time.value), to = static_cast<double>(q[i].time.value);
    return {static_cast<std::uint64_t>(from + part * (to - from))};
  }

  const PlatformOptions& o_;
  venue::Random random_;
  Counters heard_;
  Nothing nothing_;
  Feed<Nothing> feed_;
  std::deque<PacketPtr> orders_;
  std::deque<Cause> causes_;
  Picoseconds free_{}, left_{};
};

}  // namespace twinpath::platform
