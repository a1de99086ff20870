// The way to the exchange and back: what is answered to which order, and when.
#include "host/backtest/exchange_model.h"

#include <gtest/gtest.h>

#include "testbench/path/core_fixture.h"

namespace twinpath::testing {
namespace {

class ExchangeModelTest : public CoreTest {
 protected:
  ExchangeModelTest() {
    options_.order_latency = Cycles{100};
    options_.report_latency = Cycles{50};
    config_.order.attributes[0] = '0';
  }
  void start_exchange() { exchange_ = std::make_unique<ExchangeModel>(config_, options_); }
  void market(std::uint64_t time, std::vector<Bytes> messages) {
    Packet p;
    p.sequence = next_;
    p.messages = std::move(messages);
    next_ += p.messages.size();
    const Bytes bytes = p.frame(config_.feed);
    SourceFrame f;
    f.bytes = bytes;
    exchange_->on_frame(Cycles{time}, f);
  }
  void order(std::uint64_t time, std::uint32_t user_ref, Side side, std::uint32_t quantity, std::uint32_t price) {
    Event e{};
    e.kind = static_cast<std::uint8_t>(EventKind::order);
    e.time = time;
    e.side = static_cast<std::uint8_t>(side);
    e.user_ref = user_ref;
    e.quantity = quantity;
    e.price = price;
    exchange_->on_event(e);
  }
  void cancel(std::uint64_t time, std::uint32_t user_ref) {
    Event e{};
    e.kind = static_cast<std::uint8_t>(EventKind::cancel);
    e.time = time;
    e.user_ref = user_ref;
    exchange_->on_event(e);
  }
  // All answers up to then: "150 ack 7, 150 fill 7 10 at 1000000, ".
  std::string answers(std::uint64_t until) {
    std::string s;
    while (const auto a = exchange_->next(Cycles{until})) {
      s += std::to_string(a->time.value) + " " + std::string(name(a->command.op)) + " " +
           std::to_string(a->command.user_ref);
      if (a->command.op == CommandOp::fill)
        s += " " + std::to_string(a->command.quantity) + " at " + std::to_string(a->command.price);
      s += ", ";
    }
    return s;
  }

  BacktestOptions options_;
  std::unique_ptr<ExchangeModel> exchange_;
  std::uint64_t next_ = 1;
};

TEST_F(ExchangeModelTest, AnswersWhenTheWayThereAndBackHasPassed) {
  start_exchange();
  market(10, {add(kA, 1, 'S', 60, kBase)});
  order(20, 7, Side::buy, 100, kBase);
  EXPECT_EQ(answers(169), "");
  EXPECT_EQ(answers(170), "170 ack 7, 170 fill 7 60 at 1000000, ");
  cancel(200, 7);
  EXPECT_EQ(answers(1000), "350 done 7, ");
  EXPECT_EQ(exchange_->ledger().symbols()[0].position, 60);
  EXPECT_EQ(exchange_->open_orders(), 0u);
}

TEST_F(ExchangeModelTest, LetsAnOrderMeetTheMarketOfItsArrival) {
  start_exchange();
  market(10, {add(kA, 1, 'S', 60, kBase)});
  order(20, 7, Side::buy, 60, kBase);
  EXPECT_EQ(answers(119), "");
  market(119, {deleted(kA, 1)});
  EXPECT_EQ(answers(1000), "170 ack 7, ") << "the offer had gone before it arrived at 120";
}

TEST_F(ExchangeModelTest, ArrivesBeforeTheMarketsFramesOfTheSameTime) {
  start_exchange();
  market(10, {add(kA, 1, 'S', 60, kBase)});
  order(20, 7, Side::buy, 60, kBase);
  EXPECT_EQ(answers(120), "");
  market(120, {deleted(kA, 1)});
  EXPECT_EQ(answers(1000), "170 ack 7, 170 fill 7 60 at 1000000, ");
}

TEST_F(ExchangeModelTest, EndsWhatAnImmediateOrderCannotTake) {
  config_.order.attributes[0] = '3';
  start_exchange();
  market(10, {add(kA, 1, 'S', 60, kBase)});
  order(20, 7, Side::buy, 100, kBase);
  EXPECT_EQ(answers(1000), "170 ack 7, 170 fill 7 60 at 1000000, 170 done 7, ");
  EXPECT_EQ(exchange_->orders().immediate, 1u);
}

TEST_F(ExchangeModelTest, FillsARestingOrderAtTheTimeOfTheTrade) {
  start_exchange();
  market(10, {add(kA, 1, 'B', 50, kBase), add(kA, 2, 'S', 50, kBase + 200)});
  order(20, 7, Side::buy, 30, kBase);
  EXPECT_EQ(answers(400), "170 ack 7, ");
  market(400, {executed(kA, 1, 50), add(kA, 3, 'B', 80, kBase), executed(kA, 3, 20)});
  EXPECT_EQ(answers(450), "450 fill 7 20 at 1000000, ");
  EXPECT_EQ(exchange_->ledger().fills().at(0).time, Cycles{400});
}

TEST_F(ExchangeModelTest, DoesNotAnswerACancelThatComesTooLate) {
  start_exchange();
  market(10, {add(kA, 1, 'S', 60, kBase)});
  order(20, 7, Side::buy, 60, kBase);
  cancel(30, 7);
  EXPECT_EQ(answers(1000), "170 ack 7, 170 fill 7 60 at 1000000, ");
  EXPECT_EQ(exchange_->orders().late_cancels, 1u);
}

TEST_F(ExchangeModelTest, AnswersWhatWasSentBeforeTheEndAndNothingLater) {
  start_exchange();
  market(10, {add(kA, 1, 'S', 60, kBase)});
  order(20, 7, Side::buy, 10, kBase);
  exchange_->close();
  EXPECT_EQ(answers(kTimeMask), "170 ack 7, 170 fill 7 10 at 1000000, ");
  order(170, 8, Side::buy, 10, kBase);
  EXPECT_EQ(answers(kTimeMask), "");
  EXPECT_EQ(exchange_->orders().unanswered, 1u);
}

TEST_F(ExchangeModelTest, JitterStaysInItsBoundsKeepsTheOrderAndDependsOnTheSeed) {
  options_.jitter = Cycles{40};
  std::vector<std::string> seen;
  for (const std::uint64_t seed : {1, 1, 2}) {
    options_.seed = seed;
    start_exchange();
    next_ = 1;
    for (std::uint32_t i = 0; i < 200; ++i) order(1000 + i, i, Side::buy, 1, kBase);
    std::uint64_t last = 0;
    std::uint32_t expected = 0;
    std::string times;
    while (const auto a = exchange_->next(Cycles{kTimeMask})) {
      EXPECT_EQ(a->command.user_ref, expected) << "overtaken";
      EXPECT_GE(a->time.value, std::max<std::uint64_t>(last, 1000 + expected + 150));
      EXPECT_LE(a->time.value, 1000 + expected + 150 + 80);
      last = a->time.value;
      times += std::to_string(last) + " ";
      ++expected;
    }
    EXPECT_EQ(expected, 200u);
    seen.push_back(times);
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_NE(seen[0], seen[2]);
}

}  // namespace
}  // namespace twinpath::testing
