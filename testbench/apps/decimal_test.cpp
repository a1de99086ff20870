#include "host/apps/config/decimal.h"

#include <gtest/gtest.h>

#include <cmath>

namespace twinpath {
namespace {

TEST(Decimal, ReadsDollarsExactly) {
  EXPECT_EQ(parse_dollars("187.25"), 1'872'500u);
  EXPECT_EQ(parse_dollars("$1,234.5678"), 12'345'678u);
  EXPECT_EQ(parse_dollars("0.0001"), 1u);
  EXPECT_EQ(parse_dollars("1.23450000"), 12'345u);
  EXPECT_EQ(parse_dollars("1844674407370955.1615"), ~0ull);
  for (const char* bad :
       {"", ".", "1.", ".5", "-1", "1.00001", "1e3", "1 000", "1844674407370955.1616", "0x10", "1,", "$"}) {
    EXPECT_EQ(parse_dollars(bad), std::nullopt) << bad;
  }
}

TEST(Decimal, AcceptsABinaryFractionOnlyWhenItIsThatDecimal) {
  for (std::uint64_t units = 0; units < 2'000'000; units += 7)
    ASSERT_EQ(exact_dollars(static_cast<double>(units) / 10'000), units);
  EXPECT_EQ(exact_dollars(0.29), 2'900u);
  EXPECT_EQ(exact_dollars(429'496.7295), 4'294'967'295u);
  EXPECT_EQ(exact_dollars(0.00015), std::nullopt);
  EXPECT_EQ(exact_dollars(1.0000009), std::nullopt);
  EXPECT_EQ(exact_dollars(-0.01), std::nullopt);
  EXPECT_EQ(exact_dollars(std::nan("")), std::nullopt);
}

TEST(Decimal, WritesDollarsWithTwoOrFourDecimals) {
  EXPECT_EQ(dollars_text(1'872'500), "187.25");
  EXPECT_EQ(dollars_text(1'872'501), "187.2501");
  EXPECT_EQ(dollars_text(5), "0.0005");
}

TEST(Decimal, ReadsATimeOfDay) {
  EXPECT_EQ(parse_time_of_day("09:35:00.000000"), 34'500'000'000'000u);
  EXPECT_EQ(parse_time_of_day("00:00:00.000000001"), 1u);
  EXPECT_EQ(parse_time_of_day("23:59:59"), 86'399'000'000'000u);
  for (const char* bad :
       {"9:35:00", "24:00:00", "09:60:00", "09:35:61", "09:35:00.", "09:35:00.0000000001", "09-35-00"}) {
    EXPECT_EQ(parse_time_of_day(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace twinpath
