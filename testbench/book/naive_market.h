// Books of a market as plain as they can be: what books of all symbols are compared with.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>

#include "host/book/market_books.h"
#include "host/core/counters.h"
#include "host/wire/itch50.h"

namespace twinpath::testing {

class NaiveMarket {
 public:
  struct Order {
    std::uint16_t locate;
    Side side;
    std::uint32_t shares, price;
  };
  using Levels = std::map<std::uint32_t, std::uint64_t>;

  std::unordered_map<std::uint64_t, Order> orders;
  std::map<std::pair<std::uint16_t, Side>, Levels> levels;
  std::set<std::uint16_t> sticky;
  Counters counters;

  void add(std::uint16_t locate, std::uint64_t reference, Side side, std::uint32_t shares, std::uint32_t price) {
    if (shares == 0) return counters.add(Counter::zero_quantity);
    if (orders.contains(reference)) return trouble(locate, Counter::duplicate_reference);
    if (levels[{locate, side}][price] + shares > 0xFFFF'FFFF) return trouble(locate, Counter::level_overflow);
    orders[reference] = {locate, side, shares, price};
    levels[{locate, side}][price] += shares;
  }
  bool reduce(std::uint16_t locate, std::uint64_t reference, std::uint32_t shares) {
    const auto it = orders.find(reference);
    if (it == orders.end() || it->second.locate != locate) {
      counters.add(Counter::unknown_reference);
      return false;
    }
    Order& o = it->second;
    if (shares > o.shares) {
      trouble(locate, Counter::over_reduction);
      shares = o.shares;
    }
    Levels& side = levels[{locate, o.side}];
    if ((side[o.price] -= shares) == 0) side.erase(o.price);
    if ((o.shares -= shares) == 0) orders.erase(it);
    return true;
  }
  bool erase(std::uint16_t locate, std::uint64_t reference) {
    const auto it = orders.find(reference);
    return reduce(locate, reference, it == orders.end() ? 0 : it->second.shares);
  }
  void replace(std::uint16_t locate, std::uint64_t reference, std::uint64_t fresh, std::uint32_t shares,
               std::uint32_t price) {
    const auto it = orders.find(reference);
    const Side side = it == orders.end() ? Side::buy : it->second.side;
    if (erase(locate, reference)) add(locate, fresh, side, shares, price);
  }

  void message(const std::uint8_t* m) {
    const std::uint16_t locate = load_be16(m + 1);
    switch (m[0]) {
      case 'A':
      case 'F': {
        const auto a = itch::AddOrder::read(m);
        const Side side = a.buy_sell_indicator == 'B' ? Side::buy : Side::sell;
        return add(locate, a.order_reference_number, side, a.shares, a.price);
      }
      case 'E':
        reduce(locate, load_be64(m + 11), itch::OrderExecuted::read(m).executed_shares);
        return;
      case 'C':
        reduce(locate, load_be64(m + 11), itch::OrderExecutedWithPrice::read(m).executed_shares);
        return;
      case 'X':
        reduce(locate, load_be64(m + 11), itch::OrderCancel::read(m).cancelled_shares);
        return;
      case 'D':
        erase(locate, load_be64(m + 11));
        return;
      case 'U': {
        const auto u = itch::OrderReplace::read(m);
        return replace(locate, u.original_order_reference_number, u.new_order_reference_number, u.shares, u.price);
      }
      default:
        return;
    }
  }

  // What is not alike in one symbol's books: empty when all is.
  std::string differences(const MarketBooks& books, std::uint16_t locate) {
    std::ostringstream out;
    for (const Side side : {Side::buy, Side::sell}) {
      Levels seen;
      std::uint64_t last = 0;
      books.for_each_level(locate, side, [&](Price price, Quantity quantity) {
        if (!seen.empty() && (side == Side::buy ? price.value >= last : price.value <= last))
          out << "locate " << locate << ": level " << price.value << " comes behind " << last << '\n';
        seen[price.value] = quantity.value;
        last = price.value;
      });
      Levels& own = levels[{locate, side}];
      std::erase_if(own, [](const auto& l) { return l.second == 0; });
      if (seen != own) {
        out << "locate " << locate << ' ' << (side == Side::buy ? "bids" : "offers") << ": expected";
        for (const auto& [price, quantity] : own) out << ' ' << quantity << '@' << price;
        out << "\n  found";
        for (const auto& [price, quantity] : seen) out << ' ' << quantity << '@' << price;
        out << '\n';
      }
      SideQuote best;
      if (!own.empty()) {
        const auto [price, quantity] = side == Side::buy ? *own.rbegin() : *own.begin();
        best = {SideState::quoted, Price{price}, Quantity{static_cast<std::uint32_t>(quantity)}};
      }
      if (!(books.quote(locate, side) == best)) out << "locate " << locate << ": best price or quantity\n";
    }
    if (books.sticky(locate) != sticky.contains(locate)) out << "locate " << locate << ": sticky\n";
    return out.str();
  }

 private:
  void trouble(std::uint16_t locate, Counter c) {
    counters.add(c);
    sticky.insert(locate);
  }
};

}  // namespace twinpath::testing
