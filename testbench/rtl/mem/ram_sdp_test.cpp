// hw/rtl/mem/ram_sdp.sv.
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <vector>

#include "Vram_sdp.h"

namespace twinpath {
namespace {

TEST(RamSdp, ReadsOldDataOneCycleLaterAndHoldsIt) {
  Vram_sdp top;
  std::mt19937 random(1);
  std::vector<std::optional<std::uint32_t>> memory(100);
  std::optional<std::uint32_t> expected;
  for (int i = 0; i < 200'000; ++i) {
    top.we_i = random() & 1;
    top.waddr_i = random() % 100;
    top.wdata_i = static_cast<std::uint32_t>(random());
    top.re_i = random() & 1;
    top.raddr_i = random() % 4 ? random() % 100 : top.waddr_i;
    top.clk_i = 0;
    top.eval();
    top.clk_i = 1;
    top.eval();
    if (top.re_i) expected = memory[top.raddr_i];
    if (top.we_i) memory[top.waddr_i] = top.wdata_i;
    if (expected) {
      ASSERT_EQ(top.rdata_o, *expected) << "cycle " << i;
    }
  }
}

}  // namespace
}  // namespace twinpath
