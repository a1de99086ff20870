#include <gtest/gtest.h>

#include <memory>

#include "testbench/rtl/feed/feed_bench.h"

namespace twinpath::rtl {
namespace {

constexpr std::size_t at(Counter c) { return static_cast<std::size_t>(c); }

// One model for all tests: its locate table is written once.
FeedBench& bench() {
  static FeedBench b;
  b.reset();
  return b;
}

Command random_command(Random& random) {
  Command c;
  for (auto& w : c.words) w = static_cast<std::uint32_t>(random(0, 0xFFFFFFFF));
  return c;
}

void settle(FeedBench& b, Random& random, const FeedBench::Pace& pace) {
  for (int i = 0; i < 400000 && (b.sending() || !b.idle()); ++i) b.step(random, pace);
  ASSERT_FALSE(b.sending());
  ASSERT_TRUE(b.idle());
}

// Sums of all sessions, to show that they go everywhere.
CounterValues& totals() {
  static CounterValues t{};
  return t;
}

// Replays what the bench recorded through the reference and compares everything.
void expect_as_reference(const FeedBench& b, const ReferenceConfig& config) {
  ReferenceFeed reference(config);
  for (const Input& in : b.inputs) {
    if (in.is_command) {
      reference.command(in.time, in.command.words);
    } else if (in.frame.bytes.empty()) {
      ++reference.counters[at(Counter::frames)];
      ++reference.counters[at(Counter::drop_overflow)];
    } else {
      reference.frame(in.time, in.number, in.frame.bytes, in.frame.fcs_error);
    }
  }
  reference.advance(b.time());
  for (std::size_t i = 0; i < std::min(b.messages.size(), reference.messages.size()); ++i) {
    ASSERT_EQ(b.messages[i], reference.messages[i]) << "message " << i;
  }
  ASSERT_EQ(b.messages.size(), reference.messages.size());
  for (unsigned i = 0; i < kCounterCount; ++i) {
    EXPECT_EQ(b.counters[i], reference.counters[i]) << name(static_cast<Counter>(i));
    totals()[i] += reference.counters[i];
  }
  EXPECT_FALSE(b.unstable);
}

ReferenceConfig random_config(Random& random) {
  ReferenceConfig c;
  if (random.chance(60)) {
    for (auto& s : c.session) s = static_cast<std::uint8_t>(random('A', 'Z'));
  }
  c.first_sequence = random.chance(30) ? 0 : random(1, 1u << random(0, 31));
  c.gap_timeout = static_cast<std::uint32_t>(random.chance(5) ? 0 : random(1, 3000));
  for (std::uint16_t locate = 0; locate < 16; ++locate) {
    if (random.chance(70)) c.symbols[locate] = static_cast<std::uint8_t>(random(0, 255));
  }
  return c;
}

void run_session(std::uint64_t seed, unsigned damage, const FeedBench::Pace& pace, unsigned packets = 60,
                 unsigned max_payload = 1900) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  FeedBench& b = bench();
  const ReferenceConfig config = random_config(random);
  b.configure(config);
  for (auto& f : random_session(random, config, packets, damage, max_payload)) {
    b.send(f);
    if (pace.command != 0 && random.chance(20)) b.send(random_command(random));
  }
  settle(b, random, pace);
  expect_as_reference(b, config);
}

TEST(FeedFront, PassesTheMessagesOfACleanSession) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) run_session(seed, 0, {});
}

TEST(FeedFront, GivesWhatTheReferenceGivesForDamagedSessions) {
  for (std::uint64_t seed = 100; seed < 200; ++seed) run_session(seed, 10, {}, 60);
}

TEST(FeedFront, GivesTheSameWithGapsStallsCommandsAndJumpsOfTime) {
  for (std::uint64_t seed = 200; seed < 400; ++seed) {
    Random random(seed);
    FeedBench::Pace pace;
    pace.gap = static_cast<unsigned>(random(0, 60));
    pace.stall = static_cast<unsigned>(random(0, 60));
    pace.command = static_cast<unsigned>(random(1, 30));
    pace.jump = static_cast<unsigned>(random(0, 3));
    pace.max_jump = random(1, 4000);
    run_session(seed, static_cast<unsigned>(random(0, 20)), pace);
    if (HasFatalFailure()) return;
  }
}

TEST(FeedFront, WasTriedWithEveryCauseThereIs) {
  for (std::uint64_t seed = 500; seed < 600; ++seed) run_session(seed, 15, {.command = 5});
  for (unsigned i = 0; i <= at(Counter::other_symbol); ++i) {
    if (i != at(Counter::drop_overflow)) {
      EXPECT_GT(totals()[i], 9u) << name(static_cast<Counter>(i));
    }
    if (::testing::Test::HasFailure() || getenv("TP_SHOW_COUNTS") != nullptr) {
      std::cout << name(static_cast<Counter>(i)) << ' ' << totals()[i] << '\n';
    }
  }
}

}  // namespace
}  // namespace twinpath::rtl
