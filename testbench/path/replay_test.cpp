// Replay and lockstep: input times, commands between frames, the simulated exchange, and what a difference says.
#include "host/path/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/generated_session.h"
#include "host/path/path_registry.h"

namespace twinpath {
namespace {

using ::testing::HasSubstr;

// Passes inputs on to the software path and spoils one of its outputs.
class SpoilingPath final : public Path, private PathSink {
 public:
  SpoilingPath(const CoreConfig& config, PathSink& sink, std::uint64_t spoil, bool frame)
      : sink_(sink), path_(PathRegistry().make("sw:", config, *this)), spoil_(spoil), frame_(frame) {}
  std::string_view name() const noexcept override { return "spoiling:"; }
  void submit(std::span<const TimedInput> inputs) override { path_->submit(inputs); }
  void advance(Cycles time) override { path_->advance(time); }
  void finish() override { path_->finish(); }
  CounterValues counters() override {
    CounterValues c = path_->counters();
    if (spoil_ == UINT64_MAX) ++c[static_cast<std::size_t>(Counter::heartbeats)];
    return c;
  }
  void load_inactive_bank(const Bank& bank) override { path_->load_inactive_bank(bank); }

 private:
  void on_order_frame(std::span<const std::uint8_t> frame) override {
    std::vector<std::uint8_t> bytes(frame.begin(), frame.end());
    if (frame_ && orders_++ == spoil_) bytes[50] ^= 1;
    sink_.on_order_frame(bytes);
  }
  void on_event(const Event& event) override {
    Event e = event;
    if (!frame_ && n_ == spoil_) e.bid_quantity += 1;
    ++n_;
    sink_.on_event(e);
  }

  PathSink& sink_;
  std::unique_ptr<Path> path_;
  std::uint64_t spoil_;
  bool frame_;
  std::uint64_t n_ = 0, orders_ = 0;
};

struct Rig {
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  std::vector<std::unique_ptr<Path>> paths;

  OutputRecorder& recorder() { return *recorders.emplace_back(std::make_unique<OutputRecorder>(true)); }
};

ReplayResult compare(bench::GeneratedSession& session, std::uint64_t spoil, bool frame) {
  Rig rig;
  rig.paths.push_back(PathRegistry().make("sw:", session.config, rig.recorder()));
  rig.paths.push_back(std::make_unique<SpoilingPath>(session.config, rig.recorder(), spoil, frame));
  ReplayOptions options;
  options.lockstep = true;
  options.responses = {true, Cycles{1'000}, Cycles{5'000}, Cycles{50'000}, 50, 50};
  session.rewind();
  return replay(session, rig.paths, rig.recorders, options);
}

class ReplayTest : public ::testing::Test {
 protected:
  bench::GeneratedSession session{20'000};
};

TEST_F(ReplayTest, FindsNoDifferenceBetweenAPathAndItself) {
  const ReplayResult r = compare(session, UINT64_MAX - 1, false);
  EXPECT_FALSE(r.difference);
  EXPECT_GT(r.compared, 1'000u);
  EXPECT_GT(r.counters[0][static_cast<std::size_t>(Counter::orders)], 50u) << "the session trades";
  EXPECT_EQ(r.counters[0], r.counters[1]);
}

TEST_F(ReplayTest, StopsAtTheFirstDifferingEventAndNamesTheField) {
  const ReplayResult r = compare(session, 700, false);
  ASSERT_TRUE(r.difference);
  EXPECT_EQ(r.difference->index, 700u);
  EXPECT_EQ(r.compared, 700u);
  EXPECT_THAT(r.difference->describe("left", "right"), HasSubstr("bid_quantity"));
}

TEST_F(ReplayTest, StopsAtAnOrderFrameWhoseBytesDiffer) {
  const ReplayResult r = compare(session, 10, true);
  ASSERT_TRUE(r.difference);
  EXPECT_THAT(r.difference->describe("left", "right"), HasSubstr("the bytes of the order frame do not"));
}

TEST_F(ReplayTest, ComparesCountersAtTheEnd) {
  const ReplayResult r = compare(session, UINT64_MAX, false);
  ASSERT_TRUE(r.difference);
  EXPECT_THAT(r.difference->describe("left", "right"), HasSubstr("counter heartbeats"));
}

TEST_F(ReplayTest, GivesTheSameOutputsTwice) {
  const ReplayResult a = compare(session, UINT64_MAX - 1, false);
  const ReplayResult b = compare(session, UINT64_MAX - 1, false);
  EXPECT_EQ(a.counters, b.counters);
  EXPECT_EQ(a.end, b.end);
}

TEST_F(ReplayTest, SendsNoOrderWhileAScheduledKillHolds) {
  Rig rig;
  rig.paths.push_back(PathRegistry().make("sw:", session.config, rig.recorder()));
  ReplayOptions options;
  Command kill, release;
  kill.op = CommandOp::kill;
  release.op = CommandOp::release;
  const Cycles from = to_cycles(Nanoseconds{700'000'000}), to = to_cycles(Nanoseconds{1'000'000'000});
  options.commands = {{from, kill, nullptr}, {to, release, nullptr}};
  std::uint64_t outside = 0, inside = 0, refused = 0;
  rig.recorders[0]->on_output = [&](const PathOutput& o) {
    const bool killed = o.event.time >= from.value + 100'000 && o.event.time < to.value;
    if (o.event.event_kind() == EventKind::order) ++(killed ? inside : outside);
    if (o.event.event_kind() == EventKind::reject && o.event.reason == static_cast<std::uint8_t>(Reason::kill))
      ++refused;
  };
  replay(session, rig.paths, rig.recorders, options);
  EXPECT_GT(outside, 0u);
  EXPECT_EQ(inside, 0u);
  EXPECT_GT(refused, 0u);
}

TEST(InputClock, KeepsCaptureTimeAndNeverOverlapsFrames) {
  InputClock clock;
  const Cycles first = clock.frame(Nanoseconds{1'000'000});
  EXPECT_EQ(first, Cycles{InputClock::kStart});
  clock.passed(first, 100);  // 13 beats and one between frames
  EXPECT_EQ(clock.frame(Nanoseconds{1'000'000}), Cycles{InputClock::kStart + 14});
  EXPECT_EQ(clock.frame(Nanoseconds{1'000'512}), Cycles{InputClock::kStart + 165});
  EXPECT_EQ(clock.frame(Nanoseconds{1'000'100}), Cycles{InputClock::kStart + 32}) << "a clock that goes back";
  EXPECT_EQ(clock.backwards(), 1u);
}

TEST(ExchangeResponder, AnswersInTimeOrderAndEndsWhatDoesNotFill) {
  ExchangeResponder responder({true, Cycles{10}, Cycles{20}, Cycles{100}, 100, 0});
  Event order{};
  order.kind = static_cast<std::uint8_t>(EventKind::order);
  order.time = 1'000;
  order.user_ref = 7;
  order.quantity = 300;
  order.price = 12;
  responder.on_event(order);
  EXPECT_FALSE(responder.next(Cycles{1'009}));
  auto answer = responder.next(Cycles{5'000});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->command.op, CommandOp::ack);
  EXPECT_EQ(answer->time, Cycles{1'010});
  answer = responder.next(Cycles{5'000});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->command.op, CommandOp::fill);
  EXPECT_EQ(answer->command.quantity, 300u);
  EXPECT_FALSE(responder.next(Cycles{5'000})) << "an order that filled needs no DONE";
}

}  // namespace
}  // namespace twinpath
