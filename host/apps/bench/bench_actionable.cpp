// `twinpath bench actionable`: bench/actionable.h on the command line.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/actionable.h"
#include "bench/expectation.h"
#include "host/apps/bench/bench.h"
#include "host/apps/bench/bench_actionable_text.h"
#include "host/apps/progress.h"

namespace twinpath {
namespace {

struct Options {
  bench::ActionableOptions run;
  std::vector<std::string> classes{"add", "execute", "cancel", "delete", "replace", "trade"};
  std::vector<std::string> loads{bench::kLoadNames.begin(), bench::kLoadNames.end()};
  std::string json;
  std::string gate;
  std::string expect;
  bool by_lane = false;
  bool quiet = false;
};

// All that may be asked for, or those named, in the order in which they are defined and once.
std::vector<bench::TriggerClass> classes_of(const std::vector<std::string>& names) {
  std::vector<bench::TriggerClass> out;
  for (const std::string& n : names) {
    if (n == "all") {
      for (unsigned i = 0; i < bench::kTriggerClasses; ++i) out.push_back(static_cast<bench::TriggerClass>(i));
    } else {
      out.push_back(bench::trigger_class_named(n));
    }
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

std::vector<bench::Load> loads_of(const std::vector<std::string>& names) {
  std::vector<bench::Load> out;
  for (const std::string& n : names) out.push_back(bench::load_named(n));
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

int run(Options& o) {
  o.run.classes = classes_of(o.classes);
  o.run.loads = loads_of(o.loads);
  std::optional<bench::Expectation> expectation;
  if (!o.gate.empty()) expectation = bench::Expectation::of_file(o.gate);
  if (!o.expect.empty()) expectation = bench::Expectation::of_text(o.expect);
  std::ofstream json;
  if (!o.json.empty()) {
    json.open(o.json);
    if (!json) throw std::runtime_error(o.json + ": cannot be written; is the folder there?");
  }
  std::optional<Progress> progress;
  std::optional<bench::Load> shown;
  o.run.progress = [&](bench::Load load, std::uint64_t done, std::uint64_t total) {
    if (shown != load) progress.emplace(std::string(name(load)), total, o.quiet);
    shown = load;
    if (done == total) {
      progress->done(done, "triggers");
    } else {
      progress->at(done, done, "triggers");
    }
  };
  const bench::ActionableResult result = bench::run_actionable(o.run);
  if (!o.quiet) fmt::print("{}", actionable_text(result, o.by_lane));
  if (!o.json.empty()) {
    json << actionable_json(result, o.run);
    if (!json.flush()) throw std::runtime_error(o.json + ": cannot be written; is the disk full?");
  }
  if (!expectation) return 0;
  const std::vector<std::string> differences = expectation->differences(result.rows);
  for (const std::string& d : differences) fmt::print(stderr, "twinpath bench actionable: {}\n", d);
  if (differences.empty()) {
    fmt::print("gate: {} rows as expected\n", result.rows.size());
    return 0;
  }
  fmt::print("gate: {} of {} rows are not as expected\n", differences.size(), result.rows.size());
  return kExitGate;
}

}  // namespace

Run add_bench_actionable(cli::App& bench) {
  auto o = std::make_shared<Options>();
  cli::App* sub = bench.add_subcommand(
      "actionable", "Cycles from the last bit in that decides to the first bit out, on the simulated core");
  sub->add_option("--triggers", o->run.triggers, "of each class and alignment at each load")
      ->capture_default_str()
      ->check(cli::Range(std::uint64_t{1}, std::uint64_t{10'000'000}));
  sub->add_option("--classes", o->classes,
                  "of add, add_mpid, execute, execute_price, cancel, delete, replace, trade; all: all of them")
      ->delimiter(',')
      ->capture_default_str();
  sub->add_option("--loads", o->loads, "of sparse, half, full")->delimiter(',')->capture_default_str();
  sub->add_option("--seed", o->run.seed, "equal seeds give equal frames")->capture_default_str();
  sub->add_flag("--software", o->run.software, "the software path on the same frames too, in wall-clock time");
  sub->add_flag("--speculative", o->run.speculative,
                "begin frames before the verdict (255 discards at once, one more in 1,024 cycles)");
  sub->add_flag("--by-lane", o->by_lane, "print a line an alignment, not a class");
  sub->add_option("--json", o->json, "write every row to this file");
  auto* gate =
      sub->add_option("--gate", o->gate, "exit status 1 unless every row is as this file expects (bench/*.toml)")
          ->check(cli::ExistingFile);
  sub->add_option("--expect", o->expect, "the same, at every load: add=4,execute=6-7")->excludes(gate);
  sub->add_flag("-q,--quiet", o->quiet, "no progress, no table");
  return [o] { return run(*o); };
}

}  // namespace twinpath
