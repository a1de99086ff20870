// Plays sessions in lockstep on the software path and on the core with coverage. Usage: coverage_sessions TRIALS
// MESSAGES TRIALS hostile sessions of testbench/faults/sessions.h, two in which a handful of references come again and
// again back to back, then a generated market session of MESSAGES messages.
#include <cstdio>
#include <cstdlib>

#include "bench/generated_session.h"
#include "sim/verilator/verilated_path.h"
#include "testbench/faults/sessions.h"

namespace twinpath {
namespace {

bool agree(const char* what, unsigned number, const ReplayResult& result) {
  std::printf("%s %u: %llu frames, %llu outputs agree\n", what, number, static_cast<unsigned long long>(result.frames),
              static_cast<unsigned long long>(result.compared));
  if (result.difference) std::printf("%s", result.difference->describe("sw:", "verilator:").c_str());
  return !result.difference;
}

// Every pair of messages on one order, as close as frames can bring them.
fault::Trial few_references(unsigned n) {
  fault::Trial t;
  t.kind = "few references";
  t.address = "verilator:dense";
  t.responses = {true, Cycles{300}, Cycles{500}, Cycles{2000}, 60, 30};
  test::HostileOptions& o = t.options;
  o.seed = 50 + n;
  o.symbols = 1 + n;
  o.references = 8;
  o.damage = false;
  o.gap_ns = 20;
  o.calm = 20;
  o.restore_every = 10;
  t.loose = n % 2 == 0;
  return t;
}

// Sessions as lockstep_test has them: gaps that stay open until the reorder slots are full, numbers far out of range.
fault::Trial untidy(unsigned n) {
  fault::Trial t;
  t.kind = "untidy";
  t.address = "verilator:";
  t.responses = {true, Cycles{300}, Cycles{500}, Cycles{2000}, 60, 30};
  t.options.seed = 1 + n;
  t.options.symbols = 1 + static_cast<unsigned>(t.options.seed % 6);
  t.options.packets = 3000;
  return t;
}

constexpr unsigned kMore = 6;
fault::Trial more(unsigned n) { return n < 2 ? few_references(n) : untidy(n - 2); }

ReplayResult play(bench::GeneratedSession& session, const PathRegistry& registry) {
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  std::vector<std::unique_ptr<Path>> paths;
  for (const char* address : {"sw:", "verilator:"}) {
    recorders.push_back(std::make_unique<OutputRecorder>(true));
    paths.push_back(registry.make(address, session.config, *recorders.back()));
  }
  ReplayOptions options;
  options.lockstep = true;
  options.responses = {true, Cycles{30'000}, Cycles{50'000}, Cycles{2'000'000}, 60, 30};
  return replay(session, paths, recorders, options);
}

int run(unsigned trials, unsigned messages) {
  PathRegistry registry;
  add_verilated_path(registry);
  bool fine = true;
  for (unsigned n = 0; n < trials + kMore; ++n) {
    const fault::Trial trial = n < trials ? fault::trial(n) : more(n - trials);
    const auto path = [&](const std::string& address) {
      return [&registry, address](const CoreConfig& config, PathSink& sink) {
        return registry.make(address, config, sink);
      };
    };
    fine &= agree(trial.kind, n, fault::run(trial, path("sw:"), path(trial.address)));
  }
  if (messages != 0) {
    bench::GeneratedSession session(messages);
    fine &= agree("market", 0, play(session, registry));
  }
  return fine ? 0 : 1;
}

}  // namespace
}  // namespace twinpath

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: coverage_sessions TRIALS MESSAGES\n");
    return 2;
  }
  return twinpath::run(static_cast<unsigned>(std::atoi(argv[1])), static_cast<unsigned>(std::atoi(argv[2])));
}
