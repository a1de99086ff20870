// What the rules wait for on one symbol, worked out from its record once, when a bank becomes the active one. SEM 4.2.
#pragma once
#include <array>
#include <cstdint>

#include "host/core/config.h"
#include "host/core/types.h"

namespace twinpath {

inline constexpr unsigned kRuleCount = 5;

// Bounds that a message's quotes are compared with: two cache lines, all that is read of the rules at nearly every
// message. A rule that is off, or off on a side, has bounds that nothing is within.
struct alignas(64) RuleBounds {
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};  // above every time, price and quantity

  std::array<Cycles, kRuleCount> ready;            // by rule: from when on it may fire
  std::uint64_t buy_below;                         // take: an offer below it is bought
  std::uint64_t sell_from;                         // take: a bid from it on is sold to
  std::uint64_t bids_from;                         // imbalance: shares at the bid, at least, for it to buy
  std::uint64_t asks_from;                         // imbalance: shares at the offer, at least, for it to sell
  std::uint32_t ratio;                             // imbalance, in 1/256
  std::uint32_t max_spread;                        // imbalance
  std::uint32_t distance;                          // cancel
  std::uint32_t threshold;                         // lead-lag
  std::array<std::uint32_t, kRuleCount> quantity;  // by rule; none of cancel
  std::array<std::uint32_t, kRuleCount> cooldown;  // by rule, cycles

  // `next`: when each rule's cool-down ends.
  static RuleBounds of(const RuleRecord& r, const std::array<Cycles, kRuleCount>& next) noexcept {
    const auto buys = [](std::uint8_t sides) { return (sides & 1) != 0; };
    const auto sells = [](std::uint8_t sides) { return (sides & 2) != 0; };
    const std::array<bool, kRuleCount> on{r.cancel.enabled, r.take.enabled, r.imbalance.enabled, r.momentum.enabled,
                                          r.lead_lag.enabled};
    RuleBounds b;
    for (unsigned i = 0; i < kRuleCount; ++i) b.ready[i] = on[i] ? next[i] : Cycles{kNever};
    b.buy_below = buys(r.take.sides) && r.take.fair >= r.take.edge ? std::uint64_t{r.take.fair} - r.take.edge + 1 : 0;
    b.sell_from = sells(r.take.sides) ? std::uint64_t{r.take.fair} + r.take.edge : kNever;
    b.bids_from = buys(r.imbalance.sides) ? r.imbalance.min_quantity : kNever;
    b.asks_from = sells(r.imbalance.sides) ? r.imbalance.min_quantity : kNever;
    b.ratio = r.imbalance.ratio;
    b.max_spread = r.imbalance.max_spread;
    b.distance = r.cancel.distance;
    b.threshold = r.lead_lag.threshold;
    b.quantity = {0, r.take.quantity, r.imbalance.quantity, r.momentum.quantity, r.lead_lag.quantity};
    b.cooldown = {r.cancel.cooldown, r.take.cooldown, r.imbalance.cooldown, r.momentum.cooldown, r.lead_lag.cooldown};
    return b;
  }
};
static_assert(sizeof(RuleBounds) == 128);

// What is read besides when there was a trade, or when the symbol leads another.
struct RuleRest {
  std::uint64_t min_shares;   // momentum: of a trade that it follows for its size
  bool through;               // momentum: follows what has gone through a price
  std::uint8_t follow_sides;  // momentum, as `sides` of its record
  std::uint8_t lagger_sides;  // lead-lag
  SymbolIndex lagger;         // lead-lag

  static RuleRest of(const RuleRecord& r) noexcept {
    return {r.momentum.large ? r.momentum.min_shares : RuleBounds::kNever, r.momentum.through, r.momentum.sides,
            r.lead_lag.sides, r.lead_lag.lagger};
  }
};

}  // namespace twinpath
