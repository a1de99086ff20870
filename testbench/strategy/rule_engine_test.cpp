#include "testbench/strategy/rule_engine_fixture.h"

namespace twinpath::testing {
namespace {

TEST_F(RuleEngineTest, DoesNothingWithEveryRuleOff) {
  trade(true, Side::sell, 100'200, 1000, true);
  working_ = {true, false, Side::buy, Price{1}, 9};
  EXPECT_FALSE(fires());
  EXPECT_FALSE(asked_.has_value());
  for (unsigned r = 0; r < RuleEngine::kRules; ++r) EXPECT_EQ(fired(static_cast<Rule>(r)), 0u);
}

// ---- rule 0: cancel
class CancelRule : public RuleEngineTest {
 protected:
  CancelRule() {
    rule().cancel = {.enabled = true, .cooldown = 0, .distance = 300};
    working_ = {true, false, Side::buy, Price{99'899}, 42};  // the offer 100'200 is 301 away
  }
};

TEST_F(CancelRule, CancelsABuyWhenTheOfferIsFurtherThanTheDistance) {
  const Intent i = evaluate();
  EXPECT_EQ(i.kind, IntentKind::cancel);
  EXPECT_EQ(i.rule, Rule::cancel);
  EXPECT_EQ(i.side, Side::buy);
  EXPECT_EQ(i.symbol, kSymbol);
  EXPECT_EQ(i.price, Price{99'899});
  EXPECT_EQ(i.quantity, Quantity{0});
  EXPECT_EQ(fired(Rule::cancel), 1u);
  working_.price = Price{99'900};
  EXPECT_FALSE(fires()) << "exactly the distance";
}

TEST_F(CancelRule, CancelsASellWhenTheBidIsFurtherThanTheDistance) {
  working_.side = Side::sell;
  working_.price = Price{100'301};
  EXPECT_TRUE(fires());
  working_.price = Price{100'300};
  EXPECT_FALSE(fires());
}

TEST_F(CancelRule, NeedsTheOppositeSideQuoted) {
  change_.after.ask = {};
  EXPECT_FALSE(fires());
  working_.side = Side::sell;
  working_.price = Price{kMost};
  change_.after = {{}, at(100'200)};
  EXPECT_FALSE(fires());
}

TEST_F(CancelRule, NeedsAnOpenOrderWhoseCancelWasNotSentAndAChange) {
  working_.cancel_sent = true;
  EXPECT_FALSE(fires());
  working_.cancel_sent = false;
  working_.open = false;
  EXPECT_FALSE(fires());
  working_.open = true;
  change_.before = change_.after;
  EXPECT_FALSE(fires());
  change_.before.bid.quantity = Quantity{1};
  EXPECT_TRUE(fires()) << "a change of any field of either side is a change";
}

TEST_F(CancelRule, DoesNotWrapAtTheLargestPrices) {
  rule().cancel.distance = kMost;
  working_.price = Price{1};
  EXPECT_FALSE(fires());
  working_.side = Side::sell;
  EXPECT_FALSE(fires());
}

// ---- rule 1: take
class TakeRule : public RuleEngineTest {
 protected:
  TakeRule() {
    rule().take = {.enabled = true, .sides = 3, .quantity = 200, .cooldown = 0, .fair = 100'250, .edge = 50};
  }
};

TEST_F(TakeRule, BuysWhenTheOfferPlusTheEdgeIsAtMostFair) {
  expect_enter(Rule::take, Side::buy, 100'200, 200);
  rule().take.edge = 51;
  EXPECT_FALSE(fires());
}

TEST_F(TakeRule, SellsWhenTheBidIsAtLeastFairPlusTheEdge) {
  rule().take.fair = 99'950;
  expect_enter(Rule::take, Side::sell, 100'000, 200);
  rule().take.fair = 99'951;
  EXPECT_FALSE(fires());
}

TEST_F(TakeRule, TakesAtMostWhatIsThere) {
  rule().take.quantity = 501;
  expect_enter(Rule::take, Side::buy, 100'200, 500);
  rule().take.fair = 1;
  expect_enter(Rule::take, Side::sell, 100'000, 300);
}

TEST_F(TakeRule, KeepsToItsSides) {
  rule().take.sides = 2;
  EXPECT_FALSE(fires());
  rule().take.fair = 1;
  EXPECT_TRUE(fires());
  rule().take.sides = 1;
  EXPECT_FALSE(fires());
  rule().take.sides = 0;
  rule().take.fair = 100'250;
  EXPECT_FALSE(fires());
}

TEST_F(TakeRule, NeedsTheSideItTakesQuotedAndNoOther) {
  change_.after.bid = {};
  EXPECT_TRUE(fires());
  change_.after = {at(100'000), {}};
  EXPECT_FALSE(fires()) << "an offer of price 0 that is not there is no bargain";
  rule().take.fair = 99'000;
  EXPECT_TRUE(fires());
  change_.after = {{}, at(100'200)};
  rule().take = {.enabled = true, .sides = 3, .quantity = 1, .cooldown = 0, .fair = 0, .edge = 0};
  EXPECT_FALSE(fires()) << "a bid of price 0 that is not there is no bargain";
}

TEST_F(TakeRule, TriesTheBuyBeforeTheSell) {
  // Both hold only in a crossed book, which the caller keeps away; the order still is defined.
  change_.after = {at(100'300), at(100'200)};
  rule().take = {.enabled = true, .sides = 3, .quantity = 1, .cooldown = 0, .fair = 100'250, .edge = 0};
  EXPECT_EQ(evaluate().side, Side::buy);
}

TEST_F(TakeRule, NeedsAChange) {
  change_.before = change_.after;
  EXPECT_FALSE(fires());
}

TEST_F(TakeRule, DoesNotWrapAtTheLargestPrices) {
  rule().take.edge = kMost;
  rule().take.fair = 100;
  EXPECT_FALSE(fires());
  rule().take.fair = kMost;
  EXPECT_FALSE(fires());
}

// ---- rule 2: imbalance
class ImbalanceRule : public RuleEngineTest {
 protected:
  ImbalanceRule() {
    rule().imbalance = {.enabled = true,
                        .sides = 3,
                        .quantity = 50,
                        .cooldown = 0,
                        .ratio = 512,
                        .min_quantity = 600,
                        .max_spread = 200};
    change_.after = {at(100'000, 600), at(100'200, 300)};  // twice as much bid as offered
  }
};

TEST_F(ImbalanceRule, BuysAtTheRatioAndNotBelow) {
  expect_enter(Rule::imbalance, Side::buy, 100'200, 50);
  change_.after.ask.quantity = Quantity{301};
  EXPECT_FALSE(fires());
  rule().imbalance.ratio = 510;
  EXPECT_TRUE(fires()) << "600 * 256 >= 510 * 301";
  rule().imbalance.ratio = 511;
  EXPECT_FALSE(fires());
}

TEST_F(ImbalanceRule, SellsAtTheRatioAndNotBelow) {
  change_.after = {at(100'000, 300), at(100'200, 600)};
  expect_enter(Rule::imbalance, Side::sell, 100'000, 50);
  change_.after.ask.quantity = Quantity{599};
  EXPECT_FALSE(fires());
}

TEST_F(ImbalanceRule, NeedsTheMinimumOnTheHeavySide) {
  rule().imbalance.min_quantity = 601;
  EXPECT_FALSE(fires());
  change_.after.bid.quantity = Quantity{601};
  EXPECT_TRUE(fires());
}

TEST_F(ImbalanceRule, NeedsASpreadOfAtMostTheLargest) {
  rule().imbalance.max_spread = 199;
  EXPECT_FALSE(fires());
}

TEST_F(ImbalanceRule, NeedsBothSides) {
  change_.after.ask = {};
  EXPECT_FALSE(fires());
  change_.after = {{}, at(100'200, 5000)};
  EXPECT_FALSE(fires());
}

TEST_F(ImbalanceRule, KeepsToItsSidesAndTriesTheBuyFirst) {
  rule().imbalance.ratio = 0;
  rule().imbalance.min_quantity = 0;
  EXPECT_EQ(evaluate().side, Side::buy);
  rule().imbalance.sides = 2;
  EXPECT_EQ(evaluate().side, Side::sell);
  rule().imbalance.sides = 0;
  EXPECT_FALSE(fires());
}

TEST_F(ImbalanceRule, ComparesTheLargestQuantitiesExactly) {
  change_.after = {at(100'000, kMost), at(100'200, kMost)};
  rule().imbalance.sides = 1;
  rule().imbalance.ratio = 256;
  EXPECT_TRUE(fires());
  rule().imbalance.ratio = 257;
  EXPECT_FALSE(fires());
  rule().imbalance.ratio = 65535;
  change_.after.ask.quantity = Quantity{kMost / 255};
  EXPECT_FALSE(fires());
}

}  // namespace
}  // namespace twinpath::testing
