#include "host/backtest/market_book.h"

#include <algorithm>
#include <iterator>

namespace twinpath {

void MarketBook::add(SymbolIndex symbol, std::uint64_t reference, Side side, Quantity shares, Price price) {
  if (shares.value == 0 || index_.contains(reference)) return;
  std::uint32_t at;
  if (spare_.empty()) {
    at = static_cast<std::uint32_t>(orders_.size());
    orders_.emplace_back();
  } else {
    at = spare_.back();
    spare_.pop_back();
  }
  index_.emplace(reference, at);
  Level& level = symbols_[symbol].side(side)[price.value];
  orders_[at] = {reference, ++place_, price, shares.value, 0, level.last, kNone, symbol, side};
  (level.last == kNone ? level.first : orders_[level.last].behind) = at;
  level.last = at;
  level.free += shares.value;
  if (symbols_[symbol].own.empty()) return;
  const std::uint32_t met =
      fill_own(symbol, opposite(side), shares.value, [&](const Own& o) { return !better(o.side, price, o.price); });
  take(orders_[at], level, met);
}

void MarketBook::execute(std::uint64_t reference, Quantity shares, bool fills) {
  const auto it = index_.find(reference);
  if (it == index_.end()) return;
  const Order order = orders_[it->second];
  const std::uint32_t executed = std::min(shares.value, order.shares);
  reduce(it->second, executed, true);
  if (!fills || symbols_[order.symbol].own.empty()) return;
  fill_own(order.symbol, order.side, executed, [&](const Own& o) {
    return better(o.side, o.price, order.price) || (o.price == order.price && o.place < order.place && o.ahead == 0);
  });
}

void MarketBook::cancel(std::uint64_t reference, Quantity shares) {
  const auto it = index_.find(reference);
  if (it != index_.end()) reduce(it->second, std::min(shares.value, orders_[it->second].shares), false);
}

void MarketBook::erase(std::uint64_t reference) {
  const auto it = index_.find(reference);
  if (it != index_.end()) reduce(it->second, orders_[it->second].shares, false);
}

void MarketBook::replace(std::uint64_t reference, std::uint64_t fresh, Quantity shares, Price price) {
  const auto it = index_.find(reference);
  if (it == index_.end()) return;
  const Order old = orders_[it->second];
  reduce(it->second, old.shares, false);
  add(old.symbol, fresh, old.side, shares, price);
}

void MarketBook::hidden_trade(SymbolIndex symbol, Quantity shares, Price price) {
  if (symbols_[symbol].own.empty()) return;
  for (const Side side : {Side::buy, Side::sell})
    fill_own(symbol, side, shares.value, [&](const Own& o) { return better(o.side, o.price, price); });
}

Quantity MarketBook::enter(std::uint32_t user_ref, SymbolIndex symbol, Side side, Price price, Quantity shares,
                           bool immediate) {
  Symbol& s = symbols_[symbol];
  Levels& levels = s.side(opposite(side));
  std::uint32_t leaves = shares.value;
  const auto take_level = [&](std::uint32_t at, Level& level) {
    std::uint32_t got = 0;
    for (std::uint32_t i = level.first; i != kNone && got < leaves; i = orders_[i].behind) {
      const std::uint32_t n = std::min(orders_[i].free(), leaves - got);
      take(orders_[i], level, n);
      got += n;
    }
    leaves -= got;
    if (got != 0) fills_.push_back({user_ref, symbol, side, Price{at}, Quantity{got}, Quantity{leaves}, false});
  };
  if (side == Side::buy) {
    for (auto it = levels.begin(); it != levels.end() && leaves != 0 && it->first <= price.value; ++it)
      take_level(it->first, it->second);
  } else {
    for (auto it = levels.rbegin(); it != levels.rend() && leaves != 0 && it->first >= price.value; ++it)
      take_level(it->first, it->second);
  }
  if (leaves == 0 || immediate) return Quantity{leaves};
  const auto level = s.side(side).find(price.value);
  const Own own{user_ref, side, price, leaves, ++place_, level == s.side(side).end() ? 0 : level->second.free};
  // Behind the orders of its price that are there already.
  const auto at = std::find_if(s.own.begin(), s.own.end(),
                               [&](const Own& o) { return o.side == side && better(side, price, o.price); });
  s.own.insert(at, own);
  return {};
}

Quantity MarketBook::cancel_own(std::uint32_t user_ref, SymbolIndex symbol) {
  auto& own = symbols_[symbol].own;
  const auto it = std::ranges::find(own, user_ref, &Own::user_ref);
  if (it == own.end()) return {};
  const Quantity left{it->leaves};
  own.erase(it);
  return left;
}

std::uint64_t MarketBook::ahead(std::uint32_t user_ref, SymbolIndex symbol) const {
  const auto& own = symbols_[symbol].own;
  const auto it = std::ranges::find(own, user_ref, &Own::user_ref);
  return it == own.end() ? 0 : it->ahead;
}

std::size_t MarketBook::resting() const {
  std::size_t n = 0;
  for (const Symbol& s : symbols_) n += s.own.size();
  return n;
}

Price MarketBook::best(SymbolIndex symbol, Side side) const {
  const Levels& levels = symbols_[symbol].side(side);
  if (levels.empty()) return {};
  return Price{side == Side::buy ? levels.rbegin()->first : levels.begin()->first};
}

void MarketBook::reduce(std::uint32_t index, std::uint32_t shares, bool executed) {
  Order& order = orders_[index];
  Symbol& s = symbols_[order.symbol];
  const auto it = s.side(order.side).find(order.price.value);
  Level& level = it->second;
  // The front of an order is what is executed, and what own orders have taken; its owner cancels what is left of it.
  const std::uint32_t before = order.free();
  const std::uint32_t of_taken = executed ? std::min(order.taken, shares) : shares - std::min(before, shares);
  order.taken -= of_taken;
  order.shares -= shares;
  level.free -= before - order.free();
  gone_ahead(s, order, before - order.free());
  if (order.shares != 0) return;
  (order.before == kNone ? level.first : orders_[order.before].behind) = order.behind;
  (order.behind == kNone ? level.last : orders_[order.behind].before) = order.before;
  if (level.first == kNone) s.side(order.side).erase(it);
  index_.erase(order.reference);
  spare_.push_back(index);
}

void MarketBook::take(Order& order, Level& level, std::uint32_t shares) {
  order.taken += shares;
  level.free -= shares;
  gone_ahead(symbols_[order.symbol], order, shares);
}

void MarketBook::gone_ahead(Symbol& s, const Order& order, std::uint64_t shares) {
  for (Own& o : s.own) {
    if (o.side == order.side && o.price == order.price && o.place > order.place) o.ahead -= std::min(o.ahead, shares);
  }
}

template <class Meets>
std::uint32_t MarketBook::fill_own(SymbolIndex symbol, Side side, std::uint32_t shares, Meets&& meets) {
  auto& own = symbols_[symbol].own;
  std::uint32_t left = shares;
  for (Own& o : own) {
    if (o.side != side || left == 0 || !meets(o)) continue;
    const std::uint32_t n = std::min(o.leaves, left);
    o.leaves -= n;
    left -= n;
    fills_.push_back({o.user_ref, symbol, side, o.price, Quantity{n}, Quantity{o.leaves}, true});
  }
  std::erase_if(own, [](const Own& o) { return o.leaves == 0; });
  return shares - left;
}

}  // namespace twinpath
