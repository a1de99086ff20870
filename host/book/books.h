// The books of all configured symbols: order table, levels, best bid and offer, trusted or not. SEM 3, 4.3.
#pragma once
#include <array>
#include <cstdint>

#include "host/book/bbo.h"
#include "host/book/order_table.h"
#include "host/book/price_levels.h"
#include "host/book/trade.h"
#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/core/huge_pages.h"
#include "host/core/prefetch.h"
#include "host/core/types.h"

namespace twinpath {

// What one message did to its symbol's book.
struct BookChange {
  bool effect = false;   // rules are to be evaluated
  bool changed = false;  // `before` and `after` differ
  bool sticky_before = false;
  bool sticky_after = false;
  Bbo before;
  Bbo after;
  Trade trade;
};

// Allocates at construction only.
class Books {
 public:
  using Symbol = SymbolIndex;

  Books(const CoreConfig& config, Counters& counters)
      : counters_(counters), table_(config.sets_log2, config.ways), books_(kSymbols) {
    for (std::size_t i = 0; i < config.symbols.size(); ++i)
      books_[i].window = {Price{config.symbols[i].window_base}, config.symbols[i].cent_tick};
  }

  // Fetches what a coming message of this symbol and order will read first.
  void prefetch(Symbol symbol, std::uint64_t reference) const noexcept {
    table_.prefetch(reference);
    prefetch_line(&books_[symbol]);
    prefetch_line(&books_[symbol].levels(Side::sell));
  }

  // Some time after prefetch(): fetches the level that the message will change, by side and price of a new order or by
  // the reference of one that is there.
  void prefetch_level(Symbol symbol, Side side, Price price) const noexcept {
    const Book& book = books_[symbol];
    prefetch_line(book.levels(side).at(book.window.nearest(price)));
  }
  void prefetch_level(Symbol symbol, std::uint64_t reference) const noexcept {
    const LiveOrder& order = table_.likely(reference);
    prefetch_line(books_[symbol].levels(order.side).at(order.level % kLevels));
  }

  [[gnu::always_inline]] void add(Symbol symbol, std::uint64_t reference, Side side, Quantity shares, Price price,
                                  BookChange& change) noexcept {
    Book& book = books_[symbol];
    begin(book, change);
    change.effect = insert(book, change, symbol, reference, side, shares, price);
    end(book, change);
  }

  // Shares that leave an order by an E, C, X or D: one form for all, so that which it is is nobody's guess.
  struct Reduction {
    Quantity shares{};    // unless `all`
    bool all = false;     // of the order's shares: D
    bool trade = false;   // E, and C that is printable: a print at the order's price
    bool priced = false;  // C: the print is at `price`
    Price price{};
  };
  [[gnu::always_inline]] void reduce(Symbol symbol, std::uint64_t reference, const Reduction& r,
                                     BookChange& change) noexcept {
    Book& book = books_[symbol];
    begin(book, change);
    const OrderTable::Place place = lookup(symbol, reference);
    if (place.found) [[likely]] {
      const LiveOrder order = table_.at(place);
      const Quantity done = take(book, change, place, order, r.all ? order.shares : r.shares);
      change.effect = true;
      change.trade.valid = r.trade & (done.value > 0);
      change.trade.execution = true;
      change.trade.resting = order.side;
      change.trade.price = r.priced ? r.price : order.price;
      change.trade.shares = done;
      change.trade.through = through(change.after, order);
    }
    end(book, change);
  }

  // E and C. `trade_price` is the print's; nullptr for E, whose print is at the order's price. Not `printable`: no
  // trade.
  void execute(Symbol symbol, std::uint64_t reference, Quantity shares, const Price* trade_price, bool printable,
               BookChange& change) noexcept {
    const bool priced = trade_price != nullptr;
    reduce(symbol, reference, {shares, false, printable, priced, priced ? *trade_price : Price{}}, change);
  }
  void cancel(Symbol symbol, std::uint64_t reference, Quantity shares, BookChange& change) noexcept {
    reduce(symbol, reference, {.shares = shares}, change);
  }
  void erase(Symbol symbol, std::uint64_t reference, BookChange& change) noexcept {
    reduce(symbol, reference, {.all = true}, change);
  }

  [[gnu::noinline]] void replace(Symbol symbol, std::uint64_t reference, std::uint64_t new_reference, Quantity shares,
                                 Price price, BookChange& change) noexcept {
    Book& book = books_[symbol];
    begin(book, change);
    const OrderTable::Place place = lookup(symbol, reference);
    if (place.found) {
      const LiveOrder order = table_.at(place);
      take(book, change, place, order, order.shares);
      insert(book, change, symbol, new_reference, order.side, shares, price);
      change.effect = true;
    }
    end(book, change);
  }

  // P: a trade against a hidden order; the book stays.
  void trade(Symbol symbol, Quantity shares, Price price, BookChange& change) noexcept {
    Book& book = books_[symbol];
    begin(book, change);
    change.effect = true;
    end(book, change);
    change.trade = {true, false, Side::buy, price, shares, false};
  }

  void trust(Symbol symbol) noexcept { books_[symbol].sticky = false; }
  void trust_all() noexcept {
    for (unsigned i = 0; i < kSymbols; ++i) books_[i].sticky = false;
  }

  const Bbo& bbo(Symbol symbol) const noexcept { return books_[symbol].bbo; }
  bool sticky(Symbol symbol) const noexcept { return books_[symbol].sticky; }
  const OrderTable& orders() const noexcept { return table_; }
  const LevelSide& bids(Symbol symbol) const noexcept { return books_[symbol].levels(Side::buy); }
  const LevelSide& asks(Symbol symbol) const noexcept { return books_[symbol].levels(Side::sell); }
  const PriceWindow& window(Symbol symbol) const noexcept { return books_[symbol].window; }

 private:
  // What a message reads first is in a line each.
  struct alignas(64) Book {
    Bbo bbo;
    PriceWindow window;
    bool sticky = false;
    std::array<LevelSide, 2> sides{LevelSide{Side::buy}, LevelSide{Side::sell}};

    LevelSide& levels(Side side) noexcept { return sides[static_cast<unsigned>(side)]; }
    const LevelSide& levels(Side side) const noexcept { return sides[static_cast<unsigned>(side)]; }
  };

  // The quotes that a message leaves are put into `change` and into the book alike: reading them back at once, in wider
  // pieces than they were written in, would stall.
  static void begin(const Book& book, BookChange& change) noexcept {
    change.effect = false;
    change.changed = false;
    change.before = book.bbo;
    change.after = book.bbo;
    change.sticky_before = book.sticky;
    change.trade.valid = false;
  }
  static void put(Book& book, BookChange& change, Side side, const SideQuote& quote) noexcept {
    book.bbo.of(side) = quote;
    change.after.of(side) = quote;
    change.changed = !(quote == change.before.of(side));
  }
  static void end(const Book& book, BookChange& change) noexcept { change.sticky_after = book.sticky; }

  [[gnu::always_inline]] OrderTable::Place lookup(Symbol symbol, std::uint64_t reference) noexcept {
    OrderTable::Place place = table_.find(reference);
    if (place.found && table_.at(place).symbol != symbol) place.found = false;
    if (!place.found) counters_.add(Counter::unknown_reference);
    return place;
  }

  [[gnu::always_inline]] bool insert(Book& book, BookChange& change, Symbol symbol, std::uint64_t reference, Side side,
                                     Quantity shares, Price price) noexcept {
    if (shares.value == 0) {
      counters_.add(Counter::zero_quantity);
      return false;
    }
    const OrderTable::Place place = table_.find(reference);
    if (place.found) {
      counters_.add(Counter::duplicate_reference);
      book.sticky = true;
      return false;
    }
    if (!place.room()) {
      counters_.add(Counter::order_table_full);
      book.sticky = true;
      return false;
    }
    const std::uint16_t level = level_add(book, change, side, price, shares);
    table_.insert(place, reference, {shares, price, symbol, side, level});
    return true;
  }

  // From the order that is at `place`. Returns the shares actually taken.
  [[gnu::always_inline]] Quantity take(Book& book, BookChange& change, OrderTable::Place place, const LiveOrder& order,
                                       Quantity shares) noexcept {
    if (shares > order.shares) [[unlikely]] {
      counters_.add(Counter::over_reduction);
      book.sticky = true;
      shares = order.shares;
    }
    const bool gone = shares == order.shares;
    table_.at(place).shares = order.shares - shares;
    table_.erase(place, gone);
    level_remove(book, change, order, shares, gone);
    return shares;
  }

  // Whether a trade at the order's price has gone through it: nothing as good is quoted any more. For either side
  // without a branch.
  static bool through(const Bbo& after, const LiveOrder& order) noexcept {
    const bool bid = !after.bid.quoted() | (after.bid.price < order.price);
    const bool ask = !after.ask.quoted() | (after.ask.price > order.price);
    const bool buy = order.side == Side::buy;
    return (buy & bid) | (ask & !buy);
  }

  // The level that the order counts in, if it is in one.
  [[gnu::always_inline]] std::uint16_t level_add(Book& book, BookChange& change, Side side, Price price,
                                                 Quantity shares) noexcept {
    LevelSide& levels = book.levels(side);
    const PricePlace place = book.window.place(side, price);
    std::uint16_t level = LiveOrder::kNoLevel;
    if (place.price_class != PriceClass::in) [[unlikely]] {
      ++(place.price_class == PriceClass::far ? levels.far : levels.beyond);
    } else if (levels.add(place.level, shares)) [[likely]] {
      level = place.level;
    } else {
      // The price is in the window, but the side's total has no room: the order counts as beyond.
      counters_.add(Counter::level_overflow);
      ++levels.beyond;
    }
    // What is behind the best level nobody sees.
    if (level == LiveOrder::kNoLevel || levels.is_best(level)) put(book, change, side, levels.quote(book.window));
    return level;
  }

  [[gnu::always_inline]] void level_remove(Book& book, BookChange& change, const LiveOrder& order, Quantity shares,
                                           bool gone) noexcept {
    LevelSide& levels = book.levels(order.side);
    if (order.level != LiveOrder::kNoLevel) [[likely]] {
      const bool best = levels.is_best(order.level);
      levels.remove(order.level, shares);
      if (!best) return;
    } else if (gone) {
      const PricePlace place = book.window.place(order.side, order.price);
      --(place.price_class == PriceClass::far ? levels.far : levels.beyond);
    }
    put(book, change, order.side, levels.quote(book.window));
  }

  Counters& counters_;
  OrderTable table_;
  HugeArray<Book> books_;
};

}  // namespace twinpath
