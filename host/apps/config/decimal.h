// Decimal text to integers and back, exactly: dollars in Price(4) units of 1/10,000 dollar.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace twinpath {

inline constexpr std::uint64_t kUnitsPerDollar = 10'000;

// "187.25" -> 1,872,500. Digits with at most four decimals that are not zero; a "$" before and "," or "_" between
// digits of the whole part are allowed. Nothing on anything else, or when the value exceeds 2^64 - 1 units.
std::optional<std::uint64_t> parse_dollars(std::string_view text);

// The nearest 1/10,000 dollar of a binary fraction; nothing when `dollars` is not that decimal to within its own
// rounding (a millionth of a unit, or two units in the last place of the double), negative, or beyond 9 x 10^11
// dollars.
std::optional<std::uint64_t> exact_dollars(double dollars);

// 1,872,500 -> "187.25", 1,872,501 -> "187.2501": two decimals, four when needed.
std::string dollars_text(std::uint64_t units);

// "09:35:00.000000" -> nanoseconds since midnight. HH:MM:SS with up to nine decimals, below 24:00:00.
std::optional<std::uint64_t> parse_time_of_day(std::string_view text);

}  // namespace twinpath
