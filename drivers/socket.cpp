#include "drivers/socket.h"

#include <fmt/format.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace twinpath::drivers {
namespace {

ifreq request_for(std::string_view name) {
  ifreq r{};
  std::memcpy(static_cast<char*>(r.ifr_name), name.data(), std::min<std::size_t>(name.size(), IFNAMSIZ - 1));
  return r;
}

std::string interface_names() {
  std::string names;
  if (struct if_nameindex* all = if_nameindex()) {
    for (const struct if_nameindex* i = all; i->if_index != 0; ++i)
      names.append(names.empty() ? "" : ", ").append(i->if_name);
    if_freenameindex(all);
  }
  return names;
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

NetworkInterface require_interface(std::string_view address, std::string_view name, std::size_t max_frame) {
  const Socket s(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq r = request_for(name);
  if (name.empty() || name.size() >= IFNAMSIZ || ioctl(s.fd(), SIOCGIFINDEX, &r) != 0) {
    throw PacketIoError(address, "a network interface", fmt::format("none called '{}'", name),
                        "this machine has " + interface_names());
  }
  NetworkInterface i;
  i.name = name;
  i.index = r.ifr_ifindex;
  if (ioctl(s.fd(), SIOCGIFFLAGS, &r) == 0) i.up = (r.ifr_flags & IFF_UP) != 0;
  if (ioctl(s.fd(), SIOCGIFMTU, &r) == 0) i.mtu = static_cast<std::size_t>(r.ifr_mtu);
  if (ioctl(s.fd(), SIOCGIFHWADDR, &r) == 0) std::memcpy(i.mac.data(), r.ifr_hwaddr.sa_data, i.mac.size());
  if (!i.up) {
    throw PacketIoError(address, fmt::format("interface {} to be up", name), "it down",
                        fmt::format("ip link set dev {} up", name));
  }
  const std::size_t needed = max_frame - std::min(max_frame, net::Ethernet::kTaggedSize);
  if (i.mtu < needed) {
    throw PacketIoError(address, fmt::format("an MTU of at least {} for frames of {} bytes", needed, max_frame),
                        std::to_string(i.mtu),
                        fmt::format("ip link set dev {} mtu {}, or a smaller largest frame", name, needed));
  }
  return i;
}

void require_hardware_stamps(std::string_view address, const NetworkInterface& interface, int fd) {
  ethtool_ts_info info{};
  info.cmd = ETHTOOL_GET_TS_INFO;
  ifreq r = request_for(interface.name);
  r.ifr_data = reinterpret_cast<char*>(&info);
  constexpr unsigned kNeeded = SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
  if (ioctl(fd, SIOCETHTOOL, &r) != 0 || (info.so_timestamping & kNeeded) != kNeeded ||
      (info.rx_filters & 1U << HWTSTAMP_FILTER_ALL) == 0) {
    throw PacketIoError(address, "hardware receive stamps of every frame",
                        fmt::format("interface {} without them", interface.name),
                        "leave them out and the kernel stamps; see ethtool -T");
  }
  hwtstamp_config config{};
  config.tx_type = HWTSTAMP_TX_OFF;
  config.rx_filter = HWTSTAMP_FILTER_ALL;
  r.ifr_data = reinterpret_cast<char*>(&config);
  if (ioctl(fd, SIOCSHWTSTAMP, &r) != 0) fail_call(address, "switching on hardware receive stamps", errno);
}

void join_group(std::string_view address, int fd, std::uint32_t group, int interface_index) {
  ip_mreqn membership{};
  membership.imr_multiaddr.s_addr = htonl(group);
  membership.imr_ifindex = interface_index;
  if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) == 0) return;
  const int error = errno;
  const std::string name = to_string({group, 0});
  if (error == ENODEV) {
    throw PacketIoError(address, "a route that says which interface joins " + name, "none",
                        "name the interface, or: ip route add 224.0.0.0/4 dev <interface>");
  }
  if (error == ENOBUFS) {
    throw PacketIoError(address, "one more multicast membership for " + name, "the limit reached",
                        "sysctl net.ipv4.igmp_max_memberships=256");
  }
  fail_call(address, "joining " + name, error);
}

std::size_t grow_receive_buffer(int fd, std::size_t bytes) {
  const int wanted = static_cast<int>(std::min<std::size_t>(bytes, 1U << 30U));
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
  int given = 0;
  socklen_t size = sizeof given;
  getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &given, &size);
  return static_cast<std::size_t>(given) / 2;  // the kernel doubles it for its own bookkeeping
}

void fail_call(std::string_view address, std::string_view call, int error) {
  if (error == EPERM || error == EACCES) {
    throw PacketIoError(address, fmt::format("the right to do this ({})", call), std::system_category().message(error),
                        "run as root, or give the program the right: setcap cap_net_raw,cap_net_admin+ep <program>");
  }
  throw PacketIoError(address, fmt::format("{} to succeed", call), std::system_category().message(error),
                      "twinpath doctor checks the machine");
}

std::string to_string(const net::Endpoint& e) {
  const std::uint32_t a = e.address;
  std::string text = fmt::format("{}.{}.{}.{}", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
  if (e.port != 0) text += fmt::format(":{}", e.port);
  return text;
}

}  // namespace twinpath::drivers
