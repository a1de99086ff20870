// Order numbers of a live run: which order keeps the rules from sending, and what is done before the numbers end.
#include "host/live/order_numbers.h"

#include <gtest/gtest.h>

#include "host/wire/bytes.h"
#include "testbench/live/live_fixture.h"

namespace twinpath::testing {
namespace {

Event order(std::uint32_t user_ref) {
  Event e{};
  e.kind = static_cast<std::uint8_t>(EventKind::order);
  e.user_ref = user_ref, e.quantity = 10, e.price = 10'000;
  return e;
}
Event done(std::uint32_t user_ref) {
  Event e{};
  e.kind = static_cast<std::uint8_t>(EventKind::command);
  e.reason = static_cast<std::uint8_t>(CommandOp::done);
  e.user_ref = user_ref;
  return e;
}

// SEM 5.1, check 10: the slot of a number is that of the one 4,096 before.
TEST(OrderNumbers, OrderThatRestsBlocksTheRulesWhenItsSlotIsDue) {
  bench::GeneratedSession session(100);
  const LiveOptions options;
  LiveRig rig(session, options, {}, {});
  LiveEngine& engine = rig.engine;
  engine.on_event(order(1));
  for (std::uint32_t n = 2; n <= 4096; ++n) {
    EXPECT_EQ(engine.blocked_by(), 0u);
    engine.on_event(order(n));
    engine.on_event(done(n));
  }
  EXPECT_EQ(engine.blocked_by(), 1u);
  engine.on_event(done(1));
  EXPECT_EQ(engine.blocked_by(), 0u);
  // Strategies pass over it (SEM 9.3).
  engine.on_event(order(4097));
  for (std::uint32_t n = 4098; n <= 2 * 4096; ++n) engine.on_event(order(n)), engine.on_event(done(n));
  EXPECT_EQ(engine.blocked_by(), 4097u);
  session.config.strategy.name = "market_maker";
  EXPECT_EQ(engine.blocked_by(), 0u);
}

TEST(OrderNumbers, RunIsDisarmedForGoodBeforeTheyEnd) {
  bench::GeneratedSession session(20'000);
  session.config.any_session = true;
  session.config.symbols_start_trading = true;
  session.config.order.first_user_ref = kOrderNumbersEnd - 5;
  const LiveOptions options;
  LiveRig rig(session, options, quick_answers(), {});
  while (!rig.receiver.ended() && !rig.engine.numbers_used_up()) rig.engine.round();
  ASSERT_TRUE(rig.engine.numbers_used_up());
  EXPECT_FALSE(rig.engine.armed());
  EXPECT_EQ(rig.engine.arm_state(), ArmState::numbers_used_up);
  EXPECT_EQ(to_string(rig.engine.arm_state()), kOrderNumbersUsedUp);
  const std::uint64_t orders = rig.engine.counters().orders;
  EXPECT_GE(orders, 5u);
  rig.engine.command({CommandOp::arm, 0, 0, 0, 0, 0});
  EXPECT_FALSE(rig.engine.armed());
  while (!rig.receiver.ended()) rig.engine.round();
  EXPECT_EQ(rig.engine.counters().orders, orders);
  EXPECT_FALSE(rig.engine.armed());
  for (const Frame& f : rig.sender.sent) EXPECT_GE(load_be32(&f[kOrderHeaderBytes + 1]), kOrderNumbersEnd - 5);
}

TEST(OrderNumbers, RunThatBeginsWithoutAnyIsNeverArmed) {
  bench::GeneratedSession session(2'000);
  session.config.order.first_user_ref = kOrderNumbersEnd;
  LiveOptions options;
  options.arm = ArmWhen::at_start;
  LiveRig rig(session, options, quick_answers(), {});
  EXPECT_EQ(rig.engine.arm_state(), ArmState::numbers_used_up);
  while (!rig.receiver.ended()) rig.engine.round();
  EXPECT_EQ(rig.engine.counters().orders, 0u);
}

}  // namespace
}  // namespace twinpath::testing
