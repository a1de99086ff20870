// Live orders by reference, in the set-associative shape that the hardware has. SEM 3.1.
#pragma once
#include <bit>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "host/core/types.h"

namespace twinpath {

struct LiveOrder {
  Quantity shares;
  Price price;
  SymbolIndex symbol = 0;
  Side side = Side::buy;
  bool over = false;  // in no level: the side's total had no room for it (SEM 3.3)
};

// 2^sets_log2 sets (4 to 16) of `ways` (1 to 8). Allocates at construction only; throws std::invalid_argument outside
// these ranges.
class OrderTable {
 public:
  static constexpr unsigned kMaxWays = 8;

  OrderTable(unsigned sets_log2, unsigned ways) : sets_log2_(sets_log2), full_((1u << ways) - 1) {
    if (sets_log2 < 4 || sets_log2 > 16)
      throw std::invalid_argument("order table: sets_log2 must be 4 to 16, is " + std::to_string(sets_log2));
    if (ways < 1 || ways > kMaxWays)
      throw std::invalid_argument("order table: ways must be 1 to 8, is " + std::to_string(ways));
    sets_ = std::make_unique<Set[]>(std::size_t{1} << sets_log2);
  }

  // Where a reference is, or could be.
  struct Place {
    std::uint32_t set;
    unsigned way;
    bool found;
  };

  Place find(std::uint64_t reference) const noexcept {
    const std::uint32_t index = set_of(reference);
    const Set& set = sets_[index];
    unsigned match = 0;
    for (unsigned w = 0; w < kMaxWays; ++w) match |= unsigned{set.references[w] == reference} << w;
    match &= set.valid;
    return {index, static_cast<unsigned>(std::countr_zero(match | 0x100u)), match != 0};
  }

  LiveOrder& at(Place p) noexcept { return sets_[p.set].orders[p.way]; }
  const LiveOrder& at(Place p) const noexcept { return sets_[p.set].orders[p.way]; }

  bool room(std::uint32_t set_index) const noexcept { return (~unsigned{sets_[set_index].valid} & full_) != 0; }

  // Into the lowest free way of the set that find() named; false when the set is full.
  bool insert(std::uint32_t set_index, std::uint64_t reference, const LiveOrder& order) noexcept {
    Set& set = sets_[set_index];
    const unsigned free = ~unsigned{set.valid} & full_;
    if (free == 0) return false;
    const unsigned way = static_cast<unsigned>(std::countr_zero(free));
    set.valid = static_cast<std::uint8_t>(set.valid | (1u << way));
    set.references[way] = reference;
    set.orders[way] = order;
    ++size_;
    return true;
  }

  void erase(Place p) noexcept {
    sets_[p.set].valid = static_cast<std::uint8_t>(sets_[p.set].valid & ~(1u << p.way));
    --size_;
  }

  std::uint64_t size() const noexcept { return size_; }

  std::uint32_t set_of(std::uint64_t reference) const noexcept {
    std::uint32_t x = static_cast<std::uint32_t>(reference ^ (reference >> 32));
    x = (x ^ (x >> 16)) & 0xFFFF;
    if (sets_log2_ < 16) x ^= x >> sets_log2_;
    return x & ((1u << sets_log2_) - 1);
  }

  // Fetches the set of a reference that a coming message will name.
  void prefetch(std::uint64_t reference) const noexcept { __builtin_prefetch(&sets_[set_of(reference)], 1); }

 private:
  // References first: one cache line answers a lookup.
  struct alignas(64) Set {
    std::uint64_t references[kMaxWays];
    LiveOrder orders[kMaxWays];
    std::uint8_t valid;
  };

  unsigned sets_log2_;
  unsigned full_;
  std::uint64_t size_ = 0;
  std::unique_ptr<Set[]> sets_;
};

}  // namespace twinpath
