#include <gtest/gtest.h>

#include <vector>

#include "Vingress.h"
#include "testbench/rtl/net/packed.h"

namespace twinpath::rtl {
namespace {

struct Beat {
  std::uint64_t data;
  unsigned bytes;
  bool last;
  bool error;
  bool dropped;
};

// A queue of 32 beats and 8 frames.
class Ingress : public ::testing::Test {
 protected:
  Ingress() { reset(top); }

  // Offers one beat for one cycle; returns whether tready was high.
  bool offer(std::uint64_t data, bool last = false, unsigned bytes = 8, bool error = false) {
    top.s_axis_tvalid_i = 1;
    top.s_axis_tdata_i = data;
    top.s_axis_tkeep_i = (1u << bytes) - 1;
    top.s_axis_tlast_i = last;
    top.s_axis_tuser_i = error;
    const bool ready = cycle();
    top.s_axis_tvalid_i = 0;
    return ready;
  }
  bool cycle() {
    top.time_i = ++time;
    top.cycle_i = static_cast<std::uint16_t>(time + 7);
    top.eval();
    const bool ready = top.s_axis_tready_o;
    frames += top.count_frame_o;
    overflows += top.count_overflow_o;
    if (top.beat_valid_o && top.beat_ready_i) {
      beats.push_back(
          {top.beat_data_o, top.beat_bytes_o, top.beat_last_o != 0, top.beat_error_o != 0, top.beat_dropped_o != 0});
      arrived.push_back(top.beat_cycle_o);
    }
    if (top.meta_valid_o && top.meta_ready_i) {
      PackedReader bits(top.meta_o.data());
      numbers.push_back(static_cast<unsigned>(bits.take(32)));
      times.push_back(bits.take(48));
    }
    clock(top);
    return ready;
  }
  void drain() {
    top.beat_ready_i = 1;
    top.meta_ready_i = 1;
    for (int i = 0; i < 100; ++i) cycle();
  }

  Vingress top;
  std::uint64_t time = 100;
  unsigned frames = 0;
  unsigned overflows = 0;
  std::vector<Beat> beats;
  std::vector<std::uint16_t> arrived;
  std::vector<unsigned> numbers;
  std::vector<std::uint64_t> times;
};

TEST_F(Ingress, PassesABeatThroughInTheCycleItArrives) {
  top.beat_ready_i = 1;
  top.meta_ready_i = 1;
  offer(11);
  ASSERT_EQ(beats.size(), 1u);
  EXPECT_EQ(beats[0].data, 11u);
  EXPECT_EQ(numbers, std::vector<unsigned>{0});
  EXPECT_EQ(times, std::vector<std::uint64_t>{101});
  EXPECT_FALSE(top.idle_o) << "the frame has not ended";
  offer(12, true, 3, true);
  ASSERT_EQ(beats.size(), 2u);
  EXPECT_EQ(beats[1].bytes, 3u);
  EXPECT_TRUE(beats[1].last);
  EXPECT_TRUE(beats[1].error);
  EXPECT_TRUE(top.idle_o);
}

TEST_F(Ingress, StampsAndNumbersEachFrameAtItsFirstBeat) {
  offer(1);
  offer(2, true);
  cycle();
  offer(3, true);
  offer(4);
  offer(5, true);
  drain();
  EXPECT_EQ(numbers, (std::vector<unsigned>{0, 1, 2}));
  EXPECT_EQ(times, (std::vector<std::uint64_t>{101, 104, 105}));
  EXPECT_EQ(arrived, (std::vector<std::uint16_t>{108, 109, 111, 112, 113}));
  EXPECT_EQ(frames, 3u);
}

TEST_F(Ingress, HoldsBackWhenFullAndLosesNothing) {
  unsigned accepted = 0;
  for (unsigned i = 0; i < 50; ++i) accepted += offer(i, i % 8 == 7);
  EXPECT_EQ(accepted, 32u);
  drain();
  ASSERT_EQ(beats.size(), 32u);
  for (unsigned i = 0; i < 32; ++i) EXPECT_EQ(beats[i].data, i);
  EXPECT_EQ(overflows, 0u);
}

TEST_F(Ingress, InWireModeAFrameThatOverflowsLeavesAsOneDroppedBeat) {
  top.wire_mode_i = 1;
  for (unsigned i = 0; i < 20; ++i) offer(i, i == 19);
  for (unsigned i = 0; i < 20; ++i) offer(100 + i, i == 19);
  EXPECT_EQ(frames, 2u);
  EXPECT_EQ(overflows, 1u);
  offer(7, true);  // there is room again
  drain();
  ASSERT_EQ(beats.size(), 22u);
  EXPECT_EQ(beats[19].data, 19u);
  EXPECT_FALSE(beats[19].dropped);
  EXPECT_TRUE(beats[20].dropped);
  EXPECT_TRUE(beats[20].last);
  EXPECT_EQ(beats[21].data, 7u);
  EXPECT_EQ(numbers, (std::vector<unsigned>{0, 1, 2}));
  EXPECT_TRUE(top.idle_o);
}

TEST_F(Ingress, InWireModeAFrameWhoseFirstBeatIsLostLeavesNothingButItsNumber) {
  top.wire_mode_i = 1;
  for (unsigned i = 0; i < 32; ++i) offer(i, i == 31);
  EXPECT_FALSE(offer(200));
  top.beat_ready_i = 1;
  top.meta_ready_i = 1;
  EXPECT_TRUE(offer(201)) << "what is left of a lost frame is swallowed";
  offer(202, true);
  offer(300, true);
  drain();
  ASSERT_EQ(beats.size(), 33u);
  EXPECT_EQ(beats[32].data, 300u);
  EXPECT_EQ(numbers, (std::vector<unsigned>{0, 2}));
  EXPECT_EQ(frames, 3u);
  EXPECT_EQ(overflows, 1u);
}

TEST_F(Ingress, InWireModeNoMoreFramesThanItCanNumber) {
  top.wire_mode_i = 1;
  for (unsigned i = 0; i < 10; ++i) offer(i, true);
  EXPECT_EQ(frames, 10u);
  EXPECT_EQ(overflows, 2u);
  drain();
  EXPECT_EQ(beats.size(), 8u);
}

TEST_F(Ingress, AFrameLongerThanTheQueueEndsAsAnError) {
  top.wire_mode_i = 1;
  for (unsigned i = 0; i < 40; ++i) offer(i, i == 39);
  drain();
  offer(9, true);
  ASSERT_EQ(beats.size(), 34u);
  EXPECT_TRUE(beats[32].last);
  EXPECT_TRUE(beats[32].error);
  EXPECT_FALSE(beats[32].dropped);
  EXPECT_EQ(beats[32].bytes, 0u);
  EXPECT_EQ(beats[33].data, 9u);
  EXPECT_EQ(overflows, 1u);
}

}  // namespace
}  // namespace twinpath::rtl
