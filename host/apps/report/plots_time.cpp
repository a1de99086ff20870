// The drawings over time.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/apps/report/format.h"
#include "host/apps/report/plots.h"
#include "host/apps/report/svg.h"

namespace twinpath::report {
namespace {

constexpr double kLeft = 64;  // room for the numbers of the vertical axis
constexpr double kRight = 12;

// The time axis that all drawings over time share.
class TimeAxis {
 public:
  TimeAxis(const TimeSeries& series, double width)
      : series_(series), width_(width), seconds_(series.bucket_seconds * static_cast<double>(series.buckets.size())) {}

  double x(double seconds) const { return kLeft + (width_ - kLeft - kRight) * (seconds_ > 0 ? seconds / seconds_ : 0); }
  double bucket_x(std::size_t i) const { return x(series_.bucket_seconds * static_cast<double>(i)); }

  std::string label(double seconds, double step) const {
    if (series_.start > 0) {
      const double time = series_.start + seconds;
      if (step >= 60) return clock_time(time).substr(0, 5);
      if (step >= 1) return clock_time(time);
      return fmt::format("{}.{:03}", clock_time(time), static_cast<int>(std::fmod(time, 1.0) * 1000));
    }
    if (seconds_ < 2e-3) return fmt::format("{:g} us", std::round(seconds * 1e8) / 1e2);
    if (seconds_ < 2) return fmt::format("{:g} ms", std::round(seconds * 1e6) / 1e3);
    return fmt::format("{:g} s", std::round(seconds * 1e3) / 1e3);
  }

  void draw(Svg& svg, double top, double base, bool labels = true) const {
    // Round times of day, not round distances from the first frame.
    const auto ticks = step();
    double first = series_.start > 0 ? std::ceil(series_.start / ticks) * ticks - series_.start : 0;
    for (; first <= seconds_ * 1.0001; first += ticks) {
      svg.line(x(first), top, x(first), base, "grid");
      if (!labels) continue;
      const bool last = x(first) > width_ - 40;
      svg.text(last ? width_ - 2 : x(first), base + 17, label(first, ticks), "tick", last ? "end" : "middle");
    }
  }

  std::string span_of(std::size_t bucket) const {
    const double from = series_.bucket_seconds * static_cast<double>(bucket);
    const double precision = std::min(series_.bucket_seconds, 59.0);  // always with seconds
    return fmt::format("{} to {}", label(from, precision), label(from + series_.bucket_seconds, precision));
  }

 private:
  double step() const {
    const double raw = std::max(seconds_, 1e-9) / 8;
    for (const double s : {1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0}) {
      if (raw >= 0.5 && s >= raw) return s;
    }
    return round_ticks(0, std::max(seconds_, 1e-9), 8).step;
  }

  const TimeSeries& series_;
  double width_;
  double seconds_;
};

void vertical_axis(Svg& svg, const Ticks& ticks, double top, double base, double width, bool money) {
  for (const double tick : ticks.values()) {
    const double y = base - (base - top) * (tick - ticks.low) / (ticks.high - ticks.low);
    svg.line(kLeft, y, width - kRight, y, "grid");
    const int places = ticks.step >= 0.01 ? 2 : 4;
    svg.text(kLeft - 8, y + 4, money ? decimal(tick, places) : compact_tick(tick), "tick", "end");
  }
}

}  // namespace

std::string activity_plot(const TimeSeries& series, double width) {
  const auto n = series.buckets.size();
  if (n == 0) return "";
  const TimeAxis axis(series, width);
  std::uint64_t most_messages = 1, most_intents = 1;
  for (const auto& b : series.buckets) {
    most_messages = std::max(most_messages, b.messages);
    most_intents = std::max(most_intents, b.orders + b.rejects);
  }
  const double top1 = 22, base1 = 142, top2 = 182, base2 = 282;
  Svg svg(width, 308, "messages, orders and rejections over time");
  axis.draw(svg, top1, base1, false);
  axis.draw(svg, top2, base2);

  const auto messages = round_ticks(0, static_cast<double>(most_messages), 3);
  vertical_axis(svg, messages, top1, base1, width, false);
  std::vector<std::pair<double, double>> line;
  for (std::size_t i = 0; i < n; ++i) {
    const double y = base1 - (base1 - top1) * static_cast<double>(series.buckets[i].messages) / messages.high;
    line.emplace_back(axis.bucket_x(i), y);
    line.emplace_back(axis.bucket_x(i + 1), y);
  }
  svg.area(line, base1, "area-message");
  svg.polyline(line, "line-message");
  svg.text(kLeft, 12, fmt::format("Messages per {}", duration(series.bucket_seconds)), "caption");

  const auto intents = round_ticks(0, static_cast<double>(most_intents), 3);
  vertical_axis(svg, intents, top2, base2, width, false);
  svg.text(kLeft, top2 - 10, fmt::format("Orders and rejections per {}", duration(series.bucket_seconds)), "caption");
  for (std::size_t i = 0; i < n; ++i) {
    const auto& b = series.buckets[i];
    const double x = axis.bucket_x(i), w = axis.bucket_x(i + 1) - x, scale = (base2 - top2) / intents.high;
    const double orders = static_cast<double>(b.orders) * scale, rejects = static_cast<double>(b.rejects) * scale;
    const double gap = w > 3 ? 0.8 : 0;
    if (b.orders != 0) svg.rect(x, base2 - orders, w - gap, orders, "fill-order");
    if (b.rejects != 0) svg.rect(x, base2 - orders - rejects, w - gap, rejects, "fill-reject");
    svg.rect(x, top1, w, base2 - top1, "hit",
             fmt::format("{}\n{} messages\n{} orders\n{} rejections", axis.span_of(i), grouped(b.messages),
                         grouped(b.orders), grouped(b.rejects)));
  }
  svg.line(kLeft, base1 + .5, width - kRight, base1 + .5, "axis");
  svg.line(kLeft, base2 + .5, width - kRight, base2 + .5, "axis");
  return svg.str();
}

std::string price_plot(const TimeSeries& series, double width) {
  const auto n = series.buckets.size();
  double low = 1e300, high = -1e300;
  const auto take = [&](double v) {
    low = std::min(low, v);
    high = std::max(high, v);
  };
  for (const auto& b : series.buckets) {
    if (b.mid) take(*b.mid);
  }
  for (const auto& m : series.markers) take(m.price);
  if (n == 0 || low > high) return "";
  if (high == low) high += 0.01, low -= 0.01;

  const double top = 10, base = 262;
  const TimeAxis axis(series, width);
  const auto ticks = round_ticks(low, high, 5);
  const auto y_of = [&](double v) { return base - (base - top) * (v - ticks.low) / (ticks.high - ticks.low); };
  Svg svg(width, 288, "mid price and orders over time");
  axis.draw(svg, top, base);
  vertical_axis(svg, ticks, top, base, width, true);
  svg.line(kLeft, base + .5, width - kRight, base + .5, "axis");

  // A line a stretch of buckets with a mid price: none is drawn where there was none.
  std::vector<std::pair<double, double>> line;
  for (std::size_t i = 0; i <= n; ++i) {
    if (i < n && series.buckets[i].mid) {
      line.emplace_back(axis.bucket_x(i + 1), y_of(*series.buckets[i].mid));
      svg.rect(axis.bucket_x(i), top, axis.bucket_x(i + 1) - axis.bucket_x(i), base - top, "hit",
               fmt::format("{}\nmid {}", axis.span_of(i), decimal(*series.buckets[i].mid, 4)));
      continue;
    }
    if (line.size() == 1) line.emplace_back(line.front().first + 1, line.front().second);
    svg.polyline(line, "line-price");
    line.clear();
  }
  for (std::size_t i = 0; i < series.incidents.size(); ++i) {
    const double x = axis.x(series.incidents[i].seconds);
    svg.line(x, top, x, base, "quantile");
    svg.rect(x - 3, top, 6, base - top, "hit", series.incidents[i].text);
    svg.text(x, top - 1, fmt::format("{}", i + 1), "quantile-label", "middle");
  }
  for (const auto& m : series.markers) {
    const double x = axis.x(m.seconds), y = y_of(m.price);
    if (m.rejected) {
      svg.cross(x, y, 3.2, "mark-reject", m.text);
    } else {
      svg.triangle(x, y, 4.4, m.side == Side::buy, m.side == Side::buy ? "mark-buy" : "mark-sell", m.text);
    }
  }
  return svg.str();
}

std::string spark(std::span<const std::uint64_t> values, std::string_view css) {
  if (values.size() < 2) return "";
  // About forty points: a card is small.
  const std::size_t every = (values.size() + 39) / 40;
  std::vector<double> sums;
  for (std::size_t i = 0; i < values.size(); i += every) {
    double total = 0;
    for (std::size_t k = i; k < std::min(values.size(), i + every); ++k) total += static_cast<double>(values[k]);
    sums.push_back(total / static_cast<double>(std::min(values.size(), i + every) - i));
  }
  const double peak = std::max(*std::max_element(sums.begin(), sums.end()), 1e-9);
  Svg svg(200, 34, "over time", true);
  std::vector<std::pair<double, double>> line;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    line.emplace_back(200.0 * static_cast<double>(i) / static_cast<double>(std::max<std::size_t>(sums.size() - 1, 1)),
                      32 - 29 * sums[i] / peak);
  }
  svg.area(line, 34, fmt::format("spark-area {}", css));
  svg.polyline(line, fmt::format("spark-line {}", css));
  return svg.str();
}

}  // namespace twinpath::report
