#include "drivers/udp_address.h"

#include <fmt/format.h>

namespace twinpath::drivers {

UdpAddress parse_udp_address(std::string_view address, std::string_view rest) {
  UdpAddress parsed;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    parsed.interface = rest.substr(at + 1);
    rest = rest.substr(0, at);
  }
  for (;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    const auto endpoint = net::parse_endpoint(part);
    if (!endpoint) {
      throw PacketIoError(address, "an IPv4 address and a UDP port such as 233.54.12.111:26477",
                          fmt::format("'{}'", part), "write udp:group:port[,group:port...][@interface]");
    }
    // 240.0.0.0 and above, and 0.x, are no destination (RFC 1112, RFC 1122).
    if (endpoint->address >> 28 == 15 || endpoint->address >> 24 == 0) {
      throw PacketIoError(address, "a multicast group (224.0.0.0 to 239.255.255.255) or an address of this machine",
                          fmt::format("'{}'", part), "take the group and port of the feed's line");
    }
    parsed.endpoints.push_back(*endpoint);
    if (comma == std::string_view::npos) return parsed;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace twinpath::drivers
