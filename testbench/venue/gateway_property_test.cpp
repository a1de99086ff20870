// Whatever breaks: every order has one answer, every stream is whole, and both sides' positions agree.
#include <gtest/gtest.h>

#include "testbench/venue/gateway_trials.h"

namespace twinpath::gateway {
namespace {

TEST(GatewayProperty, who_tries_passwords_is_locked_out_and_nobody_else_is) { EXPECT_EQ(try_passwords(), ""); }

TEST(GatewayProperty, nothing_is_lost_or_doubled_when_wires_break_and_the_venue_is_killed) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) ASSERT_EQ(try_gateways(seed), "");
}

}  // namespace
}  // namespace twinpath::gateway
