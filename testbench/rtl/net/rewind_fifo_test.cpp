#include <gtest/gtest.h>

#include <algorithm>
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
  std::size_t mark = 0;  // words before the marked one
  unsigned bypassed = 0;
  unsigned taken_back = 0;
  std::size_t longest = 0;
  unsigned full = 0;
  for (int cycle = 0; cycle < 200000; ++cycle) {
    const bool filling = (cycle / 200) % 2 == 0;
    const bool rewind = mark > 0 && random() % 16 == 0;
    top.s_data_i = random();
    top.rewind_i = rewind;
    top.mark_i = !rewind && random() % 4 == 0;
    top.s_valid_i = random() % 4 < (filling ? 3u : 1u);
    top.m_ready_i = random() % 4 < (filling ? 1u : 3u);
    top.eval();
    ASSERT_EQ(top.count_o, model.size());
    ASSERT_EQ(top.s_ready_o, model.size() < 16);
    full += model.size() == 16;
    ASSERT_EQ(top.behind_o, mark > 0) << "cycle " << cycle;
    ASSERT_EQ(top.m_valid_o, !model.empty() || top.s_valid_i);
    if (top.m_valid_o) {
      ASSERT_EQ(top.m_data_o, model.empty() ? top.s_data_i : model.front()) << "cycle " << cycle;
    }
    const bool pop = top.m_valid_o && top.m_ready_i;
    if (rewind) {
      longest = std::max(longest, model.size() - mark);
      model.resize(mark);
      ++taken_back;
      model.push_back(top.s_data_i);
    } else if (top.s_valid_i && top.s_ready_o) {
      bypassed += model.empty() && pop;
      if (top.mark_i) mark = model.size();
      model.push_back(top.s_data_i);
    }
    if (pop) {
      model.pop_front();
      if (mark > 0) --mark;
    }
    clock(top);
  }
  EXPECT_GT(bypassed, 100u);
  EXPECT_GT(taken_back, 100u);
  EXPECT_GT(longest, 8u);
  EXPECT_GT(full, 100u);
}

}  // namespace
}  // namespace twinpath::rtl
