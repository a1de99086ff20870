// The wiring: what a pulse, an order or a register write does at the other end.
#include <vector>

#include "Vcontrol.h"
#include "axil_master.h"
#include "host/core/registers.h"

namespace twinpath::test {
namespace {

class Control : public ::testing::Test {
 protected:
  Control() {
    bus.each_cycle = [this] {
      if (dut.cfg_o >> 57 & 1) cfg.push_back(dut.cfg_o);
      if (dut.cmd_tvalid_o && dut.cmd_tready_i) command_ops.push_back(dut.cmd_tdata_o[3] >> 24);
    };
    dut.ready_i = 1;
    dut.idle_i = 1;
    dut.cmd_tready_i = 1;
    bus.reset();
    wait_ready();
  }
  void wait_ready() {
    for (int i = 0; i < 1000 && !(bus.value(regs::kStatus) & regs::kStatusReadyMask); ++i) {
    }
    ASSERT_EQ(dut.ready_o, 1);
  }

  AxilMaster<Vcontrol> bus{4};
  Vcontrol& dut = bus.dut;
  std::vector<std::uint64_t> cfg;
  std::vector<unsigned> command_ops;
};

TEST_F(Control, EveryCounterInputIsReadUnderItsNameInTheMap) {
  for (unsigned i = 0; i < kCounterCount; ++i) {
    dut.cnt_i[i / 32] |= 1u << i % 32;
    for (unsigned n = 0; n <= i; ++n) bus.tick();
    dut.cnt_i[i / 32] = 0;
  }
  for (int i = 0; i < 5; ++i) {
    dut.duplicate_inc_i = 100;
    dut.lost_inc_i = 0x1'0000'0000ull;
    bus.tick();
  }
  dut.duplicate_inc_i = 0;
  dut.lost_inc_i = 0;
  for (unsigned i = 0; i < kCounterCount; ++i) {
    const auto counter = static_cast<Counter>(i);
    std::uint64_t expected = i + 1;
    if (counter == Counter::duplicate_messages) expected = 500;
    if (counter == Counter::lost_messages) expected = 0x5'0000'0000ull;
    EXPECT_EQ(bus.value64(regs::counter(counter)), expected) << name(counter);
  }
}

TEST_F(Control, OrdersAreReadInTheHistogramOfTheirClass) {
  for (unsigned c = 1; c <= 6; ++c) {
    dut.hist_class_i = c;
    for (unsigned n = 0; n < 10 * c; ++n) {
      dut.hist_valid_i = 1;
      dut.hist_latency_i = c + n % 2;
      bus.tick();
    }
    dut.hist_valid_i = 0;
  }
  for (unsigned c = 1; c <= 6; ++c) {
    const auto latency_class = static_cast<LatencyClass>(c);
    SCOPED_TRACE(std::string(name(latency_class)));
    EXPECT_EQ(bus.value(regs::latency(latency_class) + regs::kLatencyCount), 10 * c);
    EXPECT_EQ(bus.value(regs::latency(latency_class) + regs::kLatencyMin), c);
    EXPECT_EQ(bus.value(regs::latency(latency_class) + regs::kLatencyMax), c + 1);
    EXPECT_EQ(bus.value(regs::histogram(latency_class) + 4 * c), 5 * c);
    EXPECT_EQ(bus.value(regs::histogram(latency_class) + 4 * (c + 1)), 5 * c);
    EXPECT_EQ(bus.value(regs::histogram(latency_class) + 4 * (c + 2)), 0u);
  }
}

TEST_F(Control, SoftResetClearsCountersAndHistogramsAndIsNotReadyMeanwhile) {
  dut.cnt_i[0] = 1;
  dut.hist_valid_i = 1;
  dut.hist_class_i = 1;
  dut.hist_latency_i = 3;
  for (int i = 0; i < 50; ++i) bus.tick();
  dut.cnt_i[0] = 0;
  dut.hist_valid_i = 0;
  EXPECT_EQ(bus.value64(regs::counter(Counter::frames)), 50u);
  EXPECT_EQ(bus.value(regs::histogram(LatencyClass::add) + 4 * 3), 50u);
  EXPECT_EQ(bus.write(regs::kControl, regs::kControlSoftResetMask), kOkay);
  EXPECT_EQ(bus.value(regs::kStatus) & regs::kStatusReadyMask, 0u);
  wait_ready();
  EXPECT_EQ(bus.value64(regs::counter(Counter::frames)), 0u);
  EXPECT_EQ(bus.value(regs::histogram(LatencyClass::add) + 4 * 3), 0u);
  EXPECT_EQ(bus.value(regs::latency(LatencyClass::add) + regs::kLatencyCount), 0u);
  EXPECT_EQ(bus.value(regs::latency(LatencyClass::add) + regs::kLatencyMin), 0xFFFFu);
}

TEST_F(Control, WhatTheCoreReportsWhileItsResetSpreadsIsNotCounted) {
  dut.cnt_i[0] = 1;
  dut.hist_valid_i = 1;
  dut.hist_class_i = 1;
  int cycles_since = -1;
  const auto plain = bus.each_cycle;
  bus.each_cycle = [&] {
    plain();
    if (dut.soft_reset_o) cycles_since = 0;
    if (cycles_since < 0) return;
    if (++cycles_since == 4) {
      dut.cnt_i[0] = 0;
      dut.hist_valid_i = 0;
    }
  };
  EXPECT_EQ(bus.write(regs::kControl, regs::kControlSoftResetMask), kOkay);
  wait_ready();
  bus.each_cycle = plain;
  EXPECT_GE(cycles_since, 4);
  EXPECT_EQ(bus.value64(regs::counter(Counter::frames)), 0u);
  EXPECT_EQ(bus.value(regs::latency(LatencyClass::add) + regs::kLatencyCount), 0u);
}

TEST_F(Control, ConfigurationAndCommandsPassThrough) {
  EXPECT_EQ(bus.write(regs::kCfgAddr, 0x8000'0001), kOkay);
  EXPECT_EQ(bus.write(regs::kCfgData, 42), kOkay);
  EXPECT_EQ(bus.write(regs::kCmd3, static_cast<std::uint32_t>(CommandOp::arm) << regs::kCmd3OpShift), kOkay);
  EXPECT_EQ(bus.write(regs::kCmdPush, 1), kOkay);
  for (int i = 0; i < 5; ++i) bus.tick();
  ASSERT_EQ(cfg.size(), 1u);
  EXPECT_EQ(cfg[0], 1ull << 57 | 8ull << 53 | 1ull << 32 | 42);
  EXPECT_EQ(command_ops, std::vector<unsigned>{9});
}

}  // namespace
}  // namespace twinpath::test
