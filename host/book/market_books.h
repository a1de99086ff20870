// Books of a whole market: every symbol, full depth at any price, order by order. For trading, the books of the
// configured symbols are books.h's, which are the hardware's as well.
#pragma once
#include <bitset>
#include <cstdint>

#include "host/book/bbo.h"
#include "host/book/order_index.h"
#include "host/book/side_levels.h"
#include "host/core/counters.h"
#include "host/core/huge_pages.h"
#include "host/core/prefetch.h"
#include "host/core/types.h"

namespace twinpath {

// Symbols are locates, all of which have a book. Operations are those of SEM 3.2, with prices of any tick at any
// distance: no side is `unknown`. What cannot be is counted as in SEM 3 and makes its book `sticky`: what is wrong in
// it once stays so. Allocates at construction only.
class MarketBooks {
 public:
  using Locate = OrderIndex::Locate;
  static constexpr unsigned kLocates = 65536;

  // Room for 2^orders_log2 orders (12 to 26) where references are in turn; each may be a price level of its own. A side
  // keeps the room of the most levels that it had. Throws std::invalid_argument outside the range.
  MarketBooks(unsigned orders_log2, Counters& counters)
      : counters_(counters), orders_(orders_log2 - 2), pool_(std::size_t{4} << orders_log2), books_(kLocates) {}

  // Fetches what a coming message of this locate and order will read.
  void prefetch(Locate locate, std::uint64_t reference) const noexcept {
    orders_.prefetch(reference);
    prefetch_line(&books_[locate].sides[0]);
    prefetch_line(&books_[locate].sides[1]);
  }
  // Only the order.
  void prefetch(std::uint64_t reference) const noexcept { orders_.prefetch(reference); }

  void add(Locate locate, std::uint64_t reference, Side side, Quantity shares, Price price) noexcept {
    if (shares.value == 0) {
      counters_.add(Counter::zero_quantity);
      return;
    }
    switch (orders_.insert(locate, reference, side, {shares, price})) {
      case OrderIndex::Inserted::yes:
        break;
      case OrderIndex::Inserted::duplicate:
        return trouble(locate, Counter::duplicate_reference);
      case OrderIndex::Inserted::full:
        return trouble(locate, Counter::order_table_full);
    }
    if (!sides(locate, side).add(pool_, rank_of(side, price), shares.value)) [[unlikely]] {
      orders_.erase(orders_.find(locate, reference));
      trouble(locate, Counter::level_overflow);
    }
  }

  // E, C and X: shares leave an order.
  void reduce(Locate locate, std::uint64_t reference, Quantity shares) noexcept {
    const OrderIndex::Place place = lookup(locate, reference);
    if (!place) return;
    if (shares > place.order->shares) {
      trouble(locate, Counter::over_reduction);
      shares = place.order->shares;
    }
    if (shares.value != 0) take(locate, place, shares);
  }

  void erase(Locate locate, std::uint64_t reference) noexcept {
    const OrderIndex::Place place = lookup(locate, reference);
    if (place) take(locate, place, place.order->shares);
  }

  void replace(Locate locate, std::uint64_t reference, std::uint64_t new_reference, Quantity shares,
               Price price) noexcept {
    const OrderIndex::Place place = lookup(locate, reference);
    if (!place) return;
    const Side side = place.side();
    take(locate, place, place.order->shares);
    add(locate, new_reference, side, shares, price);
  }

  SideQuote quote(Locate locate, Side side) const noexcept {
    const SideLevels& levels = books_[locate].sides[static_cast<unsigned>(side)];
    if (!levels.any()) return {};
    return {SideState::quoted, price_of(side, levels.best_rank()), {levels.best_quantity()}};
  }
  Bbo bbo(Locate locate) const noexcept { return {quote(locate, Side::buy), quote(locate, Side::sell)}; }
  bool sticky(Locate locate) const noexcept { return sticky_[locate]; }

  // Calls visit(Price, Quantity) for every level of a side, best first.
  template <class Visit>
  void for_each_level(Locate locate, Side side, Visit&& visit) const {
    books_[locate].sides[static_cast<unsigned>(side)].for_each(
        pool_, [&](std::int32_t rank, std::uint32_t quantity) { visit(price_of(side, rank), Quantity{quantity}); });
  }
  const OrderIndex& orders() const noexcept { return orders_; }

 private:
  struct alignas(128) Book {
    SideLevels sides[2];
  };

  SideLevels& sides(Locate locate, Side side) noexcept { return books_[locate].sides[static_cast<unsigned>(side)]; }

  OrderIndex::Place lookup(Locate locate, std::uint64_t reference) noexcept {
    const OrderIndex::Place place = orders_.find(locate, reference);
    if (!place) counters_.add(Counter::unknown_reference);
    return place;
  }

  // At most what the order has.
  void take(Locate locate, OrderIndex::Place place, Quantity shares) noexcept {
    const Side side = place.side();
    const Price price = place.order->price;
    place.order->shares -= shares;
    if (place.order->shares.value == 0) orders_.erase(place);
    sides(locate, side).remove(pool_, rank_of(side, price), shares.value);
  }

  void trouble(Locate locate, Counter what) noexcept {
    counters_.add(what);
    sticky_[locate] = true;
  }

  Counters& counters_;
  OrderIndex orders_;
  LevelPool pool_;
  HugeArray<Book> books_;
  std::bitset<kLocates> sticky_;
};

}  // namespace twinpath
