// `udp:address:port[,address:port...][@interface]`: kernel UDP sockets, one an endpoint; groups are joined (IGMP).
//
// A socket delivers payloads only. The headers in front of them are rebuilt from what the socket knows: source and
// destination address and port, lengths, the IPv4 checksum, the group's Ethernet address. What it does not know is
// fixed: source Ethernet address 0, no 802.1Q tag, identification 0, time to live 1, no UDP checksum. Frames that the
// kernel finds damaged never arrive. Stamps: the kernel's (SO_TIMESTAMPING, software) or the port's, per datagram.
//
// A sender strips the headers and sends the payload: to its only endpoint, or, when it has several, to the one among
// them that the frame's own headers name.
#pragma once
#include <memory>
#include <string_view>

#include "host/path/packet_io.h"

namespace twinpath::drivers {

std::unique_ptr<PacketReceiver> open_udp_receiver(std::string_view address, std::string_view rest,
                                                  const PacketIoOptions& options);
std::unique_ptr<PacketSender> open_udp_sender(std::string_view address, std::string_view rest,
                                              const PacketIoOptions& options);

}  // namespace twinpath::drivers
