#include "host/venue/limit_book.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "host/venue/random.h"

namespace twinpath::venue {
namespace {

TEST(LimitBook, ServesTheBestPriceFirstAndOldestFirstWithinIt) {
  OrderPool pool;
  LimitBook book(pool, 10'000);
  EXPECT_EQ(book.best(Side::buy), kNoTick);
  const std::uint32_t first = book.add(1, Side::buy, 9'990, 100);
  book.add(2, Side::buy, 9'990, 100);
  book.add(3, Side::buy, 9'980, 100);
  EXPECT_EQ(book.best(Side::buy), 9'990);
  EXPECT_EQ(pool[book.front(Side::buy)].reference, 1U);
  book.remove(first);
  EXPECT_EQ(pool[book.front(Side::buy)].reference, 2U);
  book.remove(book.front(Side::buy));
  EXPECT_EQ(book.best(Side::buy), 9'980);
  EXPECT_EQ(book.live_orders(), 1U);
}

TEST(LimitBook, AgreesWithOrderedMapsWhileItsWindowMoves) {
  OrderPool pool;
  LimitBook book(pool, 10'000);
  Random random(1);
  std::map<std::int32_t, std::vector<std::uint64_t>> bids;  // references by tick, oldest first
  std::map<std::uint64_t, std::uint32_t> index_of;
  std::int32_t centre = 10'000;
  std::uint64_t reference = 0;
  for (unsigned step = 0; step < 200'000; ++step) {
    centre += static_cast<std::int32_t>(random.below(9)) - 4;
    // Keep bids out of the space above the window, as the flow does.
    while (!bids.empty() && bids.rbegin()->first > centre + 16) {
      const std::uint64_t r = bids.rbegin()->second.front();
      book.remove(index_of[r]);
      index_of.erase(r);
      bids.rbegin()->second.erase(bids.rbegin()->second.begin());
      if (bids.rbegin()->second.empty()) bids.erase(std::prev(bids.end()));
    }
    book.follow(centre);
    if (index_of.size() < 100 || random.one_in(2)) {
      const std::int32_t tick = centre - static_cast<std::int32_t>(random.below(random.one_in(4) ? 2'000 : 30));
      ++reference;
      index_of[reference] = book.add(reference, Side::buy, tick, 100);
      bids[tick].push_back(reference);
    } else {
      const std::uint32_t index = book.live_order(random.below(book.live_orders()));
      const std::uint64_t r = pool[index].reference;
      auto& level = bids[pool[index].tick];
      std::erase(level, r);
      if (level.empty()) bids.erase(pool[index].tick);
      index_of.erase(r);
      book.remove(index);
    }
    ASSERT_EQ(book.live_orders(), index_of.size());
    if (!bids.empty() && bids.rbegin()->first > centre - 128) {
      ASSERT_EQ(book.best(Side::buy), bids.rbegin()->first) << "step " << step;
      ASSERT_EQ(pool[book.front(Side::buy)].reference, bids.rbegin()->second.front()) << "step " << step;
    }
  }
}

TEST(Random, DrawsExponentialsOfTheirMean) {
  Random random(3);
  std::uint64_t sum = 0;
  std::uint64_t above = 0;
  for (unsigned i = 0; i < 1'000'000; ++i) {
    const std::uint64_t x = random.exponential(1'000);
    sum += x;
    above += x > 3'000 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(sum) / 1e6, 1'000, 5);
  EXPECT_NEAR(static_cast<double>(above) / 1e6, 0.0498, 0.001);  // e^-3
}

TEST(Random, IsTheSameEverywhere) {
  // Computed by the reference implementation of xoshiro256** on the state that splitmix64 makes of seed 0.
  Random random(0);
  EXPECT_EQ(random.next(), 0x99EC5F36CB75F2B4U);
  EXPECT_EQ(random.next(), 0xBF6E1F784956452AU);
}

}  // namespace
}  // namespace twinpath::venue
