// One action of a participant each: what is chosen, what it does to the book, and the message that says so.
#include <algorithm>

#include "host/venue/order_flow.h"

namespace twinpath::venue {
namespace {

constexpr std::int32_t kStubBid = 1;             // $0.01
constexpr std::int32_t kStubOffer = 19'999'999;  // $199,999.99

// Prices of both sides as "how aggressive": a higher one is nearer to a trade.
constexpr std::int32_t direction(Side side) noexcept { return side == Side::buy ? 1 : -1; }
constexpr char indicator(Side side) noexcept { return side == Side::buy ? 'B' : 'S'; }

}  // namespace

std::uint32_t OrderFlow::choose_shares() {
  const std::uint32_t r = random_.below(100);
  if (r < 58) return 100;
  if (r < 80) return 100 * random_.between(2, 5);
  if (r < 96) return random_.between(1, 99);
  return 100 * random_.between(10, 50);
}

std::int32_t OrderFlow::choose_tick(const SymbolState& s, Side side) {
  const std::int32_t sign = direction(side);
  const std::int32_t own = s.best(side);
  const std::int32_t other = s.best(opposite(side));
  const std::int32_t fair = sign * s.fair;
  const std::int32_t half_spread = universe_[static_cast<std::uint32_t>(&s - symbols_.data())].half_spread;
  // In "how aggressive": join the touch, but neither behind a hole nor beyond fair value.
  std::int32_t anchor = fair - half_spread;
  if (own != kNoTick) anchor = std::clamp(sign * own, fair - 3 * half_spread, fair);
  std::int32_t a;
  const std::uint32_t r = random_.below(2048);
  if (r < 220) {
    a = std::min(anchor + 1, fair);
  } else if (r < 900) {
    a = anchor;
  } else if (r < 1900) {
    a = anchor - 1 - static_cast<std::int32_t>(std::min<std::uint64_t>(random_.exponential(5), 60));
  } else if (r < 2038) {
    a = anchor - static_cast<std::int32_t>(random_.between(20, 150));
  } else if (r < 2047 || !random_.one_in(16)) {
    a = anchor - static_cast<std::int32_t>(random_.between(300, 1500));
  } else {
    return side == Side::buy ? kStubBid : kStubOffer;
  }
  if (other != kNoTick) {
    if (phase_ == MarketPhase::pre_open && random_.one_in(48))
      return sign * (sign * other + static_cast<std::int32_t>(random_.below(3)));
    a = std::min(a, sign * other - 1);
  }
  return std::max(sign * a, kStubBid);
}

std::uint32_t OrderFlow::choose_order(const SymbolState& s) {
  // While there is trading, orders left on the wrong side of fair value go first. Then young ones.
  const std::uint32_t r = random_.next32();
  if ((r & 1) != 0 && phase_ != MarketPhase::pre_open) {
    if (s.best(Side::buy) != kNoTick && s.best(Side::buy) > s.fair) return s.book.front(Side::buy);
    if (s.best(Side::sell) != kNoTick && s.best(Side::sell) < s.fair) return s.book.front(Side::sell);
  }
  const std::uint32_t live = s.book.live_orders();
  if ((r >> 1 & 7) < 5) return s.book.live_order(live - 1 - random_.below(std::min(live, 12U)));
  return s.book.live_order(random_.below(live));
}

Side OrderFlow::choose_resting_side(const SymbolState& s) {
  if (s.best(Side::sell) != kNoTick && s.best(Side::sell) < s.fair) return Side::sell;
  if (s.best(Side::buy) != kNoTick && s.best(Side::buy) > s.fair) return Side::buy;
  const std::uint32_t up = 8 + static_cast<std::uint32_t>(4 * s.trend);
  return random_.below(16) < up ? Side::sell : Side::buy;
}

bool OrderFlow::add(std::uint32_t symbol, bool attributed) {
  SymbolState& s = symbols_[symbol];
  const std::uint32_t bids = s.book.live_orders(Side::buy);
  const std::uint32_t offers = s.book.live_orders(Side::sell);
  std::uint32_t buy = 8 + static_cast<std::uint32_t>(2 * s.trend);  // of 16
  if (bids < 2 || bids * 3 < offers * 2) buy = 14;
  if (offers < 2 || offers * 3 < bids * 2) buy = 2;
  const Side side = random_.below(16) < buy ? Side::buy : Side::sell;
  std::uint32_t shares = choose_shares();
  if ((s.trend > 0) == (side == Side::buy) && s.trend != 0) shares *= 3;
  const std::int32_t tick = choose_tick(s, side);
  emit_add(symbol, side, tick, shares, attributed);
  return true;
}

bool OrderFlow::remove(std::uint32_t symbol) {
  SymbolState& s = symbols_[symbol];
  if (s.book.live_orders() <= s.fewest) return false;
  const std::uint32_t index = choose_order(s);
  itch::OrderDelete m;
  m.stock_locate = universe_[symbol].locate;
  m.order_reference_number = pool_[index].reference;
  s.book.remove(index);
  out_.emit(m);
  return true;
}

bool OrderFlow::replace(std::uint32_t symbol) {
  SymbolState& s = symbols_[symbol];
  if (s.book.live_orders() == 0) return false;
  const std::uint32_t index = choose_order(s);
  const Side side = pool_[index].side;
  itch::OrderReplace m;
  m.stock_locate = universe_[symbol].locate;
  m.original_order_reference_number = pool_[index].reference;
  m.new_order_reference_number = next_reference();
  m.shares = random_.one_in(3) ? choose_shares() : pool_[index].shares;
  s.book.remove(index);
  const std::int32_t tick = choose_tick(s, side);
  m.price = static_cast<std::uint32_t>(tick) * 100;
  s.book.add(m.new_order_reference_number, side, tick, m.shares);
  out_.emit(m);
  return true;
}

bool OrderFlow::cancel(std::uint32_t symbol) {
  SymbolState& s = symbols_[symbol];
  if (s.book.live_orders() == 0) return false;
  BookOrder& order = pool_[choose_order(s)];
  if (order.shares < 2) return false;
  itch::OrderCancel m;
  m.stock_locate = universe_[symbol].locate;
  m.order_reference_number = order.reference;
  m.cancelled_shares =
      order.shares >= 200 ? 100 * random_.between(1, order.shares / 100 - 1) : random_.between(1, order.shares - 1);
  order.shares -= m.cancelled_shares;
  out_.emit(m);
  return true;
}

bool OrderFlow::execute(std::uint32_t symbol, std::uint32_t budget) {
  SymbolState& s = symbols_[symbol];
  const Side resting = choose_resting_side(s);
  if (s.best(resting) == kNoTick || s.book.live_orders(resting) < 3) return false;
  std::uint32_t most = 1;
  if (budget > 1) most = std::min({budget, 1 + random_.below(8) + budget / 8, s.book.live_orders(resting) - 1});
  const std::int32_t limit = s.best(resting) - direction(resting) * static_cast<std::int32_t>(random_.below(6));
  std::uint32_t done = 0;
  bool filled = false;
  while (done < most && !filled) {
    const std::int32_t best = s.best(resting);
    if (best == kNoTick || direction(resting) * best < direction(resting) * limit) break;
    const std::uint32_t index = s.book.front(resting);
    const std::uint32_t shares = pool_[index].shares;
    const bool last = done + 1 == most;
    filled = last && shares > 1 && random_.below(8) < 3;
    emit_executed(symbol, index, filled ? random_.between(1, shares - 1) : shares);
    ++done;
  }
  owed_[kExecute] -= done - 1;
  // What is left of the aggressive order rests at its limit, once nothing there is left to trade with.
  const std::int32_t best = s.best(resting);
  const bool through = best == kNoTick || direction(resting) * best < direction(resting) * limit;
  if (!filled && through && done < budget && random_.one_in(2)) {
    emit_add(symbol, opposite(resting), limit, choose_shares(), false);
    --owed_[kAdd];
  }
  return true;
}

bool OrderFlow::execute_with_price(std::uint32_t symbol) {
  SymbolState& s = symbols_[symbol];
  const Side resting = choose_resting_side(s);
  if (s.best(resting) == kNoTick || s.book.live_orders(resting) < 3) return false;
  const std::uint32_t index = s.book.front(resting);
  const BookOrder& order = pool_[index];
  // Half a cent on the far side of its own price, as when it trades within a better-priced protected quote.
  const std::int32_t price = order.tick * 100 + direction(resting) * -50;
  const std::uint32_t shares = random_.one_in(3) ? random_.between(1, order.shares) : order.shares;
  emit_executed_at(symbol, index, shares, static_cast<std::uint32_t>(price), random_.one_in(8) ? 'N' : 'Y');
  return true;
}

bool OrderFlow::trade(std::uint32_t symbol) {
  SymbolState& s = symbols_[symbol];
  const std::int32_t bid = s.best(Side::buy);
  const std::int32_t offer = s.best(Side::sell);
  if (bid == kNoTick || offer == kNoTick) return false;
  const std::uint32_t r = random_.below(8);
  itch::Trade m;
  m.stock_locate = universe_[symbol].locate;
  m.buy_sell_indicator = 'B';
  m.shares = choose_shares();
  m.stock = universe_[symbol].name;
  m.price = static_cast<std::uint32_t>(r < 4 ? (bid + offer) * 50 : r < 6 ? offer * 100 : bid * 100);
  m.match_number = ++match_;
  s.last_trade = static_cast<std::int32_t>(m.price / 100);
  matched_ = symbol;
  out_.emit(m);
  return true;
}

void OrderFlow::emit_add(std::uint32_t symbol, Side side, std::int32_t tick, std::uint32_t shares, bool attributed) {
  static constexpr Text<4> kParticipants[] = {{'A', 'L', 'F', 'A'}, {'B', 'R', 'V', 'O'}, {'C', 'H', 'R', 'L'},
                                              {'D', 'L', 'T', 'A'}, {'E', 'C', 'H', 'O'}, {'F', 'O', 'X', 'T'},
                                              {'G', 'O', 'L', 'F'}, {'H', 'T', 'L', ' '}};
  const auto fill = [&](auto& m) {
    m.stock_locate = universe_[symbol].locate;
    m.order_reference_number = next_reference();
    m.buy_sell_indicator = indicator(side);
    m.shares = shares;
    m.stock = universe_[symbol].name;
    m.price = static_cast<std::uint32_t>(tick) * 100;
    symbols_[symbol].book.add(m.order_reference_number, side, tick, shares);
  };
  if (attributed) {
    itch::AddOrderMpid m;
    fill(m);
    m.attribution = kParticipants[random_.below(8)];
    out_.emit(m);
  } else {
    itch::AddOrder m;
    fill(m);
    out_.emit(m);
  }
}

void OrderFlow::take_shares(std::uint32_t symbol, std::uint32_t order, std::uint32_t shares) {
  matched_ = symbol;
  BookOrder& o = pool_[order];
  o.shares -= shares;
  if (o.shares == 0) symbols_[symbol].book.remove(order);
}

void OrderFlow::emit_executed(std::uint32_t symbol, std::uint32_t order, std::uint32_t shares) {
  itch::OrderExecuted m;
  m.stock_locate = universe_[symbol].locate;
  m.order_reference_number = pool_[order].reference;
  m.executed_shares = shares;
  m.match_number = ++match_;
  symbols_[symbol].last_trade = pool_[order].tick;
  take_shares(symbol, order, shares);
  out_.emit(m);
}

void OrderFlow::emit_executed_at(std::uint32_t symbol, std::uint32_t order, std::uint32_t shares, std::uint32_t price,
                                 char printable) {
  itch::OrderExecutedWithPrice m;
  m.stock_locate = universe_[symbol].locate;
  m.order_reference_number = pool_[order].reference;
  m.executed_shares = shares;
  m.match_number = ++match_;
  m.printable = printable;
  m.execution_price = price;
  symbols_[symbol].last_trade = static_cast<std::int32_t>(price / 100);
  take_shares(symbol, order, shares);
  out_.emit(m);
}

}  // namespace twinpath::venue
