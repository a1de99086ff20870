// Every check at its boundary, against the state that orders, trades and state messages leave.
#include "testbench/rtl/risk/risk_cases.h"

namespace twinpath::rtl {
namespace {

TEST_F(DecideRisk, SendsAnOrderThatPassesEveryCheckAndNumbersIt) {
  const Out a = buy(1000, 10);
  ASSERT_TRUE(sent(a));
  EXPECT_EQ(*a.order, (Order{false, false, kG, 500, 10, 1000}));
  EXPECT_EQ(a.event.user_ref, 500U);
  const Out b = sell(1200, 20);
  ASSERT_TRUE(sent(b));
  EXPECT_EQ(*b.order, (Order{false, true, kG, 501, 20, 1200}));
  EXPECT_EQ(b.event.open_buy, 10U) << "the state before sending";
  EXPECT_EQ(b.event.open_sell, 0U);
  EXPECT_EQ(b.event.gross_lo, 10'000U);
  EXPECT_EQ(b.event.open_count, 1U);
  EXPECT_EQ(counter(Counter::orders), 2U);
  EXPECT_EQ(*cancel(true).order, (Order{true, true, kG, 501, 0, 1200})) << "the working order";
}

TEST_F(DecideRisk, KillStopsOrdersButNotCancels) {
  ASSERT_TRUE(sent(buy(1000, 10)));
  command(kCmdKill);
  EXPECT_TRUE(rejected(buy(1001, 10), {kKill}));
  const Out c = cancel(false);
  EXPECT_EQ(c.event.kind, 3);
  ASSERT_TRUE(c.order);
  EXPECT_TRUE(c.order->cancel);
  EXPECT_EQ(c.order->user_ref, 500U);
  EXPECT_TRUE(nothing_to_cancel(false)) << "once";
  command(kCmdRelease);
  EXPECT_TRUE(sent(buy(1001, 10)));
  EXPECT_EQ(cancel(false).event.kind, 3) << "a cancel belongs to its order";
  EXPECT_EQ(counter(Counter::cancels), 2U);
  EXPECT_EQ(counter(Counter::reject_kill), 1U);
}

TEST_F(DecideRisk, PermissionIsBySide) {
  limits_.permit_buy = false;
  load();
  EXPECT_TRUE(rejected(buy(1000, 10), {kPermission}));
  EXPECT_TRUE(sent(sell(1000, 10)));
  limits_.permit_buy = true, limits_.permit_sell = false;
  load();
  EXPECT_TRUE(sent(buy(999, 10)));
  EXPECT_TRUE(rejected(sell(1001, 10), {kPermission}));
}

TEST_F(DecideRisk, SessionNeedsAnOpenMarketUnlessAnyWillDo) {
  control(true, false, 500);
  EXPECT_TRUE(rejected(buy(1000, 1), {kSession}));
  state(1, 'S');
  EXPECT_TRUE(rejected(buy(1000, 1), {kSession}));
  state(1, 'Q');
  EXPECT_TRUE(sent(buy(1000, 1)));
  state(1, 'M');
  EXPECT_TRUE(rejected(buy(1001, 1), {kSession}));
  control(true, true, 600);
  EXPECT_TRUE(sent(buy(1001, 1)));
}

TEST_F(DecideRisk, TheCircuitBreakerHoldsUntilResumeAndTheEndOfTheFeedForGood) {
  state(5);
  EXPECT_TRUE(rejected(buy(1000, 1), {kSession}));
  command(kCmdResume);
  EXPECT_TRUE(sent(buy(1000, 1)));
  state(6);
  EXPECT_TRUE(rejected(buy(1001, 1), {kSession}));
  command(kCmdResume);
  EXPECT_TRUE(rejected(buy(1001, 1), {kSession}));
}

TEST_F(DecideRisk, HaltFollowsTradingStateAuctionAndOperationalHaltOfTheOrdersSymbol) {
  state(2, 'H', kOther);
  EXPECT_TRUE(sent(buy(1000, 1))) << "another symbol";
  state(2, 'H');
  EXPECT_TRUE(rejected(buy(1001, 1), {kHalt}));
  state(2, 'T');
  EXPECT_TRUE(sent(buy(1001, 1)));
  state(3);
  EXPECT_TRUE(rejected(buy(1002, 1), {kHalt}));
  state(2, 'T');
  EXPECT_TRUE(sent(buy(1002, 1))) << "H ends the auction";
  state(4, 'H');
  EXPECT_TRUE(rejected(buy(1003, 1), {kHalt}));
  state(2, 'T');
  EXPECT_TRUE(rejected(buy(1003, 1), {kHalt})) << "an operational halt ends by its own message";
  state(4, 'T');
  EXPECT_TRUE(sent(buy(1003, 1)));
}

TEST_F(DecideRisk, SymbolsStartHaltedWhenConfiguredSo) {
  control(false, true, 500);
  EXPECT_TRUE(rejected(buy(1000, 1), {kHalt}));
}

TEST_F(DecideRisk, QuantityIsFromOneToTheMaximum) {
  EXPECT_TRUE(rejected(buy(1000, 0), {kQuantity}));
  EXPECT_TRUE(sent(buy(1000, 1000)));
  EXPECT_TRUE(rejected(buy(1000, 1001), {kQuantity}));
}

TEST_F(DecideRisk, NotionalMayEqualItsMaximumInAll64Bits) {
  limits_.max_notional = 30'000;
  load();
  EXPECT_TRUE(sent(buy(1000, 30)));
  EXPECT_TRUE(rejected(buy(1001, 30), {kNotional}));
  limits_ = {true, true, 0xFFFF'FFFF, 0xFFFF'FFFE'0000'0001, 0xFFFF'FFFF, 0, 0x7FFF'FFFF};
  global_.max_gross = ~std::uint64_t{0};
  load();
  EXPECT_TRUE(rejected(buy(0xFFFF'FFFF, 0xFFFF'FFFF), {kPosition})) << "notional and gross just fit";
  limits_.max_notional -= 1;
  load();
  EXPECT_TRUE(rejected(buy(0xFFFF'FFFF, 0xFFFF'FFFF), {kNotional, kPosition}));
}

TEST_F(DecideRisk, TheCollarIsAroundTheReferencePriceThenTheLastTrade) {
  limits_.collar = 50;
  load();
  EXPECT_TRUE(sent(buy(1050, 1)));
  EXPECT_TRUE(rejected(buy(1051, 1), {kCollar}));
  EXPECT_TRUE(sent(buy(950, 1)));
  EXPECT_TRUE(rejected(buy(949, 1), {kCollar}));
  trade(3000, kOther);
  EXPECT_EQ(buy(1049, 1).event.collar_reference, 1000U);
  trade(2000);
  EXPECT_TRUE(rejected(buy(1949, 1), {kCollar}));
  const Out o = buy(1950, 1);
  EXPECT_TRUE(sent(o));
  EXPECT_EQ(o.event.collar_reference, 2000U);
}

TEST_F(DecideRisk, TheCollarDoesNotWrapAtEitherEndOfThePrices) {
  limits_ = {true, true, 1000, ~std::uint64_t{0}, 0xFFFF'FFFF, 0xFFFF'FFF0, 1000};
  global_.max_gross = ~std::uint64_t{0};
  load();
  EXPECT_TRUE(sent(buy(0xFFFF'FFFF, 1)));
  EXPECT_TRUE(sent(buy(0, 1)));
  limits_.collar = 0x10;
  load();
  EXPECT_TRUE(rejected(buy(5, 1), {kCollar}));
}

TEST_F(DecideRisk, PositionCountsOpenOrdersOfItsSide) {
  limits_.max_position = 100;
  load();
  EXPECT_TRUE(sent(buy(1000, 60)));
  EXPECT_TRUE(rejected(buy(1000, 41), {kPosition}));
  EXPECT_TRUE(sent(buy(1000, 40)));
  command(kCmdPosition, kG, 0, 0, static_cast<std::uint32_t>(-30));
  EXPECT_TRUE(sent(buy(1001, 30))) << "a short position leaves room to buy";
  EXPECT_TRUE(rejected(buy(1002, 1), {kPosition}));
  EXPECT_TRUE(rejected(sell(1200, 71), {kPosition}));
  EXPECT_TRUE(sent(sell(1200, 70)));
}

TEST_F(DecideRisk, GrossMayReachItsMaximum) {
  global_.max_gross = 25'000;
  load();
  EXPECT_TRUE(sent(buy(1000, 10)));
  EXPECT_TRUE(rejected(buy(1000, 16), {kGross}));
  EXPECT_TRUE(sent(buy(1000, 15)));
  EXPECT_TRUE(rejected(enter(false, 1, 1, kOther), {kCollar, kGross})) << "gross is over all symbols";
}

TEST_F(DecideRisk, OpenOrdersAreCountedOverAllSymbols) {
  global_.max_open_orders = 2;
  load();
  EXPECT_TRUE(sent(buy(1000, 1)));
  EXPECT_TRUE(sent(enter(false, 1000, 1, kOther)));
  EXPECT_TRUE(rejected(buy(999, 1), {kOpenOrders}));
  command(kCmdDone, 0, 500);
  EXPECT_TRUE(sent(buy(999, 1)));
}

TEST_F(DecideRisk, AnOrderThatIsStillOpen4096OrdersLaterBlocksItsSlot) {
  global_ = {~std::uint64_t{0}, 4096, 0, 0, 0};
  load();
  rules(taker(false));
  for (unsigned n = 0; n < 4096; ++n) ASSERT_TRUE(sent(judge(quote(false, 1000, 1, kG)))) << n;
  EXPECT_TRUE(rejected(buy(1000, 1), {kOpenOrders})) << "all slots";
  command(kCmdDone, 0, 501);
  const Out o = buy(1000, 1);
  EXPECT_TRUE(rejected(o, {kOpenOrders})) << "4,095 are open, but the next number's slot is in use";
  EXPECT_EQ(o.event.open_count, 4095U);
  command(kCmdDone, 0, 500);
  EXPECT_EQ(*buy(1000, 1).order, (Order{false, false, kG, 4596, 1, 1000}));
  EXPECT_EQ(command(kCmdDone, 0, 500).open_count, 0U) << "an old number is unknown";
  EXPECT_EQ(counter(Counter::unknown_order), 1U);
}

TEST_F(DecideRisk, RateAllowsTheBurstThenOneAnInterval) {
  global_.rate_interval = 100, global_.rate_tolerance = 100;  // burst of 2
  load();
  EXPECT_TRUE(sent(buy(1000, 1)));
  EXPECT_TRUE(sent(buy(1001, 1)));
  EXPECT_TRUE(rejected(buy(1002, 1), {kRate}));
  stamp_ += 99;
  EXPECT_TRUE(rejected(buy(1002, 1), {kRate}));
  stamp_ += 1;
  EXPECT_TRUE(sent(buy(1002, 1)));
  const Out c = cancel(false);
  EXPECT_TRUE(rejected(c, {kRate})) << "cancels too";
  EXPECT_EQ(c.event.user_ref, 502U);
  EXPECT_EQ(c.event.price, 1002U);
  stamp_ += 100;
  EXPECT_EQ(cancel(false).event.kind, 3);
  EXPECT_TRUE(rejected(buy(1003, 1), {kRate})) << "a cancel takes a step";
  global_.rate_interval = 0;
  load();
  EXPECT_TRUE(sent(buy(1003, 1))) << "interval 0: no limit";
}

TEST_F(DecideRisk, DuplicateIsTheSameOrderWithinTheWindow) {
  global_.duplicate_window = 50;
  load();
  EXPECT_TRUE(sent(buy(1000, 5)));
  stamp_ += 49;
  EXPECT_TRUE(rejected(buy(1000, 5), {kDuplicate}));
  EXPECT_TRUE(rejected(sell(1000, 5), {kSelfTrade})) << "another side is another order";
  EXPECT_TRUE(sent(enter(false, 1000, 5, kOther)));
  stamp_ += 1;
  EXPECT_TRUE(sent(buy(1000, 5)));
  EXPECT_TRUE(sent(buy(1000, 6)));
  EXPECT_TRUE(sent(buy(1000, 5))) << "only the last order counts";
  EXPECT_TRUE(sent(buy(1001, 5)));
}

TEST_F(DecideRisk, NoOrderMayTradeWithOurOwn) {
  EXPECT_TRUE(sent(buy(1000, 5)));
  EXPECT_TRUE(sent(buy(990, 5)));
  EXPECT_TRUE(rejected(sell(1000, 5), {kSelfTrade})) << "the more aggressive buy counts";
  EXPECT_TRUE(sent(sell(1001, 5)));
  EXPECT_TRUE(sent(sell(1010, 5)));
  EXPECT_TRUE(rejected(buy(1001, 1), {kSelfTrade}));
  EXPECT_TRUE(sent(buy(1000, 1)));
  for (const std::uint32_t ref : {500U, 501U, 504U}) command(kCmdDone, 0, ref);
  EXPECT_TRUE(sent(sell(980, 5))) << "no buy is open any more";
  for (const std::uint32_t ref : {502U, 503U, 505U}) command(kCmdDone, 0, ref);
  EXPECT_TRUE(sent(sell(1100, 5)));
  EXPECT_TRUE(sent(buy(1099, 5))) << "the own price starts afresh";
}

TEST_F(DecideRisk, AllChecksAreReportedAndTheLowestNamesTheRejection) {
  limits_ = {false, false, 5, 100, 10, 1000, 5};
  global_.max_gross = 100, global_.max_open_orders = 0;
  load();
  control(false, false, 500);
  command(kCmdKill);
  EXPECT_TRUE(rejected(buy(2000, 6), {kKill, kPermission, kSession, kHalt, kQuantity, kNotional, kCollar, kPosition,
                                      kGross, kOpenOrders}));
}

}  // namespace
}  // namespace twinpath::rtl
