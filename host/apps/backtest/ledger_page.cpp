#include "host/apps/backtest/ledger_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "host/apps/backtest/backtest_figures.h"
#include "host/apps/backtest/backtest_report.h"
#include "host/apps/report/format.h"
#include "host/apps/report/page_style.h"
#include "host/apps/report/svg.h"

namespace twinpath {

using namespace report;

namespace {
double in_dollars(Money m) { return static_cast<double>(m) * 1e-6; }

}  // namespace

std::string page_head(std::string_view title, const std::vector<std::pair<std::string, std::string>>& facts) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{} - Twinpath</title>\n<style>{}</style></head><body><main>\n",
      escape(title), kStyle);
  out += fmt::format(
      R"(<header><div><div class="brand"><svg viewBox="0 0 26 18" aria-hidden="true"><path class="p1" d="M2 5c8 0 8 8 22 8"/><path class="p2" d="M2 13c8 0 8-8 22-8"/></svg>Twinpath</div><h1>{}</h1></div><div class="facts">)",
      escape(title));
  for (const auto& [key, value] : facts) out += fmt::format("<div>{}<b>{}</b></div>", escape(key), escape(value));
  return out + "</div></header>\n";
}

std::string page_foot(std::string_view note) {
  return fmt::format(
      "<footer>{}</footer></main><div id=\"tip\" role=\"tooltip\"></div>\n<script>{}</script></body></html>\n", note,
      kScript);
}

std::string page_section(std::string_view title, std::string_view sub, std::string_view body) {
  return fmt::format("<section><h2>{}</h2><p class=\"sub\">{}</p>{}</section>\n", title, sub, body);
}

std::string page_card(std::string_view key, std::string_view value, std::string_view unit, std::string_view detail) {
  return fmt::format(
      R"(<div class="card"><div class="k">{}</div><div class="v">{} <small>{}</small></div><div class="d">{}</div></div>)",
      key, value, unit, detail);
}

std::string page_or_none(std::string html, std::string_view none) {
  return html.empty() ? fmt::format("<p class=\"none\">{}</p>", none) : html;
}

std::string coloured_money(Money m) {
  return fmt::format("<span class=\"{}\">{}</span>", m < 0 ? "sell" : m > 0 ? "buy" : "", money_text(m));
}

std::string page_table(std::string_view head, std::string_view rows) {
  return fmt::format("<div class=\"scroll\"><table><thead><tr>{}</tr></thead><tbody>\n{}</tbody></table></div>", head,
                     rows);
}

std::string money_over_time(const std::vector<LedgerSample>& samples, double width, std::string_view what,
                            const std::function<Money(const LedgerSample&)>& first, std::string_view first_name,
                            const std::function<Money(const LedgerSample&)>& second, std::string_view second_name) {
  if (samples.size() < 2) return "";
  constexpr double kLeft = 78, kTop = 10, kBase = 222;
  double low = 0, high = 0;
  for (const LedgerSample& s : samples) {
    for (const auto& f : {first, second}) {
      low = std::min(low, in_dollars(f(s)));
      high = std::max(high, in_dollars(f(s)));
    }
  }
  if (low == high) high = 1;
  const Ticks ticks = round_ticks(low, high, 5);
  const double span = static_cast<double>(nanoseconds_in(samples.back().time)) * 1e-9;
  const auto x = [&](const LedgerSample& s) {
    return kLeft + (width - kLeft - 12) * static_cast<double>(nanoseconds_in(s.time)) * 1e-9 / span;
  };
  const auto y = [&](double v) { return kBase - (kBase - kTop) * (v - ticks.low) / (ticks.high - ticks.low); };
  Svg svg(width, kBase + 26, what);
  for (const double t : ticks.values()) {
    svg.line(kLeft, y(t), width - 12, y(t), t == 0 ? "axis" : "grid");
    svg.text(kLeft - 8, y(t) + 4, ticks.step >= 1 ? compact_tick(t) : decimal(t, 2), "tick", "end");
  }
  const Ticks times = round_ticks(0, span, 8);
  for (const double t : times.values()) {
    if (t > span * 1.0001) continue;
    const double at = kLeft + (width - kLeft - 12) * t / span;
    svg.line(at, kTop, at, kBase, "grid");
    svg.text(std::min(at, width - 24), kBase + 17, t == 0 ? "0" : duration(t), "tick", "middle");
  }
  std::vector<std::pair<double, double>> a, b;
  for (const LedgerSample& s : samples) {
    a.emplace_back(x(s), y(in_dollars(first(s))));
    b.emplace_back(x(s), y(in_dollars(second(s))));
  }
  svg.area(a, y(0), "area-message");
  svg.polyline(b, "line-price");
  svg.polyline(a, "line-message");
  for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
    svg.rect(a[i].first, kTop, a[i + 1].first - a[i].first, kBase - kTop, "hit",
             fmt::format("{} after the first frame\n{} {}\n{} {}",
                         duration(static_cast<double>(nanoseconds_in(samples[i].time)) * 1e-9), first_name,
                         money_text(first(samples[i])), second_name, money_text(second(samples[i]))));
  }
  return svg.str() + fmt::format(
                         "<div class=\"legend\"><span><i style=\"background:var(--accent)\"></i>{}</span><span><i "
                         "style=\"background:var(--price)\"></i>{}</span></div>",
                         first_name, second_name);
}

}  // namespace twinpath
