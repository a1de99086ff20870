// One ITCH message as a line of text.
#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace twinpath {

// "add_order stock_locate=7 ... price=123.4500"; what is wrong and the bytes in hex when it is no valid message.
std::string message_text(std::span<const std::uint8_t> message);

// Price(4) in dollars: "123.4500".
std::string price_text(std::uint64_t price);
// Nanoseconds since midnight: "09:30:00.000000000".
std::string time_of_day_text(std::uint64_t ns);

}  // namespace twinpath
