#include "host/process/market_publisher.h"

#include <algorithm>

#include "host/core/wall_clock.h"

namespace twinpath {

MarketPublisher::MarketPublisher(const CoreConfig& config, MarketTable& table, std::byte* ring, std::size_t records)
    : table_(table),
      ring_(ring, records),
      symbols_(config.symbols.size()),
      symbols_start_trading_(config.symbols_start_trading) {
  begin_anew();
}

void MarketPublisher::begin_anew() noexcept {
  status_ = {.generation = status_.generation};
  known_.fill({});
  for (Known& k : known_) k.trading = symbols_start_trading_;
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
      if (r.change.changed || r.change.trade.valid || was_trusted != trusted(k))
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

}  // namespace twinpath
