// Decoding a whole market and keeping the books of all of its symbols: nanoseconds a message, without decisions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "host/book/market_books.h"
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

// Frame checks, walk, and every field of every message read.
class MarketDecoder {
 public:
  explicit MarketDecoder(const PackedSession& session);
  ~MarketDecoder();
  // Once.
  void run();
  std::uint64_t checksum() const noexcept;  // over all fields

 private:
  struct Parts;
  const PackedSession& session_;
  std::unique_ptr<Parts> parts_;
};

// The books of every symbol: full depth by order reference, the best seven levels and all others up to date after every
// message.
class MarketBooker {
 public:
  // Room for 2^orders_log2 orders (12 to 26).
  MarketBooker(const PackedSession& session, unsigned orders_log2);
  ~MarketBooker();
  // Once.
  void run();

  const MarketBooks& books() const noexcept;
  std::uint64_t symbols() const;           // that the session lists
  std::uint64_t quoted() const noexcept;   // sides of books that have a best price
  std::uint64_t refused() const noexcept;  // messages that the books counted as impossible, or had no room for

 private:
  struct Parts;
  const PackedSession& session_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace twinpath::bench
