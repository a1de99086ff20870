// UserRefNums run out: they are 32 bits, and OUCH 5.0 lets a session's only rise. The core's counter
// goes on with 0 behind 4,294,967,295 (SEM 5.2), and an exchange would take no order of those. So who trades live
// disarms before, for good: another session with the exchange, and another journal, begin the numbers again.
#pragma once
#include <cstdint>
#include <string_view>

namespace twinpath {

// From this number on no order is asked for. What is left is for orders of inputs that are on their way through a path
// when it is disarmed, and for numbers that are passed over (SEM 9.3).
inline constexpr std::uint32_t kOrderNumbersEnd = 0xFFFF'0000;

constexpr bool order_numbers_used_up(std::uint32_t next_user_ref) noexcept { return next_user_ref >= kOrderNumbersEnd; }

inline constexpr std::string_view kOrderNumbersUsedUp =
    "order numbers are used up; begin another session with the exchange, with its own first_user_ref and journal";

}  // namespace twinpath
