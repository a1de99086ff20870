// SEM 2.5: damage in blocks, and frames whose FCS is wrong.
#include "testbench/feed/feed_fixture.h"

namespace twinpath::testing {
namespace {

using Sequences = std::vector<std::uint64_t>;

// Damage sits in the third of five blocks; the first two are good.
struct BlockDamage {
  const char* what;
  Counter cause;
  void (*apply)(Packet& packet);
  std::size_t cut = 0;  // bytes the frame loses at its end, within the declared length
};

Bytes wrong_length(std::uint8_t type, std::size_t length) {
  Bytes m(length);
  m[0] = type;
  return m;
}

const BlockDamage kBlockDamages[] = {
    {"count promises more than there is", Counter::truncated_block,
     [](Packet& p) {
       p.messages.resize(2);
       p.count = 3;
     }},
    {"one byte of a length, then the end", Counter::truncated_block,
     [](Packet& p) {
       p.messages.resize(2);
       p.count = 3;
       p.tail = {0};
     }},
    {"length without a body", Counter::truncated_block,
     [](Packet& p) {
       p.messages.resize(2);
       p.count = 3;
       p.tail = {0, 12};
     }},
    {"body one byte short of the declared end", Counter::truncated_block,
     [](Packet& p) {
       p.messages.resize(2);
       p.count = 3;
       p.tail = {0, 12};
       p.tail.resize(2 + 11);
     }},
    {"length 65535", Counter::truncated_block,
     [](Packet& p) {
       p.messages.resize(2);
       p.count = 3;
       p.tail.assign(40, 0xFF);
     }},
    {"frame cut within the body", Counter::truncated_block, [](Packet& p) { p.messages.resize(3); }, 1},
    {"frame cut behind the length", Counter::truncated_block, [](Packet& p) { p.messages.resize(3); }, 12},
    {"frame cut within the length", Counter::truncated_block, [](Packet& p) { p.messages.resize(3); }, 13},
    {"frame cut before the length", Counter::truncated_block, [](Packet& p) { p.messages.resize(3); }, 14},
    {"length 0", Counter::bad_block_length, [](Packet& p) { p.messages[2].clear(); }},
    {"length 1", Counter::bad_block_length, [](Packet& p) { p.messages[2].resize(1); }},
    {"length 11", Counter::bad_block_length, [](Packet& p) { p.messages[2].resize(11); }},
    {"length 11 at the very end", Counter::bad_block_length,
     [](Packet& p) {
       p.messages.resize(2);
       p.count = 3;
       p.tail = {0, 11};
     }},
    {"System Event of 13 bytes", Counter::bad_message_length, [](Packet& p) { p.messages[2].resize(13); }},
    {"Add Order of 35 bytes", Counter::bad_message_length, [](Packet& p) { p.messages[2] = wrong_length('A', 35); }},
    {"Add Order of 37 bytes", Counter::bad_message_length, [](Packet& p) { p.messages[2] = wrong_length('A', 37); }},
    {"Order Delete of 12 bytes", Counter::bad_message_length, [](Packet& p) { p.messages[2] = wrong_length('D', 12); }},
};

class BlockDamages : public FeedTest, public ::testing::WithParamInterface<BlockDamage> {
 protected:
  Bytes damaged(std::uint64_t sequence) {
    Packet p = packet(sequence, 5);
    GetParam().apply(p);
    Bytes frame = p.frame();
    frame.resize(frame.size() - GetParam().cut);
    return frame;
  }
};

TEST_P(BlockDamages, StopTheWalkAndKeepWhatWasDelivered) {
  send(1, damaged(1));
  EXPECT_EQ(sequences(), (Sequences{1, 2}));
  EXPECT_EQ(feed_->expected_sequence(), 3u);
  EXPECT_EQ(counted(), "frames=1 packets_a=1 " + std::string(name(GetParam().cause)) + "=1 messages=2 ");
  EXPECT_TRUE(sink_.states.empty());
  send(2, packet(1, 5, FeedLine::b));  // the other line has it whole
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3, 4, 5}));
}

TEST_P(BlockDamages, AreFoundOnSkippedBlocksToo) {
  send(1, packet(1, 4));  // the damaged block is old, the fifth (if it is there) is not
  Bytes frame = damaged(1);
  const std::uint16_t n = load_be16(&frame[60]);
  if (n < 5) store_be16(&frame[60], 5);
  send(2, frame);
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3, 4}));
  EXPECT_EQ(count(GetParam().cause), 1u);
  EXPECT_EQ(feed_->expected_sequence(), 5u);
  EXPECT_EQ(count(Counter::duplicate_messages), 4u) << "all that came before E, walked over or not";
}

TEST_P(BlockDamages, AreFoundOnReplayAndNotBefore) {
  send(1, damaged(2));
  EXPECT_EQ(count(GetParam().cause), 0u);
  send(2, packet(1, 1));
  EXPECT_EQ(sequences(), (Sequences{1, 2, 3}));
  EXPECT_EQ(count(GetParam().cause), 1u);
  EXPECT_EQ(count(Counter::reorder_replayed), 1u);
}

TEST_P(BlockDamages, AreNotLookedForInAnOldCopy) {
  send(1, packet(1, 5));
  send(2, damaged(1));
  EXPECT_EQ(count(GetParam().cause), 0u);
}

INSTANTIATE_TEST_SUITE_P(All, BlockDamages, ::testing::ValuesIn(kBlockDamages), [](const auto& info) {
  std::string id;
  for (const char* c = info.param.what; *c != 0; ++c) {
    if (std::isalnum(static_cast<unsigned char>(*c))) id += *c;
  }
  return id;
});

using Blocks = FeedTest;

TEST_F(Blocks, OfEveryKnownTypeAreDeliveredAtTheirLengthAndOnlyAtIt) {
  unsigned known = 0;
  for (unsigned type = 0; type < 256; ++type) {
    const std::size_t length = itch::message_length(static_cast<std::uint8_t>(type));
    if (length == 0) continue;
    ++known;
    for (std::size_t l = 12; l <= 60; ++l) {
      restart(two_line_feed());
      Packet p;
      p.messages = {wrong_length(static_cast<std::uint8_t>(type), l)};
      send(1, p);
      EXPECT_EQ(count(Counter::messages), l == length ? 1u : 0u) << type << " " << l;
      EXPECT_EQ(count(Counter::bad_message_length), l == length ? 0u : 1u);
    }
  }
  EXPECT_EQ(known, 23u);
}

TEST_F(Blocks, OfUnknownTypeAreConsumedAtAnyLength) {
  Packet p = packet(1, 3);
  p.messages[0] = wrong_length('z', 12);
  p.messages[1] = wrong_length(0, 1000);
  send(1, p);
  EXPECT_EQ(sequences(), (Sequences{3}));
  EXPECT_EQ(counted(), "frames=1 packets_a=1 unknown_type=2 messages=3 ");
}

TEST_F(Blocks, OfUnknownTypeThatAreSkippedAreNotCountedAgain) {
  Packet p = packet(1, 2);
  p.messages[0] = wrong_length('z', 12);
  send(1, p);
  p.messages.push_back(filler(3));
  p.line = FeedLine::b;
  send(2, p);
  EXPECT_EQ(count(Counter::unknown_type), 1u);
  EXPECT_EQ(count(Counter::messages), 3u);
  EXPECT_EQ(count(Counter::duplicate_messages), 2u);
}

TEST_F(Blocks, LeaveTrailingBytesThatAreCountedOncePerPacket) {
  Packet p = packet(1, 2);
  p.tail = {1, 2, 3, 4, 5};
  send(1, p);
  EXPECT_EQ(counted(), "frames=1 packets_a=1 trailing_bytes=1 messages=2 ");
  Bytes padded = packet(3, 1).frame();
  padded.resize(padded.size() + 6);  // Ethernet padding lies behind the declared end
  send(2, padded);
  EXPECT_EQ(count(Counter::trailing_bytes), 1u);
  p = packet(4, 1);
  p.tail = {1};
  Bytes cut = p.frame();
  cut.resize(cut.size() - 1);  // the trailing byte is declared and did not arrive
  send(3, cut);
  EXPECT_EQ(count(Counter::trailing_bytes), 2u);
}

// ---- FCS
using FcsErrors = FeedTest;

TEST_F(FcsErrors, MakeTheFeedStaleAfterTheMessagesTheyDelivered) {
  send(5, packet(1, 2), true);
  EXPECT_EQ(counted(), "frames=1 drop_fcs_error=1 packets_a=1 messages=2 ");
  ASSERT_EQ(sink_.states.size(), 1u);
  EXPECT_EQ(sink_.states[0].reason, StateReason::fcs_error);
  EXPECT_EQ(sink_.states[0].origin.sequence, 3u);
  EXPECT_EQ(sink_.states[0].origin.frame, 0u);
  EXPECT_EQ(sink_.states[0].origin.stamp, Cycles{5});
  EXPECT_EQ(sink_.states[0].after_messages, 2u);
}

TEST_F(FcsErrors, SpeakBeforeAReplay) {
  send(1, packet(2, 1));
  send(2, packet(1, 1), true);
  ASSERT_EQ(sink_.states.size(), 1u);
  EXPECT_EQ(sink_.states[0].after_messages, 1u);
  EXPECT_EQ(sink_.states[0].origin.sequence, 2u);
  EXPECT_EQ(sequences(), (Sequences{1, 2}));
}

TEST_F(FcsErrors, OfPacketsThatDeliverNothingAreOnlyCounted) {
  send(1, packet(1, 2));
  send(2, packet(1, 2), true);  // a copy
  send(3, packet(3, 0), true);  // a heartbeat
  Packet broken = packet(3, 1);
  broken.messages[0].resize(11);
  send(4, broken, true);
  EXPECT_TRUE(sink_.states.empty());
  EXPECT_EQ(count(Counter::drop_fcs_error), 3u);
}

TEST_F(FcsErrors, KeepAPacketAheadOutOfTheSlotsButOpenTheGap) {
  send(1, packet(3, 1), true);
  EXPECT_EQ(counted(), "frames=1 drop_fcs_error=1 packets_a=1 gaps_opened=1 ");
  send(2, packet(3, 1, FeedLine::b));
  EXPECT_EQ(count(Counter::reorder_stored), 1u) << "the good copy is no duplicate";
  EXPECT_TRUE(sink_.states.empty());
}

TEST_F(FcsErrors, CountAnUnknownTypeAsDelivered) {
  Packet p;
  p.messages = {wrong_length('z', 20)};
  send(1, p, true);
  EXPECT_EQ(sink_.states.size(), 1u);
}

TEST_F(FcsErrors, OfFramesThatFailACheckAreNotCountedTwice) {
  send(1, Bytes{1, 2, 3}, true);
  EXPECT_EQ(counted(), "frames=1 drop_short=1 ");
}

}  // namespace
}  // namespace twinpath::testing
