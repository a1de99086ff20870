// Strategy alone: every rule at its boundaries, what keeps it from being evaluated, cool-downs, banks and commands.
// The test plays risk: it answers the working-order reads and takes the intents.
#include "Vstrategy_stage.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "host/core/counters.h"
#include "testbench/rtl/risk/decide_records.h"

namespace twinpath::rtl {
namespace {

constexpr std::uint8_t kS = 5;   // the symbol under test
constexpr std::uint8_t kG = 77;  // its lagging symbol
const Bbo kMarket{kQuoted, 1000, 50, kQuoted, 1010, 40};

class StrategyStage : public testing::Test {
 protected:
  StrategyStage() {
    reset(*dut_);
    for (int i = 0; i < 300 && !dut_->ready_o; ++i) settle(*dut_), rise(*dut_);
    EXPECT_TRUE(dut_->ready_o);
    for (unsigned bank = 0; bank < 2; ++bank) {
      for (const unsigned s : {kS, kG}) rules(RuleRecord{}, bank, s);
    }
    configure(*dut_, cfg_control(true, true, true, true, 1));
  }

  void rules(const RuleRecord& r, unsigned bank = 0, unsigned symbol = kS) {
    configure(*dut_, cfg_rules(bank, symbol, r));
  }

  // Sends one message through an idle stage.
  Intent send(const Booked& b) {
    to_port(b, dut_->booked_i);
    dut_->booked_valid_i = 1;
    dut_->intent_ready_i = 0;
    for (int i = 0; i < 20; ++i) {
      settle(*dut_);
      const bool taken = dut_->booked_valid_i && dut_->booked_ready_o;
      if (dut_->intent_valid_o) {
        const Intent intent = from_port<Intent>(dut_->intent_o);
        dut_->intent_ready_i = 1;
        tick();
        dut_->intent_ready_i = 0;
        return intent;
      }
      tick();
      if (taken) dut_->booked_valid_i = 0;
    }
    ADD_FAILURE() << "nothing came out";
    return {};
  }
  void tick() {
    settle(*dut_);
    const bool read = dut_->working_re_o;
    const unsigned symbol = dut_->working_symbol_o;
    for (unsigned n = 0; n < kCounterCount; ++n) counts_[n] += dut_->cnt_o.at(n / 32) >> n % 32 & 1;
    rise(*dut_);
    if (read) to_port(symbol == kS ? working_ : Working{}, dut_->working_i);
  }

  // A message that moves the book of `symbol` from `before` to `after`.
  Booked move(const Bbo& before, const Bbo& after, std::uint8_t symbol = kS) {
    Booked b;
    b.msg.op = kAdd;
    b.msg.symbol = symbol;
    b.msg.stamp = stamp_;
    b.effect = true;
    b.before = before, b.after = after;
    return b;
  }
  Booked to(const Bbo& after) { return move(Bbo{}, after); }
  Booked traded(bool resting_sell, std::uint32_t shares, bool through, const Bbo& market = kMarket) {
    Booked b = move(market, market);
    b.msg.op = kExecute;
    b.trade = true, b.trade_side = resting_sell, b.trade_price = 1, b.trade_quantity = shares,
    b.trade_through = through;
    return b;
  }
  Booked print(std::uint32_t price, std::uint32_t shares, const Bbo& market = kMarket) {
    Booked b = traded(false, shares, false, market);
    b.msg.op = kTrade;
    b.trade_price = price;
    return b;
  }
  void command(std::uint8_t op, std::uint16_t symbol = 0) {
    Booked b;
    b.msg.op = kCommand;
    b.msg.command.op = op, b.msg.command.symbol = symbol;
    EXPECT_FALSE(send(b).intent);
  }
  void state(std::uint8_t reason) {
    Booked b;
    b.msg.op = kState;
    b.msg.reason = reason;
    EXPECT_FALSE(send(b).intent);
  }
  std::uint64_t counter(Counter c) const { return counts_[static_cast<std::size_t>(c)]; }
  bool fires(const Booked& b) { return send(b).intent; }
  void expect(const Intent& i, unsigned rule, bool sell, std::uint32_t price, std::uint32_t quantity,
              std::uint8_t symbol = kS) {
    EXPECT_TRUE(i.intent);
    EXPECT_EQ(i.rule, rule);
    EXPECT_EQ(i.side, sell);
    EXPECT_EQ(i.price, price);
    EXPECT_EQ(i.quantity, quantity);
    EXPECT_EQ(i.symbol, symbol);
    EXPECT_EQ(i.cancel, rule == 0);
    EXPECT_TRUE(i.bbo_trusted);
  }

  static RuleRecord take(std::uint32_t fair, std::uint32_t edge, std::uint8_t sides = 3) {
    RuleRecord r;
    r.take = {true, sides, 30, 0, fair, edge};
    return r;
  }

  std::unique_ptr<Vstrategy_stage> dut_ = std::make_unique<Vstrategy_stage>();
  Working working_;
  std::uint64_t stamp_ = 1'000'000;
  CounterValues counts_{};
};

TEST_F(StrategyStage, TakesAnOfferThatIsExactlyTheEdgeBelowFairValue) {
  rules(take(1015, 5));
  expect(send(to(kMarket)), 1, false, 1010, 30);
  rules(take(1014, 5));
  EXPECT_FALSE(fires(to(kMarket)));
}

TEST_F(StrategyStage, HitsABidThatIsExactlyTheEdgeAboveFairValue) {
  rules(take(995, 5));
  expect(send(to(kMarket)), 1, true, 1000, 30);
  rules(take(996, 5));
  EXPECT_FALSE(fires(to(kMarket)));
}

TEST_F(StrategyStage, TakesNoMoreThanIsThere) {
  rules(take(1015, 5));
  Bbo thin = kMarket;
  thin.ask_quantity = 29;
  expect(send(to(thin)), 1, false, 1010, 29);
}

TEST_F(StrategyStage, TriesTheBuyFirstWhenBothSidesWouldTake) {
  RuleRecord r = take(1005, 0);
  rules(r);
  Bbo market{kQuoted, 1005, 9, kQuoted, 1006, 9};
  expect(send(to(market)), 1, true, 1005, 9);
  market.ask_price = 1005, market.bid_price = 1004;
  expect(send(to(market)), 1, false, 1005, 9);
}

TEST_F(StrategyStage, HonoursTheSidesOfARule) {
  rules(take(1015, 5, 2));
  EXPECT_FALSE(fires(to(kMarket)));
  rules(take(995, 5, 1));
  EXPECT_FALSE(fires(to(kMarket)));
}

TEST_F(StrategyStage, DoesNotWrapWhenTheEdgeExceedsThePriceRange) {
  rules(take(2, 3));
  EXPECT_FALSE(fires(to({kEmpty, 0, 0, kQuoted, 0xFFFF'FFFF, 9})));
  rules(take(0xFFFF'FFFF, 2));
  EXPECT_FALSE(fires(to({kQuoted, 1, 9, kEmpty, 0, 0})));
}

TEST_F(StrategyStage, DoesNotTakeWithoutAChangeOfTheBook) {
  rules(take(1015, 5));
  EXPECT_FALSE(fires(move(kMarket, kMarket)));
}

TEST_F(StrategyStage, CancelsABuyOnlyWhenTheOfferIsFurtherAwayThanTheDistance) {
  RuleRecord r;
  r.cancel = {true, 0, 7};
  rules(r);
  working_ = {true, false, false, 1003, 42};
  EXPECT_FALSE(fires(to(kMarket)));  // 1010 = 1003 + 7
  working_.price = 1002;
  expect(send(to(kMarket)), 0, false, 1002, 0);
  EXPECT_FALSE(fires(to({kQuoted, 1000, 1, kEmpty, 0, 0})));
}

TEST_F(StrategyStage, CancelsASellOnlyWhenTheBidIsFurtherAwayThanTheDistance) {
  RuleRecord r;
  r.cancel = {true, 0, 7};
  rules(r);
  working_ = {true, false, true, 1007, 42};
  EXPECT_FALSE(fires(to(kMarket)));  // 1000 + 7 = 1007
  working_.price = 1008;
  expect(send(to(kMarket)), 0, true, 1008, 0);
  EXPECT_FALSE(fires(move(kMarket, kMarket))) << "unchanged";
  working_.cancel_sent = true;
  EXPECT_FALSE(fires(to(kMarket)));
  working_.cancel_sent = false, working_.open = false;
  EXPECT_FALSE(fires(to(kMarket)));
}

TEST_F(StrategyStage, ImbalanceFiresAtExactlyTheRatioTheMinimumAndTheSpread) {
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

TEST_F(StrategyStage, ImbalanceSellsWhenTheOfferOutweighsTheBid) {
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

TEST_F(StrategyStage, ImbalanceDoesNotWrapOnTheLargestQuantities) {
  RuleRecord r;
  r.imbalance = {true, 3, 5, 0, 0xFFFF, 0, 10};
  rules(r);
  EXPECT_FALSE(fires(to({kQuoted, 1000, 0xFFFF'FFFF, kQuoted, 1010, 0xFFFF'FFFF})));
  r.imbalance.ratio = 256;
  rules(r);
  EXPECT_TRUE(fires(to({kQuoted, 1000, 0xFFFF'FFFF, kQuoted, 1010, 0xFFFF'FFFF})));
}

TEST_F(StrategyStage, MomentumFollowsALargeTradeFromTheMinimumOnWithoutABookChange) {
  RuleRecord r;
  r.momentum = {true, 3, 12, 0, 100, true, false};
  rules(r);
  expect(send(traded(true, 100, false)), 3, false, 1010, 12);
  expect(send(traded(false, 100, false)), 3, true, 1000, 12);
  EXPECT_FALSE(fires(traded(true, 99, true)));
  EXPECT_FALSE(fires(move(kMarket, kMarket))) << "no trade";
}

TEST_F(StrategyStage, MomentumFollowsATradeThroughItsLevel) {
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

TEST_F(StrategyStage, MomentumTakesTheDirectionOfAPrintFromTheBook) {
  RuleRecord r;
  r.momentum = {true, 3, 12, 0, 100, true, false};
  rules(r);
  expect(send(print(1010, 100)), 3, false, 1010, 12);
  expect(send(print(1000, 100)), 3, true, 1000, 12);
  EXPECT_FALSE(fires(print(1009, 100)));
  EXPECT_FALSE(fires(print(1001, 100)));
}

TEST_F(StrategyStage, LeadLagBuysTheLaggerWhenTheLeadersBidRisesByTheThreshold) {
  RuleRecord r;
  r.lead_lag = {true, 3, 60, 0, 4, kG};
  rules(r);
  const Bbo lagger{kQuoted, 500, 11, kQuoted, 501, 22};
  send(move({}, lagger, kG));
  const auto bid = [](std::uint32_t p) { return Bbo{kQuoted, p, 1, kQuoted, 2000, 1}; };
  EXPECT_FALSE(fires(move(bid(1000), bid(1003))));
  const Intent i = send(move(bid(1000), bid(1004)));
  expect(i, 4, false, 501, 22, kG);
  EXPECT_EQ(i.bbo, lagger);
  EXPECT_FALSE(fires(move({kEmpty, 0, 0, kQuoted, 2000, 1}, bid(1004)))) << "no bid before";
  r.lead_lag.sides = 2;
  rules(r);
  EXPECT_FALSE(fires(move(bid(1000), bid(1004))));
}

TEST_F(StrategyStage, LeadLagSellsTheLaggerWhenTheLeadersOfferFallsByTheThreshold) {
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

TEST_F(StrategyStage, LeadLagNeedsALaggerThatIsTrustedAndNotCrossed) {
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

TEST_F(StrategyStage, LeadLagSeesItsOwnSymbolAsOfThisMessage) {
  RuleRecord r;
  r.lead_lag = {true, 3, 60, 0, 4, kS};
  rules(r);
  const Bbo after{kQuoted, 1004, 1, kQuoted, 1009, 8};
  expect(send(move({kQuoted, 1000, 1, kQuoted, 1010, 9}, after)), 4, false, 1009, 8, kS);
}

TEST_F(StrategyStage, TheLowestRuleThatFiresWins) {
  RuleRecord r = take(1015, 5);
  r.cancel = {true, 0, 0};
  r.imbalance = {true, 3, 5, 0, 1, 0, 100};
  r.momentum = {true, 3, 12, 0, 1, true, false};
  r.lead_lag = {true, 3, 60, 0, 0, kS};
  working_ = {true, false, false, 1, 42};
  Booked b = traded(true, 5, false);
  b.before = {kQuoted, 999, 1, kQuoted, 1011, 1};
  for (unsigned rule = 0; rule < 5; ++rule) {
    rules(r);
    EXPECT_EQ(send(b).rule, rule);
    EXPECT_EQ(counter(counter_after(Counter::rule_cancel, rule)), 1U);
    (rule == 0   ? r.cancel.enabled
     : rule == 1 ? r.take.enabled
     : rule == 2 ? r.imbalance.enabled
                 : r.momentum.enabled) = false;
  }
}

TEST_F(StrategyStage, EvaluatesOnlyArmedTrustedUncrossedMessagesThatHadEffect) {
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

TEST_F(StrategyStage, AStaleFeedStopsEverySymbolUntilTheHostTrustsAll) {
  rules(take(2000, 0));
  for (const std::uint8_t reason : {7, 8}) {
    state(reason);
    const Intent i = send(to(kMarket));
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

TEST_F(StrategyStage, ARuleRestsForItsCooldownAndNotACycleLonger) {
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

TEST_F(StrategyStage, EachRuleRestsForItselfSoTheNextOneMayFire) {
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

TEST_F(StrategyStage, ACooldownDoesNotWrapAtTheEndOfTime) {
  RuleRecord r = take(2000, 0);
  r.take.cooldown = 0xFFFF'FFFF;
  rules(r);
  stamp_ = (std::uint64_t{1} << 48) - 2;
  EXPECT_TRUE(fires(to(kMarket)));
  ++stamp_;
  EXPECT_FALSE(fires(to(kMarket)));
}

TEST_F(StrategyStage, SwapExchangesTheRulesAndKeepsTheCooldowns) {
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

TEST_F(StrategyStage, TellsWhenTheBookOrItsTrustChanged) {
  EXPECT_TRUE(send(to(kMarket)).book_changed);
  EXPECT_FALSE(send(move(kMarket, kMarket)).book_changed);
  Booked b = move(kMarket, kMarket);
  b.effect = false;
  b.sticky_after = true;
  Intent i = send(b);
  EXPECT_TRUE(i.book_changed);
  EXPECT_FALSE(i.trusted);
  b.sticky_before = true;
  EXPECT_FALSE(send(b).book_changed);
  state(7);
  b.sticky_before = false;
  EXPECT_FALSE(send(b).book_changed) << "a stale feed is trusted neither before nor after";
}

TEST_F(StrategyStage, AMessageBehindAnIntentReadsTheWorkingOrderThatTheIntentLeft) {
  RuleRecord r = take(2000, 0);
  r.take.sides = 1;
  r.cancel = {true, 0, 0};
  rules(r);
  // Two messages back to back; risk takes the first intent late, and only then is there an order to cancel.
  to_port(to(kMarket), dut_->booked_i);
  dut_->booked_valid_i = 1;
  dut_->intent_ready_i = 0;
  unsigned taken = 0;
  for (int i = 0; i < 30; ++i) {
    settle(*dut_);
    if (dut_->booked_valid_i && dut_->booked_ready_o) ++taken;
    tick();
    if (taken == 2) dut_->booked_valid_i = 0;
  }
  ASSERT_EQ(taken, 2U);
  EXPECT_EQ(from_port<Intent>(dut_->intent_o).rule, 1);
  dut_->intent_ready_i = 1;
  working_ = {true, false, false, 900, 1};
  tick();
  dut_->intent_ready_i = 0;
  for (int i = 0; i < 10; ++i) tick();
  ASSERT_TRUE(dut_->intent_valid_o);
  EXPECT_EQ(from_port<Intent>(dut_->intent_o).rule, 0);
}

TEST_F(StrategyStage, TakesThreeCyclesFromMessageToIntent) {
  rules(take(2000, 0));
  to_port(to(kMarket), dut_->booked_i);
  dut_->booked_valid_i = 1;
  unsigned cycles = 0;
  for (; cycles < 20; ++cycles) {
    settle(*dut_);
    if (dut_->intent_valid_o) break;
    tick();
    dut_->booked_valid_i = 0;
  }
  EXPECT_EQ(cycles, 3U);
}

}  // namespace
}  // namespace twinpath::rtl
