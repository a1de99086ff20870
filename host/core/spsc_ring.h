// A bounded queue from one thread to one other: a ring of slots that are written and read in place.
//
// One thread claims slots, fills them and publishes; one thread peeks, reads and releases. Nothing is copied by the
// ring, nothing waits, allocates or throws after construction: a full or an empty ring says so and the caller decides
// what to do meanwhile.
#pragma once
#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "host/core/huge_pages.h"

namespace twinpath {

// A fixed number of slots in the object that has them.
template <class T, std::size_t kCount>
class SlotsInside {
 public:
  explicit SlotsInside(std::size_t count) {
    if (count != kCount) throw std::invalid_argument("ring of slots inside: expected " + std::to_string(kCount));
  }
  T& operator[](std::size_t i) noexcept { return slots_[i]; }

 private:
  T slots_[kCount];
};

// Memory order. `published_` is stored with release after the slots were written and loaded with acquire before they
// are read, so a reader sees whole slots. `released_` is stored with release after the slots were read and loaded with
// acquire before they are written again, so a writer overwrites nothing that is still being read. Each side is the only
// writer of its own index and loads it relaxed; no operation needs the order of the two indices, so nothing is
// sequentially consistent and x86 needs no fence.
//
// Cost. Each side remembers how far it saw the other and looks again only when that is used up: while the ring is
// neither full nor empty, the line of an index moves once a batch instead of once a slot. Indices count up and never
// wrap in practice (2^64); a slot is the index modulo the capacity.
//
// `Slots` is where they lie: elsewhere in memory, or in the ring itself (SlotsInside), which has no pointer then and
// can be made in memory that two processes share. A side that dies leaves the ring whole: what was claimed and not
// published was never there, what was peeked and not released is still to be read. Its successor in another process
// uses the same object.
template <class T, class Slots = HugeArray<T>>
class SpscRing {
  static_assert(std::is_trivially_destructible_v<T> && std::is_default_constructible_v<T>);

 public:
  // `capacity`: slots, a power of two, that of SlotsInside if it is used; throws std::invalid_argument.
  explicit SpscRing(std::size_t capacity) : mask_(checked(capacity) - 1), slots_(capacity) {}
  SpscRing(const SpscRing&) = delete;
  SpscRing& operator=(const SpscRing&) = delete;

  std::size_t capacity() const noexcept { return mask_ + 1; }

  // ---- the writing thread ----
  // Up to `wanted` free slots that lie side by side: fewer near the end of the ring or when it is nearly full, none
  // when it is full. They hold what was in them before. A claim without publish() has no effect; the next one starts
  // at the same slot.
  std::span<T> claim(std::size_t wanted) noexcept {
    const std::uint64_t at = published_.load(std::memory_order_relaxed);
    if (at + wanted - seen_released_ > capacity()) seen_released_ = released_.load(std::memory_order_acquire);
    const std::size_t free = capacity() - static_cast<std::size_t>(at - seen_released_);
    return {&slots_[at & mask_], std::min({wanted, free, beside(at)})};
  }
  // One slot, or nullptr when the ring is full.
  T* claim() noexcept {
    const std::span<T> slot = claim(1);
    return slot.empty() ? nullptr : slot.data();
  }
  // The first `count` slots of the last claim are the reader's. At most as many as were claimed.
  void publish(std::size_t count = 1) noexcept {
    published_.store(published_.load(std::memory_order_relaxed) + count, std::memory_order_release);
  }

  // Slots, ever.
  std::uint64_t published() const noexcept { return published_.load(std::memory_order_relaxed); }

  // ---- the reading thread ----
  // Up to `wanted` published slots that lie side by side, oldest first; none when the ring is empty. They stay until
  // released.
  std::span<const T> peek(std::size_t wanted) noexcept {
    const std::uint64_t at = released_.load(std::memory_order_relaxed);
    if (seen_published_ - at < wanted) seen_published_ = published_.load(std::memory_order_acquire);
    const auto ready = static_cast<std::size_t>(seen_published_ - at);
    return {&slots_[at & mask_], std::min({wanted, ready, beside(at)})};
  }
  // The oldest slot, or nullptr when the ring is empty.
  const T* peek() noexcept {
    const std::span<const T> slot = peek(1);
    return slot.empty() ? nullptr : slot.data();
  }
  // The oldest `count` slots are free again. At most as many as peek() gave.
  void release(std::size_t count = 1) noexcept {
    released_.store(released_.load(std::memory_order_relaxed) + count, std::memory_order_release);
  }
  // Slots, ever: the number of the one that peek() gives first.
  std::uint64_t released() const noexcept { return released_.load(std::memory_order_relaxed); }

 private:
  // Two lines: processors fetch them in pairs.
  static constexpr std::size_t kApart = 128;

  static std::size_t checked(std::size_t capacity) {
    if (!std::has_single_bit(capacity))
      throw std::invalid_argument("ring of " + std::to_string(capacity) + " slots: expected a power of two");
    return capacity;
  }
  std::size_t beside(std::uint64_t at) const noexcept { return capacity() - static_cast<std::size_t>(at & mask_); }

  // What both sides only read, what the writer writes, what the reader writes: each on lines of its own.
  std::uint64_t mask_;
  Slots slots_;
  alignas(kApart) std::atomic<std::uint64_t> published_{0};
  alignas(kApart) std::uint64_t seen_released_ = 0;  // the writer's
  alignas(kApart) std::atomic<std::uint64_t> released_{0};
  alignas(kApart) std::uint64_t seen_published_ = 0;  // the reader's

  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
};

}  // namespace twinpath
