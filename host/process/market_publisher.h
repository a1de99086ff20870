// What the feed process tells the others of its books: every change, and the books as they are.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "host/core/config.h"
#include "host/path/input_clock.h"
#include "host/path/pipeline_stages.h"
#include "host/path/stage_stamps.h"
#include "host/process/market_data.h"

namespace twinpath {

// The records of the market data stage become updates. Where MarketStage hands over, as an outlet of it.
class MarketPublisher {
 public:
  using Record = pipeline::MarketRecord<NoStamps::Marks>;

  MarketPublisher(const CoreConfig& config, MarketTable& table, std::byte* ring, std::size_t records);

  // MarketStage's outlet.
  Record& claim() noexcept { return record_; }
  void publish() noexcept;

  // While it is quiet nothing is told; after that tell_all() tells everything as it is.
  void quiet(bool on) noexcept { quiet_ = on; }
  void tell_all() noexcept;
  // Other books are about to be made: all that is told of them and of trading is as at the start.
  void begin_anew() noexcept;
  void set_rebuilding(bool on) noexcept { status_.rebuilding = on; }
  void set_waits_for_directory(bool on) noexcept { status_.rebuilding = status_.waits_for_directory = on; }
  void set_filling(bool on) noexcept { status_.filling = on; }
  void set_generation(std::uint32_t generation) noexcept { status_.generation = generation; }
  void set_clock(const InputClock* clock, std::uint64_t epoch) noexcept {
    clock_ = clock;
    epoch_ = epoch;
  }
  const FeedStatus& status() const noexcept { return status_; }
  std::uint64_t published() const noexcept { return ring_.published(); }
  unsigned untrusted_books(std::size_t symbols) const noexcept;

 private:
  struct Known {
    Bbo bbo;
    bool sticky = false, trading = false, auction = false, halted = false, seen = false, traded = false;
    Price last_trade;
    std::uint64_t sequence = 0;
    Cycles stamp;
  };

  bool trusted(const Known& k) const noexcept { return !status_.untrusted() && !k.sticky && k.bbo.known(); }
  bool tradable(const Known& k) const noexcept { return k.trading && !k.auction && !k.halted; }
  void tell_book(SymbolIndex s, const Bbo& before, const Trade& trade, std::uint8_t type, std::uint64_t reference);
  void tell_status() noexcept;
  void state(const StateChange& change, const Origin& origin) noexcept;

  MarketTable& table_;
  MarketRing::Writer ring_;
  std::size_t symbols_;
  bool symbols_start_trading_;
  const InputClock* clock_ = nullptr;
  std::uint64_t epoch_ = 0;
  Record record_{};
  FeedStatus status_;
  bool quiet_ = true;
  std::array<Known, kSymbols> known_{};
};

}  // namespace twinpath
