// The parts of the page that are words and tables.
#include <fmt/format.h>

#include <algorithm>

#include "host/apps/report/format.h"
#include "host/apps/report/page_sections.h"
#include "host/apps/report/svg.h"

namespace twinpath::report {
namespace {

constexpr const char* kCheckIcon =
    R"(<svg viewBox="0 0 26 26" aria-hidden="true"><circle cx="13" cy="13" r="11"/><path d="M8 13.5l3.4 3.4L18 9.8"/></svg>)";
constexpr const char* kCrossIcon =
    R"(<svg viewBox="0 0 26 26" aria-hidden="true"><circle cx="13" cy="13" r="11"/><path d="M9 9l8 8M17 9l-8 8"/></svg>)";

std::string fact(std::string_view key, std::string_view text) {
  return text.empty() ? "" : fmt::format("<div>{}<b>{}</b></div>", key, escape(text));
}

}  // namespace

std::string header_section(const ReportData& data) {
  std::string paths;
  for (const auto& path : data.paths) paths += (paths.empty() ? "" : ", ") + path.name;
  const std::string title = page_title(data);
  return fmt::format(
      R"(<header><div><div class="brand"><svg viewBox="0 0 26 18" aria-hidden="true"><path class="p1" d="M2 5c8 0 8 8 22 8"/><path class="p2" d="M2 13c8 0 8-8 22-8"/></svg>Twinpath</div><h1>{}</h1></div><div class="facts">{}{}{}{}</div></header>)"
      "\n",
      escape(title), title == data.input ? "" : fact("Input", data.input), fact("Configuration", data.config),
      fact("Session", data.session_seconds > 0 ? duration(data.session_seconds) : ""),
      fact(data.paths.size() == 1 ? "Path" : "Paths", paths));
}

std::string verdict_section(const ReportData& data) {
  std::string out;
  if (!data.verdict_line.empty()) {
    const char* css = data.verdict == Verdict::identical ? "same" : data.verdict == Verdict::different ? "diff" : "";
    const char* icon = data.verdict == Verdict::identical   ? kCheckIcon
                       : data.verdict == Verdict::different ? kCrossIcon
                                                            : "";
    out += fmt::format("<div class=\"verdict {}\">{}<div>{}</div></div>\n", css, icon, escape(data.verdict_line));
  }
  if (!data.first_difference.empty()) {
    out += fmt::format(
        "<section><h2>First difference</h2><p class=\"sub\">Both paths&#39; view of the input where they "
        "part.</p><pre>{}</pre></section>\n",
        escape(data.first_difference));
  }
  return out;
}

std::string symbols_section(const ReportData& data) {
  if (data.symbols.empty()) return "";
  std::uint64_t most = 1;
  for (const auto& s : data.symbols) most = std::max(most, s.messages);
  std::string rows;
  for (const auto& s : data.symbols) {
    const auto quote = [](Price p, Quantity q, const char* css) {
      return p.value == 0
                 ? std::string("<td>-</td>")
                 : fmt::format("<td><span class=\"{}\">{}</span> &times; {}</td>", css, price(p), grouped(q.value));
    };
    rows += fmt::format(
        "<tr><td><b>{}</b></td><td>{}<span class=\"meter\"><i "
        "style=\"width:{:.1f}%\"></i></span></td><td>{}</td><td>{}</td><td>{}</td>"
        "<td>{}</td>{}{}<td><span class=\"pill{}\">{}</span></td></tr>\n",
        escape(s.name), grouped(s.messages), 100.0 * static_cast<double>(s.messages) / static_cast<double>(most),
        grouped(s.orders), grouped(s.cancels), grouped(s.rejects), signed_grouped(s.position),
        quote(s.bid, s.bid_quantity, "buy"), quote(s.ask, s.ask_quantity, "sell"), s.trusted ? "" : " no",
        s.trusted ? "trusted" : "untrusted");
  }
  return fmt::format(
      "<section><h2>Symbols</h2><p class=\"sub\">The busiest ones, with their best bid and offer at the end.</p><div "
      "class=\"scroll\"><table>"
      "<thead><tr><th>Symbol</th><th>Messages</th><th>Orders</th><th>Cancels</th><th>Rejections</th><th>Position</"
      "th><th>Best bid</th>"
      "<th>Best offer</th><th>Book</th></tr></thead><tbody>\n{}</tbody></table></div></section>\n",
      rows);
}

std::string paths_section(const ReportData& data) {
  if (data.paths.empty()) return "";
  std::string rows;
  for (const auto& p : data.paths) {
    const auto messages = value(p.counters, Counter::messages);
    const auto rate = [&](std::uint64_t n) {
      return p.wall_seconds > 0 ? compact(static_cast<double>(n) / p.wall_seconds) : "-";
    };
    rows +=
        fmt::format("<tr><td><b>{}</b></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                    escape(p.name), grouped(messages), grouped(value(p.counters, Counter::orders)),
                    p.wall_seconds > 0 ? duration(p.wall_seconds) : "-", rate(messages),
                    p.simulated_cycles != 0 ? grouped(p.simulated_cycles) : "-",
                    p.simulated_cycles != 0 ? rate(p.simulated_cycles) : "-");
  }
  return fmt::format(
      "<section><h2>The run</h2><p class=\"sub\">Wall time is what was spent inside each path on this machine.</p><div "
      "class=\"scroll\"><table><thead>"
      "<tr><th>Path</th><th>Messages</th><th>Orders</th><th>Wall time</th><th>Messages/s</th><th>Simulated "
      "cycles</th><th>Cycles/s</th></tr>"
      "</thead><tbody>\n{}</tbody></table></div></section>\n",
      rows);
}

std::string counters_section(const ReportData& data) {
  if (data.paths.empty()) return "";
  std::string out = "<section><h2>Counters</h2><p class=\"sub\">Every counter that every path keeps.</p>\n";
  std::string head = "<thead><tr><th>Counter</th>";
  for (const auto& p : data.paths) head += fmt::format("<th>{}</th>", escape(p.name));
  head += "</tr></thead>";
  for (const auto& group : counter_groups()) {
    std::string rows;
    std::size_t used = 0, differ = 0;
    for (auto i = static_cast<std::size_t>(group.first); i <= static_cast<std::size_t>(group.last); ++i) {
      std::string cells;
      bool any = false, unequal = false;
      for (const auto& p : data.paths) {
        any = any || p.counters[i] != 0;
        const bool differs = p.counters[i] != data.paths.front().counters[i];
        unequal = unequal || differs;
        cells += fmt::format("<td{}>{}</td>", differs ? " class=\"differs\"" : "", grouped(p.counters[i]));
      }
      used += any;
      differ += unequal;
      rows +=
          fmt::format("<tr{}><td>{}</td>{}</tr>\n", any ? "" : " class=\"zero\"", name(static_cast<Counter>(i)), cells);
    }
    const auto note = differ != 0 ? fmt::format("{} differ", differ)
                      : used == 0 ? std::string("all zero")
                                  : fmt::format("{} counted", used);
    out +=
        fmt::format("<details{}><summary>{}<span>{}</span></summary><table>{}<tbody>\n{}</tbody></table></details>\n",
                    differ != 0 ? " open" : "", group.title, note, head, rows);
  }
  return out + "</section>\n";
}

}  // namespace twinpath::report
