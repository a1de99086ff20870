// The rules in decide_stage: every rule at its boundaries, what keeps it from being evaluated, cool-downs, banks and
// commands. Limits are as wide as they can be, so what a rule wants is what the event says, sent or rejected.
#include <array>

#include "testbench/rtl/risk/decide_cases.h"

namespace twinpath::rtl {
namespace {

constexpr std::uint8_t kS = 5;   // the symbol under test
constexpr std::uint8_t kG = 77;  // its lagging symbol
const Bbo kMarket{kQuoted, 1000, 50, kQuoted, 1010, 40};

struct Intent {
  bool intent = false, cancel = false, side = false, book_changed = false, trusted = false, bbo_trusted = false;
  unsigned rule = 0, symbol = 0;
  std::uint32_t price = 0, quantity = 0;
  Bbo bbo;
};

class DecideRules : public DecideCases {
 protected:
  DecideRules() {
    const LimitRecord wide{true, true, 0xFFFF'FFFF, ~std::uint64_t{0}, 0xFFFF'FFFF, 0, 0x7FFF'FFFF};
    for (unsigned bank = 0; bank < 2; ++bank) {
      for (const unsigned s : {kS, kG}) rules(RuleRecord{}, bank, s), driver_.load(cfg_limits(bank, s, wide));
      driver_.load(cfg_global(bank, {~std::uint64_t{0}, 4096, 0, 0, 0}));
    }
    driver_.load(cfg_control(true, true, true, true, 1));
  }

  void rules(const RuleRecord& r, unsigned bank = 0, unsigned symbol = kS) {
    driver_.load(cfg_rules(bank, symbol, r));
    if (symbol == kS && bank == 0) rules_ = r;
  }
  // An order of ours becomes the working order of the symbol.
  void work(bool sell, std::uint32_t price) {
    const RuleRecord now = rules_;
    rules(taker(sell));
    EXPECT_EQ(driver_.send(quote(sell, price, 1, kS)).orders.size(), 1U);
    rules(now);
  }

  Intent send(const Booked& b) {
    Intent i;
    for (const auto& seen : driver_.send(b).events) {
      const Event& e = seen.event;
      if (e.kind == 4) i.book_changed = true, i.trusted = (e.book_flags & 16) != 0;
      if (e.kind > 3) continue;
      i.intent = true;
      i.rule = e.rule, i.cancel = e.rule == 0, i.side = e.side != 0, i.symbol = e.symbol, i.price = e.price,
      i.quantity = e.quantity, i.bbo_trusted = (e.book_flags & 16) != 0;
      i.bbo = {static_cast<std::uint8_t>(e.book_flags & 3),      e.bid_price, e.bid_quantity,
               static_cast<std::uint8_t>(e.book_flags >> 2 & 3), e.ask_price, e.ask_quantity};
    }
    return i;
  }
  Booked move(const Bbo& before, const Bbo& after, std::uint8_t symbol = kS) const {
    return DecideCases::move(before, after, symbol);
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
  void command(std::uint8_t op, std::uint16_t symbol = 0) { EXPECT_FALSE(send(command_message(op, symbol)).intent); }
  void state(std::uint8_t reason) { EXPECT_FALSE(send(state_message(reason, 0, 0)).intent); }
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

  RuleRecord rules_;
};

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
  const Intent i = send(move(bid(1000), bid(1004)));
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
  Intent i = send(b);
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
