// Numbers and times as FIX writes them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace twinpath::session {

// Dollars with at most four decimals that count, in 1/10,000 dollar; nothing when it is none, negative or too large.
std::optional<std::uint64_t> read_price(std::string_view text) noexcept;
// Whole shares; decimals may be zeros.
std::optional<std::uint32_t> read_quantity(std::string_view text) noexcept;
std::string write_price(std::uint64_t price);
// UTCTimestamp with milliseconds, of nanoseconds since 1970.
std::string write_time(std::uint64_t nanoseconds);

}  // namespace twinpath::session
