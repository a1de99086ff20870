#include "host/apps/report/format.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "host/apps/config/decimal.h"

namespace twinpath::report {

std::string grouped(std::uint64_t n) {
  std::string digits = fmt::format("{}", n);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

std::string signed_grouped(std::int64_t n) {
  const auto magnitude = n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
  return fmt::format("{}{}", n < 0 ? "-" : "", grouped(magnitude));
}

namespace {

constexpr const char* kUnits[] = {"", " k", " M", " G", " T"};

// Divides `n` down to three digits before the point; the result is the unit.
const char* scale(double& n) {
  std::size_t unit = 0;
  while (std::abs(n) >= 999.5 && unit + 1 < std::size(kUnits)) {
    n /= 1000;
    ++unit;
  }
  return kUnits[unit];
}

}  // namespace

std::string compact(double n) {
  if (std::abs(n) < 999.5 && n == std::floor(n)) return fmt::format("{:.0f}", n);
  const char* unit = scale(n);
  const double a = std::abs(n);
  return fmt::format("{:.{}f}{}", n, a < 9.995 ? 2 : a < 99.95 ? 1 : 0, unit);
}

std::string compact_tick(double n) {
  const char* unit = scale(n);
  return fmt::format("{:.4g}{}", n, unit);
}

std::string decimal(double n, int places) { return fmt::format("{:.{}f}", n, places); }

std::string duration(double s) {
  if (s < 1e-3) return fmt::format("{:.0f} us", s * 1e6);
  if (s < 1) return fmt::format("{:.0f} ms", s * 1e3);
  if (s < 120) return fmt::format("{:.1f} s", s);
  const auto minutes = static_cast<std::uint64_t>(std::llround(s / 60));
  return minutes < 60 ? fmt::format("{} min", minutes) : fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

std::string nanoseconds(double ns) {
  if (ns < 999.5) return fmt::format("{:.{}f} ns", ns, ns < 99.95 && ns != std::floor(ns) ? 1 : 0);
  if (ns < 999.5e3) return fmt::format("{:.2f} us", ns / 1e3);
  return fmt::format("{:.2f} ms", ns / 1e6);
}

std::string percent(double part, double of) {
  if (of <= 0) return "-";
  const double share = part * 100 / of;
  return fmt::format("{:.{}f}%", share, share < 10 ? 2 : 1);
}

std::string price(Price p) { return p.value == 0 ? "-" : dollars_text(p.value); }

std::string clock_time(double seconds) {
  const auto s = static_cast<std::uint64_t>(std::max(seconds, 0.0));
  return fmt::format("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string title_case(std::string_view counter_name) {
  // Words that are not written as the register map must write them.
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"ip", "IP"},     {"ipv4", "IPv4"}, {"udp", "UDP"},   {"fcs", "FCS"},   {"mpid", "MPID"}, {"ipo", "IPO"},
      {"luld", "LULD"}, {"mwcb", "MWCB"}, {"noii", "NOII"}, {"rpii", "RPII"}, {"sho", "SHO"},   {"deletion", "delete"}};
  std::string text;
  while (!counter_name.empty()) {
    auto word = counter_name.substr(0, counter_name.find('_'));
    counter_name.remove_prefix(std::min(counter_name.size(), word.size() + 1));
    for (const auto& [from, to] : kWords) {
      if (word == from) word = to;
    }
    if (!text.empty()) text += ' ';
    text += word;
  }
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

double cycles_to_ns(double cycles) { return cycles * 1e9 / kCoreClockHz; }

}  // namespace twinpath::report
