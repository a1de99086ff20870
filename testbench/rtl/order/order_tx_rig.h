// order_tx under a model of the line that is compared in every cycle: what is offered, its bytes, reports and room.
#pragma once
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "Vorder_tx.h"
#include "host/order/order_frame.h"
#include "testbench/rtl/risk/decide_records.h"

namespace twinpath::rtl {

using Bytes = std::vector<std::uint8_t>;

template <class Port>
std::uint8_t byte_of(const Port& port, unsigned i) {
  if constexpr (std::is_integral_v<Port>) {
    return static_cast<std::uint8_t>(port >> 8 * i);
  } else {
    return static_cast<std::uint8_t>(port.at(i / 4) >> 8 * (i % 4));
  }
}
inline constexpr unsigned kBusBytes =
    sizeof(std::remove_reference_t<decltype(std::declval<Vorder_tx>().m_axis_tdata_o)>);

// One frame as it left.
struct Sent {
  Bytes bytes;
  bool discarded = false;
  std::uint64_t offered = 0, begun = 0, ended = 0;  // cycles: first beat offered, taken; last beat taken
};

class OrderTxRig : public testing::Test {
 protected:
  OrderTxRig() {
    reset(*dut_);
    configure(*dut_, cfg_template(frame_template()));
    for (unsigned i = 0; i < config_.symbols.size(); ++i) configure(*dut_, cfg_name(i, config_.symbols[i].name));
    dut_->order_valid_i = 0;
    dut_->begin_i = 0;
  }

  Bytes frame(const Order& o) {
    const auto bytes = o.cancel ? builder_.cancel(o.user_ref)
                                : builder_.enter(o.user_ref, o.side ? Side::sell : Side::buy, Quantity{o.quantity},
                                                 static_cast<SymbolIndex>(o.symbol), Price{o.price});
    return {bytes.begin(), bytes.end()};
  }

  // TP_CFG_CONTROL word 2.
  void speculation(bool enable, unsigned burst, unsigned interval) {
    configure(*dut_, {{true, 8, 0, 2, (enable ? 1U : 0U) | burst << 8 | interval << 16}});
    settle(*dut_);
    may_ = enable, burst_ = credit_ = burst, period_ = interval * 1024, elapsed_ = 0;
    was_ = {};
  }

  // One cycle: compares the outputs with the model, then moves both.
  void tick(const std::optional<Order>& order = {}, bool hint = false, bool ready = true) {
    dut_->cycle_i = static_cast<std::uint16_t>(cycle_);
    dut_->order_valid_i = order.has_value();
    // What it says comes a cycle behind it.
    dut_->order_cancel_i = !order || order->cancel;
    to_port(said_.value_or(Order{true, true, 0xFF, 0xFFFF'FFFF, 0xFFFF'FFFF, 0xFFFF'FFFF}), dut_->order_i);
    said_ = order;
    dut_->begin_i = hint;
    dut_->m_axis_tready_i = ready;
    settle(*dut_);
    compare();
    collect(ready);
    advance(order, hint, ready);
    rise(*dut_);
    ++cycle_;
  }
  void idle(unsigned cycles) {
    for (unsigned i = 0; i < cycles; ++i) tick();
  }
  void drain() {
    for (int i = 0; i < 1000 && (line_ || !queue_.empty()); ++i) tick();
    idle(2);
    EXPECT_TRUE(dut_->idle_o);
  }

  std::vector<Bytes> frames_sent() const {
    std::vector<Bytes> out;
    for (const Sent& s : sent_) {
      if (!s.discarded) out.push_back(s.bytes);
    }
    return out;
  }
  std::size_t discarded() const { return sent_.size() - frames_sent().size(); }

  CoreConfig config_ = make_config();
  OrderFrameBuilder builder_{config_};
  std::unique_ptr<Vorder_tx> dut_ = std::make_unique<Vorder_tx>();
  std::uint64_t cycle_ = 0xFFF0;  // the port's 16 bits wrap during a test
  std::deque<Sent> sent_;
  std::vector<std::uint16_t> started_;       // cycles reported
  std::vector<std::uint16_t> want_started_;  // and as the line says

  // ---- model of the line ----
  struct Line {
    std::optional<Order> order;
    std::size_t at = 0;    // beat on offer
    bool verdict = false;  // begun on a hint, decided in this cycle
    bool refused = false;
  };
  std::optional<Line> line_;
  std::deque<Order> queue_;
  bool may_ = false;
  unsigned burst_ = 0, credit_ = 0, period_ = 0, elapsed_ = 0;
  struct {
    bool started = false, refused = false;
  } was_;  // in the cycle before

 private:
  static CoreConfig make_config() {
    CoreConfig c;
    c.order.destination_mac = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};
    c.order.source_mac = {0x06, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5};
    c.order.destination_address = 0xC0A8'0102;
    c.order.source_address = 0x0A01'0203;
    c.order.destination_port = 0x1234;
    c.order.source_port = 0xABCD;
    c.order.attributes = {'3', 'Y', 'P', 'N', 'X'};
    c.order.cl_ord_id_prefix = {'T', 'W', 'I', 'N', '-', '!'};
    c.symbols.resize(kSymbols);
    for (unsigned i = 0; i < kSymbols; ++i) {
      for (unsigned n = 0; n < 8; ++n) c.symbols[i].name[n] = static_cast<char>('A' + (i * 5 + n * 3) % 26);
      c.symbols[i].name[7] = static_cast<char>(i);
    }
    return c;
  }
  FrameTemplate frame_template() const {
    return {order_header(config_.order, 47), order_header(config_.order, 9), config_.order.attributes,
            config_.order.cl_ord_id_prefix};
  }

  std::size_t last_beat() const {
    if (line_->refused) return 1;
    if (!line_->order) return 99;
    return ((line_->order->cancel ? kCancelFrameBytes : kEnterFrameBytes) - 1) / kBusBytes;
  }

  void compare() {
    const std::string when = "cycle " + std::to_string(cycle_);
    ASSERT_EQ(dut_->m_axis_tvalid_o, line_.has_value()) << when;
    ASSERT_EQ(dut_->started_valid_o, was_.started) << when;
    ASSERT_EQ(dut_->discarded_o, was_.refused) << when;
    ASSERT_EQ(dut_->idle_o, !line_ && queue_.empty() && !was_.started) << when;
    if (dut_->room_o) {
      ASSERT_LE(queue_.size(), 12U) << "room for 4 of 16, " << when;
    }
    if (dut_->started_valid_o) started_.push_back(dut_->started_cycle_o);
    if (!line_) return;
    const bool abort_beat = line_->refused && line_->at == 1;
    const bool last = abort_beat || (!line_->refused && line_->at == last_beat());
    ASSERT_EQ(dut_->m_axis_tlast_o, last) << when;
    ASSERT_EQ(dut_->m_axis_tuser_o, abort_beat) << when;
    const Bytes want = frame(line_->order.value_or(Order{}));
    for (std::size_t i = 0; i < kBusBytes; ++i) {
      const std::size_t at = line_->at * kBusBytes + i;
      ASSERT_EQ(dut_->m_axis_tkeep_o >> i & 1, abort_beat || at < want.size()) << when;
      if (!abort_beat && at < want.size()) {
        ASSERT_EQ(byte_of(dut_->m_axis_tdata_o, static_cast<unsigned>(i)), want[at]) << "byte " << at << ", " << when;
      }
    }
  }

  // Frames as a receiver sees them, and the rules of AXI4-Stream, without the model.
  void collect(bool ready) {
    std::array<std::uint8_t, kBusBytes + 2> now{};
    for (unsigned i = 0; i < kBusBytes; ++i) now[i] = byte_of(dut_->m_axis_tdata_o, i);
    now[kBusBytes] = static_cast<std::uint8_t>(dut_->m_axis_tlast_o << 1 | dut_->m_axis_tuser_o);
    const auto keep = static_cast<std::uint32_t>(dut_->m_axis_tkeep_o);
    if (waiting_) {
      ASSERT_TRUE(dut_->m_axis_tvalid_o) << "tvalid fell in cycle " << cycle_;
      ASSERT_TRUE(now == beat_ && keep == keep_) << "a beat changed in cycle " << cycle_;
    }
    waiting_ = dut_->m_axis_tvalid_o && !ready;
    beat_ = now, keep_ = keep;
    if (dut_->m_axis_tvalid_o && receiving_.offered == 0) receiving_.offered = cycle_;
    if (!dut_->m_axis_tvalid_o || !ready) return;
    if (receiving_.bytes.empty()) receiving_.begun = cycle_;
    for (unsigned i = 0; i < kBusBytes; ++i) {
      if (keep >> i & 1) receiving_.bytes.push_back(now[i]);
    }
    if (!dut_->m_axis_tlast_o) return;
    receiving_.ended = cycle_;
    receiving_.discarded = dut_->m_axis_tuser_o;
    sent_.push_back(std::move(receiving_));
    receiving_ = {};
  }

  void advance(const std::optional<Order>& order, bool hint, bool ready) {
    was_ = {};
    const bool was_idle = !line_;
    if (line_) {
      const bool adopted = line_->verdict && order;
      if (adopted) line_->order = order;
      if (line_->verdict && !order) line_->refused = was_.refused = true;
      line_->verdict = false;
      if (order && !adopted) queue_.push_back(*order);
      if (ready) {
        was_.started = line_->at == 0 && line_->order;
        if (was_.started) want_started_.push_back(static_cast<std::uint16_t>(cycle_));
        if (line_->at == last_beat()) {
          line_.reset();
        } else {
          ++line_->at;
        }
      }
    } else if (order) {
      queue_.push_back(*order);
    }
    if (!line_ && !queue_.empty()) {
      line_ = Line{.order = queue_.front()};
      queue_.pop_front();
    } else if (was_idle && !line_ && hint && may_ && credit_ > 0) {
      line_ = Line{.order = {}, .verdict = true};
    }
    // The budget.
    const bool give = credit_ < burst_ && period_ > 0 && elapsed_ + 1 == period_;
    elapsed_ = credit_ == burst_ || give ? 0 : elapsed_ + 1;
    credit_ = credit_ + (give ? 1 : 0) - (was_.refused ? 1 : 0);
  }

  std::optional<Order> said_;
  Sent receiving_;
  bool waiting_ = false;
  std::array<std::uint8_t, kBusBytes + 2> beat_{};
  std::uint32_t keep_ = 0;
};

}  // namespace twinpath::rtl
