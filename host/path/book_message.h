// What an order or trade message does to its symbol's book. SEM 2.6, 3.2.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "host/book/books.h"
#include "host/core/counters.h"
#include "host/core/types.h"
#include "host/path/path.h"
#include "host/wire/itch50.h"

namespace twinpath {

// Which counter a message of a known type moves.
inline constexpr std::array<Counter, 256> kMessageCounter = [] {
  std::array<Counter, 256> map{};
  // The order of the register map's message counters.
  constexpr const char kTypes[] = "SRHYLVWKJhAFECXDUPQBINO";
  for (unsigned i = 0; i < sizeof kTypes - 1; ++i)
    map[static_cast<std::uint8_t>(kTypes[i])] = counter_after(Counter::msg_system_event, i);
  return map;
}();

inline constexpr std::array<bool, 256> kIsBookMessage = [] {
  std::array<bool, 256> is{};
  for (const char type : {'A', 'F', 'E', 'C', 'X', 'D', 'U', 'P'}) is[static_cast<std::uint8_t>(type)] = true;
  return is;
}();

// The message's type is one of A F E C X D U P; any other is a mistake of the caller's. Returns the order reference
// that events of the message name: the new one of U, 0 of P.
inline std::uint64_t book_message(Books& books, Books::Symbol symbol, const std::uint8_t* m, std::uint8_t type,
                                  BookChange& change) noexcept {
  switch (type) {
    case 'A':
    case 'F': {
      const auto a = itch::AddOrder::read(m);  // F has the same fields first
      books.add(symbol, a.order_reference_number, a.buy_sell_indicator == 'B' ? Side::buy : Side::sell,
                Quantity{a.shares}, Price{a.price}, change);
      return a.order_reference_number;
    }
    case 'E': {
      const auto e = itch::OrderExecuted::read(m);
      books.execute(symbol, e.order_reference_number, Quantity{e.executed_shares}, nullptr, true, change);
      return e.order_reference_number;
    }
    case 'C': {
      const auto c = itch::OrderExecutedWithPrice::read(m);
      const Price price{c.execution_price};
      books.execute(symbol, c.order_reference_number, Quantity{c.executed_shares}, &price, c.printable == 'Y', change);
      return c.order_reference_number;
    }
    case 'X': {
      const auto x = itch::OrderCancel::read(m);
      books.cancel(symbol, x.order_reference_number, Quantity{x.cancelled_shares}, change);
      return x.order_reference_number;
    }
    case 'D': {
      const auto d = itch::OrderDelete::read(m);
      books.erase(symbol, d.order_reference_number, change);
      return d.order_reference_number;
    }
    case 'U': {
      const auto u = itch::OrderReplace::read(m);
      books.replace(symbol, u.original_order_reference_number, u.new_order_reference_number, Quantity{u.shares},
                    Price{u.price}, change);
      return u.new_order_reference_number;
    }
    case 'P': {
      const auto p = itch::Trade::read(m);
      books.trade(symbol, Quantity{p.shares}, Price{p.price}, change);
      return 0;
    }
    default:
      __builtin_unreachable();
  }
}

// The books' part of TRUST (SEM 2.9).
inline void trust(Books& books, const Command& c, Counters& counters) noexcept {
  if (c.symbol == 0xFFFF) {
    books.trust_all();
  } else if (c.symbol < kSymbols) {
    books.trust(static_cast<Books::Symbol>(c.symbol));
  } else {
    counters.add(Counter::bad_command);
  }
}

// For a message that will have its turn soon, whose type nobody has looked at yet and of which `bytes` are there:
// fetches what book_message() reads first. All order messages have their reference at 11, U the new one at 19.
inline void prefetch_book_message(const Books& books, Books::Symbol symbol, const std::uint8_t* m,
                                  std::size_t bytes) noexcept {
  if (bytes < itch::OrderDelete::kLength) return;
  books.prefetch(symbol, load_be64(m + 11));
  if (m[0] == itch::OrderReplace::kType && bytes >= itch::OrderReplace::kLength)
    books.orders().prefetch(load_be64(m + 19));
}

// Some messages later, when that has come: what it reads then.
inline void prefetch_book_level(const Books& books, Books::Symbol symbol, const std::uint8_t* m,
                                std::size_t bytes) noexcept {
  if (bytes < itch::AddOrder::kLength) return;
  const bool is_new = m[0] == 'A' || m[0] == 'F';
  books.prefetch_level(symbol, load_be64(m + 11), is_new, m[19] == 'B' ? Side::buy : Side::sell,
                       Price{load_be32(m + 32)});
}

}  // namespace twinpath
