#include "drivers/packet_io.h"

#include "drivers/af_packet.h"
#include "drivers/dpdk.h"
#include "drivers/file_io.h"
#include "drivers/udp_socket.h"

namespace twinpath {

void add_packet_io(PacketIoRegistry& registry) {
  const auto read_file = [](std::string_view, std::string_view rest, const PacketIoOptions& options) {
    return drivers::open_file(rest, options);
  };
  registry.add("pcap",
               {"pcap:file", read_file, [](std::string_view, std::string_view rest, const PacketIoOptions& options) {
                  return drivers::create_pcap(rest, options);
                }});
  registry.add("itch", {"itch:file", read_file, {}});
  registry.add("udp",
               {"udp:group:port[,group:port...][@interface]", drivers::open_udp_receiver, drivers::open_udp_sender});
  registry.add("af_packet",
               {"af_packet:interface[,blocks]", drivers::open_af_packet_receiver, drivers::open_af_packet_sender});
  registry.add("dpdk", {"dpdk:device", drivers::open_dpdk_receiver, drivers::open_dpdk_sender});
}

}  // namespace twinpath
