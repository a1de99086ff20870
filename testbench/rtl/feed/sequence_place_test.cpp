// hw/rtl/feed/sequence_place.sv.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "Vsequence_place.h"

namespace twinpath {
namespace {

TEST(SequencePlace, ComparesLikeTheSoftwarePathAtEveryDistance) {
  Vsequence_place top;
  std::mt19937_64 random(1);
  unsigned ahead = 0, in_order = 0, old = 0, wrapping = 0;
  const auto check = [&](std::uint64_t expected, std::uint64_t first, std::uint16_t count) {
    top.expected_i = expected;
    top.first_i = first;
    top.count_i = count;
    top.eval();
    const std::uint64_t end = first + count;
    ASSERT_EQ(top.ahead_o, first > expected) << expected << ' ' << first << ' ' << count;
    ASSERT_EQ(top.wraps_o, end < first) << first << ' ' << count;
    if (first <= expected) {
      ASSERT_EQ(top.reached_o, end <= expected) << expected << ' ' << first << ' ' << count;
    }
    ahead += first > expected;
    in_order += first <= expected && end > expected;
    old += first <= expected && end <= expected;
    wrapping += end < first;
  };
  for (int i = 0; i < 100000; ++i) {
    const std::uint64_t middle = i % 4 == 0 ? 0 : i % 4 == 1 ? ~std::uint64_t{0} : random() >> (random() % 64);
    const std::uint16_t count = static_cast<std::uint16_t>(random() >> (48 + random() % 16));
    const std::uint64_t first = middle + random() % 5 - 2;
    check(first + random() % 5 - 2, first, count);          // E at S
    check(first + count + random() % 5 - 2, first, count);  // at S + N
    check(random() >> (random() % 64), first, count);
    check(random(), random(), count);
  }
  EXPECT_GT(ahead, 10000u);
  EXPECT_GT(in_order, 10000u);
  EXPECT_GT(old, 10000u);
  EXPECT_GT(wrapping, 10000u);
}

}  // namespace
}  // namespace twinpath
