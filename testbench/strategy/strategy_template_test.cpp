#include "host/strategy/strategy_template.h"

#include "host/strategy/strategies.h"
#include "testbench/strategy/desk.h"

namespace twinpath::testing {
namespace {

constexpr SymbolIndex kSymbol = 1;

class StrategyTemplateTest : public ::testing::Test {
 protected:
  static StrategyTemplate::Parameters parameters() {
    StrategyTemplate::Parameters p;
    p.count = 1;
    p.all[0] = {kSymbol, Quantity{200}, Quantity{50}, Quantity{80}};
    return p;
  }
  static Trade trade(std::uint32_t shares, Side resting = Side::sell) {
    return {true, true, resting, Price{100'100}, Quantity{shares}, false};
  }
  Desk<StrategyTemplate> desk_{parameters()};
  Bbo book_ = market(100'000, 100'100);
};

TEST_F(StrategyTemplateTest, BuysAfterALargeTradeAtTheOffer) {
  EXPECT_TRUE(desk_.book(kSymbol, book_).empty());
  EXPECT_TRUE(desk_.book(kSymbol, book_, trade(199)).empty());
  EXPECT_TRUE(desk_.book(kSymbol, book_, trade(200, Side::buy)).empty());
  const auto asked = desk_.book(kSymbol, book_, trade(200));
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].price, Price{100'100});
  EXPECT_EQ(asked[0].quantity, Quantity{50});
}

TEST_F(StrategyTemplateTest, HasOneOrderAtATimeAndKeepsToItsPosition) {
  desk_.book(kSymbol, book_, trade(200));
  EXPECT_TRUE(desk_.book(kSymbol, book_, trade(200)).empty());
  desk_.fill(desk_.open(kSymbol, Side::buy).at(0), 50, 100'100);
  EXPECT_TRUE(desk_.book(kSymbol, book_, trade(200)).empty()) << "30 shares of room";
}

TEST_F(StrategyTemplateTest, DoesNothingWhereItMayNotTrade) {
  desk_.status({{}, false, false, false, true});
  EXPECT_TRUE(desk_.book(kSymbol, book_, trade(200)).empty());
}

TEST(Strategies, AreFoundByName) {
  std::vector<std::string> found;
  for (const std::string& name : strategy_names())
    Strategies::visit(name, [&]<class S>() { found.emplace_back(S::kName); });
  EXPECT_EQ(found, (std::vector<std::string>{"market_maker", "arbitrage", "template"}));
  EXPECT_FALSE(Strategies::visit("market maker", []<class S>() {}));
  EXPECT_EQ(unknown_strategy("x"), "strategy 'x': expected one of rules, market_maker, arbitrage, template");
}

TEST(Strategies, AreMadeOfRecords) {
  const auto p = parameters_of<StrategyTemplate>({{3, 200, 50, 80}});
  EXPECT_EQ(p.count, 1u);
  EXPECT_EQ(p.all[0].symbol, 3u);
  EXPECT_EQ(p.all[0].max_position, Quantity{80});
  EXPECT_THROW(parameters_of<StrategyTemplate>({{3, 200, 50}}), std::invalid_argument);
  EXPECT_THROW(parameters_of<StrategyTemplate>(std::vector(257, std::vector<std::int64_t>{3, 200, 50, 80})),
               std::invalid_argument);
}

TEST(IntentList, TakesEightAndNothingWhenClosed) {
  Intents ask;
  for (unsigned i = 0; i < Intents::kMost; ++i) EXPECT_TRUE(ask.enter(0, Side::buy, Price{1}, Quantity{1}, i));
  EXPECT_FALSE(ask.cancel(0, 1));
  EXPECT_EQ(ask.size(), 8u);
  EXPECT_EQ(ask[7].tag, 7u);
  ask.clear();
  EXPECT_TRUE(ask.cancel(0, 5));
  ask.close();
  EXPECT_FALSE(ask.enter(0, Side::buy, Price{1}, Quantity{1}));
  EXPECT_EQ(ask.room(), 0u);
}

}  // namespace
}  // namespace twinpath::testing
