// Which rule wins, what keeps rules from being evaluated, cool-downs, banks, and what messages close together see.
#include <vector>

#include "testbench/rtl/risk/rules_cases.h"

namespace twinpath::rtl {
namespace {

TEST_F(DecideRules, TheLowestRuleThatFiresWins) {
  RuleRecord r = take(1015, 5);
  r.cancel = {true, 0, 0};
  r.imbalance = {true, 3, 5, 0, 1, 0, 100};
  r.momentum = {true, 3, 12, 0, 1, true, false};
  r.lead_lag = {true, 3, 60, 0, 0, kS};
  work(false, 1);
  Booked b = traded(true, 5, false);
  b.before = {kQuoted, 999, 1, kQuoted, 1011, 1};
  for (unsigned rule = 0; rule < 5; ++rule) {
    rules(r);
    EXPECT_EQ(send(b).rule, rule);
    EXPECT_EQ(counter(counter_after(Counter::rule_cancel, rule)), rule == 1 ? 2U : 1U);
    (rule == 0   ? r.cancel.enabled
     : rule == 1 ? r.take.enabled
     : rule == 2 ? r.imbalance.enabled
                 : r.momentum.enabled) = false;
  }
}

TEST_F(DecideRules, EvaluatesOnlyArmedTrustedUncrossedMessagesThatHadEffect) {
  rules(take(2000, 0));
  ASSERT_TRUE(fires(to(kMarket)));
  Booked b = to(kMarket);
  b.effect = false;
  EXPECT_FALSE(fires(b));
  b = to(kMarket);
  b.sticky_after = true;
  EXPECT_FALSE(fires(b));
  EXPECT_FALSE(fires(to({kUnknown, 0, 0, kQuoted, 1010, 1})));
  EXPECT_FALSE(fires(to({kQuoted, 1010, 1, kQuoted, 1010, 1}))) << "locked counts as crossed";
  EXPECT_TRUE(fires(to({kQuoted, 1009, 1, kQuoted, 1010, 1})));
  command(10);
  EXPECT_FALSE(fires(to(kMarket)));
  command(9);
  EXPECT_TRUE(fires(to(kMarket)));
}

TEST_F(DecideRules, AStaleFeedStopsEverySymbolUntilTheHostTrustsAll) {
  rules(take(2000, 0));
  for (const std::uint8_t reason : {7, 8}) {
    state(reason);
    const SeenIntent i = send(to(kMarket));
    EXPECT_FALSE(i.intent);
    EXPECT_FALSE(i.trusted);
    command(7, kS);
    EXPECT_FALSE(fires(to(kMarket)));
    command(7, 0xFFFF);
    EXPECT_TRUE(fires(to(kMarket)));
  }
  for (const std::uint8_t reason : {1, 2, 3, 4, 5, 6}) state(reason);
  EXPECT_TRUE(fires(to(kMarket))) << "other states do not make the feed stale";
}

TEST_F(DecideRules, ARuleRestsForItsCooldownAndNotACycleLonger) {
  RuleRecord r = take(2000, 0);
  r.take.cooldown = 100;
  rules(r), rules(r, 0, kG);
  EXPECT_TRUE(fires(to(kMarket)));
  stamp_ += 99;
  EXPECT_FALSE(fires(to(kMarket)));
  EXPECT_TRUE(fires(move({}, kMarket, kG))) << "each symbol rests for itself";
  stamp_ += 1;
  EXPECT_TRUE(fires(to(kMarket)));
  EXPECT_FALSE(fires(to(kMarket)));
}

TEST_F(DecideRules, EachRuleRestsForItselfSoTheNextOneMayFire) {
  RuleRecord r = take(2000, 0);
  r.take.cooldown = 100;
  r.imbalance = {true, 3, 5, 7, 1, 0, 100};
  rules(r);
  EXPECT_EQ(send(to(kMarket)).rule, 1);
  EXPECT_EQ(send(to(kMarket)).rule, 2);
  EXPECT_FALSE(fires(to(kMarket)));
  stamp_ += 7;
  EXPECT_EQ(send(to(kMarket)).rule, 2);
  stamp_ += 93;
  EXPECT_EQ(send(to(kMarket)).rule, 1);
}

TEST_F(DecideRules, ACooldownDoesNotWrapAtTheEndOfTime) {
  RuleRecord r = take(2000, 0);
  r.take.cooldown = 0xFFFF'FFFF;
  rules(r);
  stamp_ = (std::uint64_t{1} << 48) - 2;
  EXPECT_TRUE(fires(to(kMarket)));
  ++stamp_;
  EXPECT_FALSE(fires(to(kMarket)));
}

TEST_F(DecideRules, SwapExchangesTheRulesAndKeepsTheCooldowns) {
  RuleRecord r = take(2000, 0);
  r.take.cooldown = 100;
  rules(r, 0);
  rules(take(0, 0, 1), 1);
  EXPECT_TRUE(fires(to(kMarket)));
  command(6);
  stamp_ += 100;
  EXPECT_FALSE(fires(to(kMarket))) << "the other bank takes nothing";
  command(6);
  EXPECT_TRUE(fires(to(kMarket)));
  command(6);
  rules(take(2000, 0), 1);
  stamp_ += 99;
  EXPECT_FALSE(fires(to(kMarket))) << "still resting";
}

TEST_F(DecideRules, TellsWhenTheBookOrItsTrustChanged) {
  EXPECT_TRUE(send(to(kMarket)).book_changed);
  EXPECT_FALSE(send(move(kMarket, kMarket)).book_changed);
  Booked b = move(kMarket, kMarket);
  b.effect = false;
  b.sticky_after = true;
  SeenIntent i = send(b);
  EXPECT_TRUE(i.book_changed);
  EXPECT_FALSE(i.trusted);
  b.sticky_before = true;
  EXPECT_FALSE(send(b).book_changed);
  state(7);
  b.sticky_before = false;
  EXPECT_FALSE(send(b).book_changed) << "a stale feed is trusted neither before nor after";
}

TEST_F(DecideRules, AMessageTwoCyclesBehindAnOrderSeesItAsTheWorkingOrder) {
  RuleRecord r = taker(false);
  r.cancel = {true, 0, 0};
  rules(r);
  driver_.put(quote(false, 900, 1, kS), 2);
  driver_.put(to(kMarket), 2);
  driver_.put(to(kMarket), 2);
  std::vector<unsigned> kinds;
  for (int i = 0; i < 20; ++i) {
    const auto c = driver_.tick();
    if (c.event && c.event->event.kind <= 3) kinds.push_back(c.event->event.kind);
  }
  EXPECT_EQ(kinds, (std::vector<unsigned>{1, 3, 1})) << "order, its cancel, and with that sent the next rule's order";
}

TEST_F(DecideRules, TheLaggerIsThatOfTheBankASwapTwoCyclesAheadMakesActive) {
  RuleRecord r;
  r.lead_lag = {true, 3, 60, 0, 4, kG};
  rules(r, 1);
  r.lead_lag.lagger = kS;
  rules(r, 0);
  send(move({}, {kQuoted, 500, 11, kQuoted, 501, 22}, kG));
  const Booked lead = move({kQuoted, 1000, 1, kQuoted, 2000, 1}, {kQuoted, 1004, 1, kQuoted, 2000, 1});
  std::vector<unsigned> symbols;
  for (int n = 0; n < 2; ++n) driver_.put(command_message(kCmdSwap), 2), driver_.put(lead, 2);
  for (int i = 0; i < 20; ++i) {
    const auto c = driver_.tick();
    if (c.event && c.event->event.kind <= 3) symbols.push_back(c.event->event.symbol);
  }
  EXPECT_EQ(symbols, (std::vector<unsigned>{kG, kS}));
}

}  // namespace
}  // namespace twinpath::rtl
