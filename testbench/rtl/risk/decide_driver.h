// Drives decide_stage as the core does: operations move through b - 1, B and D1, all together, in the cycles in which
// the pipeline advances.
#pragma once
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "Vdecide_stage.h"
#include "host/core/counters.h"
#include "testbench/rtl/risk/decide_records.h"

namespace twinpath::rtl {

struct DriverOptions {
  std::uint32_t seed = 1;
  unsigned event_stall = 0, pipe_stall = 0, room_stall = 0;  // percent
};

class DecideDriver {
 public:
  struct Seen {
    Event event;
    bool order = false;
    std::uint16_t last_byte = 0;
  };
  // What one cycle showed.
  struct Cycle {
    bool hold = false;
    std::optional<Booked> done;  // the operation that left D1
    std::optional<Order> order;
    std::optional<Seen> event;  // that was taken
    std::uint64_t number = 0;
  };

  explicit DecideDriver(const DriverOptions& options = {}) : options_(options), rng_(options.seed) {
    reset(*dut_);
    dut_->order_room_i = 1;
    int cycles = 0;
    for (; cycles < 5000 && !dut_->ready_o; ++cycles) settle(*dut_), rise(*dut_);
    EXPECT_TRUE(dut_->ready_o);
    EXPECT_GE(cycles, 4095) << "ready before the memories are clear";
  }

  void load(const std::vector<CfgWrite>& writes) {
    configure(*dut_, writes);
    for (int i = 0; i < 3; ++i) settle(*dut_), rise(*dut_);
  }
  // Behind the operation put in last, `distance` cycles; STATE operations alone may be 1 from their neighbours.
  void put(const Booked& b, unsigned distance) {
    for (unsigned i = 1; i < distance; ++i) waiting_.emplace_back();
    waiting_.emplace_back(b);
  }
  std::size_t waiting() const { return waiting_.size(); }
  bool idle() const { return dut_->idle_o && !early_ && !book_ && !decide_; }

  Cycle tick() {
    if (!early_ && !waiting_.empty()) early_ = waiting_.front(), waiting_.pop_front();
    dut_->cycle_i = static_cast<std::uint16_t>(cycle_);
    settle(*dut_);
    Cycle c;
    c.number = cycle_++;
    c.hold = dut_->hold_o;
    EXPECT_TRUE(c.hold || room_) << "no room for orders and no hold";
    const bool advance = !c.hold && !chance(options_.pipe_stall);
    room_ = !chance(options_.room_stall);
    dut_->en_i = advance;
    dut_->order_room_i = room_;
    dut_->event_ready_i = !chance(options_.event_stall);
    const auto& next = early_ ? *early_ : std::optional<Booked>{};
    dut_->next_valid_i = next.has_value();
    dut_->next_symbol_i = next ? next->msg.symbol : static_cast<std::uint8_t>(rng_());
    dut_->booked_valid_i = decide_.has_value();
    to_port(book_ ? book_->outlook : Outlook{}, dut_->outlook_i);
    if (decide_) {
      to_port(decide_->booked, dut_->booked_i);
      to_port(decide_->likely, dut_->likely_i);
      dut_->pick_i = decide_->pick;
      dut_->veto_i = decide_->veto;
    }
    settle(*dut_);
    EXPECT_EQ(dut_->hold_o, c.hold) << "hold_o depends on an input";
    EXPECT_FALSE(dut_->idle_o && (book_ || decide_ || dut_->event_valid_o)) << "idle, and something is inside";
    const bool ordered = dut_->order_valid_o;
    const bool cancels = dut_->order_cancel_o;
    EXPECT_TRUE(!ordered || (decide_ && advance)) << "an order of nothing";
    if (offered_) {
      EXPECT_TRUE(dut_->event_valid_o) << "an event was withdrawn";
    }
    offered_ = dut_->event_valid_o && !dut_->event_ready_i;
    if (dut_->event_valid_o && dut_->event_ready_i)
      c.event = Seen{event_of(dut_->event_o), dut_->event_order_o != 0, dut_->event_last_byte_o};
    for (unsigned n = 0; n < kCounterCount; ++n) counters_[n] += dut_->cnt_o.at(n / 32) >> n % 32 & 1;
    if (advance) {
      if (decide_) c.done = decide_->booked;
      decide_ = std::exchange(book_, next ? std::optional{foresee(*next)} : std::nullopt);
      early_.reset();
    }
    rise(*dut_);
    if (ordered) {  // what it says comes a cycle behind it, whatever happens then
      settle(*dut_);
      c.order = from_port<Order>(dut_->order_o);
      EXPECT_EQ(c.order->cancel, cancels);
    }
    return c;
  }

  const CounterValues& counters() const { return counters_; }
  std::uint64_t counter(Counter c) const { return counters_[static_cast<std::size_t>(c)]; }

  // One operation through an idle stage, and all it caused.
  struct Result {
    std::vector<Seen> events;
    std::vector<Order> orders;
    unsigned held = 0;  // cycles
  };
  Result send(const Booked& b) {
    Result r;
    put(b, 2);
    for (int i = 0; i < 60; ++i) {
      const Cycle c = tick();
      if (c.event) r.events.push_back(*c.event);
      if (c.order) r.orders.push_back(*c.order);
      r.held += c.hold;
      if (waiting_.empty() && idle()) return r;
    }
    ADD_FAILURE() << "something is stuck inside";
    return r;
  }

 private:
  // An operation, and what the book says of it before and in D1.
  struct Foreseen {
    Booked booked;
    Outlook outlook;
    Bbo likely;
    std::uint8_t pick = 0;
    bool veto = false;
  };
  // The book's answer as one of an outlook whose others are anything. A case may change both sides, which no message
  // does.
  Foreseen foresee(const Booked& b) {
    Foreseen f{.booked = b, .outlook = {}, .likely = b.after, .pick = 0, .veto = false};
    // A message that fires no rule may be vetoed, whatever was likely.
    const bool unknown = b.after.bid_state == kUnknown || b.after.ask_state == kUnknown;
    if (b.msg.op != kState && b.msg.op != kCommand && !b.trade && (unknown || b.after == b.before) && !chance(30)) {
      f.veto = true, f.likely = b.before;
      if (chance(50))
        f.likely.bid_state = kQuoted, f.likely.bid_price = 990 + rng_() % 20, f.likely.bid_quantity = 1 + rng_() % 12;
      else
        f.likely.ask_state = kQuoted, f.likely.ask_price = 990 + rng_() % 20, f.likely.ask_quantity = 1 + rng_() % 12;
    }
    const auto anything = [&] { return static_cast<std::uint32_t>(chance(70) ? 980 + rng_() % 40 : rng_()); };
    Outlook& o = f.outlook;
    const auto same = [](const Bbo& x, const Bbo& y, bool ask) {
      return ask ? x.ask_state == y.ask_state && x.ask_price == y.ask_price && x.ask_quantity == y.ask_quantity
                 : x.bid_state == y.bid_state && x.bid_price == y.bid_price && x.bid_quantity == y.bid_quantity;
    };
    o.valid = true, o.before = b.before, o.here = f.likely, o.stamp = b.msg.stamp;
    o.side = same(b.before, f.likely, false) == same(b.before, f.likely, true) ? chance(50)
                                                                               : same(b.before, f.likely, false);
    o.here.bid_state = o.here.ask_state = 0;
    for (auto* s : {&o.bid, &o.ask})
      for (auto* v : {&s->rest, &s->other, &s->second_price, &s->second_quantity}) *v = anything();
    for (auto* v : {&o.price, &o.shares, &o.trade_price, &o.trade_quantity}) *v = anything();
    // `rest` is never what was there before.
    o.whole = !same(b.before, f.likely, o.side) && chance(50);
    if (b.trade) o.trade_price = b.trade_price, o.trade_quantity = b.trade_quantity;
    if (b.msg.op == kTrade) o.price = b.trade_price;
    std::uint32_t& price = o.side ? o.here.ask_price : o.here.bid_price;
    std::uint32_t& quantity = o.side ? o.here.ask_quantity : o.here.bid_quantity;
    Outlook::Side& own = o.side ? o.ask : o.bid;
    switch (b.msg.op == kTrade ? 0 : rng_() % 4) {
      case 1:
        f.pick = 1, (o.whole ? own.rest : own.other) = std::exchange(quantity, anything());
        break;
      case 2:
        f.pick = 2, o.price = std::exchange(price, anything()), o.shares = std::exchange(quantity, anything());
        break;
      case 3:
        f.pick = 4, own.second_price = std::exchange(price, anything()),
        own.second_quantity = std::exchange(quantity, anything());
        break;
      default:
        break;
    }
    return f;
  }
  bool chance(unsigned percent) { return percent != 0 && rng_() % 100 < percent; }

  DriverOptions options_;
  std::mt19937 rng_;
  std::unique_ptr<Vdecide_stage> dut_ = std::make_unique<Vdecide_stage>();
  std::deque<std::optional<Booked>> waiting_;
  std::optional<std::optional<Booked>> early_;  // in b - 1, perhaps a gap
  std::optional<Foreseen> book_, decide_;
  bool room_ = true, offered_ = false;
  std::uint64_t cycle_ = 0;
  CounterValues counters_{};
};

}  // namespace twinpath::rtl
