// Order streams of the published matching benchmark: its five scenarios, message for message.
//
// The model ("Matching Engine Algorithm Performance Challenge", Flash One Technologies 2026, docs/METHODOLOGY.md,
// Workload model): a mid price that walks at random, buys placed below its first half and sells above its second, at
// depths of a power law with a hump, all shuffled; then each order's life: immediate-or-cancel, a replace, a cancel, a
// few of both once more when the order is gone. Its random draws are made exactly as published, so the reports of the
// stream have the published sums. Where a mathematics library rounds a logarithm otherwise than glibc they may not.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "host/venue/matching/messages.h"

namespace twinpath::bench {

struct MatchingScenario {
  std::string_view name;
  double volatility;  // a year's
  double swing;       // how far the price wanders, as a share of it
};
inline constexpr MatchingScenario kMatchingScenarios[] = {
    {"static", 0.00, 0.00},   {"normal", 0.15, 0.02},      {"swing-25", 0.50, 0.25},
    {"swing-40", 0.50, 0.40}, {"flash-crash", 0.50, 0.60},
};
inline constexpr std::uint32_t kPublishedSeed = 23;
inline constexpr std::uint32_t kPublishedOrders = 1'000'000;

// The commands of `orders` orders (at least 2), all in book 0, numbered from `first_sequence`.
std::vector<matching::Command> matching_workload(const MatchingScenario& scenario, std::uint32_t orders,
                                                 std::uint32_t seed, std::uint64_t first_sequence);

// Lists a book that trades at once.
matching::Command list_plain_book(std::uint32_t book, std::uint64_t sequence);

}  // namespace twinpath::bench
