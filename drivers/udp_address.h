// What stands behind `udp:`.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "host/path/packet_io.h"

namespace twinpath::drivers {

struct UdpAddress {
  std::vector<net::Endpoint> endpoints;  // at least one
  std::string interface;                 // empty: the route decides
};

// PacketIoError names the part that is no endpoint, or no group or address that a socket can have.
UdpAddress parse_udp_address(std::string_view address, std::string_view rest);

}  // namespace twinpath::drivers
