// hw/rtl/mem/ram_forward.sv.
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <vector>

#include "Vram_forward.h"

namespace twinpath {
namespace {

TEST(RamForward, ShowsWritesToTheAddressReadWhenReadWhileHeldAndLateOnesAtOnce) {
  Vram_forward top;
  std::mt19937 random(1);
  std::vector<std::optional<std::uint32_t>> memory(100);
  std::optional<unsigned> shown;
  unsigned with_read = 0, while_held = 0, at_once = 0;
  for (int i = 0; i < 200'000; ++i) {
    const auto any = [&] { return random() % 4 || !shown ? static_cast<unsigned>(random() % 100) : *shown; };
    // Every third write is one that was told in the cycle before, with the two addresses it may have.
    const bool late = i != 0 && random() % 3 == 0;
    top.we_i = late || random() & 1;
    top.late_i = late;
    top.other_i = random() & 1;
    top.waddr_i = late ? top.soon_i : any();
    top.waddr1_i = late ? top.soon1_i : any();
    top.soon_i = any();
    top.soon1_i = any();
    top.wdata_i = static_cast<std::uint32_t>(random());
    top.late_data_i = late ? top.wdata_i : static_cast<std::uint32_t>(random());
    top.re_i = random() % 4 == 0;
    const unsigned written = top.other_i ? top.waddr1_i : top.waddr_i;
    top.raddr_i = random() % 4 ? any() : written;
    top.clk_i = 0;
    top.eval();
    const bool now = late && shown && written == *shown;
    ASSERT_EQ(top.now_o, now) << "cycle " << i;
    if (now) {
      ASSERT_EQ(top.rdata_o, top.wdata_i) << "a late write, cycle " << i;
      ++at_once;
    }
    top.clk_i = 1;
    top.eval();
    if (top.we_i) memory[written] = top.wdata_i;
    if (top.re_i) shown = top.raddr_i;
    with_read += top.we_i && top.re_i && written == *shown;
    while_held += top.we_i && !top.re_i && shown && written == *shown;
    if (shown && memory[*shown]) {
      top.late_i = 0;
      top.eval();
      ASSERT_EQ(top.rdata_o, *memory[*shown]) << "cycle " << i;
    }
  }
  EXPECT_GT(with_read, 1000U);
  EXPECT_GT(while_held, 1000U);
  EXPECT_GT(at_once, 1000U);
}

}  // namespace
}  // namespace twinpath
