// One order of a strategy's own, from the intent to its end: what a strategy must know of an order before it may ask
// for the next. Told apart by the tag of its enter.
#pragma once
#include <cstdint>

#include "host/strategy/strategy.h"

namespace twinpath {

class OwnOrder {
 public:
  bool idle() const noexcept { return state_ == State::idle; }
  // At the exchange, with no cancel on its way.
  bool open() const noexcept { return state_ == State::open; }
  Side side() const noexcept { return side_; }
  Price price() const noexcept { return price_; }
  Quantity leaves() const noexcept { return leaves_; }
  // When it was sent.
  Cycles since() const noexcept { return since_; }

  // When idle.
  bool enter(Intents& ask, SymbolIndex symbol, Side side, Price price, Quantity quantity, std::uint32_t tag) noexcept {
    if (!ask.enter(symbol, side, price, quantity, tag)) return false;
    state_ = State::asked;
    side_ = side;
    price_ = price;
    leaves_ = quantity;
    return true;
  }
  // When open.
  bool cancel(Intents& ask, SymbolIndex symbol) noexcept {
    if (!ask.cancel(symbol, user_ref_)) return false;
    state_ = State::cancelling;
    return true;
  }

  // An update whose tag is this order's. An older order's, of the same tag, is passed over.
  void take(const OrderUpdate& u) noexcept {
    if (u.state == OrderState::sent || u.state == OrderState::rejected) {
      if (state_ != State::asked) return;
      state_ = u.state == OrderState::sent ? State::open : State::idle;
      user_ref_ = u.user_ref;
      since_ = u.stamp;
      return;
    }
    if (state_ == State::idle || state_ == State::asked || u.user_ref != user_ref_) return;
    leaves_ = u.leaves;
    if (u.state == OrderState::cancel_rejected) state_ = State::open;
    if (u.state == OrderState::done || (u.state == OrderState::filled && u.leaves.value == 0)) state_ = State::idle;
  }

 private:
  // asked: whether it left is not known yet. cancelling: open until the exchange says that it is done.
  enum class State : std::uint8_t { idle, asked, open, cancelling };

  State state_ = State::idle;
  Side side_ = Side::buy;
  Price price_;
  Quantity leaves_;
  std::uint32_t user_ref_ = 0;
  Cycles since_;
};

}  // namespace twinpath
