#include "host/apps/backtest/backtest_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "host/apps/backtest/backtest_figures.h"
#include "host/apps/report/folder.h"
#include "host/apps/report/format.h"

namespace twinpath {
namespace {

using Json = nlohmann::ordered_json;

std::uint64_t session_ns(const BacktestResult& r) { return nanoseconds_in(r.replay.end); }

Json json_of(const SymbolLedger& s) {
  return {{"position", s.position},
          {"most_long", s.most_long},
          {"most_short", s.most_short},
          {"mark", saturated(s.mark)},
          {"cash", saturated(s.cash)},
          {"realized", saturated(s.realized)},
          {"unrealized", saturated(s.unrealized())},
          {"fees", saturated(s.fees)},
          {"profit", saturated(s.profit())},
          {"fills", s.fills},
          {"shares", s.shares},
          {"maker_shares", s.maker_shares}};
}

}  // namespace

std::string money_text(Money m) {
  const bool negative = m < 0;
  const auto micros = static_cast<std::uint64_t>(saturated(negative ? -m : m));
  std::string decimals = fmt::format("{:06}", micros % 1'000'000);
  while (decimals.size() > 2 && decimals.back() == '0') decimals.pop_back();
  return fmt::format("{}{}.{}", negative ? "-" : "", report::grouped(micros / 1'000'000), decimals);
}

std::string BacktestReport::symbol_name(SymbolIndex s) const {
  const auto& name = config_.core.symbols[s].name;
  return {name.data(), static_cast<std::size_t>(std::ranges::find(name, ' ') - name.begin())};
}

std::string BacktestReport::text() const {
  const ExchangeModel& x = *result_.exchange;
  const Ledger& ledger = x.ledger();
  const SymbolLedger total = ledger.total();
  const OrderFigures& o = x.orders();
  const Money unrealized = ledger.profit() - total.realized + total.fees;
  std::string out =
      fmt::format("strategy '{}' over {}: {} messages in {}\n", config_.core.strategy.name, input_,
                  report::grouped(x.messages()), report::duration(static_cast<double>(session_ns(result_)) * 1e-9));
  const auto row = [&](std::string_view what, const std::string& value, const std::string& detail) {
    out += fmt::format("  {:<12}{:>18}  {}\n", what, value, detail);
  };
  row("profit", money_text(ledger.profit()),
      fmt::format("dollars: realized {}, unrealized {}, fees {}", money_text(total.realized), money_text(unrealized),
                  money_text(total.fees)));
  row("drawdown", money_text(ledger.drawdown().most), "dollars below the highest profit before");
  row("fills", report::grouped(total.fills),
      fmt::format("{} shares of {} ordered ({}), {} of them as maker", report::grouped(total.shares),
                  report::grouped(o.shares),
                  report::percent(static_cast<double>(total.shares), static_cast<double>(o.shares)),
                  report::grouped(total.maker_shares)));
  row("orders", report::grouped(o.orders),
      fmt::format("{} filled in part or whole, {} cancels ({} too late), {} open at the end, {} unanswered",
                  report::grouped(filled_orders(ledger)), report::grouped(o.cancels), report::grouped(o.late_cancels),
                  report::grouped(x.open_orders()), report::grouped(o.unanswered)));
  std::string reasons;
  std::uint64_t rejected = 0;
  for (std::size_t i = 0; i < o.rejected_by_reason.size(); ++i) {
    if (o.rejected_by_reason[i] == 0) continue;
    rejected += o.rejected_by_reason[i];
    reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", name(static_cast<Reason>(i + 1)),
                           report::grouped(o.rejected_by_reason[i]));
  }
  row("rejections", report::grouped(rejected), reasons);
  for (const MarkoutFigures& m : markout_figures(ledger, config_.backtest.markouts)) {
    row("markout", fmt::format("{:+.4f}", m.per_share() * 1e-2),
        fmt::format("cents a share after {}, of {} fills", report::duration(to_nanoseconds(m.horizon) * 1e-9),
                    report::grouped(m.fills)));
  }
  return out;
}

std::string BacktestReport::json() const {
  const ExchangeModel& x = *result_.exchange;
  const Ledger& ledger = x.ledger();
  const BacktestOptions& b = config_.backtest;
  const OrderFigures& o = x.orders();
  const SymbolLedger total = ledger.total();
  const auto ns = [](Cycles c) { return static_cast<std::uint64_t>(to_nanoseconds(c)); };

  Json horizons = Json::array();
  for (const Cycles h : b.markouts) horizons.push_back(ns(h));
  Json reasons = Json::object();
  for (std::size_t i = 0; i < o.rejected_by_reason.size(); ++i)
    reasons[std::string(name(static_cast<Reason>(i + 1)))] = o.rejected_by_reason[i];
  Json symbols = Json::array();
  for (std::size_t i = 0; i < ledger.symbols().size(); ++i) {
    if (ledger.symbols()[i].fills == 0) continue;
    Json s{{"name", symbol_name(static_cast<SymbolIndex>(i))}};
    s.update(json_of(ledger.symbols()[i]));
    symbols.push_back(std::move(s));
  }
  Json markouts = Json::array();
  for (const MarkoutFigures& m : markout_figures(ledger, b.markouts)) {
    markouts.push_back({{"horizon", ns(m.horizon)},
                        {"fills", m.fills},
                        {"shares", m.shares},
                        {"gained", saturated(m.gained)},
                        {"maker_shares", m.maker_shares},
                        {"maker_gained", saturated(m.maker_gained)}});
  }
  Json fills = Json::array();
  for (const BacktestFill& f : ledger.fills()) {
    Json gained = Json::array();
    for (const auto& m : f.markouts) gained.push_back(m ? Json(saturated(*m)) : Json(nullptr));
    fills.push_back({{"time", nanoseconds_in(f.time)},
                     {"symbol", symbol_name(f.fill.symbol)},
                     {"side", f.fill.side == Side::buy ? "buy" : "sell"},
                     {"price", f.fill.price.value},
                     {"quantity", f.fill.quantity.value},
                     {"user_ref", f.fill.user_ref},
                     {"maker", f.fill.maker},
                     {"fee", saturated(f.fee)},
                     {"position", f.position},
                     {"markouts", std::move(gained)}});
  }
  Json series = Json::array();
  for (const LedgerSample& s : ledger.samples()) {
    series.push_back({{"time", nanoseconds_in(s.time)},
                      {"profit", saturated(s.profit)},
                      {"realized", saturated(s.realized)},
                      {"net", saturated(s.net)},
                      {"gross", saturated(s.gross)}});
  }
  const Drawdown& d = ledger.drawdown();
  const Json report{
      {"units", {{"money", "1/1,000,000 dollar"}, {"price", "1/10,000 dollar"}, {"time", "ns since the first frame"}}},
      {"input", input_},
      {"strategy", config_.core.strategy.name},
      {"assumed",
       {{"order_latency", ns(b.order_latency)},
        {"report_latency", ns(b.report_latency)},
        {"jitter", ns(b.jitter)},
        {"seed", b.seed},
        {"maker_fee", b.maker_fee},
        {"taker_fee", b.taker_fee},
        {"markouts", horizons}}},
      {"frames", result_.replay.frames},
      {"messages", x.messages()},
      {"session", session_ns(result_)},
      {"profit", saturated(ledger.profit())},
      {"realized", saturated(total.realized)},
      {"unrealized", saturated(ledger.profit() - total.realized + total.fees)},
      {"fees", saturated(total.fees)},
      {"cash", saturated(total.cash)},
      {"drawdown", {{"most", saturated(d.most)}, {"from", nanoseconds_in(d.from)}, {"to", nanoseconds_in(d.to)}}},
      {"orders",
       {{"sent", o.orders},
        {"shares", o.shares},
        {"filled", filled_orders(ledger)},
        {"filled_shares", total.shares},
        {"maker_shares", total.maker_shares},
        {"cancels", o.cancels},
        {"late_cancels", o.late_cancels},
        {"immediate_ended", o.immediate},
        {"open_at_end", x.open_orders()},
        {"unanswered", o.unanswered}}},
      {"rejects_by_reason", reasons},
      {"markouts", markouts},
      {"symbols", symbols},
      {"series", series},
      {"fills", fills}};
  return report.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void BacktestReport::write(const std::filesystem::path& folder) const {
  report::save(folder / "report.json", json());
  report::save(folder / "report.html", html());
}

}  // namespace twinpath
