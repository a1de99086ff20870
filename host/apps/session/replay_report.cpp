#include "host/apps/session/replay_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include "host/apps/report/folder.h"
#include "host/apps/report/render.h"
#include "host/apps/report/report_data.h"
#include "host/apps/session/message_text.h"
#include "host/core/histogram.h"
#include "host/strategy/intent.h"

namespace twinpath {
namespace {

constexpr std::array<std::string_view, 6> kClasses{"add", "execute", "cancel", "delete", "replace", "trade"};
constexpr std::array<std::string_view, 6> kStageNames{"decoded", "looked up", "booked",
                                                      "decided", "checked",   "first beat"};

// Index in kClasses of the message that triggered an order.
unsigned class_of(std::uint8_t type) {
  switch (type) {
    case 'A':
    case 'F':
      return 0;
    case 'E':
    case 'C':
      return 1;
    case 'X':
      return 2;
    case 'D':
      return 3;
    case 'U':
      return 4;
    default:
      return 5;
  }
}

// Buckets over a session whose length is not known: when they run out, neighbours merge and all become twice as wide.
class Timeline {
 public:
  struct Bucket {
    std::uint64_t last_sequence = 0;
    std::uint64_t orders = 0, rejects = 0;
    std::optional<double> mid;
  };

  explicit Timeline(unsigned wanted) : buckets_(2 * static_cast<std::size_t>(wanted)) {}

  Bucket& at(std::uint64_t cycles) {
    while (cycles / width_ >= buckets_.size()) widen();
    used_ = std::max<std::size_t>(used_, cycles / width_ + 1);
    return buckets_[cycles / width_];
  }
  std::size_t used() const noexcept { return used_; }
  const Bucket& operator[](std::size_t i) const noexcept { return buckets_[i]; }
  Cycles width() const noexcept { return {width_}; }

 private:
  void widen() {
    width_ *= 2;
    used_ = (used_ + 1) / 2;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      Bucket merged;
      if (2 * i + 1 < buckets_.size()) {
        const Bucket& a = buckets_[2 * i];
        const Bucket& b = buckets_[2 * i + 1];
        merged = {std::max(a.last_sequence, b.last_sequence), a.orders + b.orders, a.rejects + b.rejects,
                  b.mid ? b.mid : a.mid};
      }
      buckets_[i] = merged;
    }
  }

  std::vector<Bucket> buckets_;
  std::uint64_t width_ = std::uint64_t{1} << 15;
  std::size_t used_ = 0;
};

// Stage stamps of one path.
struct PathLatencies {
  std::array<Histogram, kClasses.size()> classes;
  std::array<Histogram, kClasses.size()> free_line;  // of classes: those that did not wait for an earlier frame
  std::array<Histogram, kStageNames.size()> stages;
  Histogram orders;

  void add(const Event& e) {
    if (e.event_kind() != EventKind::order) return;
    const std::uint16_t latency = e.stage(Stage::first_beat);
    classes[class_of(e.msg_type)].record(latency);
    if (e.stage(Stage::line_wait) == 0) free_line[class_of(e.msg_type)].record(latency);
    orders.record(latency);
    for (std::size_t i = 0; i < stages.size(); ++i) stages[i].record(e.stages[i]);
  }
};

std::string name_of(const CoreConfig& config, unsigned symbol) {
  std::string_view name(config.symbols[symbol].name.data(), 8);
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  return std::string(name);
}

double dollars(std::uint64_t price) { return static_cast<double>(price) / 10'000.0; }

std::optional<double> mid_of(const Event& e) {
  if ((e.book_flags & 3) != 1 || (e.book_flags >> 2 & 3) != 1) return std::nullopt;
  return (dollars(e.bid_price) + dollars(e.ask_price)) / 2;
}

}  // namespace

struct ReplayReport::State {
  State(const std::vector<std::string>& addresses, const RunConfig& run)
      : config(run),
        paths(addresses),
        latencies(addresses.size()),
        symbols(run.core.symbols.size()),
        timeline(run.report.buckets) {}

  const RunConfig& config;
  std::vector<std::string> paths;
  std::vector<PathLatencies> latencies;
  std::vector<report::SymbolFigures> symbols;
  Timeline timeline;
  unsigned watched = 0;  // the symbol whose mid price is drawn
  report::ReportData data;

  void add_session(const Event& e);
  void add_marker(const Event& e);
};

ReplayReport::ReplayReport(const std::string& input, const std::vector<std::string>& paths, const RunConfig& config)
    : state_(std::make_unique<State>(paths, config)) {
  state_->data.input = input;
  state_->data.title = config.report.title;
  for (unsigned i = 0; i < state_->symbols.size(); ++i) {
    state_->symbols[i].name = name_of(config.core, i);
    if (state_->symbols[i].name == config.report.symbol) state_->watched = i;
  }
}

ReplayReport::~ReplayReport() = default;

void ReplayReport::add(std::size_t path, const Event& e) {
  if (path == 0) state_->add_session(e);
}

void ReplayReport::add_latency(std::size_t path, const Event& e) { state_->latencies[path].add(e); }

void ReplayReport::State::add_session(const Event& e) {
  Timeline::Bucket& bucket = timeline.at(e.time);
  bucket.last_sequence = std::max(bucket.last_sequence, e.sequence);
  const EventKind kind = e.event_kind();
  if (e.symbol >= symbols.size() || kind == EventKind::state) return;
  report::SymbolFigures& symbol = symbols[e.symbol];
  switch (kind) {
    case EventKind::book:
      ++symbol.messages;
      symbol.bid = {e.bid_price};
      symbol.ask = {e.ask_price};
      symbol.bid_quantity = {e.bid_quantity};
      symbol.ask_quantity = {e.ask_quantity};
      symbol.trusted = (e.book_flags >> 4 & 1) != 0;
      if (e.symbol == watched) {
        if (const auto mid = mid_of(e)) bucket.mid = mid;
      }
      break;
    case EventKind::order:
      ++bucket.orders;
      ++symbol.orders;
      ++data.sent_by_rule[e.rule];
      break;
    case EventKind::cancel:
      ++symbol.cancels;
      ++data.sent_by_rule[e.rule];
      break;
    case EventKind::reject:
      ++bucket.rejects;
      ++symbol.rejects;
      ++data.rejected_by_rule[e.rule];
      break;
    case EventKind::command: {
      const auto op = static_cast<CommandOp>(e.reason);
      if (op == CommandOp::fill || op == CommandOp::position || op == CommandOp::done) symbol.position = e.position;
      break;
    }
    default:
      break;
  }
  add_marker(e);
}

void ReplayReport::State::add_marker(const Event& e) {
  const bool rejected = e.event_kind() == EventKind::reject;
  if ((e.event_kind() != EventKind::order && !rejected) || e.symbol != watched) return;
  data.series.markers.push_back(
      {to_nanoseconds(Cycles{e.time}) * 1e-9, dollars(e.price), static_cast<Side>(e.side), rejected,
       fmt::format("{} {} at {}, rule {}{}", e.side == 0 ? "buy" : "sell", e.quantity, price_text(e.price),
                   rule_name(static_cast<Rule>(e.rule)),
                   rejected ? fmt::format(", rejected: {}", twinpath::name(static_cast<Reason>(e.reason))) : "")});
}

void ReplayReport::finish(const ReplayResult& result, const std::vector<std::uint64_t>& cycles, bool lockstep,
                          const std::string& difference) {
  State& s = *state_;
  report::ReportData& d = s.data;
  d.frames = result.frames;
  d.session_seconds = to_nanoseconds(result.end) * 1e-9;
  for (std::size_t i = 0; i < s.paths.size(); ++i)
    d.paths.push_back({s.paths[i], result.counters[i], result.seconds[i], cycles[i]});
  if (lockstep) {
    const CounterValues& c = result.counters[0];
    std::uint64_t rejects = 0;
    for (unsigned r = 0; r < 13; ++r) rejects += report::value(c, counter_after(Counter::reject_kill, r));
    const std::string what =
        result.difference ? fmt::format("first difference at frame {}", result.difference->frame()) : "identical";
    d.verdict = result.difference ? report::Verdict::different : report::Verdict::identical;
    d.verdict_line = fmt::format("lockstep: {} frames, {} orders, {} rejections: {}", result.frames,
                                 report::value(c, Counter::orders), rejects, what);
    d.first_difference = difference;
  }
  for (std::size_t p = 0; p < s.paths.size(); ++p) {
    const PathLatencies& l = s.latencies[p];
    if (l.orders.count() == 0 || l.orders.max() == 0) continue;  // no orders, or not measured
    const bool software = s.paths[p].starts_with("sw:");
    auto& stages = software ? d.software_stages : d.fpga_stages;
    for (std::size_t i = 0; i < kStageNames.size(); ++i) {
      if (l.stages[i].max() != 0)
        stages.push_back({s.paths[p], std::string(kStageNames[i]), report::summarize(l.stages[i])});
    }
    if (software) d.software_orders.push_back({s.paths[p], "all orders", report::summarize(l.orders)});
    for (std::size_t i = 0; i < kClasses.size(); ++i) {
      if (l.classes[i].count() == 0) continue;
      (software ? d.software_orders : d.fpga_classes)
          .push_back({s.paths[p], std::string(kClasses[i]), report::summarize(l.classes[i])});
      if (!software && l.free_line[i].count() != 0)
        d.fpga_free_line.push_back({s.paths[p], std::string(kClasses[i]), report::summarize(l.free_line[i])});
    }
  }
  std::vector<report::SymbolFigures> symbols = s.symbols;
  std::ranges::stable_sort(symbols, std::greater{}, [](const auto& f) { return f.messages + 1000 * f.orders; });
  symbols.resize(std::min<std::size_t>(symbols.size(), s.config.report.top_symbols));
  d.symbols = std::move(symbols);

  constexpr std::uint64_t kDay = 86'400'000'000'000;
  d.series.start = static_cast<double>(result.first_timestamp.value % kDay) * 1e-9;
  d.series.bucket_seconds = to_nanoseconds(s.timeline.width()) * 1e-9;
  // More markers than are to be drawn: every n-th, so that they span the session.
  const std::size_t step = d.series.markers.size() / std::max(1u, s.config.report.max_markers) + 1;
  for (std::size_t i = 0; i * step < d.series.markers.size(); ++i) d.series.markers[i] = d.series.markers[i * step];
  d.series.markers.resize((d.series.markers.size() + step - 1) / step);
  if (!s.symbols.empty()) d.series.symbol = s.symbols[s.watched].name;
  std::uint64_t sequence = 0;
  for (std::size_t i = 0; i < s.timeline.used(); ++i) {
    const Timeline::Bucket& b = s.timeline[i];
    const std::uint64_t last = std::max(sequence, b.last_sequence);
    d.series.buckets.push_back({last - sequence, b.orders, b.rejects, b.mid});
    sequence = last;
  }
}

const std::string& ReplayReport::verdict() const { return state_->data.verdict_line; }

void ReplayReport::write(const std::filesystem::path& folder) const {
  report::save(folder / "report.txt", report::to_text(state_->data));
  report::save(folder / "report.json", report::to_json(state_->data));
  report::save(folder / "report.html", report::to_html(state_->data));
}

void ReplayReport::print(const std::string& folder) const {
  fmt::print("{}", report::to_text(state_->data, isatty(STDOUT_FILENO) != 0));
  if (!folder.empty()) fmt::print("report: {}/report.html (also .json and .txt)\n", folder);
}

}  // namespace twinpath
