// [strategy] and [backtest] of a configuration.
#include "host/apps/config/config_strategy.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testbench/apps/config_texts.h"

namespace twinpath {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kBase = R"([feed]
line_a = "233.54.12.111:26477"
[risk]
max_gross = "1000000"
max_open_orders = 100
rate_per_second = 1000
[order]
destination_mac = "02:00:00:00:00:0A"
source_mac = "02:00:00:00:00:01"
destination = "10.0.0.2:26400"
source = "10.0.0.1:40000"
time_in_force = "0"
[[symbol]]
name = "AAA"
window_center = "100"
[[symbol]]
name = "BBB"
window_center = "50"
)";

constexpr const char* kMaker = R"([strategy]
name = "market_maker"
[[strategy.market_maker]]
symbol = "BBB"
quantity = 100
half_spread = "0.02"
skew = "0.005"
max_position = 500
retry_us = 512
)";

void expect_error(const std::string& text, const std::string& what) {
  EXPECT_THAT(errors_of(text), Contains(HasSubstr(what))) << text;
}

std::string replaced(std::string text, std::string_view old, std::string_view with) {
  const auto at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), with);
}

TEST(StrategySection, IsTheRulesWithoutIt) { EXPECT_TRUE(parse(kBase).core.strategy.rules()); }

TEST(StrategySection, HoldsAValueAFieldInTheStrategysOrder) {
  const RunConfig run = parse(std::string(kBase) + kMaker);
  EXPECT_EQ(run.core.strategy.name, "market_maker");
  ASSERT_EQ(run.core.strategy.records.size(), 1u);
  EXPECT_THAT(run.core.strategy.records[0], ElementsAre(1, 100, 200, 50, 0, 500, 100, 1, 165'000));
}

TEST(StrategySection, ChoosesBetweenSeveral) {
  const std::string text = std::string(kBase) + kMaker +
                           "[[strategy.arbitrage]]\nfirst = \"AAA\"\nsecond = \"BBB\"\nratio = 2.0\nentry = 0.05\n"
                           "quantity = 10\nmax_position = 100\n";
  RunConfig run = parse(text);
  EXPECT_EQ(run.core.strategy.name, "market_maker");
  select_strategy(run, "arbitrage");
  EXPECT_THAT(run.core.strategy.records[0], ElementsAre(0, 1, 2'000'000, 500, 0, 10, 100, 0, 0, 322'265));
  select_strategy(run, "rules");
  EXPECT_TRUE(run.core.strategy.rules());
  EXPECT_THROW(select_strategy(run, "template"), std::invalid_argument) << "has no records";
  EXPECT_THROW(select_strategy(run, "nonsense"), std::invalid_argument);
}

TEST(StrategySection, NamesWhatIsWrong) {
  const std::string good = std::string(kBase) + kMaker;
  expect_error(replaced(good, "name = \"market_maker\"", "name = \"market_maler\""), "did you mean \"market_maker\"?");
  expect_error(replaced(good, "name = \"market_maker\"", "name = 3"), "key 'strategy.name'");
  expect_error(std::string(kBase) + "[strategy]\nname = \"arbitrage\"\n",
               "expected at least one [[strategy.arbitrage]]");
  expect_error(replaced(good, "skew =", "skw ="), "did you mean 'skew'?");
  expect_error(replaced(good, "quantity = 100\n", ""), "key 'strategy.market_maker[0].quantity'");
  expect_error(replaced(good, "quantity = 100", "quantity = \"many\""), "key 'strategy.market_maker[0].quantity'");
  expect_error(replaced(good, "\"BBB\"\nquantity", "\"CCC\"\nquantity"), "key 'strategy.market_maker[0].symbol'");
  expect_error(replaced(good, "retry_us = 512", "tick = \"0\""), "at least 0.0001 dollars");
  expect_error(replaced(good, "[[strategy.market_maker]]", "[strategy.market_maker]"), "an array of tables");
  expect_error(good + "[[strategy.market_maker]]\nsymbol = \"BBB\"\nquantity = 1\nhalf_spread = 1\nmax_position = 1\n",
               "expected each symbol once");
  expect_error(good + "[[strategy.marketmaker]]\nsymbol = \"BBB\"\n", "unknown key");
}

TEST(StrategySection, KnowsThatImmediateOrdersDoNotRest) {
  const std::string text = replaced(std::string(kBase) + kMaker, "time_in_force = \"0\"", "time_in_force = \"3\"");
  expect_error(text, "expected orders that rest");
}

TEST(BacktestSection, HoldsLatencyFeesAndHorizons) {
  const RunConfig run =
      parse(std::string(kBase) +
            "[backtest]\norder_latency_us = 512\nreport_latency_us = 51.2\njitter_us = 5.12\nseed = 9\n"
            "maker_fee = -0.002\ntaker_fee = 0.0029\nmarkouts_ms = [1, 51.2]\n");
  const BacktestOptions& b = run.backtest;
  EXPECT_EQ(b.order_latency, Cycles{165'000});
  EXPECT_EQ(b.report_latency, Cycles{16'500});
  EXPECT_EQ(b.jitter, Cycles{1'650});
  EXPECT_EQ(b.seed, 9u);
  EXPECT_EQ(b.maker_fee, -2'000);
  EXPECT_EQ(b.taker_fee, 2'900);
  EXPECT_THAT(b.markouts, ElementsAre(Cycles{322'265}, Cycles{16'500'000}));
}

TEST(BacktestSection, NamesWhatIsWrong) {
  const auto with = [](const std::string& line) { return std::string(kBase) + "[backtest]\n" + line + "\n"; };
  expect_error(with("order_latency_us = 0"), "more than 0");
  expect_error(with("maker_fee = 0.0000001"), "at most six decimals");
  expect_error(with("maker_fee = \"x\""), "key 'backtest.maker_fee'");
  expect_error(with("markouts_ms = [10, 1]"), "ascending");
  expect_error(with("markouts_ms = 10"), "an array");
  expect_error(with("latency_us = 10"), "unknown key");
}

}  // namespace
}  // namespace twinpath
