#include <gtest/gtest.h>

#include <memory>

#include "testbench/rtl/feed/feed_bench.h"

namespace twinpath::rtl {
namespace {

constexpr std::size_t at(Counter c) { return static_cast<std::size_t>(c); }

// One model for all tests.
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
  EXPECT_EQ(b.fault, "");
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
  b.exact = pace.gap == 0;
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

// In wire mode nothing holds the frames back; `stall` makes the queue overflow now and then.
TEST(FeedFront, DropsWholeFramesAndCountsThemWhenTheQueueOverflowsInWireMode) {
  unsigned lost = 0;
  for (std::uint64_t seed = 600; seed < 603; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    FeedBench& b = bench();
    const ReferenceConfig config = random_config(random);
    b.configure(config);
    b.top().wire_mode_i = 1;
    for (auto& f : random_session(random, config, 6000, 5, 600)) {
      b.send(f);
      if (random.chance(5)) b.send(random_command(random));
    }
    while (b.sending()) b.step(random, {.stall = random.chance(5) ? 0u : 99u, .command = 5});
    settle(b, random, {});
    lost += b.lost_frames;
    expect_as_reference(b, config);
  }
  EXPECT_GT(lost, 100u);
}

TEST(FeedFront, LosesNothingWhileTheQueueIsFullWithoutWireMode) {
  Random random(7);
  FeedBench& b = bench();
  const ReferenceConfig config = random_config(random);
  b.configure(config);
  for (auto& f : random_session(random, config, 3000, 5, 600)) b.send(f);
  for (int i = 0; i < 30000; ++i) b.step(random, {.stall = 99});
  settle(b, random, {});
  EXPECT_EQ(b.lost_frames, 0u);
  expect_as_reference(b, config);
}

ReferenceConfig plain_config() {
  ReferenceConfig c;
  c.symbols[3] = 7;
  c.symbols[0xFFFE] = 255;
  return c;
}

Bytes message_for(Random& random, char type, std::uint16_t locate) {
  Bytes m = make_message(random, type);
  m[1] = static_cast<std::uint8_t>(locate >> 8);
  m[2] = static_cast<std::uint8_t>(locate);
  return m;
}

TEST(FeedFront, HandsOutAMessageTwoCyclesAfterTheBeatWithItsLastByte) {
  Random random(8);
  for (const char type : {'A', 'D', 'E', 'U'}) {
    for (const bool vlan : {false, true}) {
      for (unsigned before = 0; before < 8; ++before) {
        FeedBench& b = bench();
        b.configure(plain_config());
        Bytes blocks;
        for (unsigned i = 0; i < before; ++i) append_block(blocks, message_for(random, '?', 3));
        append_block(blocks, message_for(random, type, 3));
        const Bytes frame =
            make_frame(plain_config(), {.vlan = vlan, .count = static_cast<std::uint16_t>(before + 1)}, blocks);
        b.send({frame, false});
        settle(b, random, {});
        ASSERT_EQ(b.messages.size(), 1u);
        const auto beats = (frame.size() + FeedBench::kBytes - 1) / FeedBench::kBytes;
        EXPECT_EQ(b.stamps[0].last_byte, b.last_beat_cycle);
        EXPECT_EQ(static_cast<std::uint16_t>(b.stamps[0].last_byte - b.stamps[0].first_beat), beats - 1);
        if (FeedBench::kBytes <= 8) {  // 128-bit beats come faster than the core's 64-bit ones leave
          EXPECT_EQ(static_cast<std::uint16_t>(b.stamps[0].decoded - b.stamps[0].last_byte), 2);
          EXPECT_EQ(static_cast<std::uint16_t>(b.message_cycles[0] - b.last_beat_cycle), 2);
        }
      }
    }
  }
}

TEST(FeedFront, DoesNotWaitForTheEndOfTheFrame) {
  Random random(9);
  FeedBench& b = bench();
  b.configure(plain_config());
  Bytes blocks;
  for (unsigned i = 0; i < 30; ++i) append_block(blocks, message_for(random, 'D', 3));
  b.send({make_frame(plain_config(), {.count = 30}, blocks), false});
  for (int i = 0; i < 400 && b.messages.empty(); ++i) b.step(random, {});
  EXPECT_EQ(b.messages.size(), 1u);
  EXPECT_TRUE(b.sending());
}

TEST(FeedFront, SustainsTheShortestMessagesInFramesBackToBack) {
  Random random(10);
  FeedBench& b = bench();
  b.configure(plain_config());
  std::uint64_t sequence = 1;
  std::size_t beats = 0;
  for (unsigned f = 0; f < 400; ++f) {
    Bytes blocks;
    const auto count = static_cast<std::uint16_t>(f % 4 == 0 ? 1 : 100);
    for (unsigned i = 0; i < count; ++i) append_block(blocks, message_for(random, 'W', 0));
    b.send({make_frame(plain_config(), {.vlan = f % 2 == 0, .sequence = sequence, .count = count}, blocks), false});
    sequence += count;
    beats += (blocks.size() + (f % 2 == 0 ? 66 : 62) + FeedBench::kBytes - 1) / FeedBench::kBytes;
  }
  std::size_t cycles = 0;
  for (; b.sending(); ++cycles) b.step(random, {});
  settle(b, random, {});
  EXPECT_EQ(b.messages.size(), sequence - 1);
  if (FeedBench::kBytes <= 8) {
    EXPECT_EQ(cycles, beats) << "a beat was held back";
    EXPECT_LE(static_cast<std::uint16_t>(b.message_cycles.back() - b.last_beat_cycle), 2);
  }
}

TEST(FeedFront, IsIdleOnlyWhenNothingIsLeftToDo) {
  Random random(11);
  FeedBench& b = bench();
  b.configure(plain_config());
  EXPECT_TRUE(b.idle());
  Bytes blocks;
  append_block(blocks, message_for(random, 'A', 3));
  b.send({make_frame(plain_config(), {}, blocks), false});
  while (b.sending()) b.step(random, {.stall = 100});
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(b.idle());
    b.step(random, {.stall = 100});
  }
  EXPECT_TRUE(b.messages.empty());
  for (int i = 0; i < 20 && b.messages.empty(); ++i) {
    EXPECT_FALSE(b.idle());
    b.step(random, {});
  }
  EXPECT_EQ(b.messages.size(), 1u);
  for (int i = 0; i < 3; ++i) b.step(random, {});
  EXPECT_TRUE(b.idle());
  // Half a frame.
  b.send({make_frame(plain_config(), {.sequence = 2}, blocks), false});
  b.step(random, {});
  b.step(random, {.gap = 100});
  EXPECT_FALSE(b.idle());
  settle(b, random, {});
  // An open gap is no work until its deadline.
  b.send({make_frame(plain_config(), {.sequence = 5}, blocks), false});
  settle(b, random, {});
  EXPECT_EQ(b.messages.size(), 2u);
  b.step(random, {.jump = 100, .max_jump = 1});
  EXPECT_TRUE(b.idle());
  for (int i = 0; i < 1100; ++i) b.step(random, {});
  settle(b, random, {});
  ASSERT_EQ(b.messages.size(), 4u);
  EXPECT_EQ(b.messages[2].reason, static_cast<std::uint8_t>(StateReason::gap_lost));
  EXPECT_EQ(b.messages[3].sequence, 5u);
}

TEST(FeedFront, FindsTheSymbolOfEveryLocate) {
  Random random(12);
  FeedBench& b = bench();
  ReferenceConfig config;
  for (unsigned i = 0; i < 300; ++i)
    config.symbols[static_cast<std::uint16_t>(random(0, 65535))] = static_cast<std::uint8_t>(i);
  b.configure(config);
  std::uint64_t sequence = 1;
  for (const auto& [locate, symbol] : config.symbols) {
    Bytes blocks;
    append_block(blocks, message_for(random, 'D', locate));
    append_block(blocks, message_for(random, 'D', static_cast<std::uint16_t>(locate ^ 0x8001)));
    b.send({make_frame(config, {.sequence = sequence, .count = 2}, blocks), false});
    sequence += 2;
  }
  settle(b, random, {});
  expect_as_reference(b, config);
  for (const auto& [locate, symbol] : config.symbols) b.configure(1, locate, 0, 0);
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
  // What the book stage relies on, and how close it comes: by op from 1.
  constexpr unsigned kLeast[] = {4, 4, 3, 2, 4, 5, 1, 2};
  constexpr unsigned kLeastBehindOwn[] = {5, 5, 4, 3, 5, 6, 2};
  for (unsigned op = 1; op <= 8; ++op) {
    EXPECT_GE(bench().least_distance[op], kLeast[op - 1]) << op;
    if (op < 8) {
      EXPECT_GE(bench().least_behind_own[op], kLeastBehindOwn[op - 1]) << op;
    }
    if (FeedBench::kBytes == 8) {
      EXPECT_EQ(bench().least_distance[op], kLeast[op - 1]) << op;
    }
  }
}

}  // namespace
}  // namespace twinpath::rtl
