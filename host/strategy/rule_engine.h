// Trading rules as data: cancel, take, imbalance, momentum, lead-lag. SEM 4.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
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
    const bool changed = change.changed;
    const bool traded = change.trade.valid;
    // What fires, and on which side, is nobody's guess: all are asked without a branch, but momentum, which only trades
    // move, and there is one on whether any of them fires.
    const unsigned taken = sides(r.take, bbo);
    const unsigned joined = sides(r.imbalance, bbo);
    const unsigned followed = traded ? sides(r.momentum, change.trade, bbo) : 0;
    const auto bit = [&](Rule rule, bool may, bool holds) {
      return static_cast<unsigned>(ready(symbol, rule, may, stamp) & holds) << static_cast<unsigned>(rule);
    };
    const unsigned fires = bit(Rule::cancel, changed & r.cancel.enabled, left(r.cancel, working, bbo)) |
                           bit(Rule::take, changed & r.take.enabled, taken != 0) |
                           bit(Rule::imbalance, changed & r.imbalance.enabled, joined != 0) |
                           bit(Rule::momentum, traded & r.momentum.enabled, followed != 0);
    Intent intent;
    intent.symbol = symbol;
    if (fires == 0) [[likely]] {
      if (ready(symbol, Rule::lead_lag, changed & r.lead_lag.enabled, stamp) &&
          leads(r.lead_lag, change, lagger_view, intent))
        return fire(symbol, Rule::lead_lag, stamp, r.lead_lag.cooldown, intent);
      intent.kind = IntentKind::none;
      return intent;
    }
    const auto rule = static_cast<Rule>(std::countr_zero(fires));
    if (rule == Rule::cancel) {
      cancel(working, intent);
      return fire(symbol, rule, stamp, r.cancel.cooldown, intent);
    }
    const auto of = [rule](std::uint32_t take, std::uint32_t imbalance, std::uint32_t momentum) {
      return rule == Rule::take ? take : rule == Rule::imbalance ? imbalance : momentum;
    };
    enter(intent, of(taken, joined, followed), bbo, of(r.take.quantity, r.imbalance.quantity, r.momentum.quantity));
    return fire(symbol, rule, stamp, of(r.take.cooldown, r.imbalance.cooldown, r.momentum.cooldown), intent);
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
    const bool changed = change.changed;
    condition(Rule::take, changed && r.take.enabled,
              [&](Intent& i) { return enter(i, sides(r.take, bbo), bbo, r.take.quantity); });
    condition(Rule::imbalance, changed && r.imbalance.enabled,
              [&](Intent& i) { return enter(i, sides(r.imbalance, bbo), bbo, r.imbalance.quantity); });
    condition(Rule::momentum, change.trade.valid && r.momentum.enabled,
              [&](Intent& i) { return enter(i, sides(r.momentum, change.trade, bbo), bbo, r.momentum.quantity); });
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
    if (changed && ready(symbol, Rule::cancel, r.cancel.enabled, stamp) && left(r.cancel, working, bbo)) {
      cancel(working, intent);
      return fire(symbol, Rule::cancel, stamp, r.cancel.cooldown, intent);
    }
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
    return enabled & (stamp >= next_[symbol][static_cast<unsigned>(rule)]);
  }

  Intent fire(SymbolIndex symbol, Rule rule, Cycles stamp, std::uint32_t cooldown, Intent& intent) noexcept {
    next_[symbol][static_cast<unsigned>(rule)] = stamp + Cycles{cooldown};
    counters_.add(counter_after(Counter::rule_cancel, static_cast<unsigned>(rule)));
    intent.rule = rule;
    return intent;
  }

  // Buys at the offer when bit 0 of `sides` is set, else sells to the bid when bit 1 is; false when neither is.
  static bool enter(Intent& intent, unsigned sides, const Bbo& bbo, std::uint32_t quantity) noexcept {
    if (sides == 0) return false;
    const Side side = (sides & 1) != 0 ? Side::buy : Side::sell;
    const SideQuote& at = bbo.of(opposite(side));
    intent.kind = IntentKind::enter;
    intent.side = side;
    intent.price = at.price;
    intent.quantity = std::min(Quantity{quantity}, at.quantity);
    return true;
  }
  static void cancel(const WorkingOrder& w, Intent& intent) noexcept {
    intent.kind = IntentKind::cancel;
    intent.side = w.side;
    intent.price = w.price;
    intent.quantity = {};
  }

  // Whether the market has left a working order behind.
  static bool left(const RuleRecord::Cancel& r, const WorkingOrder& w, const Bbo& bbo) noexcept {
    const bool up = bbo.ask.quoted() & (bbo.ask.price.value > std::uint64_t{w.price.value} + r.distance);
    const bool down = bbo.bid.quoted() & (std::uint64_t{bbo.bid.price.value} + r.distance < w.price.value);
    const bool buy = w.side == Side::buy;
    return w.open & !w.cancel_sent & ((buy & up) | (down & !buy));
  }

  // On which of its sides a rule would trade, as in `sides` of its record.
  static unsigned allowed(unsigned sides, bool buy, bool sell) noexcept {
    return sides & (static_cast<unsigned>(buy) | static_cast<unsigned>(sell) << 1);
  }

  static unsigned sides(const RuleRecord::Take& r, const Bbo& bbo) noexcept {
    const bool buy = bbo.ask.quoted() & (std::uint64_t{bbo.ask.price.value} + r.edge <= r.fair);
    const bool sell = bbo.bid.quoted() & (bbo.bid.price.value >= std::uint64_t{r.fair} + r.edge);
    return allowed(r.sides, buy, sell);
  }

  static unsigned sides(const RuleRecord::Imbalance& r, const Bbo& bbo) noexcept {
    const bool near = bbo.bid.quoted() & bbo.ask.quoted() & (bbo.ask.price.value - bbo.bid.price.value <= r.max_spread);
    const std::uint64_t bids = bbo.bid.quantity.value;
    const std::uint64_t asks = bbo.ask.quantity.value;
    const bool buy = near & (bids >= r.min_quantity) & (bids * 256 >= r.ratio * asks);
    const bool sell = near & (asks >= r.min_quantity) & (asks * 256 >= r.ratio * bids);
    return allowed(r.sides, buy, sell);
  }

  // Of a trade that is one.
  static unsigned sides(const RuleRecord::Momentum& r, const Trade& trade, const Bbo& bbo) noexcept {
    const bool follows = (r.large & (trade.shares.value >= r.min_shares)) | (r.through & trade.through);
    const bool offer_hit = bbo.ask.quoted() & (trade.price >= bbo.ask.price);
    const bool bid_hit = bbo.bid.quoted() & (trade.price <= bbo.bid.price);
    const bool up = (trade.execution & (trade.resting == Side::sell)) | (offer_hit & !trade.execution);
    const bool down = (trade.execution | bid_hit) & !up;
    return allowed(r.sides, follows & up & bbo.ask.quoted(), follows & down & bbo.bid.quoted());
  }

  // The leader first: its quotes are at hand, the lagger's book seldom is.
  template <class View>
  static bool leads(const RuleRecord::LeadLag& r, const BookChange& leader, View& lagger_view,
                    Intent& intent) noexcept {
    const Bbo& b = leader.before;
    const Bbo& a = leader.after;
    const bool up =
        b.bid.quoted() & a.bid.quoted() & (a.bid.price.value >= std::uint64_t{b.bid.price.value} + r.threshold);
    const bool down =
        b.ask.quoted() & a.ask.quoted() & (std::uint64_t{a.ask.price.value} + r.threshold <= b.ask.price.value);
    const unsigned moved = allowed(r.sides, up, down);
    if (moved == 0) [[likely]]
      return false;
    const auto [lagger, trusted] = lagger_view(r.lagger);
    intent.symbol = r.lagger;
    return trusted && !lagger.crossed() &&
           enter(intent, allowed(moved, lagger.ask.quoted(), lagger.bid.quoted()), lagger, r.quantity);
  }

  [[no_unique_address]] Count counters_;
  std::array<std::array<Cycles, kRules>, kSymbols> next_{};
};
using RuleEngine = BasicRuleEngine<Counters&>;

}  // namespace twinpath
