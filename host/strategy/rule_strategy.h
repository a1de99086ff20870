// The rules (SEM 4) as a strategy like any other: told of books and orders, for whoever has nothing but that, such as a
// process of its own. The software path asks the RuleEngine itself, which reads what it needs where it lies; given the
// same rules both ask for the same orders. One bank of rules, which a SWAP does not change.
#pragma once
#include <array>
#include <string_view>

#include "host/strategy/rule_engine.h"
#include "host/strategy/strategy.h"

namespace twinpath {

class RuleStrategy {
 public:
  static constexpr std::string_view kName = "rules";
  using Parameters = std::array<RuleRecord, kSymbols>;

  explicit RuleStrategy(const Parameters& rules) noexcept : engine_(Uncounted{}) { engine_.use(rules); }

  void on_book(const BookUpdate& book, Intents& ask) noexcept {
    views_[book.symbol] = {book.after, book.trusted};
    if (!armed_ || stale_ || !book.trusted || book.after.crossed()) return;
    BookChange change;
    change.effect = true;
    change.changed = book.changed();
    change.before = book.before;
    change.after = book.after;
    change.trade = book.trade;
    const WorkingOrder& working = working_[book.symbol];
    const Intent intent = engine_.evaluate(book.symbol, book.stamp, change, working, [this](SymbolIndex g) {
      return View{views_[g].bbo, views_[g].trusted && !stale_};
    });
    if (intent.kind == IntentKind::enter) ask.enter(intent.symbol, intent.side, intent.price, intent.quantity);
    if (intent.kind == IntentKind::cancel) ask.cancel(intent.symbol, working.user_ref);
  }

  void on_order(const OrderUpdate& order, Intents&) noexcept {
    WorkingOrder& working = working_[order.symbol];
    if (order.state == OrderState::sent) working = {true, false, order.side, order.price, order.user_ref};
    if (order.user_ref != working.user_ref) return;
    if (order.state == OrderState::cancel_sent) working.cancel_sent = true;
    if (order.state == OrderState::done || (order.state == OrderState::filled && order.leaves.value == 0))
      working.open = false;
  }

  void on_status(const StatusUpdate& status, Intents&) noexcept {
    armed_ = status.armed;
    stale_ = status.stale;
  }

 private:
  struct View {
    Bbo bbo;
    bool trusted = false;
  };

  BasicRuleEngine<Uncounted> engine_;
  std::array<View, kSymbols> views_{};
  std::array<WorkingOrder, kSymbols> working_{};
  bool armed_ = false;
  bool stale_ = false;
};
static_assert(Strategy<RuleStrategy>);

}  // namespace twinpath
