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
  FeedLine line;
  const std::uint8_t* session;  // 10 bytes
  std::uint64_t sequence;       // of the first block
  std::uint16_t count;
  std::uint32_t declared;                // bytes of blocks that the UDP length promises
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
  // it; the order of bytes does not matter to that. Never 0 where `low` has a version.
  std::uint64_t sum() const noexcept {
    return (low & 0xFFFF'FFFF) + (low >> 32) + (middle & 0xFFFF'FFFF) + (middle >> 32) + std::uint64_t{high};
  }
  bool checksum_ok() const noexcept { return sum() != 0 && sum() % 0xFFFF == 0; }

  std::uint64_t low, middle;
  std::uint32_t high;
};

// Destination addresses and ports of the two lines, as they lie in a frame.
class FeedLines {
 public:
  explicit FeedLines(const FeedConfig& feed) noexcept : a_(key(feed.line_a)), b_(key(feed.line_b)) {}

  // The line that an IPv4 header without options, and the UDP header behind it, name; false when they name none.
  // Which line it is, is nobody's guess: without a branch.
  bool find(const std::uint8_t* ip, FeedLine& line) const noexcept {
    std::uint64_t found;
    std::memcpy(&found, ip + 16, 8);
    found &= ~kSourcePort;
    line = static_cast<FeedLine>(found != a_);
    return (static_cast<unsigned>(found == a_) | static_cast<unsigned>(found == b_)) != 0;
  }

 private:
  static constexpr std::uint64_t kSourcePort = 0x0000'FFFF'0000'0000;  // between address and port
  static std::uint64_t key(const LineConfig& line) noexcept {
    return std::uint64_t{__builtin_bswap16(line.port)} << 48 | __builtin_bswap32(line.address);
  }

  std::uint64_t a_, b_;
};

// The first check of SEM 2.1 that a frame fails, which is known to fail one.
[[gnu::cold]] inline Counter drop_cause(std::span<const std::uint8_t> frame, const FeedLines& lines) noexcept {
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
  if (!lines.find(p + ip, line)) return Counter::drop_wrong_destination;
  if (size < ip + 26) return Counter::drop_short;
  const std::uint16_t udp_length = load_be16(p + ip + 24);
  if (udp_length < 8 + kMoldHeaderBytes || load_be16(p + ip + 2) != udp_length + 20u) return Counter::drop_bad_length;
  return Counter::drop_short;
}

// Returns Counter::frames when the frame is ours and fills `packet`; otherwise the one drop counter it belongs to.
[[gnu::always_inline]] inline Counter parse_frame(std::span<const std::uint8_t> frame, const FeedLines& lines,
                                                  FeedPacket& packet) noexcept {
  if (frame.size() < kFrameHeaderBytes) [[unlikely]]
    return drop_cause(frame, lines);
  const bool tagged = load_be16(frame.data() + 12) == 0x8100;
  const std::size_t at = tagged ? 18 : 14;
  const std::size_t blocks = at + 28 + kMoldHeaderBytes;
  if (frame.size() < blocks) [[unlikely]]
    return drop_cause(frame, lines);
  const std::uint8_t* ip = frame.data() + at;
  // Nearly every frame is ours: all checks at once and one branch; what failed is looked for when something did. Each
  // term is 0 when its check holds. In words of memory, bytes change places: EtherType, version and header length are
  // 0x45'0008, more-fragments and offset 0xFF3F.
  const IpWords words(ip);
  const std::uint16_t udp_length = load_be16(ip + 24);
  std::uint32_t type;
  std::memcpy(&type, ip - 2, 4);
  const std::uint64_t wrong = ((type & 0xFF'FFFF) ^ 0x45'0008) | (words.low >> 48 & 0xFF3F) |
                              ((words.middle >> 8 & 0xFF) ^ 17) | (load_be16(ip + 2) ^ (udp_length + 20u)) |
                              words.sum() % 0xFFFF;
  const bool ours = (wrong == 0) & (udp_length >= 8 + kMoldHeaderBytes) & lines.find(ip, packet.line);
  if (!ours) [[unlikely]]
    return drop_cause(frame, lines);
  packet.session = ip + 28;
  packet.sequence = load_be64(ip + 38);
  packet.count = load_be16(ip + 46);
  packet.declared = static_cast<std::uint32_t>(udp_length - 8 - kMoldHeaderBytes);
  packet.blocks = {ip + 48, std::min<std::size_t>(frame.size() - blocks, packet.declared)};
  return Counter::frames;
}
inline Counter parse_frame(std::span<const std::uint8_t> frame, const FeedConfig& feed, FeedPacket& packet) noexcept {
  return parse_frame(frame, FeedLines(feed), packet);
}

}  // namespace twinpath
