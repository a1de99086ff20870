// `af_packet:interface[,blocks]`: every frame an interface receives, from a ring the kernel shares (packet(7)).
//
// Receive: without an addition a ring of frames (TPACKET_V2): each is there as soon as the kernel has written it. With
// `,blocks` a ring of blocks (TPACKET_V3): a block is there when it is full or a millisecond old, so more frames a
// second at a delay; for capturing. Frames are read in the ring. The kernel takes an 802.1Q tag off; it is put back, in
// the ring's memory. The interface is set promiscuous unless groups are named: then these are joined (IGMP), and a
// filter in the kernel keeps all else out of the ring. Frames that this machine sends are left out. Stamps: the
// kernel's or the port's, per frame. Needs CAP_NET_RAW.
//
// A sender hands whole frames to the interface, past the kernel's queueing discipline.
#pragma once
#include <memory>
#include <string_view>

#include "host/path/packet_io.h"

namespace twinpath::drivers {

std::unique_ptr<PacketReceiver> open_af_packet_receiver(std::string_view address, std::string_view rest,
                                                        const PacketIoOptions& options);
std::unique_ptr<PacketSender> open_af_packet_sender(std::string_view address, std::string_view rest,
                                                    const PacketIoOptions& options);

}  // namespace twinpath::drivers
