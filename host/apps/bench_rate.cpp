#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bench/rate.h"
#include "host/apps/bench.h"
#include "host/core/types.h"

namespace twinpath {
namespace {

struct Options {
  std::uint64_t messages = 40'000;
  double at_least = 0;
  std::string json;
};

int run(const Options& o) {
  std::ofstream json;
  if (!o.json.empty()) {
    json.open(o.json);
    if (!json) throw std::runtime_error(o.json + ": cannot be written; is the folder there?");
  }
  fmt::print(
      "Verilated core, a beat of 64 bits in every cycle of {:.6f} MHz, frames of up to 1,514 bytes back to back;\n"
      "every book and counter equal to the software path's\n\n"
      "{:<28}{:>9} {:>9} {:>12} {:>7} {:>6} {:>8}  {}\n",
      kCoreClockHz / 1e6, "messages", "count", "cycles", "M/s", "waited", "held", "books", "");
  auto rows = nlohmann::ordered_json::array();
  double slowest = 0;
  for (const std::string_view workload : bench::rate_workloads()) {
    const bench::RateFigures r = bench::run_rate(workload, o.messages);
    fmt::print("{:<28}{:>9} {:>9} {:>12.1f} {:>7} {:>6} {:>8}  {}\n", r.name, r.messages, r.cycles,
               r.per_second() / 1e6, r.waited, r.held, r.books, r.what);
    rows.push_back({{"name", r.name},
                    {"messages", r.messages},
                    {"cycles", r.cycles},
                    {"per_second", r.per_second()},
                    {"waited", r.waited},
                    {"held", r.held},
                    {"queued", r.queued},
                    {"books", r.books}});
    // The wire sets the rate of the longer messages; where the core does not wait, it is not the limit.
    const double limit = r.waited == 0 && r.held == 0 ? 1e12 : r.per_second();
    slowest = slowest == 0 ? limit : std::min(slowest, limit);
  }
  if (!o.json.empty()) {
    json << rows.dump(2) << '\n';
    if (!json.flush()) throw std::runtime_error(o.json + ": cannot be written; is the disk full?");
  }
  fmt::print("\nwaited: beats the core did not take at once; held: cycles in which its pipeline stood still\n");
  if (o.at_least > 0 && slowest < o.at_least * 1e6) {
    fmt::print(
        stderr,
        "twinpath bench rate: a workload that held the core ran at {:.1f} M messages/s, expected at least {:.1f}\n",
        slowest / 1e6, o.at_least);
    return kExitGate;
  }
  return 0;
}

}  // namespace

Run add_bench_rate(CLI::App& bench) {
  auto o = std::make_shared<Options>();
  CLI::App* sub =
      bench.add_subcommand("rate", "Messages a second that the simulated core takes, with hazards at every distance");
  sub->add_option("--messages", o->messages, "of each workload")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{100}, std::uint64_t{400'000}));
  sub->add_option("--at-least", o->at_least,
                  "M messages/s: exit status 1 when the core itself held a workload below it");
  sub->add_option("--json", o->json, "write the rows to this file");
  return [o] { return run(*o); };
}

}  // namespace twinpath
