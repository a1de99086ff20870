// Order transmit at the bus width it was verilated with: frames byte for byte, events in order, stalls everywhere.
#include "Vorder_tx.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <random>
#include <string_view>

#include "testbench/rtl/risk/decide_records.h"

namespace twinpath::rtl {
namespace {

using namespace std::string_view_literals;
using Bytes = std::vector<std::uint8_t>;

template <class Port>
std::uint8_t byte_of(const Port& port, unsigned i) {
  if constexpr (std::is_integral_v<Port>) {
    return static_cast<std::uint8_t>(port >> 8 * i);
  } else {
    return static_cast<std::uint8_t>(port.at(i / 4) >> 8 * (i % 4));
  }
}
constexpr unsigned kBusBytes = sizeof(std::remove_reference_t<decltype(std::declval<Vorder_tx>().m_axis_tdata_o)>);

struct Item {
  bool has_order = false;
  Order order;
  Event event{};
  std::uint16_t last_byte = 0;
};

class OrderTx : public testing::Test {
 protected:
  OrderTx() {
    for (unsigned i = 0; i < 42; ++i) {
      frames_.enter[i] = static_cast<std::uint8_t>(0x10 + i);
      frames_.cancel[i] = static_cast<std::uint8_t>(0x80 + i);
    }
    reset(*dut_);
    configure(*dut_, cfg_template(frames_));
    configure(*dut_, cfg_name(3, {'A', 'M', 'Z', 'N', ' ', ' ', ' ', ' '}));
    configure(*dut_, cfg_name(250, {'T', 'W', 'I', 'N', 'P', 'A', 'T', 'H'}));
  }

  void offer(const Item& item) {
    dut_->in_valid_i = 1;
    dut_->in_has_order_i = item.has_order;
    dut_->in_last_byte_i = item.last_byte;
    to_port(item.order, dut_->in_order_i);
    std::array<std::uint32_t, 32> words;
    std::memcpy(words.data(), &item.event, sizeof item.event);
    for (unsigned w = 0; w < 32; ++w) dut_->in_event_i.at(w) = words[w];
  }
  // One cycle; true when the input was taken.
  bool tick(bool m_ready = true, bool event_ready = true) {
    dut_->cycle_i = cycle_;
    dut_->m_axis_tready_i = m_ready;
    dut_->event_ready_i = event_ready;
    settle(*dut_);
    const bool taken = dut_->in_valid_i && dut_->in_ready_o;
    if (dut_->event_valid_o && event_ready) events_.push_back(event_of(dut_->event_o));
    if (dut_->m_axis_tvalid_o && m_ready) {
      if (frame_.empty()) first_beats_.push_back(cycle_);
      for (unsigned i = 0; i < kBusBytes; ++i) {
        if (dut_->m_axis_tkeep_o >> i & 1) frame_.push_back(byte_of(dut_->m_axis_tdata_o, i));
      }
      if (dut_->m_axis_tlast_o) sent_.push_back(std::move(frame_)), frame_.clear();
    }
    rise(*dut_);
    ++cycle_;
    return taken;
  }
  void send(const Item& item) {
    offer(item);
    for (int i = 0; i < 100 && !tick(); ++i) {
    }
    dut_->in_valid_i = 0;
  }
  void drain() {
    for (int i = 0; i < 40; ++i) tick();
    EXPECT_TRUE(dut_->idle_o);
  }

  Bytes enter(const Order& o, std::string_view name, std::string_view hex) const {
    Bytes f(frames_.enter.begin(), frames_.enter.end());
    const auto be = [&](std::uint64_t v, unsigned n) {
      while (n-- > 0) f.push_back(static_cast<std::uint8_t>(v >> 8 * n));
    };
    be('O', 1), be(o.user_ref, 4), be(o.side ? 'S' : 'B', 1), be(o.quantity, 4);
    f.insert(f.end(), name.begin(), name.end());
    be(o.price, 8);
    f.insert(f.end(), frames_.attributes.begin(), frames_.attributes.end());
    f.insert(f.end(), frames_.cl_ord_id.begin(), frames_.cl_ord_id.end());
    f.insert(f.end(), hex.begin(), hex.end());
    be(0, 2);
    return f;
  }
  Bytes cancel(std::uint32_t user_ref) const {
    Bytes f(frames_.cancel.begin(), frames_.cancel.end());
    f.push_back('X');
    for (unsigned n = 4; n-- > 0;) f.push_back(static_cast<std::uint8_t>(user_ref >> 8 * n));
    f.resize(60);
    return f;
  }

  std::unique_ptr<Vorder_tx> dut_ = std::make_unique<Vorder_tx>();
  FrameTemplate frames_;
  std::uint16_t cycle_ = 0xFFF0;  // wraps during the test
  Bytes frame_;
  std::deque<Bytes> sent_;
  std::deque<Event> events_;
  std::deque<std::uint16_t> first_beats_;
};

TEST_F(OrderTx, BuildsAnEnterOrderOf89BytesFromTheTemplate) {
  const Order buy{false, false, 3, 0x0123'4567, 100, 1'234'500};
  const Order sell{false, true, 250, 0x89AB'CDEF, 0xFFFF'FFFF, 0xFFFF'FFFF};
  send({true, buy});
  send({true, sell});
  drain();
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[0].size(), 89U);
  EXPECT_EQ(sent_[0], enter(buy, "AMZN    "sv, "01234567"sv));
  EXPECT_EQ(sent_[1], enter(sell, "TWINPATH"sv, "89ABCDEF"sv));
}

TEST_F(OrderTx, PadsACancelOrderTo60Bytes) {
  send({true, {true, true, 3, 0xCAFE'0001, 77, 88}});
  drain();
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(sent_[0], cancel(0xCAFE'0001));
}

TEST_F(OrderTx, OffersTheFirstBeatInTheCycleTheOrderArrives) {
  offer({true, {false, false, 3, 1, 1, 1}});
  settle(*dut_);
  EXPECT_TRUE(dut_->m_axis_tvalid_o);
  EXPECT_FALSE(dut_->event_valid_o) << "an order is explained only after it started to leave";
}

TEST_F(OrderTx, StampsTheFirstBeatOfAnOrderAndNothingElse) {
  Item item{true, {false, false, 3, 1, 1, 1}};
  for (unsigned i = 0; i < kStages; ++i) item.event.stages[i] = static_cast<std::uint16_t>(100 + i);
  item.event.kind = 1;
  item.last_byte = 0xFFE0;
  offer(item);
  for (int i = 0; i < 30; ++i) EXPECT_FALSE(tick(false));  // the wire is not ready
  while (!tick()) {
  }
  dut_->in_valid_i = 0;
  drain();
  ASSERT_EQ(events_.size(), 1U);
  ASSERT_EQ(first_beats_.size(), 1U);
  for (unsigned i = 0; i < kStages; ++i) {
    EXPECT_EQ(events_[0].stages[i], i == 5 ? static_cast<std::uint16_t>(first_beats_[0] - 0xFFE0) : 100 + i);
  }
  EXPECT_EQ(events_[0].stages[5], 46);
  EXPECT_TRUE(same_event(events_[0], item.event));
}

TEST_F(OrderTx, LetsEventsPassWhileAFrameLeaves) {
  send({true, {false, false, 3, 1, 1, 1}});
  const std::size_t sent = sent_.size();
  Item book;
  book.event.kind = 4;
  book.event.stages[5] = 9;
  send(book);
  EXPECT_EQ(sent_.size(), sent) << "the frame is still leaving";
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(events_[1].kind, 4);
  EXPECT_EQ(events_[1].stages[5], 9) << "only an order's event is stamped";
}

TEST_F(OrderTx, HoldsTheInputWhileEventsAreNotTaken) {
  offer({true, {false, false, 3, 1, 1, 1}});
  for (int i = 0; i < 60; ++i) EXPECT_FALSE(tick(true, false));
  EXPECT_EQ(sent_.size(), 1U) << "and sends the frame once";
  EXPECT_TRUE(tick(true, true));
}

TEST_F(OrderTx, LosesNothingUnderRandomStalls) {
  std::mt19937 rng(1);
  std::deque<Bytes> want;
  std::deque<Event> want_events;
  for (std::uint32_t n = 0; n < 3000; ++n) {
    Item item;
    item.has_order = rng() % 2 == 0;
    item.order = {rng() % 3 == 0,
                  rng() % 2 == 0,
                  static_cast<std::uint8_t>(rng() % 2 == 0 ? 3 : 250),
                  static_cast<std::uint32_t>(rng()),
                  static_cast<std::uint32_t>(rng()),
                  static_cast<std::uint32_t>(rng())};
    item.event.kind = item.has_order ? 1 : 4;
    item.event.sequence = n;
    item.event.gross_lo = std::uint64_t{rng()} << 32 | rng();
    item.last_byte = static_cast<std::uint16_t>(rng());
    want_events.push_back(item.event);
    if (item.has_order) {
      std::array<char, 9> hex{};
      std::snprintf(hex.data(), hex.size(), "%08X", item.order.user_ref);
      want.push_back(item.order.cancel
                         ? cancel(item.order.user_ref)
                         : enter(item.order, item.order.symbol == 3 ? "AMZN    "sv : "TWINPATH"sv, {hex.data(), 8}));
    }
    offer(item);
    while (!tick(rng() % 3 != 0, rng() % 3 != 0)) {
    }
    dut_->in_valid_i = 0;
    if (rng() % 2 == 0) tick(rng() % 3 != 0, rng() % 3 != 0);
  }
  drain();
  EXPECT_EQ(sent_, want);
  ASSERT_EQ(events_.size(), want_events.size());
  for (std::size_t i = 0; i < events_.size(); ++i) ASSERT_TRUE(same_event(events_[i], want_events[i])) << i;
}

}  // namespace
}  // namespace twinpath::rtl
