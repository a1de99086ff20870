// OUCH 5.0 in UDP datagrams, as the card sends it (host/SEMANTICS.md section 6): one Enter Order or Cancel Order each.
//
// A port belongs to one participant. What it sends is answered in its SoupBinTCP stream, so nothing is taken while
// nobody is logged in there: fills that nobody hears of would be worse than a frame to be sent again. A datagram that
// is not taken is counted by cause and not answered; sending the very same order again is always safe (ouch_entry.h).
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "host/venue/gateway/ouch_gateway.h"
#include "host/wire/net.h"

namespace twinpath::gateway {

// What became of a datagram: what became of its message, or why that was not looked at.
enum class UdpOutcome : std::uint8_t {
  taken,
  resent,
  conflicting,
  late,
  empty,
  unknown_type,
  bad_length,
  bad_appendage,
  not_an_order,  // a message of another type than Enter Order and Cancel Order
  wrong_source,
  no_session,
  throttled,
};
inline constexpr std::size_t kUdpOutcomes = 12;
std::string_view to_string(UdpOutcome o) noexcept;

struct UdpPort {
  std::uint32_t participant = 0;
  net::Endpoint at{};    // to listen on
  net::Endpoint from{};  // the only sender; address 0: anybody, port 0: from any port
  std::uint32_t messages_a_second = 0;
  std::uint32_t burst = 1;
};

// Of one port, without its socket.
class OuchUdpGateway {
 public:
  OuchUdpGateway(const UdpPort& port, OuchEntry& entry, const OuchGateway& sessions)
      : port_(port), entry_(entry), sessions_(sessions), rate_(port.messages_a_second, port.burst) {}

  UdpOutcome datagram(const net::Endpoint& from, std::span<const std::uint8_t> payload, Nanoseconds now);

  const UdpPort& port() const noexcept { return port_; }
  // By outcome.
  const std::array<std::uint64_t, kUdpOutcomes>& counters() const noexcept { return counters_; }

 private:
  UdpOutcome decide(const net::Endpoint& from, std::span<const std::uint8_t> payload, Nanoseconds now);

  UdpPort port_;
  OuchEntry& entry_;
  const OuchGateway& sessions_;
  MessageRate rate_;
  std::array<std::uint64_t, kUdpOutcomes> counters_{};
};

// One on a UDP socket.
class OuchUdpSocket {
 public:
  // Port 0: any. Throws std::system_error.
  OuchUdpSocket(const UdpPort& port, OuchEntry& entry, const OuchGateway& sessions);
  ~OuchUdpSocket();
  OuchUdpSocket(const OuchUdpSocket&) = delete;
  OuchUdpSocket& operator=(const OuchUdpSocket&) = delete;

  // Takes what has arrived, at most 64 datagrams; never waits. Returns how many there were.
  std::size_t poll(Nanoseconds now);
  int fd() const noexcept { return fd_; }
  std::uint16_t port() const noexcept { return bound_; }
  const OuchUdpGateway& gateway() const noexcept { return gateway_; }

 private:
  OuchUdpGateway gateway_;
  int fd_;
  std::uint16_t bound_ = 0;
};

}  // namespace twinpath::gateway
