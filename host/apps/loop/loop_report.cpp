#include "host/apps/loop/loop_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "host/apps/backtest/backtest_figures.h"
#include "host/apps/backtest/backtest_report.h"
#include "host/apps/config/config_file.h"
#include "host/apps/report/format.h"
#include "host/apps/session/replay_setup.h"
#include "host/apps/session/sources.h"
#include "host/path/replay.h"

namespace twinpath {
namespace {

using Json = nlohmann::ordered_json;

constexpr Cycles kQuoteStep{3'222'656};  // 10 ms: a quote of a symbol replaces one this near before it
constexpr std::size_t kBuckets = 400;    // of a plot

std::string plain(const std::array<char, 8>& name) {
  return {name.data(), static_cast<std::size_t>(std::ranges::find(name, ' ') - name.begin())};
}

}  // namespace

LoopReport::LoopReport(LoopStory story, const PathRegistry& registry, const std::vector<std::string>& paths)
    : story_(std::move(story)) {
  for (const std::string& path : paths) latencies_.push_back({path, {}});
  for (const LoopLife& life : story_.lives) play(life, registry);
}

void LoopReport::begin(const CoreConfig& config, const LoopLife& life, Nanoseconds timestamp) {
  std::vector<std::string> names;
  for (const auto& s : config.symbols) names.push_back(plain(s.name));
  if (!ledger_) {
    symbols_ = std::move(names);
    first_ = timestamp;
    BacktestOptions fees_unknown;
    fees_unknown.markouts.clear();
    ledger_.emplace(fees_unknown, symbols_.size());
    quotes_.resize(symbols_.size());
  } else if (names != symbols_) {
    throw std::runtime_error(fmt::format(
        "{}: expected the symbols of {}, found others; a loop's lives trade the same ones in the same order",
        life.config.string(), story_.lives.front().config.string()));
  }
}

void LoopReport::play(const LoopLife& life, const PathRegistry& registry) {
  RunConfig config = load_config(life.config);
  SourceFrame frame;
  if (!TolerantSource(open_source(life.record, config.core.feed)).next(frame)) return;  // ended before its first frame
  resolve_locates(life.record, config.core);
  config.core.book_events = true;
  begin(config.core, life, frame.timestamp);
  const Cycles offset = to_cycles(frame.timestamp > first_ ? frame.timestamp - first_ : Nanoseconds{});
  for (std::size_t i = 0; i < latencies_.size(); ++i) {
    TolerantSource source(open_source(life.record, config.core.feed));
    std::vector<std::unique_ptr<OutputRecorder>> recorders;
    recorders.push_back(std::make_unique<OutputRecorder>(false));
    recorders[0]->on_output = [&](const PathOutput& o) {
      if (o.event.event_kind() == EventKind::order) latencies_[i].histogram.record(o.event.stage(Stage::first_beat));
      if (i == 0) take(o.event, offset);
    };
    std::vector<std::unique_ptr<Path>> made;
    PathOptions measured;
    measured.measure = true;
    made.push_back(registry.make(latencies_[i].path, config.core, *recorders[0], measured));
    const ReplayResult result = replay(source, made, recorders, replay_options(config, life.record, {}));
    if (i != 0) continue;
    if (!source.error().empty()) cut_off_.push_back(source.error());
    messages_ += result.counters[0][static_cast<std::size_t>(Counter::messages)];
    last_ = std::max(last_, first_ + Nanoseconds{nanoseconds_in(result.end + offset)});
    ledger_->advance(result.end + offset);
  }
}

void LoopReport::take(const Event& e, Cycles offset) {
  const Cycles at = Cycles{e.time} + offset;
  ledger_->advance(at);
  switch (e.event_kind()) {
    case EventKind::book: {
      ledger_->on_quote(static_cast<SymbolIndex>(e.symbol), Price{e.bid_price}, Price{e.ask_price}, at);
      if (e.bid_price == 0 || e.ask_price == 0) break;
      auto& q = quotes_[e.symbol];
      const Quote now{at, (double{1} * e.bid_price + e.ask_price) / 2e4};
      if (!q.empty() && at - q.back().time < kQuoteStep) {
        q.back().mid = now.mid;
      } else {
        q.push_back(now);
      }
      break;
    }
    case EventKind::order:
      orders_[e.user_ref] = {static_cast<SymbolIndex>(e.symbol), static_cast<Side>(e.side), Price{e.price},
                             Quantity{e.quantity}, at};
      break;
    case EventKind::cancel:
      ++cancels_;
      break;
    case EventKind::reject:
      if (e.reason >= 1 && e.reason <= rejected_.size()) ++rejected_[e.reason - 1];
      break;
    case EventKind::command: {
      const auto op = static_cast<CommandOp>(e.reason);
      if (op == CommandOp::fill) {
        const auto order = orders_.find(e.user_ref);
        if (order == orders_.end()) {
          ++unknown_fills_;
          break;
        }
        Sent& o = order->second;
        o.filled += e.quantity;
        ledger_->on_fill({.user_ref = e.user_ref,
                          .symbol = o.symbol,
                          .side = o.side,
                          .price = Price{e.price},
                          .quantity = Quantity{e.quantity},
                          .leaves = Quantity{o.quantity.value - std::min(o.quantity.value, o.filled)}},
                         at);
      } else if (op == CommandOp::position && e.symbol < symbols_.size() &&
                 ledger_->symbols()[e.symbol].position != e.position) {
        // Shares that changed hands when no record was there: at what they are worth now, so that they gain nothing.
        ++position_differences_;
        const SymbolLedger& now = ledger_->symbols()[e.symbol];
        const std::int64_t more = e.position - now.position;
        const auto worth = static_cast<std::uint32_t>(now.mark / kMoneyPerPrice);
        ledger_->on_fill({.user_ref = 0,
                          .symbol = static_cast<SymbolIndex>(e.symbol),
                          .side = more > 0 ? Side::buy : Side::sell,
                          .price = Price{worth},
                          .quantity = Quantity{static_cast<std::uint32_t>(more > 0 ? more : -more)},
                          .leaves = {}},
                         at);
      }
      break;
    }
    default:
      break;
  }
}

bool LoopReport::sound() const noexcept { return std::ranges::all_of(story_.checks, &LoopCheck::agree); }

double LoopReport::seconds(Cycles at) const noexcept { return static_cast<double>(nanoseconds_in(at)) * 1e-9; }

std::vector<SymbolIndex> LoopReport::most_traded() const {
  std::vector<SymbolIndex> all;
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    if (ledger_->symbols()[i].fills != 0) all.push_back(static_cast<SymbolIndex>(i));
  }
  std::ranges::stable_sort(all, std::greater{}, [&](SymbolIndex s) { return ledger_->symbols()[s].fills; });
  return all;
}

report::TimeSeries LoopReport::series(SymbolIndex symbol) const {
  report::TimeSeries t;
  t.symbol = symbols_[symbol];
  const double span = static_cast<double>((last_ - first_).value) * 1e-9;
  t.bucket_seconds = std::max(span, 1e-3) / kBuckets;
  t.buckets.resize(kBuckets);
  for (const Quote& q : quotes_[symbol]) {
    const auto i = static_cast<std::size_t>(seconds(q.time) / t.bucket_seconds);
    t.buckets[std::min(i, kBuckets - 1)].mid = q.mid;
  }
  // A quote stands until the next one.
  for (std::size_t i = 1; i < kBuckets; ++i) {
    if (!t.buckets[i].mid) t.buckets[i].mid = t.buckets[i - 1].mid;
  }
  for (const auto& [user_ref, o] : orders_) {
    if (o.symbol != symbol) continue;
    const bool buy = o.side == Side::buy;
    t.markers.push_back(
        {seconds(o.time), static_cast<double>(o.price.value) * 1e-4, o.side, o.filled == 0,
         fmt::format("order {}: {} {} at {}\n{}", user_ref, buy ? "buy" : "sell", report::grouped(o.quantity.value),
                     report::price(o.price),
                     o.filled == 0 ? "nothing filled" : fmt::format("{} filled", report::grouped(o.filled)))});
  }
  for (const LoopFault& f : story_.faults) {
    const double at = f.at - static_cast<double>(first_.value) * 1e-9;
    t.incidents.push_back({std::clamp(at, 0.0, span), fmt::format("{}\n{}", f.fault, f.survived)});
  }
  return t;
}

std::string LoopReport::text() const {
  std::string out =
      fmt::format("{}: {} lives, {} messages\n", story_.title, story_.lives.size(), report::grouped(messages_));
  const auto row = [&](std::string_view what, const std::string& value, const std::string& detail) {
    out += fmt::format("  {:<12}{:>18}  {}\n", what, value, detail);
  };
  row("orders", report::grouped(orders_.size()), fmt::format("{} cancels", report::grouped(cancels_)));
  if (ledger_) {
    const SymbolLedger total = ledger_->total();
    row("fills", report::grouped(total.fills), fmt::format("{} shares", report::grouped(total.shares)));
    row("profit", money_text(ledger_->profit()),
        fmt::format("dollars before fees: realized {}", money_text(total.realized)));
  }
  if (unknown_fills_ + position_differences_ != 0)
    row("corrected", report::grouped(unknown_fills_ + position_differences_),
        fmt::format(
            "{} positions told anew (a busted trade, a killed record's last orders), {} fills of no known order",
            position_differences_, unknown_fills_));
  for (const Latency& l : latencies_)
    row(l.path, report::grouped(l.histogram.percentile(50)),
        fmt::format("{} from cause to order, p50; p99 {}, most {}", l.in_cycles() ? "cycles" : "ns",
                    report::grouped(l.histogram.percentile(99)), report::grouped(l.histogram.max())));
  for (const std::string& error : cut_off_) row("cut off", "", error);
  row("faults", report::grouped(story_.faults.size()), "");
  const auto differ = std::ranges::count_if(story_.checks, [](const LoopCheck& c) { return !c.agree(); });
  row("both sides", report::grouped(story_.checks.size()),
      differ == 0 ? fmt::format("comparisons, all the same, as at {} moments before", report::grouped(story_.compared))
                  : fmt::format("comparisons, {} differ", differ));
  for (const LoopCheck& c : story_.checks) {
    if (!c.agree()) out += fmt::format("    {}: trader {}, venue {}\n", c.what, c.trader, c.venue);
  }
  return out;
}

std::string LoopReport::json() const {
  Json lives = Json::array(), faults = Json::array(), checks = Json::array(), symbols = Json::array(),
       latency = Json::array();
  for (const LoopLife& l : story_.lives) {
    lives.push_back({{"path", l.path}, {"ended", l.ended}});
  }
  for (const LoopFault& f : story_.faults)
    faults.push_back({{"at", f.at}, {"fault", f.fault}, {"survived", f.survived}});
  for (const LoopCheck& c : story_.checks)
    checks.push_back({{"what", c.what}, {"trader", c.trader}, {"venue", c.venue}, {"agree", c.agree()}});
  for (const Latency& l : latencies_)
    latency.push_back({{"path", l.path},
                       {"unit", l.in_cycles() ? "cycles" : "ns"},
                       {"orders", l.histogram.count()},
                       {"min", l.histogram.min()},
                       {"p50", l.histogram.percentile(50)},
                       {"p99", l.histogram.percentile(99)},
                       {"p99_9", l.histogram.percentile(99.9)},
                       {"max", l.histogram.max()}});
  Json fills = Json::array();
  if (ledger_) {
    for (std::size_t i = 0; i < symbols_.size(); ++i) {
      const SymbolLedger& s = ledger_->symbols()[i];
      if (s.fills == 0) continue;
      symbols.push_back({{"name", symbols_[i]},
                         {"position", s.position},
                         {"fills", s.fills},
                         {"shares", s.shares},
                         {"cash", saturated(s.cash)},
                         {"realized", saturated(s.realized)},
                         {"profit", saturated(s.profit())}});
    }
    for (const BacktestFill& f : ledger_->fills())
      fills.push_back({{"time", nanoseconds_in(f.time)},
                       {"symbol", symbols_[f.fill.symbol]},
                       {"side", f.fill.side == Side::buy ? "buy" : "sell"},
                       {"price", f.fill.price.value},
                       {"quantity", f.fill.quantity.value},
                       {"user_ref", f.fill.user_ref},
                       {"position", f.position}});
  }
  const Json report{
      {"units", {{"money", "1/1,000,000 dollar"}, {"price", "1/10,000 dollar"}, {"time", "ns since the first frame"}}},
      {"title", story_.title},
      {"messages", messages_},
      {"orders", orders_.size()},
      {"cancels", cancels_},
      {"unknown_fills", unknown_fills_},
      {"positions_told_anew", position_differences_},
      {"profit", ledger_ ? saturated(ledger_->profit()) : 0},
      {"compared", story_.compared},
      {"sound", sound()},
      {"lives", lives},
      {"latency", latency},
      {"cut_off", cut_off_},
      {"faults", faults},
      {"checks", checks},
      {"symbols", symbols},
      {"fills", fills}};
  return report.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace twinpath
