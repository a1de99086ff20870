#include "host/apps/report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace twinpath::report {

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\t') out += c;
    }
  }
  return out;
}

Ticks round_ticks(double low, double high, int wanted) {
  if (!(high > low)) high = low + 1;
  const double raw = (high - low) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double lead = raw / power;
  const double step = power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
  return {std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step, step};
}

std::vector<double> Ticks::values() const {
  std::vector<double> all;
  const auto n = static_cast<int>(std::lround((high - low) / step));
  for (int i = 0; i <= n; ++i) all.push_back(low + i * step);
  return all;
}

Svg::Svg(double width, double height, std::string_view label, bool stretch) {
  fmt::format_to(std::back_inserter(out_), R"(<svg viewBox="0 0 {:g} {:g}"{} role="img" aria-label="{}">)", width,
                 height, stretch ? R"( preserveAspectRatio="none")" : "", escape(label));
}

void Svg::attributes(std::string_view css, std::string_view tip) {
  fmt::format_to(std::back_inserter(out_), R"( class="{}")", css);
  if (!tip.empty()) fmt::format_to(std::back_inserter(out_), R"( data-t="{}")", escape(tip));
  out_ += "/>";
}

void Svg::rect(double x, double y, double w, double h, std::string_view css, std::string_view tip, double radius) {
  fmt::format_to(std::back_inserter(out_), R"(<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}")", x, y,
                 std::max(w, 0.0), std::max(h, 0.0));
  if (radius > 0) fmt::format_to(std::back_inserter(out_), R"( rx="{:g}")", radius);
  attributes(css, tip);
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view css) {
  fmt::format_to(std::back_inserter(out_), R"(<line x1="{:.2f}" y1="{:.2f}" x2="{:.2f}" y2="{:.2f}")", x1, y1, x2, y2);
  attributes(css, "");
}

void Svg::text(double x, double y, std::string_view content, std::string_view css, std::string_view anchor) {
  fmt::format_to(std::back_inserter(out_), R"(<text x="{:.2f}" y="{:.2f}" text-anchor="{}" class="{}">{}</text>)", x, y,
                 anchor, css, escape(content));
}

void Svg::polyline(const std::vector<std::pair<double, double>>& points, std::string_view css) {
  if (points.empty()) return;
  out_ += R"(<polyline points=")";
  for (const auto& [x, y] : points) fmt::format_to(std::back_inserter(out_), "{:.2f},{:.2f} ", x, y);
  out_ += '"';
  attributes(css, "");
}

void Svg::area(const std::vector<std::pair<double, double>>& points, double base, std::string_view css) {
  if (points.empty()) return;
  fmt::format_to(std::back_inserter(out_), R"(<path d="M{:.2f},{:.2f})", points.front().first, base);
  for (const auto& [x, y] : points) fmt::format_to(std::back_inserter(out_), "L{:.2f},{:.2f}", x, y);
  fmt::format_to(std::back_inserter(out_), R"(L{:.2f},{:.2f}Z")", points.back().first, base);
  attributes(css, "");
}

void Svg::triangle(double x, double y, double size, bool up, std::string_view css, std::string_view tip) {
  const double tall = up ? size * 1.6 : -size * 1.6;
  fmt::format_to(std::back_inserter(out_), R"(<path d="M{:.2f},{:.2f}l{:.2f},{:.2f}h{:.2f}Z")", x, y, -size, tall,
                 2 * size);
  attributes(css, tip);
}

void Svg::cross(double x, double y, double size, std::string_view css, std::string_view tip) {
  fmt::format_to(std::back_inserter(out_), R"(<path d="M{0:.2f},{1:.2f}l{2:.2f},{2:.2f}m0,{3:.2f}l{3:.2f},{2:.2f}")",
                 x - size, y - size, 2 * size, -2 * size);
  attributes(css, tip);
}

}  // namespace twinpath::report
