// Of the engine: the loop that trades, and the links of its lists. Included by the files of the engine only.
#pragma once
#include <algorithm>
#include <cstdint>

#include "host/venue/matching/engine.h"

namespace twinpath::matching {

// Trades `t` with the opposite side as far as its price goes; what is left of it is in t.quantity. The short way knows
// that the book has no icebergs and the order avoids no self-trade, and that nobody looks for stops afterwards.
template <bool kFull>
inline void Engine::match(Book& b, Taker& t) {
  const Side other = opposite(t.side);
  Ladder& l = b.sides[at(other)];
  const std::uint64_t limit = kFull && t.kind == OrderKind::market ? Ladder::kEmpty - 1 : key_of(other, t.price);
  while (l.best_key <= limit) {
    const LevelRef ref = l.best;
    Level& level = levels_[ref];
    const std::int64_t price = price_of(other, l.best_key);
    std::uint32_t slot = level.head;
    while (slot != kNone && t.quantity != 0) {
      Order& m = orders_[slot];
      if constexpr (kFull) {
        if (t.self_trade != SelfTrade::allow && t.owner != 0 && m.owner == t.owner) {
          if (!avoid_self_trade(t, slot)) return;  // the level may be gone
          if (l.best != ref || l.empty()) break;
          slot = level.head;
          continue;
        }
      }
      const std::uint32_t fill = std::min(t.quantity, m.quantity);
      std::uint32_t leaves = m.quantity - fill;
      if constexpr (kFull) {
        if (m.flags & kIceberg) leaves += extras_[slot].hidden;
      }
      Report& r = ring_.claim();
      r = {.sequence = sequence_,
           .order_id = t.id,
           .other_id = m.id,
           .price = {price},
           .trade_id = trades_before_ + trades_today_ + 1,
           .quantity = {fill},
           .leaves = {leaves},
           .book = t.book,
           .owner = t.owner,
           .other_owner = m.owner,
           .type = ReportType::trade,
           .side = t.side};
      record_trade(b, r);
      if constexpr (kFull) {
        BookExtra& x = book_extras_[t.book];
        x.low = b.traded ? std::min(x.low, price) : price;
        x.high = b.traded ? std::max(x.high, price) : price;
        b.traded = true;
      }
      t.quantity -= fill;
      level.quantity -= fill;
      m.quantity -= fill;
      if (m.quantity != 0) return;
      const std::uint32_t next = m.next;
      if constexpr (kFull) {
        if ((m.flags & kIceberg) && extras_[slot].hidden != 0) {
          replenish(level, ref, slot);
          slot = level.head;
          continue;
        }
        if (m.flags & kIceberg) --b.icebergs;
      }
      index_.erase(OrderIndex::hash(m.id), slot);
      free_slot(slot);
      level.head = next;
      if (next == kNone)
        levels_.remove(l, ref);
      else
        orders_[next].prev = kNone;
      slot = next;
    }
    if (t.quantity == 0) break;
  }
  if constexpr (kFull) {
    if (b.icebergs == 0) b.particulars &= ~static_cast<std::uint32_t>(kIcebergs);
  }
}

inline void Engine::append(Ladder& l, std::uint64_t key, std::uint32_t slot, std::uint32_t shown) {
  const LevelRef ref = levels_.at(l, key);
  Level& level = levels_[ref];
  Order& o = orders_[slot];
  o.quantity = shown;
  o.level = ref;
  o.prev = level.tail;
  o.next = kNone;
  if (level.tail == kNone)
    level.head = slot;
  else
    orders_[level.tail].next = slot;
  level.tail = slot;
  level.quantity += shown;
}

inline void Engine::unlink(Ladder& l, std::uint32_t slot) noexcept {
  const Order& o = orders_[slot];
  Level& level = levels_[o.level];
  level.quantity -= o.quantity;
  if (o.prev == kNone)
    level.head = o.next;
  else
    orders_[o.prev].next = o.next;
  if (o.next == kNone)
    level.tail = o.prev;
  else
    orders_[o.next].prev = o.prev;
  if (level.head == kNone) levels_.remove(l, o.level);
}

}  // namespace twinpath::matching
