// Figures of a back-test that its report's forms share.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host/backtest/backtest.h"

namespace twinpath {

// What the market did after the fills, at one horizon.
struct MarkoutFigures {
  Cycles horizon;
  std::uint64_t fills = 0, shares = 0;  // that the capture outlived
  Money gained = 0;
  Money maker_gained = 0;
  std::uint64_t maker_shares = 0;
  // Millionths of a dollar a share.
  double per_share() const noexcept {
    return shares == 0 ? 0 : static_cast<double>(gained) / static_cast<double>(shares);
  }
};

inline std::vector<MarkoutFigures> markout_figures(const Ledger& ledger, const std::vector<Cycles>& horizons) {
  std::vector<MarkoutFigures> all;
  for (std::size_t h = 0; h < horizons.size(); ++h) {
    MarkoutFigures m;
    m.horizon = horizons[h];
    for (const BacktestFill& f : ledger.fills()) {
      if (!f.markouts[h]) continue;
      ++m.fills;
      m.shares += f.fill.quantity.value;
      m.gained += *f.markouts[h];
      if (!f.fill.maker) continue;
      m.maker_shares += f.fill.quantity.value;
      m.maker_gained += *f.markouts[h];
    }
    all.push_back(m);
  }
  return all;
}

inline std::uint64_t filled_orders(const Ledger& ledger) {
  std::set<std::uint32_t> orders;
  for (const BacktestFill& f : ledger.fills()) orders.insert(f.fill.user_ref);
  return orders.size();
}

// Since the first frame.
inline std::uint64_t nanoseconds_in(Cycles at) {
  const std::uint64_t since = at.value - std::min(at.value, InputClock::kStart);
  return since / 165 * 512 + since % 165 * 512 / 165;
}

// What can be written as 64 bits; more than 9 million million dollars are not.
inline std::int64_t saturated(Money m) {
  constexpr Money kMost = INT64_MAX;
  return static_cast<std::int64_t>(m > kMost ? kMost : m < -kMost ? -kMost : m);
}

}  // namespace twinpath
