// The page of a closed loop.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "host/apps/backtest/backtest_figures.h"
#include "host/apps/backtest/backtest_report.h"
#include "host/apps/backtest/ledger_page.h"
#include "host/apps/loop/loop_report.h"
#include "host/apps/report/folder.h"
#include "host/apps/report/format.h"
#include "host/apps/report/plots.h"
#include "host/apps/report/svg.h"

namespace twinpath {
namespace {

using namespace report;

constexpr std::size_t kPlots = 4;        // symbols whose market is drawn
constexpr std::size_t kMostFills = 200;  // shown

}  // namespace

std::string LoopReport::fault_rows() const {
  std::string rows;
  for (std::size_t i = 0; i < story_.faults.size(); ++i) {
    const LoopFault& f = story_.faults[i];
    rows += fmt::format("<tr><td>{}</td><td>{:.3f} s</td><td><b>{}</b></td><td>{}</td></tr>\n", i + 1,
                        f.at - static_cast<double>(first_.value) * 1e-9, escape(f.fault), escape(f.survived));
  }
  return rows;
}

std::string LoopReport::check_rows() const {
  std::string rows;
  for (const LoopCheck& c : story_.checks)
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td{}>{}</td><td><span class=\"pill{}\">{}</span></td></tr>\n",
                        escape(c.what), escape(c.trader), c.agree() ? "" : " class=\"differs\"", escape(c.venue),
                        c.agree() ? "" : " no", c.agree() ? "same" : "differs");
  return rows;
}

std::string LoopReport::life_rows() const {
  std::string rows;
  for (std::size_t i = 0; i < story_.lives.size(); ++i)
    rows += fmt::format("<tr><td>{}</td><td><b>{}</b></td><td>{}</td></tr>\n", i + 1, escape(story_.lives[i].path),
                        escape(story_.lives[i].ended));
  return rows;
}

std::string LoopReport::latency_rows() const {
  std::string rows;
  for (const Latency& l : latencies_) {
    const Histogram& h = l.histogram;
    const auto cell = [&](std::uint64_t v) {
      const auto n = static_cast<double>(v);
      return l.in_cycles() ? fmt::format("{} cycles, {}", v, nanoseconds(cycles_to_ns(n))) : nanoseconds(n);
    };
    rows += fmt::format("<tr><td><b>{}</b></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                        escape(l.path), grouped(h.count()), cell(h.min()), cell(h.percentile(50)),
                        cell(h.percentile(99)), cell(h.max()));
  }
  return rows;
}

std::string LoopReport::html() const {
  const double span = static_cast<double>((last_ - first_).value) * 1e-9;
  std::string out = page_head(
      story_.title,
      {{"Trader's lives", grouped(story_.lives.size())}, {"Lasted", duration(span)}, {"Messages", grouped(messages_)}});
  const auto differ = std::ranges::count_if(story_.checks, [](const LoopCheck& c) { return !c.agree(); });
  out += fmt::format(
      "<div class=\"verdict {}\">{}</div>\n", sound() ? "same" : "diff",
      sound() ? fmt::format("Trader and venue agreed at all {} moments of {} faults.", grouped(story_.compared),
                            grouped(story_.faults.size()))
              : fmt::format("Trader and venue differ in {} of {} comparisons.", differ, grouped(story_.checks.size())));
  const SymbolLedger total = ledger_ ? ledger_->total() : SymbolLedger{};
  out += "<div class=\"cards\">";
  out += page_card("Profit", coloured_money(ledger_ ? ledger_->profit() : 0), "dollars",
                   fmt::format("before fees; realized {}", money_text(total.realized)));
  out += page_card("Orders", grouped(orders_.size()), "", fmt::format("{} cancels", grouped(cancels_)));
  out += page_card("Fills", grouped(total.fills), "", fmt::format("{} shares", grouped(total.shares)));
  out += page_card("Faults", grouped(story_.faults.size()), "",
                   fmt::format("{} positions told anew after busts and kills, {} fills of no known order",
                               position_differences_, unknown_fills_));
  out += "</div>\n";

  std::string plots;
  const auto traded = ledger_ ? most_traded() : std::vector<SymbolIndex>{};
  for (std::size_t i = 0; i < std::min(traded.size(), kPlots); ++i)
    plots += fmt::format("<h3>{}</h3>{}", escape(symbols_[traded[i]]), price_plot(series(traded[i]), kPageWide));
  out += page_section(
      "The market and our orders in it",
      "Middle of the market of the symbols traded most. Triangles are orders that were filled, up to buy; crosses "
      "those that were not. Upright lines are faults, numbered as below.",
      page_or_none(plots, "Nothing was traded."));
  if (ledger_) {
    const auto& samples = ledger_->samples();
    out += page_section("Profit and loss",
                        "Dollars before fees at the middle of the market, and what closed positions made.",
                        money_over_time(
                            samples, kPageWide, "profit over time", [](const LedgerSample& s) { return s.profit; },
                            "profit", [](const LedgerSample& s) { return s.realized; }, "realized"));
    out += page_section("Position", "Dollars that the open positions are worth: longs less shorts, and both together.",
                        money_over_time(
                            samples, kPageWide, "position over time", [](const LedgerSample& s) { return s.net; },
                            "net", [](const LedgerSample& s) { return s.gross; }, "gross"));
  }
  out += page_section("Faults", "What was done to the loop, and how it was survived.",
                      story_.faults.empty()
                          ? "<p class=\"none\">None.</p>"
                          : page_table("<th>#</th><th>At</th><th>Fault</th><th>Survived</th>", fault_rows()));
  out +=
      page_section("Both sides", "The same things, as the trader and as the venue have them at the end.",
                   story_.checks.empty() ? "<p class=\"none\">None.</p>"
                                         : page_table("<th></th><th>Trader</th><th>Venue</th><th></th>", check_rows()));
  out += page_section(
      "Latency by path", "From an order's cause to the first byte of its frame, all records played again on each path.",
      page_table("<th>Path</th><th>Orders</th><th>Least</th><th>p50</th><th>p99</th><th>Most</th>", latency_rows()));
  out += page_section("Lives", "The trader's paths, one after the other, and how each ended.",
                      page_table("<th>#</th><th>Path</th><th>Ended</th>", life_rows()));
  std::vector<Count> reasons;
  for (std::size_t i = 0; i < rejected_.size(); ++i) {
    if (rejected_[i] != 0) reasons.push_back({std::string(name(static_cast<Reason>(i + 1))), rejected_[i]});
  }
  std::ranges::stable_sort(reasons, std::greater{}, &Count::value);
  out += page_section("Rejections", "Intents that risk held back, by the first check that failed.",
                      page_or_none(bars_plot(reasons, "fill-reject", kPageHalf), "Risk let every intent pass."));
  if (ledger_) {
    const auto& fills = ledger_->fills();
    std::string rows;
    for (std::size_t i = 0; i < std::min(fills.size(), kMostFills); ++i) {
      const BacktestFill& f = fills[i];
      const std::string_view side = f.fill.side == Side::buy ? "buy" : "sell";
      rows += fmt::format(
          "<tr><td>{:.6f} s</td><td><b>{}</b></td><td><span "
          "class=\"{}\">{}</span></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
          seconds(f.time), escape(symbols_[f.fill.symbol]), side, side, grouped(f.fill.quantity.value),
          price(f.fill.price), signed_grouped(f.position), f.fill.user_ref);
    }
    out += page_section("Fills",
                        fills.size() > kMostFills
                            ? fmt::format("The first {} of {}; report.json has all.", kMostFills, grouped(fills.size()))
                            : std::string("All of them, in time."),
                        rows.empty() ? std::string("<p class=\"none\">None.</p>")
                                     : page_table("<th>Time</th><th>Symbol</th><th>Side</th><th>Shares</th><th>Price</"
                                                  "th><th>Position</th><th>Order</th>",
                                                  rows));
  }
  return out + page_foot("Played again from the trader's own records. Prices and profits are dollars.");
}

void LoopReport::write(const std::filesystem::path& folder) const {
  save(folder / "report.json", json());
  save(folder / "report.html", html());
}

}  // namespace twinpath
