// The three forms of a report.
#pragma once
#include <string>

#include "host/apps/report/report_data.h"

namespace twinpath::report {

// Tables for a terminal of 100 columns, UTF-8. With `color`, ANSI colours for headings and the verdict.
std::string to_text(const ReportData& data, bool color = false);

// Every figure, indented JSON; names as in report_data.h, prices in dollars.
std::string to_json(const ReportData& data);

// One page that refers to nothing outside itself: inline SVG, style and script; light or dark as the reader's system
// is, and fit to print.
std::string to_html(const ReportData& data);

}  // namespace twinpath::report
