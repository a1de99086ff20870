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
#include "host/strategy/rule_bounds.h"

namespace twinpath {

// What the market alone decides: whether rules would fire, cool-downs apart, and what they would do.
struct RuleConditions {
  std::uint8_t holds = 0;                      // bit r: rule r would fire; never bit 0, the cancel rule is choose()'s
  std::array<Intent, kRuleCount - 1> intents;  // of rule r at r - 1, where it holds
};

// Counts nothing.
struct Uncounted {
  void add(Counter) noexcept {}
};

// `Count` counts what fires: the path's counters, or nothing. Every rule is off until use().
template <class Count>
class BasicRuleEngine {
 public:
  static constexpr unsigned kRules = kRuleCount;

  explicit BasicRuleEngine(Count counters) : counters_(counters) { use({}); }

  // The rules from now on; cool-downs go on.
  void use(const std::array<RuleRecord, kSymbols>& rules) noexcept {
    for (unsigned s = 0; s < kSymbols; ++s) {
      bounds_[s] = RuleBounds::of(rules[s], next_[s]);
      rest_[s] = RuleRest::of(rules[s]);
    }
  }

  // At most one intent: the first rule that fires. The caller has checked armed, trust of `symbol` and that its book is
  // not crossed, and calls fired() when there is one. `lagger_view(g)` gives {bbo, trusted} of the lagging symbol.
  template <class View>
  Intent find(SymbolIndex symbol, Cycles stamp, const BookChange& change, const WorkingOrder& working,
              View&& lagger_view) const noexcept {
    const RuleBounds& b = bounds_[symbol];
    const Bbo& bbo = change.after;
    // What fires, and on which side, is nobody's guess: all are asked without a branch, but momentum, which only trades
    // move, and there is one on whether any of them fires.
    const Held held = hold(symbol, change);
    const unsigned kinds = ((0 - unsigned{change.changed}) & 7) | unsigned{change.trade.valid} << 3;
    const unsigned may = kinds & ((stamp >= b.ready[0]) | (stamp >= b.ready[1]) << 1 | (stamp >= b.ready[2]) << 2 |
                                  (stamp >= b.ready[3]) << 3);
    const unsigned fires = may & (held.buy | held.sell | static_cast<unsigned>(left(b, working, bbo)));
    Intent intent;
    intent.symbol = symbol;
    if (fires == 0) [[likely]] {
      intent.rule = Rule::lead_lag;
      if (change.changed & (stamp >= b.ready[kRules - 1])) leads(symbol, change, lagger_view, intent);
      return intent;
    }
    intent.rule = static_cast<Rule>(std::countr_zero(fires));
    if (intent.rule == Rule::cancel) {
      cancel(working, intent);
    } else {
      enter(intent, static_cast<Side>(~held.buy >> static_cast<unsigned>(intent.rule) & 1), bbo);
    }
    return intent;
  }
  // What find() returned for `symbol` has been dealt with: its rule cools down.
  void fired(SymbolIndex symbol, Rule rule, Cycles stamp) noexcept {
    const auto n = static_cast<unsigned>(rule);
    bounds_[symbol].ready[n] = next_[symbol][n] = stamp + Cycles{bounds_[symbol].cooldown[n]};
    counters_.add(counter_after(Counter::rule_cancel, n));
  }

  // Both.
  template <class View>
  Intent evaluate(SymbolIndex symbol, Cycles stamp, const BookChange& change, const WorkingOrder& working,
                  View&& lagger_view) noexcept {
    const Intent intent = find(symbol, stamp, change, working, lagger_view);
    if (intent.kind != IntentKind::none) fired(symbol, intent.rule, stamp);
    return intent;
  }

  // ---- evaluate() in two halves, for arrangements in which they run on two threads, each with an engine ----
  // conditions() needs no state but the books. What orders and time decide, whether a rule's cool-down has passed and
  // whether there is an order to cancel, is choose()'s.

  // As evaluate(), with the same demands on the caller, as far as the books alone tell.
  template <class View>
  RuleConditions conditions(SymbolIndex symbol, const BookChange& change, View&& lagger_view) const noexcept {
    const Held held = hold(symbol, change);
    RuleConditions c;
    const auto condition = [&](Rule rule, bool may, auto&& test) {
      const auto n = static_cast<unsigned>(rule);
      Intent& intent = c.intents[n - 1];
      intent.symbol = symbol;
      intent.rule = rule;
      if (may && bounds_[symbol].ready[n].value != RuleBounds::kNever && test(intent))
        c.holds |= static_cast<std::uint8_t>(1u << n);
    };
    const auto entry = [&](Intent& i) {
      const auto n = static_cast<unsigned>(i.rule);
      const bool buys = (held.buy >> n & 1) != 0;
      if (!buys && (held.sell >> n & 1) == 0) return false;
      enter(i, buys ? Side::buy : Side::sell, change.after);
      return true;
    };
    condition(Rule::take, change.changed, entry);
    condition(Rule::imbalance, change.changed, entry);
    condition(Rule::momentum, change.trade.valid, entry);
    condition(Rule::lead_lag, change.changed, [&](Intent& i) { return leads(symbol, change, lagger_view, i); });
    return c;
  }

  // The first rule whose condition holds and whose cool-down has passed. `changed` and `bbo` are the message's.
  Intent choose(SymbolIndex symbol, Cycles stamp, bool changed, const Bbo& bbo, const WorkingOrder& working,
                const RuleConditions& conditions) noexcept {
    const RuleBounds& b = bounds_[symbol];
    Intent intent;
    if (changed && stamp >= b.ready[0] && left(b, working, bbo)) {
      intent.symbol = symbol;
      cancel(working, intent);
    } else {
      unsigned holds = conditions.holds;
      for (; holds != 0; holds &= holds - 1) {
        const auto n = static_cast<unsigned>(std::countr_zero(holds));
        if (stamp < b.ready[n]) continue;
        intent = conditions.intents[n - 1];
        break;
      }
      if (holds == 0) return intent;
    }
    fired(symbol, intent.rule, stamp);
    return intent;
  }

  // Fetches what evaluate() reads for a symbol.
  void prefetch(SymbolIndex symbol) const noexcept {
    prefetch_line(&bounds_[symbol]);
    prefetch_line(&bounds_[symbol].ratio);
    prefetch_line(&rest_[symbol]);
  }

 private:
  // Bits are the rules' numbers, here and in find().
  static_assert(static_cast<int>(Rule::cancel) == 0 && static_cast<int>(Rule::take) == 1 &&
                static_cast<int>(Rule::imbalance) == 2 && static_cast<int>(Rule::momentum) == 3 &&
                static_cast<int>(Rule::lead_lag) == 4);

  // Which rules the market would have buy or sell: a bit each, cool-downs apart.
  struct Held {
    unsigned buy, sell;
  };

  Held hold(SymbolIndex symbol, const BookChange& change) const noexcept {
    const RuleBounds& b = bounds_[symbol];
    const Bbo& bbo = change.after;
    const unsigned bid = bbo.bid.quoted(), ask = bbo.ask.quoted();
    const unsigned near = bid & ask & (bbo.ask.price.value - bbo.bid.price.value <= b.max_spread);
    const std::uint64_t bids = bbo.bid.quantity.value, asks = bbo.ask.quantity.value;
    const unsigned take_buy = ask & (bbo.ask.price.value < b.buy_below);
    const unsigned take_sell = bid & (bbo.bid.price.value >= b.sell_from);
    const unsigned join_buy = near & (bids >= b.bids_from) & (bids * 256 >= b.ratio * asks);
    const unsigned join_sell = near & (asks >= b.asks_from) & (asks * 256 >= b.ratio * bids);
    Held held{take_buy << 1 | join_buy << 2, take_sell << 1 | join_sell << 2};
    if (change.trade.valid) follow(rest_[symbol], change.trade, bbo, held);
    return held;
  }
  // Momentum. Of a trade that is none, it says anything.
  static void follow(const RuleRest& r, const Trade& trade, const Bbo& bbo, Held& held) noexcept {
    const unsigned follows = (trade.shares.value >= r.min_shares) | (r.through & trade.through);
    const bool offer_hit = bbo.ask.quoted() & (trade.price >= bbo.ask.price);
    const bool bid_hit = bbo.bid.quoted() & (trade.price <= bbo.bid.price);
    const bool up = (trade.execution & (trade.resting == Side::sell)) | (offer_hit & !trade.execution);
    const bool down = (trade.execution | bid_hit) & !up;
    held.buy |= (follows & r.follow_sides & static_cast<unsigned>(up & bbo.ask.quoted())) << 3;
    held.sell |= (follows & unsigned{r.follow_sides} >> 1 & static_cast<unsigned>(down & bbo.bid.quoted())) << 3;
  }

  // Buys at the offer or sells to the bid.
  void enter(Intent& intent, Side side, const Bbo& bbo) const noexcept {
    const SideQuote& at = bbo.of(opposite(side));
    intent.kind = IntentKind::enter;
    intent.side = side;
    intent.price = at.price;
    // By value: of references one would be chosen by a branch.
    intent.quantity = Quantity{std::min<std::uint32_t>(
        bounds_[intent.symbol].quantity[static_cast<unsigned>(intent.rule)], at.quantity.value)};
  }
  static void cancel(const WorkingOrder& w, Intent& intent) noexcept {
    intent.kind = IntentKind::cancel;
    intent.side = w.side;
    intent.price = w.price;
    intent.quantity = {};
  }

  // Whether the market has left a working order behind.
  static bool left(const RuleBounds& b, const WorkingOrder& w, const Bbo& bbo) noexcept {
    const bool up = bbo.ask.quoted() & (bbo.ask.price.value > std::uint64_t{w.price.value} + b.distance);
    const bool down = bbo.bid.quoted() & (std::uint64_t{bbo.bid.price.value} + b.distance < w.price.value);
    const bool buy = w.side == Side::buy;
    return w.open & !w.cancel_sent & ((buy & up) | (down & !buy));
  }

  // The leader first: its quotes are at hand, the lagger's book seldom is.
  template <class View>
  bool leads(SymbolIndex symbol, const BookChange& leader, View& lagger_view, Intent& intent) const noexcept {
    const std::uint64_t threshold = bounds_[symbol].threshold;
    const Bbo& b = leader.before;
    const Bbo& a = leader.after;
    const bool up = b.bid.quoted() & a.bid.quoted() & (a.bid.price.value >= b.bid.price.value + threshold);
    const bool down = b.ask.quoted() & a.ask.quoted() & (a.ask.price.value + threshold <= b.ask.price.value);
    if (!(up | down)) [[likely]]
      return false;
    const RuleRest& r = rest_[symbol];
    const auto [lagger, trusted] = lagger_view(r.lagger);
    const bool buys = up & ((r.lagger_sides & 1) != 0) & lagger.ask.quoted();
    const bool sells = down & ((r.lagger_sides & 2) != 0) & lagger.bid.quoted();
    if (!trusted || lagger.crossed() || !(buys | sells)) return false;
    enter(intent, buys ? Side::buy : Side::sell, lagger);
    intent.symbol = r.lagger;
    return true;
  }

  [[no_unique_address]] Count counters_;
  std::array<RuleBounds, kSymbols> bounds_;
  std::array<RuleRest, kSymbols> rest_;
  std::array<std::array<Cycles, kRules>, kSymbols> next_{};  // of rules that are off, too
};
using RuleEngine = BasicRuleEngine<Counters&>;

}  // namespace twinpath
