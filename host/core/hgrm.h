// A histogram as text in the percentile format of HdrHistogram (`.hgrm`), which its plotter and others read.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "host/core/histogram.h"

namespace twinpath {

// Lines of value, percentile as a share, number of values up to it, 1 / (1 - share): five lines every time the rest is
// halved, then the greatest value; then mean, deviation (from the buckets' middles), maximum and count. Values are
// divided by `unit`, for example 1000 for microseconds of nanoseconds. Empty: header and trailer only.
inline std::string hgrm_text(const Histogram& h, double unit) {
  constexpr int kLinesPerHalf = 5;
  struct Step {
    double value;
    std::uint64_t up_to;
  };
  std::vector<Step> steps;
  std::uint64_t seen = 0;
  double squares = 0;
  h.for_each([&](std::uint64_t low, std::uint64_t high, std::uint64_t count) {
    seen += count;
    steps.push_back({static_cast<double>(std::min(high, h.max())), seen});
    const double middle = (static_cast<double>(low) + static_cast<double>(high)) / 2 - h.mean();
    squares += middle * middle * static_cast<double>(count);
  });
  // The last bucket has everything that is beyond its bound.
  if (!steps.empty()) steps.back().value = static_cast<double>(h.max());

  std::string text;
  char line[128];
  const auto put = [&](const char* format, auto... values) {
    std::snprintf(line, sizeof line, format, values...);
    text += line;
  };
  put("%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
  const auto total = static_cast<double>(h.count());
  std::size_t i = 0;
  for (int n = 0; !steps.empty(); ++n) {
    const double rest = std::exp2(-(n / kLinesPerHalf));
    const double share = 1 - rest + n % kLinesPerHalf * rest / (2 * kLinesPerHalf);
    // The nudge of Histogram::percentile.
    while (static_cast<double>(steps[i].up_to) < share * total * (1 - 1e-12)) ++i;
    if (steps[i].up_to == h.count()) break;
    put("%12.3f %2.12f %10llu %14.2f\n", steps[i].value / unit, share, static_cast<unsigned long long>(steps[i].up_to),
        1 / (1 - share));
  }
  const auto count = static_cast<unsigned long long>(h.count());
  if (!h.empty()) put("%12.3f %2.12f %10llu\n", static_cast<double>(h.max()) / unit, 1.0, count);
  put("#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", h.mean() / unit,
      h.empty() ? 0.0 : std::sqrt(squares / total) / unit);
  put("#[Max     = %12.3f, Total count    = %12llu]\n", static_cast<double>(h.max()) / unit, count);
  put("#[Buckets = %12u, SubBuckets     = %12u]\n", Histogram::kMaxBits - Histogram::kPrecisionBits + 1,
      1u << Histogram::kPrecisionBits);
  return text;
}

struct HgrmLine {
  double value;  // in the file's unit
  double share;  // of the values that are at most this, 0 to 1
};

// The lines of a file in that format, ours or another's. Throws std::invalid_argument that names the line: one that is
// none, values or shares that fall, no last line of share 1.
inline std::vector<HgrmLine> read_hgrm(const std::string& text) {
  std::vector<HgrmLine> lines;
  std::istringstream in(text);
  std::string line;
  for (unsigned number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos || line.find("Percentile") != std::string::npos ||
        line.starts_with('#'))
      continue;
    HgrmLine l{};
    unsigned long long up_to = 0;
    const bool read = std::sscanf(line.c_str(), "%lf %lf %llu", &l.value, &l.share, &up_to) == 3;
    const HgrmLine before = lines.empty() ? HgrmLine{} : lines.back();
    if (!read || !(l.value >= before.value) || !(l.share >= before.share) || l.share > 1)
      throw std::invalid_argument("line " + std::to_string(number) +
                                  ": expected a value, its percentile as a share and a count, neither below the line "
                                  "before, found '" +
                                  line + "'");
    lines.push_back(l);
  }
  if (lines.empty() || lines.back().share != 1)
    throw std::invalid_argument("its end: expected a last line with the share 1.0, found none; is the file whole?");
  return lines;
}

}  // namespace twinpath
