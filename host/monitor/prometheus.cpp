#include "host/monitor/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace twinpath {
namespace {

// What goes down as well as up.
constexpr std::array<std::string_view, 7> kGauges{"open orders", "books not ready", "books not trusted", "armed",
                                                  "killed",      "generation",      "incarnation"};
constexpr std::string_view kRejected = "rejected: ";

// Families must not be torn apart: their lines are collected before they are printed.
class Text {
 public:
  std::string& family(const std::string& name, std::string_view type, std::string_view help) {
    std::string& lines = families_[name];
    if (lines.empty()) lines = fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
    return lines;
  }
  void gauge(const std::string& name, std::string_view help, std::string_view labels, double value) {
    family(name, "gauge", help) += fmt::format("{}{} {}\n", name, labels, value);
  }
  std::string whole() const {
    std::string text;
    for (const auto& [name, lines] : families_) text += lines;
    return text;
  }

 private:
  std::map<std::string, std::string> families_;
};

// Printable ASCII: a name that is not would make the whole text unreadable.
std::string plain(std::string_view value) {
  std::string text(value);
  std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

std::string label(std::string_view value) {
  std::string text;
  for (const char c : plain(value)) {
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
  return text;
}

// In a HELP line a backslash would begin an escape.
std::string shown(std::string_view name) {
  std::string text = plain(name);
  std::ranges::replace(text, '\\', '/');
  return fmt::format("'{}' of twinpath top", text);
}

std::string metric_name(std::string_view name) {
  std::string text = "twinpath_";
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    if (letter) {
      text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (text.back() != '_') {
      text += '_';
    }
  }
  while (text.back() == '_') text.pop_back();
  return text;
}

void counter(Text& text, const std::string& process, const std::string& name, std::uint64_t value) {
  const std::string labels = fmt::format("process=\"{}\"", label(process));
  if (std::string_view(name).starts_with(kRejected)) {
    text.family("twinpath_rejections_by_reason_total", "counter", "Orders that a risk check refused, by the check.") +=
        fmt::format("twinpath_rejections_by_reason_total{{{},reason=\"{}\"}} {}\n", labels,
                    label(std::string_view(name).substr(kRejected.size())), value);
    return;
  }
  const bool gauge = std::ranges::find(kGauges, name) != kGauges.end();
  const std::string metric = metric_name(name) + (gauge ? "" : "_total");
  text.family(metric, gauge ? "gauge" : "counter", shown(name) + ".") +=
      fmt::format("{}{{{}}} {}\n", metric, labels, value);
}

void histogram(Text& text, const std::string& process, const ipc::HistogramNow& h) {
  constexpr std::size_t kFirst = 6, kLast = 34;  // 64 ns to 17 s
  std::string_view name = h.name;
  if (name.ends_with(", ns")) name.remove_suffix(4);
  const std::string metric = metric_name(name) + "_seconds";
  std::string& lines = text.family(metric, "histogram", shown(name) + "; no sum is kept.");
  for (std::size_t k = kFirst; k <= kLast; ++k) {
    // Whole nanoseconds: those below 2^k are those of at most 2^k - 1.
    const double edge = static_cast<double>((std::uint64_t{1} << k) - 1) * 1e-9;
    lines += fmt::format("{}_bucket{{process=\"{}\",le=\"{:.12g}\"}} {}\n", metric, label(process), edge, h.below[k]);
  }
  lines += fmt::format("{0}_bucket{{process=\"{1}\",le=\"+Inf\"}} {2}\n{0}_count{{process=\"{1}\"}} {2}\n", metric,
                       label(process), h.count);
}

void books(Text& text, const RunNow& run) {
  for (const BookNow& b : run.books) {
    const std::string symbol = fmt::format("symbol=\"{}\"", label(b.symbol));
    for (const auto& [side, quote] : {std::pair{"bid", b.now.bbo.bid}, std::pair{"ask", b.now.bbo.ask}}) {
      if (!quote.quoted()) continue;
      const std::string labels = fmt::format("{{{},side=\"{}\"}}", symbol, side);
      text.gauge("twinpath_book_price_dollars", "Best bid and offer.", labels, quote.price.value / 10'000.0);
      text.gauge("twinpath_book_quantity_shares", "Shares at the best price.", labels, quote.quantity.value);
    }
    const std::string labels = fmt::format("{{{}}}", symbol);
    text.gauge("twinpath_book_trusted", "1: the book can be relied on.", labels, b.now.trusted);
    text.gauge("twinpath_book_tradable", "1: trading, no halt.", labels, b.now.tradable);
    if (run.manager) text.gauge("twinpath_position_shares", "Negative when short.", labels, b.position);
  }
}

}  // namespace

std::string prometheus_text(const RunNow& run) {
  Text text;
  for (const ipc::ProcessNow& p : run.processes) {
    const std::string process = fmt::format("{{process=\"{}\"}}", label(p.name));
    text.gauge("twinpath_up", "1: the process is there and shows signs of life.", process, p.up(run.time));
    text.gauge("twinpath_start_time_seconds", "When the process began, seconds UTC since 1970.", process,
               static_cast<double>(p.started) * 1e-9);
    text.gauge("twinpath_silent_seconds", "Since the process's last sign of life.", process, p.silent(run.time));
    for (const auto& [name, value] : p.counters) counter(text, p.name, name, value);
    for (const ipc::HistogramNow& h : p.histograms) histogram(text, p.name, h);
  }
  if (run.feed) {
    text.gauge("twinpath_feed_alive", "1: the feed shows signs of life.", "", run.feed_alive);
    text.gauge("twinpath_feed_untrusted", "1: a gap was lost, or books are made again.", "", run.feed->untrusted());
    text.gauge("twinpath_market_open", "1: market hours.", "", run.feed->market_open);
  }
  if (run.manager) {
    text.gauge("twinpath_manager_alive", "1: the order manager shows signs of life.", "", run.manager_alive);
    text.gauge("twinpath_manager_armed", "1: orders are sent.", "", run.manager->armed);
    text.gauge("twinpath_manager_killed", "1: the kill switch is set.", "", run.manager->killed);
    text.family("twinpath_monitor_order_updates_missed_total", "counter",
                "Overwritten before the monitor read them.") +=
        fmt::format("twinpath_monitor_order_updates_missed_total {}\n", run.orders_missed);
  }
  books(text, run);
  return text.whole();
}

}  // namespace twinpath
