// Open-loop latency: every order has a figure, and a stall is in the figures of all that came while it lasted.
#include "bench/open_loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "bench/generated_session.h"
#include "host/path/pipelined_path.h"
#include "host/path/software_path.h"

namespace twinpath::bench {
namespace {

constexpr Nanoseconds kAnyLength{1'000'000'000'000};

// Rests once, when it is given the first input of this time or later.
class StallingPath final : public Path {
 public:
  StallingPath(std::unique_ptr<Path> path, Cycles at, std::chrono::milliseconds rest)
      : path_(std::move(path)), at_(at), rest_(rest) {}

  std::string_view name() const noexcept override { return path_->name(); }
  void submit(std::span<const TimedInput> inputs) override {
    if (!rested_ && inputs.back().time >= at_) {
      rested_ = true;
      std::this_thread::sleep_for(rest_);
    }
    path_->submit(inputs);
  }
  void advance(Cycles time) override { path_->advance(time); }
  void finish() override { path_->finish(); }
  CounterValues counters() override { return path_->counters(); }
  void load_inactive_bank(const Bank& bank) override { path_->load_inactive_bank(bank); }

 private:
  std::unique_ptr<Path> path_;
  Cycles at_;
  std::chrono::milliseconds rest_;
  bool rested_ = false;
};

// The input times of a session's orders, each as its event has it.
class OrderStamps final : public PathSink {
 public:
  void on_order_frame(std::span<const std::uint8_t>) override {}
  void on_event(const Event& e) override {
    if (e.event_kind() == EventKind::order || e.event_kind() == EventKind::cancel) all.push_back(Cycles{e.time});
  }
  std::vector<Cycles> all;
};

class OpenLoop : public testing::Test {
 protected:
  MakePathTo fused() {
    return [this](PathSink& sink) { return make_software_path(source_.config, sink, false); };
  }

  GeneratedSession source_{20'000};
  Session session_{source_, source_.config, {}};
};

TEST_F(OpenLoop, HasAFigureForEveryOrderOfEitherArrangement) {
  ASSERT_GT(session_.orders(), 50u);
  const OpenLoopFigures f = run_open_loop(session_, 1'000, kAnyLength, fused());
  EXPECT_EQ(f.latency.count(), session_.orders());
  EXPECT_EQ(f.inputs, session_.inputs().size());
  EXPECT_EQ(f.messages, session_.messages());
  const OpenLoopFigures p = run_open_loop(session_, 1'000, kAnyLength, [this](PathSink& sink) {
    SoftwareOptions options;
    options.run_ahead = true;
    return make_pipelined_path(source_.config, sink, options);
  });
  EXPECT_EQ(p.latency.count(), session_.orders());
}

TEST_F(OpenLoop, KeepsThePaceAndEndsInTime) {
  const auto& inputs = session_.inputs();
  const double whole = to_nanoseconds(inputs.back().time - inputs.front().time) * 1e-9;
  const double speed = whole / 0.2;  // 200 ms
  const OpenLoopFigures f = run_open_loop(session_, speed, kAnyLength, fused());
  EXPECT_GE(f.seconds, 0.19);
  const OpenLoopFigures half = run_open_loop(session_, speed, Nanoseconds{100'000'000}, fused());
  EXPECT_GE(half.inputs, 1u);
  EXPECT_LT(half.inputs, f.inputs);
  EXPECT_LE(half.latency.count(), f.latency.count());
}

// What a loop that waits for the path would not show: orders that came while it rested left late, though each took no
// longer inside.
TEST_F(OpenLoop, ShowsAStallInEveryOrderThatCameMeanwhile) {
  OrderStamps stamps;
  {
    const auto path = make_software_path(source_.config, stamps, false);
    session_.play(64, [&](std::span<const TimedInput> some) { path->submit(some); }, [](const Bank&) {});
  }
  const auto& inputs = session_.inputs();
  // A second for all of it, and a rest of 200 ms from the order in the middle on.
  const double speed = to_nanoseconds(inputs.back().time - inputs.front().time) * 1e-9;
  const Cycles middle = stamps.all[stamps.all.size() / 2];
  const auto met = static_cast<std::uint64_t>(std::ranges::count_if(
      stamps.all, [&](Cycles time) { return time >= middle && to_nanoseconds(time - middle) / speed < 150e6; }));
  ASSERT_GT(met, stamps.all.size() / 50) << "orders that come during the first 150 ms of the rest";
  const OpenLoopFigures f = run_open_loop(session_, speed, kAnyLength, [&](PathSink& sink) {
    return std::make_unique<StallingPath>(make_software_path(source_.config, sink, false), middle,
                                          std::chrono::milliseconds(200));
  });
  std::uint64_t late = 0;
  f.latency.for_each([&](std::uint64_t low, std::uint64_t, std::uint64_t count) {
    if (low >= 49'000'000) late += count;
  });
  EXPECT_GE(late, met) << "each waited 50 ms at least";
  EXPECT_GE(f.latency.max(), 199'000'000u);
  EXPECT_GE(f.latest.value, 195'000'000u);
  const double share = 100.0 * static_cast<double>(met) / static_cast<double>(f.latency.count());
  EXPECT_GE(f.latency.percentile(100 - share / 2), 49'000'000u);
}

}  // namespace
}  // namespace twinpath::bench
