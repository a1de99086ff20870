#include "host/apps/report/report_data.h"

#include <algorithm>
#include <cmath>

namespace twinpath::report {
namespace {

constexpr CounterGroup kGroups[] = {
    {"Ingress and frame checks", Counter::frames, Counter::drop_fcs_error},
    {"Packets and arbitration", Counter::packets_a, Counter::reorder_overflow},
    {"Blocks", Counter::truncated_block, Counter::unknown_type},
    {"Messages", Counter::messages, Counter::other_symbol},
    {"Books", Counter::unknown_reference, Counter::level_overflow},
    {"Rules", Counter::rule_cancel, Counter::rule_lead_lag},
    {"Orders and risk", Counter::orders, Counter::reject_self_trade},
    {"Commands and answers", Counter::commands, Counter::position_saturated},
};

// Every counter is in exactly one group: a counter added to the register map must not vanish from reports.
constexpr bool groups_cover_all() {
  unsigned next = 0;
  for (const auto& group : kGroups) {
    if (static_cast<unsigned>(group.first) != next) return false;
    next = static_cast<unsigned>(group.last) + 1;
  }
  return next == kCounterCount;
}
static_assert(groups_cover_all());

std::vector<Count> collect(const CounterValues& counters, Counter first, Counter last, std::string_view prefix) {
  std::vector<Count> counts;
  for (auto i = static_cast<std::size_t>(first); i <= static_cast<std::size_t>(last); ++i) {
    if (counters[i] == 0) continue;
    auto text = name(static_cast<Counter>(i));
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    counts.push_back({std::string(text), counters[i]});
  }
  std::stable_sort(counts.begin(), counts.end(), [](const Count& a, const Count& b) { return a.value > b.value; });
  return counts;
}

}  // namespace

std::span<const CounterGroup> counter_groups() { return kGroups; }

std::vector<Count> messages_by_type(const CounterValues& counters) {
  return collect(counters, Counter::msg_system_event, Counter::msg_direct_listing, "msg_");
}
std::vector<Count> drops_by_cause(const CounterValues& counters) {
  return collect(counters, Counter::drop_overflow, Counter::drop_fcs_error, "drop_");
}
std::vector<Count> rejects_by_reason(const CounterValues& counters) {
  return collect(counters, Counter::reject_kill, Counter::reject_self_trade, "reject_");
}
std::vector<Count> intents_by_rule(const CounterValues& counters) {
  return collect(counters, Counter::rule_cancel, Counter::rule_lead_lag, "rule_");
}

std::uint64_t sum(std::span<const Count> counts) {
  std::uint64_t total = 0;
  for (const auto& count : counts) total += count.value;
  return total;
}

const CounterValues& session_counters(const ReportData& data) {
  static const CounterValues kNone{};
  return data.paths.empty() ? kNone : data.paths.front().counters;
}

std::string page_title(const ReportData& data) {
  if (!data.title.empty()) return data.title;
  const auto file = data.input.substr(data.input.find_last_of('/') + 1);
  return file.empty() ? "Replay" : file;
}

Distribution summarize(const Histogram& histogram, unsigned max_bins) {
  Distribution d;
  d.count = histogram.count();
  if (d.count == 0) return d;
  d.min = histogram.min();
  d.p50 = histogram.percentile(50);
  d.p90 = histogram.percentile(90);
  d.p99 = histogram.percentile(99);
  d.p999 = histogram.percentile(99.9);
  d.max = histogram.max();
  d.mean = histogram.mean();

  // Upper edges first, then the values into them. A bucket of the histogram goes where its lowest value does.
  max_bins = std::max(max_bins, 1u);
  const std::uint64_t span = d.max - d.min;
  if (span < max_bins || d.max < 6 * d.min + 64) {
    const std::uint64_t width = span / max_bins + 1;
    for (std::uint64_t low = d.min;; low += width) {
      d.bins.push_back({low, low + width - 1, 0});
      if (d.max - low < width) break;
    }
  } else {
    // Widths never shrink: rounding them up and down in turn would put a comb on a smooth distribution.
    const auto first = static_cast<double>(std::max<std::uint64_t>(d.min, 1));
    const double growth = std::pow(static_cast<double>(d.max + 1) / first, 1.0 / max_bins) - 1;
    std::uint64_t width = 1;
    for (std::uint64_t low = d.min; low <= d.max; low += width) {
      width = std::max(width, static_cast<std::uint64_t>(std::ceil(static_cast<double>(low) * growth)));
      const bool last = d.bins.size() + 1 == max_bins || d.max - low < width;
      d.bins.push_back({low, last ? d.max : low + width - 1, 0});
      if (last) break;
    }
  }
  std::size_t bin = 0;
  histogram.for_each([&](std::uint64_t low, std::uint64_t, std::uint64_t count) {
    while (bin + 1 < d.bins.size() && d.bins[bin].high < low) ++bin;
    d.bins[bin].count += count;
  });
  return d;
}

}  // namespace twinpath::report
