// Trading rules as data: cancel, take, imbalance, momentum, lead-lag. SEM 4.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

#include "host/book/books.h"
#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/core/prefetch.h"
#include "host/strategy/intent.h"

namespace twinpath {

// `Count` counts what fires: the path's counters, or nothing.
template <class Count>
class BasicRuleEngine {
 public:
  static constexpr unsigned kRules = 5;

  explicit BasicRuleEngine(Count counters) : counters_(counters) {}

  // At most one intent: the first rule that fires. The caller has checked armed, trust of `symbol` and that its book is
  // not crossed. `lagger_view(g)` gives {bbo, trusted} of the lagging symbol.
  template <class View>
  Intent evaluate(const std::array<RuleRecord, kSymbols>& rules, SymbolIndex symbol, Cycles stamp,
                  const BookChange& change, const WorkingOrder& working, View&& lagger_view) noexcept {
    const RuleRecord& r = rules[symbol];
    const Bbo& bbo = change.after;
    const bool changed = change.changed();
    Intent intent;
    intent.symbol = symbol;
    if (changed) {
      if (ready(symbol, Rule::cancel, r.cancel.enabled, stamp) && cancel(r.cancel, working, bbo, intent))
        return fire(symbol, Rule::cancel, stamp, r.cancel.cooldown, intent);
      if (ready(symbol, Rule::take, r.take.enabled, stamp) && take(r.take, bbo, intent))
        return fire(symbol, Rule::take, stamp, r.take.cooldown, intent);
      if (ready(symbol, Rule::imbalance, r.imbalance.enabled, stamp) && imbalance(r.imbalance, bbo, intent))
        return fire(symbol, Rule::imbalance, stamp, r.imbalance.cooldown, intent);
    }
    if (change.trade.valid && ready(symbol, Rule::momentum, r.momentum.enabled, stamp) &&
        momentum(r.momentum, change.trade, bbo, intent))
      return fire(symbol, Rule::momentum, stamp, r.momentum.cooldown, intent);
    if (changed && ready(symbol, Rule::lead_lag, r.lead_lag.enabled, stamp) &&
        leads(r.lead_lag, change, lagger_view, intent))
      return fire(symbol, Rule::lead_lag, stamp, r.lead_lag.cooldown, intent);
    intent.kind = IntentKind::none;
    return intent;
  }

  // ---- evaluate() in two halves, for arrangements in which they run on two threads ----
  // What the market alone decides: conditions() needs no state but the books. What orders and time decide, whether a
  // rule's cool-down has passed and whether there is an order to cancel, is choose()'s.
  struct Conditions {
    bool any() const noexcept { return holds != 0; }
    std::uint8_t holds = 0;                  // bit r: rule r would fire; never bit 0, the cancel rule is choose()'s
    std::array<Intent, kRules - 1> intents;  // of rule r at r - 1, where it holds
  };

  // As evaluate(), with the same demands on the caller, as far as the books alone tell.
  template <class View>
  static Conditions conditions(const std::array<RuleRecord, kSymbols>& rules, SymbolIndex symbol,
                               const BookChange& change, View&& lagger_view) noexcept {
    const RuleRecord& r = rules[symbol];
    const Bbo& bbo = change.after;
    Conditions c;
    const auto condition = [&](Rule rule, bool may, auto&& test) {
      const auto n = static_cast<unsigned>(rule);
      Intent& intent = c.intents[n - 1];
      intent.symbol = symbol;
      intent.rule = rule;
      if (may && test(intent)) c.holds |= static_cast<std::uint8_t>(1u << n);
    };
    const bool changed = change.changed();
    condition(Rule::take, changed && r.take.enabled, [&](Intent& i) { return take(r.take, bbo, i); });
    condition(Rule::imbalance, changed && r.imbalance.enabled,
              [&](Intent& i) { return imbalance(r.imbalance, bbo, i); });
    condition(Rule::momentum, change.trade.valid && r.momentum.enabled,
              [&](Intent& i) { return momentum(r.momentum, change.trade, bbo, i); });
    condition(Rule::lead_lag, changed && r.lead_lag.enabled,
              [&](Intent& i) { return leads(r.lead_lag, change, lagger_view, i); });
    return c;
  }

  // The first rule whose condition holds and whose cool-down has passed. `changed` and `bbo` are the message's.
  Intent choose(const std::array<RuleRecord, kSymbols>& rules, SymbolIndex symbol, Cycles stamp, bool changed,
                const Bbo& bbo, const WorkingOrder& working, const Conditions& conditions) noexcept {
    const RuleRecord& r = rules[symbol];
    Intent intent;
    intent.symbol = symbol;
    if (changed && ready(symbol, Rule::cancel, r.cancel.enabled, stamp) && cancel(r.cancel, working, bbo, intent))
      return fire(symbol, Rule::cancel, stamp, r.cancel.cooldown, intent);
    const auto fires = [&](Rule rule, std::uint32_t cooldown) {
      const auto n = static_cast<unsigned>(rule);
      if (!ready(symbol, rule, (conditions.holds >> n & 1) != 0, stamp)) return false;
      intent = conditions.intents[n - 1];
      intent = fire(symbol, rule, stamp, cooldown, intent);
      return true;
    };
    if (fires(Rule::take, r.take.cooldown) || fires(Rule::imbalance, r.imbalance.cooldown) ||
        fires(Rule::momentum, r.momentum.cooldown) || fires(Rule::lead_lag, r.lead_lag.cooldown))
      return intent;
    return {};
  }

  // Fetches what evaluate() reads for a symbol.
  void prefetch(const std::array<RuleRecord, kSymbols>& rules, SymbolIndex symbol) const noexcept {
    const auto* record = reinterpret_cast<const char*>(&rules[symbol]);
    prefetch_line(record);
    prefetch_line(record + 64);
    prefetch_line(&next_[symbol]);
  }

 private:
  bool ready(SymbolIndex symbol, Rule rule, bool enabled, Cycles stamp) const noexcept {
    return enabled && stamp >= next_[symbol][static_cast<unsigned>(rule)];
  }

  Intent fire(SymbolIndex symbol, Rule rule, Cycles stamp, std::uint32_t cooldown, Intent& intent) noexcept {
    next_[symbol][static_cast<unsigned>(rule)] = stamp + Cycles{cooldown};
    counters_.add(counter_after(Counter::rule_cancel, static_cast<unsigned>(rule)));
    intent.rule = rule;
    return intent;
  }

  static bool enter(Intent& intent, Side side, const SideQuote& at, std::uint32_t quantity) noexcept {
    intent.kind = IntentKind::enter;
    intent.side = side;
    intent.price = at.price;
    intent.quantity = std::min(Quantity{quantity}, at.quantity);
    return true;
  }

  static bool cancel(const RuleRecord::Cancel& r, const WorkingOrder& w, const Bbo& bbo, Intent& intent) noexcept {
    if (!w.open || w.cancel_sent) return false;
    const bool away = w.side == Side::buy
                          ? bbo.ask.quoted() && bbo.ask.price.value > std::uint64_t{w.price.value} + r.distance
                          : bbo.bid.quoted() && std::uint64_t{bbo.bid.price.value} + r.distance < w.price.value;
    if (!away) return false;
    intent.kind = IntentKind::cancel;
    intent.side = w.side;
    intent.price = w.price;
    intent.quantity = {};
    return true;
  }

  static bool take(const RuleRecord::Take& r, const Bbo& bbo, Intent& intent) noexcept {
    if ((r.sides & 1) && bbo.ask.quoted() && std::uint64_t{bbo.ask.price.value} + r.edge <= r.fair)
      return enter(intent, Side::buy, bbo.ask, r.quantity);
    if ((r.sides & 2) && bbo.bid.quoted() && bbo.bid.price.value >= std::uint64_t{r.fair} + r.edge)
      return enter(intent, Side::sell, bbo.bid, r.quantity);
    return false;
  }

  static bool imbalance(const RuleRecord::Imbalance& r, const Bbo& bbo, Intent& intent) noexcept {
    if (!bbo.bid.quoted() || !bbo.ask.quoted() || bbo.ask.price.value - bbo.bid.price.value > r.max_spread)
      return false;
    const std::uint64_t bids = bbo.bid.quantity.value;
    const std::uint64_t asks = bbo.ask.quantity.value;
    if ((r.sides & 1) && bids >= r.min_quantity && bids * 256 >= r.ratio * asks)
      return enter(intent, Side::buy, bbo.ask, r.quantity);
    if ((r.sides & 2) && asks >= r.min_quantity && asks * 256 >= r.ratio * bids)
      return enter(intent, Side::sell, bbo.bid, r.quantity);
    return false;
  }

  static bool momentum(const RuleRecord::Momentum& r, const Trade& trade, const Bbo& bbo, Intent& intent) noexcept {
    if (!((r.large && trade.shares.value >= r.min_shares) || (r.through && trade.through))) return false;
    bool up;
    bool down;
    if (!trade.execution) {
      up = bbo.ask.quoted() && trade.price >= bbo.ask.price;
      down = !up && bbo.bid.quoted() && trade.price <= bbo.bid.price;
    } else {
      up = trade.resting == Side::sell;
      down = !up;
    }
    if (up && (r.sides & 1) && bbo.ask.quoted()) return enter(intent, Side::buy, bbo.ask, r.quantity);
    if (down && (r.sides & 2) && bbo.bid.quoted()) return enter(intent, Side::sell, bbo.bid, r.quantity);
    return false;
  }

  template <class View>
  static bool leads(const RuleRecord::LeadLag& r, const BookChange& leader, View& lagger_view,
                    Intent& intent) noexcept {
    const auto [lagger, trusted] = lagger_view(r.lagger);
    return trusted && !lagger.crossed() && lead_lag(r, leader, lagger, intent);
  }

  static bool lead_lag(const RuleRecord::LeadLag& r, const BookChange& leader, const Bbo& lagger,
                       Intent& intent) noexcept {
    const Bbo& b = leader.before;
    const Bbo& a = leader.after;
    intent.symbol = r.lagger;
    if ((r.sides & 1) && b.bid.quoted() && a.bid.quoted() &&
        a.bid.price.value >= std::uint64_t{b.bid.price.value} + r.threshold && lagger.ask.quoted())
      return enter(intent, Side::buy, lagger.ask, r.quantity);
    if ((r.sides & 2) && b.ask.quoted() && a.ask.quoted() &&
        std::uint64_t{a.ask.price.value} + r.threshold <= b.ask.price.value && lagger.bid.quoted())
      return enter(intent, Side::sell, lagger.bid, r.quantity);
    return false;
  }

  [[no_unique_address]] Count counters_;
  std::array<std::array<Cycles, kRules>, kSymbols> next_{};
};
using RuleEngine = BasicRuleEngine<Counters&>;

}  // namespace twinpath
