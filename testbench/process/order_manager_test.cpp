// What the order manager does with intents, answers and commands, and what its successor makes of its journal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/ipc/stats_reader.h"
#include "testbench/process/order_manager_fixture.h"

namespace twinpath::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST_F(OrderManagerTest, SendsWhatPassesAndTellsWhatBecomesOfIt) {
  begin();
  ask(buy(10));
  ASSERT_THAT(sender_.sent, SizeIs(1));
  EXPECT_EQ(kind_of(sender_.sent[0]), 'O');
  EXPECT_EQ(user_ref_of(sender_.sent[0]), 1u);
  EXPECT_THAT(exchange_.seen, SizeIs(1));
  const OrderUpdate sent = last_told();
  EXPECT_EQ(sent.state, OrderState::sent);
  EXPECT_EQ(std::tuple(sent.user_ref, sent.tag, sent.quantity.value, sent.leaves.value, sent.price.value),
            std::tuple(1u, 5u, 10u, 10u, kBasePrice));
  exchange_says(CommandOp::ack, 1);
  EXPECT_EQ(last_told().state, OrderState::accepted);
  exchange_says(CommandOp::fill, 1, 4, kBasePrice - 100);
  const OrderUpdate fill = last_told();
  EXPECT_EQ(fill.state, OrderState::filled);
  EXPECT_EQ(std::tuple(fill.quantity.value, fill.leaves.value, fill.price.value, fill.position, fill.tag),
            std::tuple(4u, 6u, kBasePrice - 100, 4, 5u));
  ask(cancel(1));
  ASSERT_THAT(sender_.sent, SizeIs(2));
  EXPECT_EQ(kind_of(sender_.sent[1]), 'X');
  EXPECT_EQ(last_told().state, OrderState::cancel_sent);
  EXPECT_EQ(std::tuple(last_told().leaves.value, last_told().tag, last_told().position), std::tuple(6u, 5u, 4));
  exchange_says(CommandOp::done, 1);
  EXPECT_EQ(last_told().state, OrderState::done);
  EXPECT_EQ(last_told().leaves.value, 0u);
  EXPECT_EQ(orders_->ledger().open(), 0u);
  EXPECT_EQ(orders_->ledger().position(0), 4);
  for (const OrderMessage& m : told()) EXPECT_EQ(m.source, 0);
}

TEST_F(OrderManagerTest, RejectsWhatACheckFailsAndSaysWhich) {
  config_.banks[0].limits[0].max_quantity = 9;
  begin();
  ask(buy(10));
  EXPECT_THAT(sender_.sent, SizeIs(0));
  EXPECT_EQ(last_told().state, OrderState::rejected);
  EXPECT_EQ(last_told().reason, Reason::quantity);
  EXPECT_EQ(last_told().user_ref, 0u);
  EXPECT_EQ(orders_->counters().rejects, 1u);
}

TEST_F(OrderManagerTest, LimitsCountFromTheirSwapOn) {
  begin();
  ask(buy(10));
  ASSERT_THAT(sender_.sent, SizeIs(1));
  const auto bank = std::make_unique<Bank>(config_.banks[0]);
  bank->limits[0].max_quantity = 9;
  orders_->swap(*bank);
  ask(buy(10));
  EXPECT_THAT(sender_.sent, SizeIs(1));
  EXPECT_EQ(last_told().reason, Reason::quantity);
  bank->limits[0].max_quantity = 12;
  orders_->swap(*bank);
  ask(buy(12));
  EXPECT_THAT(sender_.sent, SizeIs(2));
}

TEST_F(OrderManagerTest, RefusesBeforeTheChecksAndJournalsWhy) {
  options_.intent_age = Nanoseconds{kHourNs / 2};
  begin();
  const std::uint32_t generation = feed_->status().generation;
  put(buy(), generation, wall_ns() - kHourNs);
  put(buy(), generation + 1, wall_ns());
  put(cancel(99), generation, wall_ns());
  Intent nowhere = buy();
  nowhere.symbol = 200;
  put(nowhere, generation, wall_ns());
  Intent neither = buy();
  neither.side = static_cast<Side>(16);
  put(neither, generation, wall_ns());
  Intent of_b = buy();  // whose book is empty, and can be relied on
  of_b.symbol = 1;
  put(of_b, generation, wall_ns());
  orders_->round();
  EXPECT_EQ(refusals().size(), 5u);
  market({add(kLocateA, 3, 'B', 100, kBasePrice + 400)});
  ask(buy());
  Command disarm;
  disarm.op = CommandOp::disarm;
  orders_->command(disarm);
  ask(buy());
  EXPECT_THAT(refusals(), ElementsAre(Refusal::too_late, Refusal::untrusted, Refusal::unknown_order,
                                      Refusal::bad_intent, Refusal::bad_intent, Refusal::crossed, Refusal::disarmed));
  EXPECT_EQ(orders_->counters().refused, 7u);
  EXPECT_EQ(orders_->counters().orders, 1u);
  EXPECT_EQ(last_told().state, OrderState::rejected);
  EXPECT_EQ(last_told().reason, Reason::none);
}

TEST_F(OrderManagerTest, TakesNothingOfAFeedThatIsSilent) {
  begin();
  feed_behind_ = 2 * kHourNs;  // its last sign of life
  feed_->round();
  ask(buy());
  EXPECT_FALSE(orders_->feed_good());
  feed_behind_ = 0;
  feed_->round();
  ask(buy());
  EXPECT_TRUE(orders_->feed_good());
  EXPECT_THAT(refusals(), ElementsAre(Refusal::untrusted));
  EXPECT_EQ(orders_->counters().orders, 1u);
}

TEST_F(OrderManagerTest, SuccessorTellsLateWhatItsPredecessorWouldHaveToldAtOnce) {
  config_.banks[0].limits[0].max_quantity = 50;
  begin();
  ask(buy(10));
  exchange_says(CommandOp::ack, 1);
  exchange_says(CommandOp::fill, 1, 4, kBasePrice);
  ask(buy(51));  // rejected
  ask(buy(20, kBasePrice - 100, 6));
  ask(cancel(2));
  ask(cancel(77));  // refused
  exchange_says(CommandOp::done, 2);
  ask(cancel(1));
  const std::vector<OrderMessage> before = told();
  ASSERT_THAT(before, SizeIs(9));
  kill_orders();
  // Killed before anybody heard of anything.
  {
    const auto segment = ipc::Segment::attach(folder_ / "shared/orders", orders_kind(), true);
    segment->at<SharedOrders>(0).told = 0;
  }
  begin_orders();
  const std::vector<OrderMessage> all = told();
  ASSERT_THAT(all, SizeIs(2 * before.size()));
  for (std::size_t i = 0; i < before.size(); ++i) {
    const OrderMessage &at_once = before[i], &late = all[before.size() + i];
    EXPECT_EQ(late.number, at_once.number);
    EXPECT_EQ(late.source, at_once.source);
    EXPECT_EQ(late.incarnation, at_once.incarnation);
    const auto fields = [](const OrderUpdate& u) {
      return std::tuple(u.state, u.reason, u.side, u.symbol, u.user_ref, u.tag, u.price.value, u.quantity.value,
                        u.leaves.value, u.position);
    };
    EXPECT_EQ(fields(late.update), fields(at_once.update)) << "message " << i;
  }
  // And told once, it is not told again.
  kill_orders();
  begin_orders();
  EXPECT_THAT(told(), SizeIs(all.size()));
}

TEST_F(OrderManagerTest, OrderInDoubtIsCancelledAndNeverSentAgain) {
  begin();
  ask(buy(10));
  sender_.broken = true;  // after the journal has it, before it has left
  EXPECT_THROW(ask(buy(20)), std::runtime_error);
  kill_orders();
  sender_.broken = false;
  sender_.sent.clear();
  exchange_.seen.clear();
  begin_orders();
  ASSERT_THAT(sender_.sent, SizeIs(1));
  EXPECT_EQ(kind_of(sender_.sent[0]), 'X');
  EXPECT_EQ(user_ref_of(sender_.sent[0]), 2u);
  EXPECT_EQ(orders_->counters().in_doubt, 1u);
  EXPECT_EQ(orders_->ledger().open(), 2u);
  EXPECT_THAT(orders_->messages(),
              ElementsAre(HasSubstr("2 orders, 2 of them open"), HasSubstr("order 2: its frame may")));
  // The order that did leave is the exchange's as before; of the other it hears the cancel alone.
  ASSERT_THAT(exchange_.seen, SizeIs(2));
  EXPECT_EQ(exchange_.seen[0].user_ref, 1u);
  EXPECT_EQ(exchange_.seen[1].event_kind(), EventKind::cancel);
  // The intent is still in the ring, and is passed over.
  orders_->round();
  EXPECT_EQ(orders_->counters().repeated, 1u);
  EXPECT_THAT(sender_.sent, SizeIs(1));
  ask(buy(30));
  EXPECT_EQ(user_ref_of(sender_.sent.back()), 3u);
}

TEST_F(OrderManagerTest, GoesOnAsItWas) {
  begin();
  ask(buy(10));
  Command kill;
  kill.op = CommandOp::kill;
  orders_->command(kill);
  kill_orders();
  begin_orders();
  EXPECT_TRUE(orders_->killed());
  EXPECT_TRUE(orders_->armed());
  orders_->round();
  ask(buy(10));
  EXPECT_EQ(last_told().reason, Reason::kill);
  options_.strategies = {"second", "first"};
  kill_orders();
  EXPECT_THROW(begin_orders(), std::runtime_error);
}

TEST_F(OrderManagerTest, CancelsWhatAStrategyThatIsGoneHasLeftOpen) {
  begin();
  ask(buy(10));
  ask(buy(20));
  exchange_says(CommandOp::done, 2);
  strategy_.reset();
  rounds_until([&] { return orders_->counters().host_cancels != 0; });
  EXPECT_EQ(kind_of(sender_.sent.back()), 'X');
  EXPECT_EQ(user_ref_of(sender_.sent.back()), 1u);
  EXPECT_EQ(orders_->counters().host_cancels, 1u);
}

TEST_F(OrderManagerTest, KillsWhenAFrameCannotLeave) {
  begin();
  sender_.full = true;
  ask(buy(10));
  EXPECT_TRUE(orders_->killed());
  EXPECT_EQ(orders_->counters().unsent, 1u);
}

TEST_F(OrderManagerTest, CountersShowWhetherItIsArmedAndKilled) {
  const auto shown = [this](std::string_view what) -> std::uint64_t {
    for (const auto& process : ipc::read_stats(options_.folder)) {
      if (process.name != "orders") continue;
      for (const auto& [name, value] : process.counters) {
        if (name == what) return value;
      }
    }
    return 99;
  };
  begin();
  rounds_until([&] { return shown("armed") == 1 && shown("killed") == 0; });
  sender_.full = true;
  ask(buy(10));
  rounds_until([&] { return shown("killed") == 1; });
}

// SEM 9.3: the slot of a user_ref is that of the one 4,096 before.
TEST_F(OrderManagerTest, PassesOverTheNumberWhoseSlotAnOrderThatRestsHas) {
  begin();
  sender_.keep = false;
  ask(buy(10));
  constexpr unsigned kMore = 4'100;
  for (unsigned i = 0; i < kMore; ++i) {
    ask(buy(10));
    ASSERT_THAT(exchange_.seen, SizeIs(2 + i)) << "reason " << name(last_told().reason);
    exchange_says(CommandOp::done, exchange_.seen.back().user_ref);
  }
  EXPECT_EQ(exchange_.seen.back().user_ref, 1u + kMore + 1u);  // 4,097 was passed over
  EXPECT_EQ(orders_->ledger().open(), 1u);
  EXPECT_EQ(orders_->ledger().holder(4'097)->user_ref, 1u);
  // The journal says the same, to a successor and to who replays it.
  kill_orders();
  begin_orders();
  EXPECT_EQ(orders_->ledger().open(), 1u);
  orders_->round();
  ask(buy(10));
  EXPECT_EQ(last_told().user_ref, 1u + kMore + 2u);
}

TEST_F(OrderManagerTest, DisarmsForGoodWhenOrderNumbersAreUsedUp) {
  config_.order.first_user_ref = kOrderNumbersEnd - 2;
  begin();
  ask(buy(10));
  EXPECT_TRUE(orders_->armed());
  ask(buy(10));
  EXPECT_EQ(last_told().state, OrderState::sent);
  EXPECT_EQ(last_told().user_ref, kOrderNumbersEnd - 1);
  EXPECT_TRUE(orders_->numbers_used_up());
  EXPECT_FALSE(orders_->armed());
  EXPECT_EQ(orders_->waits_for(), kOrderNumbersUsedUp);
  const auto stays = [&] {
    Command arm;
    arm.op = CommandOp::arm;
    orders_->command(arm);
    EXPECT_FALSE(orders_->armed());
    ask(buy(10));
    EXPECT_EQ(last_told().state, OrderState::rejected);
  };
  stays();
  ask(cancel(kOrderNumbersEnd - 2));  // cancels need no number
  EXPECT_EQ(last_told().state, OrderState::cancel_sent);
  kill_orders();
  begin_orders();
  orders_->round();
  stays();
  EXPECT_THAT(refusals(), ElementsAre(Refusal::disarmed, Refusal::disarmed));
}

}  // namespace
}  // namespace twinpath::testing
