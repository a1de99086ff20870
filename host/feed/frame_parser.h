// Frame checks: is this frame a packet of our feed, and where are its blocks? SEM 2.1.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "host/core/config.h"
#include "host/core/registers.h"
#include "host/wire/bytes.h"

namespace twinpath {

enum class FeedLine : std::uint8_t { a = 0, b = 1 };

// A frame that passed every check but the session's.
struct FeedPacket {
  FeedLine line = FeedLine::a;
  const std::uint8_t* session = nullptr;  // 10 bytes
  std::uint64_t sequence = 0;             // of the first block
  std::uint16_t count = 0;
  std::uint32_t declared = 0;            // bytes of blocks that the UDP length promises
  std::span<const std::uint8_t> blocks;  // those that arrived, at most `declared`
};

inline constexpr std::size_t kMoldHeaderBytes = 20;
inline constexpr std::uint16_t kEndOfSessionCount = 0xFFFF;

// Up to the first block of a frame without a tag.
inline constexpr std::size_t kFrameHeaderBytes = 14 + 20 + 8 + kMoldHeaderBytes;

// The words of an IPv4 header without options, as they lie in memory (little endian).
struct IpWords {
  explicit IpWords(const std::uint8_t* ip) noexcept {
    std::memcpy(&low, ip, 8);
    std::memcpy(&middle, ip + 8, 8);
    std::memcpy(&high, ip + 16, 4);
  }
  // A sum of 16-bit words whose carries come back in at the low end is 0xFFFF when the sum without end is a multiple of
  // it; the order of bytes does not matter to that.
  bool checksum_ok() const noexcept {
    const std::uint64_t sum =
        (low & 0xFFFF'FFFF) + (low >> 32) + (middle & 0xFFFF'FFFF) + (middle >> 32) + std::uint64_t{high};
    return sum != 0 && sum % 0xFFFF == 0;
  }

  std::uint64_t low, middle;
  std::uint32_t high;
};

// The line whose destination address and port an IPv4 header without options, and the UDP header behind it, name.
inline bool line_of(const std::uint8_t* ip, const FeedConfig& feed, FeedLine& line) noexcept {
  const std::uint32_t address = load_be32(ip + 16);
  const std::uint16_t port = load_be16(ip + 22);
  const bool a = address == feed.line_a.address && port == feed.line_a.port;
  line = a ? FeedLine::a : FeedLine::b;
  return a || (address == feed.line_b.address && port == feed.line_b.port);
}

// The first check of SEM 2.1 that a frame fails, which is known to fail one.
[[gnu::cold]] inline Counter drop_cause(std::span<const std::uint8_t> frame, const FeedConfig& feed) noexcept {
  const std::uint8_t* p = frame.data();
  const std::size_t size = frame.size();
  if (size < 14) return Counter::drop_short;
  std::uint16_t ether_type = load_be16(p + 12);
  std::size_t ip = 14;
  if (ether_type == 0x8100) {
    if (size < 18) return Counter::drop_short;
    ether_type = load_be16(p + 16);
    ip = 18;
  }
  if (ether_type != 0x0800) return Counter::drop_not_ipv4;
  if (size < ip + 1) return Counter::drop_short;
  if ((p[ip] >> 4) != 4) return Counter::drop_not_ipv4;
  if ((p[ip] & 0xF) != 5) return Counter::drop_ip_options;
  if (size < ip + 8) return Counter::drop_short;
  if ((load_be16(p + ip + 6) & 0x3FFF) != 0) return Counter::drop_fragment;
  if (size < ip + 20) return Counter::drop_short;
  if (!IpWords(p + ip).checksum_ok()) return Counter::drop_ip_checksum;
  if (p[ip + 9] != 17) return Counter::drop_not_udp;
  if (size < ip + 24) return Counter::drop_short;
  FeedLine line;
  if (!line_of(p + ip, feed, line)) return Counter::drop_wrong_destination;
  if (size < ip + 26) return Counter::drop_short;
  const std::uint16_t udp_length = load_be16(p + ip + 24);
  if (udp_length < 8 + kMoldHeaderBytes || load_be16(p + ip + 2) != udp_length + 20u) return Counter::drop_bad_length;
  return Counter::drop_short;
}

// Returns Counter::frames when the frame is ours and fills `packet`; otherwise the one drop counter it belongs to.
inline Counter parse_frame(std::span<const std::uint8_t> frame, const FeedConfig& feed, FeedPacket& packet) noexcept {
  const std::uint8_t* p = frame.data();
  const std::size_t size = frame.size();
  if (size < kFrameHeaderBytes) return drop_cause(frame, feed);
  const bool tagged = load_be16(p + 12) == 0x8100;
  const std::size_t ip = tagged ? 18 : 14;
  const std::size_t blocks = ip + 28 + kMoldHeaderBytes;
  if (size < blocks) return drop_cause(frame, feed);
  // Nearly every frame is ours: all checks at once and one branch; what failed is looked for when something did. In the
  // word of the flags, bytes change places: more-fragments and offset are 0xFF3F.
  const IpWords words(p + ip);
  const std::uint16_t udp_length = load_be16(p + ip + 24);
  const bool ours = (load_be16(p + ip - 2) == 0x0800) & ((words.low & 0xFF) == 0x45) &
                    ((words.low >> 48 & 0xFF3F) == 0) & words.checksum_ok() & ((words.middle >> 8 & 0xFF) == 17) &
                    (udp_length >= 8 + kMoldHeaderBytes) &
                    (__builtin_bswap16(static_cast<std::uint16_t>(words.low >> 16)) == udp_length + 20u);
  if (!ours || !line_of(p + ip, feed, packet.line)) return drop_cause(frame, feed);
  packet.session = p + ip + 28;
  packet.sequence = load_be64(p + ip + 38);
  packet.count = load_be16(p + ip + 46);
  packet.declared = static_cast<std::uint32_t>(udp_length - 8 - kMoldHeaderBytes);
  packet.blocks = frame.subspan(blocks, std::min<std::size_t>(size - blocks, packet.declared));
  return Counter::frames;
}

}  // namespace twinpath
