// The order manager and a session with an exchange that outlives it; and an operator's cancel of one order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testbench/process/order_manager_fixture.h"

namespace twinpath::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// A session with an exchange goes on with the orders itself: it is told what the journal has, and nothing is sent.
TEST_F(OrderManagerTest, SessionIsToldWhatWasKeptAndNothingIsSentAgain) {
  exchange_.resumes = true;
  begin();
  ask(buy(10));
  ask(buy(20));
  ask(buy(30));
  exchange_says(CommandOp::ack, 1);
  exchange_says(CommandOp::fill, 1, 4, kBasePrice);
  exchange_says(CommandOp::done, 2);
  ask(cancel(3));
  sender_.broken = true;
  EXPECT_THROW(ask(buy(40)), std::runtime_error);  // in the journal, and nobody knows whether it has left
  kill_orders();
  sender_.broken = false;
  sender_.sent.clear();
  exchange_.seen.clear();
  begin_orders();
  ASSERT_TRUE(exchange_.kept);
  const ExchangeSession::Kept& kept = *exchange_.kept;
  EXPECT_EQ(kept.next_user_ref, 5u);
  EXPECT_EQ(kept.answered, 3u);
  ASSERT_THAT(kept.open, SizeIs(3));
  EXPECT_EQ(std::tuple(kept.open[0].sent.user_ref, kept.open[0].sent.quantity, kept.open[0].leaves),
            std::tuple(1u, 10u, 6u));
  EXPECT_EQ(std::tuple(kept.open[1].sent.user_ref, kept.open[1].cancel_sent), std::tuple(3u, true));
  EXPECT_EQ(std::tuple(kept.open[2].sent.user_ref, kept.open[2].leaves), std::tuple(4u, 40u));
  EXPECT_THAT(sender_.sent, SizeIs(0));
  EXPECT_THAT(exchange_.seen, SizeIs(0));
  EXPECT_EQ(orders_->counters().in_doubt, 1u);
  EXPECT_THAT(orders_->messages(), ::testing::Contains(HasSubstr("the exchange is asked")));
  // What it finds out is told as ever, and the position is what the fills come to.
  exchange_says(CommandOp::fill, 1, 6, kBasePrice);
  exchange_says(CommandOp::done, 4);
  EXPECT_EQ(orders_->ledger().open(), 1u);
  EXPECT_EQ(orders_->ledger().position(0), 10);
  kill_orders();
  begin_orders();
  EXPECT_EQ(exchange_.kept->answered, 5u);
  EXPECT_THAT(exchange_.kept->open, SizeIs(1));
}

TEST_F(OrderManagerTest, PositionsComeWithTheNumberOfTheLast) {
  exchange_.resumes = true;
  begin();
  std::array<Command, 2> positions{};
  for (std::uint16_t i = 0; i < 2; ++i) positions[i] = {CommandOp::position, 0, i, 0, 0, 100u + i};
  orders_->begin_with(std::span(positions).first(1), 0);
  EXPECT_EQ(orders_->ledger().position(0), 100);
  kill_orders();
  begin_orders();
  EXPECT_EQ(exchange_.kept->answered, 0u) << "all is to be told once more";
  orders_->begin_with(positions, 77);
  exchange_.number = 77;
  exchange_.answers.push_back(positions[0]);  // it has that already
  orders_->round();
  kill_orders();
  begin_orders();
  EXPECT_EQ(exchange_.kept->answered, 77u);
  EXPECT_EQ(orders_->ledger().position(1), 101);
  positions[0].price = static_cast<std::uint32_t>(-5);  // a trade was broken
  exchange_.answers.push_back(positions[0]);
  orders_->round();
  EXPECT_EQ(orders_->ledger().position(0), -5);
  EXPECT_EQ(last_told().state, OrderState::position);
}

TEST_F(OrderManagerTest, DisarmsWhileTheSessionDoesNotTradeAndArmsItselfAgain) {
  live_.arm = ArmWhen::when_trusted;
  for (auto& l : config_.banks[0].limits) l.permit_buy = l.permit_sell = false;
  config_.banks[0].limits[0].permit_buy = true;
  exchange_.resumes = true;
  begin();
  rounds_until([&] { return orders_->armed(); });
  exchange_.up = false;
  orders_->round();
  EXPECT_FALSE(orders_->armed());
  EXPECT_THAT(orders_->waits_for(), HasSubstr("session"));
  ask(buy(10));
  EXPECT_THAT(refusals(), ElementsAre(Refusal::disarmed));
  // Nobody meant it: so it is for a successor, and the successor's.
  for (int i = 0; i < 2; ++i) {
    kill_orders();
    begin_orders();
    orders_->round();
    EXPECT_FALSE(orders_->armed());
  }
  exchange_.up = true;
  rounds_until([&] { return orders_->armed(); });
  // What the operator says stands, through any number of successors.
  Command disarm;
  disarm.op = CommandOp::disarm;
  orders_->command(disarm);
  for (int i = 0; i < 3; ++i) {
    kill_orders();
    begin_orders();
    orders_->round();
    EXPECT_EQ(orders_->waits_for(), "the arm command");
  }
  Command arm;
  arm.op = CommandOp::arm;
  orders_->command(arm);
  exchange_.wants_kill = true;
  exchange_.up = false;
  orders_->round();
  EXPECT_TRUE(orders_->killed());
}

TEST_F(OrderManagerTest, SessionThatCarriesOrdersNeedsNoFrames) {
  exchange_.takes_orders = true;
  begin();
  sender_.broken = true;
  ask(buy(10));
  ask(cancel(1));
  EXPECT_THAT(exchange_.seen, SizeIs(2));
  EXPECT_EQ(last_told().state, OrderState::cancel_sent);
  kill_orders();
  begin_orders();
  EXPECT_EQ(orders_->counters().in_doubt, 0u);
}

TEST_F(OrderManagerTest, CancelsOneOrderAndSaysWhyItCannot) {
  begin();
  ask(buy(10));
  ask(buy(20));
  EXPECT_THAT(orders_->cancel(3), HasSubstr("which no order has had; the next one is 3"));
  EXPECT_EQ(orders_->cancel(2), "");
  EXPECT_EQ(kind_of(sender_.sent.back()), 'X');
  EXPECT_EQ(user_ref_of(sender_.sent.back()), 2u);
  EXPECT_THAT(orders_->cancel(2), HasSubstr("a cancel has been sent already"));
  exchange_says(CommandOp::done, 2);
  EXPECT_THAT(orders_->cancel(2), HasSubstr("whose order is over"));
  EXPECT_EQ(orders_->counters().host_cancels, 1u);
  EXPECT_THAT(sender_.sent, SizeIs(3));
  journal_->flush();
  JournalReader reader(journal_->folder());
  unsigned journalled = 0;
  while (const auto r = reader.next()) journalled += r->header.kind == JournalKind::host_cancel;
  EXPECT_EQ(journalled, 1u);
}

}  // namespace
}  // namespace twinpath::testing
