// `dpdk:device`: a port under DPDK (22.11), e.g. "dpdk:0000:3b:00.0" or a virtual device with its arguments,
// "dpdk:net_af_packet0,iface=eth1".
//
// Receive: bursts from one queue of the port; a frame's bytes lie in the packet buffer (mbuf) that the port wrote,
// which is given back at the next call. Groups, where named, are steered to the queues by flow rules (group i to queue
// i mod queues) and nothing else comes; a port without flow rules spreads UDP over its queues by RSS where it has that,
// and the driver leaves out what is addressed to others. Stamps: the host's clock, once a burst. Tags stay in the
// frame.
//
// Send: rooms are packet buffers, written in place. A receiver and a sender of the same device share the port. The
// drop counters are the port's, of all its queues.
//
// EAL is started with the first port: in memory with huge pages where there are any, otherwise without, which serves
// virtual devices only. It leaves the calling thread on the processors it may run on.
#pragma once
#include <memory>
#include <string_view>

#include "host/path/packet_io.h"

namespace twinpath::drivers {

std::unique_ptr<PacketReceiver> open_dpdk_receiver(std::string_view address, std::string_view rest,
                                                   const PacketIoOptions& options);
std::unique_ptr<PacketSender> open_dpdk_sender(std::string_view address, std::string_view rest,
                                               const PacketIoOptions& options);

}  // namespace twinpath::drivers
