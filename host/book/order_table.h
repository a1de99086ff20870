// Live orders by reference, in the set-associative shape that the hardware has. SEM 3.1.
#pragma once
#include <bit>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "host/core/huge_pages.h"
#include "host/core/prefetch.h"
#include "host/core/types.h"

namespace twinpath {

struct LiveOrder {
  Quantity shares;
  Price price;
  std::uint16_t symbol = 0;
  Side side = Side::buy;
  bool over = false;  // in no level: the side's total had no room for it (SEM 3.3)
};

// 2^sets_log2 sets (4 to 16) of `ways` (1 to 8). Allocates at construction only; throws std::invalid_argument outside
// these ranges.
class OrderTable {
 public:
  static constexpr unsigned kMaxWays = 8;

  OrderTable(unsigned sets_log2, unsigned ways)
      : sets_log2_(checked(sets_log2, ways)),
        full_((1u << ways) - 1),
        valid_(std::size_t{1} << sets_log2),
        entries_(std::size_t{ways} << sets_log2) {}

  // Where a reference is, or could be.
  struct Place {
    std::uint32_t set;
    unsigned way;
    bool found;
  };

  Place find(std::uint64_t reference) const noexcept {
    const std::uint32_t set = set_of(reference);
    for (unsigned left = valid_[set].ways; left != 0; left &= left - 1) {
      const auto way = static_cast<unsigned>(std::countr_zero(left));
      if (entry(set, way).is(reference)) return {set, way, true};
    }
    return {set, kMaxWays, false};
  }

  LiveOrder& at(Place p) noexcept { return entry(p.set, p.way).order; }
  const LiveOrder& at(Place p) const noexcept { return entry(p.set, p.way).order; }

  bool room(std::uint32_t set) const noexcept { return (~unsigned{valid_[set].ways} & full_) != 0; }

  // Into the lowest free way of the set that find() named; false when the set is full.
  bool insert(std::uint32_t set, std::uint64_t reference, const LiveOrder& order) noexcept {
    const unsigned free = ~unsigned{valid_[set].ways} & full_;
    if (free == 0) return false;
    const auto way = static_cast<unsigned>(std::countr_zero(free));
    valid_[set].ways = static_cast<std::uint8_t>(valid_[set].ways | (1u << way));
    entry(set, way) = {static_cast<std::uint32_t>(reference), static_cast<std::uint32_t>(reference >> 32), order};
    ++size_;
    return true;
  }

  void erase(Place p) noexcept {
    valid_[p.set].ways = static_cast<std::uint8_t>(valid_[p.set].ways & ~(1u << p.way));
    --size_;
  }

  std::uint64_t size() const noexcept { return size_; }

  std::uint32_t set_of(std::uint64_t reference) const noexcept {
    std::uint32_t x = static_cast<std::uint32_t>(reference ^ (reference >> 32));
    x = (x ^ (x >> 16)) & 0xFFFF;
    x ^= x >> sets_log2_;  // nothing when there are 16 bits
    return x & ((1u << sets_log2_) - 1);
  }

  // Fetches what a coming message that names this reference will read.
  void prefetch(std::uint64_t reference) const noexcept {
    const std::uint32_t set = set_of(reference);
    prefetch_line(&entry(set, 0));
    prefetch_line(&entry(set, valid_[set].ways > 1 ? full_ >> 1 & 1 : 0));
  }

  // The order of this reference if it is in one of the first two ways, where most are; else any: for fetching.
  const LiveOrder& likely(std::uint64_t reference) const noexcept {
    const std::uint32_t set = set_of(reference);
    return entry(set, entry(set, 0).is(reference) ? 0 : full_ >> 1 & 1).order;
  }

 private:
  struct Entry {
    std::uint32_t reference_low, reference_high;
    LiveOrder order;

    bool is(std::uint64_t reference) const noexcept {
      return (std::uint64_t{reference_high} << 32 | reference_low) == reference;
    }
  };
  static_assert(sizeof(Entry) == 20, "three to a cache line");

  // One bit a way.
  struct Valid {
    std::uint8_t ways = 0;
  };

  static unsigned checked(unsigned sets_log2, unsigned ways) {
    if (sets_log2 < 4 || sets_log2 > 16)
      throw std::invalid_argument("order table: sets_log2 must be 4 to 16, is " + std::to_string(sets_log2));
    if (ways < 1 || ways > kMaxWays)
      throw std::invalid_argument("order table: ways must be 1 to 8, is " + std::to_string(ways));
    return sets_log2;
  }

  // Way 0 of all sets, then way 1 and so on. As orders take the lowest free way, those that live are close together
  // however large the table is, and exchanges number orders in turn, so that recent ones are neighbours.
  Entry& entry(std::uint32_t set, unsigned way) noexcept { return entries_[(std::size_t{way} << sets_log2_) + set]; }
  const Entry& entry(std::uint32_t set, unsigned way) const noexcept {
    return entries_[(std::size_t{way} << sets_log2_) + set];
  }

  unsigned sets_log2_;
  unsigned full_;
  std::uint64_t size_ = 0;
  HugeArray<Valid> valid_;
  HugeArray<Entry> entries_;
};

}  // namespace twinpath
