#include "host/book/order_table.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>
#include <vector>

#include "testbench/book/naive_books.h"

namespace twinpath::testing {
namespace {

LiveOrder order(std::uint32_t shares) {
  return {Quantity{shares}, Price{shares * 3}, static_cast<SymbolIndex>(shares), Side::sell};
}

// False when the set is full.
bool insert(OrderTable& table, std::uint64_t reference, const LiveOrder& o) {
  const OrderTable::Place p = table.find(reference);
  if (p.room()) table.insert(p, reference, o);
  return p.room();
}

// References of one set, in increasing order.
std::vector<std::uint64_t> references_of_set(const OrderTable& table, std::uint32_t set, std::size_t n) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t r = 1; all.size() < n; ++r) {
    if (table.set_of(r) == set) all.push_back(r);
  }
  return all;
}

TEST(OrderTable, FindsWhatWasInsertedUntilRemoved) {
  OrderTable table(4, 2);
  OrderTable::Place p = table.find(77);
  EXPECT_FALSE(p.found);
  ASSERT_TRUE(insert(table, 77, order(5)));
  p = table.find(77);
  ASSERT_TRUE(p.found);
  EXPECT_EQ(table.at(p).shares, Quantity{5});
  EXPECT_EQ(table.at(p).price, Price{15});
  EXPECT_EQ(table.at(p).symbol, 5u);
  EXPECT_EQ(table.at(p).side, Side::sell);
  EXPECT_EQ(table.size(), 1u);
  table.erase(p);
  EXPECT_FALSE(table.find(77).found);
  EXPECT_EQ(table.size(), 0u);
}

TEST(OrderTable, DoesNotFindReferenceZeroInAnEmptyTable) { EXPECT_FALSE(OrderTable(4, 8).find(0).found); }

TEST(OrderTable, HoldsReferencesZeroAndAllOnes) {
  OrderTable table(4, 2);
  for (const std::uint64_t r : {std::uint64_t{0}, ~std::uint64_t{0}}) ASSERT_TRUE(insert(table, r, order(9)));
  EXPECT_TRUE(table.find(0).found);
  EXPECT_TRUE(table.find(~std::uint64_t{0}).found);
}

TEST(OrderTable, HashesAsTheSpecificationSays) {
  // By hand: 0x0123^0x4567^0x89AB^0xCDEF = 0x0000; 0x8001 alone stays; 12 bits: 0x8001 ^ 0x8 = 0x8009 -> 0x009.
  EXPECT_EQ(OrderTable(16, 8).set_of(0x0123'4567'89AB'CDEF), 0u);
  EXPECT_EQ(OrderTable(16, 8).set_of(0x8001), 0x8001u);
  EXPECT_EQ(OrderTable(12, 8).set_of(0x8001), 0x009u);
  EXPECT_EQ(OrderTable(4, 8).set_of(0x0010), 0x1u);
  std::mt19937_64 random(1);
  for (unsigned log2 = 4; log2 <= 16; ++log2) {
    const OrderTable table(log2, 1);
    for (int i = 0; i < 2000; ++i) {
      const std::uint64_t r = random() >> random() % 64;
      ASSERT_EQ(table.set_of(r), naive_set(r, log2)) << r << " " << log2;
    }
  }
}

TEST(OrderTable, RefusesWhenItsSetIsFullAndTakesAgainAfterARemoval) {
  for (unsigned ways = 1; ways <= 8; ++ways) {
    OrderTable table(5, ways);
    const auto r = references_of_set(table, 3, ways + 1);
    for (unsigned i = 0; i < ways; ++i) {
      ASSERT_TRUE(insert(table, r[i], order(i + 1)));
      EXPECT_EQ(table.find(r[i]).way, i) << "the lowest free way";
    }
    EXPECT_FALSE(insert(table, r[ways], order(99)));
    EXPECT_FALSE(table.find(r[ways]).found);
    EXPECT_EQ(table.size(), ways);
    table.erase(table.find(r[ways / 2]));
    ASSERT_TRUE(insert(table, r[ways], order(99)));
    EXPECT_EQ(table.find(r[ways]).way, ways / 2) << "the way that became free";
    for (unsigned i = 0; i <= ways; ++i) EXPECT_EQ(table.find(r[i]).found, i != ways / 2);
  }
}

TEST(OrderTable, RefusesSizesOutsideItsRange) {
  EXPECT_THROW(OrderTable(3, 8), std::invalid_argument);
  EXPECT_THROW(OrderTable(17, 8), std::invalid_argument);
  EXPECT_THROW(OrderTable(16, 0), std::invalid_argument);
  EXPECT_THROW(OrderTable(16, 9), std::invalid_argument);
}

TEST(OrderTable, BehavesAsAMapOfBoundedSets) {
  std::mt19937_64 random(2);
  for (const auto& [log2, ways] : {std::pair{4u, 1u}, {4u, 8u}, {7u, 5u}, {10u, 8u}}) {
    OrderTable table(log2, ways);
    std::unordered_map<std::uint64_t, std::uint32_t> model;
    std::unordered_map<std::uint32_t, unsigned> in_set;
    const std::uint64_t span = (std::uint64_t{ways} << log2) * 3;
    unsigned refused = 0;
    for (unsigned i = 0; i < 60'000; ++i) {
      const std::uint64_t r = (random() % span) * 0x1'0001'0003;
      const OrderTable::Place p = table.find(r);
      ASSERT_EQ(p.found, model.count(r) != 0);
      ASSERT_EQ(p.set, naive_set(r, log2));
      if (p.found) {
        ASSERT_EQ(table.at(p).shares.value, model[r]);
        if (random() % 2) {
          table.erase(p);
          model.erase(r);
          --in_set[p.set];
        } else {
          table.at(p).shares.value = model[r] = static_cast<std::uint32_t>(random());
        }
      } else {
        const std::uint32_t shares = static_cast<std::uint32_t>(random());
        const bool fits = in_set[p.set] < ways;
        ASSERT_EQ(insert(table, r, order(shares)), fits);
        if (fits) {
          model[r] = shares;
          ++in_set[p.set];
        } else {
          ++refused;
        }
      }
      ASSERT_EQ(table.size(), model.size());
    }
    EXPECT_GT(refused, 100u);
  }
}

}  // namespace
}  // namespace twinpath::testing
