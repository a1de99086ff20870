// Counters and histograms in a mapped file.
#include "host/ipc/stats.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "testbench/ipc/ipc_fixture.h"

namespace twinpath::ipc {
namespace {

using testing::SegmentFolder;

TEST(SharedHistogram, BucketsFollowEachOtherAndHoldTheirValues) {
  std::uint64_t next = 0;
  for (std::size_t b = 0; b < SharedHistogram::kBuckets; ++b) {
    const std::uint64_t highest = SharedHistogram::highest_of(b);
    ASSERT_EQ(SharedHistogram::bucket_of(next), b);
    ASSERT_EQ(SharedHistogram::bucket_of(highest), b);
    ASSERT_LE(static_cast<double>(highest - next), 0.125 * static_cast<double>(next) + 1) << b;
    next = highest + 1;
  }
  EXPECT_EQ(next, 0u) << "the last bucket ends with the last value";
}

TEST(SharedHistogram, PercentilesAreWithinAnEighth) {
  const auto h = std::make_unique<SharedHistogram>();
  EXPECT_EQ(h->percentile(50), 0u);
  std::mt19937_64 random(3);
  std::vector<std::uint64_t> values(10'001);
  for (auto& v : values) h->record(v = random() % (std::uint64_t{1} << (random() % 40)));
  std::sort(values.begin(), values.end());
  for (const double p : {1.0, 50.0, 99.0, 99.9}) {
    const double exact = static_cast<double>(values[static_cast<std::size_t>(10'000 * p / 100)]);
    EXPECT_NEAR(static_cast<double>(h->percentile(p)), exact, exact * 0.15 + 2) << p;
  }
  EXPECT_EQ(h->percentile(100), values.back());
  EXPECT_EQ(h->count(), values.size());
}

TEST(Stats, AreReadByNameAndBeginAgainWithTheProcess) {
  const SegmentFolder folder;
  for (int i = 0; i < 2; ++i) {
    Stats stats(folder / "", "feed", 1'000);
    auto& frames = stats.counter("frames");
    EXPECT_EQ(frames.load(), 0u);
    Stats::add(frames, 7);
    Stats::add(frames);
    stats.histogram("latency").record(5);
    const auto seen = Segment::attach(folder / "feed.stats", StatsLayout::kind());
    ASSERT_TRUE(seen);
    const auto& layout = seen->at<StatsLayout>(0);
    ASSERT_EQ(layout.counters.load(), 1u);
    EXPECT_STREQ(layout.counter_names[0].data(), "frames");
    EXPECT_EQ(layout.values[0].load(), 8u);
    EXPECT_EQ(layout.all_histograms[0].count(), 1u);
  }
}

}  // namespace
}  // namespace twinpath::ipc
