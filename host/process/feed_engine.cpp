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

// ---- MarketPublisher ----

MarketPublisher::MarketPublisher(const CoreConfig& config, MarketTable& table, std::byte* ring, std::size_t records)
    : table_(table), ring_(ring, records), symbols_(config.symbols.size()) {
  for (Known& k : known_) k.trading = config.symbols_start_trading;
}

void MarketPublisher::publish() noexcept {
  const Record& r = record_;
  switch (r.kind) {
    case pipeline::Kind::book: {
      Known& k = known_[r.symbol];
      const bool was_trusted = !status_.untrusted() && !r.change.sticky_before && r.change.before.known();
      k.bbo = r.change.after;
      k.sticky = r.change.sticky_after;
      k.seen = true;
      k.sequence = r.origin.sequence;
      k.stamp = r.origin.stamp;
      if (r.change.trade.valid) {
        k.last_trade = r.change.trade.price;
        k.traded = true;
      }
      if (r.change.changed() || r.change.trade.valid || was_trusted != trusted(k))
        tell_book(r.symbol, r.change.before, r.change.trade, r.type, r.reference);
      return;
    }
    case pipeline::Kind::state:
      return state(r.state, r.origin);
    case pipeline::Kind::command:
      if (r.command.op != CommandOp::trust) return;
      if (r.command.symbol == 0xFFFF) {
        status_.stale = false;
        for (Known& k : known_) k.sticky = false;
        return tell_all();
      }
      if (r.command.symbol < kSymbols) {
        Known& k = known_[r.command.symbol];
        k.sticky = false;
        tell_book(static_cast<SymbolIndex>(r.command.symbol), k.bbo, {}, 0, 0);
      }
      return;
    default:
      return;
  }
}

void MarketPublisher::state(const StateChange& change, const Origin& origin) noexcept {
  Known& k = known_[change.symbol];
  const FeedStatus before = status_;
  switch (change.reason) {
    case StateReason::system_event:
      status_.market_open = change.on;
      break;
    case StateReason::mwcb_status:
      status_.circuit_breaker = true;
      break;
    case StateReason::end_of_session:
      status_.feed_ended = true;
      break;
    case StateReason::gap_lost:
    case StateReason::fcs_error:
      status_.stale = true;
      break;
    case StateReason::trading_action:
      k.trading = change.on;
      k.auction = false;
      break;
    case StateReason::luld_collar:
      k.auction = true;
      break;
    case StateReason::operational_halt:
      k.halted = change.on;
      break;
    default:
      return;
  }
  if (status_.stale != before.stale) return tell_all();
  const bool of_a_symbol = change.reason == StateReason::trading_action || change.reason == StateReason::luld_collar ||
                           change.reason == StateReason::operational_halt;
  if (!of_a_symbol) return tell_status();
  k.seen = true;
  k.sequence = origin.sequence;
  k.stamp = origin.stamp;
  tell_book(change.symbol, k.bbo, {}, 0, 0);
}

void MarketPublisher::tell_book(SymbolIndex s, const Bbo& before, const Trade& trade, std::uint8_t type,
                                std::uint64_t reference) {
  if (quiet_) return;
  const Known& k = known_[s];
  MarketUpdate u;
  u.kind = MarketUpdate::Kind::book;
  u.msg_type = type;
  u.generation = status_.generation;
  u.time = k.seen ? clock_->timestamp(std::max(k.stamp, Cycles{InputClock::kStart})).value : 0;
  u.published = wall_ns();
  u.sequence = k.sequence;
  u.reference = reference;
  u.book = {k.stamp, before, k.bbo, trade, s, trusted(k), tradable(k)};
  table_.symbols[s].write({u.time, k.sequence, k.bbo, trusted(k), tradable(k), k.traded, k.last_trade});
  ring_.publish(u);
}

void MarketPublisher::tell_status() noexcept {
  if (quiet_) return;
  table_.status.write(status_);
  MarketUpdate u;
  u.kind = MarketUpdate::Kind::status;
  u.generation = status_.generation;
  u.published = wall_ns();
  u.status = status_;
  ring_.publish(u);
}

void MarketPublisher::tell_all() noexcept {
  tell_status();
  for (std::size_t i = 0; i < symbols_; ++i) tell_book(static_cast<SymbolIndex>(i), known_[i].bbo, {}, 0, 0);
}

unsigned MarketPublisher::untrusted_books(std::size_t symbols) const noexcept {
  return static_cast<unsigned>(std::count_if(known_.begin(), known_.begin() + static_cast<std::ptrdiff_t>(symbols),
                                             [this](const Known& k) { return !trusted(k); }));
}

// ---- FeedEngine ----

void FeedEngine::Keeper::on_feed_state(StateReason reason, const Origin& origin) noexcept {
  store.feed_state(origin.stamp, origin.sequence, static_cast<std::uint8_t>(reason));
  stage.on_feed_state(reason, origin);
}

void FeedEngine::Keeper::on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept {
  constexpr auto kLengths = [] {
    std::array<std::uint8_t, 256> lengths{};
    for (unsigned t = 0; t < 256; ++t)
      lengths[t] = static_cast<std::uint8_t>(itch::message_length(static_cast<std::uint8_t>(t)));
    return lengths;
  }();
  const bool market_wide = type == 'S' || type == 'W';
  const bool of_ours = located[load_be16(m + 1)] && (kIsBookMessage[type] || type == 'H' || type == 'J' || type == 'h');
  if (market_wide || of_ours) store.message(origin.stamp, origin.sequence, m, kLengths[type]);
  stage.on_message(m, type, origin);
  store.passed(origin.sequence);
}

FeedConfig FeedEngine::resumed(FeedConfig feed, const MessageStore& store) {
  if (store.resume_at() == 0) return feed;
  feed.first_sequence = store.resume_at();
  feed.session = store.session();
  return feed;
}

FeedEngine::FeedEngine(const CoreConfig& config, const ProcessOptions& options, std::span<PacketReceiver* const> inputs,
                       std::function<Nanoseconds()> wall)
    : config_(config),
      inputs_(inputs.begin(), inputs.end()),
      wall_(std::move(wall)),
      segment_(
          ipc::Segment::own(std::filesystem::path(options.folder) / "market", market_kind(options.market_records))),
      table_(segment_.at<MarketTable>(0)),
      epoch_(epoch_of(wall_().value)),
      store_(store_file(options), options.store_bytes, epoch_),
      publisher_(config, table_, segment_.memory() + kMarketRingAt, options.market_records),
      stage_(config, counters_, publisher_),
      keeper_{store_, stage_, {}},
      feed_config_(resumed(config.feed, store_)),
      feed_(feed_config_, counters_, keeper_),
      stats_(options.folder, "feed", wall_ns()),
      shared_published_(stats_.counter("updates published")),
      shared_untrusted_(stats_.counter("books not trusted")),
      shared_generation_(stats_.counter("generation")),
      age_(stats_.histogram("frame stamp to taken, ns")) {
  for (std::size_t i = 0; i < kCounterCount; ++i) shared_counters_[i] = &stats_.counter(name(static_cast<Counter>(i)));
  for (const SymbolConfig& s : config.symbols) keeper_.located[s.locate] = keeper_.located[s.locate] || s.has_locate;
  table_.epoch = epoch_;
  clock_.begin(Nanoseconds{epoch_});
  publisher_.set_clock(&clock_, epoch_);
  publisher_.set_generation(static_cast<std::uint32_t>(segment_.generation()));
  rebuild();
  table_.alive = wall_ns();
  publisher_.quiet(false);
  publisher_.tell_all();
}

void FeedEngine::rebuild() {
  resume_at_ = store_.resume_at();
  if (resume_at_ == 0) return;
  publisher_.set_rebuilding(true);
  store_.for_each([this](const MessageStore::Record& r, const std::uint8_t* m) {
    const Origin origin{Cycles{r.stamp}, r.sequence, 0, 0};
    switch (r.kind) {
      case MessageStore::Kind::message:
        stage_.on_message(m, m[0], origin);
        ++rebuilt_;
        return;
      case MessageStore::Kind::feed_state:
        return stage_.on_feed_state(static_cast<StateReason>(r.reason), origin);
      case MessageStore::Kind::trust: {
        Command c;
        c.op = CommandOp::trust;
        c.symbol = r.symbol;
        return stage_.command(origin.stamp, c);
      }
    }
  });
  // What did not go into a full store is not in the books.
  if (store_.full()) keeper_.on_feed_state(StateReason::gap_lost, {Cycles{}, resume_at_, 0, 0});
}

std::size_t FeedEngine::round() {
  std::size_t taken = 0;
  for (PacketReceiver* input : inputs_) {
    const std::size_t n = input->receive(burst_);
    taken += n;
    for (std::size_t i = 0; i < n; ++i) {
      const SourceFrame& f = burst_[i];
      const Cycles at = clock_.frame(f.timestamp);
      clock_.passed(at, f.bytes.size());
      stage_.start();
      feed_.frame(at, f.bytes, f.fcs_error);
      const std::uint64_t now = wall_ns();
      age_.record(now > f.timestamp.value ? now - f.timestamp.value : 0);
    }
  }
  const std::uint64_t now = wall_().value;
  constexpr std::uint64_t kIdleLagNs = 200'000;  // as LiveEngine's
  if (taken == 0 && now > kIdleLagNs) {
    const Cycles at = clock_.at(Nanoseconds{now - kIdleLagNs});
    if (at > clock_.now()) {
      feed_.advance(at);
      clock_.passed(at, 0);
    }
  }
  if (taken != 0) store_.session(feed_.session());
  // The first message behind those of the store, or a lost gap: what was missed is known.
  if (publisher_.status().rebuilding && (feed_.expected_sequence() > resume_at_ || publisher_.status().stale)) {
    publisher_.set_rebuilding(false);
    publisher_.tell_all();
  }
  table_.alive.store(now, std::memory_order_release);
  if (now >= next_stats_) {
    next_stats_ = now + kStatsEvery;
    stats_.heartbeat(now);
    for (std::size_t i = 0; i < kCounterCount; ++i)
      ipc::Stats::set(*shared_counters_[i], counters_[static_cast<Counter>(i)]);
    ipc::Stats::set(shared_published_, published());
    ipc::Stats::set(shared_untrusted_, untrusted_books());
    ipc::Stats::set(shared_generation_, segment_.generation());
  }
  return taken;
}

void FeedEngine::trust(std::uint16_t symbol) {
  const Cycles at = clock_.command(Cycles{InputClock::kStart});
  store_.trust(at, symbol);
  Command c;
  c.op = CommandOp::trust;
  c.symbol = symbol;
  feed_.command(at);
  stage_.command(at, c);
}

}  // namespace twinpath
