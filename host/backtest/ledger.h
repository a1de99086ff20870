// What fills have come to: positions, profit and loss, drawdown, markouts, and both over time. Exact: money is an
// integer of millionths of a dollar.
//
// Realized is what closed positions made against their average cost, before fees; unrealized is the open positions at
// the middle of the market, against theirs. At every moment, for every symbol and for all together,
//   realized + unrealized - fees = cash + position * mark.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "host/backtest/backtest_options.h"
#include "host/backtest/market_book.h"
#include "host/core/types.h"

namespace twinpath {

// Millionths of a dollar. Wide enough for 2^63 fills of the largest price and quantity.
using Money = __int128;
inline constexpr std::int64_t kMoneyPerPrice = 100;  // millionths in 1/10,000

struct BacktestFill {
  Cycles time;  // at the exchange
  OwnFill fill;
  Money fee = 0;
  std::int64_t position = 0;                   // of the symbol, after this
  std::vector<std::optional<Money>> markouts;  // gained by then, one a horizon; nothing: the capture ended before
};

struct SymbolLedger {
  std::int64_t position = 0;
  std::int64_t most_long = 0, most_short = 0;
  Money cash = 0;  // fees paid
  Money cost = 0;  // of the open position, negative when short
  Money realized = 0;
  Money fees = 0;
  Money mark = 0;  // of a share: the middle of the market, or the last fill's price while there never was one
  bool marked = false;
  std::uint64_t fills = 0, shares = 0, maker_shares = 0;

  Money unrealized() const noexcept { return mark * position - cost; }
  Money profit() const noexcept { return realized + unrealized() - fees; }
};

struct LedgerSample {
  Cycles time;
  Money profit = 0, realized = 0;
  Money net = 0, gross = 0;  // value of the positions, signed and not
};

struct Drawdown {
  Money most = 0;   // below the highest profit before
  Cycles from, to;  // when that was, and when it was lowest
};

class Ledger {
 public:
  Ledger(const BacktestOptions& options, std::size_t symbols) : options_(options), due_(options.markouts.size()) {
    symbols_.resize(symbols);
  }

  // Time goes on: what is due before `time` is taken at the quotes as they were.
  void advance(Cycles time);
  // The market's best prices; both are needed for a mark.
  void on_quote(SymbolIndex symbol, Price bid, Price ask, Cycles time);
  void on_fill(const OwnFill& fill, Cycles time);

  const std::vector<SymbolLedger>& symbols() const noexcept { return symbols_; }
  const std::vector<BacktestFill>& fills() const noexcept { return fills_; }
  // At equal distances from the first time on, at most 2 * kSamples.
  const std::vector<LedgerSample>& samples() const noexcept { return samples_; }
  const Drawdown& drawdown() const noexcept { return drawdown_; }
  Money profit() const noexcept { return profit_; }
  SymbolLedger total() const;

  static constexpr std::size_t kSamples = 240;

 private:
  struct Due {
    Cycles time;
    std::size_t fill;
  };

  void moved(Cycles time);
  LedgerSample sample(Cycles time) const;

  const BacktestOptions options_;
  std::vector<SymbolLedger> symbols_;
  std::vector<BacktestFill> fills_;
  std::vector<std::deque<Due>> due_;  // a horizon
  std::vector<LedgerSample> samples_;
  Cycles step_{322'265};  // between samples, 1 ms at first
  Cycles next_sample_;
  bool started_ = false;
  Money profit_ = 0, highest_ = 0;
  Cycles highest_at_;
  Drawdown drawdown_;
};

}  // namespace twinpath
