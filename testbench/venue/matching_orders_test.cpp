// The matching engine's rules by hand-made cases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "testbench/venue/matching_streams.h"

namespace twinpath::matching {
namespace {

using testing::ElementsAre;

// Gives commands in a few words and keeps what they caused, a line a report.
class Matching : public testing::Test {
 public:
  explicit Matching(EngineOptions options = {}) : engine(options) { give({.type = CommandType::list_book}); }

  void give(Command c) {
    c.sequence = sequence_++;
    said.clear();
    for (const Report& r : reports_of(engine, c)) {
      const std::string id = std::to_string(r.order_id), other = std::to_string(r.other_id);
      const std::string quantity = std::to_string(r.quantity.value), price = std::to_string(r.price.value);
      const std::string at = quantity + "@" + price;
      switch (r.type) {
        case ReportType::accepted:
          said.push_back("accepted " + id);
          break;
        case ReportType::trade:
          said.push_back(id + " trades " + at + " with " + other);
          break;
        case ReportType::cancelled:
          said.push_back("cancelled " + id + " " + at + why(r));
          break;
        case ReportType::replaced:
          said.push_back("replaced " + other + " by " + id + " " + at);
          break;
        case ReportType::cancel_refused:
        case ReportType::replace_refused:
        case ReportType::refused:
          said.push_back("refused " + id + why(r));
          break;
        case ReportType::replenished:
          said.push_back(id + " shows " + at);
          break;
        case ReportType::decremented:
          said.push_back(id + " and " + other + " lose " + quantity);
          break;
        case ReportType::triggered:
          said.push_back("triggered " + id);
          break;
        case ReportType::indicative:
          said.push_back("indicative " + id + "@" + price + " surplus " + other);
          break;
        case ReportType::busted:
          said.push_back("busted " + std::to_string(r.trade_id) + ": " + at);
          break;
        case ReportType::done:
          said.push_back("done " + other);
          break;
        default:
          break;
      }
    }
    EXPECT_EQ(engine.check(), "");
  }
  static std::string why(const Report& r) { return " for " + std::to_string(static_cast<int>(r.reason)); }
  static std::string reason(Reason r) { return " for " + std::to_string(static_cast<int>(r)); }

  void buy(std::uint64_t id, std::uint32_t quantity, std::int64_t price, Command c = {}) {
    enter(id, Side::buy, quantity, price, c);
  }
  void sell(std::uint64_t id, std::uint32_t quantity, std::int64_t price, Command c = {}) {
    enter(id, Side::sell, quantity, price, c);
  }
  void cancel(std::uint64_t id, std::uint32_t owner = 0) {
    give({.order_id = id, .owner = owner, .type = CommandType::cancel});
  }
  void replace(std::uint64_t id, std::uint32_t quantity, std::int64_t price, std::uint64_t new_id = 0) {
    give({.order_id = id,
          .new_order_id = new_id,
          .price = {price},
          .quantity = {quantity},
          .type = CommandType::replace});
  }
  void state(BookState s) { give({.type = CommandType::set_state, .state = s}); }
  void uncross(BookState s = BookState::continuous) { give({.type = CommandType::uncross, .state = s}); }
  void bands(std::int64_t low, std::int64_t high) {
    give({.price = {low}, .stop_price = {high}, .quantity = {1}, .type = CommandType::set_bands});
  }
  std::uint64_t depth(Side side, std::int64_t price) { return engine.depth(0, side, {price}); }

  Engine engine;
  std::vector<std::string> said;  // by the last command

 private:
  void enter(std::uint64_t id, Side side, std::uint32_t quantity, std::int64_t price, Command c) {
    c.order_id = id;
    c.side = side;
    c.quantity.value = quantity;
    c.price.value = price;
    give(c);
  }
  std::uint64_t sequence_ = 0;
};

TEST_F(Matching, BetterPricesTradeFirstThenOlderOrders) {
  sell(1, 10, 102);
  sell(2, 10, 101);
  sell(3, 10, 101);
  buy(4, 25, 102);
  EXPECT_THAT(said,
              ElementsAre("accepted 4", "4 trades 10@101 with 2", "4 trades 10@101 with 3", "4 trades 5@102 with 1"));
  EXPECT_EQ(depth(Side::sell, 102), 5u);
}

TEST_F(Matching, WhatDoesNotTradeRests) {
  sell(1, 10, 101);
  buy(2, 15, 101);
  EXPECT_EQ(depth(Side::buy, 101), 5u);
  EXPECT_EQ(engine.best(0, Side::sell), std::nullopt);
}

TEST_F(Matching, AMarketOrderTakesWhatThereIsAndNeverRests) {
  sell(1, 10, 101);
  sell(2, 10, 500);
  buy(3, 25, 0, {.kind = OrderKind::market});
  EXPECT_THAT(said, ElementsAre("accepted 3", "3 trades 10@101 with 1", "3 trades 10@500 with 2",
                                "cancelled 3 5@0" + reason(Reason::immediate)));
}

TEST_F(Matching, AnImmediateOrderLosesItsRest) {
  sell(1, 10, 101);
  buy(2, 15, 101, {.tif = TimeInForce::ioc});
  EXPECT_THAT(said,
              ElementsAre("accepted 2", "2 trades 10@101 with 1", "cancelled 2 5@101" + reason(Reason::immediate)));
}

TEST_F(Matching, FillOrKillTradesAllOrNothing) {
  sell(1, 10, 101);
  sell(2, 10, 102);
  buy(3, 21, 102, {.tif = TimeInForce::fok});
  EXPECT_THAT(said, ElementsAre("accepted 3", "cancelled 3 21@102" + reason(Reason::fill_or_kill)));
  buy(4, 20, 102, {.tif = TimeInForce::fok});
  EXPECT_THAT(said, ElementsAre("accepted 4", "4 trades 10@101 with 1", "4 trades 10@102 with 2"));
}

TEST_F(Matching, PostOnlyIsRefusedRatherThanTrade) {
  sell(1, 10, 101);
  buy(2, 5, 101, {.post_only = 1});
  EXPECT_THAT(said, ElementsAre("refused 2" + reason(Reason::post_only)));
  buy(2, 5, 100, {.post_only = 1});
  EXPECT_EQ(depth(Side::buy, 100), 5u);
  replace(2, 5, 101);
  EXPECT_THAT(said, ElementsAre("refused 2" + reason(Reason::post_only)));
}

TEST_F(Matching, AnIcebergShowsAPartAndGoesToTheBackEachTime) {
  sell(1, 25, 101, {.display = {10}});
  sell(2, 10, 101);
  EXPECT_EQ(depth(Side::sell, 101), 20u);
  buy(3, 22, 101);
  EXPECT_THAT(said, ElementsAre("accepted 3", "3 trades 10@101 with 1", "1 shows 10@101", "3 trades 10@101 with 2",
                                "3 trades 2@101 with 1"));
  buy(4, 30, 101, {.tif = TimeInForce::ioc});
  EXPECT_THAT(said, ElementsAre("accepted 4", "4 trades 8@101 with 1", "1 shows 5@101", "4 trades 5@101 with 1",
                                "cancelled 4 17@101" + reason(Reason::immediate)));
}

TEST_F(Matching, AnIcebergOfTooManySlicesIsRefused) {
  sell(1, 1'000, 101, {.display = {1}});
  EXPECT_THAT(said, ElementsAre("accepted 1"));
  sell(2, 1'001, 101, {.display = {1}});
  EXPECT_THAT(said, ElementsAre("refused 2" + reason(Reason::bad_quantity)));
}

TEST_F(Matching, AReplaceThatOnlyReducesKeepsItsPlace) {
  buy(1, 10, 100);
  buy(2, 10, 100);
  replace(1, 6, 100);
  sell(3, 6, 100);
  EXPECT_THAT(said, ElementsAre("accepted 3", "3 trades 6@100 with 1"));
}

TEST_F(Matching, AReplaceThatGrowsOrMovesGoesToTheBack) {
  buy(1, 10, 100);
  buy(2, 10, 100);
  replace(1, 11, 100);
  sell(3, 10, 100);
  EXPECT_THAT(said, ElementsAre("accepted 3", "3 trades 10@100 with 2"));
  buy(4, 10, 99);
  replace(4, 10, 100, 44);
  EXPECT_THAT(said, ElementsAre("replaced 4 by 44 10@100"));
  cancel(4);
  EXPECT_THAT(said, ElementsAre("refused 4" + reason(Reason::unknown_order)));
  sell(5, 15, 100);
  EXPECT_THAT(said, ElementsAre("accepted 5", "5 trades 11@100 with 1", "5 trades 4@100 with 44"));
}

TEST_F(Matching, AReplaceCanTrade) {
  buy(1, 10, 99);
  sell(2, 4, 101);
  replace(1, 10, 101);
  EXPECT_THAT(said, ElementsAre("replaced 1 by 1 10@101", "1 trades 4@101 with 2"));
  EXPECT_EQ(depth(Side::buy, 101), 6u);
}

TEST_F(Matching, AnIdOfALiveOrderIsRefused) {
  buy(1, 10, 99);
  buy(1, 10, 98);
  EXPECT_THAT(said, ElementsAre("refused 1" + reason(Reason::duplicate_id)));
  cancel(1);
  buy(1, 10, 98);
  EXPECT_THAT(said, ElementsAre("accepted 1"));
}

class MatchingOnceADay : public Matching {
 public:
  MatchingOnceADay() : Matching({.ids_once_a_day = true}) {}
};
TEST_F(MatchingOnceADay, AnIdIsFreeOnlyTheNextDay) {
  buy(1, 10, 99);
  cancel(1);
  buy(1, 10, 98);
  EXPECT_THAT(said, ElementsAre("refused 1" + reason(Reason::duplicate_id)));
  give({.type = CommandType::end_of_day});
  buy(1, 10, 98);
  EXPECT_THAT(said, ElementsAre("accepted 1"));
}

TEST_F(Matching, OnlyTheOwnerCancels) {
  buy(1, 10, 99, {.owner = 7});
  cancel(1, 8);
  EXPECT_THAT(said, ElementsAre("refused 1" + reason(Reason::not_owner)));
  cancel(1, 7);
  EXPECT_THAT(said, ElementsAre("cancelled 1 10@99" + reason(Reason::on_request)));
}

TEST_F(Matching, ASelfTradeCancelsTheOneThatTheIncomingOrderNames) {
  sell(1, 10, 101, {.owner = 7});
  sell(2, 10, 101, {.owner = 8});
  buy(3, 5, 101, {.owner = 7, .self_trade = SelfTrade::cancel_newest});
  EXPECT_THAT(said, ElementsAre("accepted 3", "cancelled 3 5@101" + reason(Reason::self_trade)));
  buy(4, 4, 101, {.owner = 7, .self_trade = SelfTrade::decrement});
  EXPECT_THAT(said, ElementsAre("accepted 4", "4 and 1 lose 4"));
  buy(5, 5, 101, {.owner = 7, .self_trade = SelfTrade::cancel_oldest});
  EXPECT_THAT(said,
              ElementsAre("accepted 5", "cancelled 1 6@101" + reason(Reason::self_trade), "5 trades 5@101 with 2"));
  buy(6, 2, 101, {.owner = 8, .self_trade = SelfTrade::cancel_both});
  EXPECT_THAT(said, ElementsAre("accepted 6", "cancelled 2 5@101" + reason(Reason::self_trade),
                                "cancelled 6 2@101" + reason(Reason::self_trade)));
}

TEST_F(Matching, AStopWaitsForATradeAndOneCanTriggerAnother) {
  sell(1, 10, 105);
  sell(2, 10, 110);
  sell(3, 1, 100);
  buy(10, 10, 0, {.stop_price = {105}, .kind = OrderKind::stop});
  buy(11, 5, 108, {.stop_price = {100}, .kind = OrderKind::stop_limit});
  EXPECT_THAT(said, ElementsAre("accepted 11"));
  buy(4, 1, 100);
  EXPECT_THAT(said, ElementsAre("accepted 4", "4 trades 1@100 with 3", "triggered 11", "11 trades 5@105 with 1",
                                "triggered 10", "10 trades 5@105 with 1", "10 trades 5@110 with 2"));
}

TEST_F(Matching, AStopThatTheLastTradeHasReachedIsDueAtOnce) {
  sell(1, 2, 100);
  buy(2, 1, 100);
  buy(3, 1, 0, {.stop_price = {100}, .kind = OrderKind::stop});
  EXPECT_THAT(said, ElementsAre("accepted 3", "triggered 3", "3 trades 1@100 with 1"));
}

TEST_F(Matching, PricesOutsideTheBandAreRefusedAndOrdersOutsideItLeave) {
  buy(1, 10, 90);
  buy(2, 10, 95);
  bands(95, 105);
  EXPECT_THAT(said, ElementsAre("cancelled 1 10@90" + reason(Reason::price_band)));
  buy(3, 10, 106);
  EXPECT_THAT(said, ElementsAre("refused 3" + reason(Reason::price_band)));
  sell(4, 10, 105);
  EXPECT_THAT(said, ElementsAre("accepted 4"));
}

TEST_F(Matching, TicksAndLotsAreKept) {
  give({.price = {5}, .quantity = {100}, .book = 3, .type = CommandType::list_book});
  buy(1, 100, 12, {.book = 3});
  EXPECT_THAT(said, ElementsAre("refused 1" + reason(Reason::bad_tick)));
  buy(1, 150, 10, {.book = 3});
  EXPECT_THAT(said, ElementsAre("refused 1" + reason(Reason::bad_lot)));
  buy(1, 100, 10, {.book = 3});
  EXPECT_THAT(said, ElementsAre("accepted 1"));
}

TEST_F(Matching, AHaltedBookTakesCancelsAndReductionsOnly) {
  buy(1, 10, 99);
  buy(2, 10, 99);
  state(BookState::halted);
  buy(3, 10, 99);
  EXPECT_THAT(said, ElementsAre("refused 3" + reason(Reason::state)));
  replace(1, 10, 98);
  EXPECT_THAT(said, ElementsAre("refused 1" + reason(Reason::state)));
  replace(1, 5, 99);
  EXPECT_THAT(said, ElementsAre("replaced 1 by 1 5@99"));
  cancel(2);
  EXPECT_THAT(said, ElementsAre("cancelled 2 10@99" + reason(Reason::on_request)));
}

TEST_F(Matching, AnAuctionTradesTheMostAtOnePrice) {
  state(BookState::call);
  buy(1, 10, 105);
  buy(2, 10, 103);
  buy(3, 10, 101);
  sell(4, 15, 100);
  sell(5, 10, 102);
  buy(6, 5, 0, {.kind = OrderKind::market});
  give({.type = CommandType::indicate});
  EXPECT_THAT(said, ElementsAre("indicative 25@102 surplus 0"));
  buy(7, 5, 104, {.tif = TimeInForce::ioc});
  EXPECT_THAT(said, ElementsAre("refused 7" + reason(Reason::state)));
  uncross();
  EXPECT_THAT(said, ElementsAre("indicative 25@102 surplus 0", "6 trades 5@102 with 4", "1 trades 10@102 with 4",
                                "2 trades 10@102 with 5"));
  EXPECT_EQ(depth(Side::buy, 101), 10u);
}

TEST_F(Matching, ACrossedBookDoesNotOpenWithoutAnAuction) {
  state(BookState::call);
  buy(1, 10, 105);
  sell(2, 10, 100);
  state(BookState::continuous);
  EXPECT_THAT(said, ElementsAre("refused 0" + reason(Reason::state)));
  uncross();
  EXPECT_EQ(engine.open_orders(), 0u);
}

TEST_F(Matching, WhatAnAuctionLeavesOfMarketOrdersIsCancelled) {
  state(BookState::call);
  buy(1, 10, 0, {.kind = OrderKind::market});
  sell(2, 4, 100);
  uncross(BookState::closed);
  EXPECT_THAT(said, ElementsAre("indicative 4@100 surplus 6", "1 trades 4@100 with 2",
                                "cancelled 1 6@0" + reason(Reason::auction_over)));
}

TEST_F(Matching, AMassCancelTakesAnOwnersOrdersBestFirst) {
  buy(1, 10, 99, {.owner = 7});
  buy(2, 10, 100, {.owner = 7});
  buy(3, 10, 100, {.owner = 8});
  sell(4, 10, 0, {.stop_price = {90}, .owner = 7, .kind = OrderKind::stop});
  give({.book = kAllBooks, .owner = 7, .type = CommandType::mass_cancel});
  const std::string why = reason(Reason::mass_cancel);
  EXPECT_THAT(said,
              ElementsAre("cancelled 2 10@100" + why, "cancelled 1 10@99" + why, "cancelled 4 10@0" + why, "done 3"));
}

TEST_F(Matching, DayOrdersEndWithTheDayAndOthersDoNot) {
  buy(1, 10, 99);
  buy(2, 10, 98, {.tif = TimeInForce::gtc});
  give({.type = CommandType::end_of_day});
  EXPECT_THAT(said, ElementsAre("cancelled 1 10@99" + reason(Reason::end_of_day), "done 1"));
  EXPECT_EQ(depth(Side::buy, 98), 10u);
}

TEST_F(Matching, ATradeIsBustedOnceAndOnItsDay) {
  buy(1, 10, 99);
  sell(2, 4, 99);
  const Command bust{.order_id = 1, .type = CommandType::bust};
  give(bust);
  EXPECT_THAT(said, ElementsAre("busted 1: 4@99"));
  give(bust);
  EXPECT_THAT(said, ElementsAre("refused 1" + reason(Reason::already_busted)));
  give({.order_id = 2, .type = CommandType::bust});
  EXPECT_THAT(said, ElementsAre("refused 2" + reason(Reason::unknown_trade)));
  give({.type = CommandType::end_of_day});
  give(bust);
  EXPECT_THAT(said, ElementsAre("refused 1" + reason(Reason::unknown_trade)));
}

TEST_F(Matching, PricesHaveNoLimitThatMatters) {
  const std::int64_t far = kPriceLimit - 1;
  sell(1, 1, far);
  sell(2, 1, -far - 1);
  sell(3, 1, 0);
  EXPECT_EQ(engine.best(0, Side::sell), Ticks{-far - 1});
  buy(4, 3, far);
  EXPECT_THAT(said, ElementsAre("accepted 4", "4 trades 1@" + std::to_string(-far - 1) + " with 2",
                                "4 trades 1@0 with 3", "4 trades 1@" + std::to_string(far) + " with 1"));
  buy(5, 1, far + 1);
  EXPECT_THAT(said, ElementsAre("refused 5" + reason(Reason::bad_price)));
}

TEST_F(Matching, OrderIdsAreAnyNumbers) {
  for (const std::uint64_t id : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
    buy(id, 1, 10);
    EXPECT_THAT(said, ElementsAre("accepted " + std::to_string(id)));
  }
  EXPECT_EQ(depth(Side::buy, 10), 3u);
}

TEST_F(Matching, ABookHoldsAMillionOrders) {
  Engine large;
  reports_of(large, {.type = CommandType::list_book});
  for (std::uint64_t n = 1; n <= 1'000'000; ++n) {
    large.submit({.sequence = n,
                  .order_id = n * 0x9E37'79B9'7F4A'7C15,
                  .price = {static_cast<std::int64_t>(n * 7 % 300'000)},
                  .quantity = {1}});
    large.reports().release(large.reports().peek(64).size());
  }
  EXPECT_EQ(large.open_orders(), 1'000'000u);
  EXPECT_EQ(large.check(), "");
}

}  // namespace
}  // namespace twinpath::matching
