// Runs mutants of the core against the software path, one process a mutant, until a session shows a difference.
// Usage: mutation_runner TRIALS < numbers. A line a mutant: number, what (caught, stuck, crashed, survived), trials
// played, milliseconds, how it was caught. Number 0 must survive: it is the core as it is.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "Vtwinpath_core.h"
#include "sim/verilator/verilated_path.h"
#include "testbench/faults/sessions.h"

namespace twinpath::mutation {
namespace {

constexpr unsigned kSetsLog2 = TP_MUTANT_SETS_LOG2;
constexpr unsigned kWays = TP_MUTANT_WAYS;

// The table is small, so that it runs full and a model is made quickly.
ReplayResult play(const fault::Trial& trial) {
  PathRegistry registry;
  add_verilated_path(registry);
  const auto path = [&registry](const std::string& address) {
    return [&registry, address](const CoreConfig& config, PathSink& sink) {
      CoreConfig small = config;
      small.sets_log2 = kSetsLog2;
      small.ways = kWays;
      return registry.make(address, small, sink);
    };
  };
  return fault::run(trial, path("sw:"), path(trial.address));
}

enum Verdict { kSurvived, kCaught, kStuck, kBroken };

// What a child process found out.
struct Finding {
  int verdict = kBroken;
  unsigned trials = 0;
  long milliseconds = 0;  // of processor time
  std::array<char, 160> how{};
};

void say(Finding& finding, const std::string& how) {
  std::snprintf(finding.how.data(), finding.how.size(), "%s", how.substr(0, how.find('\n')).c_str());
}

Finding try_mutant(unsigned trials, const std::vector<std::uint64_t>& budgets) {
  Finding finding;
  finding.verdict = kSurvived;
  for (unsigned n = 0; n < trials && finding.verdict == kSurvived; ++n) {
    const fault::Trial trial = fault::trial(n);
    ++finding.trials;
    budget = budgets.empty() ? UINT64_MAX : budgets[n];
    try {
      const ReplayResult result = play(trial);
      if (!result.difference) continue;
      finding.verdict = kCaught;
      say(finding,
          "session " + std::to_string(n) + " (" + trial.kind + "), frame " + std::to_string(result.frames - 1));
    } catch (const std::exception& error) {
      finding.verdict = kStuck;
      say(finding, "session " + std::to_string(n) + " (" + trial.kind + "): " + error.what());
    }
  }
  return finding;
}

Finding in_a_child(int number, unsigned trials, const std::vector<std::uint64_t>& budgets) {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    setenv("TP_MUTANT", std::to_string(number).c_str(), 1);
    std::freopen("/dev/null", "w", stdout);
    std::freopen("/dev/null", "w", stderr);
    alarm(120);
    const Finding finding = try_mutant(trials, budgets);
    const bool whole = write(pipe_ends[1], &finding, sizeof finding) == static_cast<ssize_t>(sizeof finding);
    _exit(whole ? 0 : 1);
  }
  close(pipe_ends[1]);
  Finding finding;
  if (read(pipe_ends[0], &finding, sizeof finding) != static_cast<ssize_t>(sizeof finding)) {
    finding = {};
    say(finding, "the simulation ended by itself");
  }
  close(pipe_ends[0]);
  rusage used{};
  wait4(child, nullptr, 0, &used);
  finding.milliseconds =
      (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
  return finding;
}

// Evaluations of each trial without a mutant, with room to spare.
std::vector<std::uint64_t> measure(unsigned trials) {
  std::vector<std::uint64_t> budgets;
  for (unsigned n = 0; n < trials; ++n) {
    budget = UINT64_MAX;
    const ReplayResult result = play(fault::trial(n));
    if (result.difference)
      throw std::runtime_error("the twins differ without a mutant:\n" +
                               result.difference->describe("sw:", "verilator:"));
    budgets.push_back((UINT64_MAX - budget) * 3 / 2 + 100'000);
  }
  return budgets;
}

int run(unsigned trials) {
  setenv("TP_MUTANT", "0", 1);
  const std::vector<std::uint64_t> budgets = measure(trials);
  static constexpr const char* kWords[] = {"survived", "caught", "stuck", "crashed"};
  for (int number = 0; std::cin >> number;) {
    const Finding finding = in_a_child(number, trials, budgets);
    std::cout << number << '\t' << kWords[finding.verdict] << '\t' << finding.trials << '\t' << finding.milliseconds
              << '\t' << finding.how.data() << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace twinpath::mutation

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: mutation_runner TRIALS < numbers of mutants\n";
    return 2;
  }
  try {
    return twinpath::mutation::run(static_cast<unsigned>(std::atoi(argv[1])));
  } catch (const std::exception& error) {
    std::cerr << "mutation_runner: " << error.what() << '\n';
    return 1;
  }
}
