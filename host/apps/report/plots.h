// The page's drawings. Each returns an inline SVG, or "" when there is nothing to draw.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "host/apps/report/report_data.h"

namespace twinpath::report {

enum class Unit : std::uint8_t { cycles, nanoseconds };
// "4 cycles", "118 ns".
std::string with_unit(double value, Unit unit);

// Bars of a distribution. `x_max` > 0: a linear axis from 0 to it, the same for several drawings; otherwise the bins
// side by side as they are, with the quantiles marked.
std::string distribution_plot(const Distribution& d, Unit unit, double width, double x_max = 0);

// A row a stage: from the mean of the stage before to its own, with a whisker from the least to the
// greatest (cycles) or to the 99th percentile (nanoseconds).
std::string waterfall_plot(std::span<const LatencyFigures> stages, Unit unit, double width);

// A horizontal bar a count.
std::string bars_plot(std::span<const Count> counts, std::string_view css, double width);

// Two counts a row, one behind the other.
struct PairCount {
  std::string name;
  std::uint64_t good = 0, bad = 0;
};
std::string pair_bars_plot(std::span<const PairCount> counts, std::string_view good, std::string_view bad,
                           double width);

// Messages, then orders and rejections, a bucket.
std::string activity_plot(const TimeSeries& series, double width);
// The mid price with the orders at their prices.
std::string price_plot(const TimeSeries& series, double width);
// A bare line for a headline card.
std::string spark(std::span<const std::uint64_t> values, std::string_view css);

}  // namespace twinpath::report
