// Packs a sequence of ITCH messages into MoldUDP64 frames, as an exchange's multicast line would carry them.
//
// Rate model: time comes from the messages. A packet opens with a message of ITCH time t; later messages join it while
// their time is at most t + window and they fit into max_payload. It leaves, complete, at the time of its last message,
// and never before the frame in front of it. There is no model of the line's own speed: frames may be stamped alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "host/wire/moldudp64.h"
#include "host/wire/net.h"

namespace twinpath {

struct MoldPacketizerConfig {
  net::UdpLine line;
  mold::Session session = mold::make_session("");
  std::uint64_t first_sequence = 1;
  /// UDP payload bytes, MoldUDP64 header included: 72 (any ITCH message fits) to 65,507.
  std::size_t max_payload = 1'400;
  std::uint64_t window_ns = 1'000;
  /// Added to ITCH times (nanoseconds since midnight) to give frame times: midnight in nanoseconds since 1970.
  std::uint64_t midnight_ns = 0;
};

class MoldPacketizer {
 public:
  /// Takes each frame, Ethernet without FCS, in order; the bytes are valid during the call. Times never decrease.
  using Sink = std::function<void(std::uint64_t timestamp_ns, std::span<const std::uint8_t> frame)>;

  /// Throws std::invalid_argument, naming the field, when the configuration is out of range.
  MoldPacketizer(const MoldPacketizerConfig& config, Sink sink);

  /// Adds a message. A message that is earlier than the one before it joins as if it had that one's time. Throws
  /// std::invalid_argument when it is too short to hold an ITCH time (11 bytes) or too long for a packet of its own.
  void add(std::span<const std::uint8_t> message);

  /// Sends the open packet, if there is one.
  void flush();
  /// flush(), then an empty packet that names the next sequence, at `timestamp_ns` or the last frame's time if later.
  void heartbeat(std::uint64_t timestamp_ns);
  void end_of_session(std::uint64_t timestamp_ns);

  /// Sequence number of the next message.
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return sequence_ + count_; }
  [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }

 private:
  void send(std::uint16_t count, std::uint64_t timestamp_ns);

  MoldPacketizerConfig config_;
  Sink sink_;
  std::vector<std::uint8_t> frame_;  // headers, then the blocks of the open packet
  std::size_t headers_;              // bytes in front of the blocks
  std::size_t used_;                 // bytes of frame_ in use
  std::uint64_t sequence_;           // of the open packet's first message
  std::uint16_t count_ = 0;
  std::uint64_t opened_ns_ = 0;  // ITCH time of the open packet's first message
  std::uint64_t closes_ns_ = 0;  // ITCH time of its last message
  std::uint64_t latest_ns_ = 0;  // latest ITCH time seen
  std::uint64_t last_frame_ns_ = 0;
  std::uint64_t frames_ = 0;
};

}  // namespace twinpath
