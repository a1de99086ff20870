// The rules that look beyond the book as it is, precedence of all rules, and cool-downs.
#include "testbench/strategy/rule_engine_fixture.h"

namespace twinpath::testing {
namespace {

// ---- rule 3: momentum
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
  change_.after = {at(100'000), at(100'300)};
  EXPECT_FALSE(fires());
  rule().lead_lag.sides = 2;
  EXPECT_TRUE(fires());
  change_.after.bid.price = Price{100'100};
  expect_enter(Rule::lead_lag, Side::sell, 50'000, 60, kLagger);
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
    return engine_.evaluate(7, Cycles{1000}, change_, working_,
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
}  // namespace twinpath::testing
