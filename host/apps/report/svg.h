// Inline SVG for the page: shapes with style classes and tooltips, and axes with round numbers.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace twinpath::report {

// Text safe between tags and inside double-quoted attributes. Control characters other than line feed and tab are
// dropped.
std::string escape(std::string_view text);

// An axis from 0 (or `low`) to at least `high` with about `wanted` round ticks.
struct Ticks {
  double low = 0, high = 1, step = 1;
  std::vector<double> values() const;
};
Ticks round_ticks(double low, double high, int wanted);

// Coordinates are pixels at the drawing's natural width; the page scales it.
class Svg {
 public:
  // With `stretch` it fills the room it is given, whatever its shape.
  Svg(double width, double height, std::string_view label, bool stretch = false);

  // `tip` is the tooltip, "" for none; escaped here, as is all text.
  void rect(double x, double y, double w, double h, std::string_view css, std::string_view tip = "", double radius = 0);
  void line(double x1, double y1, double x2, double y2, std::string_view css);
  void text(double x, double y, std::string_view content, std::string_view css, std::string_view anchor = "start");
  void polyline(const std::vector<std::pair<double, double>>& points, std::string_view css);
  // Closed down to y = `base`.
  void area(const std::vector<std::pair<double, double>>& points, double base, std::string_view css);
  void triangle(double x, double y, double size, bool up, std::string_view css, std::string_view tip);
  void cross(double x, double y, double size, std::string_view css, std::string_view tip);

  std::string str() const { return out_ + "</svg>"; }

 private:
  void attributes(std::string_view css, std::string_view tip);
  std::string out_;
};

}  // namespace twinpath::report
