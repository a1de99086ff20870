// A reader of the tape that forgives nothing: the books that its messages make, order by order, in their order of time,
// and a complaint about the first message that cannot be.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "host/venue/market/message_store.h"
#include "host/venue/market/tape.h"
#include "host/wire/itch50.h"
#include "host/wire/soupbintcp.h"

namespace twinpath::market {

class TapeReader {
 public:
  struct Order {
    std::uint16_t locate;
    Side side;
    std::uint32_t price, shares;
    std::uint64_t arrival;  // counts the orders that have appeared

    bool operator==(const Order& o) const {
      return locate == o.locate && side == o.side && price == o.price && shares == o.shares;
    }
  };
  struct Symbol {
    Text<8> stock{};
    char state = ' ';

    bool operator==(const Symbol&) const = default;
  };
  // Shown at each price.
  using Depth = std::map<std::uint32_t, std::uint64_t>;

  // False once something was wrong.
  bool read(std::span<const std::uint8_t> message) {
    if (!wrong_.empty()) return false;
    if (message.size() == kEndOfSnapshotLength && message[0] == kEndOfSnapshot) {
      const auto next = soup::parse_number({reinterpret_cast<const char*>(message.data()) + 1, 20});
      if (!next) return fail("an end of snapshot without a number");
      next_ = *next;
      return true;
    }
    ++types_[static_cast<char>(message.empty() ? 0 : message[0])];
    if (!itch::visit(message, [&](const auto& m) { on(m); })) return fail("no ITCH message");
    return wrong_.empty();
  }
  // The messages from `from` on that are there; returns the next sequence number.
  std::uint64_t read_all(const MessageStore& store, std::uint64_t from) {
    for (; from < store.next_sequence(); ++from)
      if (!read(store.at(from))) {
        wrong_ = "message " + std::to_string(from) + ": " + wrong_;
        break;
      }
    return from;
  }

  const std::string& wrong() const noexcept { return wrong_; }
  std::uint64_t next_after_snapshot() const noexcept { return next_; }
  const std::map<char, std::uint64_t>& types() const noexcept { return types_; }
  const std::map<std::uint64_t, Order>& orders() const noexcept { return orders_; }
  const std::map<std::uint16_t, Symbol>& symbols() const noexcept { return symbols_; }
  // All references in the order of their turn at their prices, but for some.
  std::vector<std::uint64_t> turns(const std::set<std::uint64_t>& left_out) const {
    std::map<std::tuple<std::uint16_t, Side, std::uint32_t, std::uint64_t>, std::uint64_t> sorted;
    for (const auto& [reference, o] : orders_)
      if (!left_out.contains(reference)) sorted[{o.locate, o.side, o.price, o.arrival}] = reference;
    std::vector<std::uint64_t> all;
    for (const auto& [key, reference] : sorted) all.push_back(reference);
    return all;
  }
  // The orders of a side.
  std::vector<std::pair<std::uint64_t, Order>> side(std::uint16_t locate, Side s) const {
    std::vector<std::pair<std::uint64_t, Order>> all;
    for (const auto& o : orders_)
      if (o.second.locate == locate && o.second.side == s) all.push_back(o);
    return all;
  }
  Depth depth(std::uint16_t locate, Side s) const {
    Depth d;
    for (const auto& [reference, o] : side(locate, s)) d[o.price] += o.shares;
    return d;
  }

 private:
  bool fail(std::string what) {
    if (wrong_.empty()) wrong_ = std::move(what);
    return false;
  }
  void add(std::uint16_t locate, std::uint64_t reference, Side side, std::uint32_t shares, std::uint32_t price) {
    if (!symbols_.contains(locate)) fail("an order of locate " + std::to_string(locate) + ", which is unknown");
    if (shares == 0 || price == 0) fail("an order without shares or price");
    if (!used_.insert(reference).second) fail("reference " + std::to_string(reference) + " again");
    orders_.emplace(reference, Order{locate, side, price, shares, used_.size()});
  }
  // Where the order is, if it is of this locate and has so many shares.
  std::map<std::uint64_t, Order>::iterator take(std::uint16_t locate, std::uint64_t reference, std::uint32_t shares) {
    const auto it = orders_.find(reference);
    if (it == orders_.end()) {
      fail("reference " + std::to_string(reference) + " is unknown");
    } else if (it->second.locate != locate || it->second.shares < shares) {
      fail("reference " + std::to_string(reference) + " has " + std::to_string(it->second.shares) + " shares, not " +
           std::to_string(shares));
    } else {
      return it;
    }
    return orders_.end();
  }
  void reduce(std::uint16_t locate, std::uint64_t reference, std::uint32_t shares) {
    const auto it = take(locate, reference, shares);
    if (it == orders_.end()) return;
    it->second.shares -= shares;
    if (it->second.shares == 0) orders_.erase(it);
  }
  void match(std::uint64_t number) {
    if (!matches_.insert(number).second || auction_matches_.contains(number))
      fail("match number " + std::to_string(number) + " again");
  }

  template <class M>
  void on(const M& m) {
    if (m.timestamp < time_) fail("time goes back");
    time_ = m.timestamp;
    if constexpr (std::is_same_v<M, itch::StockDirectory>) {
      symbols_[m.stock_locate].stock = m.stock;
    } else if constexpr (std::is_same_v<M, itch::StockTradingAction>) {
      if (!symbols_.contains(m.stock_locate)) fail("the state of an unknown symbol");
      symbols_[m.stock_locate].state = m.trading_state;
    } else if constexpr (std::is_same_v<M, itch::AddOrder>) {
      add(m.stock_locate, m.order_reference_number, m.buy_sell_indicator == 'B' ? Side::buy : Side::sell, m.shares,
          m.price);
      if (symbols_[m.stock_locate].stock != m.stock) fail("an order of another symbol than its locate's");
    } else if constexpr (std::is_same_v<M, itch::OrderExecuted>) {
      reduce(m.stock_locate, m.order_reference_number, m.executed_shares);
      match(m.match_number);
    } else if constexpr (std::is_same_v<M, itch::OrderExecutedWithPrice>) {
      reduce(m.stock_locate, m.order_reference_number, m.executed_shares);
      // Both sides of a trade in an auction have its number.
      if (matches_.contains(m.match_number)) fail("match number " + std::to_string(m.match_number) + " again");
      auction_matches_.insert(m.match_number);
    } else if constexpr (std::is_same_v<M, itch::OrderCancel>) {
      const auto it = take(m.stock_locate, m.order_reference_number, m.cancelled_shares);
      if (it != orders_.end() && it->second.shares == m.cancelled_shares) fail("a cancel of a whole order");
      reduce(m.stock_locate, m.order_reference_number, m.cancelled_shares);
    } else if constexpr (std::is_same_v<M, itch::OrderDelete>) {
      const auto it = take(m.stock_locate, m.order_reference_number, 0);
      if (it != orders_.end()) orders_.erase(it);
    } else if constexpr (std::is_same_v<M, itch::OrderReplace>) {
      const auto it = take(m.stock_locate, m.original_order_reference_number, 0);
      if (it == orders_.end()) return;
      const Side side = it->second.side;
      orders_.erase(it);
      add(m.stock_locate, m.new_order_reference_number, side, m.shares, m.price);
    } else if constexpr (std::is_same_v<M, itch::CrossTrade>) {
      if (m.shares != 0) match(m.match_number);
    }
  }

  std::map<std::uint64_t, Order> orders_;
  std::map<std::uint16_t, Symbol> symbols_;
  std::set<std::uint64_t> used_;  // references
  std::set<std::uint64_t> matches_, auction_matches_;
  std::map<char, std::uint64_t> types_;
  std::uint64_t time_ = 0;
  std::uint64_t next_ = 0;
  std::string wrong_;
};

}  // namespace twinpath::market
