#include "host/strategy/rule_engine.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>

namespace twinpath {
namespace {

constexpr std::uint32_t kMost = 0xFFFFFFFF;

struct LaggerView {
  const Bbo& bbo;
  bool trusted;
};

SideQuote at(std::uint32_t price, std::uint32_t quantity = 100) {
  return {SideState::quoted, Price{price}, Quantity{quantity}};
}
SideQuote unknown() { return {SideState::unknown, {}, {}}; }

// Symbol 3 with every rule off; a message that has changed its book from nothing to 10.00 / 10.02.
class RuleEngineTest : public ::testing::Test {
 protected:
  static constexpr SymbolIndex kSymbol = 3;
  static constexpr SymbolIndex kLagger = 200;

  RuleEngineTest() {
    change_.effect = true;
    change_.after = {at(100'000, 300), at(100'200, 500)};
  }
  RuleRecord& rule() { return (*rules_)[kSymbol]; }
  Intent evaluate(std::uint64_t stamp = 0) {
    return engine_.evaluate(*rules_, kSymbol, Cycles{stamp}, change_, working_, [this](SymbolIndex g) {
      asked_ = g;
      return LaggerView{lagger_, lagger_trusted_};
    });
  }
  bool fires(std::uint64_t stamp = 0) { return evaluate(stamp).kind != IntentKind::none; }
  // Expects an enter intent of this rule.
  void expect_enter(Rule rule, Side side, std::uint32_t price, std::uint32_t quantity, SymbolIndex symbol = kSymbol) {
    const Intent i = evaluate();
    ASSERT_EQ(i.kind, IntentKind::enter);
    EXPECT_EQ(i.rule, rule);
    EXPECT_EQ(i.side, side);
    EXPECT_EQ(i.price, Price{price});
    EXPECT_EQ(i.quantity, Quantity{quantity});
    EXPECT_EQ(i.symbol, symbol);
  }
  void trade(bool execution, Side resting, std::uint32_t price, std::uint32_t shares, bool through = false) {
    change_.trade = {true, execution, resting, Price{price}, Quantity{shares}, through};
  }
  std::uint64_t fired(Rule r) const { return counters_[counter_after(Counter::rule_cancel, static_cast<unsigned>(r))]; }

  Counters counters_;
  RuleEngine engine_{counters_};
  std::unique_ptr<std::array<RuleRecord, kSymbols>> rules_ = std::make_unique<std::array<RuleRecord, kSymbols>>();
  BookChange change_;
  WorkingOrder working_;
  Bbo lagger_{at(50'000, 70), at(50'100, 80)};
  bool lagger_trusted_ = true;
  std::optional<SymbolIndex> asked_;
};

TEST_F(RuleEngineTest, DoesNothingWithEveryRuleOff) {
  trade(true, Side::sell, 100'200, 1000, true);
  working_ = {true, false, Side::buy, Price{1}, 9};
  EXPECT_FALSE(fires());
  EXPECT_FALSE(asked_.has_value());
  for (unsigned r = 0; r < RuleEngine::kRules; ++r) EXPECT_EQ(fired(static_cast<Rule>(r)), 0u);
}

// ---- rule 0: cancel
// ----------------------------------------------------------------------------------------------------
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
// ------------------------------------------------------------------------------------------------------
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
// -------------------------------------------------------------------------------------------------
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

// ---- rule 3: momentum
// --------------------------------------------------------------------------------------------------
class MomentumRule : public RuleEngineTest {
 protected:
  MomentumRule() {
    rule().momentum = {.enabled = true,
                       .sides = 3,
                       .quantity = 50,
                       .cooldown = 0,
                       .min_shares = 1000,
                       .large = true,
                       .through = false};
    trade(true, Side::sell, 100'200, 1000);
  }
};

TEST_F(MomentumRule, FollowsALargeExecution) {
  expect_enter(Rule::momentum, Side::buy, 100'200, 50);
  change_.trade.resting = Side::buy;
  expect_enter(Rule::momentum, Side::sell, 100'000, 50);
  change_.trade.shares = Quantity{999};
  EXPECT_FALSE(fires());
}

TEST_F(MomentumRule, FollowsATradeThroughOfAnySize) {
  change_.trade.shares = Quantity{1};
  change_.trade.through = true;
  EXPECT_FALSE(fires()) << "the through bit is off";
  rule().momentum.through = true;
  EXPECT_TRUE(fires());
  rule().momentum.large = false;
  EXPECT_TRUE(fires());
  change_.trade.through = false;
  change_.trade.shares = Quantity{kMost};
  EXPECT_FALSE(fires()) << "the large bit is off";
}

TEST_F(MomentumRule, DoesNotNeedAChangedBook) {
  change_.before = change_.after;
  EXPECT_TRUE(fires());
  change_.trade.valid = false;
  EXPECT_FALSE(fires());
}

TEST_F(MomentumRule, NeedsTheSideItTakesQuoted) {
  change_.after.ask = {};
  EXPECT_FALSE(fires());
  change_.trade.resting = Side::buy;
  EXPECT_TRUE(fires());
  change_.after = {{}, at(100'200)};
  EXPECT_FALSE(fires());
}

TEST_F(MomentumRule, KeepsToItsSides) {
  rule().momentum.sides = 2;
  EXPECT_FALSE(fires());
  change_.trade.resting = Side::buy;
  EXPECT_TRUE(fires());
  rule().momentum.sides = 1;
  EXPECT_FALSE(fires());
}

TEST_F(MomentumRule, FindsTheDirectionOfAHiddenTradeFromTheBook) {
  trade(false, Side::buy, 100'200, 1000);
  EXPECT_EQ(evaluate().side, Side::buy) << "at the offer";
  trade(false, Side::buy, 100'000, 1000);
  EXPECT_EQ(evaluate().side, Side::sell) << "at the bid";
  for (const std::uint32_t inside : {100'001u, 100'100u, 100'199u}) {
    trade(false, Side::buy, inside, 1000);
    EXPECT_FALSE(fires()) << inside;
  }
  trade(false, Side::buy, 100'100, 1000);
  change_.after.ask = {};
  EXPECT_FALSE(fires()) << "above the bid, and no offer to compare with";
  change_.after = {{}, {}};
  EXPECT_FALSE(fires());
}

TEST_F(MomentumRule, TriesUpBeforeDownForAHiddenTrade) {
  change_.after = {at(100'200), at(100'200)};
  trade(false, Side::buy, 100'200, 1000);
  EXPECT_EQ(evaluate().side, Side::buy);
  rule().momentum.sides = 2;
  EXPECT_FALSE(fires()) << "the direction is up even when buys are not allowed";
}

// ---- rule 4: lead-lag
// --------------------------------------------------------------------------------------------------
class LeadLagRule : public RuleEngineTest {
 protected:
  LeadLagRule() {
    rule().lead_lag = {.enabled = true, .sides = 3, .quantity = 60, .cooldown = 0, .threshold = 100, .lagger = kLagger};
    change_.before = {at(100'000), at(100'400)};
    change_.after = {at(100'100), at(100'400)};
  }
};

TEST_F(LeadLagRule, BuysTheLaggerWhenTheLeadersBidRises) {
  expect_enter(Rule::lead_lag, Side::buy, 50'100, 60, kLagger);
  EXPECT_EQ(asked_, kLagger);
  change_.after.bid.price = Price{100'099};
  EXPECT_FALSE(fires());
}

TEST_F(LeadLagRule, SellsTheLaggerWhenTheLeadersOfferFalls) {
  change_.after = {at(100'000), at(100'300)};
  expect_enter(Rule::lead_lag, Side::sell, 50'000, 60, kLagger);
  change_.after.ask.price = Price{100'301};
  EXPECT_FALSE(fires());
}

TEST_F(LeadLagRule, TakesAtMostWhatTheLaggerShows) {
  rule().lead_lag.quantity = 1000;
  expect_enter(Rule::lead_lag, Side::buy, 50'100, 80, kLagger);
}

TEST_F(LeadLagRule, NeedsTheLeadersSideQuotedBeforeAndAfter) {
  change_.before.bid = {};
  EXPECT_FALSE(fires()) << "a first bid is no rise";
  change_.before.bid = unknown();
  EXPECT_FALSE(fires());
  change_ = {};
  change_.before = {at(100'000), at(100'400)};
  change_.after = {at(100'000), {}};
  EXPECT_FALSE(fires()) << "a vanished offer is no fall to 0";
}

TEST_F(LeadLagRule, NeedsATrustedLaggerThatIsNotCrossed) {
  lagger_trusted_ = false;
  EXPECT_FALSE(fires());
  lagger_trusted_ = true;
  lagger_ = {at(50'100), at(50'100)};
  EXPECT_FALSE(fires()) << "locked";
  lagger_ = {at(50'200), at(50'100)};
  EXPECT_FALSE(fires()) << "crossed";
  lagger_ = {{}, at(50'100)};
  EXPECT_TRUE(fires()) << "one side is enough";
  lagger_ = {at(50'100), {}};
  EXPECT_FALSE(fires()) << "nothing to buy";
}

TEST_F(LeadLagRule, KeepsToTheSidesInTheLagger) {
  rule().lead_lag.sides = 2;
  EXPECT_FALSE(fires());
  rule().lead_lag.sides = 1;
  EXPECT_TRUE(fires());
}

TEST_F(LeadLagRule, DoesNotWrap) {
  rule().lead_lag.threshold = kMost;
  EXPECT_FALSE(fires());
  change_.after = {at(100'000), at(100'300)};
  EXPECT_FALSE(fires());
}

TEST_F(LeadLagRule, TriesTheBuyBeforeTheSell) {
  change_.after = {at(100'100), at(100'300)};
  EXPECT_EQ(evaluate().side, Side::buy);
}

// ---- precedence and cool-down
// ------------------------------------------------------------------------------------------
class RulesTogether : public RuleEngineTest {
 protected:
  // All five fire on this message.
  RulesTogether() {
    change_.before = {at(99'000, 1), at(100'400, 1)};
    change_.after = {at(100'000, 5000), at(100'200, 100)};
    trade(true, Side::sell, 100'200, 1000, true);
    working_ = {true, false, Side::buy, Price{1}, 42};
    rule().cancel = {.enabled = true, .cooldown = 100, .distance = 0};
    rule().take = {.enabled = true, .sides = 3, .quantity = 1, .cooldown = 200, .fair = 200'000, .edge = 0};
    rule().imbalance = {.enabled = true,
                        .sides = 3,
                        .quantity = 2,
                        .cooldown = 300,
                        .ratio = 256,
                        .min_quantity = 1,
                        .max_spread = 1000};
    rule().momentum = {
        .enabled = true, .sides = 3, .quantity = 3, .cooldown = 400, .min_shares = 1, .large = true, .through = true};
    rule().lead_lag = {.enabled = true, .sides = 3, .quantity = 4, .cooldown = 500, .threshold = 1, .lagger = kLagger};
  }
};

TEST_F(RulesTogether, FireOneAMessageInTheirOrder) {
  for (unsigned r = 0; r < RuleEngine::kRules; ++r) {
    const Intent i = evaluate(1000);
    ASSERT_NE(i.kind, IntentKind::none) << r;
    EXPECT_EQ(static_cast<unsigned>(i.rule), r) << "the rules before it are cooling down";
  }
  EXPECT_FALSE(fires(1000));
  for (unsigned r = 0; r < RuleEngine::kRules; ++r) EXPECT_EQ(fired(static_cast<Rule>(r)), 1u);
}

TEST_F(RulesTogether, FireAgainExactlyWhenTheirCoolDownHasPassed) {
  for (unsigned r = 0; r < RuleEngine::kRules; ++r) evaluate(1000);
  for (unsigned r = 0; r < RuleEngine::kRules; ++r) {
    const std::uint64_t next = 1000 + 100 * (r + 1);
    EXPECT_FALSE(fires(next - 1)) << r;
    const Intent i = evaluate(next);
    EXPECT_EQ(static_cast<unsigned>(i.rule), r);
    EXPECT_NE(i.kind, IntentKind::none) << r;
    // Out of the way for the rules behind it.
    if (r == 0) rule().cancel.enabled = false;
    if (r == 1) rule().take.enabled = false;
    if (r == 2) rule().imbalance.enabled = false;
    if (r == 3) rule().momentum.enabled = false;
  }
}

TEST_F(RulesTogether, DoNotCoolDownByBeingTriedInVain) {
  rule().cancel.enabled = rule().imbalance.enabled = rule().momentum.enabled = rule().lead_lag.enabled = false;
  rule().take.fair = 0;
  rule().take.edge = 1'000'000;
  EXPECT_FALSE(fires(1000));
  rule().take.fair = 200'000;
  rule().take.edge = 0;
  EXPECT_TRUE(fires(1000));
}

TEST_F(RulesTogether, CoolDownASymbolAtATime) {
  (*rules_)[7] = rule();
  const auto other = [this] {
    return engine_.evaluate(*rules_, 7, Cycles{1000}, change_, working_,
                            [this](SymbolIndex) { return LaggerView{lagger_, true}; });
  };
  EXPECT_EQ(evaluate(1000).rule, Rule::cancel);
  EXPECT_EQ(evaluate(1000).rule, Rule::take);
  const Intent i = other();
  EXPECT_EQ(i.rule, Rule::cancel);
  EXPECT_EQ(i.symbol, 7u);
}

TEST_F(RulesTogether, NameTheRuleThatFiredNotTheLaggerItLookedAt) {
  lagger_trusted_ = false;
  rule().cancel.enabled = rule().take.enabled = rule().imbalance.enabled = rule().momentum.enabled = false;
  EXPECT_EQ(evaluate().kind, IntentKind::none);
}

}  // namespace
}  // namespace twinpath
