// The percentile format: its lines parse, rise, and say what sorted values say.
#include "host/core/hgrm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <sstream>
#include <vector>

namespace twinpath {
namespace {

struct Line {
  double value, share;
  std::uint64_t up_to;
  double rest;  // 1 / (1 - share); 0 in the last line, which has none
};

struct Parsed {
  std::vector<Line> lines;
  double mean = -1, deviation = -1, max = -1;
  unsigned long long count = 0;
};

Parsed parse(const std::string& text) {
  Parsed p;
  std::istringstream in(text);
  std::string line;
  EXPECT_TRUE(std::getline(in, line));
  EXPECT_EQ(line, "       Value     Percentile TotalCount 1/(1-Percentile)");
  EXPECT_TRUE(std::getline(in, line) && line.empty()) << line;
  while (std::getline(in, line)) {
    if (line.starts_with("#[Mean")) {
      EXPECT_EQ(std::sscanf(line.c_str(), "#[Mean = %lf, StdDeviation = %lf]", &p.mean, &p.deviation), 2) << line;
    } else if (line.starts_with("#[Max")) {
      EXPECT_EQ(std::sscanf(line.c_str(), "#[Max = %lf, Total count = %llu]", &p.max, &p.count), 2) << line;
    } else if (line.starts_with("#[Buckets")) {
      unsigned buckets = 0, sub = 0;
      EXPECT_EQ(std::sscanf(line.c_str(), "#[Buckets = %u, SubBuckets = %u]", &buckets, &sub), 2) << line;
    } else {
      Line l{};
      unsigned long long up_to = 0;
      EXPECT_GE(std::sscanf(line.c_str(), "%lf %lf %llu %lf", &l.value, &l.share, &up_to, &l.rest), 3) << line;
      l.up_to = up_to;
      p.lines.push_back(l);
    }
  }
  return p;
}

TEST(Hgrm, SaysWhatAThousandKnownValuesSay) {
  Histogram h;
  for (std::uint64_t v = 1; v <= 1000; ++v) h.record(v);
  const Parsed p = parse(hgrm_text(h, 1));
  EXPECT_DOUBLE_EQ(p.mean, 500.5);
  EXPECT_NEAR(p.deviation, std::sqrt((1000.0 * 1000.0 - 1) / 12), 0.001);
  EXPECT_EQ(p.max, 1000);
  EXPECT_EQ(p.count, 1000u);
  ASSERT_GT(p.lines.size(), 10u);
  EXPECT_EQ(p.lines.front().share, 0);
  EXPECT_EQ(p.lines.front().value, 1);
  // Half of them at five steps of a tenth.
  EXPECT_DOUBLE_EQ(p.lines[5].share, 0.5);
  EXPECT_EQ(p.lines[5].value, 500);
  EXPECT_EQ(p.lines[5].up_to, 500u);
  EXPECT_DOUBLE_EQ(p.lines[10].share, 0.75);
  EXPECT_EQ(p.lines[10].value, 750);
  EXPECT_EQ(p.lines.back().share, 1);
  EXPECT_EQ(p.lines.back().value, 1000);
  EXPECT_EQ(p.lines.back().up_to, 1000u);
}

TEST(Hgrm, RisesAndAgreesWithSortedValues) {
  std::mt19937_64 random(3);
  Histogram h;
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 30'000; ++i) values.push_back(random() >> (24 + random() % 40));
  for (const std::uint64_t v : values) h.record(v);
  std::ranges::sort(values);
  const Parsed p = parse(hgrm_text(h, 1000));
  double share = -1, value = -1;
  for (const Line& l : p.lines) {
    EXPECT_GT(l.share, share);
    EXPECT_GE(l.value, value);
    share = l.share, value = l.value;
    if (l.share == 1) continue;
    EXPECT_NEAR(l.rest * (1 - l.share), 1, 0.01);
    const auto rank = static_cast<std::size_t>(std::ceil(l.share * 30'000 - 1e-6));
    const double expected = static_cast<double>(values[rank == 0 ? 0 : rank - 1]) / 1000;
    EXPECT_GE(l.value, expected - 0.001) << l.share;
    EXPECT_LE(l.value, expected * 1.001 + 0.002) << l.share;
    EXPECT_GE(l.up_to, rank);
  }
  EXPECT_EQ(share, 1);
  EXPECT_EQ(p.count, 30'000u);
}

TEST(Hgrm, OfValuesThatAreAllTheSameOrNone) {
  Histogram h;
  EXPECT_TRUE(parse(hgrm_text(h, 1)).lines.empty());
  h.record(7, 100);
  const Parsed p = parse(hgrm_text(h, 1));
  ASSERT_EQ(p.lines.size(), 1u);
  EXPECT_EQ(p.lines[0].value, 7);
  EXPECT_EQ(p.lines[0].up_to, 100u);
  EXPECT_EQ(p.deviation, 0);
}

TEST(Hgrm, KeepsAValueBeyondTheLastBucket) {
  Histogram h;
  h.record(5, 99);
  h.record(std::uint64_t{1} << 45);
  const Parsed p = parse(hgrm_text(h, 1));
  EXPECT_EQ(p.lines.back().value, static_cast<double>(std::uint64_t{1} << 45));
}

TEST(Hgrm, IsReadAsItWasWritten) {
  std::mt19937_64 random(3);
  Histogram h;
  for (int i = 0; i < 5'000; ++i) h.record(100 + random() % 900);
  const auto lines = read_hgrm(hgrm_text(h, 1000));
  ASSERT_GT(lines.size(), 20u);
  for (const HgrmLine& l : lines) {
    const auto expected = static_cast<double>(h.percentile(100 * l.share)) / 1000;
    if (l.share > 0) {
      EXPECT_NEAR(l.value, expected, 0.0005) << l.share;
    }
  }
  EXPECT_EQ(lines.back().share, 1);
}

TEST(Hgrm, ThatIsNoneIsRefusedWithItsLine) {
  const auto why = [](const std::string& text) {
    try {
      read_hgrm(text);
    } catch (const std::invalid_argument& e) {
      return std::string(e.what());
    }
    return std::string("nothing");
  };
  const std::string head = "Value Percentile TotalCount 1/(1-Percentile)\n\n0.100 0.0 1 1.0\n";
  EXPECT_EQ(why(head + "0.200 1.0 2\n"), "nothing");
  EXPECT_THAT(why(head + "spam\n"), testing::HasSubstr("line 4: expected a value"));
  EXPECT_THAT(why(head + "0.050 1.0 2\n"), testing::HasSubstr("line 4"));
  EXPECT_THAT(why(head + "0.300 0.5 2 2\n0.400 0.4 2\n"), testing::HasSubstr("line 5"));
  EXPECT_THAT(why(head + "nan 1.0 2\n"), testing::HasSubstr("line 4"));
  EXPECT_THAT(why(head), testing::HasSubstr("is the file whole"));
}

}  // namespace
}  // namespace twinpath
