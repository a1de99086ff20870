// The market's orders of some symbols, each in its place in the queue of its price, and a strategy's own orders among
// them: who would have been filled.
//
// The market is what was recorded, and does not react. What an own order takes is marked as taken, so that nothing is
// taken twice, and an own order that rests is filled
//   - when an order behind it in its queue is executed and nothing is left ahead of it,
//   - when an order at a worse price is executed, or a hidden trade prints at a worse price: it would have come first,
//   - when an order arrives on the other side at its price or better: the two would have met;
// of the shares executed, printed or arriving, each for one own order only. Ahead of an own order are the shares that
// rested at its price when it joined, less what was executed, cancelled or taken of them since, told by order
// reference; shares that join later are behind. Crosses (Q) fill nothing.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "host/core/types.h"

namespace twinpath {

// A fill of an own order. Maker: it was resting.
struct OwnFill {
  std::uint32_t user_ref = 0;
  SymbolIndex symbol = 0;
  Side side = Side::buy;
  Price price;
  Quantity quantity;
  Quantity leaves;  // after this
  bool maker = false;
};

class MarketBook {
 public:
  // ---- the market, as ITCH tells it; references that are not there are passed over ----
  void add(SymbolIndex symbol, std::uint64_t reference, Side side, Quantity shares, Price price);
  // `fills`: whether it counts as an execution that own orders could have had, as C that is not printable does not.
  void execute(std::uint64_t reference, Quantity shares, bool fills);
  void cancel(std::uint64_t reference, Quantity shares);
  void erase(std::uint64_t reference);
  void replace(std::uint64_t reference, std::uint64_t fresh, Quantity shares, Price price);
  void hidden_trade(SymbolIndex symbol, Quantity shares, Price price);

  // ---- own orders ----
  // Takes what it can have, then rests, unless `immediate`. Returns the shares that are left and do not rest.
  Quantity enter(std::uint32_t user_ref, SymbolIndex symbol, Side side, Price price, Quantity shares, bool immediate);
  // Returns the shares that were left; 0 when it does not rest.
  Quantity cancel_own(std::uint32_t user_ref, SymbolIndex symbol);
  // Shares ahead of a resting own order; nothing else asks for them but tests and reports.
  std::uint64_t ahead(std::uint32_t user_ref, SymbolIndex symbol) const;
  std::size_t resting() const;

  // What has been filled since the last call, in order.
  std::vector<OwnFill>& fills() noexcept { return fills_; }

  // Best prices of the market itself; 0 when the side is empty.
  Price best(SymbolIndex symbol, Side side) const;

 private:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  struct Order {
    std::uint64_t reference;
    std::uint64_t place;  // orders that joined before have a lower one
    Price price;
    std::uint32_t shares;
    std::uint32_t taken;  // of them, by own orders
    std::uint32_t before, behind;
    SymbolIndex symbol;
    Side side;
    std::uint32_t free() const noexcept { return shares - taken; }
  };
  struct Level {
    std::uint32_t first = kNone, last = kNone;
    std::uint64_t free = 0;  // shares that own orders have not taken
  };
  struct Own {
    std::uint32_t user_ref;
    Side side;
    Price price;
    std::uint32_t leaves;
    std::uint64_t place;
    std::uint64_t ahead;
  };
  using Levels = std::map<std::uint32_t, Level>;
  struct Symbol {
    Levels bids, asks;
    std::vector<Own> own;  // the more aggressive price first, then by place
    Levels& side(Side s) { return s == Side::buy ? bids : asks; }
    const Levels& side(Side s) const { return s == Side::buy ? bids : asks; }
  };

  static bool better(Side side, Price a, Price b) noexcept { return side == Side::buy ? a > b : a < b; }

  void reduce(std::uint32_t index, std::uint32_t shares, bool executed);
  void take(Order& order, Level& level, std::uint32_t shares);
  void gone_ahead(Symbol& s, const Order& order, std::uint64_t shares);
  // Fills own orders of a side, first in line first, while `meets(own)`; returns the shares of `shares` that it took.
  template <class Meets>
  std::uint32_t fill_own(SymbolIndex symbol, Side side, std::uint32_t shares, Meets&& meets);

  std::array<Symbol, kSymbols> symbols_;
  std::vector<Order> orders_;
  std::vector<std::uint32_t> spare_;
  std::unordered_map<std::uint64_t, std::uint32_t> index_;
  std::uint64_t place_ = 0;
  std::vector<OwnFill> fills_;
};

}  // namespace twinpath
