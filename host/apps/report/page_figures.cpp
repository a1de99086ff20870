// The parts of the page that draw.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/apps/report/format.h"
#include "host/apps/report/page_sections.h"
#include "host/apps/report/plots.h"
#include "host/apps/report/svg.h"
#include "host/strategy/intent.h"

namespace twinpath::report {
namespace {

constexpr double kWide = 1106;  // a section's inner width
constexpr double kHalf = 516;
constexpr double kThird = 334;

std::string section(std::string_view title, std::string_view sub, std::string_view body) {
  return fmt::format("<section><h2>{}</h2><p class=\"sub\">{}</p>{}</section>\n", title, sub, body);
}

std::string or_none(std::string svg, std::string_view none) {
  return svg.empty() ? fmt::format("<p class=\"none\">{}</p>", none) : svg;
}

std::string card(std::string_view key, std::string_view value, std::string_view unit, std::string_view detail,
                 std::string_view drawing) {
  return fmt::format(
      R"(<div class="card"><div class="k">{}</div><div class="v">{}{}</div><div class="d">{}</div>{}</div>)", key,
      value, unit.empty() ? "" : fmt::format(" <small>{}</small>", unit), detail, drawing);
}

// All classes together, as far as their summaries say: the median is the weighted one of the classes' medians.
struct Together {
  std::uint64_t count = 0, min = ~std::uint64_t{0}, p50 = 0, max = 0;
};
Together together(const std::vector<LatencyFigures>& classes) {
  Together t;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> bins;
  for (const auto& c : classes) {
    if (c.values.count == 0) continue;
    t.count += c.values.count;
    t.min = std::min(t.min, c.values.min);
    t.max = std::max(t.max, c.values.max);
    for (const auto& bin : c.values.bins) bins.emplace_back(bin.low, bin.count);
  }
  std::sort(bins.begin(), bins.end());
  std::uint64_t seen = 0;
  for (const auto& [low, count] : bins) {
    seen += count;
    if (seen * 2 >= t.count) {
      t.p50 = low;
      break;
    }
  }
  return t;
}

std::string fpga_classes(const ReportData& data) {
  double x_max = 0;
  for (const auto& c : data.fpga_classes)
    x_max = std::max(x_max, static_cast<double>(c.values.count == 0 ? 0 : c.values.max));
  std::string panels;
  for (const auto& c : data.fpga_classes) {
    const auto& v = c.values;
    if (v.count == 0) continue;
    const bool fixed = v.min == v.max;
    panels += fmt::format(
        R"(<div class="panel"><div class="row"><h3>{}</h3><div class="big">{}</div></div><div class="row"><span>{} orders</span><span>{}</span></div>{}</div>)",
        escape(title_case(c.name)),
        fixed ? fmt::format("{} &middot; {}", with_unit(static_cast<double>(v.min), Unit::cycles),
                            nanoseconds(cycles_to_ns(static_cast<double>(v.min))))
              : fmt::format("p50 {} &middot; {}", with_unit(static_cast<double>(v.p50), Unit::cycles),
                            nanoseconds(cycles_to_ns(static_cast<double>(v.p50)))),
        grouped(v.count),
        fixed ? std::string("every one the same")
              : fmt::format("min {} &nbsp; p99 {} &nbsp; max {}", grouped(v.min), grouped(v.p99), grouped(v.max)),
        distribution_plot(v, Unit::cycles, kThird, x_max));
  }
  if (panels.empty()) return "";
  return section("FPGA latency by triggering message",
                 "Core clock cycles from the message&#39;s last byte in to the first beat of the order out, at "
                 "322.265625 MHz (3.103 ns "
                 "a cycle). One horizontal axis for all.",
                 fmt::format("<div class=\"three\">{}</div>", panels));
}

std::string waterfalls(const ReportData& data) {
  std::string both;
  int drawn = 0;
  const auto add = [&](std::string_view title, const std::vector<LatencyFigures>& stages, Unit unit, double width) {
    const auto svg = waterfall_plot(stages, unit, width);
    if (svg.empty()) return;
    both += section(title,
                    fmt::format("Mean time from {} to each stage, {}; whiskers span least to {}.",
                                unit == Unit::cycles ? "the message&#39;s last byte" : "the frame&#39;s entry",
                                unit == Unit::cycles ? "in cycles" : "measured on this machine",
                                unit == Unit::cycles ? "greatest" : "the 99th percentile"),
                    svg);
    ++drawn;
  };
  const bool two = !data.fpga_stages.empty() && !data.software_stages.empty();
  add("Where the FPGA spends it", data.fpga_stages, Unit::cycles, two ? kHalf : kWide);
  add("Where software spends it", data.software_stages, Unit::nanoseconds, two ? kHalf : kWide);
  return drawn == 2 ? fmt::format("<div class=\"two\">{}</div>", both) : both;
}

}  // namespace

std::string cards_section(const ReportData& data) {
  const auto& counters = session_counters(data);
  std::vector<std::uint64_t> messages, orders, rejects;
  for (const auto& b : data.series.buckets) {
    messages.push_back(b.messages);
    orders.push_back(b.orders);
    rejects.push_back(b.rejects);
  }
  const auto all_messages = value(counters, Counter::messages);
  const auto sent = value(counters, Counter::orders);
  const auto reasons = rejects_by_reason(counters);
  const auto rejected = sum(reasons);
  const auto counted = [](std::uint64_t n) { return n < 10'000'000 ? grouped(n) : compact(static_cast<double>(n)); };
  std::string out = "<div class=\"cards\">";
  out += card("Messages", counted(all_messages), "", fmt::format("in {} frames", grouped(data.frames)),
              spark(messages, "c-message"));
  out += card("Orders", counted(sent), "", fmt::format("and {} cancels", grouped(value(counters, Counter::cancels))),
              spark(orders, "c-order"));
  out +=
      card("Rejections", counted(rejected), "",
           reasons.empty() ? std::string("risk let every intent pass")
                           : fmt::format("{} of intents, most by {}",
                                         percent(static_cast<double>(rejected), static_cast<double>(sent + rejected)),
                                         escape(title_case(reasons.front().name))),
           spark(rejects, "c-reject"));
  const auto fpga = together(data.fpga_classes);
  if (fpga.count != 0) {
    out += card("FPGA latency", decimal(cycles_to_ns(static_cast<double>(fpga.p50)), 1), "ns p50",
                fmt::format("last byte in to order out: {}, all within {} to {}",
                            with_unit(static_cast<double>(fpga.p50), Unit::cycles), fpga.min, fpga.max),
                "");
  }
  for (const auto& s : data.software_orders) {
    if (s.values.count == 0) continue;
    out += card("Software latency", grouped(s.values.p50), "ns p50",
                fmt::format("frame in to order out; p99 {}, p99.9 {}", nanoseconds(static_cast<double>(s.values.p99)),
                            nanoseconds(static_cast<double>(s.values.p999))),
                "");
    break;
  }
  return out + "</div>\n";
}

std::string latency_sections(const ReportData& data) {
  std::string out = fpga_classes(data) + waterfalls(data);
  const auto show = [](double ns) { return nanoseconds(std::round(ns * 10) / 10); };
  std::string rows;
  for (const auto& s : data.software_orders) {
    const auto& v = s.values;
    if (v.count == 0) continue;
    rows += fmt::format("<tr><td><b>{}</b></td><td>{}</td>", escape(title_case(s.name)), grouped(v.count));
    for (const std::uint64_t ns : {v.min, v.p50, v.p90, v.p99, v.p999, v.max}) {
      rows += fmt::format("<td>{}</td>", show(static_cast<double>(ns)));
    }
    rows += fmt::format("<td>{}</td></tr>\n", show(v.mean));
  }
  if (rows.empty()) return out;
  // The first one stands for all and is drawn, the others are its parts.
  const auto& first = data.software_orders.front();
  return out +
         section("Software latency",
                 fmt::format("From frame in to order out on the path {}, measured on this machine. Drawn: {}.",
                             escape(first.path), escape(first.name)),
                 fmt::format(
                     "{}<div class=\"scroll\"><table><thead><tr><th>Orders</th><th>Count</th><th>Min</th><th>p50</th>"
                     "<th>p90</th><th>p99</th><th>p99.9</th><th>Max</th><th>Mean</th></tr></thead><tbody>\n{}</tbody></"
                     "table></div>",
                     distribution_plot(first.values, Unit::nanoseconds, kWide), rows));
}

std::string time_sections(const ReportData& data) {
  std::string out;
  const auto activity = activity_plot(data.series, kWide);
  if (!activity.empty()) {
    out += section(
        "The session", "Point at a column for its figures.",
        activity +
            "<div class=\"legend\"><span><i style=\"background:var(--accent)\"></i>messages</span><span><i "
            "style=\"background:var(--order)\"></i>orders</span><span><i style=\"background:var(--reject)\"></i>"
            "rejections</span></div>");
  }
  const auto price = price_plot(data.series, kWide);
  if (!price.empty()) {
    out += section(
        fmt::format("{}: mid price and orders", escape(data.series.symbol)),
        "Each order at its price and time; point at one for what caused it.",
        price +
            "<div class=\"legend\"><span><i style=\"background:var(--price)\"></i>mid price</span><span "
            "class=\"buy\">&#9650; "
            "buy</span><span class=\"sell\">&#9660; sell</span><span><b style=\"color:var(--reject)\">&times;</b> "
            "rejected</span></div>");
  }
  return out;
}

std::string decision_sections(const ReportData& data) {
  const auto& counters = session_counters(data);
  std::vector<PairCount> rules;
  for (std::size_t i = 0; i < data.sent_by_rule.size(); ++i) {
    if (!data.shows_rule(i)) continue;
    rules.push_back({std::string(rule_name(static_cast<Rule>(i))), data.sent_by_rule[i], data.rejected_by_rule[i]});
  }
  const auto reasons = rejects_by_reason(counters);
  const auto types = messages_by_type(counters);
  const auto drops = drops_by_cause(counters);
  std::string out = "<div class=\"two\">";
  out += section("Rules", "What each rule sent, and what risk rejected of it.",
                 or_none(pair_bars_plot(rules, "sent", "rejected", kHalf), "No rule fired."));
  out += section("Rejections by reason", "The first check that failed, of the thirteen in their order.",
                 or_none(bars_plot(reasons, "fill-reject", kHalf), "Nothing was rejected."));
  out += section("Messages by type", "Delivered TotalView-ITCH 5.0 messages of all symbols.",
                 or_none(bars_plot(types, "fill-message", kHalf), "No message was delivered."));
  out += section("Frames dropped by cause", "Frames that are not the feed&#39;s, or not whole.",
                 or_none(bars_plot(drops, "fill-drop", kHalf), "No frame was dropped."));
  return out + "</div>\n";
}

}  // namespace twinpath::report
