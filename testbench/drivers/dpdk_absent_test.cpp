#include <gmock/gmock.h>

#include "testbench/drivers/network.h"

namespace twinpath::testing {
namespace {

TEST(DpdkAbsent, AnAddressSaysThatTheBuildLacksIt) {
  PacketIoRegistry registry;
  add_packet_io(registry);
  const auto lacks =
      ::testing::AllOf(::testing::HasSubstr("expected a build with DPDK"), ::testing::HasSubstr("-DTP_DPDK=ON"));
  EXPECT_THAT(error_of([&] { registry.open_receiver("dpdk:net_ring0", {}); }), lacks);
  EXPECT_THAT(error_of([&] { registry.open_sender("dpdk:net_ring0", {}); }), lacks);
}

}  // namespace
}  // namespace twinpath::testing
