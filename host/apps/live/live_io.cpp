#include "host/apps/live/live_io.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "host/order/order_frame.h"

namespace twinpath {

std::vector<std::unique_ptr<PacketReceiver>> open_inputs(const PacketIoRegistry& io, const PacketIoOptions& options,
                                                         const std::vector<std::string>& from, const FeedConfig& feed) {
  std::vector<net::Endpoint> lines{{feed.line_a.address, feed.line_a.port}};
  if (feed.line_b.port != 0) lines.push_back({feed.line_b.address, feed.line_b.port});
  const bool groups = std::ranges::all_of(lines, [](const net::Endpoint& e) { return net::is_multicast(e.address); });
  std::vector<std::unique_ptr<PacketReceiver>> receivers;
  for (const std::string& address : from) {
    PacketIoOptions own = options;
    const bool whole = address.starts_with("af_packet:") || address.starts_with("dpdk:");
    if (own.groups.empty() && groups && whole) own.groups = lines;
    receivers.push_back(io.open_receiver(address, own));
  }
  return receivers;
}

std::unique_ptr<PacketSender> open_orders(const PacketIoRegistry& io, const PacketIoOptions& options,
                                          const std::string& to) {
  auto sender = io.open_sender(to, options);
  if (sender->max_frame() < kEnterFrameBytes)
    throw std::runtime_error(fmt::format("{}: expected room for order frames of {} bytes, found {}; raise --max-frame",
                                         to, kEnterFrameBytes, sender->max_frame()));
  return sender;
}

}  // namespace twinpath
