#include "host/core/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace twinpath {
namespace {

TEST(Histogram, IsZeroWhenEmpty) {
  const Histogram h;
  EXPECT_TRUE(h.empty());
  EXPECT_EQ(h.min(), 0u);
  EXPECT_EQ(h.max(), 0u);
  EXPECT_EQ(h.mean(), 0.0);
  EXPECT_EQ(h.percentile(50), 0u);
  h.for_each([](auto, auto, auto) { FAIL() << "an empty histogram has no bucket to visit"; });
}

TEST(Histogram, KeepsSmallValuesExactly) {
  Histogram h;
  for (std::uint64_t v = 0; v < 2048; ++v) h.record(v);
  EXPECT_EQ(h.count(), 2048u);
  EXPECT_EQ(h.percentile(50), 1023u);
  EXPECT_EQ(h.percentile(100), 2047u);
  EXPECT_EQ(h.percentile(0), 0u);
  std::uint64_t next = 0;
  h.for_each([&](std::uint64_t low, std::uint64_t high, std::uint64_t count) {
    EXPECT_EQ(low, next);
    EXPECT_EQ(high, next);
    EXPECT_EQ(count, 1u);
    ++next;
  });
  EXPECT_EQ(next, 2048u);
}

TEST(Histogram, PercentileIsTheSmallestValueWithEnoughValuesAtOrBelowIt) {
  Histogram h;
  for (std::uint64_t v = 1; v <= 1000; ++v) h.record(v);
  EXPECT_EQ(h.percentile(99.9), 999u);
  EXPECT_EQ(h.percentile(99), 990u);
  EXPECT_EQ(h.percentile(0.1), 1u);
  EXPECT_EQ(h.percentile(99.91), 1000u);
}

TEST(Histogram, PercentilesAgreeWithSortedValuesToThreeDigits) {
  std::mt19937_64 random(7);
  Histogram h;
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 50'000; ++i) {
    const auto value = random() >> (24 + random() % 40);  // all magnitudes up to 2^40
    values.push_back(value);
    h.record(value);
  }
  std::sort(values.begin(), values.end());
  for (const double percent : {0.01, 1.0, 10.0, 50.0, 90.0, 99.0, 99.9, 99.99}) {
    const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(values.size()) - 1e-6));
    const auto expected = static_cast<double>(values[rank - 1]);
    const auto got = static_cast<double>(h.percentile(percent));
    EXPECT_GE(got, expected) << "p" << percent;
    EXPECT_LE(got, expected * 1.001 + 0.5) << "p" << percent;
  }
  EXPECT_EQ(h.min(), values.front());
  EXPECT_EQ(h.max(), values.back());
}

TEST(Histogram, EveryBucketHoldsTheValueRecordedAndIsNarrow) {
  for (unsigned bit = 0; bit < 40; ++bit) {
    for (const std::uint64_t value : {(1ull << bit) - 1, 1ull << bit, (1ull << bit) + (1ull << bit) / 3}) {
      Histogram h;
      h.record(value);
      h.for_each([&](std::uint64_t low, std::uint64_t high, std::uint64_t) {
        EXPECT_LE(low, value);
        EXPECT_GE(high, value);
        EXPECT_LE(high - low, value / 1024) << value;
      });
    }
  }
}

TEST(Histogram, ValuesFromTwoToTheFortyOnShareTheLastBucketButKeepTheExactMaximum) {
  Histogram h;
  h.record(~0ull);
  h.record(1ull << 40);
  EXPECT_EQ(h.count(), 2u);
  EXPECT_EQ(h.max(), ~0ull);
  EXPECT_EQ(h.min(), 1ull << 40);
  EXPECT_EQ(h.percentile(100), ~0ull);
}

TEST(Histogram, MergeIsTheSameAsRecordingAll) {
  Histogram a, b, both;
  for (std::uint64_t v = 1; v < 100'000; v += 7) {
    a.record(v);
    both.record(v);
  }
  for (std::uint64_t v = 50; v < 9'000'000; v += 1009) {
    b.record(v, 3);
    both.record(v, 3);
  }
  a.merge(b);
  a.merge(Histogram{});
  EXPECT_EQ(a.count(), both.count());
  EXPECT_EQ(a.min(), both.min());
  EXPECT_EQ(a.max(), both.max());
  EXPECT_DOUBLE_EQ(a.mean(), both.mean());
  for (const double p : {1.0, 25.0, 50.0, 75.0, 99.9}) EXPECT_EQ(a.percentile(p), both.percentile(p));
}

TEST(Histogram, ClearForgetsEverything) {
  Histogram h;
  h.record(5);
  h.clear();
  EXPECT_TRUE(h.empty());
  EXPECT_EQ(h.max(), 0u);
  h.record(9, 0);
  EXPECT_TRUE(h.empty());
  h.record(9, 2);
  EXPECT_EQ(h.min(), 9u);
  EXPECT_EQ(h.mean(), 9.0);
}

}  // namespace
}  // namespace twinpath
