// The one way into a venue's market: requests are stamped with the time, logged and applied, and every gateway is told
// what came of each. What they are told on recovery is what they were told before, so whatever a gateway makes of it is
// there again after the end of its process.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "host/venue/market/logged_market.h"

namespace twinpath::gateway {

class MarketListener {
 public:
  virtual ~MarketListener() = default;
  // What the market did with `r`. Another request must not be made from here.
  virtual void market_did(const market::Request& r, std::span<const market::Execution> executions) = 0;
};

// Whether the market took a request of the venue, which it answers only when it refuses it.
inline bool taken(std::span<const market::Execution> executions) noexcept {
  for (const market::Execution& e : executions)
    if (e.kind == market::ExecutionKind::rejected && e.participant == 0) return false;
  return true;
}

class MarketHub {
 public:
  // Recovers what the log's folder holds, telling the listeners, which outlive the hub. Throws what LoggedMarket
  // throws.
  // `clock`: nanoseconds since midnight, asked once a request.
  MarketHub(market::MarketOptions options, market::RequestLogOptions log, std::vector<MarketListener*> listeners,
            std::function<std::uint64_t()> clock)
      : listeners_(std::move(listeners)),
        clock_(std::move(clock)),
        market_(std::move(options), recovering(std::move(log))) {}

  // The time of the newest request.
  std::uint64_t last_time() const noexcept { return last_time_; }
  std::uint64_t time() const { return clock_(); }
  // How often the clock was found to have been set back since this process began: what the market is stamped with waits
  // for it (Market), so nothing ever has an earlier time than what went before.
  std::uint64_t clock_set_back() const noexcept { return set_back_; }

  // `r.time` is of no account.
  void apply(market::Request r) {
    r.time = clock_();
    set_back_ += r.time < last_time_;
    market_.apply(r);
    tell(r, market_.market().executions());
  }

  const market::Market& market() const noexcept { return market_.market(); }
  market::LoggedMarket& log() noexcept { return market_; }
  const market::Recovery& recovery() const noexcept { return market_.recovery(); }
  // A day has begun and not ended.
  bool open() const noexcept {
    const auto& tape = market().tape();
    return tape && !tape->ended();
  }

 private:
  market::RequestLogOptions recovering(market::RequestLogOptions log) {
    log.on_replayed = [this](const market::Request& r, std::span<const market::Execution> e) { tell(r, e); };
    return log;
  }
  void tell(const market::Request& r, std::span<const market::Execution> executions) {
    last_time_ = r.time;
    for (MarketListener* l : listeners_) l->market_did(r, executions);
  }

  std::vector<MarketListener*> listeners_;
  std::function<std::uint64_t()> clock_;
  std::uint64_t last_time_ = 0, set_back_ = 0;
  market::LoggedMarket market_;
};

}  // namespace twinpath::gateway
