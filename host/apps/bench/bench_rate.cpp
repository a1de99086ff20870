#include <fmt/format.h>

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/rate.h"
#include "host/apps/bench/bench.h"
#include "host/core/types.h"

namespace twinpath {
namespace {

struct Options {
  std::uint64_t messages = 40'000;
  bool gate = false;
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
  std::vector<std::string> broken;
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
    if (!r.as_promised()) broken.emplace_back(r.name);
  }
  if (!o.json.empty()) {
    json << rows.dump(2) << '\n';
    if (!json.flush()) throw std::runtime_error(o.json + ": cannot be written; is the disk full?");
  }
  fmt::print("\nwaited: beats the core did not take at once; held: cycles in which its pipeline stood still\n");
  if (o.gate) {
    for (const std::string& name : broken)
      fmt::print(stderr, "twinpath bench rate: '{}' is slower than promised (bench/rate.cpp)\n", name);
    if (!broken.empty()) return kExitGate;
    fmt::print("gate: every workload as promised\n");
  }
  return 0;
}

}  // namespace

Run add_bench_rate(cli::App& bench) {
  auto o = std::make_shared<Options>();
  cli::App* sub =
      bench.add_subcommand("rate", "Messages a second that the simulated core takes, with hazards at every distance");
  sub->add_option("--messages", o->messages, "of each workload")
      ->capture_default_str()
      ->check(cli::Range(std::uint64_t{100}, std::uint64_t{400'000}));
  sub->add_flag("--gate", o->gate, "exit status 1 when a workload is slower than promised");
  sub->add_option("--json", o->json, "write the rows to this file");
  return [o] { return run(*o); };
}

}  // namespace twinpath
