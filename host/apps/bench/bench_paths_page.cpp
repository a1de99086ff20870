// The page of `twinpath bench paths`.
#include <fmt/format.h>

#include "host/apps/bench/bench_paths.h"
#include "host/apps/report/format.h"
#include "host/apps/report/page_style.h"
#include "host/apps/report/plots.h"
#include "host/apps/report/report_data.h"
#include "host/apps/report/svg.h"

namespace twinpath {
namespace {

using namespace report;

constexpr double kWide = 1106;  // a section's inner width

std::string section(std::string_view title, std::string_view sub, const std::string& body) {
  return fmt::format("<section><h2>{}</h2><p class=\"sub\">{}</p>{}</section>\n", escape(title), escape(sub), body);
}

// The first row is the heading; the first column is text.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::string out = "<div class=\"scroll\"><table>";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const char* cell = i == 0 ? "th" : "td";
    out += i == 0 ? "<thead><tr>" : "<tr>";
    for (const std::string& text : rows[i]) out += fmt::format("<{}>{}</{}>", cell, escape(text), cell);
    out += i == 0 ? "</tr></thead><tbody>\n" : "</tr>\n";
  }
  return out + "</tbody></table></div>";
}

std::string with_both(const bench::PathMeasure& p, std::uint64_t value) {
  const auto v = static_cast<double>(value);
  return p.core ? fmt::format("{} ({})", with_unit(v, Unit::cycles), nanoseconds(cycles_to_ns(v))) : nanoseconds(v);
}

}  // namespace

std::string paths_page(const PathComparison& c) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{0} - Twinpath</title>\n<style>{1}</style></head><body><main>\n"
      "<header><div><div class=\"brand\">Twinpath</div><h1>Paths over {0}</h1></div><div class=\"facts\">"
      "<span><b>{2}</b>frames</span><span><b>{3}</b>messages</span><span><b>{4}</b>orders</span></div></header>\n",
      escape(c.input), kStyle, grouped(c.frames), grouped(c.messages), grouped(c.orders));
  std::vector<std::vector<std::string>> latency{{"path", "orders", "shortest", "median", "99 %", "longest"}};
  std::vector<std::vector<std::string>> host{
      {"path", "median", "99 %", "longest", "messages a second", "simulated cycles", "order frames"}};
  for (const bench::PathMeasure& p : c.paths) {
    const Histogram& h = p.latency;
    latency.push_back({p.address, grouped(h.count()), with_both(p, h.min()), with_both(p, h.percentile(50)),
                       with_both(p, h.percentile(99)), with_both(p, h.max())});
    const auto ns = [&](double percent) { return nanoseconds(static_cast<double>(p.round_trip.percentile(percent))); };
    host.push_back({p.address, ns(50), ns(99), ns(100), compact(p.per_second), p.cycles == 0 ? "-" : grouped(p.cycles),
                    p.digest == c.paths.front().digest ? "the same" : "DIFFERENT"});
  }
  out += section(
      "Order latency",
      "A core's from the message's last byte in to the order's first beat out, in cycles of 322.265625 MHz; software's "
      "from the frame's entry to the order.",
      table(latency));
  out += section("Host",
                 "From the call that gives a frame to the call that takes its order's event, one frame at a time, by "
                 "this machine's "
                 "clock; messages a second with 64 inputs at a time.",
                 table(host));
  for (const bench::PathMeasure& p : c.paths) {
    out += section(p.address, p.core ? "Cycles of every order." : "Nanoseconds of every order.",
                   distribution_plot(summarize(p.latency), p.core ? Unit::cycles : Unit::nanoseconds, kWide));
    if (!p.core) continue;
    std::vector<std::vector<std::string>> rows{{"class of message", "orders", "shortest", "median", "99 %", "longest"}};
    for (unsigned i = 0; i < kLatencyClasses; ++i) {
      const CoreLatency& l = p.histograms[i];
      if (l.orders == 0) continue;
      rows.push_back({std::string(name(static_cast<LatencyClass>(i + 1))), grouped(l.orders), grouped(l.min),
                      grouped(l.percentile(50)), grouped(l.percentile(99)), grouped(l.max)});
    }
    out += section(fmt::format("The core of {} by its own histograms", p.address),
                   fmt::format("Cycles, read from its registers; the stamps of the events {}.",
                               p.stamps_agree ? "agree" : "DISAGREE"),
                   table(rows));
  }
  return out +
         fmt::format("</main><div id=\"tip\" role=\"tooltip\"></div>\n<script>{}</script></body></html>\n", kScript);
}

}  // namespace twinpath
