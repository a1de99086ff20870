// Reports on their way out: a ring between the engine's thread and its reader, which never makes the engine wait.
//
// Reports are written in place and become visible when publish() is called, at the end of each command. When the ring
// is full they are kept in memory of the engine's side, in order, and follow as the reader makes room; so a reader may
// also be the engine's own thread, between two commands.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "host/core/spsc_ring.h"
#include "host/venue/matching/messages.h"

namespace twinpath::matching {

class ReportRing {
 public:
  // `capacity`: reports, a power of two.
  explicit ReportRing(std::size_t capacity) : ring_(capacity) {}

  // ---- the engine's thread ----
  // Room for one report, which holds what was there before. Good until the next claim.
  Report& claim() {
    if (at_ == end_) [[unlikely]]
      more();
    Report* const r = at_++;
    // The line was the reader's last; asking for it early hides its way back.
    __builtin_prefetch(r + kAhead, 1);
    return *r;
  }
  void publish() {
    if (spilling_) [[unlikely]] {
      drain_spill();
      return;
    }
    if (at_ == begin_) return;
    ring_.publish(static_cast<std::size_t>(at_ - begin_));
    begin_ = at_;
  }
  // Reports that wait for room in the ring; publish() moves them.
  std::size_t waiting() const noexcept { return spilling_ ? spilled() - moved_ : 0; }

  // ---- the reader's thread ----
  std::span<const Report> peek(std::size_t wanted) noexcept { return ring_.peek(wanted); }
  void release(std::size_t count) noexcept { ring_.release(count); }

 private:
  static constexpr std::size_t kClaim = 1024;
  static constexpr int kAhead = 12;

  std::size_t spilled() const noexcept { return static_cast<std::size_t>(at_ - spill_.data()); }
  void more();
  void drain_spill();

  SpscRing<Report> ring_;
  Report* begin_ = nullptr;  // written and not published
  Report* at_ = nullptr;
  Report* end_ = nullptr;
  bool spilling_ = false;
  std::vector<Report> spill_;
  std::size_t moved_ = 0;  // of the spill, into the ring
};

}  // namespace twinpath::matching
