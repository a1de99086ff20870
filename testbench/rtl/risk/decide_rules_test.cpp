// Every rule at its boundaries.
#include <array>

#include "testbench/rtl/risk/rules_cases.h"

namespace twinpath::rtl {
namespace {

TEST_F(DecideRules, TakesAnOfferThatIsExactlyTheEdgeBelowFairValue) {
  rules(take(1015, 5));
  expect(send(to(kMarket)), 1, false, 1010, 30);
  rules(take(1014, 5));
  EXPECT_FALSE(fires(to(kMarket)));
}

TEST_F(DecideRules, HitsABidThatIsExactlyTheEdgeAboveFairValue) {
  rules(take(995, 5));
  expect(send(to(kMarket)), 1, true, 1000, 30);
  rules(take(996, 5));
  EXPECT_FALSE(fires(to(kMarket)));
}

TEST_F(DecideRules, TakesNoMoreThanIsThere) {
  rules(take(1015, 5));
  Bbo thin = kMarket;
  thin.ask_quantity = 29;
  expect(send(to(thin)), 1, false, 1010, 29);
}

TEST_F(DecideRules, TriesTheBuyFirstWhenBothSidesWouldTake) {
  RuleRecord r = take(1005, 0);
  rules(r);
  Bbo market{kQuoted, 1005, 9, kQuoted, 1006, 9};
  expect(send(to(market)), 1, true, 1005, 9);
  market.ask_price = 1005, market.bid_price = 1004;
  expect(send(to(market)), 1, false, 1005, 9);
}

TEST_F(DecideRules, HonoursTheSidesOfARule) {
  rules(take(1015, 5, 2));
  EXPECT_FALSE(fires(to(kMarket)));
  rules(take(995, 5, 1));
  EXPECT_FALSE(fires(to(kMarket)));
}

TEST_F(DecideRules, DoesNotWrapWhenTheEdgeExceedsThePriceRange) {
  rules(take(2, 3));
  EXPECT_FALSE(fires(to({kEmpty, 0, 0, kQuoted, 0xFFFF'FFFF, 9})));
  rules(take(0xFFFF'FFFF, 2));
  EXPECT_FALSE(fires(to({kQuoted, 1, 9, kEmpty, 0, 0})));
}

TEST_F(DecideRules, DoesNotTakeWithoutAChangeOfTheBook) {
  rules(take(1015, 5));
  EXPECT_FALSE(fires(move(kMarket, kMarket)));
}

TEST_F(DecideRules, CancelsABuyOnlyWhenTheOfferIsFurtherAwayThanTheDistance) {
  RuleRecord r;
  r.cancel = {true, 0, 7};
  rules(r);
  work(false, 1003);
  EXPECT_FALSE(fires(to(kMarket)));  // 1010 = 1003 + 7
  work(false, 1002);
  EXPECT_FALSE(fires(to({kQuoted, 1000, 1, kEmpty, 0, 0})));
  expect(send(to(kMarket)), 0, false, 1002, 0);
}

TEST_F(DecideRules, CancelsASellOnlyWhenTheBidIsFurtherAwayThanTheDistance) {
  RuleRecord r;
  r.cancel = {true, 0, 7};
  rules(r);
  work(true, 1007);
  EXPECT_FALSE(fires(to(kMarket)));  // 1000 + 7 = 1007
  work(true, 1008);
  EXPECT_FALSE(fires(move(kMarket, kMarket))) << "unchanged";
  expect(send(to(kMarket)), 0, true, 1008, 0);
  EXPECT_FALSE(fires(to(kMarket))) << "its cancel is sent";
  work(true, 1008);
  driver_.send(command_message(kCmdDone, 0, 3));
  EXPECT_FALSE(fires(to(kMarket))) << "it is not open";
}

TEST_F(DecideRules, ImbalanceFiresAtExactlyTheRatioTheMinimumAndTheSpread) {
  RuleRecord r;
  r.imbalance = {true, 3, 5, 0, 320, 50, 10};  // bid 50 : offer 40 = 1.25 = 320 / 256; spread 10
  rules(r);
  expect(send(to(kMarket)), 2, false, 1010, 5);
  for (const auto& [ratio, minimum, spread] : {std::array{321U, 50U, 10U}, {320U, 51U, 10U}, {320U, 50U, 9U}}) {
    r.imbalance.ratio = static_cast<std::uint16_t>(ratio), r.imbalance.min_quantity = minimum,
    r.imbalance.max_spread = spread;
    rules(r);
    EXPECT_FALSE(fires(to(kMarket))) << ratio << ' ' << minimum << ' ' << spread;
  }
}

TEST_F(DecideRules, ImbalanceSellsWhenTheOfferOutweighsTheBid) {
  RuleRecord r;
  r.imbalance = {true, 3, 500, 0, 320, 50, 10};
  rules(r);
  const Bbo heavy{kQuoted, 1000, 40, kQuoted, 1010, 50};
  expect(send(to(heavy)), 2, true, 1000, 40);
  r.imbalance.sides = 1;
  rules(r);
  EXPECT_FALSE(fires(to(heavy)));
  EXPECT_FALSE(fires(to({kQuoted, 1000, 40, kEmpty, 0, 0})));
}

TEST_F(DecideRules, ImbalanceDoesNotWrapOnTheLargestQuantities) {
  RuleRecord r;
  r.imbalance = {true, 3, 5, 0, 0xFFFF, 0, 10};
  rules(r);
  EXPECT_FALSE(fires(to({kQuoted, 1000, 0xFFFF'FFFF, kQuoted, 1010, 0xFFFF'FFFF})));
  r.imbalance.ratio = 256;
  rules(r);
  EXPECT_TRUE(fires(to({kQuoted, 1000, 0xFFFF'FFFF, kQuoted, 1010, 0xFFFF'FFFF})));
}

TEST_F(DecideRules, MomentumFollowsALargeTradeFromTheMinimumOnWithoutABookChange) {
  RuleRecord r;
  r.momentum = {true, 3, 12, 0, 100, true, false};
  rules(r);
  expect(send(traded(true, 100, false)), 3, false, 1010, 12);
  expect(send(traded(false, 100, false)), 3, true, 1000, 12);
  EXPECT_FALSE(fires(traded(true, 99, true)));
  EXPECT_FALSE(fires(move(kMarket, kMarket))) << "no trade";
}

TEST_F(DecideRules, MomentumFollowsATradeThroughItsLevel) {
  RuleRecord r;
  r.momentum = {true, 3, 12, 0, 100, false, true};
  rules(r);
  expect(send(traded(true, 1, true)), 3, false, 1010, 12);
  EXPECT_FALSE(fires(traded(true, 1000, false)));
  EXPECT_FALSE(fires(traded(true, 1, true, {kQuoted, 1000, 1, kEmpty, 0, 0}))) << "nothing offered";
  EXPECT_FALSE(fires(traded(false, 1, true, {kEmpty, 0, 0, kQuoted, 1010, 1}))) << "nothing bid";
  r.momentum.sides = 2;
  rules(r);
  EXPECT_FALSE(fires(traded(true, 1, true)));
  EXPECT_TRUE(fires(traded(false, 1, true)));
}

TEST_F(DecideRules, MomentumTakesTheDirectionOfAPrintFromTheBook) {
  RuleRecord r;
  r.momentum = {true, 3, 12, 0, 100, true, false};
  rules(r);
  expect(send(print(1010, 100)), 3, false, 1010, 12);
  expect(send(print(1000, 100)), 3, true, 1000, 12);
  EXPECT_FALSE(fires(print(1009, 100)));
  EXPECT_FALSE(fires(print(1001, 100)));
}

TEST_F(DecideRules, LeadLagBuysTheLaggerWhenTheLeadersBidRisesByTheThreshold) {
  RuleRecord r;
  r.lead_lag = {true, 3, 60, 0, 4, kG};
  rules(r);
  const Bbo lagger{kQuoted, 500, 11, kQuoted, 501, 22};
  send(move({}, lagger, kG));
  const auto bid = [](std::uint32_t p) { return Bbo{kQuoted, p, 1, kQuoted, 2000, 1}; };
  EXPECT_FALSE(fires(move(bid(1000), bid(1003))));
  const SeenIntent i = send(move(bid(1000), bid(1004)));
  expect(i, 4, false, 501, 22, kG);
  EXPECT_EQ(i.bbo, lagger);
  EXPECT_FALSE(fires(move({kEmpty, 0, 0, kQuoted, 2000, 1}, bid(1004)))) << "no bid before";
  r.lead_lag.sides = 2;
  rules(r);
  EXPECT_FALSE(fires(move(bid(1000), bid(1004))));
}

TEST_F(DecideRules, LeadLagSellsTheLaggerWhenTheLeadersOfferFallsByTheThreshold) {
  RuleRecord r;
  r.lead_lag = {true, 3, 60, 0, 4, kG};
  rules(r);
  send(move({}, {kQuoted, 500, 11, kEmpty, 0, 0}, kG));
  const auto ask = [](std::uint32_t p) { return Bbo{kQuoted, 100, 1, kQuoted, p, 1}; };
  EXPECT_FALSE(fires(move(ask(1000), ask(997))));
  expect(send(move(ask(1000), ask(996))), 4, true, 500, 11, kG);
  const auto bid = [](std::uint32_t p) { return Bbo{kQuoted, p, 1, kQuoted, 2000, 1}; };
  EXPECT_FALSE(fires(move(bid(1000), bid(1004)))) << "the lagger has no offer to buy";
}

TEST_F(DecideRules, LeadLagNeedsALaggerThatIsTrustedAndNotCrossed) {
  RuleRecord r;
  r.lead_lag = {true, 3, 60, 0, 4, kG};
  rules(r);
  const Bbo good{kQuoted, 500, 11, kQuoted, 501, 22};
  const Booked lead = move({kQuoted, 1000, 1, kEmpty, 0, 0}, {kQuoted, 1004, 1, kEmpty, 0, 0});
  const auto with = [&](const Bbo& lagger, bool sticky) {
    Booked b = move({}, lagger, kG);
    b.sticky_after = sticky;
    send(b);
    return fires(lead);
  };
  EXPECT_TRUE(with(good, false));
  EXPECT_FALSE(with(good, true));
  EXPECT_FALSE(with({kQuoted, 501, 11, kQuoted, 501, 22}, false));
  EXPECT_FALSE(with({kUnknown, 0, 0, kQuoted, 501, 22}, false));
  EXPECT_FALSE(with({kQuoted, 500, 11, kUnknown, 0, 0}, false));
  EXPECT_FALSE(with(good, true));
  command(7, kG);
  EXPECT_TRUE(fires(lead)) << "TRUST of the lagger";
  EXPECT_FALSE(with(good, true));
  command(7, kS);
  EXPECT_FALSE(fires(lead)) << "TRUST of another symbol";
  command(7, 256 + kG);
  EXPECT_FALSE(fires(lead)) << "TRUST of no symbol";
  command(7, 0xFFFF);
  EXPECT_TRUE(fires(lead)) << "TRUST of all";
}

TEST_F(DecideRules, LeadLagSeesItsOwnSymbolAsOfThisMessage) {
  RuleRecord r;
  r.lead_lag = {true, 3, 60, 0, 4, kS};
  rules(r);
  const Bbo after{kQuoted, 1004, 1, kQuoted, 1009, 8};
  expect(send(move({kQuoted, 1000, 1, kQuoted, 1010, 9}, after)), 4, false, 1009, 8, kS);
}

}  // namespace
}  // namespace twinpath::rtl
