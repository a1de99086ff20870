#include "testbench/risk/risk_fixture.h"

namespace twinpath::testing {
namespace {

constexpr std::uint32_t kMost32 = 0xFFFFFFFF;

TEST_F(RiskTest, PassesAnOrderWithinEveryLimit) {
  const RiskResult r = check(buy(100, 50'000));
  EXPECT_EQ(r.reason, Reason::none);
  EXPECT_EQ(r.check_mask, 0u);
  EXPECT_EQ(r.collar_reference, Price{50'000});
}

TEST_F(RiskTest, NumbersItsChecksAsTheSpecificationDoes) {
  const char* const names[] = {"none",   "kill",     "permission", "session",     "halt", "quantity",  "notional",
                               "collar", "position", "gross",      "open_orders", "rate", "duplicate", "self_trade"};
  for (unsigned n = 0; n < 14; ++n) EXPECT_EQ(name(static_cast<Reason>(n)), names[n]);
}

// ---- each check at its boundary
TEST_F(RiskTest, FailsKillUntilItIsReleased) {
  risk_->set_kill(true);
  expect_only(Reason::kill, buy(1, 50'000));
  risk_->set_kill(false);
  expect_pass(buy(1, 50'000));
}

TEST_F(RiskTest, FailsPermissionOfTheSideThatIsNotPermitted) {
  limit().permit_buy = false;
  expect_only(Reason::permission, buy(1, 50'000));
  expect_pass(sell(1, 50'000));
  limit().permit_buy = true;
  limit().permit_sell = false;
  expect_pass(buy(1, 50'000));
  expect_only(Reason::permission, sell(1, 50'000));
}

TEST_F(RiskTest, FailsSessionOutsideMarketHours) {
  risk_->set_market_open(false);
  expect_only(Reason::session, buy(1, 50'000));
  risk_->set_market_open(true);
  expect_pass(buy(1, 50'000));
}

TEST_F(RiskTest, TradesInAnySessionWhenConfiguredButNotPastTheEndOfTheFeedOrABreaker) {
  config_.any_session = true;
  start();
  risk_->set_market_open(false);
  expect_pass(buy(1, 50'000));
  risk_->set_circuit_breaker(true);
  expect_only(Reason::session, buy(1, 50'000));
  risk_->set_circuit_breaker(false);
  expect_pass(buy(1, 50'000));
  risk_->set_feed_ended();
  expect_only(Reason::session, buy(1, 50'000));
}

TEST_F(RiskTest, FailsHaltWhileTheSymbolIsNotTradable) {
  risk_->set_trading(kSymbol, false);
  expect_only(Reason::halt, buy(1, 50'000));
  risk_->set_trading(kSymbol, true);
  expect_pass(buy(1, 50'000));
  risk_->set_auction(kSymbol);
  expect_only(Reason::halt, buy(1, 50'000));
  risk_->set_trading(kSymbol, true);  // a trading action ends the auction
  expect_pass(buy(1, 50'000));
  risk_->set_operational_halt(kSymbol, true);
  expect_only(Reason::halt, buy(1, 50'000));
  risk_->set_trading(kSymbol, true);  // which does not end an operational halt
  expect_only(Reason::halt, buy(1, 50'000));
  EXPECT_FALSE(risk_->tradable(kSymbol));
  risk_->set_operational_halt(kSymbol, false);
  expect_pass(buy(1, 50'000));
  EXPECT_TRUE(risk_->tradable(kSymbol));
}

TEST_F(RiskTest, StartsHaltedUnlessConfiguredToTrade) {
  config_.symbols_start_trading = false;
  start();
  expect_only(Reason::halt, buy(1, 50'000));
}

TEST_F(RiskTest, FailsQuantityOfZeroAndAboveTheMaximum) {
  expect_only(Reason::quantity, buy(0, 50'000));
  expect_pass(buy(1000, 50'000));
  expect_only(Reason::quantity, buy(1001, 50'000));
}

TEST_F(RiskTest, FailsNotionalAboveTheMaximum) {
  limit().max_notional = 50'000 * 100;
  expect_pass(buy(100, 50'000));
  expect_only(Reason::notional, buy(101, 50'000));
  expect_only(Reason::notional, buy(100, 50'001));
}

TEST_F(RiskTest, MultipliesTheLargestPriceAndQuantityExactly) {
  limit().max_quantity = kMost32;
  limit().max_notional = std::uint64_t{kMost32} * kMost32 - 1;
  limit().reference_price = kMost32;
  EXPECT_TRUE(fails(Reason::notional, buy(kMost32, kMost32)));
  limit().max_notional += 1;
  EXPECT_FALSE(fails(Reason::notional, buy(kMost32, kMost32)));
}

TEST_F(RiskTest, FailsCollarFurtherThanTheCollarFromTheReference) {
  limit().collar = 500;
  expect_pass(buy(1, 50'500));
  expect_only(Reason::collar, buy(1, 50'501));
  expect_pass(buy(1, 49'500));
  expect_only(Reason::collar, buy(1, 49'499));
}

TEST_F(RiskTest, MeasuresTheCollarFromTheLastTradeOnceThereWasOne) {
  limit().collar = 500;
  risk_->set_last_trade(kSymbol, Price{60'000});
  EXPECT_EQ(check(buy(1, 60'500)).collar_reference, Price{60'000});
  expect_pass(buy(1, 60'500));
  expect_only(Reason::collar, buy(1, 50'000));
  risk_->set_last_trade(kSymbol, Price{0});
  EXPECT_EQ(check(buy(1, 50'000)).collar_reference, Price{0}) << "a trade at 0 is a trade";
  EXPECT_EQ(check_cancel(0).collar_reference, Price{0});
}

TEST_F(RiskTest, DoesNotWrapTheCollar) {
  limit().reference_price = kMost32;
  limit().collar = kMost32;
  limit().max_notional = ~std::uint64_t{0};
  bank_.global.max_gross = ~std::uint64_t{0};
  expect_pass(buy(1, 0));
  expect_pass(buy(1, kMost32));
  limit().collar = 1;
  expect_only(Reason::collar, buy(1, 5));
  limit().reference_price = 1;
  expect_only(Reason::collar, buy(1, kMost32));
}

TEST_F(RiskTest, FailsPositionThatCouldPassTheMaximumCountingOpenOrders) {
  limit().max_position = 1000;
  risk_->set_position(kSymbol, 400, Price{0});
  send(buy(300, 50'000));
  expect_pass(buy(300, 50'001));
  expect_only(Reason::position, buy(301, 50'001));
  start();
  risk_->set_position(kSymbol, -400, Price{0});
  send(sell(300, 50'000));
  expect_pass(sell(300, 50'001));
  expect_only(Reason::position, sell(301, 50'001));
}

TEST_F(RiskTest, LetsAnOppositePositionMakeRoom) {
  limit().max_position = 1000;
  limit().max_quantity = 5000;
  risk_->set_position(kSymbol, -1000, Price{0});
  expect_pass(buy(2000, 50'000));
  expect_only(Reason::position, buy(2001, 50'000));
  expect_only(Reason::position, sell(1, 50'000));
  risk_->set_position(kSymbol, 1000, Price{0});
  expect_pass(sell(2000, 50'000));
  expect_only(Reason::position, sell(2001, 50'000));
}

TEST_F(RiskTest, AddsPositionsAtTheEndsOfTheirRangeExactly) {
  limit().max_position = 0x7FFFFFFF;
  limit().max_quantity = kMost32;
  limit().max_notional = bank_.global.max_gross = ~std::uint64_t{0};
  risk_->set_position(kSymbol, INT32_MIN, Price{0});
  expect_pass(buy(kMost32, 50'000));
  expect_only(Reason::position, sell(1, 50'000));
  risk_->set_position(kSymbol, INT32_MAX, Price{0});
  expect_only(Reason::position, buy(1, 50'000));
  expect_pass(sell(kMost32 - 1, 50'000));
  expect_only(Reason::position, sell(kMost32, 50'000));
}

TEST_F(RiskTest, FailsGrossAboveTheMaximum) {
  bank_.global.max_gross = 20'000'000;
  send(buy(200, 50'000));
  expect_pass(buy(200, 49'999));
  expect_pass(buy(199, 50'000));
  expect_only(Reason::gross, buy(201, 50'000));
}

TEST_F(RiskTest, FailsOpenOrdersAtTheMaximum) {
  bank_.global.max_open_orders = 2;
  send(buy(1, 50'000));
  expect_pass(buy(1, 49'999));
  send(buy(1, 49'999));
  expect_only(Reason::open_orders, buy(1, 49'998));
  done(1);
  expect_pass(buy(1, 49'998));
  bank_.global.max_open_orders = 0;
  expect_only(Reason::open_orders, buy(1, 49'998));
}

TEST_F(RiskTest, FailsOpenOrdersWhenTheSlotOfTheNextOrderIsInUse) {
  bank_.global.max_open_orders = 5000;
  limit().max_position = 0x7FFFFFFF;
  const std::uint32_t first = send(buy(1, 50'000));
  for (unsigned i = 1; i < 4096; ++i) ASSERT_TRUE(done(send(buy(1, 50'000 - i % 7))));
  expect_only(Reason::open_orders, buy(1, 50'001));
  EXPECT_EQ(check(buy(1, 50'001)).open_count, 1u);
  ASSERT_TRUE(done(first));
  expect_pass(buy(1, 50'001));
  EXPECT_EQ(send(buy(1, 50'001)), first + 4096);
  EXPECT_FALSE(done(first)) << "the slot is the new order's";
  EXPECT_TRUE(done(first + 4096));
}

TEST_F(RiskTest, HoldsAsManyOrdersAsThereAreSlots) {
  bank_.global.max_open_orders = 5000;
  for (unsigned i = 0; i < 4096; ++i) send(buy(1, 50'000 - i % 7));
  const RiskResult r = check(buy(1, 50'001));
  EXPECT_EQ(r.reason, Reason::open_orders);
  EXPECT_EQ(r.open_count, 4096u);
  EXPECT_EQ(r.open_buy, 4096u);
}

TEST_F(RiskTest, FailsADuplicateInsideTheWindowOnly) {
  bank_.global.duplicate_window = 100;
  send(buy(10, 50'000), 1000);
  EXPECT_TRUE(fails(Reason::duplicate, buy(10, 50'000), 1000));
  EXPECT_TRUE(fails(Reason::duplicate, buy(10, 50'000), 1099));
  EXPECT_FALSE(fails(Reason::duplicate, buy(10, 50'000), 1100));
  EXPECT_FALSE(fails(Reason::duplicate, buy(11, 50'000), 1000));
  EXPECT_FALSE(fails(Reason::duplicate, buy(10, 50'001), 1000));
  EXPECT_FALSE(fails(Reason::duplicate, sell(10, 50'000), 1000));
  Intent other = buy(10, 50'000);
  other.symbol = kOther;
  EXPECT_FALSE(fails(Reason::duplicate, other, 1000));
  send(buy(11, 50'000), 1010);
  EXPECT_FALSE(fails(Reason::duplicate, buy(10, 50'000), 1010)) << "only the last order counts";
  bank_.global.duplicate_window = 0;
  EXPECT_FALSE(fails(Reason::duplicate, buy(11, 50'000), 1010));
}

TEST_F(RiskTest, KnowsNoDuplicateBeforeTheFirstOrder) {
  bank_.global.duplicate_window = 1000;
  EXPECT_FALSE(fails(Reason::duplicate, buy(0, 0), 0));
}

TEST_F(RiskTest, FailsSelfTradeAgainstTheMostAggressiveOwnOrder) {
  send(sell(10, 50'100));
  send(sell(10, 50'050));
  send(sell(10, 50'200));
  expect_pass(buy(1, 50'049));
  expect_only(Reason::self_trade, buy(1, 50'050));
  start();
  send(buy(10, 49'900));
  send(buy(10, 49'950));
  send(buy(10, 49'800));
  expect_pass(sell(1, 49'951));
  expect_only(Reason::self_trade, sell(1, 49'950));
}

TEST_F(RiskTest, ForgetsOwnOrdersOnceNoneIsOpen) {
  const std::uint32_t a = send(sell(10, 50'050));
  const std::uint32_t b = send(sell(10, 50'100));
  done(a);
  expect_only(Reason::self_trade, buy(1, 50'050));  // the price stays while any is open: safe, not exact
  done(b);
  expect_pass(buy(1, 60'000));
  send(sell(10, 50'300));
  expect_pass(buy(1, 50'299));
  expect_only(Reason::self_trade, buy(1, 50'300));
}

TEST_F(RiskTest, ReportsEveryCheckThatFailsAndTheFirstAsTheReason) {
  bank_.global.rate_interval = 1;
  send(sell(5, 50'000), 10);
  send(buy(0, 60'000), 10);  // past the checks, to make the next one a duplicate
  risk_->set_kill(true);
  limit() = {};
  bank_.global = {};
  bank_.global.rate_interval = 1;
  bank_.global.duplicate_window = 100;
  risk_->set_market_open(false);
  risk_->set_trading(kSymbol, false);
  const RiskResult r = check(buy(0, 60'000), 10);
  EXPECT_EQ(r.reason, Reason::kill);
  // q = 0 has no notional, and nothing is above the position or gross limit of 0.
  const std::uint32_t none = 1u << 5 | 1u << 7;
  EXPECT_EQ(r.check_mask & none, 0u);
  EXPECT_EQ(r.check_mask | none, 0x1FFFu) << "all thirteen but those two";
  std::uint32_t left = r.check_mask;
  risk_->set_kill(false);
  left &= ~1u;
  EXPECT_EQ(check(buy(0, 60'000), 10).check_mask, left);
  EXPECT_EQ(check(buy(0, 60'000), 10).reason, Reason::permission);
}

}  // namespace
}  // namespace twinpath::testing
