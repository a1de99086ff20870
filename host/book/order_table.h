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
  static constexpr std::uint16_t kNoLevel = 0xFFFF;

  Quantity shares;
  Price price;
  SymbolIndex symbol = 0;
  Side side = Side::buy;
  std::uint16_t level = kNoLevel;  // that it counts in; none outside the window, or where a total had no room (SEM 3.3)
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
    unsigned way;  // not found: the lowest free one, kMaxWays or more when there is none
    bool found;

    bool room() const noexcept { return way < kMaxWays; }
  };

  Place find(std::uint64_t reference) const noexcept {
    const std::uint32_t set = set_of(reference);
    const unsigned ways = valid_[set].ways;
    // Most are in way 0: it is read without waiting for which ways are taken. Where none is, as for most that are new,
    // nothing is read: a line that is far would hold up what comes after.
    if ((ways & 1) != 0 && entry(set, 0).is(reference)) return {set, 0, true};
    for (unsigned left = ways & ~1u; left != 0; left &= left - 1) {
      const auto way = static_cast<unsigned>(std::countr_zero(left));
      if (entry(set, way).is(reference)) return {set, way, true};
    }
    return {set, static_cast<unsigned>(std::countr_zero(~ways & full_)), false};
  }

  LiveOrder& at(Place p) noexcept { return entry(p.set, p.way).order; }
  const LiveOrder& at(Place p) const noexcept { return entry(p.set, p.way).order; }

  // Into the place that find() named, which has room.
  void insert(Place p, std::uint64_t reference, const LiveOrder& order) noexcept {
    valid_[p.set].ways = static_cast<std::uint8_t>(valid_[p.set].ways | (1u << p.way));
    entry(p.set, p.way) = {static_cast<std::uint32_t>(reference), static_cast<std::uint32_t>(reference >> 32), order};
    ++size_;
  }

  // When `gone`; else the order stays. Whether it does is nobody's guess: without a branch.
  void erase(Place p, bool gone = true) noexcept {
    valid_[p.set].ways = static_cast<std::uint8_t>(valid_[p.set].ways & ~(unsigned{gone} << p.way));
    size_ -= gone;
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
