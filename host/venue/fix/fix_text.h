// Numbers and reasons as FIX writes them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/venue/market/execution.h"

namespace twinpath::venue {

// Dollars with at most four decimals that count, in 1/10,000 dollar; nothing when it is none, negative or too large.
std::optional<std::uint64_t> read_price(std::string_view text) noexcept;
// Whole shares; decimals may be zeros.
std::optional<std::uint32_t> read_quantity(std::string_view text) noexcept;
std::string write_price(std::uint64_t price);
// Of `shares` that cost `value` (shares times 1/10,000 dollar), rounded to 1/1,000,000 dollar; 0 of none.
std::string write_average(std::uint64_t value, std::uint64_t shares);
// UTCTimestamp with milliseconds, of nanoseconds since 1970.
std::string write_time(std::uint64_t nanoseconds);

std::string_view reason_text(market::Reason reason) noexcept;
// OrdRejReason (103).
int order_reject_reason(market::Reason reason, bool v42) noexcept;

}  // namespace twinpath::venue
