// hw/rtl/mem/fifo.sv, built with depths 6 and 2.
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <random>

#include "Vfifo.h"

namespace twinpath {
namespace {

class Fifo : public testing::Test {
 protected:
  Fifo() {
    context_.randReset(2);
    top_ = std::make_unique<Vfifo>(&context_);
    top_->s_valid_i = 0;
    top_->m_ready_i = 0;
    top_->rst_i = 1;
    clock();
    top_->rst_i = 0;
  }

  // One cycle; checks every output against the queue.
  void step(bool push, bool pop) {
    top_->s_valid_i = push;
    top_->s_data_i = next_;
    top_->m_ready_i = pop;
    top_->clk_i = 0;
    top_->eval();
    ASSERT_EQ(top_->count_o, queue_.size());
    ASSERT_EQ(top_->s_ready_o, queue_.size() < FIFO_DEPTH);
    ASSERT_EQ(top_->m_valid_o, !queue_.empty());
    if (!queue_.empty()) {
      ASSERT_EQ(top_->m_data_o, queue_.front());
    }
    const bool pushed = push && top_->s_ready_o;
    if (pop && top_->m_valid_o) queue_.pop_front();
    if (pushed) queue_.push_back(next_++);
    clock();
  }

  void clock() {
    top_->clk_i = 0;
    top_->eval();
    top_->clk_i = 1;
    top_->eval();
  }

  VerilatedContext context_;
  std::unique_ptr<Vfifo> top_;
  std::deque<std::uint32_t> queue_;
  std::uint32_t next_ = 0xABCD0000;
};

TEST_F(Fifo, ShowsAWordTheCycleAfterItWasPushed) {
  step(true, true);
  EXPECT_TRUE(top_->m_valid_o);
  step(false, true);
  step(false, true);
}

TEST_F(Fifo, PassesAWordEveryCycle) {
  for (int i = 0; i < 100; ++i) step(true, true);
  EXPECT_EQ(next_, 0xABCD0000 + 100);
}

TEST_F(Fifo, KeepsOrderAndContentsUnderAnyPattern) {
  std::mt19937 random(1);
  for (unsigned phase = 0; phase < 300; ++phase) {
    const unsigned push = random() % 101;
    const unsigned pop = random() % 101;
    for (int i = 0; i < 1000; ++i) {
      step(random() % 100 < push, random() % 100 < pop);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace twinpath
