// A desk for one strategy: its books, its orders and an exchange that does as the test says. What the contract (SEM 9)
// asks of a core, it does; what it asks of a strategy, it checks.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "host/strategy/strategy.h"

namespace twinpath::testing {

inline SideQuote quote_at(std::uint32_t price, std::uint32_t quantity = 100) {
  return {SideState::quoted, Price{price}, Quantity{quantity}};
}
inline Bbo market(std::uint32_t bid, std::uint32_t ask, std::uint32_t bid_quantity = 100,
                  std::uint32_t ask_quantity = 100) {
  return {quote_at(bid, bid_quantity), quote_at(ask, ask_quantity)};
}

template <Strategy S>
class Desk {
 public:
  struct Order {
    SymbolIndex symbol;
    Side side;
    std::uint32_t price, leaves, tag;
    bool cancelling;
  };

  explicit Desk(const typename S::Parameters& parameters) : strategy_(std::make_unique<S>(parameters)) {
    status({{}, true, false, false, true});
  }

  // Each returns what the strategy asked for.
  std::vector<Intent> status(StatusUpdate u) {
    u.stamp = now;
    status_ = u;
    Intents ask;
    strategy_->on_status(u, ask);
    return take(ask);
  }
  std::vector<Intent> book(SymbolIndex symbol, const Bbo& bbo, const Trade& trade = {}) {
    const Bbo before = std::exchange(bbo_[symbol], bbo);
    Intents ask;
    strategy_->on_book({now, before, bbo, trade, symbol, trusted[symbol], tradable[symbol]}, ask);
    return take(ask);
  }
  std::vector<Intent> fill(std::uint32_t user_ref, std::uint32_t quantity, std::uint32_t price) {
    Order& o = orders.at(user_ref);
    EXPECT_LE(quantity, o.leaves);
    o.leaves -= quantity;
    positions[o.symbol] += o.side == Side::buy ? std::int32_t(quantity) : -std::int32_t(quantity);
    OrderUpdate u = of(user_ref, OrderState::filled);
    u.price = Price{price};
    u.quantity = Quantity{quantity};
    if (o.leaves == 0) orders.erase(user_ref);
    return answer(u);
  }
  std::vector<Intent> done(std::uint32_t user_ref) {
    OrderUpdate u = of(user_ref, OrderState::done);
    u.quantity = u.leaves;
    u.leaves = {};
    orders.erase(user_ref);
    return answer(u);
  }
  std::vector<Intent> position(SymbolIndex symbol, std::int32_t shares) {
    positions[symbol] = shares;
    OrderUpdate u;
    u.stamp = now;
    u.state = OrderState::position;
    u.symbol = symbol;
    u.position = shares;
    return answer(u);
  }

  // The open orders of a symbol and side.
  std::vector<std::uint32_t> open(SymbolIndex symbol, Side side) const {
    std::vector<std::uint32_t> all;
    for (const auto& [user_ref, o] : orders) {
      if (o.symbol == symbol && o.side == side) all.push_back(user_ref);
    }
    return all;
  }
  const Bbo& bbo(SymbolIndex symbol) const { return bbo_.at(symbol); }

  Cycles now{1000};
  std::map<std::uint32_t, Order> orders;  // by user_ref
  std::map<SymbolIndex, std::int32_t> positions;
  std::array<bool, kSymbols> trusted = [] {
    std::array<bool, kSymbols> a;
    a.fill(true);
    return a;
  }();
  std::array<bool, kSymbols> tradable = trusted;
  Reason refuse = Reason::none;  // what every enter is rejected for

 private:
  OrderUpdate of(std::uint32_t user_ref, OrderState state) {
    const Order& o = orders.at(user_ref);
    OrderUpdate u;
    u.stamp = now;
    u.state = state;
    u.side = o.side;
    u.symbol = o.symbol;
    u.user_ref = user_ref;
    u.tag = o.tag;
    u.price = Price{o.price};
    u.leaves = Quantity{o.leaves};
    u.position = positions[o.symbol];
    return u;
  }
  std::vector<Intent> answer(const OrderUpdate& u) {
    Intents ask;
    strategy_->on_order(u, ask);
    return take(ask);
  }
  std::vector<Intent> take(const Intents& ask) {
    std::vector<Intent> all;
    Intents closed;
    closed.close();
    for (unsigned i = 0; i < ask.size(); ++i) {
      const Intent& intent = ask[i];
      all.push_back(intent);
      OrderUpdate u;
      if (intent.kind == IntentKind::enter) {
        EXPECT_TRUE(status_.trading()) << "asked for an order while it may not trade";
        EXPECT_TRUE(trusted[intent.symbol] && tradable[intent.symbol] && !bbo_[intent.symbol].crossed());
        EXPECT_GT(intent.quantity.value, 0u);
        EXPECT_GT(intent.price.value, 0u);
        if (refuse == Reason::none) {
          orders[++last_] = {intent.symbol, intent.side, intent.price.value, intent.quantity.value, intent.tag, false};
          u = of(last_, OrderState::sent);
          u.quantity = u.leaves;
        } else {
          u.state = OrderState::rejected;
          u.reason = refuse;
          u.side = intent.side;
          u.symbol = intent.symbol;
          u.tag = intent.tag;
          u.price = intent.price;
          u.quantity = intent.quantity;
          u.position = positions[intent.symbol];
        }
      } else {
        EXPECT_TRUE(orders.contains(intent.user_ref)) << "cancels an order that is not open";
        if (!orders.contains(intent.user_ref)) continue;
        EXPECT_FALSE(orders[intent.user_ref].cancelling) << "cancels an order twice";
        orders[intent.user_ref].cancelling = true;
        u = of(intent.user_ref, OrderState::cancel_sent);
      }
      u.stamp = now;
      strategy_->on_order(u, closed);
    }
    return all;
  }

  std::unique_ptr<S> strategy_;
  StatusUpdate status_;
  std::map<SymbolIndex, Bbo> bbo_;
  std::uint32_t last_ = 100;
};

}  // namespace twinpath::testing
