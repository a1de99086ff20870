// Averages and reasons as FIX writes them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "host/venue/market/execution.h"

namespace twinpath::venue {

// Of `shares` that cost `value` (shares times 1/10,000 dollar), rounded to 1/1,000,000 dollar; 0 of none.
std::string write_average(std::uint64_t value, std::uint64_t shares);
std::string_view reason_text(market::Reason reason) noexcept;
// OrdRejReason (103).
int order_reject_reason(market::Reason reason, bool v42) noexcept;

}  // namespace twinpath::venue
