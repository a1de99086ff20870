// What pages about fills and what they came to share: head, cards, sections, money over time.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/backtest/ledger.h"

namespace twinpath {

inline constexpr double kPageWide = 1106;  // a section's inner width, pixels
inline constexpr double kPageHalf = 516;   // that of one of two beside each other

// Up to the first card. Titles and facts are escaped here.
std::string page_head(std::string_view title, const std::vector<std::pair<std::string, std::string>>& facts);
// From the footer on; `note` is HTML.
std::string page_foot(std::string_view note);

// What is given to these is HTML.
std::string page_section(std::string_view title, std::string_view sub, std::string_view body);
std::string page_card(std::string_view key, std::string_view value, std::string_view unit, std::string_view detail);
std::string page_table(std::string_view head, std::string_view rows);

// What there is, or a line that says that there is nothing.
std::string page_or_none(std::string html, std::string_view none);

// Green above zero, red below.
std::string coloured_money(Money m);

// Values over time, in dollars, with the zero line; "" of fewer than two samples.
std::string money_over_time(const std::vector<LedgerSample>& samples, double width, std::string_view what,
                            const std::function<Money(const LedgerSample&)>& first, std::string_view first_name,
                            const std::function<Money(const LedgerSample&)>& second, std::string_view second_name);

}  // namespace twinpath
