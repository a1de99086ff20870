#include "host/apps/config/decimal.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace twinpath {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<std::uint64_t> parse_dollars(std::string_view text) {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  if (text.starts_with('$')) text.remove_prefix(1);
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  const auto fraction = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || !is_digit(whole.front()) || !is_digit(whole.back())) return std::nullopt;
  if (point != std::string_view::npos && fraction.empty()) return std::nullopt;

  std::uint64_t units = 0;
  const auto append = [&](char c) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (units > (kMax - digit) / 10) return false;
    units = units * 10 + digit;
    return true;
  };
  for (const char c : whole) {
    if (c == ',' || c == '_') continue;
    if (!is_digit(c) || !append(c)) return std::nullopt;
  }
  for (std::size_t i = 0; i < std::max<std::size_t>(fraction.size(), 4); ++i) {
    const char c = i < fraction.size() ? fraction[i] : '0';
    if (!is_digit(c)) return std::nullopt;
    if (i >= 4) {
      if (c != '0') return std::nullopt;
    } else if (!append(c)) {
      return std::nullopt;
    }
  }
  return units;
}

std::optional<std::uint64_t> exact_dollars(double dollars) {
  if (!(dollars >= 0) || dollars > 9e11) return std::nullopt;
  const double scaled = dollars * static_cast<double>(kUnitsPerDollar);
  const double nearest = std::round(scaled);
  if (std::abs(scaled - nearest) > 1e-6 + nearest * 2 * std::numeric_limits<double>::epsilon()) return std::nullopt;
  return static_cast<std::uint64_t>(nearest);
}

std::string dollars_text(std::uint64_t units) {
  const auto fraction = units % kUnitsPerDollar;
  if (fraction % 100 == 0) return fmt::format("{}.{:02}", units / kUnitsPerDollar, fraction / 100);
  return fmt::format("{}.{:04}", units / kUnitsPerDollar, fraction);
}

std::optional<std::uint64_t> parse_time_of_day(std::string_view text) {
  if (text.size() < 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  for (const int i : {0, 1, 3, 4, 6, 7}) {
    if (!is_digit(text[static_cast<std::size_t>(i)])) return std::nullopt;
  }
  const auto two = [&](std::size_t at) {
    return static_cast<std::uint64_t>((text[at] - '0') * 10 + text[at + 1] - '0');
  };
  const auto hours = two(0), minutes = two(3), seconds = two(6);
  if (hours > 23 || minutes > 59 || seconds > 59) return std::nullopt;
  std::uint64_t nanoseconds = 0;
  if (text.size() > 8) {
    if (text[8] != '.' || text.size() < 10 || text.size() > 18) return std::nullopt;
    std::uint64_t place = 100'000'000;
    for (const char c : text.substr(9)) {
      if (!is_digit(c)) return std::nullopt;
      nanoseconds += static_cast<std::uint64_t>(c - '0') * place;
      place /= 10;
    }
  }
  return ((hours * 60 + minutes) * 60 + seconds) * 1'000'000'000 + nanoseconds;
}

}  // namespace twinpath
