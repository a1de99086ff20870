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
// and is all that a change reads and writes but for the head, unless the group becomes empty or ceases to be.
template <Side kSide>
class LevelSide {
 public:
  // False when the side's total would pass 2^32 - 1 (so no level ever can): the level stays as it is.
  bool add(unsigned level, Quantity q) noexcept {
    if (total_ + q.value < total_) return false;
    total_ += q.value;
    groups_[level / kGroup / 64] |= std::uint64_t{1} << (level / kGroup % 64);
    quantity_[level] += q.value;
    if (best_ == kNone || better(level, static_cast<unsigned>(best_))) best_ = static_cast<int>(level);
    return true;
  }

  // At most what was added to the level and not yet removed.
  void remove(unsigned level, Quantity q) noexcept {
    total_ -= q.value;
    quantity_[level] -= q.value;
    if (quantity_[level] == 0) clear(level);
  }

  bool any() const noexcept { return best_ != kNone; }
  unsigned best_level() const noexcept { return static_cast<unsigned>(best_); }
  Quantity quantity(unsigned level) const noexcept { return {quantity_[level]}; }

  // What adding to or removing from a level reads, for fetching.
  const void* at(unsigned level) const noexcept { return &quantity_[level]; }

  // Orders that are in no level: outside the window, by class; beyond also those the side's total had no room for.
  std::uint32_t far = 0;
  std::uint32_t beyond = 0;

  SideQuote quote(const PriceWindow& window) const noexcept {
    if (beyond > 0) return {SideState::unknown, {}, {}};
    if (!any()) return {far > 0 ? SideState::unknown : SideState::empty, {}, {}};
    return {SideState::quoted, window.price_of(best_level()), {quantity_[best_level()]}};
  }

 private:
  static constexpr int kNone = -1;
  static constexpr unsigned kGroup = 16;
  static constexpr unsigned kWords = kLevels / kGroup / 64;

  static bool better(unsigned a, unsigned b) noexcept { return kSide == Side::buy ? a > b : a < b; }
  static unsigned first(std::uint64_t word) noexcept {
    return static_cast<unsigned>(kSide == Side::buy ? 63 - std::countl_zero(word) : std::countr_zero(word));
  }

  // A bit for each level of the group that has quantity.
  unsigned occupied(unsigned group) const noexcept {
    const std::uint32_t* levels = &quantity_[std::size_t{group} * kGroup];
    const auto empty = [&](unsigned from) {
      const __m128i four = _mm_load_si128(reinterpret_cast<const __m128i*>(levels + from));
      return _mm_cmpeq_epi32(four, _mm_setzero_si128());
    };
    const __m128i all = _mm_packs_epi16(_mm_packs_epi32(empty(0), empty(4)), _mm_packs_epi32(empty(8), empty(12)));
    return ~static_cast<unsigned>(_mm_movemask_epi8(all)) & 0xFFFF;
  }

  void clear(unsigned level) noexcept {
    unsigned group = level / kGroup;
    unsigned bits = occupied(group);
    if (bits == 0) groups_[group / 64] &= ~(std::uint64_t{1} << (group % 64));
    if (static_cast<int>(level) != best_) return;
    best_ = kNone;
    // Nothing is better than the level that was best.
    for (unsigned i = 0; bits == 0 && i < kWords; ++i) {
      const unsigned w = kSide == Side::buy ? kWords - 1 - i : i;
      if (groups_[w] == 0) continue;
      group = w * 64 + first(groups_[w]);
      bits = occupied(group);
    }
    if (bits != 0) best_ = static_cast<int>(group * kGroup + first(bits));
  }

  int best_ = kNone;
  std::uint32_t total_ = 0;  // of all levels
  std::array<std::uint64_t, kWords> groups_{};
  alignas(64) std::array<std::uint32_t, kLevels> quantity_{};
};

}  // namespace twinpath
