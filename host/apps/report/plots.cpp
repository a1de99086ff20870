#include "host/apps/report/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/apps/report/format.h"
#include "host/apps/report/svg.h"

namespace twinpath::report {
namespace {

constexpr double kRow = 26;  // height of a row of horizontal bars

}  // namespace

std::string with_unit(double value, Unit unit) {
  if (unit == Unit::nanoseconds) return nanoseconds(value);
  const bool whole = value == std::floor(value);
  return fmt::format("{} cycle{}", whole ? grouped(static_cast<std::uint64_t>(value)) : decimal(value, 1),
                     value == 1 ? "" : "s");
}

std::string distribution_plot(const Distribution& d, Unit unit, double width, double x_max) {
  if (d.count == 0 || d.bins.empty()) return "";
  const double height = x_max > 0 ? 132 : 210, left = 4, right = width - 4, top = x_max > 0 ? 14 : 34,
               base = height - 24;
  Svg svg(width, height, "distribution of latency");
  std::uint64_t peak = 0;
  for (const auto& bin : d.bins) peak = std::max(peak, bin.count);

  // Bins side by side, or values on a common linear axis.
  const double span = right - left;
  const auto x_of = [&](std::size_t i) {
    return x_max > 0 ? left + span * static_cast<double>(d.bins[i].low) / (x_max + 1)
                     : left + span * static_cast<double>(i) / static_cast<double>(d.bins.size());
  };
  const auto end_of = [&](std::size_t i) {
    return x_max > 0 ? left + span * static_cast<double>(d.bins[i].high + 1) / (x_max + 1)
                     : left + span * static_cast<double>(i + 1) / static_cast<double>(d.bins.size());
  };
  svg.line(left, base + .5, right, base + .5, "axis");
  for (std::size_t i = 0; i < d.bins.size(); ++i) {
    const auto& bin = d.bins[i];
    if (bin.count == 0) continue;
    // Rare values stay visible: at least two pixels.
    const double h = std::max(2.0, static_cast<double>(bin.count) / static_cast<double>(peak) * (base - top));
    const double x = x_of(i), w = std::clamp(end_of(i) - x - 1.2, 1.0, x_max > 0 ? 22.0 : 1e9);
    const auto range = bin.low == bin.high ? with_unit(static_cast<double>(bin.low), unit)
                                           : fmt::format("{} to {}", with_unit(static_cast<double>(bin.low), unit),
                                                         with_unit(static_cast<double>(bin.high), unit));
    const auto tip = fmt::format("{}\n{} of {} ({})", range, grouped(bin.count), grouped(d.count),
                                 percent(static_cast<double>(bin.count), static_cast<double>(d.count)));
    svg.rect(x, base - h, w, h, "bar", tip, 1.5);
  }
  if (x_max > 0) {
    for (const double tick : round_ticks(0, x_max, 6).values()) {
      if (tick > x_max) continue;
      const double x = left + span * tick / (x_max + 1);
      svg.text(x + std::min(11.0, span / (x_max + 1) / 2), base + 16, grouped(static_cast<std::uint64_t>(tick)), "tick",
               "middle");
    }
    return svg.str();
  }
  // The edges of about eight bins, and the quantiles above them.
  const std::size_t every = std::max<std::size_t>(1, (d.bins.size() + 7) / 8);
  for (std::size_t i = 0; i < d.bins.size(); i += every) {
    svg.text(x_of(i), base + 16, with_unit(static_cast<double>(d.bins[i].low), unit), "tick",
             i == 0 ? "start" : "middle");
  }
  const auto mark = [&](std::uint64_t value, std::string_view label) {
    std::size_t i = 0;
    while (i + 1 < d.bins.size() && d.bins[i].high < value) ++i;
    const double x = (x_of(i) + end_of(i)) / 2;
    svg.line(x, top - 10, x, base, "quantile");
    const bool far = x > right - 70;
    svg.text(far ? x - 4 : x + 4, top - 14, fmt::format("{} {}", label, with_unit(static_cast<double>(value), unit)),
             "quantile-label", far ? "end" : "start");
  };
  mark(d.p50, "p50");
  mark(d.p99, "p99");
  mark(d.p999, "p99.9");
  return svg.str();
}

std::string waterfall_plot(std::span<const LatencyFigures> stages, Unit unit, double width) {
  if (stages.empty()) return "";
  // A core's greatest time is a property of the core; that of software is the operating system's, and would squeeze all
  // bars.
  const auto longest = [&](const Distribution& d) {
    return std::max(static_cast<double>(unit == Unit::cycles ? d.max : d.p99), d.mean);
  };
  double end = 0;
  for (const auto& stage : stages) end = std::max(end, longest(stage.values));
  const double row = 34, left = 118, right = width - 74, top = 6,
               bottom = top + row * static_cast<double>(stages.size());
  const auto ticks = round_ticks(0, std::max(end, 1.0), 6);
  const auto x_of = [&](double v) { return left + (right - left) * std::clamp(v / ticks.high, 0.0, 1.0); };

  Svg svg(width, bottom + 26, "time of each stage");
  for (const double tick : ticks.values()) {
    svg.line(x_of(tick), top, x_of(tick), bottom, "grid");
    svg.text(x_of(tick), bottom + 17, unit == Unit::cycles ? compact_tick(tick) : nanoseconds(tick), "tick", "middle");
  }
  double before = 0;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const auto& v = stages[i].values;
    const double y = top + row * static_cast<double>(i), middle = y + row / 2;
    svg.text(left - 12, middle + 4, title_case(stages[i].name), "label", "end");
    if (v.count == 0) continue;
    const double from = std::min(before, v.mean);
    const auto tip = fmt::format(
        "{}\nmean {}, {} after the stage before\nmin {}  p50 {}  p99 {}  max {}\n{} measured",
        title_case(stages[i].name), with_unit(std::round(v.mean * 10) / 10, unit),
        with_unit(std::round(std::max(v.mean - before, 0.0) * 10) / 10, unit),
        with_unit(static_cast<double>(v.min), unit), with_unit(static_cast<double>(v.p50), unit),
        with_unit(static_cast<double>(v.p99), unit), with_unit(static_cast<double>(v.max), unit), grouped(v.count));
    svg.line(x_of(static_cast<double>(v.min)), middle, x_of(longest(v)), middle, "whisker");
    svg.line(x_of(static_cast<double>(v.min)), middle - 4, x_of(static_cast<double>(v.min)), middle + 4, "whisker");
    svg.line(x_of(longest(v)), middle - 4, x_of(longest(v)), middle + 4, "whisker");
    svg.rect(x_of(from), middle - 8, std::max(x_of(v.mean) - x_of(from), 2.5), 16, fmt::format("stage s{}", i % 7), tip,
             3);
    svg.text(right + 12, middle + 4,
             unit == Unit::cycles ? decimal(v.mean, 1) : nanoseconds(std::round(v.mean * 10) / 10), "value");
    before = v.mean;
  }
  return svg.str();
}

std::string bars_plot(std::span<const Count> counts, std::string_view css, double width) {
  if (counts.empty()) return "";
  std::uint64_t peak = 1;
  for (const auto& c : counts) peak = std::max(peak, c.value);
  const auto total = static_cast<double>(sum(counts));
  const double left = 132, right = width - 142;
  Svg svg(width, kRow * static_cast<double>(counts.size()) + 2, "counts");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double y = kRow * static_cast<double>(i);
    const auto label = title_case(counts[i].name);
    const auto share = percent(static_cast<double>(counts[i].value), total);
    const double w = std::max(2.0, (right - left) * static_cast<double>(counts[i].value) / static_cast<double>(peak));
    svg.text(left - 12, y + 17, label, "label", "end");
    svg.rect(left, y + 4, w, kRow - 9, css, fmt::format("{}\n{} ({})", label, grouped(counts[i].value), share), 2.5);
    svg.text(left + w + 8, y + 17, grouped(counts[i].value), "value");
    svg.text(width - 2, y + 17, share, "tick", "end");
  }
  return svg.str();
}

std::string pair_bars_plot(std::span<const PairCount> counts, std::string_view good, std::string_view bad,
                           double width) {
  std::uint64_t peak = 0;
  for (const auto& c : counts) peak = std::max(peak, c.good + c.bad);
  if (peak == 0) return "";
  const double left = 132, right = width - 118;
  Svg svg(width, kRow * static_cast<double>(counts.size()) + 2, "counts");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto& c = counts[i];
    const double y = kRow * static_cast<double>(i), scale = (right - left) / static_cast<double>(peak);
    const auto label = title_case(c.name);
    const auto tip = fmt::format("{}\n{} {}\n{} {}", label, grouped(c.good), good, grouped(c.bad), bad);
    const double g = static_cast<double>(c.good) * scale, b = static_cast<double>(c.bad) * scale;
    svg.text(left - 12, y + 17, label, "label", "end");
    svg.rect(left, y + 4, g, kRow - 9, "fill-order", tip, 2.5);
    svg.rect(left + g + (c.good != 0 && c.bad != 0 ? 1.5 : 0), y + 4, b, kRow - 9, "fill-reject", tip, 2.5);
    svg.text(left + g + b + 10, y + 17, fmt::format("{} / {}", grouped(c.good), grouped(c.bad)), "value");
  }
  return svg.str();
}

}  // namespace twinpath::report
