// Decoding a whole market and keeping the books of all of its symbols: nanoseconds a message, without decisions.
#pragma once
#include <cstdint>
#include <vector>

#include "host/core/config.h"
#include "host/path/replay.h"

namespace twinpath::bench {

// Every message of a session once and in sequence, packed again into full MoldUDP64 frames, as they come when a market
// is busy; in memory. A session's own frames hold a message each where it is quiet.
class PackedSession {
 public:
  PackedSession(FrameSource& source, const FeedConfig& feed);

  const FeedConfig& feed() const noexcept { return feed_; }
  std::uint64_t messages() const noexcept { return messages_; }
  std::uint64_t frames() const noexcept { return frames_; }

  // Calls visit(std::span<const std::uint8_t> frame) for each frame.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t at = 0; at < bytes_.size();) {
      const std::size_t size = bytes_[at] | std::size_t{bytes_[at + 1]} << 8;
      visit(std::span(bytes_).subspan(at + 2, size));
      at += 2 + size;
    }
  }

 private:
  FeedConfig feed_;
  std::vector<std::uint8_t> bytes_;  // frames, each behind its length (2 bytes, little endian)
  std::uint64_t messages_ = 0;
  std::uint64_t frames_ = 0;
};

struct MarketFigures {
  std::vector<double> decode;  // nanoseconds a message, a round: frame checks, walk, every field of every message read
  std::vector<double> books;   // the same with books of all symbols, best bid and offer up to date after every message
  std::uint64_t symbols = 0;
  std::uint64_t live_orders = 0;  // at the end
  std::uint64_t quoted = 0;       // sides of books that have a best price at the end
  std::uint64_t refused = 0;      // messages that named no live order, or found their set full: 0 of a sound session
  std::uint64_t checksum = 0;     // over the fields decoded
};

// `sets_log2` sizes the order table (16 to 24). Throws std::runtime_error when rounds disagree.
MarketFigures run_market(const PackedSession& session, unsigned sets_log2, unsigned rounds);

}  // namespace twinpath::bench
