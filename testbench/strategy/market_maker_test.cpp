#include "host/strategy/market_maker.h"

#include <random>

#include "testbench/strategy/desk.h"

namespace twinpath::testing {
namespace {

constexpr SymbolIndex kSymbol = 4;

MarketMaker::Parameters parameters() {
  MarketMaker::Parameters p;
  p.count = 1;
  p.all[0] = {.symbol = kSymbol,
              .quantity = Quantity{100},
              .half_spread = Price{200},
              .skew = Price{100},
              .requote = Price{100},
              .max_position = Quantity{300},
              .tick = Price{100},
              .micro = true,
              .retry = Cycles{50}};
  return p;
}

class MarketMakerTest : public ::testing::Test {
 protected:
  Desk<MarketMaker> desk_{parameters()};
  std::uint32_t price_of(Side side) const {
    const auto open = desk_.open(kSymbol, side);
    return open.size() == 1 ? desk_.orders.at(open[0]).price : 0;
  }
  std::uint32_t order(Side side) const { return desk_.open(kSymbol, side).at(0); }
};

TEST_F(MarketMakerTest, QuotesBothSidesAroundTheMiddleOfABalancedBook) {
  const auto asked = desk_.book(kSymbol, market(999'000, 1'001'000));
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(price_of(Side::buy), 999'800u);
  EXPECT_EQ(price_of(Side::sell), 1'000'200u);
  EXPECT_EQ(asked[0].quantity, Quantity{100});
}

TEST_F(MarketMakerTest, LeansTowardsTheLighterSideWithTheMicroPrice) {
  desk_.book(kSymbol, market(999'000, 1'001'000, 300, 100));  // three quarters of the way to the offer: 1'000'500
  EXPECT_EQ(price_of(Side::buy), 1'000'300u);
  EXPECT_EQ(price_of(Side::sell), 1'000'700u);
}

TEST_F(MarketMakerTest, UsesTheMiddleWhenToldTo) {
  MarketMaker::Record r = parameters().all[0];
  r.micro = false;
  EXPECT_EQ(MarketMaker::target(r, market(999'000, 1'001'000, 300, 100), 0, Side::buy), Price{999'800});
}

TEST_F(MarketMakerTest, ShiftsBothQuotesAgainstItsInventory) {
  const MarketMaker::Record r = parameters().all[0];
  const Bbo book = market(999'000, 1'001'000);
  EXPECT_EQ(MarketMaker::target(r, book, 200, Side::buy), Price{999'600});
  EXPECT_EQ(MarketMaker::target(r, book, 200, Side::sell), Price{1'000'000});
  EXPECT_EQ(MarketMaker::target(r, book, -200, Side::buy), Price{1'000'000});
  EXPECT_EQ(MarketMaker::target(r, book, -200, Side::sell), Price{1'000'400});
}

TEST_F(MarketMakerTest, RoundsAwayFromTheMarketToATick) {
  const MarketMaker::Record r = parameters().all[0];
  const Bbo book = market(999'000, 1'001'100);  // the middle is 1'000'050
  EXPECT_EQ(MarketMaker::target(r, book, 0, Side::buy), Price{999'800});
  EXPECT_EQ(MarketMaker::target(r, book, 0, Side::sell), Price{1'000'300});
}

TEST_F(MarketMakerTest, NeverCrossesTheMarket) {
  MarketMaker::Record r = parameters().all[0];
  r.half_spread = {};
  const Bbo book = market(1'000'000, 1'000'100);
  EXPECT_EQ(MarketMaker::target(r, book, -300, Side::buy), Price{1'000'000});
  EXPECT_EQ(MarketMaker::target(r, book, 300, Side::sell), Price{1'000'100});
}

TEST_F(MarketMakerTest, DoesNotQuoteBelowATickOrAboveTheHighestPrice) {
  const MarketMaker::Record r = parameters().all[0];
  EXPECT_EQ(MarketMaker::target(r, market(100, 200), 0, Side::buy), Price{0});
  EXPECT_EQ(MarketMaker::target(r, market(0xFFFF'FF00, 0xFFFF'FFFF), 0, Side::sell), Price{0});
}

TEST_F(MarketMakerTest, StaysWhereItIsWithinTheHysteresis) {
  desk_.book(kSymbol, market(999'000, 1'001'000));
  EXPECT_TRUE(desk_.book(kSymbol, market(999'200, 1'001'000)).empty()) << "a tick off";
  const auto asked = desk_.book(kSymbol, market(999'400, 1'001'000));
  ASSERT_EQ(asked.size(), 2u) << "two ticks off";
  EXPECT_EQ(asked[0].kind, IntentKind::cancel);
}

TEST_F(MarketMakerTest, RequotesWhenTheOldOrderIsGoneAndNotBefore) {
  desk_.book(kSymbol, market(999'000, 1'001'000));
  const std::uint32_t old = order(Side::buy);
  desk_.book(kSymbol, market(999'400, 1'001'400));
  EXPECT_TRUE(desk_.book(kSymbol, market(999'500, 1'001'500)).empty()) << "both are being cancelled";
  const auto asked = desk_.done(old);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].kind, IntentKind::enter);
  EXPECT_EQ(asked[0].price, Price{1'000'300});
}

TEST_F(MarketMakerTest, KeepsAPartlyFilledQuoteAndReplacesAFilledOne) {
  desk_.book(kSymbol, market(999'000, 1'001'000));
  const std::uint32_t buy = order(Side::buy);
  EXPECT_TRUE(desk_.fill(buy, 40, 999'800).empty()) << "skewed by less than a tick";
  const auto asked = desk_.fill(buy, 60, 999'800);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].side, Side::buy);
  EXPECT_EQ(asked[0].price, Price{999'700}) << "a lot long";
}

TEST_F(MarketMakerTest, QuotesNoMoreThanItsPositionAllows) {
  desk_.position(kSymbol, 250);
  desk_.book(kSymbol, market(999'000, 1'001'000));
  EXPECT_EQ(desk_.orders.at(order(Side::buy)).leaves, 50u);
  EXPECT_EQ(desk_.orders.at(order(Side::sell)).leaves, 100u);
  const auto asked = desk_.position(kSymbol, 300);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].kind, IntentKind::cancel) << "no room for the buy";
}

TEST_F(MarketMakerTest, PullsItsQuotesWhenTheBookCannotBeReliedOn) {
  const Bbo book = market(999'000, 1'001'000);
  desk_.book(kSymbol, book);
  desk_.trusted[kSymbol] = false;
  EXPECT_EQ(desk_.book(kSymbol, book).size(), 2u);
  EXPECT_TRUE(desk_.done(order(Side::buy)).empty());
  EXPECT_TRUE(desk_.done(order(Side::sell)).empty());
  desk_.trusted[kSymbol] = true;
  EXPECT_EQ(desk_.book(kSymbol, book).size(), 2u) << "and quotes again";
}

TEST_F(MarketMakerTest, PullsItsQuotesWhenTheStatusSaysSo) {
  for (const int what : {0, 1, 2, 3}) {
    desk_.book(kSymbol, market(999'000, 1'001'000));
    StatusUpdate u{{}, true, false, false, true};
    (what == 0 ? u.armed : what == 3 ? u.session_open : what == 1 ? u.killed : u.stale) ^= true;
    EXPECT_EQ(desk_.status(u).size(), 2u) << what;
    desk_.done(order(Side::buy)), desk_.done(order(Side::sell));
    EXPECT_EQ(desk_.status({{}, true, false, false, true}).size(), 2u) << "and quotes again";
  }
}

TEST_F(MarketMakerTest, PullsItsQuotesWhenASideOfTheBookIsEmptyOrTheSymbolHalts) {
  desk_.book(kSymbol, market(999'000, 1'001'000));
  EXPECT_EQ(desk_.book(kSymbol, {quote_at(999'000), {}}).size(), 2u);
  desk_.done(order(Side::buy)), desk_.done(order(Side::sell));
  desk_.book(kSymbol, market(999'000, 1'001'000));
  desk_.tradable[kSymbol] = false;
  EXPECT_EQ(desk_.book(kSymbol, market(999'000, 1'001'000)).size(), 2u);
}

TEST_F(MarketMakerTest, WaitsAfterARejection) {
  desk_.refuse = Reason::collar;
  EXPECT_EQ(desk_.book(kSymbol, market(999'000, 1'001'000)).size(), 2u);
  desk_.now += Cycles{49};
  EXPECT_TRUE(desk_.book(kSymbol, market(999'000, 1'001'000)).empty());
  desk_.now += Cycles{1};
  EXPECT_EQ(desk_.book(kSymbol, market(999'000, 1'001'000)).size(), 2u);
}

TEST_F(MarketMakerTest, LeavesOtherSymbolsAlone) {
  EXPECT_TRUE(desk_.book(kSymbol + 1, market(999'000, 1'001'000)).empty());
}

TEST(MarketMakerParameters, NameASymbolOnce) {
  auto p = parameters();
  EXPECT_EQ(MarketMaker::check(p), nullptr);
  p.count = 2;
  p.all[1] = p.all[0];
  EXPECT_NE(MarketMaker::check(p), nullptr);
}

// Whatever the market and the exchange do, with the desk's own checks: one order a side, none that crosses, no position
// past the limit.
TEST(MarketMakerProperties, HoldOverRandomMarkets) {
  std::uint64_t fills = 0, cancels = 0;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    const auto roll = [&](std::uint64_t n) { return static_cast<std::uint32_t>(random() % n); };
    auto p = parameters();
    p.all[0].half_spread = Price{roll(4) * 100};
    p.all[0].skew = Price{roll(3) * 150};
    p.all[0].requote = Price{roll(3) * 100};
    p.all[0].micro = roll(2) == 0;
    Desk<MarketMaker> desk(p);
    std::uint32_t middle = 1'000'000;
    desk.book(kSymbol, market(middle - 100, middle + 100));
    for (unsigned step = 0; step < 500; ++step) {
      desk.now += Cycles{roll(40)};
      std::vector<Intent> asked;
      switch (roll(8)) {
        case 0:
          desk.trusted[kSymbol] = roll(4) != 0;
          asked = desk.book(kSymbol, Bbo(desk.bbo(kSymbol)));
          break;
        case 1:
          asked = desk.status({{}, roll(8) != 0, roll(8) == 0, false, true});
          break;
        case 2:
          desk.refuse = roll(4) == 0 ? Reason::rate : Reason::none;
          break;
        case 3:
        case 4:
          if (!desk.orders.empty()) {
            auto at = desk.orders.begin();
            std::advance(at, roll(desk.orders.size()));
            const std::uint32_t user_ref = at->first;
            if (roll(3) == 0) {
              asked = desk.done(user_ref);
            } else {
              ++fills;
              asked = desk.fill(user_ref, 1 + roll(at->second.leaves), at->second.price);
            }
          }
          break;
        default:
          middle += 100 * roll(5) - 200;
          asked = desk.book(kSymbol, market(middle - 100 * (1 + roll(6)), middle + 100 * roll(6) - 100, 1 + roll(500),
                                            1 + roll(500)));
          break;
      }
      for (const Intent& i : asked) {
        cancels += i.kind == IntentKind::cancel;
        if (i.kind != IntentKind::enter) continue;
        const Bbo& book = desk.bbo(kSymbol);
        ASSERT_TRUE(i.side == Side::buy ? i.price < book.ask.price : i.price > book.bid.price) << "seed " << seed;
      }
      for (const Side side : {Side::buy, Side::sell}) ASSERT_LE(desk.open(kSymbol, side).size(), 1u) << "seed " << seed;
      ASSERT_LE(std::abs(desk.positions[kSymbol]), 300) << "seed " << seed;
    }
  }
  EXPECT_GT(fills, 1000u);
  EXPECT_GT(cancels, 1000u);
}

}  // namespace
}  // namespace twinpath::testing
