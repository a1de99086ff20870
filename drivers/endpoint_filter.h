// Which frames are for one of the endpoints that were asked for: IPv4, UDP, first fragment, destination address and
// port; with an 802.1Q tag or without. No endpoints: every frame.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "host/wire/bytes.h"
#include "host/wire/net.h"

namespace twinpath::drivers {

class EndpointFilter {
 public:
  explicit EndpointFilter(std::vector<net::Endpoint> endpoints) : endpoints_(std::move(endpoints)) {}

  bool empty() const noexcept { return endpoints_.empty(); }
  bool matches(std::span<const std::uint8_t> frame) const noexcept {
    if (endpoints_.empty()) return true;
    const std::uint8_t* p = frame.data();
    std::size_t ip = net::Ethernet::kSize;
    if (frame.size() < ip) return false;
    if (load_be16(p + 12) == net::kEtherTypeVlan) ip = net::Ethernet::kTaggedSize;
    if (frame.size() < ip + net::Ipv4::kSize || load_be16(p + ip - 2) != net::kEtherTypeIpv4) return false;
    const std::size_t udp = ip + (p[ip] & 15U) * 4;
    if (p[ip + 9] != net::kProtocolUdp || (load_be16(p + ip + 6) & 0x1FFF) != 0 || frame.size() < udp + 4) return false;
    const net::Endpoint to{load_be32(p + ip + 16), load_be16(p + udp + 2)};
    return std::ranges::find(endpoints_, to) != endpoints_.end();
  }

  // The same test in the kernel, in front of an AF_PACKET socket's ring (classic BPF; the kernel has taken the tag
  // off). Throws std::system_error when the kernel refuses it.
  void attach(int packet_socket) const;

 private:
  std::vector<net::Endpoint> endpoints_;
};

}  // namespace twinpath::drivers
