// hw/rtl/book/depth_store.sv and depth_search.sv.
#include <gtest/gtest.h>
#include <unistd.h>

#include <random>

#include "testbench/rtl/book/depth_store_rig.h"

namespace twinpath::rtl {
namespace {

constexpr unsigned kEdges[] = {0, 1, 2, 62, 63, 64, 65, 127, 128, 2047, 2048, 4031, 4032, 4094, 4095};

class DepthStore : public testing::Test, public DepthStoreRig {
 protected:
  void add(unsigned rank, std::uint32_t shares, unsigned distance = 2) { change({4, 1, true, rank, shares}, distance); }
  void remove(unsigned rank, std::uint32_t shares, unsigned distance = 2) {
    change({4, 1, false, rank, shares}, distance);
  }
};

TEST_F(DepthStore, HoldsNothingAfterReset) {
  for (unsigned symbol = 0; symbol < 256; ++symbol) {
    for (unsigned side : {0u, 1u}) EXPECT_FALSE(search({symbol, side, 0, true}).found);
  }
  add(7, 3);
  add(700, 3);
  walk(4, 1);
  cycle(DepthChange{4, 1, true, 9, 9}, DepthSearch{4, 1, 0, true});
  reset();
  EXPECT_FALSE(search({4, 1, 0, true}).found);
  add(6, 1);
  add(701, 2);
  walk(4, 1);
}

TEST_F(DepthStore, FindsEveryLevelOfTheWholeRange) {
  for (unsigned symbol : {0u, 255u}) {
    for (unsigned side : {0u, 1u}) {
      for (unsigned rank = 0; rank < 4096; ++rank) change({symbol, side, true, rank, 1 + rank * 1000});
    }
  }
  for (unsigned symbol : {0u, 255u}) {
    for (unsigned side : {0u, 1u}) {
      walk(symbol, side);
      for (unsigned rank = side; rank < 4096; rank += 2) change({symbol, side, false, rank, 1 + rank * 1000});
      walk(symbol, side);
      for (unsigned rank = 1 - side; rank < 4096; rank += 2) change({symbol, side, false, rank, 1 + rank * 1000});
      EXPECT_FALSE(search({symbol, side, 0, true}).found);
    }
  }
  EXPECT_GE(compared, 4 * (4096u + 2048u));
}

TEST_F(DepthStore, FindsAcrossRowsWordsAndGroups) {
  for (unsigned a : kEdges) {
    for (unsigned b : kEdges) {
      add(a, 10 + a);
      add(b, 20 + b);
      for (unsigned after : kEdges) search({4, 1, after, false});
      search({4, 1, 0, true});
      remove(a, model.held(4, 1, a));
      remove(b, model.held(4, 1, b));
      ASSERT_FALSE(HasFailure());
    }
  }
}

TEST_F(DepthStore, AnswersAfterFiveSevenOrTenCycles) {
  add(100, 5);
  add(101, 6);
  add(900, 7);
  idle(8);
  search({4, 1, 100, false});
  EXPECT_EQ(latency, 7u);
  search({4, 1, 0, true});
  EXPECT_EQ(latency, 10u);
  search({4, 1, 101, false});
  EXPECT_EQ(latency, 10u);
  search({4, 1, 900, false});
  EXPECT_EQ(latency, 5u);
  search({4, 1, 4095, false});
  EXPECT_EQ(latency, 5u);
  // Changes at or before the rank, and of other sides, cost at most a cycle a read.
  cycle(DepthChange{4, 1, false, 100, 5}, DepthSearch{4, 1, 100, false});
  idle(11);
  EXPECT_EQ(latency, 8u);
  EXPECT_EQ(worst, 10u);
}

TEST_F(DepthStore, AnswersWithinNineteenCyclesAmongChanges) {
  add(100, 5);
  idle(8);
  ASSERT_TRUE(cycle(DepthChange{4, 1, true, 900, 7}, DepthSearch{4, 1, 100, false}));
  for (unsigned i = 1; i < 20; ++i) {
    if (i % 2)
      cycle({}, {});
    else
      cycle(DepthChange{9, 0, true, i, i}, {});
  }
  EXPECT_EQ(last, (DepthAnswer{true, 900, 7}));
  EXPECT_EQ(latency, 19u);
}

TEST_F(DepthStore, KeepsAnAnswerUntilItIsTaken) {
  add(100, 5);
  add(200, 6);
  idle(8);
  ASSERT_TRUE(cycle({}, DepthSearch{4, 1, 100, false}, false));
  for (unsigned i = 1; i < 40; ++i) {
    if (i > 12 && i % 2)
      cycle(DepthChange{4, 1, true, 101 + i, i}, DepthSearch{4, 1, 0, true}, false);
    else
      cycle({}, {}, false);
  }
  EXPECT_EQ(answers, 0u);
  cycle({}, {}, true);
  EXPECT_EQ(answers, 1u);
  walk(4, 1);
}

// A level beside the one that is found, in its row, word, side, filled or emptied in every cycle around the request.
TEST_F(DepthStore, AnswersRightWithAChangeInAnyCycleAroundTheRequest) {
  constexpr unsigned kAfter = 130;
  for (unsigned found : {131u, 132u, 190u, 192u, 4095u}) {
    for (unsigned other : {0u, 129u, 130u, 131u, 132u, 133u, 191u, 193u, 194u, 4094u}) {
      for (bool filled : {false, true}) {
        if (other == found && !filled) continue;
        for (int phase = -9; phase <= 12; ++phase) {
          if (other > kAfter && phase > 0) continue;
          add(found, 77);
          if (filled) add(other, 5);
          idle(8);
          const DepthChange c{4, 1, !filled, other, 5};
          const unsigned before = compared;
          for (int i = -9; i <= 24; ++i)
            cycle(i == phase ? std::optional(c) : std::nullopt,
                  i == 0 ? std::optional(DepthSearch{4, 1, kAfter, false}) : std::nullopt);
          ASSERT_EQ(compared, before + 1);
          ASSERT_FALSE(HasFailure()) << "found " << found << " other " << other << " filled " << filled << " phase "
                                     << phase;
          walk(4, 1);
          remove(found, 77);
          if (const auto held = model.held(4, 1, other)) remove(other, held);
          ASSERT_FALSE(search({4, 1, 0, true}).found);
        }
      }
    }
  }
}

// Fills and empties of one level, its row's other level and its word's, at every distance.
TEST_F(DepthStore, ReadsWhatTheChangesBeforeItWrote) {
  for (unsigned first = 2; first <= 8; ++first) {
    for (unsigned second = 2; second <= 8; ++second) {
      for (unsigned other : {640u, 641u, 642u, 703u, 704u, 4000u}) {
        add(640, 5, first);
        add(other, 6, second);
        add(640, 7, first);
        remove(640, model.held(4, 1, 640), second);
        walk(4, 1);
        add(640, 8, first);
        if (const auto held = model.held(4, 1, other)) remove(other, held, second);
        add(640, 9, first);
        walk(4, 1);
        for (unsigned rank : {640u, other})
          if (const auto held = model.held(4, 1, rank)) remove(rank, held, first);
        ASSERT_FALSE(search({4, 1, 0, true}).found);
        ASSERT_FALSE(HasFailure()) << "distances " << first << ' ' << second << " other " << other;
      }
    }
  }
}

TEST_F(DepthStore, AgreesWithTheModelOnRandomChangesAndSearches) {
  std::mt19937 random(1);
  constexpr unsigned kLevels[] = {0, 1, 2, 3, 62, 63, 64, 65, 126, 127, 128, 4032, 4094, 4095};
  constexpr unsigned kSymbols[] = {0, 4, 255};
  std::optional<DepthSearch> wanted;
  DepthSearch asked;
  unsigned wait = 0;
  for (unsigned i = 0; i < 1'500'000 && !HasFailure(); ++i) {
    const unsigned spread = i / 100'000 % 3;  // few levels, several, all
    const auto rank = [&]() -> unsigned {
      return spread == 0   ? 126 + random() % 4
             : spread == 1 ? kLevels[random() % std::size(kLevels)]
                           : (random() % 2 ? 1000 + random() % 200 : random() % 4096);
    };
    std::optional<DepthChange> change;
    if (wait) {
      --wait;
    } else {
      DepthChange c;
      c.symbol = random() % 4 ? 4 : kSymbols[random() % 3];
      c.side = random() % 4 ? 1 : 0;
      c.rank = rank();
      // Often what may not disturb the search in progress.
      if (random() % 4) {
        c.symbol = asked.symbol;
        c.side = asked.side;
        if (!asked.from_start && c.rank > asked.after)
          c.rank = asked.after - std::min(asked.after, unsigned(random() % 4));
      }
      const std::uint32_t held = model.held(c.symbol, c.side, c.rank);
      c.add = held == 0 || random() % 100 < 45;
      c.shares = random() % 20 ? 1 + random() % 3 : random();
      if (random() % 50 == 0) c.shares = 0;
      if (c.add && random() % 50 == 0) c.shares = 0xFFFFFFFF - held;
      if (c.add && std::uint64_t{held} + c.shares > 0xFFFFFFFF) c.add = false;
      if (!c.add && (c.shares > held || random() % 2)) c.shares = held;
      change = c;
      wait = random() % 3 ? 1 : 1 + random() % (random() % 8 ? 8 : 40);
    }
    if (!wanted && random() % 4 == 0) {
      wanted =
          DepthSearch{random() % 4 ? 4 : kSymbols[random() % 3], random() % 4 ? 1u : 0u, rank(), random() % 16 == 0};
    }
    if (cycle(change, wanted, random() % 4 != 0)) {
      asked = *wanted;
      wanted.reset();
    }
    if (i % 20'000 == 0) {
      for (unsigned symbol : kSymbols) {
        for (unsigned side : {0u, 1u}) walk(symbol, side);
      }
    }
  }
  EXPECT_GT(compared, 50'000u);
  EXPECT_GT(answers, compared + 1000);
  EXPECT_GT(alone, 100u);
  EXPECT_LE(worst, 19u);
  for (unsigned distance = 2; distance < kWindow; ++distance) {
    EXPECT_GT(same_level[distance], 1000u) << distance;
    EXPECT_GT(same_row[distance], 1000u) << distance;
    EXPECT_GT(same_word[distance], 1000u) << distance;
    EXPECT_GT(same_side[distance], 1000u) << distance;
  }
  for (unsigned distance = 0; distance < kWindow; ++distance) {
    EXPECT_GT(deeper_before[distance], 100u) << distance;
    if (distance) {
      EXPECT_GT(lower_during[distance], 100u) << distance;
    }
  }
}

using DepthStoreDeath = DepthStore;

TEST_F(DepthStoreDeath, StopsTheSimulationWhenTheCallerBreaksItsGuarantees) {
  // The simulator speaks on the standard output.
  const auto run = [&](std::initializer_list<DepthChange> changes, unsigned distance) {
    dup2(STDERR_FILENO, STDOUT_FILENO);
    for (const DepthChange& c : changes) change(c, distance);
    idle(8);
  };
  EXPECT_DEATH(run({{4, 1, true, 5, 0xFFFFFFFF}, {4, 1, true, 5, 1}}, 2), "a level exceeds 32 bits");
  EXPECT_DEATH(run({{4, 1, true, 5, 10}, {4, 1, false, 5, 11}}, 2), "a removal of more than the level holds");
  EXPECT_DEATH(run({{4, 1, true, 5, 10}, {4, 1, true, 5, 10}}, 1), "two changes in successive cycles");
  change({4, 1, true, 5, 0xFFFFFFFF});
  change({4, 1, false, 5, 0xFFFFFFFF});
  walk(4, 1);
}

}  // namespace
}  // namespace twinpath::rtl
