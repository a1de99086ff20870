// What the feed process shares with all others: a ring of updates, and the current state of every book.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "host/core/types.h"
#include "host/ipc/broadcast_ring.h"
#include "host/ipc/shared_segment.h"
#include "host/ipc/shared_words.h"
#include "host/strategy/strategy.h"

namespace twinpath {

// What holds for all books.
struct FeedStatus {
  std::uint32_t generation = 0;  // of the feed process: another one is another process
  bool stale = false;            // a gap was lost, until TRUST (SEM 2.8)
  bool rebuilding = false;       // the process has begun, and whether it missed something is not known yet
  bool filling = false;          // a gap is being filled: what comes out of it is old news
  bool market_open = false;
  bool feed_ended = false;
  bool circuit_breaker = false;
  bool waits_for_directory = false;  // for Stock Directory messages of its symbols; `rebuilding`, too

  // Nothing that is told of books may be relied on.
  bool untrusted() const noexcept { return stale || rebuilding || filling; }
  bool operator==(const FeedStatus&) const = default;
};

// A symbol as it is now.
struct SymbolNow {
  std::uint64_t time = 0;      // nanoseconds UTC of the message that changed it last
  std::uint64_t sequence = 0;  // its number
  Bbo bbo;
  bool trusted = false;  // as FeedStatus is untrusted()
  bool tradable = false;
  bool traded = false;
  Price last_trade;
};

struct MarketUpdate {
  enum class Kind : std::uint8_t { book, status };
  Kind kind = Kind::book;
  std::uint8_t msg_type = 0;
  std::uint32_t generation = 0;
  std::uint64_t time = 0;       // nanoseconds UTC of the message's stamp
  std::uint64_t published = 0;  // nanoseconds UTC
  std::uint64_t sequence = 0;
  std::uint64_t reference = 0;
  BookUpdate book;    // book
  FeedStatus status;  // status
};

using MarketRing = ipc::BroadcastRing<MarketUpdate>;

// Behind the segment's header; the ring follows.
struct MarketTable {
  std::atomic<std::uint64_t> alive;  // nanoseconds UTC: the feed's last sign of life
  std::atomic<std::uint64_t> epoch;  // nanoseconds UTC that stamps count from
  ipc::Versioned<FeedStatus> status;
  std::array<ipc::Versioned<SymbolNow>, kSymbols> symbols;
};

inline constexpr std::size_t kMarketRingAt = (sizeof(MarketTable) + 127) / 128 * 128;

inline ipc::Segment::Kind market_kind(std::size_t records) {
  return {"market",
          ipc::layout_hash("market", {sizeof(MarketTable), sizeof(MarketUpdate), MarketRing::kRecordBytes, records}),
          kMarketRingAt + MarketRing::bytes(records)};
}

// Midnight UTC before.
constexpr std::uint64_t epoch_of(std::uint64_t ns) noexcept {
  constexpr std::uint64_t kDay = 86'400ULL * 1'000'000'000;
  return ns / kDay * kDay;
}

}  // namespace twinpath
