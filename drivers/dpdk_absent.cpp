// Stands where dpdk.cpp does in a build without DPDK.
#include "drivers/dpdk.h"

namespace twinpath::drivers {
namespace {

[[noreturn]] void fail(std::string_view address) {
  throw PacketIoError(address, "a build with DPDK", "one without",
                      "install libdpdk-dev and configure with -DTP_DPDK=ON, or use af_packet: or udp:");
}

}  // namespace

std::unique_ptr<PacketReceiver> open_dpdk_receiver(std::string_view address, std::string_view, const PacketIoOptions&) {
  fail(address);
}

std::unique_ptr<PacketSender> open_dpdk_sender(std::string_view address, std::string_view, const PacketIoOptions&) {
  fail(address);
}

}  // namespace twinpath::drivers
