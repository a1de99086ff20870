// Host software that trades in the card's place, approximately timed: a frame crosses PCIe, its messages take their
// turn behind those before them, and the order comes back. What it decides the core has decided: they are twins.
#pragma once
#include <algorithm>
#include <cstdint>

#include "host/venue/random.h"
#include "sim/systemc/network_modules.h"

namespace twinpath::platform {

class SoftwareSender {
 public:
  enum class Sender : std::uint8_t { card, software, nobody };

  explicit SoftwareSender(const PlatformOptions& options) : o_(options), random_(options.seed * 4 + 5) {}

  // Who sends what is decided now: nobody between a card's failure and the switch-over.
  Sender sender() const {
    if (o_.arrangement != Arrangement::both)
      return o_.arrangement == Arrangement::card ? Sender::card : Sender::software;
    for (const Outage& o : o_.card_failures) {
      if (now() < kBegin + o.at || now() >= kBegin + o.at + o.length) continue;
      return now() < kBegin + o.at + o_.switch_over ? Sender::nobody : Sender::software;
    }
    return Sender::card;
  }
  // A frame of `bytes`, the last of which the MAC gives at `at`, with so many messages that are news. When software
  // begins with it.
  Picoseconds frame(Picoseconds at, std::uint64_t bytes, std::uint64_t messages) {
    const Picoseconds begin = std::max(at + cross(bytes), free_);
    free_ = begin + Picoseconds{messages * o_.software.message.value};
    return begin;
  }
  // When an order of `bytes` is at the card's MAC: of message `index` of a frame that software began with at `begin`,
  // the message's last byte being at the card at `last_byte`.
  Picoseconds order(Picoseconds begin, Picoseconds last_byte, unsigned index, std::uint64_t bytes) {
    const Picoseconds there = std::max(begin, last_byte + o_.pcie.latency);
    left_ = std::max(there + Picoseconds{(index + 1) * o_.software.message.value} + draw() + cross(bytes),
                     std::max(left_, now()));
    return left_;
  }

 private:
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
  Picoseconds free_{}, left_{};
};

}  // namespace twinpath::platform
