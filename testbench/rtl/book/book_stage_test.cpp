// hw/rtl/book/book_stage.sv against SEM 3, 4.3 and 2.9 (TRUST). Built once with a tiny order table, where sets collide
// and fill all the time, and once with the real one. TP_BOOK_MESSAGES sets the length of the random runs.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "testbench/rtl/book/book_messages.h"
#include "testbench/rtl/book/book_stage_rig.h"

#ifndef BOOK_SETS_LOG2
#define BOOK_SETS_LOG2 16
#define BOOK_WAYS 8
#endif

namespace twinpath::rtl {
namespace {

std::uint64_t run_length(std::uint64_t usual) {
  const char* text = std::getenv("TP_BOOK_MESSAGES");
  return text ? std::strtoull(text, nullptr, 10) : usual;
}

// Where random messages come from. Small numbers make hazards: the same order, set, level and symbol at every distance.
struct Traffic {
  const char* name;
  unsigned symbols;
  unsigned references;
  unsigned sets;         // that the references fall in; 0: any
  unsigned near_prices;  // levels around the middle that most orders use
  unsigned odd_price;    // percent of prices anywhere in the window, at its edges, off the grid or outside
  unsigned odd_shares;   // percent of quantities that are 0, huge or more than the order has
  unsigned dense;        // percent of messages as close as the feed can bring them
  unsigned stalls;       // percent of cycles without en_i
  unsigned undelivered;  // percent of messages that end after their references
};

class Generator {
 public:
  Generator(const Traffic& traffic, BookStageRig& rig) : traffic_(traffic), random_(rig.random()) {
    for (unsigned i = 0; i < traffic.references; ++i) {
      const std::uint64_t r = random_() >> (i % 3 ? 0 : 40);
      const std::uint64_t folded = (r ^ r >> 16 ^ r >> 32 ^ r >> 48) & 0xFFFF;
      references_.push_back(traffic.sets == 0 ? r : r ^ folded ^ random_() % traffic.sets);
    }
    static constexpr std::uint32_t kBases[] = {1'000'000, 0, 0xFFFF0000u, 1, 123'457};
    for (unsigned s = 0; s < traffic.symbols; ++s) {
      symbols_.push_back({(s * 37 + 250) & 0xFF, kBases[s % 5], s % 3 == 1 ? 1u : 100u});
      rig.configure(symbols_.back().index, symbols_.back().base, symbols_.back().tick);
    }
  }

  Message operator()() {
    const Symbol& symbol = symbols_[random_() % symbols_.size()];
    const unsigned dice = random_() % 100;
    if (dice < 36) return add(symbol.index, reference(), random_() & 1, shares(), price(symbol));
    if (dice < 52) {
      Message m = reduce(kExecute, symbol.index, reference(), shares());
      m.priced = random_() & 1;
      m.printable = !m.priced || (random_() & 3);
      m.price = m.priced ? price(symbol) : 0;
      return m;
    }
    if (dice < 62) return reduce(kCancel, symbol.index, reference(), shares());
    if (dice < 80) return reduce(kDelete, symbol.index, reference());
    if (dice < 94) return replace(symbol.index, reference(), reference(), shares(), price(symbol));
    if (dice < 96) {
      Message m = add(symbol.index, 0, random_() & 1, shares(), price(symbol));
      m.op = kTrade;
      m.printable = true;
      return m;
    }
    if (dice < 98) {
      Message m;
      m.op = kState;
      m.symbol = symbol.index;
      m.reason = random_() & 0xFF;
      m.argument = random_() & 0xFF;
      return m;
    }
    const unsigned which = random_() % 6;
    if (which == 0) return Message::trust(0xFFFF);
    if (which == 1) return Message::trust(256 + random_() % 1000);
    if (which < 5) return Message::trust(symbol.index);
    Message m = Message::trust(symbol.index);
    m.command_high ^= (1 + random_() % 255) << 56;
    return m;
  }

 private:
  struct Symbol {
    unsigned index;
    std::uint32_t base;
    unsigned tick;
  };

  std::uint64_t reference() { return references_[random_() % references_.size()]; }
  std::uint32_t shares() {
    if (random_() % 100 >= traffic_.odd_shares) return 1 + random_() % 4;
    switch (random_() % 4) {
      case 0:
        return 0;
      case 1:
        return 0xFFFFFFFFu - random_() % 4;
      case 2:
        return 0x7FFFFFFFu + random_() % 3;
      default:
        return 1 + random_() % 100;
    }
  }
  std::uint32_t price(const Symbol& s) {
    const std::uint64_t span = 4096ull * s.tick;
    std::uint64_t p = s.base + (2048 - traffic_.near_prices / 2 + random_() % traffic_.near_prices) * s.tick;
    if (random_() % 100 < traffic_.odd_price) {
      switch (random_() % 8) {
        case 0:
          p = s.base + span;
          break;
        case 1:
          p = s.base + span - s.tick;
          break;
        case 2:
          p = s.base;
          break;
        case 3:
          p = std::uint64_t{s.base} - 1;
          break;
        case 4:
          p = s.base + random_() % span;
          break;
        case 5:
          p = random_() & 1 ? 0 : 0xFFFFFFFF;
          break;
        default:
          p = s.base + random_() % 4096 * s.tick;
          break;
      }
    }
    return static_cast<std::uint32_t>(p);
  }

  const Traffic& traffic_;
  std::mt19937_64& random_;
  std::vector<std::uint64_t> references_;
  std::vector<Symbol> symbols_;
};

class BookStageTraffic : public testing::TestWithParam<Traffic> {};

TEST_P(BookStageTraffic, AgreesWithTheReferenceBooks) {
  const Traffic& traffic = GetParam();
  const bool outside = std::string_view(traffic.name) == "OutsideTheWindow";
  for (unsigned seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    BookStageRig rig(BOOK_SETS_LOG2, BOOK_WAYS, seed);
    Generator generator(traffic, rig);
    rig.pace(traffic.stalls, traffic.dense, traffic.undelivered);
    ASSERT_TRUE(rig.run(run_length(60'000), [&] { return generator(); }));
    if (seed == 1) std::cout << "  " << rig.counters() << '\n';
    if (outside) {
      // Each way to become, and an addition that only looked likely.
      for (const unsigned pick : {0u, 1u, 2u, 4u}) EXPECT_GT(rig.picks()[pick], 100u) << "pick_o " << pick;
      EXPECT_GT(rig.vetoes(), 100u);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Random, BookStageTraffic,
                         testing::Values(Traffic{"OneOrder", 1, 1, 0, 1, 0, 0, 100, 0, 0},
                                         Traffic{"TwoOrdersOneLevel", 1, 2, 0, 1, 0, 10, 90, 0, 5},
                                         Traffic{"FewOrdersFewLevels", 2, 6, 1, 3, 1, 3, 90, 0, 5},
                                         Traffic{"FewOrdersWithStalls", 2, 6, 0, 3, 5, 5, 60, 40, 5},
                                         Traffic{"HugeQuantities", 1, 12, 0, 2, 0, 60, 95, 10, 0},
                                         Traffic{"LevelsFarApart", 1, 16, 0, 4000, 0, 0, 100, 0, 0},
                                         Traffic{"MoreLevelsThanTheBest", 1, 60, 0, 60, 0, 0, 100, 0, 0},
                                         Traffic{"MoreLevelsWithStalls", 2, 90, 0, 60, 4, 1, 70, 30, 5},
                                         Traffic{"OutsideTheWindow", 5, 20, 0, 8, 60, 2, 90, 20, 5},
                                         Traffic{"SetsFill", 3, 200, 4, 40, 5, 1, 100, 0, 0},
                                         Traffic{"SetsFillWithStalls", 3, 200, 4, 300, 5, 1, 50, 60, 10},
                                         Traffic{"AllSymbols", 256, 3000, 0, 200, 3, 1, 95, 5, 5}),
                         [](const auto& info) { return std::string(info.param.name); });

// Every operation behind every other, on the same symbol and on the same order, at every distance from the least.
TEST(BookStageHazards, MeetAtEveryDistance) {
  constexpr Traffic kTraffic{"", 1, 3, 0, 2, 0, 2, 40, 5, 0};
  BookStageRig rig(BOOK_SETS_LOG2, BOOK_WAYS, 9);
  Generator generator(kTraffic, rig);
  rig.pace(kTraffic.stalls, kTraffic.dense);
  ASSERT_TRUE(rig.run(60'000, [&] { return generator(); }));
  std::uint64_t least_symbol = ~0ull;
  std::uint64_t least_order = ~0ull;
  for (unsigned earlier = kAdd; earlier <= kReplace; ++earlier) {
    for (unsigned later = kAdd; later <= kReplace; ++later) {
      for (unsigned d = least_distance(reduce(later, 0, 0), false); d <= Hazards::kReach; ++d) {
        const std::uint64_t symbol = rig.hazards().same_symbol[earlier][later][d];
        const std::uint64_t order = rig.hazards().same_order[earlier][later][d];
        EXPECT_GT(symbol, 0u) << "op " << later << ' ' << d << " cycles behind op " << earlier;
        EXPECT_GT(order, 0u) << "op " << later << ' ' << d << " cycles behind op " << earlier << ", same order";
        least_symbol = std::min(least_symbol, symbol);
        least_order = std::min(least_order, order);
      }
    }
  }
  std::cout << "  rarest: same symbol " << least_symbol << ", same order " << least_order << '\n';
}

class BookStage : public testing::Test {
 protected:
  BookStage() : rig_(BOOK_SETS_LOG2, BOOK_WAYS) { rig_.configure(7, 100'000, 100); }
  static constexpr std::uint32_t price(unsigned level) { return 100'000 + level * 100; }
  BookStageRig rig_;
};

TEST_F(BookStage, ShowsTheBestOfEachSide) {
  rig_.single(add(7, 1, 0, 100, price(10)));
  rig_.single(add(7, 2, 0, 50, price(12)));
  const Booked b = rig_.single(add(7, 3, 1, 30, price(20)));
  EXPECT_EQ(b.before, (BestPrices{{1, price(12), 50}, {}}));
  EXPECT_EQ(b.after, (BestPrices{{1, price(12), 50}, {1, price(20), 30}}));
  EXPECT_EQ(rig_.single(reduce(kDelete, 7, 2)).after.bid, (Quote{1, price(10), 100}));
  EXPECT_EQ(rig_.single(reduce(kExecute, 7, 1, 40)).after.bid, (Quote{1, price(10), 60}));
}

TEST_F(BookStage, AReplaceIsOneResultFromBeforeTheRemovalToAfterTheAddition) {
  rig_.single(add(7, 1, 1, 100, price(10)));
  const Booked b = rig_.single(replace(7, 1, 2, 70, price(9)));
  EXPECT_EQ(b.before.ask, (Quote{1, price(10), 100}));
  EXPECT_EQ(b.after.ask, (Quote{1, price(9), 70}));
  EXPECT_TRUE(b.effect);
  const Booked same = rig_.single(replace(7, 2, 2, 5, price(9)));
  EXPECT_EQ(same.after.ask, (Quote{1, price(9), 5}));
  EXPECT_FALSE(same.sticky_after);
  const Booked failed = rig_.single(replace(7, 2, 3, 0, price(9)));
  EXPECT_EQ(failed.after.ask, (Quote{}));
  EXPECT_TRUE(failed.effect);
  EXPECT_EQ(rig_.counters().zero_quantity, 1u);
}

TEST_F(BookStage, AnExecutionThatTakesALevelTradesThrough) {
  rig_.single(add(7, 1, 1, 100, price(10)));
  rig_.single(add(7, 2, 1, 100, price(11)));
  const Booked part = rig_.single(reduce(kExecute, 7, 1, 40));
  EXPECT_TRUE(part.trade && part.trade_side == 1 && part.trade_quantity == 40 && part.trade_price == price(10) &&
              !part.trade_through);
  const Booked all = rig_.single(reduce(kExecute, 7, 1, 90));
  EXPECT_TRUE(all.trade && all.trade_quantity == 60 && all.trade_through && all.sticky_after);
  Message priced = reduce(kExecute, 7, 2, 10);
  priced.priced = true;
  priced.price = price(9);
  EXPECT_EQ(rig_.single(priced).trade_price, price(9));
  priced.printable = false;
  const Booked hidden = rig_.single(priced);
  EXPECT_TRUE(hidden.effect && !hidden.trade && hidden.trade_price == 0);
  EXPECT_FALSE(rig_.single(reduce(kExecute, 7, 2, 0)).trade);
}

TEST_F(BookStage, TrustClearsOneSymbolOrAll) {
  rig_.configure(8, 100'000, 1);
  for (unsigned symbol : {7u, 8u}) {
    rig_.single(add(symbol, symbol, 0, 1, price(0)));
    EXPECT_TRUE(rig_.single(add(symbol, symbol, 0, 1, price(0))).sticky_after);
  }
  rig_.single(Message::trust(7));
  rig_.single(Message::trust(256 + 8));
  EXPECT_FALSE(rig_.single(reduce(kDelete, 7, 99)).sticky_before);
  EXPECT_TRUE(rig_.single(reduce(kDelete, 8, 99)).sticky_before);
  rig_.single(Message::trust(0xFFFF));
  EXPECT_FALSE(rig_.single(reduce(kDelete, 8, 99)).sticky_before);
}

TEST_F(BookStage, AnOrderBeyondTheTotalOfItsSideCountsAsBeyondUntilItIsGone) {
  rig_.single(add(7, 1, 0, 0xFFFFFFF0u, price(10)));
  EXPECT_EQ(rig_.single(add(7, 2, 0, 15, price(12))).after.bid, (Quote{1, price(12), 15}));
  const Booked over = rig_.single(add(7, 3, 0, 1, price(11)));
  EXPECT_EQ(over.after.bid.state, 2u);
  EXPECT_FALSE(over.sticky_after);
  rig_.single(reduce(kDelete, 7, 1));
  EXPECT_EQ(rig_.single(add(7, 4, 0, 1, price(13))).after.bid.state, 2u) << "as long as it is live";
  EXPECT_EQ(rig_.single(reduce(kDelete, 7, 3)).after.bid, (Quote{1, price(13), 1}));
  EXPECT_EQ(rig_.counters().level_overflow, 1u);
  rig_.single(replace(7, 4, 5, 0xFFFFFFFFu, price(1)));
  EXPECT_EQ(rig_.counters().level_overflow, 2u);
}

// The rig compares the cycle of every result; here each kind passes alone and behind every other.
TEST_F(BookStage, AnswersInOneCycleOrThreeWhateverIsBefore) {
  Message command = Message::trust(7);
  std::uint64_t n = 1;
  for (unsigned first = 0; first < 8; ++first) {
    for (unsigned second = 0; second < 8; ++second) {
      for (unsigned more = 0; more < 4; ++more) {
        for (unsigned i = 0; i < 4; ++i) rig_.put(add(7, n + i, i & 1, 9, price(10 + i)));
        rig_.wait(10);
        for (unsigned half = 0; half < 2; ++half) {
          const std::uint64_t r = n + half;
          const Message choice[] = {add(7, n + 8 + half, 0, 3, price(9)),
                                    reduce(kExecute, 7, r, 3),
                                    reduce(kCancel, 7, r, 3),
                                    reduce(kDelete, 7, r),
                                    replace(7, r, n + 10 + half, 5, price(11)),
                                    trade(7, 5, price(3)),
                                    state(7, 2),
                                    command};
          const Message& m = choice[half ? second : first];
          rig_.put(m, half ? least_distance(m, first == 7) + more : 0);
        }
        for (unsigned i = 0; i < 12; ++i) rig_.put(reduce(kDelete, 7, n + i));
        ASSERT_TRUE(rig_.settle()) << first << " then " << second << ", " << more << " more";
        n += BOOK_SETS_LOG2 == 4 ? 16 : 12;
      }
    }
  }
}

TEST_F(BookStage, StopsTheSimulationWhenTheFeedComesTooClose) {
  // The simulator speaks on the standard output.
  const auto apart = [&](Message m, unsigned distance) {
    dup2(STDERR_FILENO, STDOUT_FILENO);
    rig_.put(add(7, 1, 0, 9, price(1)));
    rig_.put(reduce(kDelete, 7, 2));
    rig_.put(m, distance);
    rig_.drain();
  };
  EXPECT_DEATH(apart(reduce(kDelete, 7, 3), 1), "two operations on books in successive cycles");
  EXPECT_DEATH(apart(add(7, 4, 0, 9, price(1)), 3), "two operations on books in successive cycles");
  EXPECT_DEATH(apart(add(7, 4, 0, 9, price(1)), 2), "two operations in one book cycle");
  EXPECT_DEATH(apart(replace(7, 1, 4, 9, price(1)), 2), "two operations in one book cycle");
  rig_.put(add(7, 1, 0, 9, price(1)));
  rig_.put(reduce(kDelete, 7, 2));
  rig_.put(add(7, 4, 0, 9, price(1)), 4);
  EXPECT_TRUE(rig_.settle());
}

}  // namespace
}  // namespace twinpath::rtl
