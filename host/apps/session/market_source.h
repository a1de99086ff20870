// A generated market as a session, without a file between.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "host/path/replay.h"
#include "host/venue/line_publisher.h"
#include "host/venue/market_generator.h"

namespace twinpath {

// The commented configuration (sample_config.h) of the busiest symbols of a market, `configured` of them at most.
std::string market_config(const venue::MarketGenerator& market, std::uint32_t configured);

// A stretch of a market's messages, on its lines. It begins where the market stands (between events) and ends behind
// the event with which the market has made `until` messages, or with the market. A stretch that does not begin with the
// market begins with its snapshot of the configured symbols, under the sequence numbers in front of its first message,
// so that books are what they would be had all been heard.
class MarketSource final : public FrameSource, private venue::FrameSink {
 public:
  // `lines`: 1, line A only; or 2.
  MarketSource(venue::MarketGenerator& market, const venue::GeneratorOptions& options, std::uint64_t until,
               unsigned lines);

  // Sequence number of the first message, for FeedConfig.
  std::uint64_t first_sequence() const noexcept { return first_sequence_; }
  std::uint64_t snapshot_messages() const noexcept { return snapshot_.size(); }

  bool next(SourceFrame& frame) override;
  // In messages of the stretch, snapshot not counted.
  std::uint64_t position() const override { return market_.messages() - start_; }
  std::uint64_t size() const override { return until_ - start_; }

 private:
  struct Frame {
    std::uint64_t timestamp;
    std::size_t begin;
    std::size_t end;
    bool fcs_error;
  };

  static venue::PublisherOptions publisher_options(venue::PublisherOptions options, std::uint64_t first_sequence);
  void on_frame(const venue::LineFrame& frame) override;
  void fill();

  venue::MarketGenerator& market_;
  std::uint64_t start_;
  std::uint64_t until_;
  unsigned lines_;
  std::vector<venue::GeneratedMessage> snapshot_;
  std::uint64_t first_sequence_;
  venue::LinePublisher publisher_;
  bool told_ = false;  // the snapshot has been published
  bool ended_ = false;
  std::vector<std::uint8_t> bytes_;  // of frames_
  std::vector<Frame> frames_;        // published, given from next_frame_ on
  std::size_t next_frame_ = 0;
};

}  // namespace twinpath
