#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/market_bench.h"
#include "bench/matching_bench.h"
#include "bench/matching_workload.h"
#include "host/apps/bench/bench.h"
#include "host/core/tick_clock.h"

namespace twinpath {
namespace {

struct Options {
  std::vector<std::string> scenarios;
  std::uint32_t orders = bench::kPublishedOrders;
  std::uint32_t seed = bench::kPublishedSeed;
  unsigned repeats = 5;
  bool latency = true;
  std::vector<std::uint32_t> books{1, 100, 8000};
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}
double millions(double nanoseconds) { return 1e3 / nanoseconds; }

void print_rates(std::string_view name, std::string_view draining, const bench::MatchingRates& r) {
  fmt::print("{:<12} {:<15} {:>9.2f} {:>11.2f} {:>9.1f} {:>13.2f} {:>9.1f}\n", name, draining, millions(median(r.wall)),
             millions(median(r.processor)), median(r.processor), millions(r.quiet), r.quiet);
}

void print_latency(std::string_view name, std::string_view which, const Histogram& h) {
  const auto ns = [&](double percent) { return TickClock::nanoseconds(h.percentile(percent)); };
  fmt::print("{:<12} {:<30} {:>7.0f} {:>7.0f} {:>7.0f} {:>10.0f}\n", name, which, ns(50), ns(99), ns(99.9), ns(100));
}

// The engine with all that stands between it and the gateways.
void print_market(const bench::MatchingScenario& s, const Options& o) {
  const std::vector<market::Request> requests =
      bench::market_requests(bench::matching_workload(s, o.orders, o.seed, 1));
  for (const bool logged : {false, true}) {
    const bench::MarketRates r = bench::run_market(requests, o.repeats, logged);
    const auto ns = [&](double percent) { return TickClock::nanoseconds(r.latency.percentile(percent)); };
    fmt::print("{:<12} {:<15} {:>9.2f} {:>11.2f} {:>9.1f} {:>7.0f} {:>7.0f} {:>7.0f} {:>12} {:>12}\n", s.name,
               logged ? "logged" : "in memory", millions(median(r.wall)), millions(median(r.processor)),
               median(r.processor), ns(50), ns(99), ns(99.9), r.executions, r.messages);
  }
}

int run(const Options& o) {
  std::vector<bench::MatchingScenario> chosen;
  for (const bench::MatchingScenario& s : bench::kMatchingScenarios)
    if (o.scenarios.empty() || std::find(o.scenarios.begin(), o.scenarios.end(), s.name) != o.scenarios.end())
      chosen.push_back(s);
  fmt::print(
      "M messages/s, one call a message: by the clock, by the engine thread's processor time, and of the quietest\n"
      "repeat of each 2,000 messages; medians of {} repeats. {} orders a scenario, seed {}.\n\n",
      o.repeats, o.orders, o.seed);
  fmt::print("{:<12} {:<15} {:>9} {:>11} {:>9} {:>13} {:>9}\n", "scenario", "reports", "clock", "processor", "ns",
             "quietest", "ns");
  double worst_inline = 1e300, worst_thread = 1e300;
  for (const bench::MatchingScenario& s : chosen) {
    const std::vector<matching::Command> commands = bench::matching_workload(s, o.orders, o.seed, 1);
    const bench::MatchingRates inline_ = bench::run_matching(commands, 1, o.repeats, bench::Draining::inline_);
    const bench::MatchingRates thread = bench::run_matching(commands, 1, o.repeats, bench::Draining::thread);
    print_rates(s.name, "read inline", inline_);
    print_rates(s.name, "another thread", thread);
    worst_inline = std::min(worst_inline, millions(inline_.quiet));
    worst_thread = std::min(worst_thread, millions(thread.quiet));
  }
  fmt::print("worst scenario, quietest: {:.2f} M messages/s read inline, {:.2f} read by another thread\n\n",
             worst_inline, worst_thread);

  if (o.latency) {
    fmt::print("{:<12} {:<30} {:>7} {:>7} {:>7} {:>10}\n", "nanoseconds", "a message, reports in the ring", "p50",
               "p99", "p99.9", "max");
    for (const bench::MatchingScenario& s : chosen) {
      const std::vector<matching::Command> commands = bench::matching_workload(s, o.orders, o.seed, 1);
      const bench::MatchingLatency l = bench::run_matching_latency(commands, o.repeats);
      print_latency(s.name, "every message", l.all);
      print_latency(s.name, "each one's shortest repeat", l.quietest);
      if (&s == &chosen.back()) print_latency("", "two readings of the clock", l.reading);
    }
    fmt::print("\n");
  }

  fmt::print("{:<12} {:>10} {:>24} {:>13}\n", "books", "messages", "processor, ns a message", "quietest, ns");
  const std::vector<matching::Command> commands =
      bench::matching_workload(bench::kMatchingScenarios[1], o.orders, o.seed, 1);
  for (const std::uint32_t books : o.books) {
    const std::vector<matching::Command> dealt = bench::deal_out(commands, books);
    const bench::MatchingRates r = bench::run_matching(dealt, books, o.repeats, bench::Draining::inline_);
    fmt::print("{:<12} {:>10} {:>24.1f} {:>13.1f}\n", books, r.messages, median(r.processor), r.quiet);
  }

  fmt::print("\nThe market: M requests/s of {} participants in one symbol, executions and tape written.\n\n",
             bench::kMarketParticipants);
  fmt::print("{:<12} {:<15} {:>9} {:>11} {:>9} {:>7} {:>7} {:>7} {:>12} {:>12}\n", "scenario", "requests", "clock",
             "processor", "ns", "p50", "p99", "p99.9", "executions", "tape");
  for (const bench::MatchingScenario& s : chosen) print_market(s, o);
  return 0;
}

}  // namespace

Run add_bench_matching(cli::App& bench) {
  auto o = std::make_shared<Options>();
  cli::App* sub = bench.add_subcommand(
      "matching",
      "The matching engine on the five published scenarios: messages a second, nanoseconds a message, many books; and "
      "with the market around it");
  std::vector<std::string> names;
  for (const bench::MatchingScenario& s : bench::kMatchingScenarios) names.emplace_back(s.name);
  sub->add_option("--scenario", o->scenarios, "only this one; may be given again")->check(cli::IsMember(names));
  sub->add_option("--orders", o->orders, "orders a scenario; about twice as many messages")
      ->capture_default_str()
      ->check(cli::Range(1'000u, 10'000'000u));
  sub->add_option("--seed", o->seed, "of the orders")->capture_default_str();
  sub->add_option("--repeats", o->repeats, "of each measurement")->capture_default_str()->check(cli::Range(1u, 1'000u));
  sub->add_option("--books", o->books, "numbers of books to spread the normal scenario over")
      ->delimiter(',')
      ->capture_default_str()
      ->check(cli::Range(1u, 1'000'000u));
  sub->add_flag("!--no-latency", o->latency, "leave out the nanoseconds of single messages");
  return [o] { return run(*o); };
}

}  // namespace twinpath
