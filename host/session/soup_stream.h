// What both ends of SoupBinTCP share: its times, names of sessions, packets put together from a byte stream cut
// anywhere, packets into a queue.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "host/core/types.h"
#include "host/session/byte_queue.h"
#include "host/wire/soupbintcp.h"

namespace twinpath::session {

inline constexpr Nanoseconds kSecond{1'000'000'000};
inline constexpr Nanoseconds kNever{~std::uint64_t{0}};

// SoupBinTCP 3.00, 1.2 and 2.2: a heartbeat after a second without anything sent; dead after 15 without anything
// received; 30 for a login.
struct SoupTimes {
  Nanoseconds heartbeat = kSecond;
  Nanoseconds silence{15 * kSecond.value};
  Nanoseconds login{30 * kSecond.value};
};

// A session's name without its padding, which senders put on either side; empty: no name.
inline std::string_view session_name(const Text<10>& session) noexcept {
  std::string_view s = trimmed(session);
  s.remove_prefix(std::min(s.find_first_not_of(' '), s.size()));
  return s;
}

// Puts packets together.
class SoupStream {
 public:
  enum class Status : std::uint8_t {
    good,
    too_long,      // a packet announces more than is allowed; its bytes are not waited for
    bad_length,    // a length that its type cannot have
    unknown_type,  // no packet of SoupBinTCP
    stopped,       // the caller's function wants no more
  };

  // `max_packet` counts a packet's length field (type and payload), which is 1 or more.
  explicit SoupStream(std::size_t max_packet) : max_packet_(max_packet) { part_.reserve(max_packet + 2); }

  // Calls `take(packet)` for each packet that is whole, in order, until it returns false. A packet's payload is
  // borrowed for the call. After anything but `good` the stream is lost: reset() before it is used again.
  template <class F>
  Status feed(std::span<const std::uint8_t> bytes, F&& take) {
    while (!bytes.empty()) {
      if (part_.empty()) {
        std::size_t used = 0;
        const Status s = whole(bytes, used, take);
        if (s != Status::good) return s;
        if (used == 0) break;
        bytes = bytes.subspan(used);
        continue;
      }
      // The packet that has begun: its length first, then all of it.
      const std::size_t want = part_.size() < 2 ? 2 : 2 + std::size_t{load_be16(part_.data())};
      const std::size_t n = std::min(want - part_.size(), bytes.size());
      part_.insert(part_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
      bytes = bytes.subspan(n);
      std::size_t used = 0;
      const Status s = whole(part_, used, take);
      if (s != Status::good) return s;
      if (used != 0) part_.clear();
    }
    part_.insert(part_.end(), bytes.begin(), bytes.end());
    return Status::good;
  }
  void reset() noexcept { part_.clear(); }

 private:
  // At most the first packet of `bytes`.
  template <class F>
  Status whole(std::span<const std::uint8_t> bytes, std::size_t& used, F& take) {
    if (bytes.size() >= 2 && load_be16(bytes.data()) > max_packet_) return Status::too_long;
    soup::Packet packet;
    switch (soup::parse(bytes, packet, used)) {
      case soup::ParseStatus::packet:
        return take(std::as_const(packet)) ? Status::good : Status::stopped;
      case soup::ParseStatus::need_more:
        return Status::good;
      case soup::ParseStatus::bad_length:
        return Status::bad_length;
      case soup::ParseStatus::unknown_type:
        break;
    }
    return Status::unknown_type;
  }

  std::size_t max_packet_;
  std::vector<std::uint8_t> part_;  // of a packet that is not whole
};

// A packet into the queue, or nothing when it does not fit.
inline bool put_packet(ByteQueue& queue, soup::PacketType type, std::span<const std::uint8_t> payload) noexcept {
  std::uint8_t* const to = queue.append(soup::kHeaderSize + payload.size());
  if (to == nullptr) return false;
  soup::write_packet(type, payload, to);
  return true;
}

}  // namespace twinpath::session
