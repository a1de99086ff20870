// The host of a strategy's process, between a real feed and a real order manager.
#include "host/process/strategy_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testbench/process/process_fixture.h"

namespace twinpath::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

// Writes down what it is told, and asks for what the test wants when it is told of a book.
struct Diary {
  std::vector<std::string> heard;
  std::vector<StatusUpdate> statuses;
  std::vector<BookUpdate> books;
  std::vector<OrderUpdate> orders;
  std::vector<Intent> wish;

  void on_status(const StatusUpdate& s, Intents&) noexcept {
    heard.push_back(s.armed ? "armed" : "not armed");
    statuses.push_back(s);
  }
  void on_book(const BookUpdate& b, Intents& ask) noexcept {
    heard.push_back("book " + std::to_string(b.symbol));
    books.push_back(b);
    for (const Intent& i : wish) {
      if (i.kind == IntentKind::enter) {
        ask.enter(i.symbol, i.side, i.price, i.quantity, i.tag);
      } else {
        ask.cancel(i.symbol, i.user_ref);
      }
    }
    wish.clear();
  }
  void on_order(const OrderUpdate& u, Intents&) noexcept {
    heard.push_back("order " + std::to_string(static_cast<int>(u.state)));
    orders.push_back(u);
  }
};

Intent buying(std::uint32_t quantity, std::uint32_t tag = 0) {
  Intents ask;
  ask.enter(0, Side::buy, Price{kBasePrice}, Quantity{quantity}, tag);
  return ask[0];
}

class StrategyHostTest : public ProcessTest {
 protected:
  using Host = StrategyHost<Diary>;

  void begin(const std::string& name = "first") { host_ = std::make_unique<Host>(diary_, name, config_, options_); }
  // Everything that there is, through all three.
  void settle() {
    for (int i = 0; i < 4; ++i) {
      if (feed_) feed_->round();
      if (host_) host_->round();
      if (orders_) orders_->round();
    }
  }
  // Attaching is tried every 20 ms.
  void until(const std::function<bool()>& done) {
    const std::uint64_t end = wall_ns() + 60'000'000'000;
    while (!done() && wall_ns() < end) settle();
    EXPECT_TRUE(done());
  }
  void begin_all() {
    begin_feed();
    quote_a();
    begin_orders();
    begin();
    settle();
    ASSERT_TRUE(host_->attached());
    // The order manager looks for strategies now and then.
    until([&] { return orders_->present(0); });
  }
  void touch_a() { market({add(kLocateA, next_reference_++, 'B', 1, kBasePrice)}); }

  Diary diary_;
  std::unique_ptr<Host> host_;
  std::uint64_t next_reference_ = 1000;
};

TEST_F(StrategyHostTest, TellsStatusThenPositionsThenBooksThenWhatChanges) {
  begin_feed();
  quote_a();
  begin_orders();
  Command position;
  position.op = CommandOp::position;
  position.symbol = 1;
  position.price = static_cast<std::uint32_t>(-300);
  orders_->command(position);
  orders_->round();  // its first sign of life
  begin();
  host_->round();
  EXPECT_THAT(diary_.heard, ElementsAre("armed", "order 7", "book 0", "book 1"));
  EXPECT_EQ(diary_.orders[0].position, -300);
  EXPECT_EQ(diary_.orders[0].symbol, 1);
  EXPECT_EQ(diary_.books[0].after.bid.price.value, kBasePrice);
  EXPECT_EQ(diary_.books[0].before, diary_.books[0].after);
  EXPECT_TRUE(diary_.books[0].trusted);
  diary_.heard.clear();
  market({add(kLocateA, 3, 'B', 70, kBasePrice + 100)});
  Command disarm;
  disarm.op = CommandOp::disarm;
  orders_->command(disarm);
  host_->round();
  EXPECT_THAT(diary_.heard, ElementsAre("book 0", "not armed", "book 0", "book 1"));
  EXPECT_EQ(diary_.books[2].before.bid.price.value, kBasePrice);
  EXPECT_EQ(diary_.books[2].after.bid.price.value, kBasePrice + 100);
}

TEST_F(StrategyHostTest, WaitsForTheOthersToCome) {
  begin();
  host_->round();
  EXPECT_FALSE(host_->attached());
  EXPECT_THAT(diary_.heard, SizeIs(0));
  begin_feed();
  begin_orders();
  orders_->round();  // its first sign of life
  until([&] { return host_->attached(); });
  EXPECT_EQ(diary_.heard.at(0), "armed");
}

TEST_F(StrategyHostTest, IntentBecomesAnOrderThatItIsToldOf) {
  begin_all();
  diary_.wish = {buying(10, 5)};
  diary_.orders.clear();
  touch_a();
  settle();
  ASSERT_THAT(sender_.sent, SizeIs(1));
  ASSERT_THAT(diary_.orders, SizeIs(1));
  EXPECT_EQ(diary_.orders[0].state, OrderState::sent);
  EXPECT_EQ(diary_.orders[0].tag, 5u);
  // The event names the message that caused it.
  EXPECT_EQ(exchange_.seen.at(0).sequence, sequence_ - 1);
  EXPECT_EQ(exchange_.seen.at(0).reference, next_reference_ - 1);
  EXPECT_EQ(exchange_.seen.at(0).msg_type, 'A');
  exchange_.answers.push_back(answer(CommandOp::fill, 1, 10, kBasePrice));
  settle();
  ASSERT_THAT(diary_.orders, SizeIs(2));
  EXPECT_EQ(diary_.orders[1].state, OrderState::filled);
  EXPECT_EQ(diary_.orders[1].position, 10);
}

TEST_F(StrategyHostTest, HearsOfAnothersFillAsAPositionAndOfItsOrdersNothing) {
  begin_all();
  Diary other;
  StrategyHost<Diary> second(other, "second", config_, options_);
  second.round();
  other.orders.clear();
  diary_.wish = {buying(10)};
  touch_a();
  settle();
  exchange_.answers.push_back(answer(CommandOp::fill, 1, 10, kBasePrice));
  settle();
  second.round();
  ASSERT_THAT(other.orders, SizeIs(1));
  EXPECT_EQ(other.orders[0].state, OrderState::position);
  EXPECT_EQ(other.orders[0].position, 10);
}

TEST_F(StrategyHostTest, SuccessorHasAnotherIncarnationAndGoesOnCounting) {
  begin_all();
  diary_.wish = {buying(10)};
  touch_a();
  settle();
  EXPECT_EQ(host_->incarnation(), 1u);
  host_.reset();
  diary_ = {};
  begin();
  EXPECT_EQ(host_->incarnation(), 2u);
  settle();
  EXPECT_EQ(diary_.heard.at(0), "armed");
  diary_.orders.clear();
  exchange_.answers.push_back(answer(CommandOp::fill, 1, 10, kBasePrice));
  settle();
  // Its predecessor's order is not its own.
  ASSERT_THAT(diary_.orders, SizeIs(1));
  EXPECT_EQ(diary_.orders[0].state, OrderState::position);
  diary_.wish = {buying(20)};
  touch_a();
  settle();
  EXPECT_EQ(orders_->counters().intents, 2u);
  EXPECT_EQ(orders_->counters().repeated, 0u);
}

TEST_F(StrategyHostTest, ThatWasTooSlowGoesOnWithTheBooksAsTheyAre) {
  options_.market_records = 64;
  begin_all();
  diary_.books.clear();
  for (int i = 0; i < 200; ++i) touch_a();
  until([&] { return host_->counters().missed != 0; });
  settle();
  EXPECT_GE(host_->counters().resyncs, 2u);
  ASSERT_FALSE(diary_.books.empty());
  const auto last =
      std::find_if(diary_.books.rbegin(), diary_.books.rend(), [](const auto& b) { return b.symbol == 0; });
  EXPECT_EQ(last->after.bid.quantity.value, 300u);
  EXPECT_LT(diary_.books.size(), 150u);
}

TEST_F(StrategyHostTest, ThatMissedWhatBecameOfOrdersEnds) {
  begin_all();
  Command arm;
  arm.op = CommandOp::position;
  for (std::size_t i = 0; i < kOrderMessages + 10; ++i) orders_->command(arm);
  EXPECT_THROW(host_->round(), std::runtime_error);
}

TEST_F(StrategyHostTest, WithoutRoomItsIntentsAreRefusedAtOnce) {
  begin_all();
  orders_.reset();  // nobody takes them
  diary_.orders.clear();
  std::size_t asked = 0;
  while (asked < kIntentSlots + 8) {
    diary_.wish.assign(8, buying(10, 9));
    asked += 8;
    touch_a();
    host_->round();
  }
  EXPECT_EQ(host_->counters().intents, kIntentSlots);
  EXPECT_EQ(host_->counters().full, 8u);
  ASSERT_THAT(diary_.orders, SizeIs(8));
  EXPECT_EQ(diary_.orders[0].state, OrderState::rejected);
  EXPECT_EQ(diary_.orders[0].reason, Reason::none);
  EXPECT_EQ(diary_.orders[0].tag, 9u);
}

TEST_F(StrategyHostTest, FeedThatFallsSilentIsStaleAndTheBooksAreTakenAfreshWhenItComesBack) {
  begin_all();
  diary_.heard.clear();
  feed_behind_ = 2 * kHourNs;
  feed_->round();
  host_->round();
  ASSERT_THAT(diary_.heard, SizeIs(1));
  EXPECT_TRUE(diary_.statuses.back().stale);
  feed_behind_ = 0;
  feed_->round();
  host_->round();
  EXPECT_FALSE(diary_.statuses.back().stale);
  EXPECT_EQ(host_->counters().resyncs, 2u);
  EXPECT_TRUE(diary_.books.back().trusted);
}

}  // namespace
}  // namespace twinpath::testing
