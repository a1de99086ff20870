// SoupBinTCP 3.00/4.00 packets: framing over a byte stream, and the login payloads.
//
// A packet is a 2-byte big-endian length, a type byte and a payload; the length counts type and payload. Numbers in
// logins are ASCII, right justified, padded with spaces on the left. Nothing here allocates or throws.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "host/wire/bytes.h"
#include "host/wire/fields.h"

namespace twinpath::soup {

enum class PacketType : std::uint8_t {
  debug = '+',
  login_accepted = 'A',
  login_rejected = 'J',
  sequenced = 'S',
  server_heartbeat = 'H',
  end_of_session = 'Z',
  login_request = 'L',
  unsequenced = 'U',
  client_heartbeat = 'R',
  logout_request = 'O',
};

constexpr std::string_view type_name(std::uint8_t type) noexcept {
  switch (static_cast<PacketType>(type)) {
    case PacketType::debug:
      return "debug";
    case PacketType::login_accepted:
      return "login_accepted";
    case PacketType::login_rejected:
      return "login_rejected";
    case PacketType::sequenced:
      return "sequenced";
    case PacketType::server_heartbeat:
      return "server_heartbeat";
    case PacketType::end_of_session:
      return "end_of_session";
    case PacketType::login_request:
      return "login_request";
    case PacketType::unsequenced:
      return "unsequenced";
    case PacketType::client_heartbeat:
      return "client_heartbeat";
    case PacketType::logout_request:
      return "logout_request";
  }
  return "unknown";
}

inline constexpr std::size_t kHeaderSize = 3;
inline constexpr std::size_t kMaxPayload = 0xFFFF - 1;

struct Packet {
  std::uint8_t type = 0;
  std::span<const std::uint8_t> payload;

  [[nodiscard]] bool is(PacketType t) const noexcept { return type == static_cast<std::uint8_t>(t); }
};

enum class ParseStatus : std::uint8_t {
  packet,        // one packet parsed
  need_more,     // the stream ends within a packet
  bad_length,    // a length of 0, which holds no type, or a payload that is not its type's size: the stream is lost
  unknown_type,  // the packet is whole, so the stream can go on behind it
};

/// The first packet of `stream`. `consumed` is its size for `packet` and `unknown_type`, else 0.
inline ParseStatus parse(std::span<const std::uint8_t> stream, Packet& packet, std::size_t& consumed) noexcept {
  consumed = 0;
  if (stream.size() < 2) return ParseStatus::need_more;
  const std::size_t length = load_be16(stream.data());
  if (length == 0) return ParseStatus::bad_length;
  if (stream.size() < 2 + length) return ParseStatus::need_more;
  packet.type = stream[2];
  packet.payload = stream.subspan(kHeaderSize, length - 1);
  bool size_ok = true;
  switch (static_cast<PacketType>(packet.type)) {
    case PacketType::debug:
    case PacketType::sequenced:
    case PacketType::unsequenced:
      break;
    case PacketType::login_accepted:
      size_ok = packet.payload.size() == 30;
      break;
    case PacketType::login_rejected:
      size_ok = packet.payload.size() == 1;
      break;
    case PacketType::login_request:
      // Version 4.00 appends the client's heartbeat timeout, 5 characters.
      size_ok = packet.payload.size() == 46 || packet.payload.size() == 51;
      break;
    case PacketType::server_heartbeat:
    case PacketType::client_heartbeat:
    case PacketType::end_of_session:
    case PacketType::logout_request:
      size_ok = packet.payload.empty();
      break;
    default:
      consumed = 2 + length;
      return ParseStatus::unknown_type;
  }
  if (!size_ok) return ParseStatus::bad_length;
  consumed = 2 + length;
  return ParseStatus::packet;
}

/// Stores a packet's 3-byte header for `payload_size` (at most kMaxPayload) bytes that follow.
inline void write_header(PacketType type, std::size_t payload_size, std::uint8_t* p) noexcept {
  store_be16(p, static_cast<std::uint16_t>(payload_size + 1));
  p[2] = static_cast<std::uint8_t>(type);
}

/// Stores a whole packet and returns its size.
inline std::size_t write_packet(PacketType type, std::span<const std::uint8_t> payload, std::uint8_t* p) noexcept {
  write_header(type, payload.size(), p);
  if (!payload.empty()) std::memcpy(p + kHeaderSize, payload.data(), payload.size());
  return kHeaderSize + payload.size();
}

/// A right-justified ASCII number; empty when there are no digits, other characters, or more than 64 bits.
inline std::optional<std::uint64_t> parse_number(std::string_view s) noexcept {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), n);
  if (s.empty() || error != std::errc{} || end != s.data() + s.size()) return std::nullopt;
  return n;
}

/// 20 characters: what 64 bits need.
inline Text<20> format_number(std::uint64_t n) noexcept {
  Text<20> digits = make_text<20>("");
  for (std::size_t i = 20; i > 0;) {
    digits[--i] = static_cast<char>('0' + n % 10);
    n /= 10;
    if (n == 0) break;
  }
  return digits;
}

/// Payload of a login request, 46 bytes (SoupBinTCP 2.2.3).
struct LoginRequest {
  static constexpr std::size_t kSize = 46;

  Text<6> username = make_text<6>("");
  Text<10> password = make_text<10>("");
  Text<10> session = make_text<10>("");  // spaces: the current one
  std::uint64_t sequence = 1;            // next sequence number wanted; 0: start at the newest

  void write(std::uint8_t* p) const noexcept {
    std::memcpy(p, username.data(), 6);
    std::memcpy(p + 6, password.data(), 10);
    std::memcpy(p + 16, session.data(), 10);
    const Text<20> number = format_number(sequence);
    std::memcpy(p + 26, number.data(), 20);
  }
  /// Empty when `payload` is too short or the sequence is not a number.
  [[nodiscard]] static std::optional<LoginRequest> read(std::span<const std::uint8_t> payload) noexcept {
    if (payload.size() < kSize) return std::nullopt;
    LoginRequest r;
    std::memcpy(r.username.data(), payload.data(), 6);
    std::memcpy(r.password.data(), payload.data() + 6, 10);
    std::memcpy(r.session.data(), payload.data() + 16, 10);
    const auto n = parse_number({reinterpret_cast<const char*>(payload.data()) + 26, 20});
    if (!n) return std::nullopt;
    r.sequence = *n;
    return r;
  }
};

/// Payload of a login acceptance, 30 bytes (SoupBinTCP 2.2.1).
struct LoginAccepted {
  static constexpr std::size_t kSize = 30;

  Text<10> session = make_text<10>("");
  std::uint64_t sequence = 1;  // of the next sequenced packet

  void write(std::uint8_t* p) const noexcept {
    std::memcpy(p, session.data(), 10);
    const Text<20> number = format_number(sequence);
    std::memcpy(p + 10, number.data(), 20);
  }
  [[nodiscard]] static std::optional<LoginAccepted> read(std::span<const std::uint8_t> payload) noexcept {
    if (payload.size() < kSize) return std::nullopt;
    LoginAccepted r;
    std::memcpy(r.session.data(), payload.data(), 10);
    const auto n = parse_number({reinterpret_cast<const char*>(payload.data()) + 10, 20});
    if (!n) return std::nullopt;
    r.sequence = *n;
    return r;
  }
};

/// The payload of a login rejection.
enum class RejectReason : char { not_authorized = 'A', session_not_available = 'S' };

}  // namespace twinpath::soup
