// Order transmit at the bus width it was verilated with: frames byte for byte, when they begin, stalls, room.
#include <random>

#include "testbench/rtl/order/order_tx_rig.h"

namespace twinpath::rtl {
namespace {

class OrderTx : public OrderTxRig {};

const Order kBuy{false, false, 3, 0x0123'4567, 100, 1'234'500};
const Order kSell{false, true, 250, 0x89AB'CDEF, 0xFFFF'FFFF, 0xFFFF'FFFF};
const Order kCancelOrder{true, true, 3, 0xCAFE'0001, 77, 88};

Order random_order(std::mt19937& rng) {
  return {rng() % 3 == 0,
          rng() % 2 == 0,
          static_cast<std::uint8_t>(rng()),
          static_cast<std::uint32_t>(rng()),
          static_cast<std::uint32_t>(rng()),
          static_cast<std::uint32_t>(rng())};
}

TEST_F(OrderTx, BuildsEnterOrdersOf89BytesAndCancelsPaddedTo60) {
  for (const Order& o : {kBuy, kSell, kCancelOrder}) {
    tick(o);
    drain();
  }
  EXPECT_EQ(frames_sent(), (std::vector{frame(kBuy), frame(kSell), frame(kCancelOrder)}));
  EXPECT_EQ(sent_[0].bytes.size(), 89U);
  EXPECT_EQ(sent_[2].bytes.size(), 60U);
  EXPECT_EQ(started_, want_started_);
}

TEST_F(OrderTx, OffersTheFirstBeatInTheCycleAfterTheVerdictAndABeatACycle) {
  idle(5);
  for (const Order& o : {kBuy, kCancelOrder}) {
    const std::uint64_t verdict = cycle_;
    tick(o);
    drain();
    EXPECT_EQ(sent_.back().offered, verdict + 1);
    EXPECT_EQ(sent_.back().begun, verdict + 1);
    EXPECT_EQ(sent_.back().ended, verdict + (frame(o).size() + kBusBytes - 1) / kBusBytes);
  }
}

TEST_F(OrderTx, StartsAnOrderThatComesWithTheLastBeatOfAnotherInTheNextCycle) {
  tick(kCancelOrder);
  for (std::size_t i = 0; i < (kCancelFrameBytes + kBusBytes - 1) / kBusBytes - 1; ++i) tick();
  EXPECT_TRUE(sent_.empty());
  tick(kSell);
  EXPECT_EQ(sent_.size(), 1U);
  drain();
  EXPECT_EQ(sent_[1].offered, sent_[0].ended + 1);
}

TEST_F(OrderTx, SendsAsManyAsItHasRoomForBackToBack) {
  std::vector<Bytes> want;
  Order o = kBuy;
  while (want.size() < 3 || dut_->room_o) {  // room_o is low in the cycle after the reset
    ASSERT_LT(want.size(), 17U);
    tick(o);
    want.push_back(frame(o));
    o.user_ref += 0x1111'1111;
    o.cancel = !o.cancel;
    settle(*dut_);
  }
  for (int i = 0; i < 3; ++i, o.quantity += 1) tick(o), want.push_back(frame(o));  // room_o promised 4, one is sent
  drain();
  EXPECT_EQ(frames_sent(), want);
  for (std::size_t i = 1; i < sent_.size(); ++i) EXPECT_EQ(sent_[i].offered, sent_[i - 1].ended + 1);
  EXPECT_EQ(started_, want_started_);
}

TEST_F(OrderTx, TakesFourMoreOrdersWheneverItSaysRoomAndSaysSoAgainWhenDrained) {
  tick();
  std::vector<Bytes> want;
  Order o = kSell;
  bool room = true;
  for (int i = 0; i < 40 && room; ++i) {  // the line is not ready
    tick(o, false, false);
    want.push_back(frame(o)), ++o.user_ref;
    settle(*dut_);
    room = dut_->room_o;
  }
  EXPECT_FALSE(room);
  EXPECT_GE(want.size(), 12U) << "12 wait and one is on the line";
  for (int i = 0; i < 3; ++i) tick(o, false, false), want.push_back(frame(o)), ++o.user_ref;
  for (int i = 0; i < 100; ++i) tick({}, false, false);
  EXPECT_FALSE(dut_->room_o);
  drain();
  EXPECT_TRUE(dut_->room_o);
  EXPECT_EQ(frames_sent(), want);
}

TEST_F(OrderTx, ReportsTheCycleAnOrdersFirstBeatWasTakenIn) {
  tick(kBuy, false, false);
  for (int i = 0; i < 30; ++i) tick({}, false, false);
  EXPECT_TRUE(started_.empty());
  const auto taken = static_cast<std::uint16_t>(cycle_);
  tick();
  drain();
  EXPECT_EQ(started_, (std::vector<std::uint16_t>{taken}));
}

TEST_F(OrderTx, LosesNothingUnderRandomStallsAndUsesAllTheRoomItIsGiven) {
  std::mt19937 rng(1);
  std::vector<Bytes> want;
  std::size_t deepest = 0;
  for (int phase = 0; phase < 60; ++phase) {
    const unsigned order_in = 1 + rng() % 20;  // an order in so many cycles
    const unsigned ready_of_8 = 1 + rng() % 8;
    int allowed = 0;
    for (int i = 0; i < 400; ++i) {
      settle(*dut_);
      if (dut_->room_o) allowed = 4;
      std::optional<Order> order;
      if (allowed > 0 && rng() % order_in == 0) order = random_order(rng), want.push_back(frame(*order)), --allowed;
      tick(order, rng() % 2 == 0, rng() % 8 < ready_of_8);  // hints while speculation is off
      deepest = std::max(deepest, queue_.size());
      if (HasFatalFailure()) return;
    }
  }
  drain();
  EXPECT_EQ(deepest, 16U) << "the queue was never full";
  EXPECT_GT(want.size(), 500U);
  EXPECT_EQ(frames_sent(), want);
  EXPECT_EQ(sent_.size(), want.size());
  EXPECT_EQ(started_, want_started_);
  EXPECT_EQ(started_.size(), want.size());
}

}  // namespace
}  // namespace twinpath::rtl
