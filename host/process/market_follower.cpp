#include "host/process/market_follower.h"

#include <filesystem>

namespace twinpath {

void MarketFollower::attach(Risk& risk) {
  if (segment_ && !segment_->replaced()) return;
  reader_.reset();
  segment_ =
      ipc::Segment::attach(std::filesystem::path(options_.folder) / "market", market_kind(options_.market_records));
  if (!segment_) return;
  reader_.emplace(segment_->memory() + kMarketRingAt, options_.market_records, MarketRing::From::newest);
  resync(risk);
}

void MarketFollower::look(std::uint64_t now) noexcept {
  if (!segment_) return;
  const std::uint64_t alive = segment_->at<MarketTable>(0).alive.load(std::memory_order_acquire);
  good_ = now < alive + options_.feed_timeout.value;
}

bool MarketFollower::follow(Risk& risk) {
  if (!reader_) return false;
  bool any = false;
  MarketUpdate u;
  for (std::size_t i = 0; i < kAtOnce; ++i) {
    const auto got = reader_->poll(u);
    if (got == MarketRing::Got::nothing) break;
    any = true;
    if (got == MarketRing::Got::missed) {
      missed_ = reader_->missed();
      resync(risk);
      break;
    }
    if (u.kind == MarketUpdate::Kind::status) {
      put_status(risk, u.status);
    } else {
      const BookUpdate& b = u.book;
      put_symbol(risk, b.symbol, b.after, b.trusted, b.tradable, b.trade.valid ? &b.trade.price : nullptr);
    }
  }
  return any;
}

void MarketFollower::resync(Risk& risk) {
  const auto& table = segment_->at<MarketTable>(0);
  reader_->skip_to_newest();
  FeedStatus s;
  if (!table.status.read(s)) s.stale = true;
  put_status(risk, s);
  for (std::size_t i = 0; i < config_.symbols.size(); ++i) {
    SymbolNow now;
    if (!table.symbols[i].read(now)) now = {};
    put_symbol(risk, static_cast<SymbolIndex>(i), now.bbo, now.trusted, now.tradable,
               now.traded ? &now.last_trade : nullptr);
  }
}

void MarketFollower::put_symbol(Risk& risk, SymbolIndex s, const Bbo& bbo, bool trusted, bool tradable,
                                const Price* last_trade) {
  books_[s] = {bbo, trusted};
  risk.set_trading(s, tradable);
  if (last_trade != nullptr) risk.set_last_trade(s, *last_trade);
}

void MarketFollower::put_status(Risk& risk, const FeedStatus& s) {
  feed_ = s;
  risk.set_market_open(s.market_open);
  risk.set_circuit_breaker(s.circuit_breaker);
  if (s.feed_ended) risk.set_feed_ended();
}

}  // namespace twinpath
