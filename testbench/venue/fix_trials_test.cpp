// FIX participants through random days, ends of either process, and with strangers at the door.
#include <gtest/gtest.h>

#include "testbench/venue/fix_room_trial.h"
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

TEST(FixTrials, who_has_nearly_filled_its_stream_may_cancel_only_and_the_venue_goes_on) {
  if (!session::has_fix()) GTEST_SKIP() << "a build without QuickFIX";
  EXPECT_EQ(FixRoomTrial().run(), "");
}

TEST(FixTrials, strangers_are_cut_off_and_orders_go_with_those_who_wish_so) {
  if (!session::has_fix()) GTEST_SKIP() << "a build without QuickFIX";
  // Locks and logons have times of their own, which pass while this process does not run: then it is tried again.
  std::string wrong;
  for (int tries = 0; tries < 3; ++tries) {
    wrong = FixDoorTrial().run();
    if (wrong.empty()) break;
  }
  EXPECT_EQ(wrong, "");
}

}  // namespace
}  // namespace twinpath::venue
