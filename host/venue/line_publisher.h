// Puts a message sequence on two redundant MoldUDP64 1.00 lines, with the impairments that real lines have.
//
// A packet opens with a message and takes those that follow within the packing window, as long as they fit. Both lines
// carry every packet with the same sequence numbers, each at its own latency; a line's frames never overlap on its
// wire. Frames come out in the order of their times. Ties: line A first.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "host/venue/generator_options.h"
#include "host/venue/message_buffer.h"
#include "host/venue/random.h"
#include "host/wire/moldudp64.h"
#include "host/wire/net.h"

namespace twinpath::venue {

/// A frame as it arrives: Ethernet bytes without FCS, valid during the call.
struct LineFrame {
  std::span<const std::uint8_t> bytes;
  std::uint64_t timestamp_ns = 0;  // of its first bit, since midnight
  unsigned line = 0;               // 0: A, 1: B
  bool fcs_error = false;
};

class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void on_frame(const LineFrame& frame) = 0;
};

/// What happened on one line. frames = (packets - lost - gaps + duplicated) + heartbeats + end_of_session.
struct LineSummary {
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;  // of the frames, without FCS
  std::uint64_t lost = 0;   // by this line's own doing
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t tagged = 0;
  std::uint64_t heartbeats = 0;
  std::uint64_t end_of_session = 0;
  std::uint64_t damaged = 0;
  std::array<std::uint64_t, kDamageKinds> damage{};  // by kind
};

struct PublisherSummary {
  std::uint64_t messages = 0;
  std::uint64_t packets = 0;  // with messages, each counted once for both lines
  std::uint64_t gaps = 0;     // packets that neither line carried
  std::uint64_t messages_in_gaps = 0;
  std::uint64_t next_sequence = 0;
  std::array<LineSummary, 2> lines;
};

class LinePublisher {
 public:
  /// Throws std::invalid_argument, naming the option and the values it takes, when an option is out of range.
  LinePublisher(const PublisherOptions& options, std::uint64_t seed, FrameSink& sink);

  /// Messages come in the order of their times.
  void publish(const GeneratedMessage& message);
  /// Sends what is left and ends the session.
  void finish();

  const PublisherSummary& summary() const noexcept { return summary_; }

 private:
  struct Frame {
    std::uint64_t time = 0;
    std::uint32_t length = 0;
    std::uint32_t successors = 0;  // of a frame held back: how many are still to pass it
    bool fcs_error = false;
    std::array<std::uint8_t, 1600> bytes;
  };
  /// Frames of one line on their way, oldest first.
  class Queue {
   public:
    bool empty() const noexcept { return head_ == tail_; }
    Frame& front() noexcept { return frames_[head_ & (frames_.size() - 1)]; }
    void pop() noexcept { ++head_; }
    Frame& push();

   private:
    std::vector<Frame> frames_ = std::vector<Frame>(16);
    std::size_t head_ = 0;
    std::size_t tail_ = 0;
  };
  struct Line {
    LineOptions options;
    Probability loss, duplication, reordering, damage, tagged;
    net::UdpLine plain;
    net::UdpLine with_tag;
    std::vector<Damage> kinds;
    std::uint64_t free_at = 0;  // when its wire can take the next frame
    std::uint16_t identification = 0;
    Queue queue;
    std::vector<Frame> held;
  };

  static Line make_line(const LineOptions& options, const char* name);
  void flush();
  void send(unsigned which, std::uint64_t time, std::uint16_t count, bool lose, bool spoil);
  void deliver(unsigned which, Frame& frame, std::uint64_t time);
  void release_held(unsigned which, bool all);
  void fill_silence(std::uint64_t until);
  void send_empty(std::uint64_t time, std::uint16_t count);
  void drain(std::uint64_t until);
  std::uint64_t wire_time(std::uint32_t length) const noexcept;

  PublisherOptions options_;
  mold::Session session_;
  Random random_;
  FrameSink& sink_;
  Probability gap_;
  std::array<Line, 2> lines_;
  std::array<std::uint8_t, 1472> payload_;  // MoldUDP64 header and blocks of the open packet
  std::uint32_t used_ = mold::Header::kSize;
  std::uint16_t count_ = 0;
  std::uint64_t sequence_;
  std::uint64_t opened_ = 0;
  std::uint64_t closes_ = 0;
  std::uint64_t last_packet_ = 0;
  bool started_ = false;
  PublisherSummary summary_;
};

}  // namespace twinpath::venue
