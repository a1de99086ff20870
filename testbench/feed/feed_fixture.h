// A feed with a sink that keeps everything.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "host/feed/feed.h"
#include "testbench/feed/feed_frames.h"

namespace twinpath::testing {

struct KeptMessage {
  Bytes bytes;
  std::uint8_t type;
  Origin origin;
};

struct KeptState {
  StateReason reason;
  Origin origin;
  std::size_t after_messages;  // messages delivered before it
};

struct KeepingSink {
  std::vector<KeptMessage> messages;
  std::vector<KeptState> states;

  void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) {
    messages.push_back({Bytes(m, m + itch::message_length(type)), type, origin});
  }
  void on_feed_state(StateReason reason, const Origin& origin) { states.push_back({reason, origin, messages.size()}); }
};

class FeedTest : public ::testing::Test {
 protected:
  // Starts over with another configuration.
  void restart(const FeedConfig& config) {
    config_ = config;
    counters_ = Counters();
    sink_ = KeepingSink();
    feed_ = std::make_unique<Feed<KeepingSink>>(config_, counters_, sink_);
  }
  FeedTest() { restart(two_line_feed()); }

  void send(std::uint64_t time, const Packet& packet, bool fcs_error = false) {
    send(time, packet.frame(config_), fcs_error);
  }
  void send(std::uint64_t time, const Bytes& frame, bool fcs_error = false) {
    // A heap copy of the exact size: a sanitizer sees a read behind the end.
    const Bytes copy(frame);
    feed_->frame(Cycles{time}, copy, fcs_error);
  }
  // `count` filler messages from `sequence` on, tagged with their sequence numbers.
  static Packet packet(std::uint64_t sequence, std::size_t count, FeedLine line = FeedLine::a) {
    Packet p;
    p.line = line;
    p.sequence = sequence;
    p.messages = fillers(sequence, count);
    return p;
  }

  std::uint64_t count(Counter c) const { return counters_[c]; }
  std::vector<std::uint64_t> sequences() const {
    std::vector<std::uint64_t> all;
    for (const auto& m : sink_.messages) all.push_back(m.origin.sequence);
    return all;
  }
  // The counters that are not zero, by name: what a step changed, and that it changed nothing else.
  std::string counted() const {
    std::string text;
    for (unsigned i = 0; i < kCounterCount; ++i) {
      if (counters_.values()[i] != 0)
        text += std::string(kCounterNames[i]) + "=" + std::to_string(counters_.values()[i]) + " ";
    }
    return text;
  }

  FeedConfig config_;
  Counters counters_;
  KeepingSink sink_;
  std::unique_ptr<Feed<KeepingSink>> feed_;
};

}  // namespace twinpath::testing
