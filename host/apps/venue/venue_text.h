// What a running venue says and understands: its control socket's answers, its status line, its last report.
#pragma once
#include <string>
#include <string_view>

#include "host/apps/venue/venue_server.h"

namespace twinpath {

// Obeys or answers one line of the control socket, as JSON; `stop` is the caller's. Errors are answers too.
std::string answer_control(VenueServer& venue, std::string_view line);

// By name, always the same ones.
std::vector<std::pair<std::string_view, std::uint64_t>> fix_counters(const venue::FixGateway& fix);
std::string status_line(const VenueServer& venue);
std::string closing_report(const VenueServer& venue);

std::string_view to_string(market::Reason reason) noexcept;

}  // namespace twinpath
