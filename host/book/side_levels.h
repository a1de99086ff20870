// All price levels of one side of a book, best first, at any distance and on any tick.
#pragma once
#ifndef __AVX2__
#error "host/book/side_levels.h: needs AVX2; build with TP_MARCH x86-64-v3 or above"
#endif
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "host/core/huge_pages.h"
#include "host/core/types.h"

namespace twinpath {

// A price as its side ranks it: the smaller, the better.
inline std::int32_t rank_of(Side side, Price price) noexcept {
  return static_cast<std::int32_t>(price.value ^ (0x7FFF'FFFF + static_cast<std::uint32_t>(side)));
}
inline Price price_of(Side side, std::int32_t rank) noexcept {
  return {static_cast<std::uint32_t>(rank) ^ (0x7FFF'FFFF + static_cast<std::uint32_t>(side))};
}

// Memory of levels, in pieces of 8 times a power of two. Allocates at construction only.
class LevelPool {
 public:
  struct Level {
    std::int32_t rank;
    std::uint32_t quantity;
  };
  static constexpr unsigned kUnit = 8;  // levels, a cache line

  explicit LevelPool(std::size_t levels) : units_(levels / kUnit), lines_(units_) {}

  // The number of a piece of kUnit << size levels; 0 when there is none left.
  std::uint32_t take(unsigned size) noexcept {
    const std::uint32_t piece = free_[size];
    if (piece != 0) {
      free_[size] = at(piece)->quantity;
      return piece;
    }
    const std::size_t units = std::size_t{1} << size;
    if (units_ - used_ < units) return 0;
    const auto first = static_cast<std::uint32_t>(used_);
    used_ += units;
    return first;
  }
  void give_back(std::uint32_t piece, unsigned size) noexcept {
    if (piece == 0) return;
    at(piece)->quantity = free_[size];
    free_[size] = piece;
  }

  Level* at(std::uint32_t piece) noexcept { return lines_[piece].data(); }
  const Level* at(std::uint32_t piece) const noexcept { return lines_[piece].data(); }

 private:
  struct alignas(64) Line : std::array<Level, kUnit> {};

  std::size_t units_;
  std::size_t used_ = 1;  // 0 is no piece
  std::array<std::uint32_t, 32> free_{};
  HugeArray<Line> lines_;
};

// The seven best levels lie in one cache line, which is all that most changes read and write; those behind them in a
// piece of the pool, the best of them last. Levels at work are whole vectors: reading them again in wider pieces than
// they were written in would stall.
class alignas(64) SideLevels {
 public:
  // False when the level's quantity would pass 2^32 - 1, or the pool has no room for another level: nothing changes.
  bool add(LevelPool& pool, std::int32_t rank, std::uint32_t shares) noexcept {
    const unsigned at = place(rank);
    if (at == kTop) return add_deeper(pool, rank, shares);
    const unsigned have = here();
    const bool there = at < have && rank_[at] == rank;
    if (there && quantity_[at] + shares < shares) [[unlikely]]
      return false;
    std::uint32_t more = there ? 0 : 1;
    if (!there && have == kTop) {
      if (!grow(pool)) [[unlikely]]
        return false;
      pool.at(piece())[deeper()] = {rank_[kTop - 1], quantity_[kTop - 1]};
      more = kOneDeeper;
    }
    // Opens a place for a level that is not there, and does nothing for one that is.
    const __m256i order = row(kOpen[there ? kTop : at]);
    const __m256i lane = row(kLane[at]);
    const __m256i fresh = _mm256_and_si256(lane, _mm256_set1_epi32(there ? 0 : -1));
    const __m256i ranks =
        _mm256_blendv_epi8(_mm256_permutevar8x32_epi32(load(rank_), order), _mm256_set1_epi32(rank), lane);
    const __m256i quantities = _mm256_andnot_si256(fresh, _mm256_permutevar8x32_epi32(load(quantity_), order));
    store(quantity_, _mm256_add_epi32(quantities, _mm256_and_si256(lane, _mm256_set1_epi32(static_cast<int>(shares)))));
    store_ranks(ranks, state() + more);
    return true;
  }

  // At most what was added at this price and not yet removed.
  void remove(LevelPool& pool, std::int32_t rank, std::uint32_t shares) noexcept {
    const unsigned at = place(rank);
    if (at == kTop) return remove_deeper(pool, rank, shares);
    const bool gone = quantity_[at] == shares;
    const __m256i order = row(kClose[gone ? at : kTop]);
    __m256i quantities = _mm256_sub_epi32(
        load(quantity_), _mm256_and_si256(row(kLane[at]), _mm256_set1_epi32(static_cast<int>(shares))));
    __m256i ranks = _mm256_permutevar8x32_epi32(load(rank_), order);
    quantities = _mm256_permutevar8x32_epi32(quantities, order);
    // What comes into the last place when the levels close up.
    LevelPool::Level last{kNone, 0};
    std::uint32_t after = state() - (gone ? 1 : 0);
    if (gone && deeper() != 0) {
      last = pool.at(piece())[deeper() - 1];
      after = state() - kOneDeeper;
    }
    const __m256i closed = _mm256_and_si256(row(kLane[kTop - 1]), _mm256_set1_epi32(gone ? -1 : 0));
    ranks = _mm256_blendv_epi8(ranks, _mm256_set1_epi32(last.rank), closed);
    quantities = _mm256_blendv_epi8(quantities, _mm256_set1_epi32(static_cast<int>(last.quantity)), closed);
    store(quantity_, quantities);
    store_ranks(ranks, after);
  }

  bool any() const noexcept { return here() != 0; }
  // The best level, when there is any.
  std::int32_t best_rank() const noexcept { return rank_[0]; }
  std::uint32_t best_quantity() const noexcept { return quantity_[0]; }
  std::size_t levels() const noexcept { return here() + deeper(); }

  // Calls visit(rank, quantity) for every level, best first.
  template <class Visit>
  void for_each(const LevelPool& pool, Visit&& visit) const {
    for (unsigned i = 0; i < here(); ++i) visit(rank_[i], quantity_[i]);
    for (std::uint32_t i = deeper(); i-- > 0;) visit(pool.at(piece())[i].rank, pool.at(piece())[i].quantity);
  }

 private:
  static constexpr unsigned kTop = 7;
  static constexpr std::int32_t kNone = std::numeric_limits<std::int32_t>::max();  // behind the last level
  // The state: number of levels here, log2 of the piece's size, number of levels in it.
  static constexpr std::uint32_t kCountMask = 7;
  static constexpr unsigned kSizeShift = 3;
  static constexpr std::uint32_t kSizeMask = 31;
  static constexpr unsigned kDeeperShift = 8;
  static constexpr std::uint32_t kOneDeeper = 1u << kDeeperShift;
  static constexpr unsigned kLargest = 20;  // log2 of a piece's units: 8 M levels

  using Row = std::array<std::int32_t, 8>;
  using Rows = std::array<Row, 8>;
  // Where each of the eight lanes comes from when a place opens, or closes; row 7 leaves all as they are. Lane 7 is the
  // state's, and the piece's, and stays.
  alignas(32) static constexpr Rows kOpen = [] {
    Rows rows{};
    for (int at = 0; at < 8; ++at)
      for (int i = 0; i < 8; ++i) rows[at][i] = i > at && i < 7 ? i - 1 : i;
    return rows;
  }();
  alignas(32) static constexpr Rows kClose = [] {
    Rows rows{};
    for (int at = 0; at < 8; ++at)
      for (int i = 0; i < 8; ++i) rows[at][i] = i >= at && i < 6 ? i + 1 : i;
    return rows;
  }();
  alignas(32) static constexpr Rows kLane = [] {
    Rows rows{};
    for (int at = 0; at < 8; ++at) rows[at][at] = -1;
    return rows;
  }();

  template <class Lanes>
  static __m256i load(const Lanes& lanes) noexcept {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(lanes.data()));
  }
  static __m256i row(const Row& r) noexcept { return load(r); }
  template <class Lanes>
  static void store(Lanes& lanes, __m256i v) noexcept {
    _mm256_store_si256(reinterpret_cast<__m256i*>(lanes.data()), v);
  }
  void store_ranks(__m256i ranks, std::uint32_t state) noexcept {
    store(rank_, _mm256_blend_epi32(ranks, _mm256_set1_epi32(static_cast<int>(state)), 0x80));
  }

  // How many of the best levels are better.
  unsigned place(std::int32_t rank) const noexcept {
    const __m256i better = _mm256_cmpgt_epi32(_mm256_set1_epi32(rank), load(rank_));
    const auto lanes = static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(better)));
    return static_cast<unsigned>(std::popcount(lanes & 0x7F));
  }

  std::uint32_t state() const noexcept { return static_cast<std::uint32_t>(rank_[kTop]); }
  void set_state(std::uint32_t state) noexcept { rank_[kTop] = static_cast<std::int32_t>(state); }
  unsigned here() const noexcept { return state() & kCountMask; }
  std::uint32_t deeper() const noexcept { return state() >> kDeeperShift; }
  std::uint32_t piece() const noexcept { return quantity_[kTop]; }

  // Behind how many levels of the piece, counted from its start, a rank comes.
  static std::uint32_t place_deeper(const LevelPool::Level* levels, std::uint32_t have, std::int32_t rank) noexcept {
    std::uint32_t i = have;
    for (unsigned near = 0; near < kNear; ++near, --i) {
      if (i == 0 || levels[i - 1].rank >= rank) return i;
    }
    const auto worse = [](const LevelPool::Level& l, std::int32_t r) { return l.rank >= r; };
    return static_cast<std::uint32_t>(std::lower_bound(levels, levels + i, rank, worse) - levels);
  }
  static constexpr unsigned kNear = 16;

  // Room for one more level in the piece.
  bool grow(LevelPool& pool) noexcept {
    const std::uint32_t have = deeper();
    const unsigned size = state() >> kSizeShift & kSizeMask;
    if (piece() != 0 && have < LevelPool::kUnit << size) return true;
    const unsigned next = piece() == 0 ? 0 : size + 1;
    if (next > kLargest) return false;
    const std::uint32_t larger = pool.take(next);
    if (larger == 0) return false;
    if (have != 0) std::memcpy(pool.at(larger), pool.at(piece()), have * sizeof(LevelPool::Level));
    pool.give_back(piece(), size);
    quantity_[kTop] = larger;
    set_state((state() & ~(kSizeMask << kSizeShift)) | next << kSizeShift);
    return true;
  }

  [[gnu::noinline]] bool add_deeper(LevelPool& pool, std::int32_t rank, std::uint32_t shares) noexcept {
    const std::uint32_t have = deeper();
    const std::uint32_t at = have == 0 ? 0 : place_deeper(pool.at(piece()), have, rank);
    if (at > 0 && pool.at(piece())[at - 1].rank == rank) {
      std::uint32_t& quantity = pool.at(piece())[at - 1].quantity;
      if (quantity + shares < shares) return false;
      quantity += shares;
      return true;
    }
    if (!grow(pool)) return false;
    LevelPool::Level* levels = pool.at(piece());
    std::copy_backward(levels + at, levels + have, levels + have + 1);
    levels[at] = {rank, shares};
    set_state(state() + kOneDeeper);
    return true;
  }
  [[gnu::noinline]] void remove_deeper(LevelPool& pool, std::int32_t rank, std::uint32_t shares) noexcept {
    const std::uint32_t have = deeper();
    LevelPool::Level* levels = pool.at(piece());
    const std::uint32_t at = place_deeper(levels, have, rank);
    if ((levels[at - 1].quantity -= shares) != 0) return;
    std::copy(levels + at, levels + have, levels + at - 1);
    set_state(state() - kOneDeeper);
  }

  // Seven levels, and in the last lanes the state and the number of the piece (0: none).
  alignas(32) std::array<std::int32_t, kTop + 1> rank_{kNone, kNone, kNone, kNone, kNone, kNone, kNone, 0};
  alignas(32) std::array<std::uint32_t, kTop + 1> quantity_{};
};
static_assert(sizeof(SideLevels) == 64);

}  // namespace twinpath
