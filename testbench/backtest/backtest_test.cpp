// Whole back-tests of a generated session.
#include "host/backtest/backtest.h"

#include <gtest/gtest.h>

#include "bench/generated_session.h"

namespace twinpath {
namespace {

CoreConfig with(const CoreConfig& config, const std::string& strategy) {
  CoreConfig c = config;
  c.order.attributes[0] = '0';
  c.any_session = c.symbols_start_trading = true;
  c.banks[0].global.rate_interval = 0;
  c.banks[1] = c.banks[0];
  c.strategy.name = strategy;
  // Symbols, then as host/strategy has the fields.
  if (strategy == "market_maker") {
    for (std::int64_t s = 0; s < 8; ++s) c.strategy.records.push_back({s, 100, 200, 50, 100, 500, 100, 1, 1000});
  } else if (strategy == "arbitrage") {
    const auto mid = [&](int s) { return static_cast<double>(c.banks[0].limits[s].reference_price); };
    for (int s = 0; s < 8; s += 2)
      c.strategy.records.push_back(
          {s, s + 1, static_cast<std::int64_t>(mid(s) / mid(s + 1) * 1e6), 0, 100'000, 100, 300, 5, 500, 32'000});
  } else if (strategy == "template") {
    for (std::int64_t s = 0; s < 8; ++s) c.strategy.records.push_back({s, 100, 100, 400});
  }
  return c;
}

// Every event and answer, and the money.
struct Played {
  BacktestResult result;
  std::uint64_t hash = 14695981039346656037u;
};

Played play(bench::GeneratedSession& session, const CoreConfig& config) {
  BacktestOptions options;
  options.jitter = Cycles{500};
  options.taker_fee = 3'000;
  session.rewind();
  Played p{backtest(session, "sw:", PathRegistry(), config, options, {})};
  const auto take = [&p](std::uint64_t v) { p.hash = (p.hash ^ v) * 1099511628211u; };
  for (const BacktestFill& f : p.result.exchange->ledger().fills()) {
    take(f.time.value), take(f.fill.user_ref), take(f.fill.price.value), take(f.fill.quantity.value);
    for (const auto& m : f.markouts) take(m ? static_cast<std::uint64_t>(*m) : 1);
  }
  take(static_cast<std::uint64_t>(p.result.exchange->ledger().profit()));
  for (const std::uint64_t c : p.result.counters) take(c);
  return p;
}

class Backtests : public ::testing::TestWithParam<const char*> {
 protected:
  static bench::GeneratedSession& session() {
    static bench::GeneratedSession s(60'000);
    return s;
  }
};

TEST_P(Backtests, AreTheSameEveryTime) {
  const CoreConfig config = with(session().config, GetParam());
  const Played first = play(session(), config);
  EXPECT_GT(first.result.exchange->ledger().fills().size(), 0u) << "nothing was tried";
  EXPECT_EQ(first.hash, play(session(), config).hash);
}

TEST_P(Backtests, LeaveThePathWithTheLedgersPositionsAndOpenOrders) {
  const CoreConfig config = with(session().config, GetParam());
  BacktestOptions options;
  session().rewind();
  ExchangeModel exchange(config, options);
  OutputRecorder* recorder = nullptr;
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  recorders.push_back(std::make_unique<OutputRecorder>(false));
  recorder = recorders[0].get();
  std::vector<std::int32_t> positions(config.symbols.size());
  std::uint64_t open = 0;
  recorder->on_output = [&](const PathOutput& o) {
    const Event& e = o.event;
    if (e.event_kind() == EventKind::order) open = e.open_count + 1u;
    if (e.event_kind() != EventKind::command) return;
    const auto op = static_cast<CommandOp>(e.reason);
    if (op != CommandOp::fill && op != CommandOp::done) return;
    positions[e.symbol] = e.position;
    open = e.open_count;
  };
  std::vector<std::unique_ptr<Path>> paths;
  paths.push_back(PathRegistry().make("sw:", config, *recorder));
  ReplayOptions replay_options;
  replay_options.exchange = &exchange;
  const ReplayResult result = replay(session(), paths, recorders, replay_options);
  for (std::size_t s = 0; s < positions.size(); ++s)
    EXPECT_EQ(positions[s], exchange.ledger().symbols()[s].position) << "symbol " << s;
  EXPECT_EQ(open, exchange.open_orders() + exchange.orders().unanswered);
  EXPECT_EQ(result.counters[0][static_cast<std::size_t>(Counter::unknown_order)], 0u);
  EXPECT_EQ(result.counters[0][static_cast<std::size_t>(Counter::overfill)], 0u);
  EXPECT_EQ(result.counters[0][static_cast<std::size_t>(Counter::orders)], exchange.orders().orders);
}

TEST_P(Backtests, ConserveMoney) {
  const Played p = play(session(), with(session().config, GetParam()));
  const Ledger& ledger = p.result.exchange->ledger();
  Money worth = 0;
  for (const SymbolLedger& s : ledger.symbols()) worth += s.cash + s.mark * s.position;
  EXPECT_TRUE(worth == ledger.profit());
}

INSTANTIATE_TEST_SUITE_P(Of, Backtests, ::testing::Values("rules", "market_maker", "arbitrage", "template"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Backtest, KeepsTheMarketMakersLimits) {
  bench::GeneratedSession session(60'000);
  const Played p = play(session, with(session.config, "market_maker"));
  for (const SymbolLedger& s : p.result.exchange->ledger().symbols()) {
    EXPECT_LE(s.most_long, 500);
    EXPECT_GE(s.most_short, -500);
  }
  EXPECT_GT(p.result.exchange->ledger().total().maker_shares, 0u);
}

TEST(Backtest, OfUnknownStrategiesAndOtherPathsIsRefused) {
  bench::GeneratedSession session(1'000);
  EXPECT_THROW(play(session, with(session.config, "market maker")), std::invalid_argument);
  CoreConfig twice = with(session.config, "template");
  twice.strategy.records[0].pop_back();
  EXPECT_THROW(play(session, twice), std::invalid_argument);
  EXPECT_THROW(backtest(session, "sw:pipelined", PathRegistry(), with(session.config, "template"), {}, {}),
               std::invalid_argument);
}

}  // namespace
}  // namespace twinpath
