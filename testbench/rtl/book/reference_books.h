// The books as SEM 3, 4.3 and 2.9 (TRUST) say them, in the plainest form: ordered maps, no bitmaps, no cached best.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "testbench/rtl/book/records.h"

namespace twinpath::rtl {

struct BookCounters {
  std::uint64_t unknown_reference = 0;
  std::uint64_t duplicate_reference = 0;
  std::uint64_t order_table_full = 0;
  std::uint64_t over_reduction = 0;
  std::uint64_t zero_quantity = 0;
  std::uint64_t level_overflow = 0;
  bool operator==(const BookCounters&) const = default;
};

inline std::ostream& operator<<(std::ostream& os, const BookCounters& c) {
  return os << "unknown " << c.unknown_reference << " duplicate " << c.duplicate_reference << " full "
            << c.order_table_full << " over " << c.over_reduction << " zero " << c.zero_quantity << " overflow "
            << c.level_overflow;
}

class ReferenceBooks {
 public:
  ReferenceBooks(unsigned sets_log2, unsigned ways)
      : sets_log2_(sets_log2), sets_(std::size_t{1} << sets_log2, Set(ways)) {}

  void configure(unsigned symbol, std::uint32_t base, unsigned tick) {
    books_[symbol].base = base;
    books_[symbol].tick = tick;
  }

  Booked apply(const Message& m) {
    Booked out;
    out.message = m;
    Book& book = books_[m.symbol];
    const bool booked = m.op != kState && m.op != kCommand;
    if (booked) out.before = bbo(book);
    out.sticky_before = book.sticky;
    switch (m.op) {
      case kAdd:
        out.effect = insert(book, m.symbol, m.reference, m.side, m.shares, m.price);
        break;
      case kExecute:
      case kCancel:
        if (Slot slot = find(m.symbol, m.reference)) {
          const Order order = **slot;
          const std::uint32_t done = reduce(book, slot, m.shares);
          out.effect = true;
          if (m.op == kExecute && m.printable && done > 0) {
            out.trade = true;
            out.trade_side = order.side;
            out.trade_price = m.priced ? m.price : order.price;
            out.trade_quantity = done;
            const BestPrices now = bbo(book);
            const Quote& quote = order.side ? now.ask : now.bid;
            out.trade_through =
                quote.state != 1 || (order.side ? quote.price > order.price : quote.price < order.price);
          }
        }
        break;
      case kDelete:
        if (Slot slot = find(m.symbol, m.reference)) {
          reduce(book, slot, (*slot)->shares);
          out.effect = true;
        }
        break;
      case kReplace:
        if (Slot slot = find(m.symbol, m.reference)) {
          const unsigned side = (*slot)->side;
          reduce(book, slot, (*slot)->shares);
          insert(book, m.symbol, m.new_reference, side, m.shares, m.price);
          out.effect = true;
        }
        break;
      case kTrade:
        out.effect = true;
        out.trade = true;
        out.trade_price = m.price;
        out.trade_quantity = m.shares;
        break;
      case kCommand:
        command(m);
        break;
      default:
        break;
    }
    if (booked) out.after = bbo(book);
    out.sticky_after = book.sticky;
    return out;
  }

  const BookCounters& counters() const { return counters_; }

 private:
  enum class Place { in, far, beyond };
  struct Order {
    std::uint64_t reference;
    unsigned symbol;
    unsigned side;
    std::uint32_t shares;
    std::uint32_t price;
    Place place;
  };
  using Set = std::vector<std::optional<Order>>;
  using Slot = std::optional<Order>*;
  struct Side {
    std::map<std::uint32_t, std::uint32_t> levels;  // quantity by price in the window
    std::uint64_t total = 0;                        // of all levels, below 2^32
    std::uint64_t far = 0;
    std::uint64_t beyond = 0;
  };
  struct Book {
    std::uint64_t base = 0;
    unsigned tick = 1;
    bool sticky = false;
    std::array<Side, 2> sides;
  };
  Set& set_of(std::uint64_t r) {
    std::uint64_t x = ((r >> 48) ^ (r >> 32) ^ (r >> 16) ^ r) & 0xFFFF;
    if (sets_log2_ < 16) x ^= x >> sets_log2_;
    return sets_[x & ((1u << sets_log2_) - 1)];
  }

  Slot live(std::uint64_t reference) {
    for (auto& entry : set_of(reference)) {
      if (entry && entry->reference == reference) return &entry;
    }
    return nullptr;
  }

  Slot find(unsigned symbol, std::uint64_t reference) {
    Slot slot = live(reference);
    if (slot && (*slot)->symbol != symbol) slot = nullptr;
    if (!slot) ++counters_.unknown_reference;
    return slot;
  }

  static Place place(const Book& book, unsigned side, std::uint64_t price) {
    const std::uint64_t end = book.base + 4096ull * book.tick;
    if (price < book.base) return side ? Place::beyond : Place::far;
    if (price >= end) return side ? Place::far : Place::beyond;
    return (price - book.base) % book.tick ? Place::beyond : Place::in;
  }

  bool insert(Book& book, unsigned symbol, std::uint64_t reference, unsigned side, std::uint32_t shares,
              std::uint32_t price) {
    if (shares == 0) {
      ++counters_.zero_quantity;
      return false;
    }
    if (live(reference)) {
      ++counters_.duplicate_reference;
      book.sticky = true;
      return false;
    }
    Slot free = nullptr;
    for (auto& entry : set_of(reference)) {
      if (!entry) {
        free = &entry;
        break;
      }
    }
    if (!free) {
      ++counters_.order_table_full;
      book.sticky = true;
      return false;
    }
    Side& s = book.sides[side];
    Place where = place(book, side, price);
    if (where == Place::in && s.total + shares > 0xFFFFFFFFull) {
      ++counters_.level_overflow;
      where = Place::beyond;
    }
    *free = Order{reference, symbol, side, shares, price, where};
    if (where == Place::far) ++s.far;
    if (where == Place::beyond) ++s.beyond;
    if (where == Place::in) {
      s.levels[price] += shares;
      s.total += shares;
    }
    return true;
  }

  std::uint32_t reduce(Book& book, Slot slot, std::uint32_t shares) {
    Order& order = **slot;
    if (shares > order.shares) {
      ++counters_.over_reduction;
      book.sticky = true;
      shares = order.shares;
    }
    if (shares == 0) return 0;
    order.shares -= shares;
    const Order now = order;
    if (now.shares == 0) slot->reset();
    Side& s = book.sides[now.side];
    if (now.place == Place::far) s.far -= now.shares == 0;
    if (now.place == Place::beyond) s.beyond -= now.shares == 0;
    if (now.place == Place::in) {
      const auto level = s.levels.find(now.price);
      level->second -= shares;
      s.total -= shares;
      if (level->second == 0) s.levels.erase(level);
    }
    return shares;
  }

  void command(const Message& m) {
    if (m.command_high >> 56 != kTrust) return;
    const unsigned symbol = (m.command_high >> 32) & 0xFFFF;
    if (symbol == 0xFFFF) {
      for (auto& book : books_) book.sticky = false;
    } else if (symbol < books_.size()) {
      books_[symbol].sticky = false;
    }
  }

  static Quote quote(const Side& s, bool highest) {
    if (s.beyond > 0 || (s.levels.empty() && s.far > 0)) return {2, 0, 0};
    if (s.levels.empty()) return {0, 0, 0};
    const auto& best = highest ? *s.levels.rbegin() : *s.levels.begin();
    return {1, best.first, best.second};
  }
  static BestPrices bbo(const Book& book) { return {quote(book.sides[0], true), quote(book.sides[1], false)}; }

  unsigned sets_log2_;
  std::vector<Set> sets_;
  std::array<Book, 256> books_;
  BookCounters counters_;
};

}  // namespace twinpath::rtl
