// SEM 2.2 to 2.4: packets of two lines into one sequence.
#include "testbench/feed/feed_fixture.h"

namespace twinpath::testing {
namespace {

using Sequences = std::vector<std::uint64_t>;
using Arbitration = FeedTest;

TEST_F(Arbitration, DeliversInOrderPacketsWithTheirOrigin) {
  send(10, packet(1, 2));
  send(20, packet(3, 3, FeedLine::b));
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3, 4, 5}));
  EXPECT_EQ(counted(), "frames=2 packets_a=1 packets_b=1 messages=5 ");
  const Origin& last = sink_.messages[4].origin;
  EXPECT_EQ(last.stamp, Cycles{20});
  EXPECT_EQ(last.frame, 1u);
  EXPECT_EQ(last.msg_index, 2u);
  EXPECT_EQ(sink_.messages[4].bytes, filler(5));
}

TEST_F(Arbitration, NumbersEveryFrameFromZeroEvenThoseItDrops) {
  send(1, Bytes{1, 2, 3});
  send(2, packet(1, 1));
  EXPECT_EQ(sink_.messages[0].origin.frame, 1u);
}

TEST_F(Arbitration, CountsTheSecondCopyOnly) {
  send(1, packet(1, 3));
  send(2, packet(1, 3, FeedLine::b));
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3}));
  EXPECT_EQ(count(Counter::duplicate_messages), 3u);
}

TEST_F(Arbitration, SkipsTheBlocksOfAPartialOverlapThatAreOld) {
  send(1, packet(1, 3));
  send(2, packet(2, 5, FeedLine::b));
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(count(Counter::duplicate_messages), 2u);
  EXPECT_EQ(sink_.messages[3].origin.msg_index, 2u);  // sequence 4 in a packet that starts at 2
  EXPECT_EQ(sink_.messages[3].bytes, filler(4));
}

TEST_F(Arbitration, StartsAtTheFirstPacketSeenWhenTheFirstSequenceIsZero) {
  FeedConfig config = two_line_feed();
  config.first_sequence = 0;
  restart(config);
  send(1, packet(700, 2));
  send(2, packet(699, 1));
  EXPECT_EQ(sequences(), (Sequences{700, 701}));
  EXPECT_EQ(counted(), "frames=2 packets_a=2 duplicate_messages=1 messages=2 ");

  restart(config);
  send(1, packet(50, 0));  // a heartbeat names the next sequence number
  EXPECT_EQ(feed_->expected_sequence(), 50u);
  send(2, packet(50, 1));
  EXPECT_EQ(sequences(), (Sequences{50}));
  EXPECT_EQ(count(Counter::gaps_opened), 0u);
}

TEST_F(Arbitration, OpensAGapWhenTheConfiguredFirstSequenceIsNotTheFirstSeen) {
  send(1, packet(2, 1));
  EXPECT_EQ(counted(), "frames=1 packets_a=1 gaps_opened=1 reorder_stored=1 ");
  EXPECT_TRUE(feed_->gap_open());
}

TEST_F(Arbitration, TakesAHeartbeatAheadAsTheNewsOfAGapAndStoresNothing) {
  send(1, packet(1, 0));
  EXPECT_EQ(counted(), "frames=1 packets_a=1 heartbeats=1 ");
  send(2, packet(4, 0));
  EXPECT_EQ(counted(), "frames=2 packets_a=2 heartbeats=2 gaps_opened=1 ");
  feed_->advance(Cycles{1001});
  EXPECT_EQ(count(Counter::gaps_lost), 0u);
  feed_->advance(Cycles{1002});
  EXPECT_EQ(count(Counter::lost_messages), 3u);
  EXPECT_EQ(feed_->expected_sequence(), 4u);
  send(1003, packet(4, 1));
  EXPECT_EQ(sequences(), (Sequences{4}));
}

TEST_F(Arbitration, IgnoresTheBytesOfAHeartbeatAndAnOldHeartbeat) {
  Packet p = packet(1, 0);
  p.tail = {1, 2, 3};
  send(1, p);
  send(2, packet(1, 2));
  send(3, packet(1, 0));
  EXPECT_EQ(counted(), "frames=3 packets_a=3 heartbeats=2 messages=2 ");
}

TEST_F(Arbitration, EndsTheFeedWithTheEndOfSession) {
  send(1, packet(1, 2));
  Packet end = packet(3, 0);
  end.count = 0xFFFF;
  send(2, end);
  ASSERT_EQ(sink_.states.size(), 1u);
  EXPECT_EQ(sink_.states[0].reason, StateReason::end_of_session);
  EXPECT_EQ(sink_.states[0].origin.sequence, 3u);
  EXPECT_EQ(sink_.states[0].origin.frame, 1u);
  EXPECT_EQ(sink_.states[0].origin.stamp, Cycles{2});
  EXPECT_EQ(counted(), "frames=2 packets_a=2 end_of_session=1 messages=2 ");
  end.sequence = 6;  // ahead: three messages are missing
  end.line = FeedLine::b;
  send(3, end);
  EXPECT_EQ(count(Counter::gaps_opened), 1u);
  EXPECT_EQ(count(Counter::end_of_session), 2u);
  EXPECT_EQ(count(Counter::reorder_stored), 0u);
}

TEST_F(Arbitration, FillsAGapFromTheOtherLineAndReplaysWhatWaited) {
  send(10, packet(1, 1));
  send(20, packet(3, 2));
  EXPECT_EQ(sequences(), (Sequences{1}));
  send(30, packet(2, 1, FeedLine::b));
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3, 4}));
  EXPECT_EQ(counted(),
            "frames=3 packets_a=2 packets_b=1 gaps_opened=1 reorder_stored=1 reorder_replayed=1 messages=4 ");
  const Origin& replayed = sink_.messages[3].origin;
  EXPECT_EQ(replayed.stamp, Cycles{30}) << "the input that released it";
  EXPECT_EQ(replayed.frame, 1u) << "the frame that carried it";
  EXPECT_EQ(replayed.msg_index, 1u);
  EXPECT_FALSE(feed_->gap_open());
}

TEST_F(Arbitration, ReplaysInTheOrderOfSlotsWhenSeveralHaveBecomeDue) {
  // Slot 0: 4..5, slot 1: 3..6. The in-order packet 1..3 makes both due: slot 0 waits for 4, which is next, so it goes
  // first.
  send(1, packet(4, 2));
  send(2, packet(3, 4));
  send(3, packet(1, 3));
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(sink_.messages[3].origin.frame, 0u);
  EXPECT_EQ(sink_.messages[5].origin.frame, 1u);
  EXPECT_EQ(count(Counter::reorder_replayed), 2u);
  EXPECT_EQ(count(Counter::duplicate_messages), 3u);
}

TEST_F(Arbitration, FreesASlotThatHasBecomeOldWithoutReplay) {
  send(1, packet(3, 2));
  send(2, packet(1, 4, FeedLine::b));
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3, 4}));
  EXPECT_EQ(count(Counter::duplicate_messages), 2u);
  EXPECT_EQ(count(Counter::reorder_replayed), 0u);
}

TEST_F(Arbitration, KeepsSixteenPacketsAndCountsTheSeventeenth) {
  for (std::uint64_t i = 0; i < 17; ++i) send(1, packet(2 + i, 1));
  EXPECT_EQ(count(Counter::reorder_stored), 16u);
  EXPECT_EQ(count(Counter::reorder_overflow), 1u);
  send(2, packet(1, 1));
  EXPECT_EQ(sequences().size(), 17u);
  EXPECT_EQ(feed_->expected_sequence(), 18u) << "the seventeenth is still missing";
  EXPECT_TRUE(feed_->gap_open()) << "it was seen, so it is waited for";
  send(3, packet(18, 1, FeedLine::b));
  for (std::uint64_t i = 0; i < 16; ++i) send(4, packet(20 + i, 1));
  EXPECT_EQ(count(Counter::reorder_stored), 32u) << "all slots were free again";
}

TEST_F(Arbitration, TellsACopyOfAStoredPacketFromAnOverflow) {
  for (std::uint64_t i = 0; i < 16; ++i) send(1, packet(2 + i, 1));
  send(2, packet(17, 3, FeedLine::b));
  EXPECT_EQ(count(Counter::duplicate_messages), 3u);
  EXPECT_EQ(count(Counter::reorder_overflow), 0u);
}

TEST_F(Arbitration, UsesTheLowestFreeSlot) {
  send(1, packet(10, 1));  // slot 0
  send(1, packet(3, 1));   // slot 1
  send(1, packet(5, 1));   // slot 2
  send(2, packet(1, 2));   // replays 3; slot 1 is free
  EXPECT_EQ(feed_->expected_sequence(), 4u);
  send(3, packet(6, 3));  // into slot 1
  send(4, packet(4, 3));  // 4..6: slot 1 (6..8) is due before slot 2 (5)
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(sink_.messages[6].origin.frame, 4u);
  EXPECT_EQ(count(Counter::duplicate_messages), 2u) << "6 of slot 1 and all of slot 2";
}

TEST_F(Arbitration, StoresUpTo1472BytesOfBlocks) {
  Packet p = packet(2, 1);
  p.tail.assign(1472 - 14, 0);
  send(1, p);
  EXPECT_EQ(count(Counter::reorder_stored), 1u);
  p = packet(3, 1);
  p.tail.assign(1473 - 14, 0);
  Bytes frame = p.frame();
  send(1, frame);
  EXPECT_EQ(count(Counter::reorder_overflow), 1u);
  store_be16(&frame[50 + 8 - 6], 0);  // keep S; cut: the declared length counts, not what arrived
  Bytes cut = Packet(p).frame();
  cut.resize(100);
  send(1, cut);
  EXPECT_EQ(count(Counter::reorder_overflow), 2u);
  send(2, packet(1, 1));
  EXPECT_EQ(sequences(), (Sequences{1, 2}));
  EXPECT_EQ(count(Counter::trailing_bytes), 1u);
}

TEST_F(Arbitration, DeliversAnInOrderPacketOfAnyLength) {
  Packet p = packet(1, 600);
  send(1, p);
  EXPECT_EQ(sequences().size(), 600u);
}

// ---- deadlines (SEM 2.4)
using Deadlines = FeedTest;

TEST_F(Deadlines, ExpireExactlyAtTheirTimeAndNotBefore) {
  send(100, packet(3, 1));
  feed_->advance(Cycles{1099});
  EXPECT_EQ(count(Counter::gaps_lost), 0u);
  feed_->advance(Cycles{1100});
  EXPECT_EQ(
      counted(),
      "frames=1 packets_a=1 gaps_opened=1 gaps_lost=1 lost_messages=2 reorder_stored=1 reorder_replayed=1 messages=1 ");
  ASSERT_EQ(sink_.states.size(), 1u);
  EXPECT_EQ(sink_.states[0].reason, StateReason::gap_lost);
  EXPECT_EQ(sink_.states[0].origin.sequence, 3u) << "the new E, before the replay";
  EXPECT_EQ(sink_.states[0].origin.stamp, Cycles{1100});
  EXPECT_EQ(sink_.states[0].origin.frame, 0u);
  EXPECT_EQ(sink_.states[0].after_messages, 0u);
  EXPECT_EQ(sink_.messages[0].origin.stamp, Cycles{1100}) << "a replay has the stamp of what released it";
}

TEST_F(Deadlines, ExpireBeforeAnInputOfTheSameTimeAndWithTheirOwnTime) {
  send(100, packet(3, 1));
  send(1100, packet(1, 2));  // too late: its messages are lost already
  EXPECT_EQ(sequences(), (Sequences{3}));
  EXPECT_EQ(count(Counter::duplicate_messages), 2u);
  restart(two_line_feed());
  send(100, packet(3, 1));
  send(1099, packet(1, 2));
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3}));
  restart(two_line_feed());
  send(100, packet(3, 1));
  send(5000, Bytes{});  // not our frame, but an input
  ASSERT_EQ(sink_.states.size(), 1u);
  EXPECT_EQ(sink_.states[0].origin.stamp, Cycles{1100});
}

TEST_F(Deadlines, ExpireBeforeACommandToo) {
  send(100, packet(3, 1));
  feed_->command(Cycles{1100});
  EXPECT_EQ(count(Counter::gaps_lost), 1u);
}

TEST_F(Deadlines, GiveUpEveryHoleAtOnceAndTellTheFirst) {
  send(0, packet(3, 1));
  send(10, packet(6, 1));
  send(20, packet(9, 0));
  EXPECT_EQ(count(Counter::gaps_opened), 1u);
  feed_->advance(Cycles{999});
  EXPECT_EQ(count(Counter::gaps_lost), 0u);
  feed_->advance(Cycles{1000});
  EXPECT_EQ(count(Counter::gaps_lost), 1u);
  EXPECT_EQ(sequences(), (Sequences{3, 6}));
  EXPECT_EQ(count(Counter::lost_messages), 2u + 2 + 2);
  EXPECT_EQ(feed_->expected_sequence(), 9u);
  ASSERT_EQ(sink_.states.size(), 1u);
  EXPECT_EQ(sink_.states[0].origin.stamp, Cycles{1000});
  EXPECT_EQ(sink_.states[0].origin.sequence, 3u);
  feed_->advance(Cycles{100'000});
  EXPECT_EQ(count(Counter::gaps_lost), 1u) << "no gap is open";
}

TEST_F(Deadlines, LeaveTheFeedAbreastOfTheLinesWhenSlotsRanOut) {
  send(0, packet(2, 1));
  for (std::uint64_t i = 0; i < 40; ++i) send(1 + i, packet(3 + i, 1));  // 15 more are stored, 25 are not
  send(1000, packet(43, 1));
  EXPECT_EQ(count(Counter::gaps_lost), 1u);
  EXPECT_EQ(count(Counter::lost_messages), 1u + 25);
  EXPECT_EQ(feed_->expected_sequence(), 44u);
  EXPECT_FALSE(feed_->gap_open());
}

TEST_F(Deadlines, StartAgainWhenProgressLeavesTheGapOpen) {
  send(0, packet(5, 1));
  send(900, packet(1, 2));  // 3 and 4 are still missing: deadline 1900
  feed_->advance(Cycles{1899});
  EXPECT_EQ(count(Counter::gaps_lost), 0u);
  feed_->advance(Cycles{1900});
  EXPECT_EQ(count(Counter::gaps_lost), 1u);
  EXPECT_EQ(count(Counter::lost_messages), 2u);
}

TEST_F(Deadlines, StayWhereTheyAreWithoutProgress) {
  send(0, packet(5, 1));
  send(500, packet(7, 1));               // further ahead
  send(600, packet(5, 1, FeedLine::b));  // a copy
  send(700, packet(6, 0));               // a heartbeat
  feed_->advance(Cycles{1000});
  EXPECT_EQ(count(Counter::gaps_lost), 1u);
  EXPECT_EQ(count(Counter::gaps_opened), 1u);
}

TEST_F(Deadlines, StayWhereTheyAreWhenTheNextPacketIsDamagedFromItsFirstBlockOn) {
  send(0, packet(5, 1));
  Packet broken = packet(1, 2);
  broken.messages[0].resize(11);
  send(900, broken);
  EXPECT_EQ(count(Counter::bad_block_length), 1u);
  feed_->advance(Cycles{1000});
  EXPECT_EQ(count(Counter::gaps_lost), 1u);
}

TEST_F(Deadlines, OpenAnewForAGapAfterAClosedOne) {
  send(0, packet(2, 1));
  send(10, packet(1, 1));
  send(5000, packet(4, 1));
  EXPECT_EQ(count(Counter::gaps_opened), 2u);
  feed_->advance(Cycles{5999});
  EXPECT_EQ(count(Counter::gaps_lost), 0u);
  feed_->advance(Cycles{6000});
  EXPECT_EQ(count(Counter::gaps_lost), 1u);
}

TEST_F(Deadlines, OfZeroLoseAGapBeforeTheNextInput) {
  FeedConfig config = two_line_feed();
  config.gap_timeout = 0;
  restart(config);
  send(5, packet(3, 1));
  EXPECT_TRUE(feed_->gap_open());
  send(5, packet(1, 2));
  EXPECT_EQ(sequences(), (Sequences{3}));
}

}  // namespace
}  // namespace twinpath::testing
