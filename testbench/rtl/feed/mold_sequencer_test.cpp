#include <gtest/gtest.h>

#include <map>
#include <random>

#include "Vmold_sequencer.h"
#include "host/core/counters.h"
#include "testbench/rtl/feed/message.h"
#include "testbench/rtl/net/packed.h"

namespace twinpath::rtl {
namespace {

// Packets, of which a pretended splitter consumes one block in each beat but the first.
class MoldSequencer : public ::testing::Test {
 protected:
  MoldSequencer() {
    reset(top);
    top.m_ready_i = 1;
    top.split_ready_i = 1;
    write(7, 1);  // first sequence
    write(8, 0);
    write(9, 50);  // gap timeout
  }
  void write(unsigned word, std::uint32_t data) {
    top.cfg_i = pack_config(7, 0, word, data);
    clock(top);
    top.cfg_i = 0;
  }
  // A step: what is handed on, in words. Whether a beat was taken.
  bool step() {
    const bool moves = stall == 0 || random() % 100 >= stall;  // the blocks behind stand still together
    top.split_ready_i = moves;
    top.m_ready_i = moves && (stall == 0 || (random() & 1));  // and a message may be in the way of an own one
    top.eval();
    // In the cycle behind the one with the first beat, and only then: is the packet wanted?
    if (top.split_void_o) {
      EXPECT_TRUE(began);
      walking = false;
    }
    const bool beat = top.split_valid_o && moves;
    began = beat && top.split_first_o;
    if (began) {
      split = unpack_packet(top.split_packet_o.data());
      number = split.first_sequence;
      walking = true;
    }
    top.split_consume_i = beat && !top.split_first_o && number < split.first_sequence + split.count;
    top.split_deliver_i = top.split_consume_i && !top.split_skip_o;
    top.eval();
    EXPECT_TRUE(walking || !top.split_consume_i) << "a beat of a packet that was not wanted";
    if (top.split_deliver_i) {
      log.push_back("message " + std::to_string(number) + " at " + std::to_string(split.stamp) + " frame " +
                    std::to_string(split.frame));
    }
    number += top.split_consume_i;
    if (top.m_valid_o && top.m_ready_i) {
      const Message m = unpack_message(top.m_o.data());
      log.push_back(m.op == 8 ? "command " + std::to_string(m.command[0]) + " at " + std::to_string(m.stamp)
                              : "state " + std::to_string(m.reason) + " sequence " + std::to_string(m.sequence) +
                                    " at " + std::to_string(m.stamp) + " frame " + std::to_string(m.frame));
    }
    for (unsigned c = 0; c < kCounterCount; ++c) counts[static_cast<Counter>(c)] += top.cnt_o[c / 32] >> (c % 32) & 1u;
    counts[Counter::duplicate_messages] += top.duplicate_inc_o;
    counts[Counter::lost_messages] += static_cast<unsigned>(top.lost_inc_o);
    const bool taken = top.s_valid_i && top.s_ready_o;
    clock(top);
    top.split_consume_i = top.split_deliver_i = 0;
    return taken;
  }
  void steps(int n) {
    for (int i = 0; i < n; ++i) step();
  }
  void pending(std::uint64_t stamp, std::uint32_t frame) {
    top.pending_i = 1;
    PackedWriter bits(top.pending_meta_i.data());
    bits.put(frame, 32);
    bits.put(stamp, 48);
  }
  void packet(std::uint64_t sequence, std::uint16_t count, std::uint64_t stamp, std::uint32_t frame, bool error = false,
              std::uint16_t length = 0) {
    top.time_i = std::max<std::uint64_t>(top.time_i, stamp);
    pending(stamp, frame);
    const unsigned beats = 1 + (count == 0 || count == 0xFFFF ? 1u : count);
    if (length == 0) length = static_cast<std::uint16_t>(8 * beats - 6);
    pack_packet(
        {.stamp = stamp, .frame = frame, .first_sequence = sequence, .count = count, .length = length, .lane = 2},
        top.packet_i.data());
    for (unsigned b = 1; b <= beats; ++b) {
      const bool last = b == beats;
      top.s_valid_i = 1;
      top.s_last_i = last;
      top.s_error_i = last && error;
      top.s_bytes_i = last ? 4 : 8;
      while (!step()) {
      }
      top.pending_i = 0;
    }
    top.s_valid_i = 0;
    steps(stall ? 300 : 30);
  }
  void command(std::uint32_t word, std::uint64_t stamp, std::uint32_t before_frame) {
    top.cmd_valid_i = 1;
    top.cmd_data_i[0] = word;
    top.cmd_stamp_i = stamp;
    top.cmd_frame_i = before_frame;
  }
  using Log = std::vector<std::string>;

  std::mt19937 random{6};
  unsigned stall = 0;  // percent
  PacketFields split;  // that the splitter works on
  std::uint64_t number = 0;
  bool began = false;
  bool walking = false;
  Vmold_sequencer top;
  Log log;
  std::map<Counter, unsigned> counts;
};

TEST_F(MoldSequencer, DeliversTheFirstCopyAndCountsTheSecond) {
  packet(1, 1, 10, 0);
  packet(1, 1, 11, 1);
  packet(1, 2, 12, 2);
  EXPECT_EQ(log, (Log{"message 1 at 10 frame 0", "message 2 at 12 frame 2"}));
  EXPECT_EQ(counts[Counter::duplicate_messages], 2u);
}

TEST_F(MoldSequencer, ReplaysWhatCameAheadWithTheStampOfWhatReleasedIt) {
  packet(2, 1, 10, 0);
  packet(3, 1, 11, 1);
  packet(1, 1, 12, 2);
  EXPECT_EQ(log, (Log{"message 1 at 12 frame 2", "message 2 at 12 frame 0", "message 3 at 12 frame 1"}));
  EXPECT_EQ(counts[Counter::gaps_opened], 1u);
  EXPECT_EQ(counts[Counter::reorder_stored], 2u);
  EXPECT_EQ(counts[Counter::reorder_replayed], 2u);
}

TEST_F(MoldSequencer, GivesUpAGapAtItsDeadlineAndNotBefore) {
  top.time_i = 20;
  packet(3, 1, 20, 0);
  top.time_i = 69;
  steps(100);
  EXPECT_TRUE(log.empty());
  EXPECT_TRUE(top.idle_o);
  top.time_i = 70;
  top.eval();
  EXPECT_FALSE(top.idle_o);
  steps(100);
  EXPECT_EQ(log, (Log{"state 7 sequence 3 at 70 frame 0", "message 3 at 70 frame 0"}));
  EXPECT_EQ(counts[Counter::lost_messages], 2u);
  EXPECT_TRUE(top.idle_o);
}

TEST_F(MoldSequencer, PutsADeadlineBeforeAnInputOfTheSameStampAndBehindAnEarlierOne) {
  packet(3, 1, 20, 0);
  packet(1, 1, 69, 1);  // in time, and the deadline moves to 119
  packet(2, 1, 119, 2);
  EXPECT_EQ(log, (Log{"message 1 at 69 frame 1", "state 7 sequence 3 at 119 frame 0", "message 3 at 119 frame 0"}));
  EXPECT_EQ(counts[Counter::duplicate_messages], 1u);
}

TEST_F(MoldSequencer, WaitsWithADeadlineForAFrameThatHasBegunBeforeIt) {
  top.time_i = 20;
  packet(3, 1, 20, 0);
  pending(69, 1);
  top.time_i = 1000;
  steps(100);
  EXPECT_TRUE(log.empty());
  packet(1, 2, 69, 1);
  EXPECT_EQ(log.front(), "message 1 at 69 frame 1");
}

TEST_F(MoldSequencer, KeepsCommandsBetweenTheFramesTheyCameBetween) {
  pending(14, 0);
  step();
  command(7, 15, 1);
  steps(20);
  EXPECT_TRUE(log.empty()) << "frame 0 is still to come";
  packet(1, 1, 14, 0);
  ASSERT_GE(log.size(), 2u);
  EXPECT_EQ(log[0], "message 1 at 14 frame 0");
  EXPECT_EQ(log[1], "command 7 at 15");
  pending(16, 1);
  steps(4);
  log.clear();
  for (int i = 0; i < 10 && log.empty(); ++i) step();
  EXPECT_EQ(log, Log{"command 7 at 15"}) << "before frame 1";
  top.cmd_frame_i = 2;
  steps(20);
  EXPECT_EQ(log.size(), 1u) << "behind frame 1";
}

TEST_F(MoldSequencer, PutsADeadlineBeforeACommandOfTheSameStamp) {
  top.time_i = 20;
  packet(3, 1, 20, 0);
  command(7, 70, 1);
  top.time_i = 70;
  for (int i = 0; i < 100 && (log.empty() || log.back() != "command 7 at 70"); ++i) step();
  EXPECT_EQ(log, (Log{"state 7 sequence 3 at 70 frame 0", "message 3 at 70 frame 0", "command 7 at 70"}));
}

TEST_F(MoldSequencer, TellsAWrongFcsOfADeliveredPacketBeforeAnyReplay) {
  packet(2, 1, 10, 0);
  packet(1, 1, 11, 1, true);
  EXPECT_EQ(log, (Log{"message 1 at 11 frame 1", "state 8 sequence 2 at 11 frame 1", "message 2 at 11 frame 0"}));
  packet(9, 1, 12, 2, true);
  EXPECT_EQ(counts[Counter::reorder_stored], 1u) << "a packet ahead with a wrong FCS is not kept";
  EXPECT_EQ(counts[Counter::drop_fcs_error], 2u);
}

TEST_F(MoldSequencer, TellsTheEndOfTheSession) {
  packet(1, 0xFFFF, 10, 5);
  EXPECT_EQ(log, (Log{"state 6 sequence 1 at 10 frame 5"}));
  EXPECT_EQ(counts[Counter::end_of_session], 1u);
  EXPECT_EQ(counts[Counter::gaps_opened], 0u);
  packet(4, 0xFFFF, 11, 6);
  EXPECT_EQ(counts[Counter::gaps_opened], 1u);
}

TEST_F(MoldSequencer, KeepsPacketsOfUpTo1472DeclaredBytes) {
  packet(10, 1, 10, 0, false, 1473);
  EXPECT_EQ(counts[Counter::reorder_overflow], 1u);
  packet(10, 1, 10, 1, false, 1472);
  EXPECT_EQ(counts[Counter::reorder_stored], 1u);
}

TEST_F(MoldSequencer, KeepsSixteenPacketsAndCountsTheSeventeenth) {
  for (std::uint32_t i = 0; i < 17; ++i) packet(10 + i, 1, 10, i);
  EXPECT_EQ(counts[Counter::reorder_stored], 16u);
  EXPECT_EQ(counts[Counter::reorder_overflow], 1u);
  packet(12, 3, 10, 17);
  EXPECT_EQ(counts[Counter::duplicate_messages], 3u);
}

TEST_F(MoldSequencer, KeepsAPacketAheadWhoseNumbersPassTheLastOneAndCallsItNoCopy) {
  packet(~std::uint64_t{2}, 10, 10, 0);
  EXPECT_EQ(counts[Counter::gaps_opened], 1u);
  EXPECT_EQ(counts[Counter::reorder_stored], 1u);
  EXPECT_EQ(counts[Counter::duplicate_messages], 0u);
}

TEST_F(MoldSequencer, CallsAFirstPacketWhoseNumbersPassTheLastOneACopy) {
  write(7, 0);  // the first packet says where to begin
  packet(~std::uint64_t{2}, 10, 10, 0);
  packet(~std::uint64_t{2}, 1, 11, 1);
  EXPECT_EQ(log, (Log{"message 18446744073709551613 at 11 frame 1"}));
  EXPECT_EQ(counts[Counter::duplicate_messages], 10u);
}

TEST_F(MoldSequencer, StallsChangeNothingButTime) {
  stall = 60;
  packet(2, 1, 10, 0);
  packet(1, 1, 11, 1, true);
  packet(2, 2, 12, 2);
  packet(9, 1, 13, 3);
  packet(4, 1, 14, 4);
  packet(1, 1, 90, 5);
  packet(10, 0xFFFF, 91, 6);
  EXPECT_EQ(log, (Log{"message 1 at 11 frame 1", "state 8 sequence 2 at 11 frame 1", "message 2 at 11 frame 0",
                      "message 3 at 12 frame 2", "message 4 at 14 frame 4", "state 7 sequence 9 at 64 frame 0",
                      "message 9 at 64 frame 3", "state 6 sequence 10 at 91 frame 6"}));
  EXPECT_EQ(counts[Counter::duplicate_messages], 2u);
  EXPECT_EQ(counts[Counter::lost_messages], 4u);
  EXPECT_EQ(counts[Counter::reorder_replayed], 2u);
}

}  // namespace
}  // namespace twinpath::rtl
