// The exchange of a back-test: the recorded market on one side, a strategy's orders on the other (market_book.h), with
// the way there and back (backtest_options.h). Answers are ACK, FILL and DONE commands (SEM 2.9), stamped when they
// arrive.
//
// An order or cancel takes effect `order_latency` after its stamp, before the market's frames of that time. An order is
// acknowledged then, takes what it can at once, and what is left rests, or ends when its time in force is immediate or
// cancel. The exchange rejects nothing. A cancel of an order that has ended is not answered.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "host/backtest/backtest_options.h"
#include "host/backtest/ledger.h"
#include "host/backtest/market_book.h"
#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/feed/feed.h"
#include "host/path/exchange.h"

namespace twinpath {

// What orders have come to, but for their fills.
struct OrderFigures {
  std::uint64_t orders = 0, cancels = 0;
  std::uint64_t shares = 0;                            // ordered
  std::uint64_t immediate = 0;                         // ended for want of something to take
  std::uint64_t late_cancels = 0;                      // the order had ended
  std::uint64_t unanswered = 0;                        // sent when the capture had ended
  std::array<std::uint64_t, 13> rejected_by_reason{};  // by risk, in the order of the checks
};

class ExchangeModel final : public Exchange {
 public:
  ExchangeModel(const CoreConfig& config, const BacktestOptions& options);

  void on_frame(Cycles at, const SourceFrame& frame) override;
  void on_event(const Event& event) override;
  std::optional<TimedCommand> next(Cycles until) override;
  void close() override { closed_ = true; }

  const Ledger& ledger() const noexcept { return ledger_; }
  const OrderFigures& orders() const noexcept { return figures_; }
  std::uint64_t open_orders() const { return book_.resting(); }
  // Messages of the market that it has read.
  std::uint64_t messages() const noexcept { return counters_[Counter::messages]; }
  // The ledger's last word: nothing happens after `end`.
  void finish(Cycles end) { ledger_.advance(end + Cycles{1}); }

  // Feed's sink.
  void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept;
  void on_feed_state(StateReason, const Origin&) noexcept {}

 private:
  struct Arrival {
    Cycles time;
    bool cancel;
    std::uint32_t user_ref;
    SymbolIndex symbol;
    Side side;
    Price price;
    Quantity quantity;
  };

  Cycles jitter();
  void arrive(const Arrival& a);
  void answer(CommandOp op, Cycles at, SymbolIndex symbol, std::uint32_t user_ref, Quantity quantity, Price price);
  // What the book has filled, into the ledger and on its way back.
  void report_fills(Cycles at);

  const BacktestOptions options_;
  const bool immediate_;
  Counters counters_;
  MarketBook book_;
  Ledger ledger_;
  OrderFigures figures_;
  Feed<ExchangeModel> feed_;
  std::deque<Arrival> arrivals_;
  std::deque<TimedCommand> answers_;
  Cycles last_arrival_, last_answer_;
  std::uint64_t draws_ = 0;
  bool closed_ = false;
  std::array<std::int16_t, 65536> locate_;
};

}  // namespace twinpath
