#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "host/apps/report/format.h"
#include "host/apps/report/render.h"
#include "host/strategy/intent.h"

namespace twinpath::report {
namespace {

constexpr std::size_t kBarWidth = 24;

// Columns as wide as their widest cell; the first one to the left, the others to the right.
class Table {
 public:
  explicit Table(std::vector<std::string> head) { rows_.push_back(std::move(head)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  std::string str(std::string_view dim, std::string_view plain) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
      widths.resize(std::max(widths.size(), row.size()));
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], length(row[i]));
    }
    std::string out;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      std::string line = "  ";
      for (std::size_t i = 0; i < rows_[r].size(); ++i) {
        const auto& cell = rows_[r][i];
        const std::string pad(widths[i] - length(cell), ' ');
        line += i == 0 ? cell + pad : "  " + pad + cell;
      }
      while (line.ends_with(' ')) line.pop_back();
      out += r == 0 ? fmt::format("{}{}{}\n", dim, line, plain) : line + "\n";
    }
    return out;
  }

 private:
  // Characters, not bytes.
  static std::size_t length(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  }
  std::vector<std::vector<std::string>> rows_;
};

// A bar in eighths of a character.
std::string bar(std::uint64_t value, std::uint64_t most) {
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (most == 0 || value == 0) return "";
  const auto eighths = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(static_cast<double>(value) / static_cast<double>(most) * kBarWidth * 8 + 0.5));
  std::string out;
  for (std::uint64_t i = 0; i < eighths / 8; ++i) out += "█";
  return out + kEighths[eighths % 8];
}

class Writer {
 public:
  explicit Writer(bool color)
      : bold_(color ? "\x1b[1m" : ""),
        dim_(color ? "\x1b[2m" : ""),
        green_(color ? "\x1b[32m" : ""),
        red_(color ? "\x1b[31m" : ""),
        plain_(color ? "\x1b[0m" : "") {}

  std::string write(const ReportData& data) {
    const auto& counters = session_counters(data);
    const auto& title = data.title.empty() ? data.input : data.title;
    out_ += fmt::format("{}{}{}\n", bold_, title.empty() ? "Replay" : title, plain_);
    head(data, counters);
    counts("Messages by type", messages_by_type(counters));
    rules(data);
    counts("Rejections by reason", rejects_by_reason(counters));
    counts("Frames dropped by cause", drops_by_cause(counters));
    latencies("FPGA latency by triggering message, last byte in to first beat out (cycles; ns)", data.fpga_classes,
              true);
    latencies("The same, where the line out was free (cycles; ns)", data.fpga_free_line, true);
    latencies("FPGA stages, from the message's last byte (cycles; ns)", data.fpga_stages, true);
    latencies("Software latency, frame in to order out (ns)", data.software_orders, false);
    latencies("Software stages, from the frame in (ns)", data.software_stages, false);
    symbols(data);
    paths(data);
    if (!data.first_difference.empty()) {
      heading("First difference");
      out_ += data.first_difference;
      if (!out_.ends_with('\n')) out_ += '\n';
    }
    if (!data.verdict_line.empty()) {
      const auto color = data.verdict == Verdict::identical ? green_ : data.verdict == Verdict::different ? red_ : "";
      out_ += fmt::format("\n{}{}{}{}\n", bold_, color, data.verdict_line, plain_);
    }
    return std::move(out_);
  }

 private:
  void heading(std::string_view text) { out_ += fmt::format("\n{}{}{}\n", bold_, text, plain_); }
  void table(const Table& t) { out_ += t.str(dim_, plain_); }

  void head(const ReportData& data, const CounterValues& counters) {
    if (!data.config.empty()) out_ += fmt::format("  configuration {}\n", data.config);
    out_ += fmt::format("  {} frames, {} messages", grouped(data.frames), grouped(value(counters, Counter::messages)));
    if (data.session_seconds > 0) out_ += fmt::format(" in {} of session time", duration(data.session_seconds));
    out_ += fmt::format("\n  {} orders, {} cancels, {} rejections\n", grouped(value(counters, Counter::orders)),
                        grouped(value(counters, Counter::cancels)), grouped(sum(rejects_by_reason(counters))));
  }

  void counts(std::string_view title, const std::vector<Count>& all) {
    if (all.empty()) return;
    heading(title);
    const auto total = static_cast<double>(sum(all));
    for (const auto& c : all) {
      out_ += fmt::format("  {:<24}{:>14}  {:>6}  {}\n", c.name, grouped(c.value),
                          percent(static_cast<double>(c.value), total), bar(c.value, all.front().value));
    }
  }

  void rules(const ReportData& data) {
    Table t({"Rule", "sent", "rejected"});
    bool any = false;
    for (std::size_t i = 0; i < data.sent_by_rule.size(); ++i) {
      if (!data.shows_rule(i)) continue;
      any = any || data.sent_by_rule[i] + data.rejected_by_rule[i] != 0;
      t.add({std::string(rule_name(static_cast<Rule>(i))), grouped(data.sent_by_rule[i]),
             grouped(data.rejected_by_rule[i])});
    }
    if (!any) return;
    heading("Rules");
    table(t);
  }

  void latencies(std::string_view title, const std::vector<LatencyFigures>& all, bool cycles) {
    Table t({"", "count", "min", "p50", "p90", "p99", "p99.9", "max", "mean"});
    bool any = false;
    for (const auto& l : all) {
      const auto& v = l.values;
      if (v.count == 0) continue;
      any = true;
      const auto show = [&](std::uint64_t x) {
        return cycles ? fmt::format("{}; {}", grouped(x), decimal(cycles_to_ns(static_cast<double>(x)), 1))
                      : grouped(x);
      };
      t.add({l.name, grouped(v.count), show(v.min), show(v.p50), show(v.p90), show(v.p99), show(v.p999), show(v.max),
             decimal(v.mean, 1)});
    }
    if (!any) return;
    heading(title);
    table(t);
  }

  void symbols(const ReportData& data) {
    if (data.symbols.empty()) return;
    heading("Busiest symbols");
    Table t({"Symbol", "messages", "orders", "cancels", "rejected", "position", "bid", "offer", "book"});
    for (const auto& s : data.symbols) {
      const auto quote = [](Price p, Quantity q) {
        return p.value == 0 ? std::string("-") : fmt::format("{} x {}", price(p), grouped(q.value));
      };
      t.add({s.name, grouped(s.messages), grouped(s.orders), grouped(s.cancels), grouped(s.rejects),
             signed_grouped(s.position), quote(s.bid, s.bid_quantity), quote(s.ask, s.ask_quantity),
             s.trusted ? "trusted" : "UNTRUSTED"});
    }
    table(t);
  }

  void paths(const ReportData& data) {
    if (data.paths.empty()) return;
    heading("Paths");
    Table t({"Path", "messages", "orders", "wall time", "messages/s", "cycles", "cycles/s"});
    for (const auto& p : data.paths) {
      const auto messages = value(p.counters, Counter::messages);
      const auto rate = [&](std::uint64_t n) {
        return n != 0 && p.wall_seconds > 0 ? compact(static_cast<double>(n) / p.wall_seconds) : std::string("-");
      };
      t.add({p.name, grouped(messages), grouped(value(p.counters, Counter::orders)),
             p.wall_seconds > 0 ? duration(p.wall_seconds) : "-", rate(messages),
             p.simulated_cycles != 0 ? grouped(p.simulated_cycles) : "-", rate(p.simulated_cycles)});
    }
    table(t);
  }

  std::string out_;
  std::string_view bold_, dim_, green_, red_, plain_;
};

}  // namespace

std::string to_text(const ReportData& data, bool color) { return Writer(color).write(data); }

}  // namespace twinpath::report
