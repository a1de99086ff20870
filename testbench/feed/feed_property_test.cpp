// Properties of the feed under generated sessions and under noise.
#include <algorithm>
#include <numeric>
#include <random>

#include "testbench/feed/feed_fixture.h"

namespace twinpath::testing {
namespace {

using FeedProperties = FeedTest;

struct Arrival {
  std::uint64_t time;
  Packet packet;
};

std::vector<Arrival> in_time_order(std::vector<Arrival> all) {
  std::stable_sort(all.begin(), all.end(), [](const Arrival& x, const Arrival& y) { return x.time < y.time; });
  return all;
}

// Two lines carry the same `messages` sequence numbers, each cut into its own packets, one packet a step of 100 cycles
// at most. Each line loses, repeats and delays packets; a packet is lost on at most one line. Either both lines cut
// alike, or their packets never start at the same sequence number: of two packets ahead with the same S only the first
// is kept (SEM 2.3), so a longer second one may take messages with it.
std::vector<Arrival> lossy_session(std::mt19937_64& random, std::uint64_t messages, bool same_cuts) {
  const auto roll = [&](std::uint64_t n) { return random() % n; };
  std::vector<Arrival> all;
  std::vector<bool> lost_on_a(messages + 2, false);
  std::vector<std::uint64_t> cuts;
  for (const FeedLine line : {FeedLine::a, FeedLine::b}) {
    std::uint64_t sequence = 1;
    std::size_t n = 0;
    while (sequence <= messages) {
      std::uint64_t size =
          same_cuts ? 1 + roll(4) : 2 + 2 * roll(2);  // even: line A starts at odd numbers, B at even ones
      if (line == FeedLine::b && same_cuts) size = cuts[n];
      if (line == FeedLine::b && !same_cuts && n == 0) size = 1;
      size = std::min(size, messages + 1 - sequence);
      if (line == FeedLine::a) cuts.push_back(size);
      ++n;
      Packet p;
      p.line = line;
      p.sequence = sequence;
      p.messages = fillers(sequence, size);
      const bool other_has_it =
          line == FeedLine::a ||
          !std::any_of(lost_on_a.begin() + static_cast<std::ptrdiff_t>(sequence),
                       lost_on_a.begin() + static_cast<std::ptrdiff_t>(sequence + size), [](bool b) { return b; });
      // Sequence numbers leave at a fixed pace, so both lines are at the same place at the same time.
      const std::uint64_t time = sequence * 50 + roll(120) + (line == FeedLine::b ? roll(60) : 0);
      if (other_has_it && roll(10) == 0) {
        if (line == FeedLine::a) std::fill_n(lost_on_a.begin() + static_cast<std::ptrdiff_t>(sequence), size, true);
      } else {
        all.push_back({time, p});
        if (roll(12) == 0) all.push_back({time + roll(200), p});
      }
      sequence += size;
    }
  }
  return in_time_order(std::move(all));
}

TEST_F(FeedProperties, DeliverEachMessageOnceAndInOrderWhenEachIsOnOneLineInTime) {
  std::mt19937_64 random(20191230);
  std::uint64_t gaps = 0;
  std::uint64_t replayed = 0;
  for (unsigned round = 0; round < 300; ++round) {
    restart(two_line_feed());
    constexpr std::uint64_t kMessages = 300;
    std::uint64_t carried = 0;
    for (const Arrival& a : lossy_session(random, kMessages, round % 2 == 0)) {
      send(a.time, a.packet);
      carried += a.packet.messages.size();
    }
    ASSERT_EQ(count(Counter::reorder_overflow), 0u) << "the session is outside the property's premise, round " << round;
    std::vector<std::uint64_t> all(kMessages);
    std::iota(all.begin(), all.end(), 1);
    const auto got = sequences();
    const auto differ = std::mismatch(got.begin(), got.end(), all.begin(), all.end());
    ASSERT_EQ(got, all) << "round " << round << ", from place " << differ.first - got.begin() << " on; " << got.size()
                        << " delivered; " << counted();
    for (const KeptMessage& m : sink_.messages) ASSERT_EQ(m.bytes, filler(m.origin.sequence));
    ASSERT_EQ(count(Counter::gaps_lost), 0u);
    ASSERT_EQ(count(Counter::messages) + count(Counter::duplicate_messages), carried) << "every copy is accounted for";
    ASSERT_FALSE(feed_->gap_open());
    gaps += count(Counter::gaps_opened);
    replayed += count(Counter::reorder_replayed);
  }
  EXPECT_GT(gaps, 1000u) << "the generator makes too few gaps to mean anything";
  EXPECT_GT(replayed, 1000u);
}

TEST_F(FeedProperties, AccountForEverySequenceNumberWhenPacketsAreLostOnBothLines) {
  std::mt19937_64 random(7);
  std::uint64_t lost = 0;
  for (unsigned round = 0; round < 300; ++round) {
    restart(two_line_feed());
    std::vector<Arrival> all;
    std::uint64_t sequence = 1;
    std::uint64_t time = 0;
    while (sequence < 300) {
      const std::uint64_t size = 1 + random() % 4;
      time += random() % 400;
      for (const FeedLine line : {FeedLine::a, FeedLine::b}) {
        Packet p = packet(sequence, size, line);
        if (random() % 3 != 0) all.push_back({time + random() % 1500, p});
      }
      sequence += size;
    }
    Packet last = packet(sequence, 0);
    all.push_back({time + 5000, last});
    for (const Arrival& a : in_time_order(std::move(all))) send(a.time, a.packet);
    feed_->advance(Cycles{time + 100'000});
    const auto got = sequences();
    ASSERT_TRUE(std::is_sorted(got.begin(), got.end()) && std::adjacent_find(got.begin(), got.end()) == got.end())
        << "round " << round;
    for (const KeptMessage& m : sink_.messages) ASSERT_EQ(m.bytes, filler(m.origin.sequence));
    ASSERT_EQ(feed_->expected_sequence(), sequence);
    ASSERT_EQ(got.size() + count(Counter::lost_messages), sequence - 1) << "round " << round;
    ASSERT_EQ(sink_.states.size(), count(Counter::gaps_lost));
    lost += count(Counter::gaps_lost);
  }
  EXPECT_GT(lost, 1000u);
}

TEST_F(FeedProperties, SurviveRandomBytesAndCountEachFrameOnce) {
  std::mt19937_64 random(99);
  for (unsigned i = 0; i < 20'000; ++i) {
    send(i, random_bytes(random, random() % 200), random() % 4 == 0);
  }
  std::uint64_t drops = 0;
  for (unsigned c = static_cast<unsigned>(Counter::drop_overflow); c <= static_cast<unsigned>(Counter::drop_fcs_error);
       ++c)
    drops += counters_.values()[c];
  EXPECT_EQ(count(Counter::frames), 20'000u);
  EXPECT_EQ(drops, 20'000u);
}

TEST_F(FeedProperties, SurviveDamagedPayloadsBehindGoodHeaders) {
  std::mt19937_64 random(100);
  for (unsigned round = 0; round < 20; ++round) {
    restart(two_line_feed());
    std::uint64_t time = 0;
    for (unsigned i = 0; i < 2'000; ++i) {
      Packet p =
          packet(feed_->expected_sequence() + random() % 8, random() % 5, random() % 2 ? FeedLine::a : FeedLine::b);
      if (random() % 8 == 0) p.count = static_cast<std::uint16_t>(random());
      if (random() % 4 == 0) p.tail = random_bytes(random, random() % 40);
      Bytes frame = p.frame();
      for (unsigned flips = random() % 4; flips > 0; --flips) {
        if (frame.size() > 62)
          frame[62 + random() % (frame.size() - 62)] ^= static_cast<std::uint8_t>(1 << random() % 8);
      }
      if (random() % 4 == 0) frame.resize(62 + random() % (frame.size() - 61));
      send(time += random() % 600, frame, random() % 16 == 0);
    }
    const auto got = sequences();
    ASSERT_TRUE(std::is_sorted(got.begin(), got.end()) && std::adjacent_find(got.begin(), got.end()) == got.end())
        << "round " << round;
    ASSERT_EQ(count(Counter::packets_a) + count(Counter::packets_b), 2'000u);
  }
}

}  // namespace
}  // namespace twinpath::testing
