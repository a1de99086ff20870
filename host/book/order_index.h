// Every live order of a market by its reference.
#pragma once
#ifndef __AVX2__
#error "host/book/order_index.h: needs AVX2; build with TP_MARCH x86-64-v3 or above"
#endif
#include <immintrin.h>

#include <array>
#include <bit>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "host/core/huge_pages.h"
#include "host/core/prefetch.h"
#include "host/core/types.h"

namespace twinpath {

// What rests of an order.
struct RestingOrder {
  Quantity shares;
  Price price;
};

// 2^buckets_log2 buckets (10 to 24) of four orders, a cache line each. Exchanges number orders in turn: the bucket is
// the reference's low bits without the last two, so that neighbours share a line, and the other bits tell those apart
// that come round to it again. What finds its bucket full, or has a reference too long for a tag, lies in a small hash
// table of a sixteenth as many (`spilled()`), and a mark in the bucket says so. Allocates at construction only; throws
// std::invalid_argument outside the range.
class OrderIndex {
 public:
  using Locate = std::uint16_t;

  explicit OrderIndex(unsigned buckets_log2)
      : log2_(checked(buckets_log2)),
        bucket_mask_((std::uint64_t{1} << buckets_log2) - 1),
        longest_(((std::uint64_t{1} << (kTagBits - 2)) - 1) << (buckets_log2 + 2)),
        spill_mask_((std::size_t{1} << (buckets_log2 - 1)) - 1),
        buckets_(std::size_t{1} << buckets_log2),
        spill_(std::size_t{1} << (buckets_log2 - 1)) {}

  // Where an order is. Good until the next insert or erase.
  struct Place {
    std::uint64_t* key = nullptr;  // none: not found
    RestingOrder* order = nullptr;

    explicit operator bool() const noexcept { return key != nullptr; }
    Side side() const noexcept { return static_cast<Side>(*key >> kSideShift & 1); }
  };

  // The order of this reference if it is of this locate.
  Place find(Locate locate, std::uint64_t reference) noexcept {
    Bucket& b = bucket(reference);
    const std::uint64_t want = tag(reference) | locate;
    const unsigned hit = matches(b, want, kTagMask | kLocateMask);
    if (hit != 0 && reference < longest_) [[likely]] {
      const auto slot = static_cast<unsigned>(std::countr_zero(hit));
      return {&b.key[slot], &b.order[slot]};
    }
    if ((b.key[0] & kMark) == 0) [[likely]]
      return {};
    Spilled& s = spill_[spilled_at(reference)];
    if (!s.used() || (s.key & kLocateMask) != locate) return {};
    return {&s.key, &s.order};
  }

  enum class Inserted : std::uint8_t { yes, duplicate, full };

  // Of whatever locate an order of this reference lives: then it is a duplicate.
  Inserted insert(Locate locate, std::uint64_t reference, Side side, RestingOrder order) noexcept {
    Bucket& b = bucket(reference);
    const std::uint64_t key = tag(reference) | std::uint64_t{static_cast<std::uint8_t>(side)} << kSideShift | locate;
    const bool is_short = reference < longest_;
    if (is_short && matches(b, key, kTagMask) != 0) return Inserted::duplicate;
    if ((b.key[0] & kMark) != 0 && spill_[spilled_at(reference)].used()) [[unlikely]]
      return Inserted::duplicate;
    const unsigned free = matches(b, kEmpty, ~kMark);
    if (free != 0 && is_short) [[likely]] {
      const auto slot = static_cast<unsigned>(std::countr_zero(free));
      b.key[slot] = key | (b.key[slot] & kMark);
      b.order[slot] = order;
      ++size_;
      return Inserted::yes;
    }
    if (spilled_ > spill_mask_ / 2) return Inserted::full;
    spill_[spilled_at(reference)] = {reference, key & ~kTagMask, order};
    b.key[0] |= kMark;
    ++spilled_;
    ++size_;
    return Inserted::yes;
  }

  void erase(Place place) noexcept {
    --size_;
    const auto at = reinterpret_cast<std::uintptr_t>(place.key);
    const auto first = reinterpret_cast<std::uintptr_t>(&buckets_[0]);
    if (at - first < (bucket_mask_ + 1) * sizeof(Bucket)) [[likely]] {
      *place.key = kEmpty | (*place.key & kMark);
    } else {
      close(static_cast<std::size_t>((at - reinterpret_cast<std::uintptr_t>(&spill_[0])) / sizeof(Spilled)));
      --spilled_;
    }
  }

  std::uint64_t size() const noexcept { return size_; }
  // Of them, those that found no place in their bucket.
  std::uint64_t spilled() const noexcept { return spilled_; }

  // Fetches what a coming message that names this reference will read.
  void prefetch(std::uint64_t reference) const noexcept { prefetch_line(&buckets_[reference >> 2 & bucket_mask_]); }

 private:
  // A key: the reference's tag (46 bits), a mark, side, locate. Empty: all but the mark.
  static constexpr unsigned kTagBits = 46;
  static constexpr unsigned kTagShift = 64 - kTagBits;
  static constexpr unsigned kSideShift = 16;
  static constexpr std::uint64_t kTagMask = ~std::uint64_t{0} << kTagShift;
  static constexpr std::uint64_t kLocateMask = 0xFFFF;
  static constexpr std::uint64_t kMark = std::uint64_t{1} << 17;  // of a bucket's first key: an order of it was spilled
  static constexpr std::uint64_t kEmpty = ~kMark;

  struct alignas(64) Bucket {
    std::array<std::uint64_t, 4> key{kEmpty, kEmpty, kEmpty, kEmpty};
    std::array<RestingOrder, 4> order;
  };
  static_assert(sizeof(Bucket) == 64);

  struct Spilled {
    std::uint64_t reference = 0;
    std::uint64_t key = kEmpty;  // else without a tag
    RestingOrder order;

    bool used() const noexcept { return key != kEmpty; }
  };

  static unsigned checked(unsigned log2) {
    if (log2 < 10 || log2 > 24)
      throw std::invalid_argument("order index: buckets_log2 must be 10 to 24, is " + std::to_string(log2));
    return log2;
  }

  Bucket& bucket(std::uint64_t reference) noexcept { return buckets_[reference >> 2 & bucket_mask_]; }
  // What is left of the reference, in its place in a key. References from longest_ on, whose tags would be too long or
  // all ones as in an empty key, are spilled.
  std::uint64_t tag(std::uint64_t reference) const noexcept {
    return (reference >> (log2_ + 2)) << (kTagShift + 2) | (reference & 3) << kTagShift;
  }
  static unsigned matches(const Bucket& b, std::uint64_t want, std::uint64_t mask) noexcept {
    const __m256i keys = _mm256_load_si256(reinterpret_cast<const __m256i*>(b.key.data()));
    const __m256i different = _mm256_and_si256(_mm256_xor_si256(keys, _mm256_set1_epi64x(static_cast<long long>(want))),
                                               _mm256_set1_epi64x(static_cast<long long>(mask)));
    const __m256i same = _mm256_cmpeq_epi64(different, _mm256_setzero_si256());
    return static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(same)));
  }

  std::size_t spill_home(std::uint64_t reference) const noexcept {
    return static_cast<std::size_t>(reference * 0x9E37'79B9'7F4A'7C15 >> 20) & spill_mask_;
  }
  // The reference's, or the free one where it would go; there always is one.
  std::size_t spilled_at(std::uint64_t reference) const noexcept {
    std::size_t i = spill_home(reference);
    while (spill_[i].used() && spill_[i].reference != reference) i = (i + 1) & spill_mask_;
    return i;
  }
  // Frees a place and moves up what was pushed behind it.
  void close(std::size_t hole) noexcept {
    for (std::size_t i = (hole + 1) & spill_mask_; spill_[i].used(); i = (i + 1) & spill_mask_) {
      const std::size_t home = spill_home(spill_[i].reference);
      if (((i - home) & spill_mask_) < ((i - hole) & spill_mask_)) continue;
      spill_[hole] = spill_[i];
      hole = i;
    }
    spill_[hole].key = kEmpty;
  }

  unsigned log2_;
  std::uint64_t bucket_mask_;
  std::uint64_t longest_;
  std::size_t spill_mask_;
  std::uint64_t size_ = 0;
  std::uint64_t spilled_ = 0;
  HugeArray<Bucket> buckets_;
  HugeArray<Spilled> spill_;
};

}  // namespace twinpath
