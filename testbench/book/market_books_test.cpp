// The books of a whole market, their order index and their levels, against std:: maps.
#include "host/book/market_books.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <unordered_map>
#include <vector>

#include "testbench/book/naive_market.h"

namespace twinpath::testing {
namespace {

constexpr RestingOrder kOrder{Quantity{7}, Price{1'000'000}};

TEST(OrderIndex, FindsAnOrderOnlyUnderItsOwnLocate) {
  OrderIndex index(10);
  EXPECT_FALSE(index.find(5, 0));
  ASSERT_EQ(index.insert(5, 77, Side::sell, kOrder), OrderIndex::Inserted::yes);
  ASSERT_TRUE(index.find(5, 77));
  EXPECT_EQ(index.find(5, 77).side(), Side::sell);
  EXPECT_EQ(index.find(5, 77).order->price, kOrder.price);
  EXPECT_FALSE(index.find(6, 77));
  EXPECT_EQ(index.insert(6, 77, Side::buy, kOrder), OrderIndex::Inserted::duplicate);
}

TEST(OrderIndex, TellsReferencesOfOneBucketApartAndSpillsTheFifth) {
  OrderIndex index(10);
  constexpr std::uint64_t kRound = std::uint64_t{4} << 10;
  for (std::uint64_t i = 0; i < 6; ++i)
    ASSERT_EQ(index.insert(1, 9 + i * kRound, Side::buy, {Quantity{static_cast<std::uint32_t>(i + 1)}, {}}),
              OrderIndex::Inserted::yes);
  EXPECT_EQ(index.spilled(), 2u);
  index.erase(index.find(1, 9));  // a place in the bucket is free again, and those spilled are still found
  EXPECT_FALSE(index.find(1, 9));
  for (std::uint64_t i = 1; i < 6; ++i) {
    ASSERT_TRUE(index.find(1, 9 + i * kRound)) << i;
    EXPECT_EQ(index.find(1, 9 + i * kRound).order->shares.value, i + 1);
    EXPECT_EQ(index.insert(2, 9 + i * kRound, Side::buy, kOrder), OrderIndex::Inserted::duplicate);
    EXPECT_FALSE(index.find(2, 9 + i * kRound));
  }
  EXPECT_EQ(index.size(), 5u);
}

TEST(OrderIndex, TakesReferencesAndLocatesOfAnyValue) {
  OrderIndex index(10);
  const std::vector<std::uint64_t> references = {0,
                                                 3,
                                                 UINT64_MAX,
                                                 UINT64_MAX - 1,
                                                 std::uint64_t{1} << 63,
                                                 ((std::uint64_t{1} << 44) - 1) << 12,
                                                 (((std::uint64_t{1} << 44) - 1) << 12) - 1,
                                                 (std::uint64_t{1} << 56) - 1};
  for (const std::uint64_t r : references) {
    EXPECT_FALSE(index.find(0xFFFF, r)) << r;
    ASSERT_EQ(index.insert(0xFFFF, r, Side::sell, kOrder), OrderIndex::Inserted::yes) << r;
    ASSERT_TRUE(index.find(0xFFFF, r)) << r;
    EXPECT_EQ(index.insert(0, r, Side::sell, kOrder), OrderIndex::Inserted::duplicate) << r;
  }
  for (const std::uint64_t r : references) index.erase(index.find(0xFFFF, r));
  EXPECT_EQ(index.size(), 0u);
  EXPECT_EQ(index.spilled(), 0u);
}

TEST(OrderIndex, SaysWhenItIsFullAndTakesOrdersAgainLater) {
  OrderIndex index(10);
  std::vector<std::uint64_t> in;
  for (std::uint64_t i = 0;; ++i) {
    const std::uint64_t r = 9 + i * (std::uint64_t{4} << 10);
    const auto done = index.insert(1, r, Side::buy, kOrder);
    if (done == OrderIndex::Inserted::full) break;
    ASSERT_LT(in.size(), 1000u);
    in.push_back(r);
  }
  EXPECT_GE(in.size(), 4u + 256);
  for (const std::uint64_t r : in) ASSERT_TRUE(index.find(1, r));
  index.erase(index.find(1, in.back()));
  EXPECT_EQ(index.insert(1, 5, Side::buy, kOrder), OrderIndex::Inserted::yes);
  EXPECT_EQ(index.insert(1, in.back(), Side::buy, kOrder), OrderIndex::Inserted::yes);
}

TEST(OrderIndex, AgreesWithAMapWhenBucketsOverflow) {
  OrderIndex index(10);
  std::unordered_map<std::uint64_t, std::uint16_t> model;
  std::mt19937_64 random(1);
  std::uint64_t spilled = 0;
  for (unsigned i = 0; i < 200'000; ++i) {
    const std::uint64_t r =
        (random() % 40) * (std::uint64_t{4} << 10) + random() % 16 + (random() % 8 == 0) * (1ull << 60);
    const auto locate = static_cast<std::uint16_t>(random() % 3);
    const auto it = model.find(r);
    const bool known = it != model.end() && it->second == locate;
    const OrderIndex::Place place = index.find(locate, r);
    ASSERT_EQ(static_cast<bool>(place), known) << i;
    if (known && random() % 2) {
      index.erase(place);
      model.erase(it);
    } else if (model.size() < 200) {
      const auto done = index.insert(locate, r, Side::buy, kOrder);
      ASSERT_EQ(done, it == model.end() ? OrderIndex::Inserted::yes : OrderIndex::Inserted::duplicate) << i;
      if (done == OrderIndex::Inserted::yes) model[r] = locate;
    }
    ASSERT_EQ(index.size(), model.size());
    spilled += index.spilled() > 100;
  }
  EXPECT_GT(spilled, 10'000u);
}

TEST(OrderIndex, RefusesSizesOutOfRange) {
  EXPECT_THROW(OrderIndex(9), std::invalid_argument);
  EXPECT_THROW(OrderIndex(25), std::invalid_argument);
}

TEST(SideLevels, AgreeWithAMapAtAnyDepth) {
  for (const std::uint32_t prices : {3u, 9u, 40u, 4000u}) {
    LevelPool pool(1 << 15);
    SideLevels levels;
    std::map<std::int32_t, std::uint32_t> model;
    std::mt19937 random(prices);
    for (unsigned i = 0; i < 60'000; ++i) {
      const auto rank =
          static_cast<std::int32_t>(random() % prices) - 2 + static_cast<std::int32_t>(prices == 9) * (INT32_MAX - 6);
      if (model.size() < prices && random() % 5 < 3) {
        const std::uint32_t shares = 1 + random() % 5;
        ASSERT_TRUE(levels.add(pool, rank, shares));
        model[rank] += shares;
      } else if (const auto it = model.lower_bound(rank); it != model.end()) {
        const std::uint32_t shares = random() % 2 ? it->second : 1 + random() % it->second;
        levels.remove(pool, it->first, shares);
        if ((it->second -= shares) == 0) model.erase(it);
      }
      ASSERT_EQ(levels.levels(), model.size());
      ASSERT_EQ(levels.any(), !model.empty());
      if (i % (prices > 100 ? 97 : 1) != 0) continue;
      auto expected = model.begin();
      levels.for_each(pool, [&](std::int32_t r, std::uint32_t q) {
        ASSERT_NE(expected, model.end());
        ASSERT_EQ(r, expected->first);
        ASSERT_EQ(q, expected->second);
        ++expected;
      });
      ASSERT_EQ(expected, model.end());
    }
  }
}

TEST(SideLevels, StayAsTheyAreWhenThePoolHasNoRoom) {
  LevelPool pool(2 * LevelPool::kUnit);  // one piece
  SideLevels levels;
  for (std::int32_t r = 0; r < 15; ++r) ASSERT_TRUE(levels.add(pool, r, 1));
  EXPECT_FALSE(levels.add(pool, 20, 1));
  EXPECT_FALSE(levels.add(pool, -1, 1)) << "pushes another level out of the best seven";
  EXPECT_TRUE(levels.add(pool, 3, 1)) << "a level that is there needs no room";
  EXPECT_TRUE(levels.add(pool, 12, 1));
  EXPECT_EQ(levels.levels(), 15u);
  EXPECT_EQ(levels.best_rank(), 0);
  levels.remove(pool, 0, 1);
  EXPECT_TRUE(levels.add(pool, -1, 1));
  EXPECT_EQ(levels.best_rank(), -1);
}

TEST(SideLevels, RefuseAQuantityBeyond32Bits) {
  LevelPool pool(64);
  SideLevels levels;
  for (std::int32_t r = 0; r < 9; ++r) {
    ASSERT_TRUE(levels.add(pool, r, 0xFFFF'FFFF));
    ASSERT_FALSE(levels.add(pool, r, 1));
  }
}

TEST(MarketBooks, GiveAPieceThatWasOutgrownToAnotherBook) {
  Counters counters;
  MarketBooks books(12, counters);  // levels of the pool: 4,096
  for (std::uint32_t round = 0; round < 40; ++round) {
    for (std::uint32_t i = 0; i < 200; ++i) books.add(3, round * 1000 + i, Side::buy, Quantity{1}, Price{1000 + i});
    for (std::uint32_t i = 0; i < 200; ++i) books.erase(3, round * 1000 + i);
  }
  for (const Counter c : {Counter::level_overflow, Counter::order_table_full, Counter::unknown_reference})
    EXPECT_EQ(counters[c], 0u);
}

// Orders of a few symbols whose references share buckets, at prices in and far out of order.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : random_(seed) {}
  std::uint64_t roll(std::uint64_t n) { return random_() % n; }
  std::uint16_t locate() { return roll(4) == 0 ? 0xFFFF : static_cast<std::uint16_t>(roll(3)); }
  std::uint64_t reference() {
    return roll(35) * (std::uint64_t{4} << 10) + roll(3) + (roll(20) == 0 ? ~std::uint64_t{0} << 57 : 0);
  }
  std::uint32_t shares() {
    const auto kind = roll(40);
    if (kind == 0) return 0;
    if (kind < 4) return ~static_cast<std::uint32_t>(random_() >> roll(64));
    return static_cast<std::uint32_t>(1 + roll(300));
  }
  std::uint32_t price() {
    const auto kind = roll(30);
    if (kind == 0) return static_cast<std::uint32_t>(random_());
    if (kind == 1) return roll(2) ? 0xFFFF'FFFF : 0;
    return 1'000'000 + static_cast<std::uint32_t>(roll(kind < 15 ? 6 : 60)) * 100;
  }

 private:
  std::mt19937_64 random_;
};

TEST(MarketBooks, AgreeWithTheModelOnEveryMessageOfARandomStream) {
  std::uint64_t seen[kCounterCount] = {};
  bool deep = false;
  bool spilled = false;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Noise n(seed);
    Counters counters;
    MarketBooks books(12, counters);
    NaiveMarket model;
    for (unsigned i = 0; i < 15'000; ++i) {
      const std::uint16_t s = n.locate();
      const std::uint64_t r = n.reference();
      const std::uint32_t q = n.shares();
      const std::uint32_t p = n.price();
      switch (n.roll(10)) {
        case 0:
        case 1:
        case 2:
        case 3: {
          const Side side = n.roll(2) ? Side::sell : Side::buy;
          books.add(s, r, side, Quantity{q}, Price{p});
          model.add(s, r, side, q, p);
          break;
        }
        case 4:
        case 5:
          books.reduce(s, r, Quantity{q});
          model.reduce(s, r, q);
          break;
        case 6:
          books.erase(s, r);
          model.erase(s, r);
          break;
        default: {
          const std::uint64_t fresh = n.reference();
          books.replace(s, r, fresh, Quantity{q}, Price{p});
          model.replace(s, r, fresh, q, p);
          break;
        }
      }
      ASSERT_EQ(model.differences(books, s), "") << "seed " << seed << " message " << i;
      ASSERT_EQ(books.orders().size(), model.orders.size());
      deep = deep || model.levels[{s, Side::buy}].size() > 20;
      spilled = spilled || books.orders().spilled() > 20;
    }
    for (unsigned c = 0; c < kCounterCount; ++c) {
      ASSERT_EQ(counters.values()[c], model.counters.values()[c]) << kCounterNames[c];
      seen[c] += counters.values()[c];
    }
  }
  EXPECT_TRUE(deep);
  EXPECT_TRUE(spilled);
  for (const Counter c : {Counter::unknown_reference, Counter::zero_quantity, Counter::duplicate_reference,
                          Counter::over_reduction, Counter::level_overflow})
    EXPECT_GT(seen[static_cast<std::size_t>(c)], 20u)
        << kCounterNames[static_cast<std::size_t>(c)] << ": the stream provokes it too rarely";
}

TEST(MarketBooks, AreFoundDifferentByTheModelWhenALevelOrItsQuantityIs) {
  Counters counters;
  MarketBooks books(12, counters);
  NaiveMarket model;
  books.add(1, 1, Side::buy, Quantity{10}, Price{100});
  model.add(1, 1, Side::buy, 10, 100);
  ASSERT_EQ(model.differences(books, 1), "");
  model.add(1, 2, Side::buy, 1, 90);
  EXPECT_NE(model.differences(books, 1), "");
  books.add(1, 2, Side::buy, Quantity{2}, Price{90});
  EXPECT_NE(model.differences(books, 1), "");
}

}  // namespace
}  // namespace twinpath::testing
