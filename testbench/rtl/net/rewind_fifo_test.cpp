#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "Vrewind_fifo.h"
#include "testbench/rtl/net/packed.h"

namespace twinpath::rtl {
namespace {

TEST(RewindFifo, KeepsOrderBypassesWhenEmptyAndTakesBackTheLatestWords) {
  Vrewind_fifo top;
  reset(top);
  std::mt19937 random(1);
  std::deque<std::uint32_t> model;
  unsigned bypassed = 0;
  unsigned taken_back = 0;
  unsigned full = 0;
  for (int cycle = 0; cycle < 200000; ++cycle) {
    const bool filling = (cycle / 200) % 2 == 0;
    const bool undo = model.size() > 1 && random() % 16 == 0;
    top.s_data_i = random();
    top.undo_i = undo ? 1 + random() % (model.size() - 1) : 0;
    top.s_valid_i = undo || random() % 4 < (filling ? 3u : 1u);
    top.m_ready_i = random() % 4 < (filling ? 1u : 3u);
    top.eval();
    ASSERT_EQ(top.count_o, model.size());
    ASSERT_EQ(top.s_ready_o, model.size() < 16);
    full += model.size() == 16;
    ASSERT_EQ(top.m_valid_o, !model.empty() || top.s_valid_i);
    if (top.m_valid_o) {
      ASSERT_EQ(top.m_data_o, model.empty() ? top.s_data_i : model.front()) << "cycle " << cycle;
    }
    const bool pop = top.m_valid_o && top.m_ready_i;
    for (unsigned i = 0; i < top.undo_i; ++i) model.pop_back();
    taken_back += undo;
    if (top.s_valid_i && (top.s_ready_o || undo)) {
      bypassed += model.empty() && pop && !undo;
      model.push_back(top.s_data_i);
    }
    if (pop) model.pop_front();
    clock(top);
  }
  EXPECT_GT(bypassed, 100u);
  EXPECT_GT(taken_back, 100u);
  EXPECT_GT(full, 100u);
}

}  // namespace
}  // namespace twinpath::rtl
