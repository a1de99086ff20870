#include "host/session/ouch_orders.h"

#include <gtest/gtest.h>

#include "testbench/session/ouch_trials.h"

namespace twinpath::session {
namespace {

class Changes final : public OuchOrdersListener {
 public:
  void changed(const OuchOrder& order, const OuchChange& change) override {
    told.emplace_back(order.user_ref, change.what, order.state);
  }
  std::vector<std::tuple<std::uint32_t, OrderChange, OrderState>> told;
};

class OuchOrdersTest : public testing::Test {
 public:
  template <class M>
  bool request(const M& m) {
    return orders.request(ouch_bytes(m));
  }
  template <class M>
  void answer(const M& m) {
    orders.answer(ouch_bytes(m));
  }
  template <class M = ouch::Accepted>
  M acceptance(std::uint32_t ref, char side = 'B', std::uint32_t quantity = 100, char state = 'L') {
    M a;
    a.user_ref_num = ref;
    a.side = side;
    a.quantity = quantity;
    a.symbol = make_text<8>("AAPL");
    a.price = 1'000'000;
    a.order_state = state;
    return a;
  }
  void live(std::uint32_t ref, char side = 'B', std::uint32_t quantity = 100) {
    ASSERT_TRUE(request(an_order(ref, side, quantity)));
    answer(acceptance(ref, side, quantity));
  }
  void execute(std::uint32_t ref, std::uint32_t quantity, std::uint64_t match, std::uint64_t price = 1'000'000) {
    ouch::Executed e;
    e.user_ref_num = ref;
    e.quantity = quantity;
    e.price = price;
    e.match_number = match;
    answer(e);
  }
  void cancel(std::uint32_t ref, std::uint32_t quantity) {
    ouch::Canceled c;
    c.user_ref_num = ref;
    c.quantity = quantity;
    c.reason = 'U';
    answer(c);
  }
  const OuchPosition& position() const { return orders.positions().at(make_text<8>("AAPL")); }
  OrderState state(std::uint32_t ref) const { return orders.find(ref)->state; }

  Changes changes;
  OuchOrders orders{&changes};
};

TEST_F(OuchOrdersTest, AnOrderThatIsSentCountsAsOpenUntilItIsAnswered) {
  ASSERT_TRUE(request(an_order(1)));
  EXPECT_EQ(state(1), OrderState::sent);
  EXPECT_EQ(position().open_buy, 100U);
  ouch::Rejected j;
  j.user_ref_num = 1;
  answer(j);
  EXPECT_EQ(state(1), OrderState::rejected);
  EXPECT_EQ(position().open_buy, 0U);
  EXPECT_EQ(orders.next_user_ref(), 2U);
}

TEST_F(OuchOrdersTest, ExecutionsMovePositionAndCashOnceEach) {
  live(1);
  execute(1, 30, 5, 1'010'000);
  execute(1, 30, 5, 1'010'000);
  EXPECT_EQ(orders.executions(), 1U);
  EXPECT_EQ(orders.duplicates(), 1U);
  EXPECT_EQ(position(),
            (OuchPosition{.shares = 30, .cash = -30'300'000, .bought = 30, .sold = 0, .open_buy = 70, .open_sell = 0}));
  execute(1, 70, 6);
  EXPECT_EQ(state(1), OrderState::filled);
  live(2, 'T', 40);
  execute(2, 40, 6);  // both sides of one match are ours
  EXPECT_EQ(position().shares, 60);
  EXPECT_EQ(position().sold, 40U);
  EXPECT_EQ(orders.disagreements(), 0U);
}

TEST_F(OuchOrdersTest, ALateExecutionMovesThePositionAndIsADisagreement) {
  live(1);
  cancel(1, 100);
  execute(1, 10, 5);
  EXPECT_EQ(position().shares, 10);
  EXPECT_EQ(state(1), OrderState::canceled);
  EXPECT_EQ(orders.first_disagreement(), "order 1: executed while canceled");
}

TEST_F(OuchOrdersTest, ABrokenTradeIsTakenOutOfThePositionOnce) {
  live(1);
  execute(1, 30, 5, 1'010'000);
  ouch::BrokenTrade b;
  b.user_ref_num = 1;
  b.match_number = 5;
  answer(b);
  answer(b);
  EXPECT_EQ(position(), (OuchPosition{.shares = 0, .cash = 0, .bought = 0, .sold = 0, .open_buy = 70, .open_sell = 0}));
  b.match_number = 6;
  answer(b);
  EXPECT_EQ(orders.first_disagreement(), "order 1: a trade is broken that never was");
}

TEST_F(OuchOrdersTest, ACancelWaitsForItsAnswerWhateverElseIsTakenMeanwhile) {
  live(1);
  ASSERT_TRUE(request(ouch::CancelOrder{.user_ref_num = 1, .quantity = 40}));
  EXPECT_EQ(state(1), OrderState::canceling);
  cancel(1, 10);
  EXPECT_EQ(state(1), OrderState::canceling);
  execute(1, 20, 5);
  EXPECT_EQ(state(1), OrderState::canceling);
  cancel(1, 50);
  EXPECT_EQ(state(1), OrderState::live);
  EXPECT_EQ(orders.find(1)->open, 20U);
  EXPECT_FALSE(request(ouch::CancelOrder{.user_ref_num = 1, .quantity = 40})) << "it takes nothing";
  ASSERT_TRUE(request(ouch::CancelOrder{.user_ref_num = 1, .quantity = 0}));
  cancel(1, 20);
  EXPECT_EQ(state(1), OrderState::canceled);
}

TEST_F(OuchOrdersTest, AReplacementGoesOnWhereTheOrderWas) {
  live(1);
  execute(1, 30, 5);
  ouch::ReplaceOrder m;
  m.orig_user_ref_num = 1;
  m.user_ref_num = 2;
  m.quantity = 130;
  ASSERT_TRUE(request(m));
  EXPECT_EQ(position().open_buy, 170U) << "until it is answered both may be executed";
  m.user_ref_num = 3;
  EXPECT_FALSE(request(m)) << "one replacement at a time";
  execute(1, 20, 6);
  auto r = acceptance<ouch::Replaced>(2, 'B', 80);
  r.orig_user_ref_num = 1;
  answer(r);
  EXPECT_EQ(state(1), OrderState::replaced);
  EXPECT_EQ(orders.find(2)->done_before, 50U);
  EXPECT_EQ(orders.find(2)->quantity, 130U);
  EXPECT_EQ(position().open_buy, 80U);
  EXPECT_EQ(orders.disagreements(), 0U);
}

TEST_F(OuchOrdersTest, AReplacementOfWhatIsGoneWasNeverSeen) {
  live(1);
  ouch::ReplaceOrder m;
  m.orig_user_ref_num = 1;
  m.user_ref_num = 2;
  m.quantity = 50;
  ASSERT_TRUE(request(m));
  execute(1, 100, 5);
  EXPECT_EQ(state(2), OrderState::unseen);
  EXPECT_EQ(position().open_buy, 0U);
}

TEST_F(OuchOrdersTest, SelfMatchPreventionCountsAsDoneForReplacements) {
  live(1);
  ouch::AiqCanceled d;
  d.user_ref_num = 1;
  d.quantity = 60;
  answer(d);
  EXPECT_EQ(orders.find(1)->open, 40U);
  auto r = acceptance<ouch::Replaced>(2, 'B', 40);
  r.orig_user_ref_num = 1;
  answer(r);
  EXPECT_EQ(orders.find(2)->done_before, 60U);
  EXPECT_EQ(orders.adopted(), 1U);
}

TEST_F(OuchOrdersTest, WhatIsUnansweredWhenAllIsSaidNeverArrived) {
  live(1);
  ASSERT_TRUE(request(ouch::CancelOrder{.user_ref_num = 1, .quantity = 0}));
  ASSERT_TRUE(request(an_order(2)));
  orders.resolve(7);
  EXPECT_EQ(state(1), OrderState::live);
  EXPECT_EQ(state(2), OrderState::unseen);
  EXPECT_EQ(orders.unseen(), 1U);
  EXPECT_EQ(orders.next_user_ref(), 7U);
  EXPECT_EQ(changes.told, (std::vector<std::tuple<std::uint32_t, OrderChange, OrderState>>{
                              {1, OrderChange::accepted, OrderState::live},
                              {1, OrderChange::cancel_unseen, OrderState::live},
                              {2, OrderChange::unseen, OrderState::unseen}}));
  EXPECT_EQ(orders.disagreements(), 0U);
  orders.resolve(1);
  EXPECT_EQ(orders.first_disagreement(), "order 1: answered, but the venue says that it takes this number next");
}

TEST_F(OuchOrdersTest, AnOrderOnlyTheVenueKnowsIsTakenAsItSays) {
  answer(acceptance(9, 'S', 50));
  EXPECT_EQ(orders.adopted(), 1U);
  EXPECT_EQ(position().open_sell, 50U);
  EXPECT_EQ(orders.next_user_ref(), 10U);
  EXPECT_FALSE(request(an_order(9)));
}

TEST_F(OuchOrdersTest, AnOrderAcceptedDeadIsOver) {
  ASSERT_TRUE(request(an_order(1)));
  answer(acceptance(1, 'B', 100, 'D'));
  EXPECT_EQ(state(1), OrderState::canceled);
  EXPECT_EQ(position().open_buy, 0U);
}

TEST_F(OuchOrdersTest, ACancelPendingHoldsUntilTheVenueCancels) {
  live(1);
  ouch::CancelPending p;
  p.user_ref_num = 1;
  answer(p);
  orders.resolve(2);
  EXPECT_EQ(state(1), OrderState::cancel_pending);
  cancel(1, 100);
  EXPECT_EQ(state(1), OrderState::canceled);
}

TEST_F(OuchOrdersTest, PriorityAndModificationsAreFollowed) {
  live(1, 'S');
  ouch::PriorityUpdate t;
  t.user_ref_num = 1;
  t.price = 990'000;
  t.order_reference_number = 77;
  answer(t);
  EXPECT_EQ(orders.find(1)->price, 990'000U);
  EXPECT_EQ(orders.find(1)->order_reference, 77U);
  answer(ouch::Modified{.timestamp = 0, .user_ref_num = 1, .side = 'T', .quantity = 60});
  EXPECT_EQ(position().open_sell, 60U);
  EXPECT_EQ(orders.disagreements(), 0U);
}

TEST_F(OuchOrdersTest, WhatTheVenueCannotMeanIsADisagreement) {
  execute(5, 10, 1);
  EXPECT_EQ(orders.first_disagreement(), "order 5: executed, but it was never accepted");
  cancel(5, 10);
  orders.answer(Bytes{'?'});
  orders.answer(Bytes{'E', 1});
  live(6);
  execute(6, 101, 2);
  answer(acceptance(6));
  EXPECT_EQ(orders.disagreements(), 6U);
  EXPECT_EQ(position().shares, 101);
}

TEST_F(OuchOrdersTest, PositionsAreComparedSymbolBySymbol) {
  live(1);
  execute(1, 30, 5);
  std::map<Text<8>, OuchPosition> venue;
  EXPECT_EQ(orders.compare(venue), "AAPL: we have 30 shares and cash of -30000000, the venue 0 and 0\n");
  venue[make_text<8>("AAPL")] = {
      .shares = 30, .cash = -30'000'000, .bought = 0, .sold = 0, .open_buy = 0, .open_sell = 0};
  EXPECT_EQ(orders.compare(venue), "");
  venue[make_text<8>("MSFT")].shares = 1;
  EXPECT_EQ(orders.compare(venue), "MSFT: we have 0 shares and cash of 0, the venue 1 and 0\n");
}

// Answers to queries do not say which query they are for: an old one that comes late must not be taken for the answer.
TEST(OuchClientTest, AnOldAnswerToAQueryResolvesNothing) {
  FragileStore store;
  OuchClient client(client_options(), store);
  SoupClient& soup = client.soup();
  Nanoseconds now{1};
  const auto log_in = [&](std::uint64_t sequence) {
    client.soup().connected(now);
    soup.sent(soup.output().size(), now);
    soup.receive(accepted_packet("DAY1", sequence), now);
    soup.sent(soup.output().size(), now);
  };
  const auto answer = [&](const Bytes& message) {
    soup.receive(packet(soup::PacketType::sequenced, message), now);
    soup.sent(soup.output().size(), now);
  };
  ouch::AccountQueryResponse told;
  told.next_user_ref_num = 1;
  client.start(now);
  log_in(1);
  EXPECT_EQ(client.state(), OuchClient::State::resolving);
  EXPECT_FALSE(client.send(an_order(1), now)) << "nothing is sent before all is known";
  answer(ouch_bytes(told));
  EXPECT_EQ(client.state(), OuchClient::State::trading);
  // Two connections are lost behind a query each, an order in front of the first.
  ASSERT_TRUE(client.send(an_order(1), now));
  for (int i = 0; i < 2; ++i) {
    soup.disconnected(now);
    soup.advance(now = soup.next_deadline());
    log_in(2);
  }
  answer(ouch_bytes(told));
  EXPECT_EQ(client.state(), OuchClient::State::resolving) << "this may be the answer to the lost connection's query";
  EXPECT_EQ(client.orders().find(1)->state, OrderState::sent);
  ouch::Accepted a;
  a.user_ref_num = 1;
  a.side = 'B';
  a.quantity = 100;
  a.symbol = make_text<8>("AAPL");
  a.order_state = 'L';
  answer(ouch_bytes(a));
  told.next_user_ref_num = 2;
  answer(ouch_bytes(told));
  EXPECT_EQ(client.state(), OuchClient::State::trading);
  EXPECT_EQ(client.orders().find(1)->state, OrderState::live);
  EXPECT_EQ(client.orders().disagreements(), 0U);
}

TEST(OuchClientTest, RecordsThatNoClientKeptAreRefused) {
  FragileStore store;
  OuchClient client(client_options(), store);
  EXPECT_THROW(client.recall(OuchRecord::answer, 2, Bytes{}), std::runtime_error);
  EXPECT_THROW(client.recall(static_cast<OuchRecord>(9), 1, Bytes{}), std::runtime_error);
  EXPECT_THROW(client.recall(OuchRecord::login, 1, Bytes(9)), std::runtime_error);
}

}  // namespace
}  // namespace twinpath::session
