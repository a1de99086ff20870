// Opens what a live run receives from and sends to.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "host/core/config.h"
#include "host/path/packet_io_registry.h"

namespace twinpath {

// An interface or a port receives the feed's lines; sockets name theirs, files are taken whole. Throws PacketIoError.
std::vector<std::unique_ptr<PacketReceiver>> open_inputs(const PacketIoRegistry& io, const PacketIoOptions& options,
                                                         const std::vector<std::string>& from, const FeedConfig& feed);
// Throws PacketIoError, and std::runtime_error when an order frame does not fit.
std::unique_ptr<PacketSender> open_orders(const PacketIoRegistry& io, const PacketIoOptions& options,
                                          const std::string& to);

}  // namespace twinpath
