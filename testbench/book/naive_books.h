// SEM 3 written down a second time, slowly: ordered maps, everything recomputed, no bitmaps and no counts kept in step.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <unordered_map>

#include "host/book/books.h"
#include "host/core/config.h"
#include "host/core/counters.h"

namespace twinpath::testing {

// SEM 3.1, digit by digit.
inline std::uint32_t naive_set(std::uint64_t r, unsigned sets_log2) {
  std::uint32_t x = 0;
  for (int word = 0; word < 4; ++word) x ^= static_cast<std::uint32_t>(r >> (16 * word) & 0xFFFF);
  if (sets_log2 < 16) x ^= x >> sets_log2;
  return x % (1u << sets_log2);
}

class NaiveBooks {
 public:
  struct Order {
    SymbolIndex symbol;
    Side side;
    std::uint32_t shares;
    std::uint32_t price;
    bool over = false;
  };

  explicit NaiveBooks(const CoreConfig& config) : config_(config) {}

  Counters counters;
  std::unordered_map<std::uint64_t, Order> orders;

  bool sticky(SymbolIndex s) const { return sticky_[s]; }
  void trust(SymbolIndex s) { sticky_[s] = false; }

  PriceClass classify(SymbolIndex symbol, Side side, std::uint32_t price) const {
    const std::int64_t base = config_.symbols[symbol].window_base;
    const std::int64_t tick = config_.symbols[symbol].cent_tick ? 100 : 1;
    const std::int64_t p = price;
    if (p >= base && (p - base) % tick == 0 && (p - base) / tick < 4096) return PriceClass::in;
    if (side == Side::buy) return p < base ? PriceClass::far : PriceClass::beyond;
    return p >= base + 4096 * tick ? PriceClass::far : PriceClass::beyond;
  }

  // What sum of the live orders at a price is, as opposed to what the level says after overflows.
  std::uint64_t live_at(SymbolIndex symbol, Side side, std::uint32_t price) const {
    std::uint64_t sum = 0;
    for (const auto& [r, o] : orders) {
      if (o.symbol == symbol && o.side == side && o.price == price) sum += o.shares;
    }
    return sum;
  }

  SideQuote quote(SymbolIndex symbol, Side side) const {
    unsigned far = 0;
    unsigned beyond = 0;
    for (const auto& [r, o] : orders) {
      if (o.symbol != symbol || o.side != side) continue;
      const PriceClass c = classify(symbol, side, o.price);
      far += c == PriceClass::far;
      beyond += c == PriceClass::beyond || o.over;
    }
    const auto& levels = levels_[symbol][static_cast<unsigned>(side)];
    if (beyond > 0 || (levels.empty() && far > 0)) return {SideState::unknown, {}, {}};
    if (levels.empty()) return {};
    const auto best = side == Side::buy ? *levels.rbegin() : *levels.begin();
    return {SideState::quoted, Price{best.first}, Quantity{best.second}};
  }
  Bbo bbo(SymbolIndex symbol) const { return {quote(symbol, Side::buy), quote(symbol, Side::sell)}; }

  BookChange add(SymbolIndex symbol, std::uint64_t reference, Side side, std::uint32_t shares, std::uint32_t price) {
    BookChange c = start(symbol);
    c.effect = insert(symbol, reference, side, shares, price);
    return finish(symbol, c);
  }

  // E and C; `trade_price` is C's.
  BookChange execute(SymbolIndex symbol, std::uint64_t reference, std::uint32_t shares, const Price* trade_price,
                     bool printable) {
    BookChange c = start(symbol);
    if (!known(symbol, reference)) return finish(symbol, c);
    const Order o = orders.at(reference);
    const std::uint32_t done = reduce(reference, shares);
    c.effect = true;
    c = finish(symbol, c);
    if (printable && done > 0) {
      c.trade.valid = c.trade.execution = true;
      c.trade.resting = o.side;
      c.trade.price = trade_price != nullptr ? *trade_price : Price{o.price};
      c.trade.shares = Quantity{done};
      const SideQuote& q = o.side == Side::buy ? c.after.bid : c.after.ask;
      const bool worse = o.side == Side::buy ? q.price.value < o.price : q.price.value > o.price;
      c.trade.through = q.state != SideState::quoted || worse;
    }
    return c;
  }

  BookChange cancel(SymbolIndex symbol, std::uint64_t reference, std::uint32_t shares) {
    BookChange c = start(symbol);
    if ((c.effect = known(symbol, reference))) reduce(reference, shares);
    return finish(symbol, c);
  }

  BookChange erase(SymbolIndex symbol, std::uint64_t reference) {
    BookChange c = start(symbol);
    if ((c.effect = known(symbol, reference))) reduce(reference, orders.at(reference).shares);
    return finish(symbol, c);
  }

  BookChange replace(SymbolIndex symbol, std::uint64_t reference, std::uint64_t fresh, std::uint32_t shares,
                     std::uint32_t price) {
    BookChange c = start(symbol);
    if ((c.effect = known(symbol, reference))) {
      const Side side = orders.at(reference).side;
      reduce(reference, orders.at(reference).shares);
      insert(symbol, fresh, side, shares, price);
    }
    return finish(symbol, c);
  }

 private:
  BookChange start(SymbolIndex symbol) const {
    BookChange c;
    c.before = bbo(symbol);
    c.sticky_before = sticky_[symbol];
    return c;
  }
  BookChange finish(SymbolIndex symbol, BookChange c) const {
    c.after = bbo(symbol);
    c.changed = !(c.before == c.after);
    c.sticky_after = sticky_[symbol];
    return c;
  }

  bool known(SymbolIndex symbol, std::uint64_t reference) {
    const auto it = orders.find(reference);
    if (it != orders.end() && it->second.symbol == symbol) return true;
    counters.add(Counter::unknown_reference);
    return false;
  }

  void trouble(SymbolIndex symbol, Counter c) {
    counters.add(c);
    sticky_[symbol] = true;
  }

  bool insert(SymbolIndex symbol, std::uint64_t reference, Side side, std::uint32_t shares, std::uint32_t price) {
    if (shares == 0) {
      counters.add(Counter::zero_quantity);
      return false;
    }
    if (orders.count(reference) != 0) {
      trouble(symbol, Counter::duplicate_reference);
      return false;
    }
    unsigned in_set = 0;
    for (const auto& [r, o] : orders)
      in_set += naive_set(r, config_.sets_log2) == naive_set(reference, config_.sets_log2);
    if (in_set >= config_.ways) {
      trouble(symbol, Counter::order_table_full);
      return false;
    }
    Order& order = orders[reference] = {symbol, side, shares, price};
    if (classify(symbol, side, price) == PriceClass::in) {
      auto& levels = levels_[symbol][static_cast<unsigned>(side)];
      std::uint64_t total = shares;
      for (const auto& [at, quantity] : levels) total += quantity;
      order.over = total > 0xFFFFFFFF;
      if (order.over) {
        counters.add(Counter::level_overflow);
      } else {
        levels[price] += shares;
      }
    }
    return true;
  }

  std::uint32_t reduce(std::uint64_t reference, std::uint32_t shares) {
    Order& o = orders.at(reference);
    const SymbolIndex symbol = o.symbol;
    if (shares > o.shares) {
      trouble(symbol, Counter::over_reduction);
      shares = o.shares;
    }
    if (shares == 0) return 0;
    if (classify(symbol, o.side, o.price) == PriceClass::in && !o.over) {
      auto& levels = levels_[symbol][static_cast<unsigned>(o.side)];
      if ((levels.at(o.price) -= shares) == 0) levels.erase(o.price);
    }
    o.shares -= shares;
    if (o.shares == 0) orders.erase(reference);
    return shares;
  }

  CoreConfig config_;
  std::array<bool, kSymbols> sticky_{};
  std::array<std::array<std::map<std::uint32_t, std::uint32_t>, 2>, kSymbols> levels_;
};

}  // namespace twinpath::testing
