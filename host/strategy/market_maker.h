// A market maker: in each of its symbols one buy and one sell order around a fair price, shifted against its inventory.
//
//   fair         the micro price, (bid * offered + offer * wanted) / (offered + wanted), or the middle of bid and offer
//   reservation  fair - skew * position / quantity: a long position lowers both quotes, a short one raises them
//   buy at       reservation - half_spread, down to a tick; never at or above the best offer
//   sell at      reservation + half_spread, up to a tick; never at or below the best bid
//
// A quote stays where it is until it is more than `requote` away from where it should be; then it is cancelled, and the
// next one is sent when the exchange has said that it is gone: there is never more than one order a side. Neither side
// may take the position past `max_position`. Quotes are pulled when the book cannot be relied on, the symbol is not
// traded, a side of the book is empty, or the status forbids trading. A refused order or cancel is not repeated before
// `retry` has passed.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "host/strategy/own_order.h"
#include "host/strategy/parameters.h"
#include "host/strategy/strategy.h"

namespace twinpath {

class MarketMaker {
 public:
  static constexpr std::string_view kName = "market_maker";
  static constexpr bool kRests = true;

  struct Record {
    SymbolIndex symbol = 0;
    Quantity quantity;  // of a quote, and what a lot of inventory is
    Price half_spread;
    Price skew;  // for every lot of inventory
    Price requote;
    Quantity max_position;  // either way
    Price tick;
    bool micro = true;
    Cycles retry;
  };
  using Parameters = Records<Record>;
  static constexpr std::array kFields{
      symbol_field<&Record::symbol>("symbol"),          shares_field<&Record::quantity>("quantity"),
      price_field<&Record::half_spread>("half_spread"), price_field<&Record::skew>("skew", 0, 0),
      price_field<&Record::requote>("requote", 0, 0),   shares_field<&Record::max_position>("max_position"),
      price_field<&Record::tick>("tick", 1, 100),       flag_field<&Record::micro>("micro", 1),
      time_field<&Record::retry>("retry_us", 322'265)};
  static constexpr const char* check(const Parameters& p) noexcept {
    for (unsigned i = 0; i < p.count; ++i) {
      for (unsigned j = 0; j < i; ++j) {
        if (p.all[i].symbol == p.all[j].symbol)
          return "expected each symbol once, found one twice; remove one of the two";
      }
    }
    return nullptr;
  }

  explicit MarketMaker(const Parameters& parameters) noexcept : parameters_(parameters) {
    quoted_.fill(kNone);
    for (unsigned i = 0; i < parameters.count; ++i) quoted_[parameters.all[i].symbol] = static_cast<std::uint16_t>(i);
  }

  void on_book(const BookUpdate& book, Intents& ask) noexcept {
    const unsigned i = quoted_[book.symbol];
    if (i == kNone) return;
    symbols_[i].bbo = book.after;
    symbols_[i].open = book.open();
    quote(i, book.stamp, ask);
  }

  void on_order(const OrderUpdate& order, Intents& ask) noexcept {
    const unsigned i = quoted_[order.symbol];
    if (i == kNone) return;
    State& s = symbols_[i];
    s.position = order.position;
    if (order.state != OrderState::position) s.orders[order.tag & 1].take(order);
    if (order.state == OrderState::rejected || order.state == OrderState::cancel_rejected)
      s.next = order.stamp + parameters_.all[i].retry;
    quote(i, order.stamp, ask);
  }

  void on_status(const StatusUpdate& status, Intents& ask) noexcept {
    trading_ = status.trading();
    for (unsigned i = 0; i < parameters_.count; ++i) quote(i, status.stamp, ask);
  }

  // Where it would quote a side now; 0: not at all.
  static Price target(const Record& r, const Bbo& bbo, std::int32_t position, Side side) noexcept {
    const std::int64_t bid = bbo.bid.price.value, offer = bbo.ask.price.value, tick = r.tick.value;
    const std::int64_t wanted = bbo.bid.quantity.value, offered = bbo.ask.quantity.value;
    // Prices and quantities are below 2^32: the products fit, their sum needs one bit more.
    const std::int64_t fair =
        r.micro
            ? static_cast<std::int64_t>((static_cast<unsigned __int128>(bid) * static_cast<std::uint64_t>(offered) +
                                         static_cast<unsigned __int128>(offer) * static_cast<std::uint64_t>(wanted)) /
                                        static_cast<std::uint64_t>(wanted + offered))
            : (bid + offer) / 2;
    // Below 2^63: a position of 31 bits times a price of 32 bits.
    const std::int64_t reservation = fair - position * std::int64_t{r.skew.value} / r.quantity.value;
    std::int64_t at;
    if (side == Side::buy) {
      at = std::min(reservation - r.half_spread.value, offer - 1);
      at = at < tick ? 0 : at / tick * tick;
    } else {
      at = std::max(reservation + r.half_spread.value, bid + 1);
      at = (at + tick - 1) / tick * tick;
      if (at > kMostPrice) at = 0;
    }
    return Price{static_cast<std::uint32_t>(at)};
  }

 private:
  static constexpr std::uint16_t kNone = 0xFFFF;

  struct State {
    std::array<OwnOrder, 2> orders;  // by side
    std::int32_t position = 0;
    Bbo bbo;
    bool open = false;
    Cycles next;  // a refused intent is not repeated before
  };

  void quote(unsigned i, Cycles stamp, Intents& ask) noexcept {
    State& s = symbols_[i];
    const bool quotes = trading_ && s.open && s.bbo.bid.quoted() && s.bbo.ask.quoted();
    if (stamp < s.next) return;
    side(i, Side::buy, quotes, ask);
    side(i, Side::sell, quotes, ask);
  }

  void side(unsigned i, Side side, bool quotes, Intents& ask) noexcept {
    const Record& r = parameters_.all[i];
    State& s = symbols_[i];
    OwnOrder& order = s.orders[static_cast<unsigned>(side)];
    if (!order.idle() && !order.open()) return;
    const std::int64_t most = r.max_position.value;
    const std::int64_t room = side == Side::buy ? most - s.position : most + s.position;
    const Price at = quotes && room > 0 ? target(r, s.bbo, s.position, side) : Price{};
    if (order.idle()) {
      if (at.value == 0) return;
      const auto shares = static_cast<std::uint32_t>(std::min<std::int64_t>(r.quantity.value, room));
      order.enter(ask, r.symbol, side, at, Quantity{shares}, i * 2 + static_cast<unsigned>(side));
      return;
    }
    const std::uint32_t off = at > order.price() ? at.value - order.price().value : order.price().value - at.value;
    if (at.value == 0 || off > r.requote.value || order.leaves().value > room) order.cancel(ask, r.symbol);
  }

  Parameters parameters_;
  std::array<std::uint16_t, kSymbols> quoted_;  // record of a symbol
  std::array<State, Parameters::kMost> symbols_{};
  bool trading_ = false;
};
static_assert(Strategy<MarketMaker>);

}  // namespace twinpath
