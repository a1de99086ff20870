// Drives the Verilated book stage beside the reference books: messages in with random pauses, results out with random
// pauses, every result compared with what the reference says.
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <type_traits>

#include "Vbook_stage.h"
#include "testbench/rtl/book/records.h"
#include "testbench/rtl/book/reference_books.h"

namespace twinpath::rtl {

class BookStageRig {
 public:
  BookStageRig(unsigned sets_log2, unsigned ways, unsigned seed = 1) : random_(seed), reference_(sets_log2, ways) {
    context_.randReset(2);
    context_.randSeed(static_cast<int>(seed));
    top_ = std::make_unique<Vbook_stage>(&context_);
    top_->rst_i = 1;
    top_->cfg_i = 0;
    top_->msg_valid_i = 0;
    top_->booked_ready_i = 0;
    for (int i = 0; i < 4; ++i) clock();
    top_->rst_i = 0;
    valid_ = ready_ = false;
    for (unsigned i = 0; i < (1u << sets_log2) + 1000 && !ready_; ++i) {
      clock();
      EXPECT_EQ(accepted_ || valid_, false);
    }
    EXPECT_TRUE(ready_) << "never ready after reset";
  }
  ~BookStageRig() { top_->final(); }

  void configure(unsigned symbol, std::uint32_t base, unsigned tick) {
    write(symbol, 0, base);
    write(symbol, 1, tick == 100);
    reference_.configure(symbol, base, tick);
  }

  // Pauses, in percent of cycles.
  void pauses(unsigned input, unsigned output) {
    input_pause_ = input;
    output_pause_ = output;
  }

  // Runs `count` messages of `next` through; false at the first difference.
  bool run(std::uint64_t count, const std::function<Message()>& next) {
    std::uint64_t offered = 0;
    unsigned silent = 0;
    bool waiting = false;
    Message message;
    while (offered < count || !expected_.empty()) {
      if (!waiting && offered < count && (input_pause_ == 0 || random_() % 100 >= input_pause_)) {
        message = next();
        message.sequence = ++sequence_;
        message.stamp = cycle_;
        message.frame = static_cast<std::uint32_t>(random_());
        message.index = random_() & 0xFFFF;
        message.type = random_() & 0xFF;
        message.decoded = cycle_ & 0xFFFF;
        pack(top_->msg_i, message);
        waiting = true;
      }
      top_->msg_valid_i = waiting;
      top_->booked_ready_i = output_pause_ == 0 || random_() % 100 >= output_pause_;
      clock();
      if (accepted_) {
        waiting = false;
        ++offered;
        expected_.push_back({reference_.apply(message), cycle_});
      }
      if (++silent > 200) {
        ADD_FAILURE() << "no result for 200 cycles, " << expected_.size() << " expected";
        return false;
      }
      if (valid_ && top_->booked_ready_i) {
        silent = 0;
        if (!check()) return false;
      }
      if (!valid_ && expected_.empty()) silent = 0;
    }
    top_->msg_valid_i = 0;
    clock();
    if (!idle_) {
      ADD_FAILURE() << "not idle with nothing left to do";
      return false;
    }
    EXPECT_EQ(counters_, reference_.counters());
    return !testing::Test::HasFailure();
  }

  // One message alone: its result and its latency in cycles from acceptance to valid result.
  Booked single(const Message& m, unsigned* latency = nullptr) {
    pauses(0, 0);
    for (int i = 0; i < 12; ++i) clock();
    run(1, [&] { return m; });
    if (latency) *latency = last_latency_;
    return last_;
  }

  std::uint64_t cycle() const { return cycle_; }
  std::mt19937_64& random() { return random_; }
  const BookCounters& counters() const { return counters_; }

 private:
  struct Expected {
    Booked booked;
    std::uint64_t accepted;
  };

  bool check() {
    unsigned looked_up = 0;
    unsigned booked = 0;
    const Booked got = unpack(top_->booked_o, looked_up, booked);
    if (expected_.empty()) {
      ADD_FAILURE() << "a result that no message asked for: " << got;
      return false;
    }
    const Expected expected = expected_.front();
    expected_.pop_front();
    last_ = got;
    last_latency_ = static_cast<unsigned>(first_valid_ - expected.accepted);
    if (!(got == expected.booked)) {
      ADD_FAILURE() << "expected " << expected.booked << "found " << got;
      return false;
    }
    const auto after = [&](unsigned stamp) { return static_cast<std::uint16_t>(stamp - expected.accepted); };
    if (after(booked) >= 0x8000 || after(looked_up) >= after(booked)) {
      ADD_FAILURE() << "stamps out of order: accepted " << (expected.accepted & 0xFFFF) << " looked up " << looked_up
                    << " booked " << booked;
      return false;
    }
    return true;
  }

  void write(unsigned symbol, unsigned word, std::uint32_t data) {
    top_->cfg_i = 1ull << 57 | 2ull << 53 | std::uint64_t{symbol} << 37 | std::uint64_t{word} << 32 | data;
    clock();
    top_->cfg_i = 0;
  }

  void clock() {
    ++cycle_;
    top_->cycle_i = static_cast<std::uint16_t>(cycle_);
    top_->clk_i = 0;
    top_->eval();
    ready_ = top_->ready_o;
    idle_ = top_->idle_o;
    accepted_ = top_->msg_valid_i && top_->msg_ready_o;
    const bool held = valid_ && !taken_ && !top_->rst_i;
    valid_ = top_->booked_valid_o;
    if (held) {
      EXPECT_TRUE(valid_ && std::memcmp(&held_, &top_->booked_o, sizeof held_) == 0)
          << "a result changed before it was accepted";
    }
    if (!held && valid_) first_valid_ = cycle_;
    taken_ = valid_ && top_->booked_ready_i;
    if (valid_ && !taken_) held_ = top_->booked_o;
    if (top_->rst_i == 0) count();
    top_->clk_i = 1;
    top_->eval();
  }

  // Counter numbers as in twinpath_regs_pkg.
  void count() {
    const auto bit = [&](unsigned n) { return (top_->cnt_o[n / 32] >> (n % 32)) & 1u; };
    if ((top_->cnt_o[0] | top_->cnt_o[1] | top_->cnt_o[2]) == 0) return;
    counters_.unknown_reference += bit(53);
    counters_.duplicate_reference += bit(54);
    counters_.order_table_full += bit(55);
    counters_.over_reduction += bit(56);
    counters_.zero_quantity += bit(57);
    counters_.level_overflow += bit(58);
    counters_.level_underflow += bit(59);
    for (unsigned n = 0; n < 85; ++n) {
      if ((n < 53 || n > 59) && bit(n)) ADD_FAILURE() << "counter " << n << " is not of the books";
    }
  }

  VerilatedContext context_;
  std::unique_ptr<Vbook_stage> top_;
  std::mt19937_64 random_;
  ReferenceBooks reference_;
  std::deque<Expected> expected_;
  BookCounters counters_;
  std::remove_reference_t<decltype(Vbook_stage::booked_o)> held_;
  Booked last_;
  unsigned last_latency_ = 0;
  std::uint64_t first_valid_ = 0;
  std::uint64_t cycle_ = 0;
  std::uint64_t sequence_ = 0;
  unsigned input_pause_ = 0;
  unsigned output_pause_ = 0;
  bool ready_ = false;
  bool idle_ = false;
  bool accepted_ = false;
  bool valid_ = false;
  bool taken_ = true;
};

}  // namespace twinpath::rtl
