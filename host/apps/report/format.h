// Numbers as a person reads them, the same in all forms of the report.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "host/core/types.h"

namespace twinpath::report {

std::string grouped(std::uint64_t n);                   // 1234567 -> "1,234,567"
std::string signed_grouped(std::int64_t n);             // -1500 -> "-1,500"
std::string compact(double n);                          // three digits: 1234567 -> "1.23 M"
std::string compact_tick(double n);                     // a round number, without zeros it does not need: "40 k"
std::string decimal(double n, int places);              // "12.40"
std::string duration(double seconds);                   // "812 ms", "42.1 s", "6 h 30 min"
std::string nanoseconds(double ns);                     // "12.4 ns", "1.35 us"
std::string percent(double part, double of);            // "12.3%"; "-" of nothing
std::string price(Price p);                             // "187.25"; "-" for none
std::string clock_time(double seconds);                 // since midnight: "09:30:12"
std::string title_case(std::string_view counter_name);  // "open_orders" -> "Open orders"

double cycles_to_ns(double cycles);

}  // namespace twinpath::report
