// hw/rtl/kernel/kernel_control.sv: the kernel's registers, and what is passed on to the core.
#include <gtest/gtest.h>

#include "Vkernel_control.h"
#include "host/core/registers.h"
#include "testbench/rtl/control/axil_master.h"

namespace twinpath::test {
namespace {

constexpr std::uint32_t kStopped = regs::kKernelStatusStoppedMask;

class KernelControl : public ::testing::Test {
 protected:
  KernelControl() {
    // The core's registers: each holds its offset, answered some cycles later; those from 0x2000 on refuse.
    bus_.each_cycle = [this] {
      waited_ = dut_.core_valid_o ? waited_ + 1 : 0;
      dut_.core_done_i = waited_ == 5;
      dut_.core_data_i = dut_.core_addr_o;
      dut_.core_error_i = dut_.core_addr_o >= 0x2000;
      if (dut_.core_done_i && dut_.core_write_o) written_ = dut_.core_data_o;
    };
    dut_.status_i = kStopped;
    bus_.reset();
  }

  AxilMaster<Vkernel_control> bus_{1};
  Vkernel_control& dut_ = bus_.dut;
  unsigned waited_ = 0;
  std::uint32_t written_ = 0;
};

TEST_F(KernelControl, PassesOtherAddressesOnToTheCore) {
  EXPECT_EQ(bus_.value(regs::kId), regs::kId);
  EXPECT_EQ(bus_.write(regs::kControl, 0x1234), kOkay);
  EXPECT_EQ(written_, 0x1234u);
  EXPECT_EQ(bus_.read(0x2400).response, kSlverr);
  EXPECT_EQ(bus_.write(0x2400, 1), kSlverr);
}

TEST_F(KernelControl, AnswersEveryRegisterOfTheMapAsItSays) {
  for (const regs::Register& r : regs::kKernelRegisters) {
    EXPECT_EQ(bus_.read(r.offset).response, r.readable ? kOkay : kSlverr) << r.name;
    if (!r.writable) {
      EXPECT_EQ(bus_.write(r.offset, 1), kSlverr) << r.name;
    }
  }
  EXPECT_EQ(bus_.read(0x4040).response, kSlverr);
  EXPECT_EQ(bus_.read(regs::kKernelStatus + 1).response, kSlverr);
  EXPECT_EQ(bus_.write(regs::kKernelEventSize, 3, 0x3), kSlverr);
  EXPECT_EQ(bus_.value(regs::kKernelEventSize), 0u);
}

TEST_F(KernelControl, TakesTheRingsPlacesOnlyWhileTheyAreStopped) {
  EXPECT_EQ(bus_.write(regs::kKernelEventBase, 0x12345678), kOkay);
  EXPECT_EQ(bus_.write(regs::kKernelEventBaseHigh, 0x9), kOkay);
  EXPECT_EQ(bus_.write(regs::kKernelMailboxBase, 0xFFF), kOkay);
  EXPECT_EQ(dut_.event_base_o, 0x9'1234'5000u) << "at a multiple of 4,096";
  EXPECT_EQ(dut_.mailbox_base_o, 0xFC0u);
  EXPECT_EQ(bus_.write(regs::kKernelControl, 1), kOkay);
  EXPECT_TRUE(dut_.run_o);
  dut_.status_i = 0;
  for (const std::uint32_t r : {regs::kKernelEventBase, regs::kKernelEventBaseHigh, regs::kKernelEventSize,
                                regs::kKernelDoorbellBase, regs::kKernelDoorbellBaseHigh, regs::kKernelDoorbellSize,
                                regs::kKernelMailboxBase, regs::kKernelMailboxBaseHigh})
    EXPECT_EQ(bus_.write(r, 7), kSlverr) << std::hex << r;
  EXPECT_EQ(dut_.event_base_o, 0x9'1234'5000u);
}

TEST_F(KernelControl, TakesIndicesOnlyWhileTheRingsRun) {
  EXPECT_EQ(bus_.write(regs::kKernelDoorbellProducer, 4), kSlverr);
  EXPECT_EQ(bus_.write(regs::kKernelEventConsumer, 4), kSlverr);
  EXPECT_EQ(bus_.write(regs::kKernelControl, 1), kOkay);
  EXPECT_EQ(bus_.write(regs::kKernelDoorbellProducer, 4), kOkay);
  EXPECT_EQ(bus_.write(regs::kKernelEventConsumer, 5), kOkay);
  EXPECT_EQ(dut_.doorbell_producer_o, 4u);
  EXPECT_EQ(dut_.event_consumer_o, 5u);
  dut_.status_i = 0;
  EXPECT_EQ(bus_.write(regs::kKernelControl, 0), kOkay);
  bus_.tick();
  EXPECT_EQ(dut_.doorbell_producer_o, 0u);
  EXPECT_EQ(dut_.event_consumer_o, 0u);
  EXPECT_EQ(bus_.write(regs::kKernelControl, 1), kSlverr) << "not before they have stopped";
  dut_.status_i = kStopped;
  EXPECT_EQ(bus_.write(regs::kKernelControl, 1), kOkay);
}

TEST_F(KernelControl, ReadsWhatTheRingsSay) {
  dut_.event_producer_i = 11;
  dut_.events_lost_i = 12;
  dut_.doorbell_consumer_i = 13;
  dut_.core_timeouts_i = 14;
  dut_.status_i = 0xA5;
  EXPECT_EQ(bus_.value(regs::kKernelEventProducer), 11u);
  EXPECT_EQ(bus_.value(regs::kKernelEventsLost), 12u);
  EXPECT_EQ(bus_.value(regs::kKernelDoorbellConsumer), 13u);
  EXPECT_EQ(bus_.value(regs::kKernelTimeouts), 14u);
  EXPECT_EQ(bus_.value(regs::kKernelStatus), 0xA5u);
}

TEST_F(KernelControl, ReadsAndWritesAtOnceAreBothAnswered) {
  for (unsigned i = 0; i < 200; ++i) {
    const auto [w, r] = bus_.run(Write{regs::kKernelEventSize, i & 31U}, regs::kId);
    EXPECT_EQ(w, kOkay);
    EXPECT_EQ(r.data, regs::kId);
  }
}

}  // namespace
}  // namespace twinpath::test
