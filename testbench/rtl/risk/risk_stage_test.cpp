// Risk alone: every check at its boundary, what an order, fill or end of an order leaves behind, every command, every
// state message. The test plays strategy: it offers intents and takes what leaves.
#include "Vrisk_stage.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "host/core/counters.h"
#include "testbench/rtl/risk/decide_records.h"

namespace twinpath::rtl {
namespace {

constexpr std::uint8_t kG = 9;  // the order's symbol
constexpr std::uint8_t kOther = 200;
enum Check : unsigned {
  kKill = 1,
  kPermission,
  kSession,
  kHalt,
  kQuantity,
  kNotional,
  kCollar,
  kPosition,
  kGross,
  kOpenOrders,
  kRate,
  kDuplicate,
  kSelfTrade
};
enum CommandOp : std::uint8_t {
  kCmdKill = 1,
  kCmdRelease,
  kCmdAck,
  kCmdFill,
  kCmdDone,
  kCmdSwap,
  kCmdTrust,
  kCmdPosition,
  kCmdArm,
  kCmdDisarm,
  kCmdResume
};

class RiskStage : public testing::Test {
 protected:
  RiskStage() {
    limits_ = {true, true, 1000, 10'000'000, 500, 1000, 100'000};
    global_ = {1'000'000'000, 100, 0, 0, 0};
    reset(*dut_);
    for (int i = 0; i < 4200 && !dut_->ready_o; ++i) settle(*dut_), rise(*dut_);
    EXPECT_TRUE(dut_->ready_o);
    load();
    configure(*dut_, cfg_control(true, true, true, true, 500));
    dut_->out_ready_i = 1;
  }

  void load(unsigned bank = 0) {
    configure(*dut_, cfg_limits(bank, kG, limits_));
    configure(*dut_, cfg_limits(bank, kOther, limits_));
    configure(*dut_, cfg_global(bank, global_));
  }

  struct Out {
    Event event;
    std::optional<Order> order;
  };
  // Offers a message and returns all it caused.
  std::vector<Out> offer(const Intent& intent) {
    std::vector<Out> out;
    to_port(intent, dut_->intent_i);
    dut_->intent_valid_i = 1;
    for (int i = 0; i < 20; ++i) {
      settle(*dut_);
      const bool taken = dut_->intent_valid_i && dut_->intent_ready_o;
      if (dut_->out_valid_o) {
        out.push_back({event_of(dut_->out_event_o), std::nullopt});
        if (dut_->out_has_order_o) out.back().order = from_port<Order>(dut_->out_order_o);
      }
      for (unsigned n = 0; n < kCounterCount; ++n) counts_[n] += dut_->cnt_o.at(n / 32) >> n % 32 & 1;
      rise(*dut_);
      if (taken) dut_->intent_valid_i = 0;
    }
    EXPECT_FALSE(dut_->intent_valid_i) << "not taken";
    return out;
  }

  Intent enter(bool sell, std::uint32_t price, std::uint32_t quantity, std::uint8_t symbol = kG) {
    Intent i;
    i.booked.msg.op = kAdd;
    i.booked.msg.symbol = 33;
    i.booked.msg.stamp = stamp_;
    i.booked.effect = true;
    i.intent = true, i.rule = 1, i.side = sell, i.symbol = symbol, i.price = price, i.quantity = quantity;
    return i;
  }
  Intent cancel(bool sell, std::uint32_t price) {
    Intent i = enter(sell, price, 0);
    i.cancel = true, i.rule = 0;
    return i;
  }
  Out judge(const Intent& i) {
    const auto out = offer(i);
    EXPECT_EQ(out.size(), 1U);
    return out.empty() ? Out{} : out[0];
  }
  Out buy(std::uint32_t price, std::uint32_t quantity) { return judge(enter(false, price, quantity)); }
  Out sell(std::uint32_t price, std::uint32_t quantity) { return judge(enter(true, price, quantity)); }

  Event command(CommandOp op, std::uint16_t symbol = 0, std::uint32_t user_ref = 0, std::uint32_t quantity = 0,
                std::uint32_t price = 0) {
    Intent i;
    i.booked.msg.op = kCommand;
    i.booked.msg.stamp = stamp_;
    i.booked.msg.command = {op, 0, symbol, user_ref, quantity, price};
    return judge(i).event;
  }
  Event fill(std::uint32_t user_ref, std::uint32_t quantity, std::uint32_t price) {
    return command(kCmdFill, 0, user_ref, quantity, price);
  }
  void state(std::uint8_t reason, char argument = 0, std::uint8_t symbol = kG) {
    Intent i;
    i.booked.msg.op = kState;
    i.booked.msg.reason = reason, i.booked.msg.argument = static_cast<std::uint8_t>(argument),
    i.booked.msg.symbol = symbol;
    EXPECT_EQ(judge(i).event.reason, reason);
  }
  void trade(std::uint32_t price, std::uint8_t symbol = kG) {
    Intent i;
    i.booked.msg.op = kTrade, i.booked.msg.symbol = symbol, i.booked.trade = true, i.booked.trade_price = price;
    EXPECT_TRUE(offer(i).empty());
  }
  Working working(std::uint8_t symbol = kG) {
    dut_->working_re_i = 1, dut_->working_symbol_i = symbol;
    settle(*dut_), rise(*dut_);
    dut_->working_re_i = 0;
    return from_port<Working>(dut_->working_o);
  }
  std::uint64_t counter(Counter c) const { return counts_[static_cast<std::size_t>(c)]; }

  static testing::AssertionResult sent(const Out& o) {
    if (o.event.kind == 1 && o.order && o.event.check_mask == 0 && o.event.reason == 0)
      return testing::AssertionSuccess();
    return testing::AssertionFailure() << "kind " << unsigned{o.event.kind} << " reason " << unsigned{o.event.reason};
  }
  // Rejected by exactly these checks.
  static testing::AssertionResult rejected(const Out& o, std::initializer_list<unsigned> checks) {
    std::uint32_t mask = 0;
    for (const unsigned c : checks) mask |= 1U << (c - 1);
    if (o.event.kind == 2 && !o.order && o.event.check_mask == mask && o.event.reason == *checks.begin() &&
        (o.event.rule == 0 || o.event.user_ref == 0)) {
      return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << "kind " << unsigned{o.event.kind} << " reason " << unsigned{o.event.reason}
                                       << " mask " << o.event.check_mask << " user_ref " << o.event.user_ref;
  }

  std::unique_ptr<Vrisk_stage> dut_ = std::make_unique<Vrisk_stage>();
  LimitRecord limits_;
  GlobalLimits global_;
  std::uint64_t stamp_ = 10'000;
  CounterValues counts_{};
};

TEST_F(RiskStage, SendsAnOrderThatPassesEveryCheckAndNumbersIt) {
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
  const Working w = working();
  EXPECT_TRUE(w.open && !w.cancel_sent && w.side);
  EXPECT_EQ(w.price, 1200U);
  EXPECT_EQ(w.user_ref, 501U);
}

TEST_F(RiskStage, KillStopsOrdersButNotCancels) {
  ASSERT_TRUE(sent(buy(1000, 10)));
  command(kCmdKill);
  EXPECT_TRUE(rejected(buy(1001, 10), {kKill}));
  const Out c = judge(cancel(false, 1000));
  EXPECT_EQ(c.event.kind, 3);
  ASSERT_TRUE(c.order);
  EXPECT_TRUE(c.order->cancel);
  EXPECT_EQ(c.order->user_ref, 500U);
  EXPECT_TRUE(working().cancel_sent);
  command(kCmdRelease);
  EXPECT_TRUE(sent(buy(1001, 10)));
  EXPECT_FALSE(working().cancel_sent) << "a cancel belongs to its order";
  EXPECT_EQ(counter(Counter::cancels), 1U);
  EXPECT_EQ(counter(Counter::reject_kill), 1U);
}

TEST_F(RiskStage, PermissionIsBySide) {
  limits_.permit_buy = false;
  load();
  EXPECT_TRUE(rejected(buy(1000, 10), {kPermission}));
  EXPECT_TRUE(sent(sell(1000, 10)));
  limits_.permit_buy = true, limits_.permit_sell = false;
  load();
  EXPECT_TRUE(sent(buy(999, 10)));
  EXPECT_TRUE(rejected(sell(1001, 10), {kPermission}));
}

TEST_F(RiskStage, SessionNeedsAnOpenMarketUnlessAnyWillDo) {
  configure(*dut_, cfg_control(true, false, true, true, 500));
  EXPECT_TRUE(rejected(buy(1000, 1), {kSession}));
  state(1, 'S');
  EXPECT_TRUE(rejected(buy(1000, 1), {kSession}));
  state(1, 'Q');
  EXPECT_TRUE(sent(buy(1000, 1)));
  state(1, 'M');
  EXPECT_TRUE(rejected(buy(1001, 1), {kSession}));
  configure(*dut_, cfg_control(true, true, true, true, 600));
  EXPECT_TRUE(sent(buy(1001, 1)));
}

TEST_F(RiskStage, TheCircuitBreakerHoldsUntilResumeAndTheEndOfTheFeedForGood) {
  state(5);
  EXPECT_TRUE(rejected(buy(1000, 1), {kSession}));
  command(kCmdResume);
  EXPECT_TRUE(sent(buy(1000, 1)));
  state(6);
  EXPECT_TRUE(rejected(buy(1001, 1), {kSession}));
  command(kCmdResume);
  EXPECT_TRUE(rejected(buy(1001, 1), {kSession}));
}

TEST_F(RiskStage, HaltFollowsTradingStateAuctionAndOperationalHaltOfTheOrdersSymbol) {
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

TEST_F(RiskStage, SymbolsStartHaltedWhenConfiguredSo) {
  configure(*dut_, cfg_control(false, true, true, true, 500));
  EXPECT_TRUE(rejected(buy(1000, 1), {kHalt}));
}

TEST_F(RiskStage, QuantityIsFromOneToTheMaximum) {
  EXPECT_TRUE(rejected(buy(1000, 0), {kQuantity}));
  EXPECT_TRUE(sent(buy(1000, 1000)));
  EXPECT_TRUE(rejected(buy(1000, 1001), {kQuantity}));
}

TEST_F(RiskStage, NotionalMayEqualItsMaximumInAll64Bits) {
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

TEST_F(RiskStage, TheCollarIsAroundTheReferencePriceThenTheLastTrade) {
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

TEST_F(RiskStage, ATradeMovesTheCollarBeforeTheIntentItCauses) {
  limits_.collar = 50;
  load();
  Intent i = enter(false, 2050, 1);
  i.booked.msg.op = kTrade, i.booked.msg.symbol = kG;
  i.booked.trade = true, i.booked.trade_price = 2000, i.booked.trade_quantity = 7;
  const Out o = judge(i);
  EXPECT_TRUE(sent(o));
  EXPECT_EQ(o.event.collar_reference, 2000U);
  EXPECT_EQ(o.event.trade_price, 2000U);
  EXPECT_EQ(o.event.trade_quantity, 7U);
  EXPECT_TRUE(rejected(buy(2051, 1), {kCollar})) << "and stays";
}

TEST_F(RiskStage, TheCollarDoesNotWrapAtEitherEndOfThePrices) {
  limits_ = {true, true, 1000, ~std::uint64_t{0}, 0xFFFF'FFFF, 0xFFFF'FFF0, 1000};
  global_.max_gross = ~std::uint64_t{0};
  load();
  EXPECT_TRUE(sent(buy(0xFFFF'FFFF, 1)));
  EXPECT_TRUE(sent(buy(0, 1)));
  limits_.collar = 0x10;
  load();
  EXPECT_TRUE(rejected(buy(5, 1), {kCollar}));
}

TEST_F(RiskStage, PositionCountsOpenOrdersOfItsSide) {
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

TEST_F(RiskStage, GrossMayReachItsMaximum) {
  global_.max_gross = 25'000;
  load();
  EXPECT_TRUE(sent(buy(1000, 10)));
  EXPECT_TRUE(rejected(buy(1000, 16), {kGross}));
  EXPECT_TRUE(sent(buy(1000, 15)));
  EXPECT_TRUE(rejected(judge(enter(false, 1, 1, kOther)), {kCollar, kGross})) << "gross is over all symbols";
}

TEST_F(RiskStage, OpenOrdersAreCountedOverAllSymbols) {
  global_.max_open_orders = 2;
  load();
  EXPECT_TRUE(sent(buy(1000, 1)));
  EXPECT_TRUE(sent(judge(enter(false, 1000, 1, kOther))));
  EXPECT_TRUE(rejected(buy(999, 1), {kOpenOrders}));
  command(kCmdDone, 0, 500);
  EXPECT_TRUE(sent(buy(999, 1)));
}

TEST_F(RiskStage, AnOrderThatIsStillOpen4096OrdersLaterBlocksItsSlot) {
  global_ = {~std::uint64_t{0}, 4096, 0, 0, 0};
  load();
  for (unsigned n = 0; n < 4096; ++n) ASSERT_TRUE(sent(buy(1000, 1))) << n;
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

TEST_F(RiskStage, RateAllowsTheBurstThenOneAnInterval) {
  global_.rate_interval = 100, global_.rate_tolerance = 100;  // burst of 2
  load();
  EXPECT_TRUE(sent(buy(1000, 1)));
  EXPECT_TRUE(sent(buy(1001, 1)));
  EXPECT_TRUE(rejected(buy(1002, 1), {kRate}));
  stamp_ += 99;
  EXPECT_TRUE(rejected(buy(1002, 1), {kRate}));
  stamp_ += 1;
  EXPECT_TRUE(sent(buy(1002, 1)));
  const Out c = judge(cancel(false, 1002));
  EXPECT_TRUE(rejected(c, {kRate})) << "cancels too";
  EXPECT_EQ(c.event.user_ref, 502U);
  EXPECT_EQ(c.event.price, 1002U);
  EXPECT_FALSE(working().cancel_sent);
  stamp_ += 100;
  EXPECT_EQ(judge(cancel(false, 1002)).event.kind, 3);
  EXPECT_TRUE(rejected(buy(1003, 1), {kRate})) << "a cancel takes a step";
  global_.rate_interval = 0;
  load();
  EXPECT_TRUE(sent(buy(1003, 1))) << "interval 0: no limit";
}

TEST_F(RiskStage, DuplicateIsTheSameOrderWithinTheWindow) {
  global_.duplicate_window = 50;
  load();
  EXPECT_TRUE(sent(buy(1000, 5)));
  stamp_ += 49;
  EXPECT_TRUE(rejected(buy(1000, 5), {kDuplicate}));
  EXPECT_TRUE(rejected(sell(1000, 5), {kSelfTrade})) << "another side is another order";
  EXPECT_TRUE(sent(judge(enter(false, 1000, 5, kOther))));
  stamp_ += 1;
  EXPECT_TRUE(sent(buy(1000, 5)));
  EXPECT_TRUE(sent(buy(1000, 6)));
  EXPECT_TRUE(sent(buy(1000, 5))) << "only the last order counts";
  EXPECT_TRUE(sent(buy(1001, 5)));
}

TEST_F(RiskStage, NoOrderMayTradeWithOurOwn) {
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

TEST_F(RiskStage, AllChecksAreReportedAndTheLowestNamesTheRejection) {
  limits_ = {false, false, 5, 100, 10, 1000, 5};
  global_.max_gross = 100, global_.max_open_orders = 0;
  load();
  configure(*dut_, cfg_control(false, false, true, true, 500));
  command(kCmdKill);
  EXPECT_TRUE(rejected(buy(2000, 6), {kKill, kPermission, kSession, kHalt, kQuantity, kNotional, kCollar, kPosition,
                                      kGross, kOpenOrders}));
}

TEST_F(RiskStage, AFillMovesThePositionAndFreesWhatItFilled) {
  ASSERT_TRUE(sent(buy(1000, 10)));
  Event e = fill(500, 4, 900);
  EXPECT_EQ(e.position, 4);
  EXPECT_EQ(e.open_buy, 6U);
  EXPECT_EQ(e.gross_lo, 6'000U + 4 * 900);
  EXPECT_EQ(e.open_count, 1U);
  EXPECT_TRUE(working().open);
  e = fill(500, 6, 800);
  EXPECT_EQ(e.position, 10);
  EXPECT_EQ(e.open_buy, 0U);
  EXPECT_EQ(e.gross_lo, 10U * 800);
  EXPECT_EQ(e.open_count, 0U);
  EXPECT_FALSE(working().open);
  ASSERT_TRUE(sent(sell(1000, 25)));
  e = fill(501, 30, 700);
  EXPECT_EQ(e.position, -20) << "an overfill counts whole";
  EXPECT_EQ(e.gross_lo, 20U * 700);
  EXPECT_EQ(e.quantity, 30U) << "the command's operands";
  EXPECT_EQ(e.user_ref, 501U);
  EXPECT_EQ(counter(Counter::overfill), 1U);
  EXPECT_EQ(fill(501, 1, 1).position, 0) << "unknown: no fields";
  EXPECT_EQ(counter(Counter::unknown_order), 1U);
}

TEST_F(RiskStage, AFillOfAnOlderOrderLeavesTheWorkingOrderOpen) {
  ASSERT_TRUE(sent(buy(1000, 10)));
  ASSERT_TRUE(sent(buy(1001, 10)));
  fill(500, 10, 1000);
  EXPECT_TRUE(working().open);
  EXPECT_EQ(working().user_ref, 501U);
  command(kCmdDone, 0, 501);
  EXPECT_FALSE(working().open);
}

TEST_F(RiskStage, ThePositionSaturatesInsteadOfWrapping) {
  limits_ = {true, true, 0xFFFF'FFFF, ~std::uint64_t{0}, 0xFFFF'FFFF, 1000, 0x7FFF'FFFF};
  global_.max_gross = ~std::uint64_t{0};
  load();
  ASSERT_TRUE(sent(buy(1, 10)));
  command(kCmdPosition, kG, 0, 0, 0x7FFF'FFFA);
  EXPECT_EQ(fill(500, 5, 1).position, 0x7FFF'FFFF);
  EXPECT_EQ(counter(Counter::position_saturated), 0U);
  EXPECT_EQ(fill(500, 1, 1).position, 0x7FFF'FFFF);
  EXPECT_EQ(counter(Counter::position_saturated), 1U);
  command(kCmdDone, 0, 500);
  ASSERT_TRUE(sent(sell(1, 10)));
  command(kCmdPosition, kG, 0, 0, 0x8000'0002);
  EXPECT_EQ(fill(501, 1, 1).position, -0x7FFF'FFFF);
  EXPECT_EQ(counter(Counter::position_saturated), 1U);
  EXPECT_EQ(fill(501, 1, 1).position, -0x7FFF'FFFF);
  EXPECT_EQ(counter(Counter::position_saturated), 2U);
}

TEST_F(RiskStage, GrossIsReportedSaturatedButKeptWhole) {
  limits_ = {true, true, 0xFFFF'FFFF, ~std::uint64_t{0}, 0xFFFF'FFFF, 0xFFFF'FFFF, 0x7FFF'FFFF};
  load();
  const auto set = [&](std::uint16_t symbol, std::uint32_t position) {
    return command(kCmdPosition, symbol, 0, 0, position);
  };
  EXPECT_EQ(set(kG, 0x7FFF'FFFF).gross_lo, 0x7FFF'FFFFULL * 0xFFFF'FFFF);
  EXPECT_EQ(set(kOther, 0x8000'0000).gross_lo, 0xFFFF'FFFFULL * 0xFFFF'FFFF);
  configure(*dut_, cfg_limits(0, 1, limits_));
  EXPECT_EQ(set(1, 0x7FFF'FFFF).gross_lo, ~std::uint64_t{0});
  EXPECT_EQ(set(kG, 0).gross_lo, 0xFFFF'FFFFULL * 0xFFFF'FFFF);
  EXPECT_EQ(set(1, 0).gross_lo, 0x8000'0000ULL * 0xFFFF'FFFF);
  EXPECT_EQ(set(kOther, 0).gross_lo, 0U);
}

TEST_F(RiskStage, DoneReleasesWhatIsLeftAndKeepsThePosition) {
  ASSERT_TRUE(sent(sell(1000, 10)));
  fill(500, 4, 1100);
  const Event e = command(kCmdDone, 0, 500);
  EXPECT_EQ(e.position, -4);
  EXPECT_EQ(e.open_sell, 0U);
  EXPECT_EQ(e.gross_lo, 4'400U);
  EXPECT_EQ(e.open_count, 0U);
  EXPECT_FALSE(working().open);
}

TEST_F(RiskStage, AckOfAnUnknownOrderIsCounted) {
  ASSERT_TRUE(sent(buy(1000, 10)));
  const Event e = command(kCmdAck, 0, 500);
  EXPECT_EQ(e.open_buy, 0U) << "an ACK reports no account";
  EXPECT_EQ(counter(Counter::unknown_order), 0U);
  command(kCmdAck, 0, 501);
  command(kCmdAck, 0, 500 + 4096);
  EXPECT_EQ(counter(Counter::unknown_order), 2U);
  EXPECT_EQ(fill(500, 10, 1000).position, 10) << "an acknowledged order fills as any other";
}

TEST_F(RiskStage, SwapExchangesSymbolAndGlobalLimits) {
  limits_.max_quantity = 5;
  global_.max_open_orders = 0;
  load(1);
  EXPECT_TRUE(sent(buy(1000, 6)));
  command(kCmdSwap);
  EXPECT_TRUE(rejected(buy(1000, 6), {kQuantity, kOpenOrders}));
  command(kCmdSwap);
  EXPECT_TRUE(sent(buy(1000, 6)));
}

TEST_F(RiskStage, BadCommandsAreCountedAndSaidButDoNothing) {
  command(static_cast<CommandOp>(0));
  command(static_cast<CommandOp>(12));
  command(static_cast<CommandOp>(255));
  command(kCmdTrust, 256);
  command(kCmdTrust, 0xFFFE);
  const Event e = command(kCmdPosition, 256 + kG, 1, 2, 3);
  EXPECT_EQ(counter(Counter::bad_command), 6U);
  EXPECT_EQ(e.kind, 6);
  EXPECT_EQ(e.reason, 8);
  EXPECT_EQ(e.symbol, 256 + kG);
  EXPECT_EQ(e.position, 0);
  command(kCmdTrust, 0xFFFF), command(kCmdTrust, 255), command(kCmdArm), command(kCmdDisarm);
  EXPECT_EQ(counter(Counter::bad_command), 6U);
  EXPECT_EQ(counter(Counter::commands), 10U);
  EXPECT_EQ(buy(1000, 1).event.position, 0);
}

TEST_F(RiskStage, ABookEventComesBeforeTheOrderAndCanBeSwitchedOff) {
  Intent i = enter(false, 1000, 10);
  i.book_changed = true, i.trusted = true;
  i.booked.after = {kQuoted, 1, 2, kUnknown, 0, 0};
  i.bbo = {kQuoted, 5, 6, kQuoted, 7, 8}, i.bbo_trusted = true;
  auto out = offer(i);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].event.kind, 4);
  EXPECT_EQ(out[0].event.symbol, 33);
  EXPECT_EQ(out[0].event.trigger, 0);
  EXPECT_EQ(out[0].event.book_flags, 1 | 2 << 2 | 16);
  EXPECT_EQ(out[0].event.bid_quantity, 2U);
  EXPECT_FALSE(out[0].order);
  EXPECT_EQ(out[1].event.kind, 1);
  EXPECT_EQ(out[1].event.symbol, kG);
  EXPECT_EQ(out[1].event.trigger, 33);
  EXPECT_EQ(out[1].event.ask_quantity, 8U);
  EXPECT_EQ(out[1].event.book_flags, 1 | 1 << 2 | 16);
  configure(*dut_, cfg_control(true, true, false, true, 700));
  i.price = 1001;
  out = offer(i);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].event.kind, 1);
}

TEST_F(RiskStage, StagesCountFromTheLastByteAndAreZeroWithoutAMessage) {
  Intent i = enter(false, 1000, 10);
  i.booked.msg.stamps = {.first_beat = 0xFFF0,
                         .last_byte = 0xFFFE,
                         .decoded = 0x0001,
                         .looked_up = 0x0003,
                         .booked = 0x0004,
                         .decided = 0x0007};
  dut_->cycle_i = 0x000A;
  const Event e = judge(i).event;
  const std::array<std::uint16_t, kStages> want{3, 5, 6, 9, 12, 0, 14, 0, 0, 0};
  EXPECT_EQ(e.stages, want);
  EXPECT_EQ(dut_->out_last_byte_o, 0xFFFE);
  for (const std::uint8_t reason : {2, 6, 7, 8}) {
    Intent s;
    s.booked.msg.op = kState;
    s.booked.msg.reason = reason;
    s.booked.msg.stamps = i.booked.msg.stamps;
    EXPECT_EQ(judge(s).event.stages[0], reason == 2 ? 3 : 0) << unsigned{reason};
  }
}

TEST_F(RiskStage, HoldsEverythingWhileTheOutputIsNotTaken) {
  dut_->out_ready_i = 0;
  to_port(enter(false, 1000, 10), dut_->intent_i);
  dut_->intent_valid_i = 1;
  for (int i = 0; i < 10; ++i) settle(*dut_), rise(*dut_);
  ASSERT_TRUE(dut_->out_valid_o);
  to_port(enter(false, 1001, 11), dut_->intent_i);
  for (int i = 0; i < 10; ++i) {
    settle(*dut_);
    EXPECT_FALSE(dut_->intent_ready_o);
    EXPECT_EQ(event_of(dut_->out_event_o).quantity, 10U);
    rise(*dut_);
  }
  dut_->out_ready_i = 1;
  const auto out = offer(enter(false, 1001, 11));
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].event.quantity, 10U);
  EXPECT_EQ(out[1].event.quantity, 11U);
}

}  // namespace
}  // namespace twinpath::rtl
