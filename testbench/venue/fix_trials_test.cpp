// FIX participants through random days, ends of either process, and with strangers at the door.
#include <gtest/gtest.h>

#include "testbench/venue/fix_trials.h"

namespace twinpath::venue {
namespace {

TEST(FixTrials, every_report_says_what_was_asked_and_what_was_said_before) {
  if (!session::has_fix()) GTEST_SKIP() << "a build without QuickFIX";
  for (std::uint64_t seed = 11; seed <= 16; ++seed) ASSERT_EQ(FixReportTrial().run(seed), "") << "seed " << seed;
}

TEST(FixTrials, both_sides_agree_when_a_venue_ends_between_its_log_and_what_is_told_of_it) {
  if (!session::has_fix()) GTEST_SKIP() << "a build without QuickFIX";
  for (std::uint64_t seed = 11; seed <= 14; ++seed) ASSERT_EQ(FixRecoveryTrial().run(seed), "") << "seed " << seed;
}

TEST(FixTrials, strangers_are_cut_off_and_orders_go_with_those_who_wish_so) {
  if (!session::has_fix()) GTEST_SKIP() << "a build without QuickFIX";
  EXPECT_EQ(FixDoorTrial().run(), "");
}

}  // namespace
}  // namespace twinpath::venue
