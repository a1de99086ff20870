// What time an input counts for (SEM 1): the same rule when a capture is replayed and when frames arrive.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "host/core/types.h"

namespace twinpath {

// Input times: capture time since the first frame in cycles, but never before the wire is free again. A frame holds a
// 64-bit stream for one cycle per 8 bytes; the same rule for every path.
class InputClock {
 public:
  // The time of the next frame. A capture whose clock goes backwards counts in backwards() and waits for the wire.
  Cycles frame(Nanoseconds timestamp) noexcept {
    if (!started_) {
      started_ = true;
      origin_ = timestamp;
    }
    if (timestamp < last_) ++backwards_;
    last_ = std::max(last_, timestamp);
    return std::max(at(timestamp), now_);
  }
  // A command waits for the frame on the wire to end, and time never goes back.
  Cycles command(Cycles wanted) const noexcept { return std::max(wanted, now_); }
  // An input has been given; a frame holds the wire for its bytes, a command for none.
  void passed(Cycles at, std::size_t bytes) noexcept { now_ = at + Cycles{bytes == 0 ? 0 : (bytes + 7) / 8 + 1}; }
  std::uint64_t backwards() const noexcept { return backwards_; }
  // Nothing can be stamped before this.
  Cycles now() const noexcept { return now_; }

  // Time counts from here instead of from the first frame: for processes that must mean the same by it.
  void begin(Nanoseconds origin) noexcept {
    started_ = true;
    origin_ = origin;
  }

  // There was a first frame: from then on at() and timestamp() mean something.
  bool started() const noexcept { return started_; }
  // A time of the frames' own clock in cycles, whatever has passed; the first frame's for what lies before it.
  Cycles at(Nanoseconds timestamp) const noexcept {
    return Cycles{kStart} + (timestamp > origin_ ? to_cycles(timestamp - origin_) : Cycles{});
  }
  // The earliest timestamp that is `at`, which is kStart or later, for a clock with the same first frame.
  Nanoseconds timestamp(Cycles at) const noexcept {
    const std::uint64_t since = at.value - kStart;
    return origin_ + Nanoseconds{since / 165 * 512 + (since % 165 * 512 + 164) / 165};
  }

  // The first frame's time: a little above zero, so that a core that starts at zero has passed nothing.
  static constexpr std::uint64_t kStart = 64;

 private:
  bool started_ = false;
  Nanoseconds origin_{};
  Nanoseconds last_{};
  Cycles now_{};
  std::uint64_t backwards_ = 0;
};

}  // namespace twinpath
