// Order transmit started before the verdict: a cycle earlier, the same bytes, and never more discards than permitted.
#include <random>

#include "testbench/rtl/order/order_tx_rig.h"

namespace twinpath::rtl {
namespace {

class Speculation : public OrderTxRig {};

const Order kEnter{false, true, 250, 0x89AB'CDEF, 300, 4'000'000};
const Order kCancelOrder{true, false, 7, 0x0000'00AF, 0, 0};

TEST_F(Speculation, IsOffUntilItIsConfigured) {
  for (int i = 0; i < 50; ++i) tick({}, true);
  EXPECT_TRUE(sent_.empty());
  speculation(false, 255, 1);
  for (int i = 0; i < 50; ++i) tick({}, true);
  speculation(true, 0, 1);
  for (int i = 0; i < 50; ++i) tick({}, true);
  EXPECT_TRUE(sent_.empty());
}

TEST_F(Speculation, IsOffAgainAfterAReset) {
  speculation(true, 255, 1);
  reset(*dut_);
  may_ = false;
  for (int i = 0; i < 50; ++i) tick({}, true);
  EXPECT_TRUE(sent_.empty());
}

TEST_F(Speculation, OffersTheSameFrameACycleEarlier) {
  speculation(true, 1, 0);
  for (const Order& o : {kEnter, kCancelOrder}) {
    for (const unsigned stall : {0U, 1U, 2U, 5U}) {
      tick({}, true);
      const std::uint64_t verdict = cycle_;
      tick(o, false, stall == 0);
      for (unsigned i = 1; i < stall; ++i) tick({}, false, false);
      drain();
      EXPECT_EQ(sent_.back().offered, verdict);
      EXPECT_EQ(sent_.back().begun, verdict + stall);
      EXPECT_EQ(sent_.back().bytes, frame(o));
      EXPECT_FALSE(sent_.back().discarded);
      EXPECT_EQ(started_.back(), static_cast<std::uint16_t>(verdict + stall));
    }
  }
  EXPECT_EQ(credit_, 1U) << "frames that become orders cost nothing";
  EXPECT_EQ(started_, want_started_);
}

TEST_F(Speculation, EndsAFrameWithoutAnOrderInItsSecondBeat) {
  speculation(true, 2, 0);
  for (const unsigned stall : {0U, 4U}) {
    const std::size_t before = sent_.size();
    const std::uint64_t hint = cycle_;
    tick({}, true);
    for (unsigned i = 0; i < stall; ++i) tick({}, false, false);
    drain();
    ASSERT_EQ(sent_.size(), before + 1);
    EXPECT_TRUE(sent_.back().discarded);
    EXPECT_EQ(sent_.back().bytes.size(), 2U * kBusBytes);
    EXPECT_EQ(sent_.back().offered, hint + 1);
    EXPECT_EQ(sent_.back().ended, hint + 2 + stall);
  }
  EXPECT_TRUE(started_.empty()) << "a discarded frame is no order's";
}

TEST_F(Speculation, SendsAnOrderThatComesAfterTheVerdictInAFrameOfItsOwn) {
  speculation(true, 10, 0);
  for (const unsigned late : {1U, 2U, 3U}) {
    for (const bool ready : {true, false}) {
      sent_.clear();
      tick({}, true);
      for (unsigned i = 0; i < late; ++i) tick({}, false, ready);
      const std::uint64_t verdict = cycle_;
      tick(kEnter, false, ready);
      drain();
      ASSERT_EQ(sent_.size(), 2U);
      EXPECT_TRUE(sent_[0].discarded);
      EXPECT_EQ(sent_[1].bytes, frame(kEnter));
      EXPECT_FALSE(sent_[1].discarded);
      EXPECT_EQ(sent_[1].offered, std::max(verdict, sent_[0].ended) + 1);
    }
  }
  EXPECT_EQ(started_, want_started_);
  EXPECT_EQ(started_.size(), 6U);
}

TEST_F(Speculation, DoesNotBeginWhileAnotherFrameIsOnTheLineOrAnOrderComes) {
  speculation(true, 10, 0);
  tick(kEnter, true);
  for (int i = 0; i < 40; ++i) tick({}, line_.has_value());
  drain();
  EXPECT_EQ(frames_sent(), (std::vector<Bytes>{frame(kEnter)}));
  EXPECT_EQ(discarded(), 0U);
}

TEST_F(Speculation, StopsWhenTheBudgetIsSpentAndGoesOnAsItComesBack) {
  speculation(true, 3, 2);  // one back every 2,048 cycles
  const std::uint64_t begin = cycle_;
  std::vector<std::uint64_t> offered;
  while (cycle_ < begin + 10'000) {
    tick({}, true);
    if (HasFatalFailure()) return;
  }
  drain();
  for (const Sent& s : sent_) offered.push_back(s.offered - begin);
  ASSERT_EQ(offered.size(), 3U + 4U);
  EXPECT_LT(offered[2], 20U);
  for (std::size_t i = 3; i < offered.size(); ++i) {
    EXPECT_GE(offered[i], offered[0] + 2048 * (i - 2));
    EXPECT_LT(offered[i], offered[0] + 2048 * (i - 2) + 8);
  }
  EXPECT_EQ(frames_sent().size(), 0U);
  // An order needs no budget.
  while (credit_ > 0) tick({}, true);
  drain();
  tick({}, true);
  const std::uint64_t verdict = cycle_;
  tick(kEnter);
  drain();
  EXPECT_EQ(sent_.back().bytes, frame(kEnter));
  EXPECT_EQ(sent_.back().offered, verdict + 1);
}

TEST_F(Speculation, GivesNothingBackWithAnIntervalOfZero) {
  speculation(true, 255, 0);
  for (int i = 0; i < 5000; ++i) tick({}, true);
  drain();
  EXPECT_EQ(sent_.size(), 255U);
  EXPECT_EQ(discarded(), 255U);
}

TEST_F(Speculation, KeepsEveryWindowWithinTheBudgetAndEveryOrderWhole) {
  std::mt19937 rng(7);
  constexpr unsigned kBurst = 5;
  speculation(true, kBurst, 1);
  std::vector<Bytes> want;
  std::vector<std::uint64_t> discards;
  unsigned early = 0;
  bool hinted = false;
  int allowed = 0;
  for (int i = 0; i < 80'000; ++i) {
    const bool calm = i / 5000 % 2 == 0;  // the budget fills again, or is always spent
    settle(*dut_);
    if (dut_->room_o) allowed = 4;
    std::optional<Order> order;
    if (allowed > 0 && rng() % (hinted ? 3 : 100) == 0) {
      order = Order{rng() % 3 == 0,
                    rng() % 2 == 0,
                    static_cast<std::uint8_t>(rng()),
                    static_cast<std::uint32_t>(rng()),
                    static_cast<std::uint32_t>(rng()),
                    static_cast<std::uint32_t>(rng())};
      want.push_back(frame(*order)), --allowed;
      early += line_ && line_->verdict ? 1 : 0;
    }
    hinted = rng() % (calm ? 400 : 20) == 0;
    tick(order, hinted, rng() % 8 < 6);
    if (was_.refused) discards.push_back(cycle_);
    if (HasFatalFailure()) return;
  }
  drain();
  EXPECT_EQ(frames_sent(), want);
  EXPECT_EQ(discarded(), discards.size());
  EXPECT_EQ(started_, want_started_);
  EXPECT_EQ(started_.size(), want.size());
  EXPECT_GT(early, 30U);
  EXPECT_GT(discards.size(), 30U);
  for (std::size_t a = 0; a < discards.size(); ++a) {
    for (std::size_t b = a; b < discards.size(); ++b) {
      ASSERT_LE(b - a + 1, kBurst + (discards[b] - discards[a]) / 1024) << "discards " << a << " to " << b;
    }
  }
}

}  // namespace
}  // namespace twinpath::rtl
