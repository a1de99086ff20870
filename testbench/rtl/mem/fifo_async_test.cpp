// hw/rtl/mem/fifo_async.sv at clocks of drawn periods.
#include <gtest/gtest.h>

#include <deque>

#include "Vfifo_async.h"
#include "testbench/rtl/kernel/two_clocks.h"

namespace twinpath::test {
namespace {

constexpr unsigned kDepth = 8;

struct Traffic {
  unsigned pushed = 0, popped = 0;
  std::size_t most = 0;  // words inside
};

// Words in order, none lost, none twice; data stable while it waits.
Traffic run(unsigned seed, unsigned push_percent, unsigned pop_percent) {
  Vfifo_async dut;
  TwoClocks<Vfifo_async> clocks(dut, seed);
  std::deque<std::uint32_t> inside;
  Traffic t;
  bool waited = false;
  clocks.core_clock = [](Vfifo_async& d, bool up) { d.s_clk_i = up; };
  clocks.host_clock = [](Vfifo_async& d, bool up) { d.m_clk_i = up; };
  clocks.before_core = [&] {
    if (dut.s_rst_i || !dut.s_valid_i || !dut.s_ready_o) return;
    inside.push_back(dut.s_data_i);
    ++t.pushed;
    t.most = std::max(t.most, inside.size());
  };
  clocks.before_host = [&] {
    if (dut.m_rst_i) return;
    if (waited) {
      EXPECT_TRUE(dut.m_valid_o) << "valid fell before ready";
    }
    if (dut.m_valid_o) {
      EXPECT_FALSE(inside.empty());
      if (!inside.empty()) {
        EXPECT_EQ(dut.m_data_o, inside.front());
      }
    }
    waited = dut.m_valid_o && !dut.m_ready_i;
    if (dut.m_valid_o && dut.m_ready_i && !inside.empty()) inside.pop_front(), ++t.popped;
  };
  clocks.after_core = [&] {
    dut.s_valid_i = !dut.s_rst_i && clocks.chance(push_percent);
    dut.s_data_i = t.pushed * 3 + 1;
  };
  clocks.after_host = [&] { dut.m_ready_i = clocks.chance(pop_percent); };
  dut.s_rst_i = dut.m_rst_i = 1;
  clocks.steps(20);
  dut.s_rst_i = dut.m_rst_i = 0;
  clocks.steps(20'000);
  push_percent = 0;
  pop_percent = 100;
  clocks.steps(200);
  EXPECT_TRUE(inside.empty()) << "words stay inside";
  return t;
}

TEST(FifoAsync, KeepsEveryWordInOrder) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const Traffic t = run(seed, 20 + seed * 4, 100 - seed * 4);
    EXPECT_EQ(t.pushed, t.popped) << "seed " << seed;
    EXPECT_GT(t.popped, 500u) << "seed " << seed;
  }
}

TEST(FifoAsync, FillsToItsDepthAndTheWordThatIsShown) {
  const Traffic t = run(3, 100, 1);
  EXPECT_EQ(t.most, kDepth + 1);
}

}  // namespace
}  // namespace twinpath::test
