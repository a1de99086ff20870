// MoldUDP64 1.00: the header of a downstream packet (and of a request, which is a header alone), and its message
// blocks.
//
// A packet is a 20-byte header and `count` blocks of a 2-byte big-endian length and that many bytes. Nothing here
// allocates or throws.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "host/wire/bytes.h"

namespace twinpath::mold {

/// Session identification: 10 characters, padded with spaces; compared byte by byte.
using Session = std::array<char, 10>;

constexpr Session make_session(std::string_view s) noexcept {
  Session session{};
  for (std::size_t i = 0; i < session.size(); ++i) session[i] = i < s.size() ? s[i] : ' ';
  return session;
}

inline constexpr std::uint16_t kHeartbeat = 0;
inline constexpr std::uint16_t kEndOfSession = 0xFFFF;
inline constexpr std::size_t kBlockHeader = 2;

struct Header {
  static constexpr std::size_t kSize = 20;

  Session session{};
  std::uint64_t sequence = 0;  // of the first message; of the next one to come when there are none
  std::uint16_t count = 0;     // messages; kHeartbeat, kEndOfSession

  [[nodiscard]] static Header read(const std::uint8_t* p) noexcept {
    Header h;
    std::memcpy(h.session.data(), p, 10);
    h.sequence = load_be64(p + 10);
    h.count = load_be16(p + 18);
    return h;
  }
  void write(std::uint8_t* p) const noexcept {
    std::memcpy(p, session.data(), 10);
    store_be64(p + 10, sequence);
    store_be16(p + 18, count);
  }
  /// Message blocks that follow.
  [[nodiscard]] std::uint16_t blocks() const noexcept { return count == kEndOfSession ? 0 : count; }
};

/// Walks the blocks behind a header. It stops for good at the first block that is not all there.
class BlockReader {
 public:
  enum class Status : std::uint8_t { block, end, truncated };

  BlockReader(std::span<const std::uint8_t> bytes, std::uint16_t count) noexcept : rest_(bytes), left_(count) {}

  /// `block` is set for Status::block only; its length may be 0.
  Status next(std::span<const std::uint8_t>& block) noexcept {
    if (left_ == 0) return Status::end;
    if (rest_.size() < kBlockHeader) return Status::truncated;
    const std::size_t length = load_be16(rest_.data());
    if (rest_.size() - kBlockHeader < length) return Status::truncated;
    block = rest_.subspan(kBlockHeader, length);
    rest_ = rest_.subspan(kBlockHeader + length);
    --left_;
    return Status::block;
  }

  /// Bytes not yet consumed: the trailing bytes once next() said `end`.
  [[nodiscard]] std::span<const std::uint8_t> rest() const noexcept { return rest_; }
  /// Blocks not yet consumed.
  [[nodiscard]] std::uint16_t left() const noexcept { return left_; }

 private:
  std::span<const std::uint8_t> rest_;
  std::uint16_t left_;
};

/// Stores a block at `p` and returns the bytes it took. `message` is at most 65,535 bytes.
inline std::size_t write_block(std::span<const std::uint8_t> message, std::uint8_t* p) noexcept {
  store_be16(p, static_cast<std::uint16_t>(message.size()));
  if (!message.empty()) std::memcpy(p + kBlockHeader, message.data(), message.size());
  return kBlockHeader + message.size();
}

}  // namespace twinpath::mold
