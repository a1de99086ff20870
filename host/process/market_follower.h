// The feed's books as the order manager needs them: whether each may be traded on, and what the risk checks read of the
// market (SEM 2.6, 5.1).
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "host/core/config.h"
#include "host/ipc/shared_segment.h"
#include "host/process/market_data.h"
#include "host/process/process_options.h"
#include "host/risk/risk.h"

namespace twinpath {

class MarketFollower {
 public:
  struct Book {
    Bbo bbo;
    bool trusted = false;
  };

  // What is given outlives it.
  MarketFollower(const CoreConfig& config, const ProcessOptions& options) : config_(config), options_(options) {}

  // Takes up a feed process that has come, or another build's that has taken its place. Throws ipc::SegmentError.
  void attach(Risk& risk);
  // What the feed has told since, some at a time; whether there was anything. A follower that was too slow takes the
  // books as they are now.
  bool follow(Risk& risk);
  // `now` is nanoseconds UTC: whether the feed has shown itself in the feed_timeout before.
  void look(std::uint64_t now) noexcept;
  bool good() const noexcept { return good_; }

  const FeedStatus& feed() const noexcept { return feed_; }
  const Book& book(SymbolIndex s) const noexcept { return books_[s]; }
  // Whether an order may be made from this book of this feed process.
  bool trusted(SymbolIndex s, std::uint32_t generation) const noexcept {
    return good_ && books_[s].trusted && generation == feed_.generation;
  }
  std::uint64_t missed() const noexcept { return missed_; }

 private:
  static constexpr std::size_t kAtOnce = 64;

  void resync(Risk& risk);
  void put_symbol(Risk& risk, SymbolIndex s, const Bbo& bbo, bool trusted, bool tradable, const Price* last_trade);
  void put_status(Risk& risk, const FeedStatus& s);

  const CoreConfig& config_;
  const ProcessOptions& options_;
  std::optional<ipc::Segment> segment_;
  std::optional<MarketRing::Reader> reader_;
  std::array<Book, kSymbols> books_{};
  FeedStatus feed_;
  bool good_ = false;
  std::uint64_t missed_ = 0;
};

}  // namespace twinpath
