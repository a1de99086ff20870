// The feed process: frames in, books kept, every change told to whoever follows, the books as they are for whoever
// joins.
//
// Books outlive the process by their messages (MessageStore): a successor makes them again, and they are trusted when
// the first packet shows that nothing was missed meanwhile. Else a gap is lost, and trust is the host's to give back
// (SEM 2.4, 2.8).
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/feed/feed.h"
#include "host/ipc/shared_segment.h"
#include "host/ipc/stats.h"
#include "host/path/input_clock.h"
#include "host/path/packet_io.h"
#include "host/path/pipeline_stages.h"
#include "host/path/stage_stamps.h"
#include "host/process/market_data.h"
#include "host/process/message_store.h"
#include "host/process/process_options.h"

namespace twinpath {

// The records of the market data stage become updates. Where MarketStage hands over, as an outlet of it.
class MarketPublisher {
 public:
  using Record = pipeline::MarketRecord<NoStamps::Marks>;

  MarketPublisher(const CoreConfig& config, MarketTable& table, std::byte* ring, std::size_t records);

  // MarketStage's outlet.
  Record& claim() noexcept { return record_; }
  void publish() noexcept;

  // Nothing is told until told(true): then everything, as it is.
  void quiet(bool on) noexcept { quiet_ = on; }
  void tell_all() noexcept;
  void set_rebuilding(bool on) noexcept { status_.rebuilding = on; }
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
  const InputClock* clock_ = nullptr;
  std::uint64_t epoch_ = 0;
  Record record_{};
  FeedStatus status_;
  bool quiet_ = true;
  std::array<Known, kSymbols> known_{};
};

class FeedEngine {
 public:
  // Makes or takes over the segment and the store, and makes the books again from what is in there.
  // Throws ipc::SegmentError. `config` has every locate, and outlives the engine; `wall` is the clock of the receivers'
  // stamps.
  FeedEngine(const CoreConfig& config, const ProcessOptions& options, std::span<PacketReceiver* const> inputs,
             std::function<Nanoseconds()> wall);

  // At most a burst of every input. Returns how many frames there were.
  std::size_t round();
  // TRUST (SEM 2.9): of one symbol, or 0xFFFF.
  void trust(std::uint16_t symbol);

  const FeedStatus& status() const noexcept { return publisher_.status(); }
  const Counters& counters() const noexcept { return counters_; }
  std::uint64_t rebuilt() const noexcept { return rebuilt_; }  // messages, from the store
  const MessageStore& store() const noexcept { return store_; }
  std::uint64_t published() const noexcept { return publisher_.published(); }
  std::uint64_t expected_sequence() const noexcept { return feed_.expected_sequence(); }
  unsigned untrusted_books() const noexcept { return publisher_.untrusted_books(config_.symbols.size()); }

 private:
  using Stage = pipeline::MarketStage<NoStamps::Marks, MarketPublisher>;

  // Between the feed and the books: keeps what changes them.
  struct Keeper {
    void on_feed_state(StateReason reason, const Origin& origin) noexcept;
    void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept;

    MessageStore& store;
    Stage& stage;
    std::array<bool, 65536> located{};
  };

  void rebuild();
  static FeedConfig resumed(FeedConfig feed, const MessageStore& store);

  const CoreConfig& config_;
  std::vector<PacketReceiver*> inputs_;
  std::function<Nanoseconds()> wall_;
  ipc::Segment segment_;
  MarketTable& table_;
  std::uint64_t epoch_;
  MessageStore store_;
  Counters counters_;
  MarketPublisher publisher_;
  Stage stage_;
  Keeper keeper_;
  FeedConfig feed_config_;
  Feed<Keeper> feed_;
  InputClock clock_;
  std::uint64_t rebuilt_ = 0;
  std::uint64_t resume_at_ = 0;  // expected sequence when it began; 0: from nothing
  std::array<SourceFrame, kSendRooms> burst_;
  ipc::Stats stats_;
  std::array<std::atomic<std::uint64_t>*, kCounterCount> shared_counters_{};
  std::atomic<std::uint64_t>& shared_published_;
  std::atomic<std::uint64_t>& shared_untrusted_;
  std::atomic<std::uint64_t>& shared_generation_;
  ipc::SharedHistogram& age_;
  std::uint64_t next_stats_ = 0;
};

}  // namespace twinpath
