// The feed process: frames in, books kept, every change told to whoever follows, the books as they are for whoever
// joins.
//
// Books outlive the process by their messages (MessageStore): a successor makes them again, and they are trusted when
// the first packet shows that nothing was missed meanwhile. Else a gap is lost, and trust is the host's to give back
// (SEM 2.4, 2.8), unless there is [recovery]: then what is missing is asked for, books are not trusted meanwhile, and
// after a lost gap they are made anew, from a snapshot or from the first message on.
//
// Symbols without a locate get theirs from Stock Directory messages: of the snapshot, or of what arrives, which is kept
// until all of them are known. They are in the store, so a successor does not wait again.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/feed/feed.h"
#include "host/ipc/shared_segment.h"
#include "host/ipc/stats.h"
#include "host/live/directory_wait.h"
#include "host/live/gap_filler.h"
#include "host/live/live_options.h"
#include "host/live/recovery_options.h"
#include "host/live/snapshot_taker.h"
#include "host/live/waiting_frames.h"
#include "host/path/input_clock.h"
#include "host/path/packet_io.h"
#include "host/path/pipeline_stages.h"
#include "host/path/stage_stamps.h"
#include "host/process/market_data.h"
#include "host/process/market_publisher.h"
#include "host/process/message_store.h"
#include "host/process/process_options.h"

namespace twinpath {

class FeedEngine {
 public:
  // Makes or takes over the segment and the store, and makes the books again from what is in there.
  // Throws ipc::SegmentError and std::system_error. `recovery`, which may be null, outlives the engine; `wall` is the
  // clock of the receivers' stamps.
  FeedEngine(const CoreConfig& config, const LiveOptions& live, const ProcessOptions& options,
             std::span<PacketReceiver* const> inputs, std::function<Nanoseconds()> wall,
             const RecoveryOptions* recovery = nullptr);

  // At most a burst of every input. Returns how many frames there were. Throws std::runtime_error when a snapshot, or
  // Stock Directory messages, that are waited for do not come in their time.
  std::size_t round();
  // TRUST (SEM 2.9): of one symbol, or 0xFFFF.
  void trust(std::uint16_t symbol);

  const FeedStatus& status() const noexcept { return publisher_.status(); }
  const Counters& counters() const noexcept { return counters_; }
  std::uint64_t rebuilt() const noexcept { return rebuilt_; }  // messages, from the store
  const MessageStore& store() const noexcept { return store_; }
  std::uint64_t published() const noexcept { return publisher_.published(); }
  std::uint64_t expected_sequence() const noexcept { return feed_->expected_sequence(); }
  // Null without [recovery].
  const RecoveryStatus* recovery() const noexcept { return recovery_ != nullptr ? &recovered_ : nullptr; }
  bool waits_for_snapshot() const noexcept { return taker_.has_value(); }
  bool waits_for_directory() const noexcept { return directory_.has_value(); }
  // Symbols whose locate is not known yet.
  std::vector<std::string> symbols_missing() const {
    return directory_ ? directory_->finder().names() : std::vector<std::string>{};
  }
  unsigned untrusted_books() const noexcept { return publisher_.untrusted_books(config_.symbols.size()); }

 private:
  using Stage = pipeline::MarketStage<NoStamps::Marks, MarketPublisher>;

  // Between the feed and the books: keeps what changes them.
  struct Keeper {
    void on_feed_state(StateReason reason, const Origin& origin) noexcept;
    void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept;

    MessageStore& store;
    std::optional<Stage>& stage;
    std::array<bool, 65536> located{};
  };

  // feed_directory.cpp
  void look_for_locates(const LiveOptions& live);
  bool locates_known();
  bool locates_in_snapshot();
  std::size_t wait_for_directory();

  void begin_books();  // empty ones, of the symbols whose locates are known
  void rebuild();
  std::size_t keep_burst();
  std::size_t take_burst(PacketReceiver& input);
  void take(const SourceFrame& frame);
  void settle();
  void stats(std::uint64_t now);
  // feed_recovery.cpp
  void begin_recovery();
  void make_anew();
  void begin_anew(std::uint64_t first_sequence);
  std::size_t wait_for_snapshot();
  void take_snapshot();
  static FeedConfig resumed(FeedConfig feed, const MessageStore& store);

  CoreConfig config_;  // with every locate, once it is known
  std::vector<PacketReceiver*> inputs_;
  std::function<Nanoseconds()> wall_;
  ipc::Segment segment_;
  MarketTable& table_;
  std::uint64_t epoch_;
  MessageStore store_;
  Counters counters_;
  MarketPublisher publisher_;
  std::optional<Stage> stage_;
  Keeper keeper_;
  FeedConfig feed_config_;
  std::optional<Feed<Keeper>> feed_;
  InputClock clock_;
  const RecoveryOptions* recovery_;
  std::optional<GapFiller> gaps_;
  std::optional<SnapshotTaker> taker_;      // while a snapshot is waited for
  std::optional<DirectoryWait> directory_;  // while locates are
  WaitingFrames waiting_;                   // what arrives meanwhile
  RecoveryStatus recovered_;
  std::uint64_t rebuilt_ = 0;
  std::uint64_t resume_at_ = 0;  // expected sequence when these books began; 0: from nothing
  std::array<SourceFrame, kSendRooms> burst_;
  ipc::Stats stats_;
  std::array<std::atomic<std::uint64_t>*, kCounterCount> shared_counters_{};
  std::atomic<std::uint64_t>& shared_published_;
  std::atomic<std::uint64_t>& shared_untrusted_;
  std::atomic<std::uint64_t>& shared_generation_;
  std::atomic<std::uint64_t>& shared_requests_;
  std::atomic<std::uint64_t>& shared_anew_;
  ipc::SharedHistogram& age_;
  std::uint64_t next_stats_ = 0;
};

}  // namespace twinpath
