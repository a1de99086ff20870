// hw/rtl/kernel/register_crossing.sv, timeout 256 cycles: a slave in another clock, which may stand still.
#include <gtest/gtest.h>

#include <map>

#include "Vregister_crossing.h"
#include "testbench/rtl/kernel/two_clocks.h"

namespace twinpath::test {
namespace {

class Crossing : public ::testing::Test {
 protected:
  struct Answer {
    std::uint32_t data = 0;
    bool error = false;
  };

  explicit Crossing(unsigned seed = 1) : clocks_(dut_, seed) {
    clocks_.core_clock = [](Vregister_crossing& d, bool up) { d.core_clk_i = up; };
    clocks_.host_clock = [](Vregister_crossing& d, bool up) { d.clk_i = up; };
    // A slave that pauses; odd words refuse.
    clocks_.before_core = [this] {
      if (clocks_.core_stopped) return;
      if (dut_.m_axil_awvalid_o && dut_.m_axil_awready_i) aw_ = true, address_ = dut_.m_axil_awaddr_o;
      if (dut_.m_axil_wvalid_o && dut_.m_axil_wready_i) w_ = true, data_ = dut_.m_axil_wdata_o;
      if (dut_.m_axil_arvalid_o && dut_.m_axil_arready_i) ar_ = true, address_ = dut_.m_axil_araddr_o;
      b_taken_ = dut_.m_axil_bvalid_i && dut_.m_axil_bready_o;
      r_taken_ = dut_.m_axil_rvalid_i && dut_.m_axil_rready_o;
    };
    clocks_.after_core = [this] {
      if (b_taken_) dut_.m_axil_bvalid_i = 0;
      if (r_taken_) dut_.m_axil_rvalid_i = 0;
      dut_.m_axil_awready_i = clocks_.chance(50);
      dut_.m_axil_wready_i = clocks_.chance(50);
      dut_.m_axil_arready_i = clocks_.chance(50);
      if (aw_ && w_ && !dut_.m_axil_bvalid_i && clocks_.chance(30)) {
        if (!(address_ & 4U)) memory_[address_] = data_;
        dut_.m_axil_bresp_i = address_ & 4U ? 2 : 0;
        dut_.m_axil_bvalid_i = 1;
        ++writes_;
        aw_ = w_ = false;
      }
      if (ar_ && !dut_.m_axil_rvalid_i && clocks_.chance(30)) {
        dut_.m_axil_rdata_i = memory_[address_];
        dut_.m_axil_rresp_i = address_ & 4U ? 2 : 0;
        dut_.m_axil_rvalid_i = 1;
        ar_ = false;
      }
    };
    dut_.rst_i = dut_.core_rst_i = 1;
    clocks_.steps(40);
    dut_.rst_i = dut_.core_rst_i = 0;
    clocks_.steps(40);
  }

  Answer access(bool write, std::uint32_t address, std::uint32_t data = 0) {
    dut_.req_valid_i = 1;
    dut_.req_write_i = write;
    dut_.req_addr_i = static_cast<std::uint16_t>(address);
    dut_.req_data_i = data;
    Answer answer;
    bool done = false;
    clocks_.before_host = [&] {
      if (done || !dut_.done_o) return;
      done = true;
      answer = {dut_.data_o, dut_.error_o != 0};
    };
    clocks_.after_host = [&] {
      if (done) dut_.req_valid_i = 0;
    };
    EXPECT_TRUE(clocks_.until([&] { return done; }, 4000)) << "no answer";
    clocks_.before_host = clocks_.after_host = [] {};
    return answer;
  }

  Vregister_crossing dut_;
  TwoClocks<Vregister_crossing> clocks_;
  std::map<std::uint32_t, std::uint32_t> memory_;
  std::uint32_t address_ = 0, data_ = 0;
  bool aw_ = false, w_ = false, ar_ = false, b_taken_ = false, r_taken_ = false;
  unsigned writes_ = 0;
};

TEST_F(Crossing, CarriesAccessesAndTheirAnswers) {
  std::map<std::uint32_t, std::uint32_t> expected;
  for (unsigned i = 0; i < 200; ++i) {
    const std::uint32_t address = clocks_.below(16) * 8;
    if (clocks_.chance(50)) {
      EXPECT_FALSE(access(true, address, i * 77).error);
      expected[address] = i * 77;
    } else {
      const Answer a = access(false, address);
      EXPECT_FALSE(a.error);
      EXPECT_EQ(a.data, expected[address]);
    }
    if (clocks_.chance(50)) clocks_.steps(clocks_.below(30));
  }
  EXPECT_EQ(dut_.timeouts_o, 0u);
}

TEST_F(Crossing, CarriesErrors) {
  EXPECT_TRUE(access(true, 4, 1).error);
  const Answer a = access(false, 4);
  EXPECT_TRUE(a.error);
  EXPECT_EQ(a.data, 0u);
  EXPECT_EQ(dut_.timeouts_o, 0u);
}

TEST_F(Crossing, AnswersWithAnErrorWhenTheCoresClockStandsStill) {
  EXPECT_FALSE(access(true, 8, 5).error);
  clocks_.core_stopped = true;
  EXPECT_TRUE(access(false, 8).error);
  EXPECT_TRUE(access(true, 8, 9).error);
  EXPECT_EQ(dut_.timeouts_o, 2u);
  // The read that was abandoned ends late and is thrown away; nothing else was sent.
  clocks_.core_stopped = false;
  const Answer a = access(false, 16);
  EXPECT_FALSE(a.error);
  EXPECT_EQ(a.data, 0u);
  EXPECT_EQ(access(false, 8).data, 5u);
  EXPECT_EQ(writes_, 1u);
  EXPECT_EQ(dut_.timeouts_o, 2u);
}

}  // namespace
}  // namespace twinpath::test
