// hw/rtl/book/price_levels.sv against SEM 3.3 and 3.4.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>

#include "Vprice_levels.h"
#include "testbench/rtl/book/packed.h"
#include "testbench/rtl/book/records.h"

namespace twinpath::rtl {
namespace {

enum PriceClass : unsigned { kIn, kFar, kBeyond };

struct Change {
  unsigned symbol = 0;
  bool touch = true;
  bool add = true;
  unsigned side = 0;
  unsigned price_class = kIn;
  unsigned level = 0;
  std::uint32_t shares = 0;
  bool gone = false;
};

struct Result {
  BestPrices before, after;
  bool overflow = false, underflow = false;
  bool operator==(const Result&) const = default;
};

std::ostream& operator<<(std::ostream& os, const Result& r) {
  return os << "\n  before " << r.before << "\n  after  " << r.after << "\n  overflow " << r.overflow << " underflow "
            << r.underflow << '\n';
}

// Symbol s: base 1000 s, tick 1 or 100 alternating.
std::uint32_t price_of(unsigned symbol, unsigned level) { return 1000 * symbol + level * (symbol % 2 ? 1 : 100); }

class Model {
 public:
  Result apply(const Change& c) {
    Result r;
    r.before = best(c.symbol);
    Side& s = sides_[c.symbol * 2 + c.side];
    if (c.touch && c.price_class != kIn) {
      unsigned& count = c.price_class == kFar ? s.far : s.beyond;
      count += c.add;
      count -= !c.add && c.gone;
    } else if (c.touch) {
      std::uint64_t& held = s.levels[c.level];
      if (c.add) {
        r.overflow = held + c.shares > 0xFFFFFFFF;
        if (!r.overflow) held += c.shares;
      } else {
        r.underflow = c.shares > held;
        held -= std::min<std::uint64_t>(held, c.shares);
      }
      if (held == 0) s.levels.erase(c.level);
    }
    r.after = best(c.symbol);
    return r;
  }
  unsigned outside(const Change& c) const {
    const auto side = sides_.find(c.symbol * 2 + c.side);
    return side == sides_.end() ? 0 : c.price_class == kFar ? side->second.far : side->second.beyond;
  }

 private:
  struct Side {
    std::map<unsigned, std::uint64_t> levels;
    unsigned far = 0, beyond = 0;
  };
  BestPrices best(unsigned symbol) { return {quote(symbol, 0), quote(symbol, 1)}; }
  Quote quote(unsigned symbol, unsigned side) {
    const Side& s = sides_[symbol * 2 + side];
    if (s.beyond || (s.levels.empty() && s.far)) return {2, 0, 0};
    if (s.levels.empty()) return {};
    const auto& [level, quantity] = side ? *s.levels.begin() : *s.levels.rbegin();
    return {1, price_of(symbol, level), static_cast<std::uint32_t>(quantity)};
  }
  std::map<unsigned, Side> sides_;
};

class PriceLevels : public testing::Test {
 protected:
  PriceLevels() {
    context_.randReset(2);
    top_ = std::make_unique<Vprice_levels>(&context_);
    top_->s_valid_i = 0;
    top_->rst_i = 1;
    clock();
    clock();
    top_->rst_i = 0;
    for (int i = 0; i < 300 && !top_->ready_o; ++i) clock();
  }

  void apply(const Change& c) {
    top_->symbol_i = c.symbol;
    top_->touch_i = c.touch;
    top_->add_i = c.add;
    top_->side_i = c.side;
    top_->class_i = c.price_class;
    top_->level_i = c.level;
    top_->price_i = price_of(c.symbol, c.level);
    top_->shares_i = c.shares;
    top_->gone_i = c.gone;
    top_->base_i = 1000 * c.symbol;
    top_->tick100_i = c.symbol % 2 == 0;
    top_->s_valid_i = 1;
    top_->clk_i = 0;
    top_->eval();
    ASSERT_TRUE(top_->s_ready_o);
    clock();
    top_->s_valid_i = 0;
    cycles_ = 0;
    do {
      top_->clk_i = 0;
      top_->eval();
      ++cycles_;
      ASSERT_LT(cycles_, 10u);
      if (top_->done_o) break;
      clock();
    } while (true);
    Result found{unpack_bbo(top_->before_o), unpack_bbo(top_->after_o), top_->overflow_o != 0, top_->underflow_o != 0};
    clock();
    ASSERT_EQ(found, model_.apply(c)) << "symbol " << c.symbol << " side " << c.side << " add " << c.add << " class "
                                      << c.price_class << " level " << c.level << " shares " << c.shares;
  }
  void add(unsigned side, unsigned level, std::uint32_t shares) {
    apply({.symbol = 4, .side = side, .level = level, .shares = shares});
  }
  void remove(unsigned side, unsigned level, std::uint32_t shares) {
    apply({.symbol = 4, .add = false, .side = side, .level = level, .shares = shares});
  }

  void clock() {
    top_->clk_i = 0;
    top_->eval();
    top_->clk_i = 1;
    top_->eval();
  }

  template <class Words>
  static BestPrices unpack_bbo(const Words& words) {
    Unpacker<Words> u(words, 132);
    BestPrices b;
    for (Quote* q : {&b.bid, &b.ask}) {
      q->state = static_cast<unsigned>(u.get(2));
      q->price = static_cast<std::uint32_t>(u.get(32));
      q->quantity = static_cast<std::uint32_t>(u.get(32));
    }
    return b;
  }

  VerilatedContext context_;
  std::unique_ptr<Vprice_levels> top_;
  Model model_;
  unsigned cycles_ = 0;  // from acceptance to the answer
};

TEST_F(PriceLevels, FindsTheNextBestWhereverItIs) {
  for (unsigned side : {0u, 1u}) {
    for (unsigned level : {0u, 1u, 62u, 63u, 64u, 65u, 127u, 2048u, 4031u, 4032u, 4094u, 4095u})
      add(side, level, 10 + level);
    for (unsigned i = 0; i < 12; ++i) {
      static constexpr unsigned kUp[] = {0, 1, 62, 63, 64, 65, 127, 2048, 4031, 4032, 4094, 4095};
      const unsigned level = side ? kUp[i] : kUp[11 - i];
      remove(side, level, 10 + level);
    }
  }
}

TEST_F(PriceLevels, EveryPairOfNeighbourLevelsWorks) {
  for (unsigned level = 0; level < 4096; ++level) {
    add(0, level, 1 + level);
    if (level) remove(0, level - 1, level);
  }
  remove(0, 4095, 4096);
}

TEST_F(PriceLevels, AnswersAfterOneCycleOrTwoOrThreeWhenTheBestEmpties) {
  add(1, 100, 5);
  EXPECT_EQ(cycles_, 1u);
  add(1, 101, 5);
  add(1, 900, 5);
  remove(1, 100, 2);
  EXPECT_EQ(cycles_, 1u);
  remove(1, 100, 3);
  EXPECT_EQ(cycles_, 2u);
  remove(1, 101, 5);
  EXPECT_EQ(cycles_, 3u);
  remove(1, 900, 5);
  EXPECT_EQ(cycles_, 1u);
}

TEST_F(PriceLevels, LeavesALevelThatWouldOverflowAndEmptiesOneThatWouldUnderflow) {
  add(0, 7, 0xFFFFFFFF);
  add(0, 7, 1);
  remove(0, 7, 0xFFFFFFFE);
  remove(0, 7, 2);
  remove(0, 7, 1);
  add(0, 6, 3);
  add(0, 7, 3);
  remove(0, 7, 4);
  remove(0, 5, 4);
}

TEST_F(PriceLevels, AgreesWithTheModelOnRandomChanges) {
  std::mt19937 random(1);
  for (int i = 0; i < 400'000; ++i) {
    Change c;
    c.symbol = random() % 4 ? 4 + random() % 2 : random() % 256;
    c.touch = random() % 20 != 0;
    c.add = random() % 100 < 45;
    c.side = random() & 1;
    const unsigned dice = random() % 100;
    c.price_class = dice < 1 ? kFar : dice < 2 ? kBeyond : kIn;
    c.level = random() % 4 ? 2000 + random() % 12 : random() % 3 ? 1900 + random() % 300 : random() % 4096;
    c.shares = random() % 50 ? 1 + random() % 3 : 0x80000000u + random();
    if (c.shares == 0) c.shares = 1;
    c.gone = true;
    if (c.price_class != kIn && !c.add) {
      c.gone = random() & 1;
      if (model_.outside(c) == 0) c.add = true;
    }
    apply(c);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace twinpath::rtl
