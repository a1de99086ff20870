// What an order or trade message does to its symbol's book. SEM 2.6, 3.2.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "host/book/books.h"
#include "host/core/counters.h"
#include "host/core/types.h"
#include "host/path/locates.h"
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

// Where messages of all these types have their order's reference.
inline constexpr std::size_t kReferenceAt = 11;

// What an E, C, X or D takes from its order. Whichever it is, the same bytes are looked at and nothing branches on it:
// in place of a field that a type does not have, another of its own is read, and not used.
inline Books::Reduction reduction(const std::uint8_t* m, std::uint8_t type) noexcept {
  static_assert(itch::OrderDelete::kLength >= kReferenceAt + 8 && itch::OrderExecutedWithPrice::kLength == 36);
  Books::Reduction r;
  r.all = type == 'D';
  r.priced = type == 'C';
  r.shares = Quantity{load_be32(m + (r.all ? kReferenceAt : 19))};
  r.trade = (type == 'E') | (r.priced & (m[r.priced ? 31 : 0] == 'Y'));
  r.price = Price{load_be32(m + (r.priced ? 32 : kReferenceAt))};
  return r;
}

// The message's type is one of A F E C X D U P; any other is a mistake of the caller's. Returns the order reference
// that events of the message name: the new one of U, 0 of P.
[[gnu::always_inline]] inline std::uint64_t book_message(Books& books, Books::Symbol symbol, const std::uint8_t* m,
                                                         std::uint8_t type, BookChange& change) noexcept {
  if ((type == 'A') | (type == 'F')) {
    const auto a = itch::AddOrder::read(m);  // F has the same fields first
    books.add(symbol, a.order_reference_number, a.buy_sell_indicator == 'B' ? Side::buy : Side::sell,
              Quantity{a.shares}, Price{a.price}, change);
    return a.order_reference_number;
  }
  if (type == 'U') {
    const auto u = itch::OrderReplace::read(m);
    books.replace(symbol, u.original_order_reference_number, u.new_order_reference_number, Quantity{u.shares},
                  Price{u.price}, change);
    return u.new_order_reference_number;
  }
  if (type == 'P') [[unlikely]] {
    const auto p = itch::Trade::read(m);
    books.trade(symbol, Quantity{p.shares}, Price{p.price}, change);
    return 0;
  }
  const std::uint64_t reference = load_be64(m + kReferenceAt);
  books.reduce(symbol, reference, reduction(m, type), change);
  return reference;
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

// For a message that will have its turn soon: fetches what book_message() reads first. The new reference of U is a
// neighbour of those that came last.
inline void prefetch_book_message(const Books& books, Books::Symbol symbol, const std::uint8_t* m) noexcept {
  books.prefetch(symbol, load_be64(m + kReferenceAt));
}

// Some messages later, when that has come: what it reads then.
inline void prefetch_book_level(const Books& books, Books::Symbol symbol, const std::uint8_t* m,
                                std::uint8_t type) noexcept {
  if (type == 'A' || type == 'F') {
    books.prefetch_level(symbol, m[19] == 'B' ? Side::buy : Side::sell, Price{load_be32(m + 32)});
  } else {
    books.prefetch_level(symbol, load_be64(m + kReferenceAt));
  }
}

// The configured symbol that a message is about; false, and counted, when it is about another.
inline bool locate(const std::uint8_t* m, const Locates& locates, Counters& counters, SymbolIndex& symbol) noexcept {
  const int index = locates.symbol_of(m);
  counters.add(Counter::other_symbol, index < 0);
  symbol = static_cast<SymbolIndex>(index);
  return index >= 0;
}

// Counts a message in front of its turn. False when nothing more comes of it; else `symbol` is the symbol whose book it
// changes, if it is of a kind that does.
inline bool look_at_message(const std::uint8_t* m, std::uint8_t type, const Locates& locates, Counters& counters,
                            SymbolIndex& symbol) noexcept {
  counters.add(kMessageCounter[type]);
  // Without a branch: whose message it is, is nobody's guess.
  const int index = locates.symbol_of(m);
  const bool other = kIsBookMessage[type] & (index < 0);
  counters.add(Counter::other_symbol, other);
  symbol = static_cast<SymbolIndex>(index);
  return !other;
}

}  // namespace twinpath
