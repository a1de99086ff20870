// The page of a back-test's report.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "host/apps/backtest/backtest_figures.h"
#include "host/apps/backtest/backtest_report.h"
#include "host/apps/backtest/ledger_page.h"
#include "host/apps/report/format.h"
#include "host/apps/report/plots.h"
#include "host/apps/report/svg.h"

namespace twinpath {
namespace {

using namespace report;

constexpr std::size_t kMostFills = 200;  // shown

// A bar a horizon, up when the market went the fills' way.
std::string markout_plot(const std::vector<MarkoutFigures>& all, double width) {
  double low = 0, high = 0;
  for (const MarkoutFigures& m : all) {
    low = std::min(low, m.per_share() * 1e-4);
    high = std::max(high, m.per_share() * 1e-4);
  }
  if (all.empty() || low == high) return "";
  constexpr double kLeft = 64, kTop = 10, kBase = 190;
  const Ticks ticks = round_ticks(low, high, 5);
  const auto y = [&](double v) { return kBase - (kBase - kTop) * (v - ticks.low) / (ticks.high - ticks.low); };
  Svg svg(width, kBase + 26, "markouts");
  for (const double t : ticks.values()) {
    svg.line(kLeft, y(t), width - 12, y(t), t == 0 ? "axis" : "grid");
    svg.text(kLeft - 8, y(t) + 4, fmt::format("{:.3g}", t), "tick", "end");
  }
  const double room = (width - kLeft - 12) / static_cast<double>(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const MarkoutFigures& m = all[i];
    const double v = m.per_share() * 1e-4, left = kLeft + room * static_cast<double>(i);
    const std::string label = duration(to_nanoseconds(m.horizon) * 1e-9);
    svg.rect(left + room * .2, std::min(y(0), y(v)), room * .6, std::max(std::abs(y(v) - y(0)), 1.5),
             v < 0 ? "fill-reject" : "fill-order",
             fmt::format("{} after the fill\n{:+.4f} cents a share\n{} fills, {} shares", label, v, grouped(m.fills),
                         grouped(m.shares)),
             2.5);
    svg.text(left + room / 2, kBase + 17, label, "tick", "middle");
  }
  return svg.str();
}

}  // namespace

std::string BacktestReport::html() const {
  const ExchangeModel& x = *result_.exchange;
  const Ledger& ledger = x.ledger();
  const OrderFigures& o = x.orders();
  const BacktestOptions& b = config_.backtest;
  const SymbolLedger total = ledger.total();
  const Money unrealized = ledger.profit() - total.realized + total.fees;
  const std::string title =
      config_.report.title.empty() ? fmt::format("Back-test of {}", config_.core.strategy.name) : config_.report.title;
  const auto time_of = [](Cycles c) { return nanoseconds(to_nanoseconds(c)); };

  std::string out = page_head(
      title, {{"Input", input_},
              {"Session", duration(static_cast<double>(nanoseconds_in(result_.replay.end)) * 1e-9)},
              {"Order / report latency", fmt::format("{} / {}", time_of(b.order_latency), time_of(b.report_latency))},
              {"Jitter", b.jitter.value == 0 ? "none" : time_of(b.jitter)},
              {"Maker / taker fee", fmt::format("{} / {}", money_text(b.maker_fee), money_text(b.taker_fee))}});

  out += "<div class=\"cards\">";
  out += page_card("Profit", coloured_money(ledger.profit()), "dollars",
                   fmt::format("realized {}, unrealized {}, fees {}", money_text(total.realized),
                               money_text(unrealized), money_text(total.fees)));
  out += page_card(
      "Drawdown", money_text(ledger.drawdown().most), "dollars",
      ledger.drawdown().most == 0
          ? std::string("never below the highest profit before")
          : fmt::format("from {} to {}", duration(static_cast<double>(nanoseconds_in(ledger.drawdown().from)) * 1e-9),
                        duration(static_cast<double>(nanoseconds_in(ledger.drawdown().to)) * 1e-9)));
  out += page_card("Fills", grouped(total.fills), "",
                   fmt::format("{} shares, {} as maker", grouped(total.shares),
                               percent(static_cast<double>(total.maker_shares), static_cast<double>(total.shares))));
  out += page_card("Fill ratio", percent(static_cast<double>(total.shares), static_cast<double>(o.shares)), "of shares",
                   fmt::format("{} of {} orders", grouped(filled_orders(ledger)), grouped(o.orders)));
  out += "</div>\n";

  const auto& samples = ledger.samples();
  out +=
      page_section("Profit and loss", "Dollars after fees at the middle of the market, and what closed positions made.",
                   money_over_time(
                       samples, kPageWide, "profit over time", [](const LedgerSample& s) { return s.profit; }, "profit",
                       [](const LedgerSample& s) { return s.realized; }, "realized"));
  out += page_section("Position", "Dollars that the open positions are worth: longs less shorts, and both together.",
                      money_over_time(
                          samples, kPageWide, "position over time", [](const LedgerSample& s) { return s.net; }, "net",
                          [](const LedgerSample& s) { return s.gross; }, "gross"));

  const auto markouts = markout_figures(ledger, b.markouts);
  std::vector<Count> reasons;
  for (std::size_t i = 0; i < o.rejected_by_reason.size(); ++i) {
    if (o.rejected_by_reason[i] != 0)
      reasons.push_back({std::string(name(static_cast<Reason>(i + 1))), o.rejected_by_reason[i]});
  }
  std::ranges::stable_sort(reasons, std::greater{}, &Count::value);
  out += fmt::format(
      "<div class=\"two\">{}{}</div>\n",
      page_section(
          "Markouts", "Cents a share that the middle of the market had moved the fills&#39; way, so long after them.",
          page_or_none(markout_plot(markouts, kPageHalf), "No fill was outlived by the capture for long enough.")),
      page_section("Rejections", "Intents that risk held back, by the first check that failed.",
                   page_or_none(bars_plot(reasons, "fill-reject", kPageHalf), "Risk let every intent pass.")));

  std::string rows;
  for (std::size_t i = 0; i < ledger.symbols().size(); ++i) {
    const SymbolLedger& s = ledger.symbols()[i];
    if (s.fills == 0) continue;
    rows += fmt::format(
        "<tr><td><b>{}</b></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{} / "
        "{}</td><td>{}</td></tr>\n",
        escape(symbol_name(static_cast<SymbolIndex>(i))), coloured_money(s.profit()), coloured_money(s.realized),
        coloured_money(s.unrealized()), money_text(s.fees), grouped(s.fills), signed_grouped(s.position),
        signed_grouped(s.most_long), signed_grouped(s.most_short),
        percent(static_cast<double>(s.maker_shares), static_cast<double>(s.shares)));
  }
  out += page_section(
      "Symbols", "Those that were traded.",
      rows.empty() ? std::string("<p class=\"none\">None.</p>")
                   : page_table("<th>Symbol</th><th>Profit</th><th>Realized</th><th>Unrealized</th><th>Fees</th><th>"
                                "Fills</th><th>Position</th><th>Most long / short</th><th>As maker</th>",
                                rows));

  rows = fmt::format(
      "<tr><td>Sent</td><td>{}</td></tr><tr><td>Filled in part or whole</td><td>{}</td></tr><tr><td>Ended at once for "
      "want "
      "of something to take</td><td>{}</td></tr><tr><td>Cancels</td><td>{}</td></tr><tr><td>Cancels that came too "
      "late</td><td>{}</td></tr><tr><td>Open at the end</td><td>{}</td></tr><tr><td>Sent when the capture had ended, "
      "unanswered</td><td>{}</td></tr>\n",
      grouped(o.orders), grouped(filled_orders(ledger)), grouped(o.immediate), grouped(o.cancels),
      grouped(o.late_cancels), grouped(x.open_orders()), grouped(o.unanswered));
  out += page_section("Orders", "What became of them.", page_table("<th>Orders</th><th></th>", rows));

  rows.clear();
  const auto& fills = ledger.fills();
  const std::size_t shown = std::min(fills.size(), kMostFills);
  for (std::size_t i = 0; i < shown; ++i) {
    const BacktestFill& f = fills[i];
    const bool buy = f.fill.side == Side::buy;
    rows += fmt::format(
        "<tr><td>{:.6f} s</td><td><b>{}</b></td><td><span "
        "class=\"{}\">{}</span></td><td>{}</td><td>{}</td><td>{}</td><td>{}</"
        "td><td>{}</td><td>{}</td></tr>\n",
        static_cast<double>(nanoseconds_in(f.time)) * 1e-9, escape(symbol_name(f.fill.symbol)), buy ? "buy" : "sell",
        buy ? "buy" : "sell", grouped(f.fill.quantity.value), price(f.fill.price), f.fill.maker ? "maker" : "taker",
        money_text(f.fee), signed_grouped(f.position), f.fill.user_ref);
  }
  out += page_section(
      "Fills",
      fills.size() > shown ? fmt::format("The first {} of {}; report.json has all.", shown, grouped(fills.size()))
                           : std::string("All of them, in time."),
      rows.empty() ? std::string("<p class=\"none\">None.</p>")
                   : page_table("<th>Time</th><th>Symbol</th><th>Side</th><th>Shares</th><th>Price</th><th></th><th>"
                                "Fee</th><th>Position</th><th>Order</th>",
                                rows));
  out += page_foot(
      "The market is what was recorded and does not react to these orders. Prices, fees and profits are dollars.");
  return out;
}

}  // namespace twinpath
