// Cross-symbol arbitrage: pairs of symbols whose prices keep a ratio, first = ratio * second.
//
// When the first is dearer than that by `entry` a share, at prices that can be had (its bid against the other's offer),
// it is sold and the second bought in proportion; when it is cheaper, the other way round. A position is closed when
// closing costs no more than `exit` a share, and never grows past `max_position` shares of the first. Both legs are
// sent in answer to one update, limited to what is shown.
//
// A leg may fill where the other does not. With both legs' orders ended, the second's position should be the first's
// times the ratio, other way round; when it is off by more than `max_imbalance` shares, nothing is opened until it is
// right again: the second is traded at its best price, and `slip` beyond it, or the first taken back when the second
// cannot be traded. An order that rests for longer than `patience` is cancelled, and after a refused one nothing is
// tried for as long.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "host/strategy/own_order.h"
#include "host/strategy/parameters.h"
#include "host/strategy/strategy.h"

namespace twinpath {

class Arbitrage {
 public:
  static constexpr std::string_view kName = "arbitrage";
  static constexpr bool kRests = false;

  struct Record {
    SymbolIndex first = 0, second = 0;
    std::uint64_t ratio = 0;  // millionths
    Price entry, exit;        // for a share of the first
    Quantity quantity;        // of the first, an attempt
    Quantity max_position;    // of the first, either way
    Quantity max_imbalance;   // of the second
    Price slip;               // of the second
    Cycles patience;
  };
  using Parameters = Records<Record, kSymbols / 2>;
  static constexpr std::array kFields{symbol_field<&Record::first>("first"),
                                      symbol_field<&Record::second>("second"),
                                      number_field<&Record::ratio>("ratio", 1'000, 1'000'000'000),
                                      price_field<&Record::entry>("entry"),
                                      price_field<&Record::exit>("exit", 0, 0),
                                      shares_field<&Record::quantity>("quantity"),
                                      shares_field<&Record::max_position>("max_position"),
                                      shares_field<&Record::max_imbalance>("max_imbalance", 0, 0),
                                      price_field<&Record::slip>("slip", 0, 0),
                                      time_field<&Record::patience>("patience_us", 322'265)};
  static constexpr const char* check(const Parameters& p) noexcept {
    for (unsigned i = 0; i < p.count; ++i) {
      if (p.all[i].first == p.all[i].second) return "expected two symbols in a pair, found one; name another";
      for (unsigned j = 0; j < i; ++j) {
        const Record &a = p.all[i], &b = p.all[j];
        if (a.first == b.first || a.first == b.second || a.second == b.first || a.second == b.second)
          return "expected each symbol in one pair, found one in two; a position says not whose it is";
      }
    }
    return nullptr;
  }

  explicit Arbitrage(const Parameters& parameters) noexcept : parameters_(parameters) {
    leg_of_.fill(kNone);
    for (unsigned i = 0; i < parameters.count; ++i) {
      leg_of_[parameters.all[i].first] = static_cast<std::uint16_t>(2 * i);
      leg_of_[parameters.all[i].second] = static_cast<std::uint16_t>(2 * i + 1);
    }
  }

  void on_book(const BookUpdate& book, Intents& ask) noexcept {
    const unsigned leg = leg_of_[book.symbol];
    if (leg == kNone) return;
    legs_[leg].bbo = book.after;
    legs_[leg].open = book.open();
    look(leg / 2, book.stamp, ask);
  }

  void on_order(const OrderUpdate& order, Intents& ask) noexcept {
    const unsigned leg = leg_of_[order.symbol];
    if (leg == kNone) return;
    legs_[leg].position = order.position;
    if (order.state != OrderState::position) legs_[leg].order.take(order);
    if (order.state == OrderState::rejected || order.state == OrderState::cancel_rejected)
      next_[leg / 2] = order.stamp + parameters_.all[leg / 2].patience;
    look(leg / 2, order.stamp, ask);
  }

  void on_status(const StatusUpdate& status, Intents&) noexcept { trading_ = status.trading(); }

  // Shares of the second that go with a position in the first.
  static std::int64_t hedge_of(const Record& r, std::int64_t first) noexcept {
    const std::int64_t exact = first * static_cast<std::int64_t>(r.ratio);
    return -(exact + (exact < 0 ? -kMillion / 2 : kMillion / 2)) / kMillion;
  }
  // Shares of the second that a pair is off by: positive when there are too many.
  static std::int64_t imbalance(const Record& r, std::int64_t first, std::int64_t second) noexcept {
    return second - hedge_of(r, first);
  }

 private:
  static constexpr std::uint16_t kNone = 0xFFFF;
  static constexpr std::int64_t kMillion = 1'000'000;

  struct Leg {
    OwnOrder order;
    std::int32_t position = 0;
    Bbo bbo;
    bool open = false;
  };

  void look(unsigned pair, Cycles stamp, Intents& ask) noexcept {
    const Record& r = parameters_.all[pair];
    Leg& first = legs_[2 * pair];
    Leg& second = legs_[2 * pair + 1];
    if (stamp < next_[pair]) return;
    give_up(first, r.first, r, stamp, ask);
    give_up(second, r.second, r, stamp, ask);
    if (!trading_ || !first.order.idle() || !second.order.idle()) return;
    const std::int64_t off = imbalance(r, first.position, second.position);
    if (off > r.max_imbalance.value || -off > r.max_imbalance.value) return rebalance(pair, off, ask);
    if (!first.open || !second.open || ask.room() < 2) return;
    if (trade(pair, Side::sell, ask)) return;
    trade(pair, Side::buy, ask);
  }

  void give_up(Leg& leg, SymbolIndex symbol, const Record& r, Cycles stamp, Intents& ask) noexcept {
    if (leg.order.open() && stamp >= leg.order.since() + r.patience) leg.order.cancel(ask, symbol);
  }

  // Sells the first and buys the second, or the other way round, when that pays.
  bool trade(unsigned pair, Side side, Intents& ask) noexcept {
    const Record& r = parameters_.all[pair];
    Leg& first = legs_[2 * pair];
    Leg& second = legs_[2 * pair + 1];
    const bool sell = side == Side::sell;
    const SideQuote& at = sell ? first.bbo.bid : first.bbo.ask;
    const SideQuote& against = sell ? second.bbo.ask : second.bbo.bid;
    if (!at.quoted() || !against.quoted()) return false;
    const std::int64_t sign = sell ? -1 : 1;
    const bool closes = sign * first.position < 0;
    // In millionths of 1/10,000 dollar a share of the first: what is left over after both legs.
    const Wide gain =
        -sign * (Wide{at.price.value} * kMillion - Wide{against.price.value} * static_cast<Wide>(r.ratio));
    const Wide wanted = closes ? -Wide{r.exit.value} : Wide{r.entry.value};
    if (gain < wanted * kMillion) return false;
    const std::int64_t room = closes ? sign * -std::int64_t{first.position}
                                     : std::int64_t{r.max_position.value} - sign * std::int64_t{first.position};
    const std::int64_t shown =
        std::int64_t{against.quantity.value} * kMillion / static_cast<std::int64_t>(r.ratio);  // in shares of the first
    const std::int64_t shares =
        std::min({std::int64_t{r.quantity.value}, std::int64_t{at.quantity.value}, shown, room});
    if (shares <= 0) return false;
    const std::int64_t target = hedge_of(r, first.position + sign * shares);
    send(first, 2 * pair, side, at.price, shares, ask);
    const std::int64_t other = target - second.position;
    if (sign * other < 0) send(second, 2 * pair + 1, opposite(side), against.price, other < 0 ? -other : other, ask);
    return true;
  }

  void rebalance(unsigned pair, std::int64_t off, Intents& ask) noexcept {
    const Record& r = parameters_.all[pair];
    Leg& first = legs_[2 * pair];
    Leg& second = legs_[2 * pair + 1];
    const Side side = off > 0 ? Side::sell : Side::buy;
    const SideQuote& at = side == Side::sell ? second.bbo.bid : second.bbo.ask;
    if (second.open && at.quoted()) {
      const std::int64_t slip = side == Side::sell ? -std::int64_t{r.slip.value} : std::int64_t{r.slip.value};
      const auto price = std::clamp<std::int64_t>(std::int64_t{at.price.value} + slip, 1, kMostPrice);
      return send(second, 2 * pair + 1, side, Price{static_cast<std::uint32_t>(price)}, off < 0 ? -off : off, ask);
    }
    // The first, back to what goes with the second.
    const std::int64_t goes_with = -std::int64_t{second.position} * kMillion / static_cast<std::int64_t>(r.ratio);
    const std::int64_t back = goes_with - first.position;
    const Side way = back < 0 ? Side::sell : Side::buy;
    const SideQuote& quote = way == Side::sell ? first.bbo.bid : first.bbo.ask;
    if (back != 0 && first.open && quote.quoted())
      send(first, 2 * pair, way, quote.price, back < 0 ? -back : back, ask);
  }

  void send(Leg& leg, unsigned number, Side side, Price price, std::int64_t shares, Intents& ask) noexcept {
    const Record& r = parameters_.all[number / 2];
    leg.order.enter(ask, number % 2 == 0 ? r.first : r.second, side, price,
                    Quantity{static_cast<std::uint32_t>(std::min<std::int64_t>(shares, kMostShares))}, number);
  }

  using Wide = __int128;

  Parameters parameters_;
  std::array<std::uint16_t, kSymbols> leg_of_;  // of a symbol
  std::array<Leg, 2 * Parameters::kMost> legs_{};
  std::array<Cycles, Parameters::kMost> next_{};
  bool trading_ = false;
};
static_assert(Strategy<Arbitrage>);

}  // namespace twinpath
