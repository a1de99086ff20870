#include "host/venue/gateway/ouch_udp_gateway.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

namespace twinpath::gateway {
namespace {

constexpr std::size_t kDatagramsAPoll = 64;
// Longer than any Enter Order that makes sense.
constexpr std::size_t kMostBytes = 512;

}  // namespace

std::string_view to_string(UdpOutcome o) noexcept {
  constexpr std::array<std::string_view, kUdpOutcomes> kNames{
      "taken",      "resent",        "conflicting",  "late",         "empty",      "unknown type",
      "bad length", "bad appendage", "not an order", "wrong source", "no session", "throttled"};
  return kNames[static_cast<std::size_t>(o)];
}

UdpOutcome OuchUdpGateway::datagram(const net::Endpoint& from, std::span<const std::uint8_t> payload, Nanoseconds now) {
  const UdpOutcome o = decide(from, payload, now);
  ++counters_[static_cast<std::size_t>(o)];
  return o;
}

UdpOutcome OuchUdpGateway::decide(const net::Endpoint& from, std::span<const std::uint8_t> payload, Nanoseconds now) {
  if (port_.from.address != 0 && from.address != port_.from.address) return UdpOutcome::wrong_source;
  if (port_.from.port != 0 && from.port != port_.from.port) return UdpOutcome::wrong_source;
  if (!rate_.take(now)) return UdpOutcome::throttled;
  if (!sessions_.connected(port_.participant)) return UdpOutcome::no_session;
  if (payload.empty()) return UdpOutcome::empty;
  if (payload[0] != ouch::EnterOrder::kType && payload[0] != ouch::CancelOrder::kType) return UdpOutcome::not_an_order;
  // The first outcomes are those of messages.
  static_assert(static_cast<std::size_t>(UdpOutcome::bad_appendage) ==
                static_cast<std::size_t>(EntryOutcome::bad_appendage));
  return static_cast<UdpOutcome>(entry_.take(port_.participant, payload, market::Gateway::ouch_udp));
}

OuchUdpSocket::OuchUdpSocket(const UdpPort& port, OuchEntry& entry, const OuchGateway& sessions)
    : gateway_(port, entry, sessions), fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  const auto fail = [&](const char* what) {
    const int error = errno;
    if (fd_ >= 0) close(fd_);
    throw std::system_error(error, std::generic_category(),
                            "UDP order entry, port " + std::to_string(port.at.port) + ": " + what);
  };
  if (fd_ < 0) fail("no socket");
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(port.at.port);
  a.sin_addr.s_addr = htonl(port.at.address);
  if (bind(fd_, reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0) fail("cannot be bound");
  socklen_t size = sizeof a;
  if (getsockname(fd_, reinterpret_cast<sockaddr*>(&a), &size) != 0) fail("has no name");
  bound_ = ntohs(a.sin_port);
}

OuchUdpSocket::~OuchUdpSocket() { close(fd_); }

std::size_t OuchUdpSocket::poll(Nanoseconds now) {
  std::size_t count = 0;
  for (; count < kDatagramsAPoll; ++count) {
    std::uint8_t bytes[kMostBytes];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t n = recvfrom(fd_, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    gateway_.datagram({ntohl(from.sin_addr.s_addr), ntohs(from.sin_port)}, {bytes, static_cast<std::size_t>(n)}, now);
  }
  return count;
}

}  // namespace twinpath::gateway
