// Frame checks: is this frame a packet of our feed, and where are its blocks? SEM 2.1.
#pragma once
#include <emmintrin.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "host/core/config.h"
#include "host/core/registers.h"
#include "host/wire/bytes.h"

namespace twinpath {

enum class FeedLine : std::uint8_t { a = 0, b = 1 };

// A frame that passed every check, the session's where one is followed.
struct FeedPacket {
  FeedLine line{};
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
  // The sum, whose carries come back in at the low end. That of 16-bit words would be 0xFFFF when this one is a
  // multiple of it; the order of bytes does not matter to that. Never 0 where `low` has a version.
  std::uint64_t sum() const noexcept {
    std::uint64_t s;
    const bool carry = __builtin_add_overflow(low, middle, &s);
    const bool again = __builtin_add_overflow(s + carry, std::uint64_t{high}, &s);
    return s + again;
  }
  // 0xFFFF times kRepeated is -1: a multiple of 0xFFFF times -kRepeated is how many times it is one, any other number
  // more than that can be.
  bool checksum_ok() const noexcept { return sum() * (0 - kRepeated) <= kRepeated; }

  std::uint64_t low, middle;
  std::uint32_t high;

 private:
  static constexpr std::uint64_t kRepeated = 0x0001'0001'0001'0001;
};

// What every frame of the two lines has, as it lies in a frame: from its EtherType to its session.
class FeedLines {
 public:
  // Of any session, until one is followed.
  explicit FeedLines(const FeedConfig& feed) noexcept {
    const auto expect = [](Part& part, Part& mask, unsigned at, std::uint8_t value, std::uint8_t bits = 0xFF) {
      part[at] = value;
      mask[at] = bits;
    };
    // EtherType, version and header length, no more fragments and no offset, UDP.
    expect(head_, head_mask_, 0, 0x08);
    expect(head_, head_mask_, 1, 0x00);
    expect(head_, head_mask_, 2, 0x45);
    expect(head_, head_mask_, 8, 0x00, 0x3F);
    expect(head_, head_mask_, 9, 0x00);
    expect(head_, head_mask_, 11, 17);
    for (const auto& [part, line] : {std::pair{&tail_a_, &feed.line_a}, std::pair{&tail_b_, &feed.line_b}}) {
      for (unsigned i = 0; i < 4; ++i)
        expect(*part, tail_mask_, 2 + i, static_cast<std::uint8_t>(line->address >> (24 - 8 * i)));
      expect(*part, tail_mask_, 8, static_cast<std::uint8_t>(line->port >> 8));
      expect(*part, tail_mask_, 9, static_cast<std::uint8_t>(line->port));
    }
  }

  // From now on frames of this session, 10 bytes, alone.
  void follow(const std::uint8_t* session) noexcept {
    for (unsigned i = 0; i < 2; ++i) {
      tail_a_[14 + i] = tail_b_[14 + i] = session[i];
      tail_mask_[14 + i] = 0xFF;
    }
    std::memcpy(&session_, session + 2, 8);
    session_mask_ = ~std::uint64_t{0};
  }

  // Whether a frame with these headers, 48 bytes from the IPv4 header on and the EtherType in front, is of one of the
  // lines, and of which: lengths and checksum apart. Which line it is, is nobody's guess: without a branch.
  bool have(const std::uint8_t* ip, FeedLine& line) const noexcept {
    const __m128i tail = masked(ip + 14, tail_mask_);
    const unsigned head = equal(masked(ip - 2, head_mask_), head_);
    const bool a = (head & equal(tail, tail_a_)) == 0xFFFF;
    const bool b = (head & equal(tail, tail_b_)) == 0xFFFF;
    std::uint64_t session;
    std::memcpy(&session, ip + 30, 8);
    line = static_cast<FeedLine>(!a);
    return (a | b) & (((session ^ session_) & session_mask_) == 0);
  }

  // Whether the destination of a frame with these headers, 24 bytes, is one of the lines'.
  bool destination(const std::uint8_t* ip) const noexcept {
    const auto is = [ip](const Part& line) {
      return std::memcmp(ip + 16, &line[2], 4) == 0 && std::memcmp(ip + 22, &line[8], 2) == 0;
    };
    return is(tail_a_) || is(tail_b_);
  }

 private:
  // Of a frame: `head` from 2 bytes in front of its IPv4 header, `tail` from 14 bytes behind its beginning.
  using Part = std::array<std::uint8_t, 16>;

  static __m128i masked(const std::uint8_t* p, const Part& mask) noexcept {
    return _mm_and_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)),
                         _mm_load_si128(reinterpret_cast<const __m128i*>(mask.data())));
  }
  // A bit a byte.
  static unsigned equal(__m128i bytes, const Part& part) noexcept {
    return static_cast<unsigned>(
        _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_load_si128(reinterpret_cast<const __m128i*>(part.data())))));
  }

  alignas(16) Part head_{}, head_mask_{}, tail_a_{}, tail_b_{}, tail_mask_{};
  std::uint64_t session_ = 0, session_mask_ = 0;
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
  if (!lines.destination(p + ip)) return Counter::drop_wrong_destination;
  if (size < ip + 26) return Counter::drop_short;
  const std::uint16_t udp_length = load_be16(p + ip + 24);
  if (udp_length < 8 + kMoldHeaderBytes || load_be16(p + ip + 2) != udp_length + 20u) return Counter::drop_bad_length;
  return size < ip + 28 + kMoldHeaderBytes ? Counter::drop_short : Counter::drop_wrong_session;
}

// Where the headers of a frame lie that passed every check.
struct FrameHeaders {
  const std::uint8_t* ip;  // and UDP and MoldUDP64 behind it, 48 bytes
  FeedLine line;

  std::uint64_t sequence() const noexcept { return load_be64(ip + 38); }
  std::uint16_t count() const noexcept { return load_be16(ip + 46); }
};

// Whether a frame passes every check of SEM 2.1; drop_cause() says which it does not. Nearly every frame does: all
// checks at once.
[[gnu::always_inline]] inline bool is_ours(std::span<const std::uint8_t> frame, const FeedLines& lines,
                                           FrameHeaders& headers) noexcept {
  if (frame.size() < kFrameHeaderBytes) [[unlikely]]
    return false;
  // One that is too short for its tag is taken for one without, and its EtherType is wrong then.
  const bool tagged = (load_be16(frame.data() + 12) == 0x8100) & (frame.size() >= kFrameHeaderBytes + 4);
  const std::uint8_t* ip = frame.data() + 14 + std::size_t{tagged} * 4;
  headers.ip = ip;
  const std::uint16_t udp_length = load_be16(ip + 24);
  return lines.have(ip, headers.line) & (load_be16(ip + 2) == udp_length + 20u) & (udp_length >= 8 + kMoldHeaderBytes) &
         IpWords(ip).checksum_ok();
}

inline FeedPacket packet_of(std::span<const std::uint8_t> frame, const FrameHeaders& headers) noexcept {
  const std::uint8_t* blocks = headers.ip + 48;
  const auto declared = static_cast<std::uint32_t>(load_be16(headers.ip + 24) - 8 - kMoldHeaderBytes);
  const auto have = static_cast<std::size_t>(frame.data() + frame.size() - blocks);
  return {headers.line,    headers.ip + 28, headers.sequence(),
          headers.count(), declared,        {blocks, std::min<std::size_t>(have, declared)}};
}

// Returns Counter::frames when the frame is ours, and of the session that `lines` follows, and fills `packet`;
// otherwise the one drop counter it belongs to.
inline Counter parse_frame(std::span<const std::uint8_t> frame, const FeedLines& lines, FeedPacket& packet) noexcept {
  FrameHeaders headers;
  if (!is_ours(frame, lines, headers)) [[unlikely]]
    return drop_cause(frame, lines);
  packet = packet_of(frame, headers);
  return Counter::frames;
}
inline Counter parse_frame(std::span<const std::uint8_t> frame, const FeedConfig& feed, FeedPacket& packet) noexcept {
  return parse_frame(frame, FeedLines(feed), packet);
}

}  // namespace twinpath
