#include <gtest/gtest.h>

#include "testbench/session/ouch_trials.h"

namespace twinpath::session {
namespace {

TEST(OuchProperty, BothSidesSayTheSameWhateverBreaksAndWhoeverIsKilled) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) ASSERT_EQ(try_orders(seed), "");
}

}  // namespace
}  // namespace twinpath::session
