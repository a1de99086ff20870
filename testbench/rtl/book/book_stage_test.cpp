// hw/rtl/book/book_stage.sv against SEM 3, 4.3 and 2.9 (TRUST). Built once with a tiny order table, where sets collide
// and fill all the time, and once with the real one. TP_BOOK_MESSAGES sets the length of the random runs.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "testbench/rtl/book/book_stage_rig.h"

#ifndef BOOK_SETS_LOG2
#define BOOK_SETS_LOG2 16
#define BOOK_WAYS 8
#endif

namespace twinpath::rtl {
namespace {

Message add(unsigned symbol, std::uint64_t reference, unsigned side, std::uint32_t shares, std::uint32_t price) {
  Message m;
  m.op = kAdd;
  m.symbol = symbol;
  m.reference = reference;
  m.side = side;
  m.shares = shares;
  m.price = price;
  return m;
}

Message reduce(unsigned op, unsigned symbol, std::uint64_t reference, std::uint32_t shares = 0) {
  Message m;
  m.op = op;
  m.symbol = symbol;
  m.reference = reference;
  m.shares = shares;
  m.printable = op == kExecute;
  return m;
}

Message replace(unsigned symbol, std::uint64_t reference, std::uint64_t new_reference, std::uint32_t shares,
                std::uint32_t price) {
  Message m = add(symbol, reference, 0, shares, price);
  m.op = kReplace;
  m.new_reference = new_reference;
  return m;
}

std::uint64_t run_length(std::uint64_t usual) {
  const char* text = std::getenv("TP_BOOK_MESSAGES");
  return text ? std::strtoull(text, nullptr, 10) : usual;
}

// Where random messages come from. Small numbers make hazards: the same order, set, level and symbol at every distance.
struct Traffic {
  const char* name;
  unsigned symbols;
  unsigned references;
  unsigned sets;          // that the references fall in; 0: any
  unsigned near_prices;   // levels around the middle that most orders use
  unsigned odd_price;     // percent of prices anywhere in the window, at its edges, off the grid or outside
  unsigned odd_shares;    // percent of quantities that are 0, huge or more than the order has
  unsigned input_pause;   // percent
  unsigned output_pause;  // percent
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
    if (dice < 97) {
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
  for (unsigned seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    BookStageRig rig(BOOK_SETS_LOG2, BOOK_WAYS, seed);
    Generator generator(traffic, rig);
    rig.pauses(traffic.input_pause, traffic.output_pause);
    ASSERT_TRUE(rig.run(run_length(60'000), [&] { return generator(); }));
    if (seed == 1) std::cout << "  " << rig.counters() << '\n';
  }
}

INSTANTIATE_TEST_SUITE_P(Random, BookStageTraffic,
                         testing::Values(Traffic{"OneOrder", 1, 1, 0, 1, 0, 0, 0, 0},
                                         Traffic{"TwoOrdersOneLevel", 1, 2, 0, 1, 0, 10, 0, 0},
                                         Traffic{"FewOrdersFewLevels", 2, 6, 1, 3, 1, 3, 0, 0},
                                         Traffic{"FewOrdersWithPauses", 2, 6, 0, 3, 5, 5, 40, 40},
                                         Traffic{"HugeQuantities", 1, 12, 0, 2, 0, 60, 0, 10},
                                         Traffic{"LevelsFarApart", 1, 16, 0, 4000, 0, 0, 0, 0},
                                         Traffic{"OutsideTheWindow", 5, 20, 0, 8, 60, 2, 0, 20},
                                         Traffic{"SetsFill", 3, 200, 4, 40, 5, 1, 0, 0},
                                         Traffic{"SetsFillWithPauses", 3, 200, 4, 300, 5, 1, 50, 60},
                                         Traffic{"AllSymbols", 256, 3000, 0, 200, 3, 1, 0, 0}),
                         [](const auto& info) { return std::string(info.param.name); });

class BookStage : public testing::Test {
 protected:
  BookStage() : rig_(BOOK_SETS_LOG2, BOOK_WAYS) { rig_.configure(7, 100'000, 100); }
  unsigned latency(const Message& m) {
    unsigned cycles = 0;
    rig_.single(m, &cycles);
    return cycles;
  }
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

TEST_F(BookStage, AnswersInAFixedNumberOfCyclesByClass) {
  EXPECT_EQ(latency(add(7, 1, 0, 100, price(10))), 5u);
  EXPECT_EQ(latency(add(7, 2, 0, 100, price(11))), 5u);
  EXPECT_EQ(latency(add(7, 3, 0, 100, price(2000))), 5u);
  EXPECT_EQ(latency(reduce(kExecute, 7, 3, 10)), 5u);
  EXPECT_EQ(latency(reduce(kCancel, 7, 3, 10)), 5u);
  EXPECT_EQ(latency(reduce(kDelete, 7, 3)), 7u) << "best emptied, next best in another group";
  EXPECT_EQ(latency(reduce(kDelete, 7, 2)), 6u) << "best emptied, next best in the same group";
  EXPECT_EQ(latency(reduce(kDelete, 7, 1)), 5u) << "side emptied";
  Message trade = add(7, 0, 0, 100, price(10));
  trade.op = kTrade;
  EXPECT_EQ(latency(trade), 5u);
  EXPECT_EQ(latency(Message::trust(7)), 5u);
  EXPECT_EQ(latency(add(7, 1, 0, 100, price(10))), 5u);
  EXPECT_EQ(latency(replace(7, 1, 2, 100, price(11))), 7u);
  EXPECT_EQ(latency(replace(7, 1, 2, 100, price(11))), 5u) << "unknown original";
}

TEST_F(BookStage, TakesAMessageEveryTwoCycles) {
  const auto cycles_per_message = [&](const std::function<Message(unsigned)>& make) {
    constexpr unsigned kMessages = 1000;
    unsigned n = 0;
    const std::uint64_t start = rig_.cycle();
    EXPECT_TRUE(rig_.run(kMessages, [&] { return make(n++); }));
    return static_cast<double>(rig_.cycle() - start) / kMessages;
  };
  rig_.pauses(0, 0);
  rig_.single(add(7, 1'000'000, 0, 1, price(1)));
  const double adds_and_deletes =
      cycles_per_message([](unsigned n) { return n % 2 ? reduce(kDelete, 7, n - 1) : add(7, n, 1, 10, price(100)); });
  const double best_empties =
      cycles_per_message([](unsigned n) { return n % 2 ? reduce(kDelete, 7, n - 1) : add(7, n, 0, 10, price(50)); });
  const double replaces =
      cycles_per_message([](unsigned n) { return replace(7, 1'000'000 + n, 1'000'001 + n, 1, price(1 + n % 40)); });
  std::cout << "  cycles a message: add and delete " << adds_and_deletes << ", with the best level emptied "
            << best_empties << ", replace " << replaces << '\n';
  EXPECT_LT(adds_and_deletes, 2.02);
  EXPECT_LT(best_empties, 2.52);
  EXPECT_LT(replaces, 4.02);
}

TEST_F(BookStage, KeepsUpWithATypicalMix) {
  // Of messages: adds 45 %, deletes 40 %, replaces 8 %, executions 4 %, cancels 3 %; prices close to the touch.
  struct Live {
    std::uint64_t reference;
    unsigned side;
  };
  std::vector<Live> live;
  std::uint64_t next_reference = 1;
  auto& random = rig_.random();
  const auto some_price = [&](unsigned side) {
    const unsigned away = random() % 8 + (random() % 8) * (random() % 8);
    return side ? price(2001 + away) : price(2000 - away);
  };
  const auto make = [&]() -> Message {
    const unsigned dice = random() % 100;
    if (dice < 45 || live.size() < 8) {
      const unsigned side = random() & 1;
      if (BOOK_SETS_LOG2 == 16 || live.size() < 16) live.push_back({next_reference, side});
      return add(7, next_reference++, side, 100, some_price(side));
    }
    const std::size_t i = random() % live.size();
    const Live order = live[i];
    if (dice < 85) {
      live[i] = live.back();
      live.pop_back();
      return reduce(kDelete, 7, order.reference);
    }
    if (dice < 93) {
      live[i].reference = next_reference++;
      return replace(7, order.reference, live[i].reference, 100, some_price(order.side));
    }
    return reduce(dice < 97 ? kExecute : kCancel, 7, order.reference, 1);
  };
  rig_.pauses(0, 0);
  const std::uint64_t start = rig_.cycle();
  constexpr std::uint64_t kMessages = 200'000;
  ASSERT_TRUE(rig_.run(kMessages, make));
  const double cycles = static_cast<double>(rig_.cycle() - start) / kMessages;
  std::cout << "  typical mix: " << cycles << " cycles a message\n";
  EXPECT_LT(cycles, 2.6);
}

}  // namespace
}  // namespace twinpath::rtl
