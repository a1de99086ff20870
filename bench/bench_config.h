// The configuration of the latency benches: which symbols there are, and rules that only a trigger can fire.
#pragma once
#include <cstdint>

#include "host/core/config.h"
#include "host/wire/net.h"

namespace twinpath::bench {

// Symbols by index: leaders, whose best price moves orders in another symbol (lead-lag); takers, with all rules that
// look at their own book; and a background without rules.
inline constexpr unsigned kLeaders = 16;
inline constexpr unsigned kTriggerSymbols = 64;
inline constexpr unsigned kBackgroundSymbols = 128;
inline constexpr unsigned kBenchSymbols = kTriggerSymbols + kBackgroundSymbols;
// Symbol `s` has locate kFirstLocate + s; from kUnlistedLocate on nothing is configured.
inline constexpr std::uint16_t kFirstLocate = 1000;
inline constexpr std::uint16_t kUnlistedLocate = 40'000;

// Even symbols only buy, odd ones only sell, so that open orders never meet the self-trade check.
constexpr bool buys(unsigned symbol) { return symbol % 2 == 0; }
// The symbol in which leader `s` trades; of the same direction.
constexpr unsigned lagger_of(unsigned leader) { return leader + kLeaders; }

inline constexpr std::uint32_t kTick = 100;
inline constexpr std::uint32_t kWindowBase = 1'000'000;
// Middle of a symbol's book: on a boundary of 64 levels, another one for each of 48 symbols.
constexpr std::uint32_t middle(unsigned symbol) { return kWindowBase + (8 + symbol % 48) * 64 * kTick; }

// Quantities and ratio between which the imbalance rule tells quiet from firing: it needs twice as much on one side.
inline constexpr std::uint32_t kImbalanceRatio = 512;
inline constexpr std::uint32_t kLargeTrade = 100;

CoreConfig bench_config();
net::UdpLine bench_line();

}  // namespace twinpath::bench
