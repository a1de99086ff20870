// Drives the Verilated book stage beside the reference books: references and messages as the feed brings them, random
// cycles without en_i, and every result compared with what the reference says, in the very cycle in which it is due;
// what is said of it ahead must come true.
#pragma once
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <utility>

#include "Vbook_stage.h"
#include "host/core/registers.h"
#include "testbench/rtl/book/feed_timing.h"
#include "testbench/rtl/book/records.h"
#include "testbench/rtl/book/reference_books.h"

namespace twinpath::rtl {

class BookStageRig {
 public:
  BookStageRig(unsigned sets_log2, unsigned ways, unsigned seed = 1)
      : random_(seed), feed_(random_), reference_(sets_log2, ways) {
    context_.randReset(2);
    context_.randSeed(static_cast<int>(seed));
    top_ = std::make_unique<Vbook_stage>(&context_);
    top_->rst_i = 1;
    top_->en_i = 1;
    top_->cfg_i = 0;
    top_->msg_valid_i = top_->next_valid_i = top_->req_valid_i = 0;
    for (int i = 0; i < 4; ++i) edge();
    top_->rst_i = 0;
    for (unsigned i = 0; i < (1u << sets_log2) + 1000 && !top_->ready_o; ++i) edge();
    EXPECT_TRUE(top_->ready_o) << "never ready after reset";
  }
  ~BookStageRig() { top_->final(); }

  void configure(unsigned symbol, std::uint32_t base, unsigned tick) {
    write(symbol, 0, base);
    write(symbol, 1, tick == 100);
    reference_.configure(symbol, base, tick);
  }

  // Percent of cycles without en_i; percent of messages as close behind the one before as the feed can bring them;
  // percent of messages of which only the references arrive.
  void pace(unsigned stalls, unsigned dense, unsigned undelivered = 0) {
    stalls_ = stalls;
    dense_ = dense;
    undelivered_ = undelivered;
  }

  void put(Message m, unsigned distance = 0, bool delivered = true) {
    m.sequence = ++sequence_;
    m.stamp = cycle_;
    m.frame = static_cast<std::uint32_t>(random_());
    m.index = random_() & 0xFFFF;
    m.type = random_() & 0xFF;
    feed_.put(m, distance, tick_, delivered);
  }
  void wait(unsigned cycles) { feed_.wait(cycles); }

  // Runs until all that was put has its result; false at the first difference.
  bool drain() {
    for (unsigned silent = 0; !feed_.empty() || !due_.empty(); ++silent) {
      if (silent > 20'000 || !step()) return fail("no end");
    }
    return !testing::Test::HasFailure();
  }
  // And until nothing is under way behind it.
  bool settle() {
    if (!drain()) return false;
    for (unsigned cycles = 0; !idle_; ++cycles) {
      if (cycles > 2'000 || !step()) return fail("never idle");
    }
    EXPECT_EQ(counters_, reference_.counters());
    return !testing::Test::HasFailure();
  }

  // Runs `count` messages of `next` through.
  bool run(std::uint64_t count, const std::function<Message()>& next) {
    for (std::uint64_t n = 0; n < count; ++n) {
      const Message m = next();
      const bool delivered = undelivered_ == 0 || random_() % 100 >= undelivered_ || m.op >= kTrade;
      const unsigned more = random_() % 100 < dense_ ? 0 : random_() % 8 ? random_() % 8 : random_() % 80;
      put(m, feed_.least(m) + more, delivered);
      while (feed_.last() > tick_ + 20) {
        if (!step()) return false;
      }
    }
    return settle();
  }

  // One message alone.
  Booked single(const Message& m) {
    if (settle()) put(m);
    settle();
    return last_;
  }

  std::mt19937_64& random() { return random_; }
  const BookCounters& counters() const { return counters_; }
  const Hazards& hazards() const { return feed_.hazards(); }
  std::uint64_t holds() const { return holds_; }  // cycles of hold_o
  std::uint64_t longest_hold() const { return longest_hold_; }
  // Results of which each pick_o was given, and vetoes.
  const std::array<std::uint64_t, 8>& picks() const { return picks_; }
  std::uint64_t vetoes() const { return vetoes_; }

 private:
  struct Due {
    Booked booked;
    std::uint64_t tick;
  };

  static bool is_short(const Message& m) { return m.op == kAdd || m.op == kTrade; }

  // One cycle; `tick_` counts those with en_i.
  bool step() {
    const FeedCycle now = feed_.at(tick_);
    const FeedCycle next = feed_.at(tick_ + 1);
    top_->cycle_i = static_cast<std::uint16_t>(++cycle_);
    if (now.message) pack(top_->msg_i, *now.message);
    top_->msg_valid_i = now.message.has_value();
    top_->en_i = 0;
    offer(now, next);
    top_->clk_i = 0;
    top_->eval();
    const bool hold = top_->hold_o;
    const bool enabled = !hold && (stalls_ == 0 || random_() % 100 >= stalls_);
    // What arrives comes with en_i; without it, it must not matter.
    if (!enabled && (random_() & 1)) offer({}, {});
    top_->en_i = enabled;
    top_->eval();
    if (top_->hold_o != hold) return fail("hold_o depends on en_i");
    now_holding_ = hold ? now_holding_ + 1 : 0;
    holds_ += hold;
    longest_hold_ = std::max(longest_hold_, now_holding_);
    if (now_holding_ > 1'000) return fail("held for ever");
    idle_ = top_->idle_o;
    if (idle_ && (now.message || !due_.empty())) return fail("idle with a message under way");
    count();
    if (!check(enabled)) return false;
    if (enabled) {
      if (!check_ahead(next)) return false;
      outlook_ = unpack_outlook(top_->outlook_o);
      moves_ = top_->moves_o;
      if (now.message) {
        due_.push_back({reference_.apply(*now.message), tick_ + (is_short(*now.message) ? 1 : 3)});
        last_message_ = *now.message;
      }
      was_long_ = {now.message && !is_short(*now.message), was_long_[0]};
      was_symbol_ = {now.message ? now.message->symbol : 0, was_symbol_[0]};
      cycle_of_[tick_ % cycle_of_.size()] = cycle_;
      feed_.passed(tick_);
      ++tick_;
    }
    top_->clk_i = 1;
    top_->eval();
    return true;
  }

  void offer(const FeedCycle& now, const FeedCycle& next) {
    top_->req_valid_i = now.reference.has_value();
    top_->req_second_i = now.reference ? now.second : random_() & 1;
    top_->req_ref_i = now.reference ? *now.reference : random_();
    top_->next_valid_i = next.message.has_value();
    top_->next_op_i = next.message ? next.message->op : random_() & 0xF;
    top_->next_symbol_i = next.message ? next.message->symbol : random_() & 0xFF;
  }

  // In D and only there; with en_i the result is taken.
  bool check(bool enabled) {
    const bool expected = !due_.empty() && due_.front().tick == tick_;
    if (top_->booked_valid_o != expected) return fail(expected ? "no result when it was due" : "a result not due");
    if (!enabled) return !top_->moves_o || fail("moves_o while the pipeline stands");
    if (!expected) return !moves_ || fail("moves_o, and no result behind it");
    unsigned looked_up = 0;
    unsigned booked = 0;
    last_ = unpack(top_->booked_o, looked_up, booked);
    const Due due = due_.front();
    due_.pop_front();
    if (!(last_ == due.booked)) {
      ADD_FAILURE() << "expected " << due.booked << "found " << last_;
      return false;
    }
    if (!check_early(due.booked)) return false;
    if (booked != (cycle_ & 0xFFFF) || looked_up != (cycle_of_[(tick_ - 1) % cycle_of_.size()] & 0xFFFF)) {
      return fail("wrong stamps");
    }
    return true;
  }

  // What was said of this result before, and what is said of it early in its cycle.
  bool check_early(const Booked& b) {
    if (b.message.op == kState || b.message.op == kCommand) return moves_ ? fail("moves_o without a book") : true;
    const BestPrices likely = unpack_best_prices(top_->likely_o);
    const bool unknown = b.after.bid.state == kUnknown || b.after.ask.state == kUnknown;
    if (top_->veto_o) {
      ++vetoes_;
      if (b.trade || !(unknown || b.after == b.before)) return fail("veto_o for a message that can fire a rule");
    } else if (!(likely == b.after)) {
      ADD_FAILURE() << "likely " << likely << " of " << b;
      return false;
    }
    if (!outlook_.valid) return fail("outlook_o not valid");
    for (const auto& [prior, before] :
         {std::pair{outlook_.prior.bid, b.before.bid}, std::pair{outlook_.prior.ask, b.before.ask}}) {
      if (prior.state != before.state || (before.state == kQuoted && !(prior == before)))
        return fail("outlook_o.prior");
    }
    if (outlook_.stamp != b.message.stamp) return fail("outlook_o.stamp");
    if (b.message.op == kTrade && outlook_.fresh.price != b.message.price) return fail("outlook_o.price of a trade");
    if (b.trade && (outlook_.trade.price != b.trade_price || outlook_.trade.quantity != b.trade_quantity)) {
      return fail("outlook_o of a trade");
    }
    BestPrices picked = outlook_.here;
    (outlook_.side ? picked.ask : picked.bid) = outlook_.own(top_->pick_o);
    for (const auto& [found, expected] : {std::pair{picked.bid, likely.bid}, std::pair{picked.ask, likely.ask}}) {
      if (expected.state != kQuoted) continue;
      if (found.price != expected.price || found.quantity != expected.quantity) {
        ADD_FAILURE() << "pick " << int{top_->pick_o} << " of outlook: " << picked << ", likely " << likely << b;
        return false;
      }
    }
    // Strategy takes it that the side has moved then.
    const Quote& own = outlook_.side ? likely.ask : likely.bid;
    const Quote& before = outlook_.side ? b.before.ask : b.before.bid;
    if (top_->pick_o == 1 && outlook_.whole && own.state == kQuoted && own == before) {
      return fail("outlook_o.whole for a quantity that stays");
    }
    ++picks_[top_->pick_o];
    if ((top_->pick_o != 0 || b.message.op == kTrade) && !moves_) return fail("moves_o missing");
    if (moves_ && !b.effect) return fail("moves_o for a message without effect");
    return true;
  }

  // One cycle before the book cycle that completes a message.
  bool check_ahead(const FeedCycle& next) {
    const bool at_once = next.message && is_short(*next.message);
    const bool expected = at_once || was_long_[0];
    if (top_->ahead_valid_o != expected) return fail("ahead_valid_o");
    if (expected && top_->ahead_symbol_o != (was_long_[0] ? was_symbol_[0] : next.message->symbol)) {
      return fail("ahead_symbol_o");
    }
    return true;
  }

  bool fail(const char* what) {
    ADD_FAILURE() << what << " in cycle " << cycle_ << ", behind " << last_message_;
    return false;
  }

  void write(unsigned symbol, unsigned word, std::uint32_t data) {
    top_->en_i = 0;
    top_->cfg_i = 1ull << 57 | 2ull << 53 | std::uint64_t{symbol} << 37 | std::uint64_t{word} << 32 | data;
    edge();
    top_->cfg_i = 0;
  }

  void edge() {
    top_->clk_i = 0;
    top_->eval();
    top_->clk_i = 1;
    top_->eval();
  }

  void count() {
    for (unsigned n = 0; n < kCounterCount; ++n) {
      if (((top_->cnt_o[n / 32] >> (n % 32)) & 1u) == 0) continue;
      switch (static_cast<Counter>(n)) {
        case Counter::unknown_reference:
          ++counters_.unknown_reference;
          break;
        case Counter::duplicate_reference:
          ++counters_.duplicate_reference;
          break;
        case Counter::order_table_full:
          ++counters_.order_table_full;
          break;
        case Counter::over_reduction:
          ++counters_.over_reduction;
          break;
        case Counter::zero_quantity:
          ++counters_.zero_quantity;
          break;
        case Counter::level_overflow:
          ++counters_.level_overflow;
          break;
        default:
          ADD_FAILURE() << "counter " << n << " is not of the books";
      }
    }
  }

  VerilatedContext context_;
  std::unique_ptr<Vbook_stage> top_;
  std::mt19937_64 random_;
  FeedTiming feed_;
  ReferenceBooks reference_;
  std::deque<Due> due_;
  BookCounters counters_;
  Booked last_;
  Message last_message_;
  Outlook outlook_;  // and moves_o, of the cycle before
  bool moves_ = false;
  std::array<std::uint64_t, 8> picks_{};
  std::uint64_t vetoes_ = 0;
  std::array<bool, 2> was_long_{};  // one and two cycles ago
  std::array<unsigned, 2> was_symbol_{};
  std::array<std::uint64_t, 8> cycle_of_{};
  std::uint64_t cycle_ = 0;
  std::uint64_t tick_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t holds_ = 0;
  std::uint64_t now_holding_ = 0;
  std::uint64_t longest_hold_ = 0;
  unsigned stalls_ = 0;
  unsigned dense_ = 100;
  unsigned undelivered_ = 0;
  bool idle_ = false;
};

}  // namespace twinpath::rtl
