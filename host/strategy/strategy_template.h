// A strategy to start from: copy the file, name the class and kName, say what it is configured with, and write on_book.
// One more line makes it known to configuration: its class in the list of host/strategy/strategies.h.
//
// What it does: when a trade of at least `min_shares` has taken the offer, buys `quantity` at the offer, up to
// `max_position`, one order at a time.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "host/strategy/own_order.h"
#include "host/strategy/parameters.h"
#include "host/strategy/strategy.h"

namespace twinpath {

class StrategyTemplate {
 public:
  static constexpr std::string_view kName = "template";
  static constexpr bool kRests = false;  // its orders are not meant to wait in the book

  // One [[strategy.template]] of the configuration, and its keys.
  struct Record {
    SymbolIndex symbol = 0;
    Quantity min_shares, quantity, max_position;
  };
  using Parameters = Records<Record>;
  static constexpr std::array kFields{
      symbol_field<&Record::symbol>("symbol"), shares_field<&Record::min_shares>("min_shares", 1, 1),
      shares_field<&Record::quantity>("quantity"), shares_field<&Record::max_position>("max_position")};
  // What is wrong with the records together; nullptr: nothing.
  static constexpr const char* check(const Parameters&) noexcept { return nullptr; }

  explicit StrategyTemplate(const Parameters& parameters) noexcept : parameters_(parameters) {}

  // Best bid and offer, trust or trading state of a symbol changed, or there was a trade.
  void on_book(const BookUpdate& book, Intents& ask) noexcept {
    if (!trading_ || !book.open() || !book.trade.valid || !book.after.ask.quoted()) return;
    if (!book.trade.execution || book.trade.resting != Side::sell) return;
    for (unsigned i = 0; i < parameters_.count; ++i) {
      const Record& r = parameters_.all[i];
      if (r.symbol != book.symbol || book.trade.shares < r.min_shares || !orders_[i].idle()) continue;
      if (positions_[i] + std::int64_t{r.quantity.value} > r.max_position.value) continue;
      orders_[i].enter(ask, r.symbol, Side::buy, book.after.ask.price, r.quantity, i);
    }
  }

  // What became of an order. Its tag is what enter() was given.
  void on_order(const OrderUpdate& order, Intents&) noexcept {
    for (unsigned i = 0; i < parameters_.count; ++i) {
      if (parameters_.all[i].symbol != order.symbol) continue;
      positions_[i] = order.position;
      if (order.state != OrderState::position && order.tag == i) orders_[i].take(order);
    }
  }

  // Armed, killed, stale, session open.
  void on_status(const StatusUpdate& status, Intents&) noexcept { trading_ = status.trading(); }

 private:
  Parameters parameters_;
  std::array<OwnOrder, Parameters::kMost> orders_{};
  std::array<std::int64_t, Parameters::kMost> positions_{};
  bool trading_ = false;
};
static_assert(Strategy<StrategyTemplate>);

}  // namespace twinpath
