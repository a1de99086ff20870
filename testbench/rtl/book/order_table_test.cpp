// hw/rtl/book/order_table.sv against SEM 3.1 and 3.2, with 16 sets of 2 ways so that sets collide and fill.
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "Vorder_table.h"

namespace twinpath {
namespace {

enum TableOp : unsigned { kNone, kInsert, kReduce, kRemove };

struct Request {
  unsigned op = kNone;
  unsigned tag = 0;
  std::uint64_t reference = 0;
  unsigned symbol = 0;
  unsigned side = 0;
  std::uint32_t shares = 0;
  std::uint32_t price = 0;
};

// Entry fields are those of the order inserted, reduced or removed; 0 when the request had no effect.
struct Answer {
  unsigned op = 0, tag = 0, symbol = 0, known = 0, zero = 0, dup = 0, full = 0, over = 0, gone = 0, side = 0;
  std::uint32_t price = 0, shares = 0;
  bool operator==(const Answer&) const = default;
};

std::ostream& operator<<(std::ostream& os, const Answer& a) {
  return os << "op " << a.op << " tag " << a.tag << " symbol " << a.symbol << " known " << a.known << " zero " << a.zero
            << " dup " << a.dup << " full " << a.full << " over " << a.over << " gone " << a.gone << " side " << a.side
            << " price " << a.price << " shares " << a.shares;
}

class Model {
 public:
  Answer apply(const Request& r) {
    Answer a{.op = r.op, .tag = r.tag, .symbol = r.symbol};
    auto& set = sets_[index(r.reference)];
    std::optional<Request>* live = nullptr;
    for (auto& way : set) {
      if (way && way->reference == r.reference) live = &way;
    }
    if (r.op == kInsert) {
      if (r.shares == 0) {
        a.zero = 1;
      } else if (live) {
        a.dup = 1;
      } else if (set[0] && set[1]) {
        a.full = 1;
      } else {
        (set[0] ? set[1] : set[0]) = r;
        a.side = r.side;
        a.price = r.price;
        a.shares = r.shares;
      }
    } else if (r.op != kNone && live && (*live)->symbol == r.symbol) {
      a.known = 1;
      a.side = (*live)->side;
      a.price = (*live)->price;
      a.over = r.op == kReduce && r.shares > (*live)->shares;
      a.shares = r.op == kRemove || a.over ? (*live)->shares : r.shares;
      (*live)->shares -= a.shares;
      a.gone = (*live)->shares == 0;
      if (a.gone) live->reset();
    }
    return a;
  }
  static unsigned index(std::uint64_t r) {
    unsigned x = ((r >> 48) ^ (r >> 32) ^ (r >> 16) ^ r) & 0xFFFF;
    x ^= x >> 4;
    return x & 15;
  }

 private:
  std::optional<Request> sets_[16][2];
};

class OrderTable : public testing::Test {
 protected:
  OrderTable() {
    context_.randReset(2);
    top_ = std::make_unique<Vorder_table>(&context_);
    top_->s_valid_i = 0;
    top_->m_ready_i = 1;
    reset();
  }

  void reset() {
    model_ = {};
    top_->rst_i = 1;
    clock();
    clock();
    top_->rst_i = 0;
    unsigned cycles = 0;
    do {
      clock();
    } while (!ready_ && ++cycles < 100);
    EXPECT_EQ(cycles, 16u) << "one cycle a set";
  }

  // Back-to-back requests; each answer is compared with the model's.
  void run(const std::vector<Request>& requests, unsigned request_pause, unsigned answer_pause) {
    std::deque<Answer> expected;
    std::size_t next = 0;
    bool offering = false;
    for (std::uint64_t guard = 0; next < requests.size() || !expected.empty(); ++guard) {
      ASSERT_LT(guard, 100 * requests.size() + 1000) << "stuck";
      if (!offering && next < requests.size() && random_() % 100 >= request_pause) {
        const Request& r = requests[next];
        top_->s_op_i = r.op;
        top_->s_tag_i = r.tag;
        top_->s_ref_i = r.reference;
        top_->s_symbol_i = r.symbol;
        top_->s_side_i = r.side;
        top_->s_shares_i = r.shares;
        top_->s_price_i = r.price;
        offering = true;
      }
      top_->s_valid_i = offering;
      top_->m_ready_i = random_() % 100 >= answer_pause;
      clock();
      if (accepted_) {
        expected.push_back(model_.apply(requests[next++]));
        offering = false;
      }
      if (answered_) {
        ASSERT_FALSE(expected.empty());
        ASSERT_EQ(answer_, expected.front()) << "request " << next - expected.size();
        expected.pop_front();
      }
    }
  }

  void clock() {
    top_->clk_i = 0;
    top_->eval();
    ready_ = top_->ready_o;
    accepted_ = top_->s_valid_i && top_->s_ready_o;
    answered_ = top_->m_valid_o && top_->m_ready_i;
    answer_ = {top_->m_op_o,   top_->m_tag_o,  top_->m_symbol_o, top_->m_known_o, top_->m_zero_o,  top_->m_dup_o,
               top_->m_full_o, top_->m_over_o, top_->m_gone_o,   top_->m_side_o,  top_->m_price_o, top_->m_shares_o};
    const bool effect = answer_.known || (answer_.op == kInsert && !answer_.zero && !answer_.dup && !answer_.full);
    if (!effect) answer_.side = answer_.price = answer_.shares = 0;
    top_->clk_i = 1;
    top_->eval();
  }

  VerilatedContext context_;
  std::unique_ptr<Vorder_table> top_;
  Model model_;
  std::mt19937_64 random_{1};
  bool ready_ = false, accepted_ = false, answered_ = false;
  Answer answer_;
};

TEST_F(OrderTable, FindsWhatWasInsertedUntilRemoved) {
  run({{kInsert, 0, 5, 1, 1, 10, 99},
       {kReduce, 1, 5, 1, 0, 4},
       {kReduce, 0, 5, 2, 0, 4},
       {kInsert, 0, 5, 1, 0, 10, 7},
       {kReduce, 0, 5, 1, 0, 6},
       {kRemove, 0, 5, 1},
       {kInsert, 0, 5, 2, 0, 10, 7},
       {kReduce, 0, 5, 2, 0, 0},
       {kRemove, 0, 5, 2}},
      0, 0);
}

TEST_F(OrderTable, RefusesANewOrderWhenTheSetIsFullAndTakesItWhenAWayIsFree) {
  std::vector<std::uint64_t> same;
  for (std::uint64_t r = 0; same.size() < 4; ++r) {
    if (Model::index(r) == 9) same.push_back(r);
  }
  run({{kInsert, 0, same[0], 1, 0, 1, 1},
       {kInsert, 0, same[1], 1, 0, 1, 2},
       {kInsert, 0, same[2], 1, 0, 1, 3},
       {kRemove, 0, same[0], 1},
       {kInsert, 0, same[2], 1, 0, 1, 4},
       {kInsert, 0, same[3], 1, 0, 1, 5},
       {kRemove, 0, same[1], 1},
       {kRemove, 0, same[2], 1}},
      0, 0);
}

TEST_F(OrderTable, ForgetsEverythingOnReset) {
  run({{kInsert, 0, 5, 1, 1, 10, 99}}, 0, 0);
  reset();
  run({{kRemove, 0, 5, 1}, {kInsert, 0, 5, 1, 0, 3, 4}, {kRemove, 0, 5, 1}}, 0, 0);
}

TEST_F(OrderTable, AgreesWithTheModelWhateverFollowsWhatever) {
  for (unsigned references : {1u, 2u, 3u, 8u, 60u}) {
    for (unsigned pause : {0u, 30u, 60u}) {
      SCOPED_TRACE(testing::Message() << references << " references, pauses " << pause << " %");
      std::vector<std::uint64_t> pool;
      for (unsigned i = 0; i < references; ++i) pool.push_back(random_());
      std::vector<Request> requests(40'000);
      for (Request& r : requests) {
        const unsigned dice = random_() % 10;
        r.op = dice < 4 ? kInsert : dice < 7 ? kReduce : dice < 9 ? kRemove : kNone;
        r.tag = random_() & 1;
        r.reference = pool[random_() % references];
        r.symbol = 3 + (random_() % 10 == 0);
        r.side = random_() & 1;
        r.shares = random_() % 4;
        r.price = static_cast<std::uint32_t>(random_());
      }
      run(requests, pause, pause);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace twinpath
