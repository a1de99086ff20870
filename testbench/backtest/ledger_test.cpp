#include "host/backtest/ledger.h"

#include <gtest/gtest.h>

#include <random>

namespace twinpath::testing {
namespace {

constexpr SymbolIndex kSymbol = 1;

BacktestOptions options() {
  BacktestOptions o;
  o.maker_fee = -2'000;  // a fifth of a cent back
  o.taker_fee = 3'000;
  o.markouts = {Cycles{100}, Cycles{1000}};
  return o;
}

OwnFill fill(Side side, std::uint32_t quantity, std::uint32_t price, bool maker = true) {
  return {1, kSymbol, side, Price{price}, Quantity{quantity}, {}, maker};
}

class LedgerTest : public ::testing::Test {
 protected:
  const SymbolLedger& symbol() const { return ledger_.symbols()[kSymbol]; }
  Ledger ledger_{options(), 2};
};

TEST_F(LedgerTest, RealizesAgainstTheAverageCost) {
  ledger_.on_fill(fill(Side::buy, 100, 100'000), Cycles{1});  // 10.00
  ledger_.on_fill(fill(Side::buy, 300, 104'000), Cycles{2});  // 10.40: 10.30 on average
  ledger_.on_fill(fill(Side::sell, 200, 110'000, false), Cycles{3});
  EXPECT_EQ(symbol().position, 200);
  EXPECT_TRUE(symbol().realized == Money{140'000'000}) << "200 times 0.70 dollars";
  EXPECT_TRUE(symbol().cost == Money{2'060'000'000});
  EXPECT_TRUE(symbol().fees == Money{-400 * 2'000 + 200 * 3'000});
  ledger_.on_quote(kSymbol, Price{105'000}, Price{105'200}, Cycles{4});
  EXPECT_TRUE(symbol().unrealized() == Money{42'000'000}) << "200 times 10.51 less 10.30";
  EXPECT_TRUE(ledger_.profit() == Money{140'000'000 + 42'000'000 + 200'000});
}

TEST_F(LedgerTest, GoesThroughZeroInOneFill) {
  ledger_.on_fill(fill(Side::sell, 100, 100'000), Cycles{1});
  ledger_.on_fill(fill(Side::buy, 250, 99'000), Cycles{2});
  EXPECT_EQ(symbol().position, 150);
  EXPECT_TRUE(symbol().realized == Money{10'000'000});
  EXPECT_TRUE(symbol().cost == Money{150 * 9'900'000});
  EXPECT_EQ(symbol().most_short, -100);
  EXPECT_EQ(symbol().most_long, 150);
}

TEST_F(LedgerTest, MeasuresTheDrawdownFromTheHighestProfit) {
  ledger_.on_quote(kSymbol, Price{99'900}, Price{100'100}, Cycles{1});
  ledger_.on_fill({1, kSymbol, Side::buy, Price{100'000}, Quantity{100}, {}, false}, Cycles{2});  // 0.30 of fees
  ledger_.on_quote(kSymbol, Price{101'900}, Price{102'100}, Cycles{3});                           // up to 19.70
  ledger_.on_quote(kSymbol, Price{100'400}, Price{100'600}, Cycles{4});                           // 15 down
  ledger_.on_quote(kSymbol, Price{100'900}, Price{101'100}, Cycles{5});
  EXPECT_TRUE(ledger_.drawdown().most == Money{15'000'000});
  EXPECT_EQ(ledger_.drawdown().from, Cycles{3});
  EXPECT_EQ(ledger_.drawdown().to, Cycles{4});
}

TEST_F(LedgerTest, TakesMarkoutsAtTheQuotesOfTheirTime) {
  ledger_.on_quote(kSymbol, Price{99'900}, Price{100'100}, Cycles{10});
  ledger_.on_fill(fill(Side::sell, 10, 100'100), Cycles{10});
  ledger_.advance(Cycles{110});
  ledger_.on_quote(kSymbol, Price{99'700}, Price{99'900}, Cycles{110});  // counts: at the horizon itself
  ledger_.advance(Cycles{111});
  ledger_.on_quote(kSymbol, Price{90'000}, Price{90'200}, Cycles{111});
  ledger_.advance(Cycles{900});
  const BacktestFill& f = ledger_.fills().at(0);
  ASSERT_TRUE(f.markouts[0].has_value());
  EXPECT_TRUE(*f.markouts[0] == Money{10 * 300 * 100}) << "from 10.01 down to 9.98";
  EXPECT_FALSE(f.markouts[1].has_value()) << "not due yet";
}

TEST_F(LedgerTest, SamplesAtEqualDistancesHoweverLongItRuns) {
  for (std::uint64_t ms = 0; ms <= 100'000; ms += 7) ledger_.advance(Cycles{64 + ms * 322'266});
  const auto& samples = ledger_.samples();
  ASSERT_GE(samples.size(), Ledger::kSamples);
  ASSERT_LT(samples.size(), 2 * Ledger::kSamples);
  EXPECT_EQ(samples[0].time, Cycles{64});
  const Cycles step = samples[1].time - samples[0].time;
  for (std::size_t i = 1; i < samples.size(); ++i) ASSERT_EQ(samples[i].time - samples[i - 1].time, step) << i;
}

// Cash and positions at their marks are the profit, whatever happens; so is a ledger that keeps nothing but cash.
TEST(LedgerProperties, ConserveMoney) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937_64 random(seed);
    const auto roll = [&](std::uint64_t n) { return static_cast<std::uint32_t>(random() % n); };
    Ledger ledger(options(), 3);
    Money cash = 0;
    std::int64_t positions[3] = {};
    Money marks[3] = {}, highest = 0, deepest = 0;
    for (std::uint64_t t = 1; t <= 500; ++t) {
      const auto s = static_cast<SymbolIndex>(roll(3));
      const std::uint32_t price = 90'000 + roll(200) * 100;
      ledger.advance(Cycles{t});
      if (marks[s] == 0 || roll(2) == 0) {
        ledger.on_quote(s, Price{price}, Price{price + 100 * (1 + roll(3))}, Cycles{t});
        marks[s] = ledger.symbols()[s].mark;
      } else {
        const bool buy = roll(2) == 0, maker = roll(2) == 0;
        const std::uint32_t shares = 1 + roll(300);
        ledger.on_fill({1, s, buy ? Side::buy : Side::sell, Price{price}, Quantity{shares}, {}, maker}, Cycles{t});
        const Money value = Money{price} * 100 * shares;
        cash += buy ? -value : value;
        cash -= Money{maker ? -2'000 : 3'000} * shares;
        positions[s] += buy ? std::int64_t{shares} : -std::int64_t{shares};
      }
      Money worth = cash;
      for (unsigned i = 0; i < 3; ++i) {
        worth += marks[i] * positions[i];
        const SymbolLedger& l = ledger.symbols()[i];
        ASSERT_EQ(l.position, positions[i]);
        ASSERT_TRUE(l.realized + l.unrealized() - l.fees == l.cash + l.mark * l.position) << "seed " << seed;
      }
      ASSERT_TRUE(ledger.profit() == worth) << "seed " << seed << " at " << t;
      highest = std::max(highest, worth);
      deepest = std::max(deepest, highest - worth);
    }
    EXPECT_TRUE(ledger.drawdown().most == deepest) << "seed " << seed;
  }
}

}  // namespace
}  // namespace twinpath::testing
