// Feed, order manager and strategy of a run of several processes, in one: the shared memory, the journal and their
// files are real. What ends an object here without a word is what SIGKILL leaves behind.
#pragma once
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/core/wall_clock.h"
#include "host/process/feed_engine.h"
#include "host/process/order_manager.h"
#include "testbench/feed/itch_messages.h"
#include "testbench/ipc/ipc_fixture.h"
#include "testbench/live/keeping_sender.h"
#include "testbench/path/wide_config.h"

namespace twinpath::testing {

inline constexpr std::uint64_t kHourNs = 3'600ULL * 1'000'000'000;

// Frames that a test puts there, stamped as they are taken.
class FrameQueue final : public PacketReceiver {
 public:
  std::deque<Bytes> waiting;
  std::function<Nanoseconds()> wall;

  std::size_t receive(std::span<SourceFrame> frames) override {
    if (waiting.empty()) return 0;
    frame_ = std::move(waiting.front());
    waiting.pop_front();
    frames[0] = {};
    frames[0].timestamp = wall();
    frames[0].bytes = frame_;
    return 1;
  }
  ReceiveCounters counters() override { return {}; }
  TimestampSource timestamp_source() const noexcept override { return TimestampSource::kernel; }
  std::string describe() const override { return "a queue"; }

 private:
  Bytes frame_;
};

// An exchange that says what the test lets it say.
class HandExchange final : public ExchangeSession {
 public:
  std::vector<Event> seen;
  std::deque<Command> answers;
  std::uint64_t number = 0;  // of the last answer
  bool resumes = false;      // a session, that knows of all orders and numbers its answers
  std::optional<Kept> kept;  // what it was told that was kept
  bool up = true, wants_kill = false, takes_orders = false;

  void sent(const Event& e) override { seen.push_back(e); }
  std::optional<Answer> poll(Cycles until) override {
    if (answers.empty()) return std::nullopt;
    const Answer a{until, answers.front(), resumes ? ++number : 0};
    answers.pop_front();
    return a;
  }
  bool resume(const Kept& k) override {
    if (resumes) kept = k;
    return resumes;
  }
  bool trading() const noexcept override { return up; }
  bool kills() const noexcept override { return wants_kill; }
  bool carries() const noexcept override { return takes_orders; }
  Cycles next_due() const noexcept override { return answers.empty() ? Cycles{kTimeMask} : Cycles{}; }
  Cycles reaction() const noexcept override { return Cycles{1}; }
  bool replayed() const noexcept override { return false; }
};

class ProcessTest : public ::testing::Test {
 protected:
  ProcessTest() : config_(wide_config()) {
    options_.folder = (folder_ / "shared").string();
    options_.strategies = {"first", "second"};
    options_.market_records = 1024;
    options_.store_bytes = 1U << 20U;
    // Nothing here depends on how fast the machine is.
    options_.feed_timeout = Nanoseconds{kHourNs};
    options_.intent_age = Nanoseconds{kHourNs};
    live_.arm = ArmWhen::at_start;
    journal_options_.folder = (folder_ / "journal").string();
    journal_options_.sync = JournalOptions::Sync::none;
    journal_options_.batch_us = 50;
    queue_.wall = [this] { return wall(); };
  }

  Nanoseconds wall() const { return Nanoseconds{wall_ns() - feed_behind_}; }

  // ---- feed ----
  void begin_feed() {
    feed_ = std::make_unique<FeedEngine>(
        config_, live_, options_, inputs_, [this] { return wall(); }, recovery_ ? &*recovery_ : nullptr);
  }
  // One packet, next in sequence, or after `lost` messages that nobody gets.
  void market(std::vector<Bytes> messages, std::uint64_t lost = 0) {
    Packet p;
    p.sequence = sequence_ += lost;
    p.messages = std::move(messages);
    sequence_ += p.messages.size();
    queue_.waiting.push_back(p.frame(config_.feed));
    on_packet(queue_.waiting.back());
    if (feed_) feed_->round();
  }
  virtual void on_packet(std::span<const std::uint8_t>) {}
  // 100.00 to 100.02 on A, 100 and 200 shares.
  void quote_a() { market({add(kLocateA, 1, 'B', 100, kBasePrice), add(kLocateA, 2, 'S', 200, kBasePrice + 200)}); }

  // ---- order manager ----
  void begin_orders() {
    journal_ = std::make_unique<Journal>(journal_options_);
    orders_ = std::make_unique<OrderManager>(config_, live_, options_, *journal_, &sender_, exchange_);
  }
  void kill_orders() {
    orders_.reset();
    journal_.reset();
  }
  Command answer(CommandOp op, std::uint32_t user_ref, std::uint32_t quantity = 0, std::uint32_t price = 0) {
    return {op, 0, 0, user_ref, quantity, price};
  }
  void exchange_says(CommandOp op, std::uint32_t user_ref, std::uint32_t quantity = 0, std::uint32_t price = 0) {
    exchange_.answers.push_back(answer(op, user_ref, quantity, price));
    orders_->round();
  }
  // Who is there is looked at every 20 ms.
  void rounds_until(const std::function<bool()>& done) {
    const std::uint64_t end = wall_ns() + 60'000'000'000;
    while (!done() && wall_ns() < end) orders_->round();
    EXPECT_TRUE(done()) << "it waits for: " << orders_->waits_for();
  }
  // What was told, all that the ring has.
  std::vector<OrderMessage> told() const {
    const auto segment = ipc::Segment::attach(folder_ / "shared/orders", orders_kind());
    OrderMessages::Reader reader(segment->memory() + kOrderMessagesAt, kOrderMessages, OrderMessages::From::oldest);
    std::vector<OrderMessage> all;
    OrderMessage m;
    while (reader.poll(m) == OrderMessages::Got::record) all.push_back(m);
    return all;
  }
  OrderUpdate last_told() const {
    const auto all = told();
    return all.empty() ? OrderUpdate{} : all.back().update;
  }

  const SegmentFolder folder_;
  CoreConfig config_;
  LiveOptions live_;
  ProcessOptions options_;
  std::optional<RecoveryOptions> recovery_;
  JournalOptions journal_options_;
  std::uint64_t feed_behind_ = 0;  // nanoseconds: the feed's clock
  std::uint64_t sequence_ = 1;
  FrameQueue queue_;
  std::array<PacketReceiver*, 1> inputs_{&queue_};
  std::unique_ptr<FeedEngine> feed_;
  KeepingSender sender_;
  HandExchange exchange_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<OrderManager> orders_;
};

}  // namespace twinpath::testing
