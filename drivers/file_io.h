// `pcap:file` and `itch:file`: a capture (pcap or pcapng, memory mapped) or a BinaryFILE of ITCH, as packet I/O.
#pragma once
#include <memory>
#include <string_view>

#include "host/path/packet_io.h"

namespace twinpath::drivers {

// A frame a call: its reader may build a frame (cooked captures, ITCH) in memory that the next one reuses. Gives frames
// as fast as they are asked for; who wants the session's own pace waits for their times.
std::unique_ptr<PacketReceiver> open_file(std::string_view file, const PacketIoOptions& options);

// Writes a nanosecond pcap, each frame at the time of its sending. std::system_error when the disk is full.
std::unique_ptr<PacketSender> create_pcap(std::string_view file, const PacketIoOptions& options);

}  // namespace twinpath::drivers
