#include <gtest/gtest.h>

#include <array>
#include <random>

#include "Vcounters.h"
#include "host/core/registers.h"

namespace twinpath::test {
namespace {

constexpr unsigned kDuplicate = static_cast<unsigned>(Counter::duplicate_messages);
constexpr unsigned kLost = static_cast<unsigned>(Counter::lost_messages);

class Counters : public ::testing::Test {
 protected:
  Counters() {
    dut.rst_i = 1;
    tick();
    dut.rst_i = 0;
  }

  void tick() {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  }

  void clear_pulses() {
    for (unsigned i = 0; i < kCounterCount; ++i) dut.cnt_i[i / 32] = 0;
    dut.duplicate_inc_i = 0;
    dut.lost_inc_i = 0;
  }
  void pulse(unsigned i) { dut.cnt_i[i / 32] |= 1u << i % 32; }

  std::uint64_t read(unsigned index) {
    dut.re_i = 1;
    dut.raddr_i = index;
    tick();
    dut.re_i = 0;
    return dut.rdata_o;
  }

  Vcounters dut;
  std::mt19937_64 random{2};
};

TEST_F(Counters, AnyCombinationOfPulsesCountsInEveryCycle) {
  std::array<std::uint64_t, kCounterCount> expected{};
  for (int cycle = 0; cycle < 20'000; ++cycle) {
    clear_pulses();
    const unsigned density = random() % 4;  // from no pulse to nearly all of them
    for (unsigned i = 0; i < kCounterCount && density != 0; ++i) {
      if (random() % (density == 1 ? 40 : density) != 0) continue;
      pulse(i);
      if (i != kDuplicate && i != kLost) ++expected[i];
    }
    if (random() % 3 == 0) {
      dut.duplicate_inc_i = random();
      expected[kDuplicate] += dut.duplicate_inc_i;
    }
    if (random() % 3 == 0) {
      dut.lost_inc_i = random() >> 20;
      expected[kLost] += dut.lost_inc_i;
    }
    tick();
  }
  clear_pulses();
  tick();
  for (unsigned i = 0; i < kCounterCount; ++i) EXPECT_EQ(read(i), expected[i]) << name(static_cast<Counter>(i));
  for (unsigned i = kCounterCount; i < 128; ++i) EXPECT_EQ(read(i), 0u) << "beyond the last counter: " << i;
}

TEST_F(Counters, PulsesOfTheTwoAmountCountersAreIgnored) {
  pulse(kDuplicate);
  pulse(kLost);
  for (int i = 0; i < 10; ++i) tick();
  clear_pulses();
  tick();
  EXPECT_EQ(read(kDuplicate), 0u);
  EXPECT_EQ(read(kLost), 0u);
}

TEST_F(Counters, AmountsCountWithoutAnyPulse) {
  dut.duplicate_inc_i = 0xFFFF;
  dut.lost_inc_i = 0x1'0000'0000ull;
  tick();
  tick();
  clear_pulses();
  tick();
  EXPECT_EQ(read(kDuplicate), 2 * 0xFFFFu);
  EXPECT_EQ(read(kLost), 0x2'0000'0000ull);
}

TEST_F(Counters, APulseIsReadTwoCyclesLaterAndNotBefore) {
  pulse(5);
  tick();
  clear_pulses();
  EXPECT_EQ(read(5), 0u) << "one cycle after the pulse";
  EXPECT_EQ(read(5), 1u) << "two cycles after the pulse";
}

TEST_F(Counters, ReadDataIsHeldWhileNothingIsRead) {
  pulse(7);
  tick();
  clear_pulses();
  tick();
  EXPECT_EQ(read(7), 1u);
  dut.raddr_i = 8;
  pulse(7);
  tick();
  tick();
  EXPECT_EQ(dut.rdata_o, 1u);
}

TEST_F(Counters, ResetClearsAllAndWinsOverPulses) {
  for (unsigned i = 0; i < kCounterCount; ++i) pulse(i);
  dut.duplicate_inc_i = 3;
  dut.lost_inc_i = 4;
  for (int i = 0; i < 5; ++i) tick();
  dut.rst_i = 1;
  tick();
  dut.rst_i = 0;
  clear_pulses();
  tick();
  for (unsigned i = 0; i < kCounterCount; ++i) EXPECT_EQ(read(i), 0u) << name(static_cast<Counter>(i));
}

}  // namespace
}  // namespace twinpath::test
