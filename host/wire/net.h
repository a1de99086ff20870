// Ethernet II with an optional 802.1Q tag, IPv4 without options, UDP: headers, checksums, and whole UDP frames.
//
// Addresses, ports and lengths are in host byte order; lengths are bytes. Frames carry no FCS. Implements IEEE 802.3
// and 802.1Q framing, RFC 791, RFC 768 and RFC 1071 (checksum). Nothing here allocates or throws.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "host/wire/bytes.h"

namespace twinpath::net {

using MacAddress = std::array<std::uint8_t, 6>;

inline constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherTypeIpv6 = 0x86DD;
inline constexpr std::uint16_t kEtherTypeVlan = 0x8100;
inline constexpr std::uint8_t kProtocolUdp = 17;

/// Ethernet II header, 14 bytes, or 18 with an 802.1Q tag.
struct Ethernet {
  static constexpr std::size_t kSize = 14;
  static constexpr std::size_t kTaggedSize = 18;

  MacAddress destination{};
  MacAddress source{};
  std::optional<std::uint16_t> vlan;  // tag control information: priority 15:13, DEI 12, VLAN 11:0
  std::uint16_t ethertype = kEtherTypeIpv4;

  [[nodiscard]] std::size_t size() const noexcept { return vlan ? kTaggedSize : kSize; }

  /// Stores size() bytes.
  void write(std::uint8_t* p) const noexcept {
    std::memcpy(p, destination.data(), 6);
    std::memcpy(p + 6, source.data(), 6);
    p += 12;
    if (vlan) {
      store_be16(p, kEtherTypeVlan);
      store_be16(p + 2, *vlan);
      p += 4;
    }
    store_be16(p, ethertype);
  }

  /// False when the bytes end within the header.
  bool read(std::span<const std::uint8_t> bytes) noexcept {
    if (bytes.size() < kSize) return false;
    const std::uint8_t* p = bytes.data();
    std::memcpy(destination.data(), p, 6);
    std::memcpy(source.data(), p + 6, 6);
    vlan.reset();
    ethertype = load_be16(p + 12);
    if (ethertype != kEtherTypeVlan) return true;
    if (bytes.size() < kTaggedSize) return false;
    vlan = load_be16(p + 14);
    ethertype = load_be16(p + 16);
    return true;
  }
};

/// RFC 1071 sum over `size` bytes, not yet folded or complemented; `sum` continues an earlier one.
inline std::uint64_t checksum_add(const std::uint8_t* p, std::size_t size, std::uint64_t sum = 0) noexcept {
  for (; size >= 2; size -= 2, p += 2) sum += load_be16(p);
  return size != 0 ? sum + (static_cast<std::uint64_t>(*p) << 8) : sum;
}

inline std::uint16_t checksum_finish(std::uint64_t sum) noexcept {
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

/// IPv4 header, 20 bytes: read() takes what is there, the caller judges it.
struct Ipv4 {
  static constexpr std::size_t kSize = 20;
  static constexpr std::uint16_t kDontFragment = 0x4000;
  static constexpr std::uint16_t kMoreFragments = 0x2000;

  std::uint8_t version_length = 0x45;  // version 4, header of 5 words
  std::uint8_t service = 0;            // DSCP and ECN
  std::uint16_t total_length = kSize;
  std::uint16_t identification = 0;
  std::uint16_t flags_offset = kDontFragment;  // flags 15:13, fragment offset 12:0 in units of 8 bytes
  std::uint8_t time_to_live = 64;
  std::uint8_t protocol = kProtocolUdp;
  std::uint16_t checksum = 0;
  std::uint32_t source = 0;
  std::uint32_t destination = 0;

  static Ipv4 read(const std::uint8_t* p) noexcept {
    Ipv4 h;
    h.version_length = p[0];
    h.service = p[1];
    h.total_length = load_be16(p + 2);
    h.identification = load_be16(p + 4);
    h.flags_offset = load_be16(p + 6);
    h.time_to_live = p[8];
    h.protocol = p[9];
    h.checksum = load_be16(p + 10);
    h.source = load_be32(p + 12);
    h.destination = load_be32(p + 16);
    return h;
  }

  /// Stores the header as it is, `checksum` included.
  void write(std::uint8_t* p) const noexcept {
    p[0] = version_length;
    p[1] = service;
    store_be16(p + 2, total_length);
    store_be16(p + 4, identification);
    store_be16(p + 6, flags_offset);
    p[8] = time_to_live;
    p[9] = protocol;
    store_be16(p + 10, checksum);
    store_be32(p + 12, source);
    store_be32(p + 16, destination);
  }
};

/// The checksum that belongs into the 20-byte header at `p`; the bytes of its checksum field do not matter.
inline std::uint16_t ipv4_checksum(const std::uint8_t* p) noexcept {
  return checksum_finish(checksum_add(p, 10) + checksum_add(p + 12, 8));
}

/// Whether the checksum in the 20-byte header at `p` is right.
inline bool ipv4_checksum_ok(const std::uint8_t* p) noexcept {
  return checksum_finish(checksum_add(p, Ipv4::kSize)) == 0;
}

/// UDP header, 8 bytes; `length` counts header and payload.
struct Udp {
  static constexpr std::size_t kSize = 8;

  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint16_t length = kSize;
  std::uint16_t checksum = 0;  // 0: none, legal over IPv4

  static Udp read(const std::uint8_t* p) noexcept {
    return {load_be16(p), load_be16(p + 2), load_be16(p + 4), load_be16(p + 6)};
  }
  void write(std::uint8_t* p) const noexcept {
    store_be16(p, source_port);
    store_be16(p + 2, destination_port);
    store_be16(p + 4, length);
    store_be16(p + 6, checksum);
  }
};

/// UDP checksum over pseudo header, header and payload (RFC 768); the bytes of the checksum field count as they are, so
/// they must be 0. Never 0 itself.
inline std::uint16_t udp_checksum(std::uint32_t source, std::uint32_t destination,
                                  std::span<const std::uint8_t> datagram) noexcept {
  std::uint64_t sum = (source >> 16) + (source & 0xFFFF) + (destination >> 16) + (destination & 0xFFFF);
  sum += kProtocolUdp + datagram.size();
  const std::uint16_t c = checksum_finish(checksum_add(datagram.data(), datagram.size(), sum));
  return c == 0 ? 0xFFFF : c;
}

/// A UDP line: what all of its frames have in common.
struct UdpLine {
  MacAddress destination_mac{};
  MacAddress source_mac{};
  std::optional<std::uint16_t> vlan;
  std::uint32_t source_ip = 0;
  std::uint32_t destination_ip = 0;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint8_t time_to_live = 16;

  /// Bytes in front of the UDP payload: 42, or 46 with a tag.
  [[nodiscard]] std::size_t header_size() const noexcept {
    return (vlan ? Ethernet::kTaggedSize : Ethernet::kSize) + Ipv4::kSize + Udp::kSize;
  }
};

inline constexpr std::size_t kMaxUdpHeaderSize = Ethernet::kTaggedSize + Ipv4::kSize + Udp::kSize;
inline constexpr std::size_t kMaxUdpPayload = 0xFFFF - Ipv4::kSize - Udp::kSize;

/// Stores the line's header_size() bytes of headers for `payload_size` (at most kMaxUdpPayload) bytes of payload, with
/// lengths and the IPv4 checksum right and without a UDP checksum. Returns header_size().
inline std::size_t write_udp_headers(const UdpLine& line, std::size_t payload_size, std::uint16_t identification,
                                     std::uint8_t* p) noexcept {
  const Ethernet ethernet{line.destination_mac, line.source_mac, line.vlan, kEtherTypeIpv4};
  ethernet.write(p);
  std::uint8_t* ip_bytes = p + ethernet.size();
  Ipv4 ip;
  ip.total_length = static_cast<std::uint16_t>(Ipv4::kSize + Udp::kSize + payload_size);
  ip.identification = identification;
  ip.time_to_live = line.time_to_live;
  ip.source = line.source_ip;
  ip.destination = line.destination_ip;
  ip.write(ip_bytes);
  store_be16(ip_bytes + 10, ipv4_checksum(ip_bytes));
  const Udp udp{line.source_port, line.destination_port, static_cast<std::uint16_t>(Udp::kSize + payload_size), 0};
  udp.write(ip_bytes + Ipv4::kSize);
  return line.header_size();
}

enum class ParseError : std::uint8_t {
  none,
  too_short,
  not_ipv4,
  ip_options,
  fragment,
  ip_checksum,
  not_udp,
  bad_length
};

constexpr std::string_view to_string(ParseError e) noexcept {
  switch (e) {
    case ParseError::none:
      return "none";
    case ParseError::too_short:
      return "frame ends within its headers";
    case ParseError::not_ipv4:
      return "not IPv4";
    case ParseError::ip_options:
      return "IPv4 header is not 5 words long";
    case ParseError::fragment:
      return "IPv4 fragment";
    case ParseError::ip_checksum:
      return "IPv4 header checksum is wrong";
    case ParseError::not_udp:
      return "not UDP";
    case ParseError::bad_length:
      return "IPv4 and UDP lengths disagree";
  }
  return "?";
}

/// A parsed UDP frame. `payload` is what is there of the declared `udp.length - 8` bytes; padding is cut off.
struct UdpFrame {
  Ethernet ethernet;
  Ipv4 ip;
  Udp udp;
  std::span<const std::uint8_t> payload;

  [[nodiscard]] bool truncated() const noexcept { return payload.size() + Udp::kSize < udp.length; }
};

/// Takes a frame apart, judging it in the order of SEM 2.1 without the checks that need a configuration. `out` is
/// filled as far as the parse came.
inline ParseError parse_udp(std::span<const std::uint8_t> frame, UdpFrame& out) noexcept {
  if (!out.ethernet.read(frame)) return ParseError::too_short;
  if (out.ethernet.ethertype != kEtherTypeIpv4) return ParseError::not_ipv4;
  const std::span<const std::uint8_t> ip = frame.subspan(out.ethernet.size());
  if (ip.empty()) return ParseError::too_short;
  if (ip[0] >> 4 != 4) return ParseError::not_ipv4;
  if ((ip[0] & 15) != 5) return ParseError::ip_options;
  if (ip.size() < 8) return ParseError::too_short;
  if ((load_be16(ip.data() + 6) & 0x3FFF) != 0) return ParseError::fragment;
  if (ip.size() < Ipv4::kSize) return ParseError::too_short;
  out.ip = Ipv4::read(ip.data());
  if (!ipv4_checksum_ok(ip.data())) return ParseError::ip_checksum;
  if (out.ip.protocol != kProtocolUdp) return ParseError::not_udp;
  const std::span<const std::uint8_t> udp = ip.subspan(Ipv4::kSize);
  if (udp.size() < Udp::kSize) return ParseError::too_short;
  out.udp = Udp::read(udp.data());
  if (out.udp.length < Udp::kSize || out.ip.total_length != out.udp.length + Ipv4::kSize) return ParseError::bad_length;
  const std::size_t declared = out.udp.length - Udp::kSize;
  const std::span<const std::uint8_t> rest = udp.subspan(Udp::kSize);
  out.payload = rest.first(declared < rest.size() ? declared : rest.size());
  return ParseError::none;
}

/// "233.54.12.111" as a number; empty when it is not four decimal bytes.
inline std::optional<std::uint32_t> parse_ipv4_address(std::string_view s) noexcept {
  std::uint32_t address = 0;
  const char* p = s.data();
  const char* const end = p + s.size();
  for (int i = 0; i < 4; ++i) {
    if (i > 0 && (p == end || *p++ != '.')) return std::nullopt;
    unsigned byte = 0;
    const auto [next, error] = std::from_chars(p, end, byte);
    if (error != std::errc{} || byte > 255 || next - p > 3) return std::nullopt;
    address = address << 8 | byte;
    p = next;
  }
  if (p != end) return std::nullopt;
  return address;
}

/// An IPv4 address and a UDP port, host byte order.
struct Endpoint {
  std::uint32_t address = 0;
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

/// "233.54.12.111:26477"; empty when it is not four decimal bytes, a colon and a port from 1 to 65,535.
inline std::optional<Endpoint> parse_endpoint(std::string_view s) noexcept {
  const std::size_t colon = s.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto address = parse_ipv4_address(s.substr(0, colon));
  std::uint16_t port = 0;
  const char* const end = s.data() + s.size();
  const auto [next, error] = std::from_chars(s.data() + colon + 1, end, port);
  if (!address || error != std::errc{} || next != end || port == 0) return std::nullopt;
  return Endpoint{*address, port};
}

/// 224.0.0.0 to 239.255.255.255 (RFC 5771).
constexpr bool is_multicast(std::uint32_t address) noexcept { return address >> 28 == 14; }

/// "01:00:5e:36:0c:6f" as bytes; empty when it is not six two-digit hexadecimal bytes.
inline std::optional<MacAddress> parse_mac_address(std::string_view s) noexcept {
  MacAddress mac{};
  if (s.size() != 17) return std::nullopt;
  for (std::size_t i = 0; i < 6; ++i) {
    const char* p = s.data() + 3 * i;
    if (i < 5 && p[2] != ':') return std::nullopt;
    const auto [next, error] = std::from_chars(p, p + 2, mac[i], 16);
    if (error != std::errc{} || next != p + 2) return std::nullopt;
  }
  return mac;
}

/// The Ethernet address of an IPv4 multicast group (RFC 1112, 6.4).
constexpr MacAddress multicast_mac(std::uint32_t group) noexcept {
  return {0x01,
          0x00,
          0x5E,
          static_cast<std::uint8_t>(group >> 16 & 0x7F),
          static_cast<std::uint8_t>(group >> 8),
          static_cast<std::uint8_t>(group)};
}

}  // namespace twinpath::net
