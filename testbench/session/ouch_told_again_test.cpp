// A venue that tells an answer again, under another sequence number: it is obeyed once, and counted.
#include <gtest/gtest.h>

#include "host/session/ouch_orders.h"
#include "testbench/session/ouch_trials.h"

namespace twinpath::session {
namespace {

class OuchToldAgainTest : public testing::Test {
 public:
  template <class M>
  void answer(const M& m) {
    orders.answer(ouch_bytes(m));
  }
  static ouch::Accepted accepted(std::uint64_t timestamp, std::uint32_t ref = 1) {
    ouch::Accepted a;
    a.timestamp = timestamp;
    a.user_ref_num = ref;
    a.side = 'B';
    a.quantity = 100;
    a.symbol = make_text<8>("AAPL");
    a.price = 1'000'000;
    a.order_state = 'L';
    return a;
  }
  static ouch::Canceled canceled(std::uint64_t timestamp, std::uint32_t quantity) {
    ouch::Canceled c;
    c.timestamp = timestamp;
    c.user_ref_num = 1;
    c.quantity = quantity;
    c.reason = 'U';
    return c;
  }
  static ouch::Executed executed(std::uint32_t quantity, std::uint64_t match) {
    ouch::Executed e;
    e.timestamp = 50;
    e.user_ref_num = 1;
    e.quantity = quantity;
    e.price = 1'000'000;
    e.match_number = match;
    return e;
  }
  std::uint64_t open_buy() const { return orders.positions().at(make_text<8>("AAPL")).open_buy; }

  OuchOrders orders;
};

TEST_F(OuchToldAgainTest, AnAcceptanceCountsOnceWhateverBecameOfTheOrder) {
  ASSERT_TRUE(orders.request(ouch_bytes(an_order(1, 'B', 100))));
  answer(accepted(7));
  answer(accepted(7));
  EXPECT_EQ(open_buy(), 100U);
  answer(executed(100, 3));
  answer(accepted(7));
  EXPECT_EQ(orders.find(1)->state, OrderState::filled);
  EXPECT_EQ(orders.duplicates(), 2U);
  EXPECT_EQ(orders.disagreements(), 0U);
}

TEST_F(OuchToldAgainTest, ACancellationTakesItsSharesOnce) {
  ASSERT_TRUE(orders.request(ouch_bytes(an_order(1, 'B', 100))));
  answer(accepted(7));
  answer(canceled(8, 30));
  answer(canceled(8, 30));
  EXPECT_EQ(open_buy(), 70U);
  answer(canceled(9, 70));
  answer(canceled(9, 70));
  EXPECT_EQ(orders.find(1)->state, OrderState::canceled);
  EXPECT_EQ(orders.duplicates(), 2U);
  EXPECT_EQ(orders.disagreements(), 0U);
}

TEST_F(OuchToldAgainTest, ARejectionIsOne) {
  ASSERT_TRUE(orders.request(ouch_bytes(an_order(1, 'B', 100))));
  ouch::Rejected j;
  j.timestamp = 7;
  j.user_ref_num = 1;
  answer(j);
  answer(j);
  EXPECT_EQ(orders.find(1)->state, OrderState::rejected);
  EXPECT_EQ(orders.duplicates(), 1U);
  EXPECT_EQ(orders.disagreements(), 0U);
}

// Fills that come behind the cancel's answer: what was canceled and what was filled are the whole order.
TEST_F(OuchToldAgainTest, AFillBehindTheAnswerToTheCancelIsNoContradiction) {
  ASSERT_TRUE(orders.request(ouch_bytes(an_order(1, 'B', 100))));
  answer(accepted(7));
  answer(canceled(9, 40));
  EXPECT_EQ(open_buy(), 60U);
  answer(executed(60, 3));
  EXPECT_EQ(orders.find(1)->state, OrderState::filled);
  EXPECT_EQ(orders.positions().at(make_text<8>("AAPL")).shares, 60);
  EXPECT_EQ(orders.disagreements(), 0U);
}

// Deliberate faults: what only looks like something told before contradicts it.
TEST_F(OuchToldAgainTest, AnotherTimeIsAnotherAnswer) {
  ASSERT_TRUE(orders.request(ouch_bytes(an_order(1, 'B', 100))));
  answer(accepted(7));
  answer(accepted(8));
  EXPECT_EQ(orders.first_disagreement(), "order 1: accepted while live");
  answer(canceled(9, 100));
  answer(canceled(10, 100));
  EXPECT_EQ(orders.disagreements(), 2U);
  EXPECT_EQ(orders.duplicates(), 0U);
}

}  // namespace
}  // namespace twinpath::session
