// The parts of the page, in the order in which they are shown. Each is "" when its figures are absent.
#pragma once
#include <string>

#include "host/apps/report/report_data.h"

namespace twinpath::report {

std::string header_section(const ReportData& data);
std::string verdict_section(const ReportData& data);
std::string cards_section(const ReportData& data);
std::string latency_sections(const ReportData& data);
std::string time_sections(const ReportData& data);
std::string decision_sections(const ReportData& data);
std::string symbols_section(const ReportData& data);
std::string paths_section(const ReportData& data);
std::string counters_section(const ReportData& data);

}  // namespace twinpath::report
