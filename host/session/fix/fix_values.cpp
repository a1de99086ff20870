#include "host/session/fix/fix_values.h"

#include <cstdio>
#include <ctime>

namespace twinpath::session {
namespace {

struct Decimal {
  std::uint64_t whole = 0;
  std::uint64_t fraction = 0;  // 1/10,000
};

std::optional<Decimal> read_decimal(std::string_view text) noexcept {
  Decimal d;
  std::size_t digits = 0, i = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i, ++digits) {
    d.whole = d.whole * 10 + static_cast<unsigned>(text[i] - '0');
    if (d.whole > 1'000'000'000'000) return std::nullopt;
  }
  if (i < text.size()) {
    if (text[i++] != '.') return std::nullopt;
    for (std::uint64_t worth = 1'000; i < text.size(); ++i, ++digits, worth /= 10) {
      if (text[i] < '0' || text[i] > '9' || (worth == 0 && text[i] != '0')) return std::nullopt;
      d.fraction += worth * static_cast<unsigned>(text[i] - '0');
    }
  }
  if (digits == 0) return std::nullopt;
  return d;
}

}  // namespace

std::optional<std::uint64_t> read_price(std::string_view text) noexcept {
  const auto d = read_decimal(text);
  if (!d) return std::nullopt;
  return d->whole * 10'000 + d->fraction;
}

std::optional<std::uint32_t> read_quantity(std::string_view text) noexcept {
  const auto d = read_decimal(text);
  if (!d || d->fraction != 0 || d->whole > 0xFFFF'FFFF) return std::nullopt;
  return static_cast<std::uint32_t>(d->whole);
}

std::string write_price(std::uint64_t price) {
  char text[40];
  std::snprintf(text, sizeof text, "%llu.%04llu", static_cast<unsigned long long>(price / 10'000),
                static_cast<unsigned long long>(price % 10'000));
  std::string s = text;
  s.erase(s.find_last_not_of('0') + 1);
  if (s.back() == '.') s.pop_back();
  return s;
}

std::string write_time(std::uint64_t nanoseconds) {
  const auto seconds = static_cast<std::time_t>(nanoseconds / 1'000'000'000);
  std::tm t{};
  gmtime_r(&seconds, &t);
  char text[64];
  const std::size_t n = std::strftime(text, sizeof text, "%Y%m%d-%H:%M:%S", &t);
  std::snprintf(text + n, sizeof text - n, ".%03u", static_cast<unsigned>(nanoseconds / 1'000'000 % 1'000));
  return text;
}

}  // namespace twinpath::session
