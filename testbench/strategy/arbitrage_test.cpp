#include "host/strategy/arbitrage.h"

#include <random>

#include "testbench/strategy/desk.h"

namespace twinpath::testing {
namespace {

constexpr SymbolIndex kFirst = 2;
constexpr SymbolIndex kSecond = 9;

// The first is worth two and a half of the second.
Arbitrage::Parameters parameters() {
  Arbitrage::Parameters p;
  p.count = 1;
  p.all[0] = {.first = kFirst,
              .second = kSecond,
              .ratio = 2'500'000,
              .entry = Price{500},
              .exit = Price{0},
              .quantity = Quantity{40},
              .max_position = Quantity{100},
              .max_imbalance = Quantity{2},
              .slip = Price{100},
              .patience = Cycles{1000}};
  return p;
}

class ArbitrageTest : public ::testing::Test {
 protected:
  // The second at 10.00 / 10.01; the first then is worth 25.00 to 25.025.
  ArbitrageTest() { desk_.book(kSecond, market(100'000, 100'100, 1000, 1000)); }
  void expect(const Intent& i, SymbolIndex symbol, Side side, std::uint32_t price, std::uint32_t quantity) {
    EXPECT_EQ(i.kind, IntentKind::enter);
    EXPECT_EQ(i.symbol, symbol);
    EXPECT_EQ(i.side, side);
    EXPECT_EQ(i.price, Price{price});
    EXPECT_EQ(i.quantity, Quantity{quantity});
  }
  // Positions are the host's to set while nothing is traded.
  void positions(std::int32_t first, std::int32_t second) {
    desk_.status({{}, false, false, false, true});
    desk_.position(kFirst, first), desk_.position(kSecond, second);
    desk_.status({{}, true, false, false, true});
  }
  std::uint32_t order(SymbolIndex symbol, Side side) const { return desk_.open(symbol, side).at(0); }
  // 40 of the first sold, 100 of the second bought.
  void open_pair() {
    desk_.book(kFirst, market(250'750, 250'850));
    const auto first = order(kFirst, Side::sell), second = order(kSecond, Side::buy);
    desk_.fill(first, 40, 250'750);
    desk_.book(kFirst, market(250'200, 250'500));
    desk_.fill(second, 100, 100'100);
  }

  Desk<Arbitrage> desk_{parameters()};
};

TEST_F(ArbitrageTest, SellsADearFirstAndBuysTheSecondInProportion) {
  EXPECT_TRUE(desk_.book(kFirst, market(250'749, 250'850)).empty()) << "dearer by a ten-thousandth too little";
  const auto asked = desk_.book(kFirst, market(250'750, 250'850));
  ASSERT_EQ(asked.size(), 2u);
  expect(asked[0], kFirst, Side::sell, 250'750, 40);
  expect(asked[1], kSecond, Side::buy, 100'100, 100);
}

TEST_F(ArbitrageTest, BuysACheapFirstAndSellsTheSecond) {
  EXPECT_TRUE(desk_.book(kFirst, market(249'400, 249'501)).empty());
  const auto asked = desk_.book(kFirst, market(249'400, 249'500));
  ASSERT_EQ(asked.size(), 2u);
  expect(asked[0], kFirst, Side::buy, 249'500, 40);
  expect(asked[1], kSecond, Side::sell, 100'000, 100);
}

TEST_F(ArbitrageTest, TakesNoMoreThanBothBooksShow) {
  const auto asked = desk_.book(kFirst, market(250'750, 250'850, 7, 100));
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0].quantity, Quantity{7});
  EXPECT_EQ(asked[1].quantity, Quantity{18}) << "seventeen and a half";
}

TEST_F(ArbitrageTest, IsLimitedByTheSecondsQuantity) {
  desk_.book(kSecond, market(100'000, 100'100, 1000, 26));
  const auto asked = desk_.book(kFirst, market(250'750, 250'850));
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0].quantity, Quantity{10});
  EXPECT_EQ(asked[1].quantity, Quantity{25});
}

TEST_F(ArbitrageTest, WaitsForBothLegsToEnd) {
  desk_.book(kFirst, market(250'750, 250'850));
  EXPECT_TRUE(desk_.book(kFirst, market(251'000, 251'100)).empty());
  desk_.fill(order(kFirst, Side::sell), 40, 250'750);
  EXPECT_TRUE(desk_.book(kFirst, market(251'100, 251'200)).empty());
  EXPECT_EQ(desk_.fill(order(kSecond, Side::buy), 100, 100'100).size(), 2u) << "still dear: again";
}

TEST_F(ArbitrageTest, ClosesAtNoCost) {
  open_pair();
  EXPECT_EQ(desk_.positions[kFirst], -40);
  EXPECT_EQ(desk_.positions[kSecond], 100);
  EXPECT_TRUE(desk_.book(kFirst, market(249'900, 250'001)).empty()) << "dearer than the second's bid allows";
  const auto asked = desk_.book(kFirst, market(249'900, 250'000));
  ASSERT_EQ(asked.size(), 2u);
  expect(asked[0], kFirst, Side::buy, 250'000, 40);
  expect(asked[1], kSecond, Side::sell, 100'000, 100);
}

TEST_F(ArbitrageTest, StopsAtItsLargestPosition) {
  positions(-80, 200);
  const auto asked = desk_.book(kFirst, market(250'750, 250'850));
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0].quantity, Quantity{20});
  desk_.fill(order(kFirst, Side::sell), 20, 250'750);
  EXPECT_TRUE(desk_.fill(order(kSecond, Side::buy), 50, 100'100).empty());
}

TEST_F(ArbitrageTest, BuysTheLegThatDidNotFill) {
  desk_.book(kFirst, market(250'750, 250'850));
  desk_.fill(order(kFirst, Side::sell), 40, 250'750);
  const auto second = order(kSecond, Side::buy);
  EXPECT_TRUE(desk_.fill(second, 30, 100'100).empty());
  const auto asked = desk_.done(second);
  ASSERT_EQ(asked.size(), 1u);
  expect(asked[0], kSecond, Side::buy, 100'200, 70);  // a tick beyond the offer
}

TEST_F(ArbitrageTest, TakesTheFirstBackWhenTheSecondCannotBeTraded) {
  desk_.book(kFirst, market(250'750, 250'850));
  desk_.fill(order(kFirst, Side::sell), 40, 250'750);
  desk_.trusted[kSecond] = false;
  desk_.book(kSecond, market(100'000, 100'100));
  const auto asked = desk_.done(order(kSecond, Side::buy));
  ASSERT_EQ(asked.size(), 1u);
  expect(asked[0], kFirst, Side::buy, 250'850, 40);
}

TEST_F(ArbitrageTest, ToleratesTheImbalanceItIsToldTo) {
  positions(-40, 98);
  EXPECT_TRUE(desk_.book(kFirst, market(250'200, 250'500)).empty());
  EXPECT_EQ(desk_.position(kSecond, 97).size(), 1u);
}

TEST_F(ArbitrageTest, CancelsALegThatRestsTooLong) {
  desk_.book(kFirst, market(250'750, 250'850));
  desk_.now += Cycles{999};
  EXPECT_TRUE(desk_.book(kFirst, market(250'200, 250'300)).empty());
  desk_.now += Cycles{1};
  const auto asked = desk_.book(kFirst, market(250'200, 250'400));
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0].kind, IntentKind::cancel);
  EXPECT_EQ(asked[1].kind, IntentKind::cancel);
}

TEST_F(ArbitrageTest, PausesAfterARejection) {
  desk_.refuse = Reason::position;
  desk_.book(kFirst, market(250'750, 250'850));
  desk_.now += Cycles{999};
  EXPECT_TRUE(desk_.book(kFirst, market(250'760, 250'850)).empty());
  desk_.now += Cycles{1};
  EXPECT_EQ(desk_.book(kFirst, market(250'750, 250'850)).size(), 2u);
}

TEST_F(ArbitrageTest, HasProportionsRoundedToWholeShares) {
  const Arbitrage::Record r = parameters().all[0];
  EXPECT_EQ(Arbitrage::hedge_of(r, 7), -18);
  EXPECT_EQ(Arbitrage::hedge_of(r, -7), 18);
  EXPECT_EQ(Arbitrage::imbalance(r, -40, 97), -3);
}

TEST(ArbitrageParameters, KeepPairsApart) {
  auto p = parameters();
  EXPECT_EQ(Arbitrage::check(p), nullptr);
  p.all[1] = p.all[0];
  p.all[1].first = 30;
  p.count = 2;
  EXPECT_NE(Arbitrage::check(p), nullptr) << "the second is in both";
  p.all[1].second = 31;
  EXPECT_EQ(Arbitrage::check(p), nullptr);
  p.all[0].second = kFirst;
  EXPECT_NE(Arbitrage::check(p), nullptr);
}

// Legs fill, fail and are rejected at random: positions stay within the limit, nothing is opened at a loss, and once
// everything fills the pair balances.
TEST(ArbitrageProperties, HoldOverRandomMarketsAndFills) {
  std::uint64_t opened = 0, rebalanced = 0;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    const auto roll = [&](std::uint64_t n) { return static_cast<std::uint32_t>(random() % n); };
    auto p = parameters();
    p.all[0].ratio = 500'000 + roll(4) * 700'000;
    const Arbitrage::Record& r = p.all[0];
    Desk<Arbitrage> desk(p);
    desk.book(kSecond, market(100'000, 100'100, 1000, 1000));
    const auto step = [&](bool kind) {
      desk.now += Cycles{roll(300)};
      std::vector<Intent> asked;
      if (!desk.orders.empty() && (kind || roll(2) == 0)) {
        auto at = desk.orders.begin();
        std::advance(at, roll(desk.orders.size()));
        const auto [user_ref, o] = *at;
        asked = kind || roll(2) == 0 ? desk.fill(user_ref, kind ? o.leaves : 1 + roll(o.leaves), o.price)
                                     : desk.done(user_ref);
      } else if (roll(3) == 0) {
        const std::uint32_t bid = 100'000 + roll(5) * 100;
        asked = desk.book(kSecond, market(bid, bid + 100, 1 + roll(300), 1 + roll(300)));
      } else {
        const auto bid = static_cast<std::uint32_t>(100'000 * r.ratio / 1'000'000) + roll(20) * 100 - 1'000;
        asked = desk.book(kFirst, market(bid, bid + 100, 1 + roll(100), 1 + roll(100)));
      }
      if (asked.size() == 2 && asked[0].kind == IntentKind::enter) {
        ++opened;
        const std::int64_t got =
            std::int64_t{asked[0].price.value} * (asked[0].side == Side::sell ? 1 : -1) * 1'000'000 +
            std::int64_t{asked[1].price.value} * (asked[1].side == Side::sell ? 1 : -1) *
                static_cast<std::int64_t>(r.ratio);
        ASSERT_GE(got, 0) << "seed " << seed;
      }
      rebalanced += asked.size() == 1 && asked[0].kind == IntentKind::enter;
      // A hedge by the first may have to go as far as the second's position says.
      ASSERT_LE(std::abs(desk.positions[kFirst]), 100) << "seed " << seed;
    };
    for (unsigned i = 0; i < 400; ++i) {
      desk.refuse = roll(10) == 0 ? Reason::rate : Reason::none;
      step(false);
    }
    desk.refuse = Reason::none;
    for (unsigned i = 0; i < 200 || (!desk.orders.empty() && i < 1000); ++i) step(true);
    EXPECT_TRUE(desk.orders.empty()) << "seed " << seed;
    EXPECT_LE(std::abs(Arbitrage::imbalance(r, desk.positions[kFirst], desk.positions[kSecond])), r.max_imbalance.value)
        << "seed " << seed;
  }
  EXPECT_GT(opened, 1000u);
  EXPECT_GT(rebalanced, 1000u);
}

}  // namespace
}  // namespace twinpath::testing
