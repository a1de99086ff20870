#include <gtest/gtest.h>

#include "testbench/session/soup_trials.h"

namespace twinpath::session {
namespace {

TEST(SoupProperty, NothingIsLostOrDoubledWhereverStreamsAreCutAndConnectionsBreak) {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) ASSERT_EQ(try_stream(seed), "");
}

TEST(SoupProperty, EveryMisdeedIsRefusedByName) { EXPECT_EQ(try_refusals(), ""); }

TEST(SoupProperty, AServerThatDoesWhatItMustNotIsLeftByName) { EXPECT_EQ(try_mistakes(), ""); }

}  // namespace
}  // namespace twinpath::session
