// The tape on two redundant lines as it grows: MoldUDP64 1.00 packets, the same on both, through PacketSenders.
//
// Nothing waits for company: poll() sends what is there, as few packets as it fits into. A line that has no room for a
// packet holds the other back for `patience_ns`, then it goes without that packet; its readers have the other line and
// the re-request server.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "host/path/packet_io.h"
#include "host/venue/market/message_store.h"
#include "host/wire/net.h"

namespace twinpath::market {

struct FeedOptions {
  std::array<net::UdpLine, 2> lines;
  std::size_t max_payload = 1'400;             // UDP payload bytes: 72 (any ITCH message fits) to 65,507
  std::uint64_t heartbeat_ns = 1'000'000'000;  // after so long without a packet; also between ends of session
  std::uint64_t patience_ns = 1'000'000;
};

struct FeedCounters {
  std::uint64_t messages = 0;
  std::uint64_t packets = 0;  // with messages, each counted once for both lines
  std::uint64_t heartbeats = 0;
  std::uint64_t ends = 0;                  // end-of-session packets
  std::array<std::uint64_t, 2> skipped{};  // packets that a line went without
};

class FeedPublisher {
 public:
  // The senders outlive the publisher; frames longer than theirs are an error. Throws std::invalid_argument, naming the
  // option.
  FeedPublisher(const FeedOptions& options, PacketSender& a, PacketSender& b);

  // Publishes this tape from its message `first` on. One that is not at its end yet is left.
  void begin(std::shared_ptr<const MessageStore> tape, std::uint64_t first = 1);
  // Sends what is there, and what the time demands. `now_ns`: any clock that does not go back. Returns whether
  // everything that is there was sent.
  bool poll(std::uint64_t now_ns);

  const FeedCounters& counters() const noexcept { return counters_; }
  // Of the next message to be sent.
  std::uint64_t next_sequence() const noexcept { return next_; }

 private:
  struct Line {
    net::UdpLine address;
    PacketSender* sender;
    bool waiting = false;   // for the packet to be sent
    std::size_t ready = 0;  // bytes of it in the sender's room
  };

  void pack(std::uint16_t count, std::span<const std::uint8_t> blocks, std::uint64_t now_ns);
  bool push(std::uint64_t now_ns);
  bool push(Line& line);

  FeedOptions options_;
  std::array<Line, 2> lines_;
  std::shared_ptr<const MessageStore> tape_;
  std::uint64_t next_ = 1;
  std::vector<std::uint8_t> packet_;  // MoldUDP64 header and blocks
  std::uint16_t identification_ = 0;
  std::uint64_t packed_ns_ = 0;
  bool ended_ = false;  // the end of this tape's session has been sent
  FeedCounters counters_;
};

}  // namespace twinpath::market
