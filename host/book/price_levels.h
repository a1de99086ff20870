// One symbol's two sides of price levels in a window, with best price search over bitmaps. SEM 3.3, 3.4.
#pragma once
#include <emmintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "host/book/bbo.h"
#include "host/core/types.h"

namespace twinpath {

inline constexpr unsigned kLevels = 4096;

// Window class of a price.
enum class PriceClass : std::uint8_t { in, far, beyond };

struct PricePlace {
  PriceClass price_class;
  std::uint16_t level;  // when in
};

struct PriceWindow {
  Price base;
  bool cent_tick = true;

  [[gnu::always_inline]] PricePlace place(Side side, Price price) const noexcept {
    const bool buy = side == Side::buy;
    if (price < base) return {buy ? PriceClass::far : PriceClass::beyond, 0};
    const std::uint32_t distance = price.value - base.value;
    const std::uint32_t tick = cent_tick ? 100 : 1;
    if (distance >= kLevels * tick) return {buy ? PriceClass::beyond : PriceClass::far, 0};
    const std::uint32_t level = cent_tick ? distance / 100 : distance;
    if (level * tick != distance) return {PriceClass::beyond, 0};
    return {PriceClass::in, static_cast<std::uint16_t>(level)};
  }

  // A level near the price, the price's own when it is in the window: for fetching.
  unsigned nearest(Price price) const noexcept {
    const std::uint32_t distance = price.value - base.value;
    return std::min(cent_tick ? distance / 100 : distance, kLevels - 1);
  }

  Price price_of(unsigned level) const noexcept { return {base.value + level * (cent_tick ? 100u : 1u)}; }
};

// Quantities of one side. Best = highest level for bids, lowest for offers. A cache line holds a group of 16 levels,
// and is all that a change reads and writes but for the head, unless the best group becomes empty. A group behind it
// that does is found empty when it would be the best.
//
// Inside, the levels of offers lie in reverse, so that the highest place is the best on either side: which side a
// message is of is nobody's guess, and nothing here branches on it.
class LevelSide {
 public:
  explicit LevelSide(Side side) noexcept : flip_(side == Side::buy ? 0 : kLevels - 1) {}

  // False when the side's total would pass 2^32 - 1 (so no level ever can): the level stays as it is.
  [[gnu::always_inline]] bool add(unsigned level, Quantity q) noexcept {
    if (total_ + q.value < total_) [[unlikely]]
      return false;
    const unsigned at = level ^ flip_;
    total_ += q.value;
    groups_[at / kGroup / 64] |= std::uint64_t{1} << (at / kGroup % 64);
    quantity_[at] += q.value;
    best_ = std::max(best_, static_cast<int>(at));
    return true;
  }

  // At most what was added to the level and not yet removed.
  [[gnu::always_inline]] void remove(unsigned level, Quantity q) noexcept {
    const unsigned at = level ^ flip_;
    total_ -= q.value;
    if (static_cast<int>(at) != best_) {
      quantity_[at] -= q.value;
      return;
    }
    // The best is the highest level of its group that has quantity left. The others are looked at before this one is
    // written: reading it back at once, in wider pieces, would stall.
    const unsigned group = at / kGroup;
    const unsigned others = occupied(group) & ~(1u << at % kGroup);
    const std::uint32_t left = quantity_[at] - q.value;
    quantity_[at] = left;
    const unsigned bits = others | static_cast<unsigned>(left != 0) << at % kGroup;
    if (bits == 0) [[unlikely]]
      return find_best(group);
    best_ = static_cast<int>(group * kGroup + last(bits));
  }

  // Whether the level is the best one; after add() to it and before remove() from it: whether that changes the quote.
  bool is_best(unsigned level) const noexcept { return static_cast<int>(level ^ flip_) == best_; }
  bool any() const noexcept { return best_ != kNone; }
  unsigned best_level() const noexcept { return static_cast<unsigned>(best_) ^ flip_; }
  Quantity quantity(unsigned level) const noexcept { return {quantity_[level ^ flip_]}; }

  // What adding to or removing from a level reads, for fetching.
  const void* at(unsigned level) const noexcept { return &quantity_[level ^ flip_]; }

  // Orders that are in no level: outside the window, by class; beyond also those the side's total had no room for.
  std::uint32_t far = 0;
  std::uint32_t beyond = 0;

  SideQuote quote(const PriceWindow& window) const noexcept {
    if (beyond > 0) [[unlikely]]
      return {SideState::unknown, {}, {}};
    if (!any()) [[unlikely]]
      return {far > 0 ? SideState::unknown : SideState::empty, {}, {}};
    return {SideState::quoted, window.price_of(best_level()), {quantity_[static_cast<unsigned>(best_)]}};
  }

 private:
  static constexpr int kNone = -1;
  static constexpr unsigned kGroup = 16;
  static constexpr unsigned kWords = kLevels / kGroup / 64;

  static unsigned last(std::uint64_t word) noexcept { return 63 - static_cast<unsigned>(std::countl_zero(word)); }

  // A bit for each place of the group that has quantity.
  unsigned occupied(unsigned group) const noexcept {
    const std::uint32_t* levels = &quantity_[std::size_t{group} * kGroup];
    const auto empty = [&](unsigned from) {
      const __m128i four = _mm_load_si128(reinterpret_cast<const __m128i*>(levels + from));
      return _mm_cmpeq_epi32(four, _mm_setzero_si128());
    };
    const __m128i all = _mm_packs_epi16(_mm_packs_epi32(empty(0), empty(4)), _mm_packs_epi32(empty(8), empty(12)));
    return ~static_cast<unsigned>(_mm_movemask_epi8(all)) & 0xFFFF;
  }

  // The best group has no quantity left: the best level is in the next one that has.
  [[gnu::noinline]] void find_best(unsigned group) noexcept {
    groups_[group / 64] &= ~(std::uint64_t{1} << (group % 64));
    best_ = kNone;
    for (unsigned w = group / 64 + 1; w-- > 0;) {
      while (groups_[w] != 0) {
        group = w * 64 + last(groups_[w]);
        if (const unsigned bits = occupied(group); bits != 0) {
          best_ = static_cast<int>(group * kGroup + last(bits));
          return;
        }
        groups_[w] &= ~(std::uint64_t{1} << (group % 64));
      }
    }
  }

  unsigned flip_;  // a level's place is this XOR the level
  int best_ = kNone;
  std::uint32_t total_ = 0;                     // of all levels
  std::array<std::uint64_t, kWords> groups_{};  // a bit for each group that may have quantity; none above the best's
  alignas(64) std::array<std::uint32_t, kLevels> quantity_{};
};

}  // namespace twinpath
