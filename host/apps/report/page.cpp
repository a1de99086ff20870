#include <fmt/format.h>

#include "host/apps/report/page_sections.h"
#include "host/apps/report/page_style.h"
#include "host/apps/report/render.h"
#include "host/apps/report/svg.h"

namespace twinpath::report {

std::string to_html(const ReportData& data) {
  const std::string title = page_title(data);
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, "
      "initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\n";
  out +=
      fmt::format("<title>{}Twinpath</title>\n<style>{}</style></head><body><main>\n", escape(title) + " - ", kStyle);
  out += header_section(data);
  out += verdict_section(data);
  out += cards_section(data);
  out += latency_sections(data);
  out += time_sections(data);
  out += decision_sections(data);
  out += symbols_section(data);
  out += paths_section(data);
  out += counters_section(data);
  out +=
      "<footer>Cycles are of the core clock, 322.265625 MHz. Prices are dollars.</footer></main><div id=\"tip\" "
      "role=\"tooltip\"></div>\n";
  out += fmt::format("<script>{}</script></body></html>\n", kScript);
  return out;
}

}  // namespace twinpath::report
