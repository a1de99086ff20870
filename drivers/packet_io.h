// The kinds of packet I/O: pcap:, itch:, udp:, af_packet:, dpdk:.
#pragma once
#include "host/path/packet_io_registry.h"

namespace twinpath {

// `dpdk:` is there in every build; one without DPDK answers it with an error that says so.
void add_packet_io(PacketIoRegistry& registry);

}  // namespace twinpath
