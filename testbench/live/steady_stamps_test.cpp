// A wall clock that is set while a run goes on: stamps, and with them every order, are those of one that never is.
#include "host/live/steady_stamps.h"

#include <gtest/gtest.h>

#include <random>

#include "testbench/live/live_fixture.h"

namespace twinpath::testing {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000, kHour = 3'600 * kSecond;

class SteadyStampsTest : public ::testing::Test {
 public:
  // A frame that arrives so much later.
  Nanoseconds frame(std::uint64_t later, std::size_t input = 0) {
    steady.value += later;
    return stamps.take(input, wall());
  }
  void set(std::int64_t by) { ahead += static_cast<std::uint64_t>(by); }
  Nanoseconds wall() const { return Nanoseconds{steady.value + ahead}; }

  Nanoseconds steady{5 * kHour};
  std::uint64_t ahead = 400'000 * kHour;
  SteadyStamps stamps{[this] { return wall(); }, [this] { return steady; }, 2};
};

TEST_F(SteadyStampsTest, AClockThatIsSetGoesOnAsIfItWereNot) {
  const Nanoseconds first = frame(0);
  EXPECT_EQ(first, wall());
  set(-static_cast<std::int64_t>(kHour));
  EXPECT_EQ(frame(1'000) - first, Nanoseconds{1'000});
  EXPECT_EQ(stamps.now() - first, Nanoseconds{1'000});
  set(3 * static_cast<std::int64_t>(kHour));
  EXPECT_EQ(frame(1'000) - first, Nanoseconds{2'000});
  EXPECT_EQ(stamps.set(), 2U);
  EXPECT_EQ(stamps.backwards(), 1U);
}

TEST_F(SteadyStampsTest, WhatWasStampedBeforeKeepsItsTime) {
  const Nanoseconds first = frame(0);
  frame(0, 1);
  const Nanoseconds waits = wall();  // in the second input's queue
  steady.value += 2'000;
  set(-static_cast<std::int64_t>(kHour));
  EXPECT_EQ(stamps.take(0, wall()) - first, Nanoseconds{2'000});
  EXPECT_EQ(stamps.take(1, waits), first);
  EXPECT_EQ(stamps.take(1, wall()) - first, Nanoseconds{2'000});
}

TEST_F(SteadyStampsTest, SilenceIsNoClockThatWasSet) {
  const Nanoseconds first = frame(0);
  EXPECT_EQ(frame(7 * kSecond) - first, Nanoseconds{7 * kSecond});
  EXPECT_EQ(stamps.set(), 0U);
}

// A port's own clock may be set while the wall clock is not. Nothing knows by how much, but no frame is from the
// future.
TEST_F(SteadyStampsTest, APortsClockThatIsSetAheadDoesNotCarryTimeAway) {
  const Nanoseconds first = frame(0);
  EXPECT_EQ(stamps.take(0, wall() + Nanoseconds{kHour}) - first, Nanoseconds{});
  EXPECT_EQ(stamps.set(), 0U);
}

TEST(SteadyStamps, OfAFileStayAsTheyAre) {
  SteadyStamps stamps({}, {}, 1);
  EXPECT_EQ(stamps.take(0, Nanoseconds{kHour}), Nanoseconds{kHour});
  EXPECT_EQ(stamps.take(0, Nanoseconds{kSecond}), Nanoseconds{kSecond});
  EXPECT_EQ(stamps.backwards(), 1U);
}

class ClockThatIsSet : public ::testing::TestWithParam<std::uint64_t> {};

// The same session twice, by a clock that nobody sets and by one that is set a hundred times.
TEST_P(ClockThatIsSet, ChangesNoOrder) {
  constexpr SessionReceiver::Trouble kTrouble{.lost_percent = 3, .late_percent = 5, .most = 16};
  bench::GeneratedSession session(20'000, GetParam());
  session.config.any_session = true;
  session.config.symbols_start_trading = true;
  const LiveOptions options;
  LiveRig right(session, options, quick_answers(), kTrouble, nullptr, GetParam());
  LiveRig wrong(session, options, quick_answers(), kTrouble, nullptr, GetParam());
  std::mt19937_64 random(GetParam());
  Command trust;
  trust.op = CommandOp::trust;
  trust.symbol = 0xFFFF;
  for (unsigned i = 0; !right.receiver.ended(); ++i) {
    right.engine.round();
    wrong.engine.round();
    if (i % 100 == 99) {
      right.engine.command(trust);
      wrong.engine.command(trust);
    }
    // 1 s to an hour, to either side, of the time that it was begun with.
    if (random() % 50 == 0)
      wrong.receiver.set_clock((random() % 2 == 0 ? 1 : -1) *
                               static_cast<std::int64_t>(kSecond + random() % (kHour - kSecond)));
  }
  EXPECT_GT(wrong.engine.counters().clock_set, 20U);
  EXPECT_EQ(right.engine.counters().clock_set, 0U);
  EXPECT_GT(right.sender.sent.size(), 100U);
  ASSERT_EQ(wrong.sender.sent.size(), right.sender.sent.size());
  for (std::size_t i = 0; i < right.sender.sent.size(); ++i)
    ASSERT_EQ(wrong.sender.sent[i], right.sender.sent[i]) << "order frame " << i;
}

INSTANTIATE_TEST_SUITE_P(Seeds, ClockThatIsSet, ::testing::Range<std::uint64_t>(1, 4));

}  // namespace
}  // namespace twinpath::testing
