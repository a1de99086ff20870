// A strategy as the decision core sees it: told of books, orders and the status, asked for intents, and held to the
// contract of SEM 9. All its intents go through Risk; what the contract refuses does not get that far.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "host/book/books.h"
#include "host/core/event.h"
#include "host/path/decision_steps.h"
#include "host/path/path.h"
#include "host/risk/risk.h"
#include "host/strategy/strategy.h"

namespace twinpath {

template <Strategy S>
class StrategyPort {
 public:
  StrategyPort(const typename S::Parameters& parameters, std::size_t symbols) noexcept
      : strategy_(parameters), symbols_(symbols) {}

  // ---- what happened; the intents that the strategy answers with are in ask() until the next of these ----
  void on_book(const BookUpdate& update) noexcept {
    ask_.clear();
    strategy_.on_book(update, ask_);
  }
  // Told when it differs from the last; always the first time.
  void on_status(const StatusUpdate& now, bool first = false) noexcept {
    ask_.clear();
    if (!first && now.armed == status_.armed && now.killed == status_.killed && now.stale == status_.stale &&
        now.session_open == status_.session_open)
      return;
    status_ = now;
    strategy_.on_status(now, ask_);
    if (first) ask_.clear();
  }
  // An answer of the exchange, or a position of the host's: `before` is the order as it was, `e` the command's event.
  void on_command(const Command& c, const OpenOrder* before, const Event& e) noexcept {
    ask_.clear();
    OrderUpdate u;
    u.stamp = Cycles{e.time};
    u.position = e.position;
    if (c.op == CommandOp::position) {
      if (c.symbol >= symbols_) return;
      u.state = OrderState::position;
      u.symbol = static_cast<SymbolIndex>(c.symbol);
      return strategy_.on_order(u, ask_);
    }
    if (before == nullptr) return;
    put_order(u, *before);
    if (c.op == CommandOp::ack) {
      u.state = OrderState::accepted;
      u.quantity = Quantity{before->leaves};
    } else if (c.op == CommandOp::fill) {
      u.state = OrderState::filled;
      u.price = Price{c.price};
      u.quantity = Quantity{c.quantity};
      u.leaves -= Quantity{std::min(c.quantity, before->leaves)};
    } else {
      u.state = OrderState::done;
      u.quantity = u.leaves;
      u.leaves = {};
    }
    strategy_.on_order(u, ask_);
  }

  const Intents& ask() const noexcept { return ask_; }

  // ---- what becomes of an intent ----
  // Whether it may go to risk (SEM 9.3). A cancel gets its order's symbol, side and price.
  template <class Open>
  bool admits(Intent& intent, const Risk& risk, Open&& open) const noexcept {
    if (intent.kind == IntentKind::enter) return intent.symbol < symbols_ && open(intent.symbol);
    const OpenOrder* order = risk.open_order(intent.user_ref);
    if (order == nullptr || own(intent.user_ref).cancel_sent) return false;
    intent.symbol = order->symbol;
    intent.side = order->side;
    intent.price = order->price;
    return true;
  }
  // `d`: what was decided, nothing when it was not admitted.
  void tell(const Intent& intent, const Decision* d, const Risk& risk, Cycles stamp) noexcept {
    const bool enters = intent.kind == IntentKind::enter;
    const bool sent = d != nullptr && d->risk.reason == Reason::none;
    OrderUpdate u;
    u.stamp = stamp;
    u.reason = d != nullptr ? d->risk.reason : Reason::none;
    u.symbol = intent.symbol;
    u.position = risk.position(intent.symbol);
    if (enters) {
      u.state = sent ? OrderState::sent : OrderState::rejected;
      u.side = intent.side;
      u.tag = intent.tag;
      u.price = intent.price;
      u.quantity = intent.quantity;
      if (sent) {
        u.user_ref = d->user_ref;
        u.leaves = intent.quantity;
        own(u.user_ref) = {intent.tag, false};
      }
    } else {
      u.state = sent ? OrderState::cancel_sent : OrderState::cancel_rejected;
      u.user_ref = intent.user_ref;
      if (sent) own(u.user_ref).cancel_sent = true;
      if (const OpenOrder* order = risk.open_order(intent.user_ref)) put_order(u, *order), u.quantity = u.leaves;
    }
    Intents none;
    none.close();
    strategy_.on_order(u, none);
  }

  // The strategy itself, for tests.
  const S& strategy() const noexcept { return strategy_; }

 private:
  struct Own {
    std::uint32_t tag = 0;
    bool cancel_sent = false;
  };
  Own& own(std::uint32_t user_ref) noexcept { return own_[user_ref % Risk::kOpenSlots]; }
  const Own& own(std::uint32_t user_ref) const noexcept { return own_[user_ref % Risk::kOpenSlots]; }

  void put_order(OrderUpdate& u, const OpenOrder& o) const noexcept {
    u.side = o.side;
    u.symbol = o.symbol;
    u.user_ref = o.user_ref;
    u.tag = own(o.user_ref).tag;
    u.price = o.price;
    u.leaves = Quantity{o.leaves};
  }

  S strategy_;
  std::size_t symbols_;
  Intents ask_;
  StatusUpdate status_;
  std::array<Own, Risk::kOpenSlots> own_{};  // of the open orders, where Risk has them
};

}  // namespace twinpath
