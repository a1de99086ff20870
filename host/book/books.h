// The books of all configured symbols: order table, levels, best bid and offer, trusted or not. SEM 3, 4.3.
#pragma once
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
  bool effect = false;  // rules are to be evaluated
  Bbo before;
  Bbo after;
  bool sticky_before = false;
  bool sticky_after = false;
  Trade trade;

  bool changed() const noexcept { return !(before == after); }
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
    prefetch_line(&books_[symbol].asks);
  }

  // Some time after prefetch(): fetches the level that the message will change, that of its own side and price for a
  // new order, else that of the order.
  void prefetch_level(Symbol symbol, std::uint64_t reference, bool is_new, Side side, Price price) const noexcept {
    const LiveOrder& order = table_.likely(reference);
    const Book& book = books_[symbol];
    const unsigned level = book.window.nearest(is_new ? price : order.price);
    // Without a branch: which side it is, is nobody's guess.
    prefetch_line((is_new ? side : order.side) == Side::buy ? book.bids.at(level) : book.asks.at(level));
  }

  void add(Symbol symbol, std::uint64_t reference, Side side, Quantity shares, Price price,
           BookChange& change) noexcept {
    Book& book = books_[symbol];
    begin(book, change);
    change.effect = insert(book, change, symbol, reference, side, shares, price);
    end(book, change);
  }

  // E and C. `trade_price` is the print's; nullptr for E, whose print is at the order's price. Not `printable`: no
  // trade.
  void execute(Symbol symbol, std::uint64_t reference, Quantity shares, const Price* trade_price, bool printable,
               BookChange& change) noexcept {
    Book& book = books_[symbol];
    begin(book, change);
    const OrderTable::Place place = lookup(symbol, reference);
    if (place.found) {
      const LiveOrder order = table_.at(place);
      const Quantity done = reduce(book, change, place, shares);
      change.effect = true;
      end(book, change);
      if (printable && done.value > 0) {
        change.trade = {true, true, order.side, trade_price ? *trade_price : order.price, done, false};
        change.trade.through = order.side == Side::buy
                                   ? !change.after.bid.quoted() || change.after.bid.price < order.price
                                   : !change.after.ask.quoted() || change.after.ask.price > order.price;
      }
      return;
    }
    end(book, change);
  }

  void cancel(Symbol symbol, std::uint64_t reference, Quantity shares, BookChange& change) noexcept {
    Book& book = books_[symbol];
    begin(book, change);
    const OrderTable::Place place = lookup(symbol, reference);
    if (place.found) {
      reduce(book, change, place, shares);
      change.effect = true;
    }
    end(book, change);
  }

  void erase(Symbol symbol, std::uint64_t reference, BookChange& change) noexcept {
    Book& book = books_[symbol];
    begin(book, change);
    const OrderTable::Place place = lookup(symbol, reference);
    if (place.found) {
      remove(book, change, place);
      change.effect = true;
    }
    end(book, change);
  }

  void replace(Symbol symbol, std::uint64_t reference, std::uint64_t new_reference, Quantity shares, Price price,
               BookChange& change) noexcept {
    Book& book = books_[symbol];
    begin(book, change);
    const OrderTable::Place place = lookup(symbol, reference);
    if (place.found) {
      const Side side = table_.at(place).side;
      remove(book, change, place);
      insert(book, change, symbol, new_reference, side, shares, price);
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
  const LevelSide<Side::buy>& bids(Symbol symbol) const noexcept { return books_[symbol].bids; }
  const LevelSide<Side::sell>& asks(Symbol symbol) const noexcept { return books_[symbol].asks; }
  const PriceWindow& window(Symbol symbol) const noexcept { return books_[symbol].window; }

 private:
  // What a message reads first is in a line each.
  struct alignas(64) Book {
    Bbo bbo;
    PriceWindow window;
    bool sticky = false;
    LevelSide<Side::buy> bids;
    alignas(64) LevelSide<Side::sell> asks;
  };

  // The quotes that a message leaves are put into `change` and into the book alike: reading them back at once, in wider
  // pieces than they were written in, would stall.
  static void begin(const Book& book, BookChange& change) noexcept {
    change.effect = false;
    change.before = book.bbo;
    change.after = book.bbo;
    change.sticky_before = book.sticky;
    change.trade.valid = false;
  }
  static void end(const Book& book, BookChange& change) noexcept { change.sticky_after = book.sticky; }

  OrderTable::Place lookup(Symbol symbol, std::uint64_t reference) noexcept {
    OrderTable::Place place = table_.find(reference);
    if (place.found && table_.at(place).symbol != symbol) place.found = false;
    if (!place.found) counters_.add(Counter::unknown_reference);
    return place;
  }

  bool insert(Book& book, BookChange& change, Symbol symbol, std::uint64_t reference, Side side, Quantity shares,
              Price price) noexcept {
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
    if (!table_.room(place.set)) {
      counters_.add(Counter::order_table_full);
      book.sticky = true;
      return false;
    }
    const bool over = side == Side::buy
                          ? level_add(book, book.bids, Side::buy, price, shares, book.bbo.bid, change.after.bid)
                          : level_add(book, book.asks, Side::sell, price, shares, book.bbo.ask, change.after.ask);
    table_.insert(place.set, reference, {shares, price, symbol, side, over});
    return true;
  }

  // Returns the shares actually taken.
  Quantity reduce(Book& book, BookChange& change, OrderTable::Place place, Quantity shares) noexcept {
    LiveOrder& order = table_.at(place);
    if (shares > order.shares) {
      counters_.add(Counter::over_reduction);
      book.sticky = true;
      shares = order.shares;
    }
    if (shares.value == 0) return shares;
    order.shares -= shares;
    const LiveOrder now = order;
    const bool gone = now.shares.value == 0;
    if (gone) table_.erase(place);
    level_remove(book, change, now, shares, gone);
    return shares;
  }

  void remove(Book& book, BookChange& change, OrderTable::Place place) noexcept {
    const LiveOrder order = table_.at(place);
    table_.erase(place);
    level_remove(book, change, order, order.shares, true);
  }

  // True when the price is in the window but the side's total has no room: the order counts as beyond.
  template <Side kSide>
  bool level_add(Book& book, LevelSide<kSide>& levels, Side side, Price price, Quantity shares, SideQuote& quote,
                 SideQuote& told) noexcept {
    const PricePlace place = book.window.place(side, price);
    bool over = false;
    if (place.price_class == PriceClass::in) {
      over = !levels.add(place.level, shares);
      if (over) {
        counters_.add(Counter::level_overflow);
        ++levels.beyond;
      }
    } else {
      ++(place.price_class == PriceClass::far ? levels.far : levels.beyond);
    }
    quote = told = levels.quote(book.window);
    return over;
  }

  void level_remove(Book& book, BookChange& change, const LiveOrder& order, Quantity shares, bool gone) noexcept {
    order.side == Side::buy ? level_remove(book, book.bids, order, shares, gone, book.bbo.bid, change.after.bid)
                            : level_remove(book, book.asks, order, shares, gone, book.bbo.ask, change.after.ask);
  }

  template <Side kSide>
  void level_remove(Book& book, LevelSide<kSide>& levels, const LiveOrder& order, Quantity shares, bool gone,
                    SideQuote& quote, SideQuote& told) noexcept {
    const PricePlace place = book.window.place(order.side, order.price);
    if (place.price_class == PriceClass::in && !order.over) {
      levels.remove(place.level, shares);
    } else if (gone) {
      --(place.price_class == PriceClass::far ? levels.far : levels.beyond);
    }
    quote = told = levels.quote(book.window);
  }

  Counters& counters_;
  OrderTable table_;
  HugeArray<Book> books_;
};

}  // namespace twinpath
