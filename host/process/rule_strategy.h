// The rule engine (SEM 4) as a strategy of a process of its own: told of books and orders like any other.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/strategy/rule_engine.h"
#include "host/strategy/strategy.h"

namespace twinpath {

// What it knows of its orders is what it was told: between an intent and its answer it may ask for the same again,
// which the duplicate check is there for. The tag of an order is its rule.
class RuleStrategy {
 public:
  static constexpr std::string_view kName = "rules";

  explicit RuleStrategy(const Bank& bank) : engine_(counters_) { engine_.use(bank.rules); }
  RuleStrategy(const RuleStrategy&) = delete;

  void on_book(const BookUpdate& u, Intents& ask) noexcept {
    views_[u.symbol] = {u.after, u.trusted};
    if (!trading_ || !u.trusted || u.after.crossed()) return;
    BookChange change;
    change.effect = true;
    change.changed = u.changed();
    change.before = u.before;
    change.after = u.after;
    change.trade = u.trade;
    const Intent i = engine_.evaluate(u.symbol, u.stamp, change, working_[u.symbol],
                                      [this](SymbolIndex g) -> const View& { return views_[g]; });
    if (i.kind == IntentKind::enter) {
      ask.enter(i.symbol, i.side, i.price, i.quantity, static_cast<std::uint32_t>(i.rule));
    } else if (i.kind == IntentKind::cancel) {
      ask.cancel(i.symbol, working_[i.symbol].user_ref);
    }
  }

  void on_order(const OrderUpdate& u, Intents&) noexcept {
    WorkingOrder& w = working_[u.symbol];
    switch (u.state) {
      case OrderState::sent:
        w = {true, false, u.side, u.price, u.user_ref};
        return;
      case OrderState::cancel_sent:
      case OrderState::cancel_rejected:
        if (w.user_ref == u.user_ref) w.cancel_sent = u.state == OrderState::cancel_sent;
        return;
      case OrderState::filled:
      case OrderState::done:
        if (w.user_ref == u.user_ref && u.leaves.value == 0) w.open = false;
        return;
      default:
        return;
    }
  }

  void on_status(const StatusUpdate& s, Intents&) noexcept { trading_ = s.armed && !s.stale; }

 private:
  struct View {
    Bbo bbo;
    bool trusted = false;
  };

  Counters counters_;
  RuleEngine engine_;
  std::array<View, kSymbols> views_{};
  std::array<WorkingOrder, kSymbols> working_{};
  bool trading_ = false;
};

}  // namespace twinpath
