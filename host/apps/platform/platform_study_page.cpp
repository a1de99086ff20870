// Answers of the platform model as text, CSV and one HTML page.
#include <fmt/format.h>

#include <algorithm>

#include "host/apps/platform/platform_study.h"
#include "host/apps/report/page_style.h"
#include "host/apps/report/svg.h"

namespace twinpath {
namespace {

using namespace report;

// The row's cells in the order of the columns.
std::vector<std::string> cells(const StudyTable& t, const StudyRow& row) {
  std::vector<std::string> out;
  std::size_t text = 0, number = 0;
  for (const StudyColumn& c : t.columns) {
    if (c.text)
      out.push_back(row.texts.at(text++));
    else
      out.push_back(fmt::format("{:.{}f}", row.numbers.at(number++), c.digits));
  }
  return out;
}

// What tells a row from the others: its texts, or the columns in front of the one that is drawn.
std::string label(const StudyTable& t, const StudyRow& row) {
  if (!row.texts.empty()) return row.texts[0];
  std::string out;
  const auto all = cells(t, row);
  const auto front = std::clamp<std::size_t>(static_cast<std::size_t>(t.plotted), 1, 3);
  for (std::size_t i = 0; i < front; ++i) out += (i == 0 ? "" : " / ") + all[i];
  return out;
}

const StudyColumn& plotted(const StudyTable& t) {
  int number = 0;
  for (const StudyColumn& c : t.columns) {
    if (!c.text && number++ == t.plotted) return c;
  }
  return t.columns.back();
}

std::string plot(const StudyTable& t) {
  constexpr double kWide = 1106, kLeft = 260, kRow = 22, kTop = 8;
  double high = 0;
  for (const StudyRow& row : t.rows) high = std::max(high, row.numbers.at(static_cast<std::size_t>(t.plotted)));
  const Ticks ticks = round_ticks(0, high, 6);
  const double base = kTop + kRow * static_cast<double>(t.rows.size());
  const auto x = [&](double v) { return kLeft + (kWide - kLeft - 60) * v / ticks.high; };
  Svg svg(kWide, base + 26, t.title);
  for (const double v : ticks.values()) {
    svg.line(x(v), kTop, x(v), base, v == 0 ? "axis" : "grid");
    svg.text(x(v), base + 17, fmt::format("{:g}", v), "tick", "middle");
  }
  for (std::size_t i = 0; i < t.rows.size(); ++i) {
    const double v = t.rows[i].numbers.at(static_cast<std::size_t>(t.plotted));
    const double y = kTop + kRow * static_cast<double>(i);
    const std::string name = label(t, t.rows[i]);
    const std::string value = fmt::format("{:.{}f}", v, plotted(t).digits);
    svg.text(kLeft - 10, y + 15, name, "tick", "end");
    svg.rect(kLeft, y + 4, std::max(x(v) - kLeft, 1.0), kRow - 8, "fill-order",
             fmt::format("{}\n{} {}", name, value, plotted(t).name), 2.5);
    svg.text(x(v) + 6, y + 15, value, "tick");
  }
  return svg.str();
}

}  // namespace

std::string study_text(const StudyTable& t) {
  std::vector<std::vector<std::string>> lines(1);
  for (const StudyColumn& c : t.columns) lines[0].push_back(c.name);
  for (const StudyRow& row : t.rows) lines.push_back(cells(t, row));
  std::vector<std::size_t> widths(t.columns.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string out = fmt::format("{}\n{}\n", t.title, t.note);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i)
      out +=
          t.columns[i].text ? fmt::format("  {:<{}}", line[i], widths[i]) : fmt::format("  {:>{}}", line[i], widths[i]);
    out += "\n";
  }
  return out;
}

std::string study_csv(const StudyTable& t) {
  std::string out;
  const auto put = [&out](const std::vector<std::string>& line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool quoted = line[i].find_first_of(",\"\n") != std::string::npos;
      std::string cell = line[i];
      for (std::size_t q = cell.find('"'); q != std::string::npos; q = cell.find('"', q + 2)) cell.insert(q, 1, '"');
      out += (i == 0 ? "" : ",") + (quoted ? '"' + cell + '"' : cell);
    }
    out += "\n";
  };
  std::vector<std::string> head;
  for (const StudyColumn& c : t.columns) head.push_back(c.name);
  put(head);
  for (const StudyRow& row : t.rows) put(cells(t, row));
  return out;
}

std::string study_html(const std::string& title, const std::vector<StudyTable>& tables) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{} - Twinpath</title>\n<style>{}</style></head><body><main>\n"
      "<header><div><div class=\"brand\">Twinpath</div><h1>{}</h1></div></header>\n",
      escape(title), kStyle, escape(title));
  for (const StudyTable& t : tables) {
    std::string head, body;
    for (const StudyColumn& c : t.columns) head += fmt::format("<th>{}</th>", escape(c.name));
    for (const StudyRow& row : t.rows) {
      body += "<tr>";
      for (const std::string& cell : cells(t, row)) body += fmt::format("<td>{}</td>", escape(cell));
      body += "</tr>\n";
    }
    out += fmt::format(
        "<section><h2>{}</h2><p class=\"sub\">{}</p>{}<p class=\"sub\">Bars: {}.</p><div "
        "class=\"scroll\"><table><thead>"
        "<tr>{}</tr></thead><tbody>\n{}</tbody></table></div></section>\n",
        escape(t.title), escape(t.note), plot(t), escape(plotted(t).name), head, body);
  }
  return out + "</main></body></html>\n";
}

}  // namespace twinpath
