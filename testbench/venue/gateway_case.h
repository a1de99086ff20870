// A test of the gateways with two participants who are logged in.
#pragma once
#include <gtest/gtest.h>

#include "testbench/venue/gateway_fixture.h"

namespace twinpath::gateway {

struct Gateway : ::testing::Test {
  GatewayFixture venue;
  std::unique_ptr<Trader> one, two;

  void begin() {
    venue.begin();
    one = std::make_unique<Trader>(venue, "T1", "PASS");
    two = std::make_unique<Trader>(venue, "t2", "pass");
    run();
  }
  void run() {
    for (int i = 0; i < 3; ++i) {
      venue.pass(1'000'000);
      for (Trader* t : {one.get(), two.get()}) t->run();
    }
  }
  ouch::Rejected rejected(const Bytes& message) {
    EXPECT_TRUE(one->send(message));
    run();
    const auto all = all_of<ouch::Rejected>(one->stream());
    return all.empty() ? ouch::Rejected{} : all.back();
  }
  std::uint64_t ended(session::SoupEnd why) { return venue.ouch().counters().ended(why); }
  ~Gateway() override {
    one.reset();
    two.reset();
  }
};

}  // namespace twinpath::gateway
