#include "host/process/feed_engine.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include "host/core/wall_clock.h"

namespace twinpath {
namespace {

std::filesystem::path store_file(const ProcessOptions& o) {
  return o.store.empty() ? std::filesystem::path(o.folder) / "messages" : std::filesystem::path(o.store);
}

constexpr std::uint64_t kStatsEvery = 100'000'000;  // nanoseconds

}  // namespace

void FeedEngine::Keeper::on_feed_state(StateReason reason, const Origin& origin) noexcept {
  store.feed_state(origin.stamp, origin.sequence, static_cast<std::uint8_t>(reason));
  stage->on_feed_state(reason, origin);
}

void FeedEngine::Keeper::on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept {
  constexpr auto kLengths = [] {
    std::array<std::uint8_t, 256> lengths{};
    for (unsigned t = 0; t < 256; ++t)
      lengths[t] = static_cast<std::uint8_t>(itch::message_length(static_cast<std::uint8_t>(t)));
    return lengths;
  }();
  const bool market_wide = type == 'S' || type == 'W';
  const bool of_ours =
      located[load_be16(m + 1)] && (kIsBookMessage[type] || type == 'H' || type == 'J' || type == 'h' || type == 'R');
  if (market_wide || of_ours) store.message(origin.stamp, origin.sequence, m, kLengths[type]);
  stage->on_message(m, type, origin);
  store.passed(origin.sequence);
}

FeedConfig FeedEngine::resumed(FeedConfig feed, const MessageStore& store) {
  if (store.resume_at() == 0) return feed;
  feed.first_sequence = store.resume_at();
  feed.session = store.session();
  return feed;
}

FeedEngine::FeedEngine(const CoreConfig& config, const LiveOptions& live, const ProcessOptions& options,
                       std::span<PacketReceiver* const> inputs, std::function<Nanoseconds()> wall,
                       const RecoveryOptions* recovery)
    : config_(config),
      inputs_(inputs.begin(), inputs.end()),
      wall_(std::move(wall)),
      segment_(
          ipc::Segment::own(std::filesystem::path(options.folder) / "market", market_kind(options.market_records))),
      table_(segment_.at<MarketTable>(0)),
      epoch_(epoch_of(wall_().value)),
      store_(store_file(options), options.store_bytes, epoch_),
      publisher_(config, table_, segment_.memory() + kMarketRingAt, options.market_records),
      keeper_{store_, stage_, {}},
      feed_config_(config.feed),
      recovery_(recovery),
      stats_(options.folder, "feed", wall_ns()),
      shared_published_(stats_.counter("updates published")),
      shared_untrusted_(stats_.counter("books not trusted")),
      shared_generation_(stats_.counter("generation")),
      shared_requests_(stats_.counter("re-requests")),
      shared_anew_(stats_.counter("books made anew")),
      age_(stats_.histogram("frame stamp to taken, ns")) {
  for (std::size_t i = 0; i < kCounterCount; ++i) shared_counters_[i] = &stats_.counter(name(static_cast<Counter>(i)));
  look_for_locates(live);
  feed_config_ = resumed(config.feed, store_);
  table_.epoch = epoch_;
  clock_.begin(Nanoseconds{epoch_});
  publisher_.set_clock(&clock_, epoch_);
  publisher_.set_generation(static_cast<std::uint32_t>(segment_.generation()));
  begin_books();
  feed_.emplace(feed_config_, counters_, keeper_);
  rebuild();
  begin_recovery();
  if (directory_) publisher_.set_waits_for_directory(true);
  table_.alive = wall_ns();
  publisher_.quiet(false);
  publisher_.tell_all();
}

void FeedEngine::begin_books() {
  keeper_.located.fill(false);
  for (const SymbolConfig& s : config_.symbols)
    if (s.has_locate) keeper_.located[s.locate] = true;
  stage_.emplace(config_, counters_, publisher_);
}

void FeedEngine::rebuild() {
  resume_at_ = store_.resume_at();
  if (resume_at_ == 0) return;
  publisher_.set_rebuilding(true);
  store_.for_each([this](const MessageStore::Record& r, const std::uint8_t* m) {
    const Origin origin{Cycles{r.stamp}, r.sequence, 0, 0};
    switch (r.kind) {
      case MessageStore::Kind::message:
        stage_->on_message(m, m[0], origin);
        ++rebuilt_;
        return;
      case MessageStore::Kind::feed_state:
        return stage_->on_feed_state(static_cast<StateReason>(r.reason), origin);
      case MessageStore::Kind::trust: {
        Command c;
        c.op = CommandOp::trust;
        c.symbol = r.symbol;
        return stage_->command(origin.stamp, c);
      }
    }
  });
  // What did not go into a full store is not in the books.
  if (store_.full()) keeper_.on_feed_state(StateReason::gap_lost, {Cycles{}, resume_at_, 0, 0});
}

std::size_t FeedEngine::take_burst(PacketReceiver& input) {
  const std::size_t n = input.receive(burst_);
  for (const SourceFrame& f : std::span(burst_).first(n)) {
    take(f);
    const std::uint64_t now = wall_ns();
    age_.record(now > f.timestamp.value ? now - f.timestamp.value : 0);
  }
  return n;
}

void FeedEngine::take(const SourceFrame& f) {
  const Cycles at = clock_.frame(f.timestamp);
  clock_.passed(at, f.bytes.size());
  if (gaps_ && !f.fcs_error) gaps_->seen(f.bytes);
  stage_->start();
  feed_->frame(at, f.bytes, f.fcs_error);
}

std::size_t FeedEngine::round() {
  if (taker_) return wait_for_snapshot();
  if (directory_) return wait_for_directory();
  std::size_t taken = 0;
  for (PacketReceiver* input : inputs_) taken += take_burst(*input);
  if (gaps_) taken += take_burst(*gaps_);
  const std::uint64_t now = wall_().value;
  constexpr std::uint64_t kIdleLagNs = 200'000;  // as LiveEngine's
  if (taken == 0 && now > kIdleLagNs) {
    const Cycles at = clock_.at(Nanoseconds{now - kIdleLagNs});
    if (at > clock_.now()) {
      feed_->advance(at);
      clock_.passed(at, 0);
    }
  }
  if (taken != 0) store_.session(feed_->session());
  if (recovery_ != nullptr && (publisher_.status().stale || (gaps_ && gaps_->behind()))) make_anew();
  settle();
  stats(now);
  return taken;
}

// What was missed is known with the first message behind those of the store, or when a gap is lost; and books out of a
// gap are not trusted before it is filled.
void FeedEngine::settle() {
  const FeedStatus& s = publisher_.status();
  const bool open = gaps_ && gaps_->open();
  const bool rebuilding = s.rebuilding && !s.stale && (open || taker_ || feed_->expected_sequence() <= resume_at_);
  const bool filling = gaps_ && gaps_->asking();
  if (rebuilding == s.rebuilding && filling == s.filling) return;
  publisher_.set_rebuilding(rebuilding);
  publisher_.set_filling(filling);
  publisher_.tell_all();
}

void FeedEngine::stats(std::uint64_t now) {
  table_.alive.store(now, std::memory_order_release);
  if (now < next_stats_) return;
  next_stats_ = now + kStatsEvery;
  stats_.heartbeat(now);
  if (gaps_) recovered_.gaps = gaps_->gap_counters();
  for (std::size_t i = 0; i < kCounterCount; ++i)
    ipc::Stats::set(*shared_counters_[i], counters_[static_cast<Counter>(i)]);
  ipc::Stats::set(shared_published_, published());
  ipc::Stats::set(shared_untrusted_, untrusted_books());
  ipc::Stats::set(shared_generation_, segment_.generation());
  ipc::Stats::set(shared_requests_, recovered_.gaps.requests);
  ipc::Stats::set(shared_anew_, recovered_.paths - 1);
}

void FeedEngine::trust(std::uint16_t symbol) {
  const Cycles at = clock_.command(Cycles{InputClock::kStart});
  store_.trust(at, symbol);
  Command c;
  c.op = CommandOp::trust;
  c.symbol = symbol;
  feed_->command(at);
  stage_->command(at, c);
}

}  // namespace twinpath
