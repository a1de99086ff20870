#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "drivers/frame_rooms.h"
#include "drivers/socket.h"
#include "drivers/udp_address.h"
#include "drivers/udp_socket.h"

namespace twinpath::drivers {
namespace {

sockaddr_in socket_address(const net::Endpoint& e) noexcept {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(e.port);
  a.sin_addr.s_addr = htonl(e.address);
  return a;
}

class UdpSender final : public PacketSender {
 public:
  UdpSender(std::string_view address, const UdpAddress& to, const PacketIoOptions& options)
      : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        endpoints_(to.endpoints),
        rooms_(options.max_frame) {
    if (socket_.fd() < 0) fail_call(address, "opening a UDP socket", errno);
    const int ttl = options.time_to_live;
    setsockopt(socket_.fd(), IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl);
    ip_mreqn via{};
    if (!to.interface.empty()) {
      via.imr_ifindex = require_interface(address, to.interface, options.max_frame).index;
      if (setsockopt(socket_.fd(), IPPROTO_IP, IP_MULTICAST_IF, &via, sizeof via) != 0)
        fail_call(address, "sending through interface " + to.interface, errno);
    }
    for (const net::Endpoint& e : endpoints_) {
      addresses_.push_back(socket_address(e));
      require_route(address, e, via);
    }
  }

  std::span<const std::span<std::uint8_t>> claim(std::size_t) override { return rooms_.all(); }

  std::size_t send(std::span<const std::size_t> sizes) override {
    std::size_t done = 0;
    while (done < sizes.size()) {
      // A run of frames that can go out, then the frame that ended the run.
      std::size_t run = 0;
      while (done + run < sizes.size() && prepare(run, rooms_.frame(done + run, sizes[done + run]))) ++run;
      const std::size_t sent = run == 0 ? 0 : transmit(run);
      done += sent;
      if (sent < run) break;
      if (done < sizes.size()) {
        ++counters_.refused;
        ++done;
      }
    }
    rooms_.done(done);
    return done;
  }
  std::size_t max_frame() const noexcept override { return rooms_.max_frame(); }
  SendCounters counters() override { return counters_; }

 private:
  // A missing route is told at opening, not by a counter.
  static void require_route(std::string_view address, const net::Endpoint& to, const ip_mreqn& via) {
    const Socket probe(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (via.imr_ifindex != 0) setsockopt(probe.fd(), IPPROTO_IP, IP_MULTICAST_IF, &via, sizeof via);
    const sockaddr_in a = socket_address(to);
    if (connect(probe.fd(), reinterpret_cast<const sockaddr*>(&a), sizeof a) == 0) return;
    throw PacketIoError(address, "a route to " + to_string(to), "none",
                        "name the interface (@interface) or add a route: ip route add 224.0.0.0/4 dev <interface>");
  }

  bool prepare(std::size_t slot, std::span<const std::uint8_t> frame) noexcept {
    net::UdpFrame parsed;
    if (net::parse_udp(frame, parsed) != net::ParseError::none || parsed.truncated()) return false;
    std::size_t to = 0;
    if (endpoints_.size() > 1) {
      const net::Endpoint wanted{parsed.ip.destination, parsed.udp.destination_port};
      while (to < endpoints_.size() && endpoints_[to] != wanted) ++to;
      if (to == endpoints_.size()) return false;
    }
    iov_[slot] = {const_cast<std::uint8_t*>(parsed.payload.data()), parsed.payload.size()};
    msghdr& m = messages_[slot].msg_hdr;
    m.msg_name = &addresses_[to];
    m.msg_namelen = sizeof addresses_[to];
    m.msg_iov = &iov_[slot];
    m.msg_iovlen = 1;
    frame_bytes_[slot] = frame.size();
    return true;
  }

  // How many of the first `count` prepared messages are done with.
  std::size_t transmit(std::size_t count) noexcept {
    std::size_t done = 0;
    while (done < count) {
      const int n = sendmmsg(socket_.fd(), messages_.data() + done, static_cast<unsigned>(count - done), MSG_DONTWAIT);
      if (n > 0) {
        for (int i = 0; i < n; ++i) counters_.bytes += frame_bytes_[done + static_cast<std::size_t>(i)];
        counters_.frames += static_cast<std::uint64_t>(n);
        done += static_cast<std::size_t>(n);
      } else if (errno == EAGAIN || errno == ENOBUFS) {
        ++counters_.full;
        break;
      } else if (errno != EINTR) {
        ++counters_.errors;
        ++done;
      }
    }
    return done;
  }

  Socket socket_;
  std::vector<net::Endpoint> endpoints_;
  std::vector<sockaddr_in> addresses_;
  FrameRooms rooms_;
  std::array<iovec, kSendRooms> iov_{};
  std::array<mmsghdr, kSendRooms> messages_{};
  std::array<std::size_t, kSendRooms> frame_bytes_{};
  SendCounters counters_;
};

}  // namespace

std::unique_ptr<PacketSender> open_udp_sender(std::string_view address, std::string_view rest,
                                              const PacketIoOptions& options) {
  return std::make_unique<UdpSender>(address, parse_udp_address(address, rest), options);
}

}  // namespace twinpath::drivers
