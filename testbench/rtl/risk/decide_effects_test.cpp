// What fills, ends of orders and other commands leave behind, what events say, and when.
#include <vector>

#include "testbench/rtl/risk/risk_cases.h"

namespace twinpath::rtl {
namespace {

TEST_F(DecideRisk, AFillMovesThePositionAndFreesWhatItFilled) {
  ASSERT_TRUE(sent(buy(1000, 10)));
  Event e = fill(500, 4, 900);
  EXPECT_EQ(e.position, 4);
  EXPECT_EQ(e.open_buy, 6U);
  EXPECT_EQ(e.gross_lo, 6'000U + 4 * 900);
  EXPECT_EQ(e.open_count, 1U);
  e = fill(500, 6, 800);
  EXPECT_EQ(e.position, 10);
  EXPECT_EQ(e.open_buy, 0U);
  EXPECT_EQ(e.gross_lo, 10U * 800);
  EXPECT_EQ(e.open_count, 0U);
  EXPECT_TRUE(nothing_to_cancel(false));
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

TEST_F(DecideRisk, AFillOfAnOlderOrderLeavesTheWorkingOrderOpen) {
  ASSERT_TRUE(sent(buy(1000, 10)));
  ASSERT_TRUE(sent(buy(1001, 10)));
  fill(500, 10, 1000);
  EXPECT_EQ(cancel(false).event.user_ref, 501U);
  ASSERT_TRUE(sent(buy(1001, 10)));
  command(kCmdDone, 0, 502);
  EXPECT_TRUE(nothing_to_cancel(false));
}

TEST_F(DecideRisk, ThePositionSaturatesInsteadOfWrapping) {
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

TEST_F(DecideRisk, GrossIsReportedSaturatedButKeptWhole) {
  limits_ = {true, true, 0xFFFF'FFFF, ~std::uint64_t{0}, 0xFFFF'FFFF, 0xFFFF'FFFF, 0x7FFF'FFFF};
  load();
  const auto set = [&](std::uint16_t symbol, std::uint32_t position) {
    return command(kCmdPosition, symbol, 0, 0, position);
  };
  EXPECT_EQ(set(kG, 0x7FFF'FFFF).gross_lo, 0x7FFF'FFFFULL * 0xFFFF'FFFF);
  EXPECT_EQ(set(kOther, 0x8000'0000).gross_lo, 0xFFFF'FFFFULL * 0xFFFF'FFFF);
  driver_.load(cfg_limits(0, 1, limits_));
  EXPECT_EQ(set(1, 0x7FFF'FFFF).gross_lo, ~std::uint64_t{0});
  EXPECT_EQ(set(kG, 0).gross_lo, 0xFFFF'FFFFULL * 0xFFFF'FFFF);
  EXPECT_EQ(set(1, 0).gross_lo, 0x8000'0000ULL * 0xFFFF'FFFF);
  EXPECT_EQ(set(kOther, 0).gross_lo, 0U);
}

TEST_F(DecideRisk, DoneReleasesWhatIsLeftAndKeepsThePosition) {
  ASSERT_TRUE(sent(sell(1000, 10)));
  fill(500, 4, 1100);
  const Event e = command(kCmdDone, 0, 500);
  EXPECT_EQ(e.position, -4);
  EXPECT_EQ(e.open_sell, 0U);
  EXPECT_EQ(e.gross_lo, 4'400U);
  EXPECT_EQ(e.open_count, 0U);
  EXPECT_TRUE(nothing_to_cancel(true));
}

TEST_F(DecideRisk, AckOfAnUnknownOrderIsCounted) {
  ASSERT_TRUE(sent(buy(1000, 10)));
  const Event e = command(kCmdAck, 0, 500);
  EXPECT_EQ(e.open_buy, 0U) << "an ACK reports no account";
  EXPECT_EQ(counter(Counter::unknown_order), 0U);
  command(kCmdAck, 0, 501);
  command(kCmdAck, 0, 500 + 4096);
  EXPECT_EQ(counter(Counter::unknown_order), 2U);
  EXPECT_EQ(fill(500, 10, 1000).position, 10) << "an acknowledged order fills as any other";
}

TEST_F(DecideRisk, SwapExchangesSymbolAndGlobalLimits) {
  limits_.max_quantity = 5;
  global_.max_open_orders = 0;
  load(1);
  EXPECT_TRUE(sent(buy(1000, 6)));
  command(kCmdSwap);
  EXPECT_TRUE(rejected(buy(1000, 6), {kQuantity, kOpenOrders}));
  command(kCmdSwap);
  EXPECT_TRUE(sent(buy(1000, 6)));
}

TEST_F(DecideRisk, BadCommandsAreCountedAndSaidButDoNothing) {
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
  command(kCmdTrust, 0xFFFF), command(kCmdTrust, 255), command(kCmdDisarm), command(kCmdArm);
  EXPECT_EQ(counter(Counter::bad_command), 6U);
  EXPECT_EQ(counter(Counter::commands), 10U);
  EXPECT_EQ(buy(1000, 1).event.position, 0);
}

TEST_F(DecideRisk, ATradeMovesTheCollarBeforeTheOrderItCauses) {
  limits_.collar = 50;
  load();
  rules(taker(false));
  Booked b = quote(false, 2050, 1, kG);
  b.msg.op = kTrade, b.trade = true, b.trade_price = 2000, b.trade_quantity = 7;
  const Out o = judge(b);
  EXPECT_TRUE(sent(o));
  EXPECT_EQ(o.event.collar_reference, 2000U);
  EXPECT_EQ(o.event.trade_price, 2000U);
  EXPECT_EQ(o.event.trade_quantity, 7U);
  EXPECT_TRUE(rejected(buy(2051, 1), {kCollar})) << "and stays";
}

TEST_F(DecideRisk, EventsFollowTheOrderFourCyclesBehindItBookFirst) {
  control(true, true, 500, true);
  rules(taker(false));
  driver_.put(quote(false, 1000, 10, kG), 2);
  std::vector<std::uint64_t> at;
  std::vector<unsigned> kinds;
  std::uint64_t ordered = 0;
  for (int i = 0; i < 20; ++i) {
    const auto c = driver_.tick();
    if (c.order) ordered = c.number;
    if (c.event) at.push_back(c.number), kinds.push_back(c.event->event.kind);
  }
  EXPECT_EQ(kinds, (std::vector<unsigned>{4, 1}));
  EXPECT_EQ(at, (std::vector<std::uint64_t>{ordered + 4, ordered + 5}));
}

TEST_F(DecideRisk, CommandsHoldThePipelineForAsManyCyclesAsTheySay) {
  ASSERT_TRUE(sent(buy(1000, 10)));
  const auto held = [&](CommandOp op, std::uint16_t symbol = 0, std::uint32_t ref = 0, std::uint32_t quantity = 0) {
    return driver_.send(command_message(op, symbol, ref, quantity, 1000)).held;
  };
  for (const CommandOp op : {kCmdKill, kCmdRelease, kCmdSwap, kCmdSwap, kCmdTrust, kCmdArm, kCmdResume})
    EXPECT_EQ(held(op), 0U) << unsigned{op};
  EXPECT_EQ(held(kCmdPosition, 256), 0U) << "no such symbol";
  EXPECT_EQ(held(kCmdAck, 0, 500), 1U);
  EXPECT_EQ(held(kCmdAck, 0, 501), 1U);
  EXPECT_EQ(held(kCmdFill, 0, 501, 1), 1U);
  EXPECT_EQ(held(kCmdFill, 0, 500, 1), 4U);
  EXPECT_EQ(held(kCmdPosition, kG), 4U);
  EXPECT_EQ(held(kCmdDone, 0, 500), 4U);
}

TEST_F(DecideRisk, AStateMessageOneCycleAheadAlreadyCounts) {
  rules(taker(false));
  const auto pair = [&](const Booked& state, std::uint32_t price) {
    driver_.put(state, 2);
    driver_.put(quote(false, price, 1, kG), 1);
    Event last{};
    for (int i = 0; i < 20; ++i) {
      const auto c = driver_.tick();
      if (c.event) last = c.event->event;
    }
    return unsigned{last.reason};
  };
  EXPECT_EQ(pair(state_message(2, 'H', kG), 1000), kHalt);
  EXPECT_EQ(pair(state_message(2, 'T', kG), 1000), 0U);
  EXPECT_EQ(pair(state_message(3, 0, kG), 1001), kHalt);
  EXPECT_EQ(pair(state_message(2, 'T', kG), 1001), 0U);
  EXPECT_EQ(pair(state_message(4, 'H', kG), 1002), kHalt);
  EXPECT_EQ(pair(state_message(4, 'T', kG), 1002), 0U);
  EXPECT_EQ(pair(state_message(4, 'H', kOther), 1003), 0U) << "another symbol";
  EXPECT_EQ(pair(state_message(5, 0, 0), 1004), kSession);
}

TEST_F(DecideRisk, SlotsFreedAndTakenTwoCyclesAheadCount) {
  global_ = {~std::uint64_t{0}, 4096, 0, 0, 0};
  load();
  rules(taker(false));
  for (unsigned n = 0; n < 4096; ++n) ASSERT_TRUE(sent(judge(quote(false, 1000, 1, kG)))) << n;
  driver_.put(command_message(kCmdDone, 0, 600), 2);  // below the limit of open orders, in no slot that is next
  for (const std::uint32_t ref : {500U, 501U}) driver_.put(command_message(kCmdDone, 0, ref), 2);
  for (int i = 0; i < 3; ++i) driver_.put(quote(false, 1000, 1, kG), 2);
  driver_.put(command_message(kCmdDone, 0, 502), 2);
  driver_.put(quote(false, 1000, 1, kG), 2);
  std::vector<unsigned> kinds;
  for (int i = 0; i < 60; ++i) {
    const auto c = driver_.tick();
    if (c.event) kinds.push_back(c.event->event.kind);
  }
  EXPECT_EQ(kinds, (std::vector<unsigned>{6, 6, 6, 1, 1, 2, 6, 1}));
}

TEST_F(DecideRisk, ALeadLagOrderIsCheckedWithTheLaggersRecords) {
  RuleRecord r;
  r.lead_lag = {true, 3, 60, 0, 4, kOther};
  rules(r);
  rules({}, kOther);
  const Bbo lagger{kQuoted, 900, 5, kQuoted, 910, 7};
  driver_.send(move({}, lagger, kOther));
  std::uint32_t at = 1000;
  const auto lead = [&] {
    at += 4;
    return judge(move({kQuoted, at - 4, 1, kEmpty, 0, 0}, {kQuoted, at, 1, kEmpty, 0, 0}, kG));
  };
  const Out o = lead();
  ASSERT_TRUE(sent(o));
  EXPECT_EQ(*o.order, (Order{false, false, kOther, 500, 7, 910}));
  state(2, 'H', kG);
  EXPECT_EQ(lead().event.open_buy, 7U);
  state(2, 'H', kOther);
  EXPECT_TRUE(rejected(lead(), {kHalt}));
  state(2, 'T', kOther);
  limits_.permit_buy = false, limits_.max_quantity = 6, limits_.max_notional = 6369, limits_.collar = 0,
  limits_.max_position = 20;
  driver_.load(cfg_limits(0, kOther, limits_));
  EXPECT_TRUE(rejected(lead(), {kPermission, kQuantity, kNotional, kCollar, kPosition}));
  trade(910, kOther);
  driver_.send(move({}, lagger, kOther));
  EXPECT_TRUE(rejected(lead(), {kPermission, kQuantity, kNotional, kPosition}));
}

}  // namespace
}  // namespace twinpath::rtl
