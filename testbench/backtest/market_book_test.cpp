// Fills of own orders in hand-made books. Prices are in cents here.
#include "host/backtest/market_book.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace twinpath::testing {
namespace {

class MarketBookTest : public ::testing::Test {
 protected:
  static Price cents(std::uint32_t c) { return Price{c * 100}; }
  void add(std::uint64_t reference, Side side, std::uint32_t shares, std::uint32_t price) {
    book_.add(kSymbol, reference, side, Quantity{shares}, cents(price));
  }
  std::uint32_t enter(std::uint32_t user_ref, Side side, std::uint32_t shares, std::uint32_t price,
                      bool immediate = false) {
    return book_.enter(user_ref, kSymbol, side, cents(price), Quantity{shares}, immediate).value;
  }
  // What was filled since the last call: "7: 100 at 1001 maker, ".
  std::string fills() {
    std::string s;
    for (const OwnFill& f : book_.fills()) {
      s += std::to_string(f.user_ref) + ": " + std::to_string(f.quantity.value) + " at " +
           std::to_string(f.price.value / 100) + (f.maker ? " maker, " : " taker, ");
    }
    book_.fills().clear();
    return s;
  }
  std::uint64_t ahead(std::uint32_t user_ref) const { return book_.ahead(user_ref, kSymbol); }

  static constexpr SymbolIndex kSymbol = 3;
  MarketBook book_;
};

TEST_F(MarketBookTest, JoinsTheQueueBehindWhatRestsAtItsPrice) {
  add(1, Side::buy, 100, 1000);
  add(2, Side::buy, 50, 1000);
  add(3, Side::buy, 70, 999);
  EXPECT_EQ(enter(7, Side::buy, 40, 1000), 0u);
  EXPECT_EQ(ahead(7), 150u);
  add(4, Side::buy, 500, 1000);
  EXPECT_EQ(ahead(7), 150u) << "who joins later is behind";
  EXPECT_EQ(fills(), "");
}

TEST_F(MarketBookTest, MovesUpAsOrdersAheadAreExecutedCancelledDeletedAndReplaced) {
  for (std::uint64_t r = 1; r <= 4; ++r) add(r, Side::buy, 100, 1000);
  enter(7, Side::buy, 40, 1000);
  add(5, Side::buy, 100, 1000);
  book_.execute(1, Quantity{30}, true);
  EXPECT_EQ(ahead(7), 370u);
  book_.cancel(2, Quantity{20});
  EXPECT_EQ(ahead(7), 350u);
  book_.erase(3);
  EXPECT_EQ(ahead(7), 250u);
  book_.replace(4, 6, Quantity{100}, cents(1000));
  EXPECT_EQ(ahead(7), 150u) << "a replaced order goes to the end";
  book_.erase(5);
  book_.cancel(6, Quantity{50});
  EXPECT_EQ(ahead(7), 150u) << "those are behind";
  EXPECT_EQ(fills(), "");
}

TEST_F(MarketBookTest, FillsWhenAnOrderBehindIsExecutedAndNothingIsAhead) {
  add(1, Side::sell, 100, 1001);
  enter(7, Side::sell, 40, 1001);
  add(2, Side::sell, 100, 1001);
  book_.execute(2, Quantity{10}, true);
  EXPECT_EQ(fills(), "") << "order 1 is ahead";
  book_.execute(1, Quantity{100}, true);
  EXPECT_EQ(fills(), "") << "what was ahead took all of it";
  book_.execute(2, Quantity{25}, true);
  EXPECT_EQ(fills(), "7: 25 at 1001 maker, ");
  book_.execute(2, Quantity{25}, true);
  EXPECT_EQ(fills(), "7: 15 at 1001 maker, ") << "no more than is left of it";
  EXPECT_EQ(book_.resting(), 0u);
}

TEST_F(MarketBookTest, FillsWhenTheMarketTradesThroughItsPrice) {
  add(1, Side::buy, 100, 999);
  add(2, Side::buy, 100, 1000);
  enter(7, Side::buy, 30, 1000);
  book_.execute(1, Quantity{20}, true);
  EXPECT_EQ(fills(), "7: 20 at 1000 maker, ") << "who sold at 999 would have sold to it";
  book_.hidden_trade(kSymbol, Quantity{50}, cents(1000));
  EXPECT_EQ(fills(), "") << "a hidden trade at its price need not be its own";
  book_.hidden_trade(kSymbol, Quantity{50}, cents(998));
  EXPECT_EQ(fills(), "7: 10 at 1000 maker, ");
}

TEST_F(MarketBookTest, FillsWhenAnOrderArrivesThatWouldHaveMetIt) {
  add(1, Side::buy, 100, 998);
  add(2, Side::sell, 100, 1002);
  enter(7, Side::buy, 30, 1000);
  add(3, Side::sell, 20, 1001);
  EXPECT_EQ(fills(), "");
  add(4, Side::sell, 20, 1000);
  EXPECT_EQ(fills(), "7: 20 at 1000 maker, ");
  add(5, Side::sell, 20, 999);
  EXPECT_EQ(fills(), "7: 10 at 1000 maker, ") << "at the resting order's price";
  EXPECT_EQ(enter(8, Side::buy, 100, 1001, true), 70u) << "10 of order 5 and 20 of order 3 are left";
  EXPECT_EQ(fills(), "8: 10 at 999 taker, 8: 20 at 1001 taker, ");
}

TEST_F(MarketBookTest, TakesDisplayedSharesPriceByPriceAndNoneTwice) {
  add(1, Side::sell, 100, 1001);
  add(2, Side::sell, 50, 1001);
  add(3, Side::sell, 80, 1003);
  EXPECT_EQ(enter(7, Side::buy, 120, 1001, true), 0u);
  EXPECT_EQ(fills(), "7: 120 at 1001 taker, ");
  EXPECT_EQ(enter(8, Side::buy, 60, 1002, true), 30u) << "30 were left at 1001, and 1003 is too dear";
  EXPECT_EQ(fills(), "8: 30 at 1001 taker, ");
  EXPECT_EQ(enter(9, Side::buy, 60, 1003, true), 0u);
  EXPECT_EQ(fills(), "9: 60 at 1003 taker, ");
  EXPECT_EQ(book_.best(kSymbol, Side::sell), cents(1001)) << "the market still shows them";
}

TEST_F(MarketBookTest, RestsWithWhatItCouldNotTakeUnlessImmediate) {
  add(1, Side::sell, 30, 1001);
  EXPECT_EQ(enter(7, Side::buy, 100, 1001), 0u);
  EXPECT_EQ(fills(), "7: 30 at 1001 taker, ");
  EXPECT_EQ(book_.resting(), 1u);
  book_.erase(1);
  add(2, Side::sell, 100, 1001);
  EXPECT_EQ(fills(), "7: 70 at 1001 maker, ");
  EXPECT_EQ(enter(8, Side::sell, 10, 1005, true), 10u);
  EXPECT_EQ(book_.resting(), 0u);
}

TEST_F(MarketBookTest, CountsTakenSharesAsGoneFromTheQueue) {
  add(1, Side::sell, 100, 1001);
  EXPECT_EQ(enter(7, Side::buy, 60, 1001, true), 0u);
  enter(8, Side::sell, 10, 1001);
  EXPECT_EQ(ahead(8), 40u);
  book_.execute(1, Quantity{60}, true);
  EXPECT_EQ(ahead(8), 40u) << "the market executes what was taken first";
  book_.execute(1, Quantity{30}, true);
  EXPECT_EQ(ahead(8), 10u);
  book_.erase(1);
  EXPECT_EQ(ahead(8), 0u);
}

TEST_F(MarketBookTest, ServesOwnOrdersByPriceAndThenByTime) {
  add(1, Side::buy, 100, 990);
  enter(7, Side::buy, 10, 999);
  enter(8, Side::buy, 10, 1000);
  enter(9, Side::buy, 10, 1000);
  book_.execute(1, Quantity{25}, true);
  EXPECT_EQ(fills(), "8: 10 at 1000 maker, 9: 10 at 1000 maker, 7: 5 at 999 maker, ");
}

TEST_F(MarketBookTest, CancelsWhatIsLeftOfAnOwnOrder) {
  enter(7, Side::buy, 10, 999);
  EXPECT_EQ(book_.cancel_own(7, kSymbol).value, 10u);
  EXPECT_EQ(book_.cancel_own(7, kSymbol).value, 0u);
}

TEST_F(MarketBookTest, DoesNotFillOnExecutionsThatAreNotPrinted) {
  add(1, Side::buy, 100, 998);
  enter(7, Side::buy, 10, 999);
  book_.execute(1, Quantity{100}, false);
  EXPECT_EQ(fills(), "");
}

TEST_F(MarketBookTest, PassesOverReferencesItDoesNotKnow) {
  book_.execute(9, Quantity{1}, true);
  book_.cancel(9, Quantity{1});
  book_.erase(9);
  book_.replace(9, 10, Quantity{1}, cents(1));
  EXPECT_EQ(book_.best(kSymbol, Side::buy), Price{});
  add(1, Side::buy, 10, 1000);
  add(1, Side::buy, 99, 1001);
  EXPECT_EQ(book_.best(kSymbol, Side::buy), cents(1000)) << "a reference that is there is not taken again";
}

// Whatever happens, an order is filled for its shares at most, at its price or better, and its queue never grows.
TEST_F(MarketBookTest, ConservesSharesOverRandomMarkets) {
  std::mt19937_64 random(5);
  const auto roll = [&](std::uint64_t n) { return static_cast<std::uint32_t>(random() % n); };
  struct Mine {
    Side side;
    std::uint32_t price, shares, filled = 0;
    std::uint64_t ahead = UINT64_MAX;
  };
  std::vector<Mine> mine;
  std::vector<std::uint64_t> live;
  std::uint64_t taken = 0, made = 0, offered = 0;
  for (std::uint64_t step = 1; step <= 60'000; ++step) {
    const std::uint32_t what = roll(10);
    const Side side = roll(2) == 0 ? Side::buy : Side::sell;
    if (what < 4 || live.empty()) {
      live.push_back(step);
      const std::uint32_t shares = 1 + roll(200);
      offered += shares;
      add(step, side, shares, side == Side::buy ? 995 + roll(6) : 1000 + roll(6));
    } else if (what < 9) {
      const std::size_t at = roll(live.size());
      if (what < 6) book_.execute(live[at], Quantity{1 + roll(100)}, true);
      if (what == 6) book_.cancel(live[at], Quantity{1 + roll(100)});
      if (what == 7) book_.replace(live[at], live[at] + 1'000'000'000, Quantity{1 + roll(200)}, cents(998 + roll(5)));
      if (what == 7) live[at] += 1'000'000'000;
      if (what == 8) book_.erase(live[at]);
      if (what == 8 || live.size() > 400) live.erase(live.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      mine.push_back({side, side == Side::buy ? 996 + roll(6) : 999 + roll(6), 1 + roll(120)});
      const auto n = static_cast<std::uint32_t>(mine.size() - 1);
      if (roll(4) == 0 && n > 3) book_.cancel_own(roll(n), kSymbol);
      enter(n, side, mine[n].shares, mine[n].price, roll(3) == 0);
    }
    for (const OwnFill& f : book_.fills()) {
      Mine& m = mine[f.user_ref];
      m.filled += f.quantity.value;
      ASSERT_LE(m.filled, m.shares);
      ASSERT_EQ(f.leaves.value, m.shares - m.filled);
      ASSERT_TRUE(m.side == Side::buy ? f.price <= cents(m.price) : f.price >= cents(m.price));
      if (f.maker) {
        ASSERT_EQ(f.price, cents(m.price));
      }
      (f.maker ? made : taken) += f.quantity.value;
    }
    book_.fills().clear();
    for (std::size_t i = mine.size() > 20 ? mine.size() - 20 : 0; i < mine.size(); ++i) {
      const std::uint64_t now = ahead(static_cast<std::uint32_t>(i));
      ASSERT_LE(now, mine[i].ahead) << "order " << i << " fell back";
      mine[i].ahead = now;
    }
  }
  EXPECT_GT(made, 10'000u);
  EXPECT_GT(taken, 10'000u);
  EXPECT_LT(taken, offered);
}

}  // namespace
}  // namespace twinpath::testing
