// What a run of the platform model must be, and what is printed of it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/apps/platform/platform_scenario.h"

namespace twinpath {
namespace {

using platform::kHops;
using platform::OrderTimes;
using platform::PlatformResult;

std::uint64_t at(const PlatformResult& r, Counter c) { return r.counters[static_cast<std::size_t>(c)]; }

// The value that `share` of all are not above (nearest rank); 0 of none. In ps.
std::uint64_t percentile(std::vector<std::uint64_t> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::max<std::size_t>(rank, 1) - 1];
}
std::vector<std::uint64_t> totals(const PlatformResult& r) {
  std::vector<std::uint64_t> all;
  for (const OrderTimes& o : r.orders) all.push_back(o.total);
  return all;
}
double ns(std::uint64_t ps) { return static_cast<double>(ps) / 1000; }

class Checks {
 public:
  void equal(std::string_view what, std::uint64_t expected, std::uint64_t found) {
    all.push_back({fmt::format("{}: expected {}, found {}", what, expected, found), expected == found});
  }
  void at_least(std::string_view what, std::optional<std::uint64_t> least, std::uint64_t found) {
    if (least) all.push_back({fmt::format("{}: expected {} at least, found {}", what, *least, found), found >= *least});
  }
  void at_most(std::string_view what, std::optional<std::uint64_t> most, std::uint64_t found) {
    if (most) all.push_back({fmt::format("{}: expected {} at most, found {}", what, *most, found), found <= *most});
  }
  void at_least_ns(std::string_view what, std::optional<double> least, std::uint64_t found_ps) {
    if (least)
      all.push_back({fmt::format("{}: expected {} ns at least, found {:.3f} ns", what, *least, ns(found_ps)),
                     ns(found_ps) >= *least});
  }
  void at_most_ns(std::string_view what, std::optional<double> most, std::uint64_t found_ps, bool any) {
    if (most)
      all.push_back({fmt::format("{}: expected {} ns at most, found {}", what, *most,
                                 any ? fmt::format("{:.3f} ns", ns(found_ps)) : "no order"),
                     any && ns(found_ps) <= *most});
  }

  std::vector<PlatformCheck> all;
};

}  // namespace

std::vector<PlatformCheck> check_platform(const PlatformExpectations& e, const PlatformResult& r) {
  Checks c;
  c.equal("orders on stale books", 0, r.stale_orders);
  c.equal("orders after a kill", 0, r.killed_orders);
  c.equal("orders of a card that is not armed", 0, r.unarmed_orders);
  c.equal("frames that reached the card, found no room at the switch, or came while the card was in reset",
          r.published[0] + r.published[1] - r.lost[0] - r.lost[1], r.frames_in + r.queue_drops + r.reset_frames);
  c.equal("frames that the core counted", r.frames_in, at(r, Counter::frames));
  c.equal("messages that the core took or counted as lost", r.published_messages,
          at(r, Counter::messages) + at(r, Counter::lost_messages));
  c.equal("orders that reached the venue, a session that was down, or nobody who sends them", r.sent,
          r.orders.size() + r.unprompted + r.refused + r.missed);
  c.equal("events that reached the host, or found the ring full", r.card_events, r.host_events + r.lost_events);
  c.equal("lost events that the host was told of", r.lost_events, r.told_events);
  c.equal("commands that reached the card", r.host_commands, r.card_commands);
  if (r.kernel)
    c.all.push_back({"orders, events and counts of the strategy kernel: expected those of the strategy as software" +
                         (r.kernel->difference.empty() ? "" : ", found " + r.kernel->difference),
                     r.kernel->difference.empty()});
  if (e.reconciles) {
    c.equal("symbols with another position at the card than at the venue", 0, r.position_differences);
    c.equal("orders that the card holds for open at the end", 0, r.open_at_card);
  }
  c.at_least("orders", e.orders_min, r.sent);
  c.at_most("orders", e.orders_max, r.sent);
  c.at_least("orders after a recovery", e.recovered_orders_min, r.recovered_orders);
  c.at_least("orders that found the session down", e.refused_orders_min, r.refused);
  c.at_least("events that found the ring full", e.lost_events_min, r.lost_events);
  c.at_most("events that found the ring full", e.lost_events_max, r.lost_events);
  c.at_least("frames that came while the card was in reset", e.reset_frames_min, r.reset_frames);
  c.at_least("messages within a microsecond", e.burst_min, r.most_in_microsecond);
  c.at_least_ns("longest wait at the switch", e.switch_wait_min_ns, r.longest_switch_queue.value);
  c.at_least_ns("longest time of a PCIe transaction", e.pcie_min_ns, r.longest_pcie.value);
  c.at_least_ns("longest time from an answer to its command", e.host_min_ns, r.longest_host.value);
  c.at_least("messages lost", e.lost_messages_min, at(r, Counter::lost_messages));
  c.at_most("messages lost", e.lost_messages_max, at(r, Counter::lost_messages));
  c.at_least("gaps lost", e.gaps_lost_min, at(r, Counter::gaps_lost));
  c.at_most("gaps lost", e.gaps_lost_max, at(r, Counter::gaps_lost));
  std::uint64_t cycles = 0;
  for (const OrderTimes& o : r.orders) cycles = std::max(cycles, o.core_cycles - o.line_wait);
  c.at_most("cycles in the core where the line was free", e.core_cycles_max, cycles);
  c.at_most_ns("tick to trade, p50", e.p50_max_ns, percentile(totals(r), 0.5), !r.orders.empty());
  c.at_most_ns("tick to trade, p99", e.p99_max_ns, percentile(totals(r), 0.99), !r.orders.empty());
  return c.all;
}

std::string platform_text(const PlatformScenario& s, const PlatformResult& r,
                          const std::vector<PlatformCheck>& checks) {
  std::string out = fmt::format("{}: seed {}, {:.6f} s simulated, digest {:016x}\n", s.title, s.platform.seed,
                                ns(r.end.value) * 1e-9, r.digest);
  for (unsigned i = 0; i < 2; ++i)
    out += fmt::format("line {}: {} frames published, {} lost, {} held back\n", i == 0 ? 'A' : 'B', r.published[i],
                       r.lost[i], r.reordered[i]);
  out += fmt::format("card: {} frames, {} messages, {} lost in {} gaps; {} orders, {} cancels, {} rejections\n",
                     r.frames_in, at(r, Counter::messages), at(r, Counter::lost_messages), at(r, Counter::gaps_lost),
                     r.sent, r.cancels, r.rejects);
  if (r.kernel)
    out += fmt::format(
        "strategy kernel: {} cycles to an answer (as stated), {} updates, {} intents, longest turn {} cycles; {} "
        "orders "
        "made of answers, not of packets\n",
        s.platform.kernel_cycles, r.kernel->updates, r.kernel->intents, r.kernel->longest, r.unprompted);
  out += fmt::format("venue: {} answers ({} lost on the way), {} fills, {} orders refused\n", r.answers, r.answers_lost,
                     r.fills, r.refused);
  out += fmt::format(
      "most messages in a microsecond {}; longest: wait at the switch {:.3f} ns, PCIe {:.3f} ns, host {:.3f} ns\n",
      r.most_in_microsecond, platform::to_ns(r.longest_switch_queue), platform::to_ns(r.longest_pcie),
      platform::to_ns(r.longest_host));
  out += "\nTick to trade, from publishing to the order's last bit at the venue, ns\n";
  out +=
      fmt::format("  {:<13}{:>12}{:>12}{:>12}{:>12}{:>12}{:>9}\n", "hop", "min", "p50", "p90", "p99", "max", "share");
  const auto row = [&](std::string_view name, const std::vector<std::uint64_t>& v, double share) {
    if (v.empty()) return;
    out += fmt::format("  {:<13}{:>12.3f}{:>12.3f}{:>12.3f}{:>12.3f}{:>12.3f}{:>8.2f}%\n", name, ns(percentile(v, 0)),
                       ns(percentile(v, 0.5)), ns(percentile(v, 0.9)), ns(percentile(v, 0.99)), ns(percentile(v, 1)),
                       share * 100);
  };
  const auto sum = [](const std::vector<std::uint64_t>& v) {
    double all = 0;
    for (const std::uint64_t x : v) all += static_cast<double>(x);
    return all;
  };
  const auto whole = totals(r);
  for (unsigned h = 0; h < kHops; ++h) {
    std::vector<std::uint64_t> v;
    for (const OrderTimes& o : r.orders) v.push_back(o.hops[h]);
    row(to_string(static_cast<platform::Hop>(h)), v, sum(v) / std::max(sum(whole), 1.0));
  }
  row("in all", whole, 1);
  if (whole.empty()) out += "  no order\n";
  out += "\nMust hold\n";
  for (const PlatformCheck& c : checks) out += fmt::format("  {}  {}\n", c.holds ? "holds" : "FAILS", c.what);
  return out;
}

}  // namespace twinpath
