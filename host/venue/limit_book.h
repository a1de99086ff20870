// A price-time limit order book of one symbol: FIFO levels in a window around the touch, all other orders in a heap of
// their own. Built for speed of change, not for queries: the generator only asks for the best order of a side.
//
// Prices are ticks of one cent. Orders live in a pool shared by all books and are named by their index there.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "host/core/types.h"

namespace twinpath::venue {

inline constexpr std::uint32_t kNoOrder = 0xFFFF'FFFF;
inline constexpr std::int32_t kNoTick = INT32_MIN;

struct BookOrder {
  std::uint64_t reference = 0;  // grows with time: the order of time priority
  std::int32_t tick = 0;
  std::uint32_t shares = 0;
  std::uint32_t previous = kNoOrder;
  std::uint32_t next = kNoOrder;  // in the level; or, outside the window, the place in the list of such orders
  std::uint32_t live_place = 0;   // in the book's list of live orders
  Side side = Side::buy;
};

/// Orders with stable indices; freed ones are used again.
class OrderPool {
 public:
  std::uint32_t take();
  void give_back(std::uint32_t index) noexcept;
  BookOrder& operator[](std::uint32_t index) noexcept { return orders_[index]; }
  const BookOrder& operator[](std::uint32_t index) const noexcept { return orders_[index]; }
  std::uint32_t live() const noexcept { return live_; }

 private:
  std::vector<BookOrder> orders_;
  std::uint32_t free_ = kNoOrder;
  std::uint32_t live_ = 0;
};

class LimitBook {
 public:
  static constexpr std::int32_t kWindow = 512;

  LimitBook(OrderPool& pool, std::int32_t centre);

  /// Adds an order at the end of its level. The caller keeps bids from above the window and offers from below it.
  std::uint32_t add(std::uint64_t reference, Side side, std::int32_t tick, std::uint32_t shares);
  void remove(std::uint32_t index) noexcept;

  /// Moves the window when `centre` has come near its edge.
  void follow(std::int32_t centre) {
    if (static_cast<std::uint32_t>(centre - base_ - kWindow / 4) >= kWindow / 2) recentre(centre);
  }

  /// Best tick of a side within the window, or kNoTick.
  std::int32_t best(Side side) const noexcept {
    const Ladder& l = ladder(side);
    if (l.summary == 0) return kNoTick;
    if (side == Side::buy) {
      const int word = 31 - std::countl_zero(std::uint32_t{l.summary});
      return base_ + word * 64 + 63 - std::countl_zero(l.used[word]);
    }
    const int word = std::countr_zero(std::uint32_t{l.summary});
    return base_ + word * 64 + std::countr_zero(l.used[word]);
  }

  /// First order at best(side), which must exist.
  std::uint32_t front(Side side) const noexcept { return levels(side)[best(side) - base_].head; }

  std::uint32_t live_orders() const noexcept { return static_cast<std::uint32_t>(live_.size()); }
  std::uint32_t live_orders(Side side) const noexcept { return ladder(side).orders; }
  /// The place-th live order; places change when orders go, recent orders tend to have high ones.
  std::uint32_t live_order(std::uint32_t place) const noexcept { return live_[place]; }

 private:
  struct Level {
    std::uint32_t head = kNoOrder;
    std::uint32_t tail = kNoOrder;
  };
  struct Ladder {
    std::array<std::uint64_t, kWindow / 64> used{};
    std::uint8_t summary = 0;  // words of `used` that are not zero
    std::uint32_t orders = 0;
    std::vector<std::uint32_t> outside;
  };
  static_assert(kWindow / 64 == 8, "one summary bit a word");

  Ladder& ladder(Side side) noexcept { return ladders_[static_cast<unsigned>(side)]; }
  const Ladder& ladder(Side side) const noexcept { return ladders_[static_cast<unsigned>(side)]; }
  Level* levels(Side side) noexcept { return levels_[static_cast<unsigned>(side)].data(); }
  const Level* levels(Side side) const noexcept { return levels_[static_cast<unsigned>(side)].data(); }
  bool inside(std::int32_t tick) const noexcept { return static_cast<std::uint32_t>(tick - base_) < kWindow; }
  void place(std::uint32_t index);
  void recentre(std::int32_t centre);

  OrderPool* pool_;
  std::int32_t base_;
  std::array<Ladder, 2> ladders_;
  std::vector<std::uint32_t> live_;
  std::array<std::array<Level, kWindow>, 2> levels_{};  // last, so that all the rest is close together
};

}  // namespace twinpath::venue
