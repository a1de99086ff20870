// The core in Icarus Verilog against the software path: the same outputs, byte for byte, and the same counters.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "host/path/path_registry.h"
#include "host/path/replay.h"
#include "testbench/faults/sessions.h"
#include "testbench/icarus/stimulus.h"

namespace twinpath {
namespace {

constexpr unsigned kSetsLog2 = TP_ICARUS_SETS_LOG2;
constexpr unsigned kWays = TP_ICARUS_WAYS;

struct Outcome {
  CounterValues met{};
  std::uint64_t compared = 0;
  std::string difference;
};

Outcome run(const std::string& name, const fault::Trial& trial) {
  const std::filesystem::path folder = std::filesystem::path(TP_ICARUS_OUT);
  std::filesystem::create_directories(folder);
  const std::string stimulus = (folder / (name + ".stimulus")).string();
  const std::string output = (folder / (name + ".output")).string();
  std::filesystem::remove(output);

  CoreConfig config = test::hostile_config(trial.options);
  if (trial.loose) fault::loosen(config);
  config.sets_log2 = kSetsLog2;
  config.ways = kWays;
  test::HostileSession session(trial.options, config);
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  for (int i = 0; i < 2; ++i) recorders.push_back(std::make_unique<OutputRecorder>(true));
  std::vector<std::unique_ptr<Path>> paths;
  paths.push_back(PathRegistry().make("sw:", config, *recorders[0]));
  paths.push_back(std::make_unique<test::StimulusPath>(config, stimulus));
  ReplayOptions options;
  options.commands = session.commands;
  options.responses = trial.responses;
  const ReplayResult result = replay(session, paths, recorders, options);

  const std::string command =
      std::string(TP_VVP " " TP_ICARUS_CORE " +stimulus=") + stimulus + " +output=" + output + " </dev/null";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  const test::SimulatorOutputs simulated = test::read_outputs(output, *recorders[1]);

  Outcome outcome;
  outcome.met = result.counters[0];
  Lockstep lockstep(*recorders[0], *recorders[1]);
  lockstep.finish(result.counters[0], simulated.counters);
  outcome.compared = lockstep.compared();
  if (lockstep.difference()) outcome.difference = lockstep.difference()->describe("sw:", "icarus:");
  std::cout << name << ": " << outcome.met[static_cast<std::size_t>(Counter::messages)] << " messages, "
            << outcome.compared << " outputs agree, " << simulated.cycles << " cycles\n";
  return outcome;
}

unsigned how_many(const CounterValues& met, Counter first, Counter last) {
  unsigned n = 0;
  for (auto c = static_cast<unsigned>(first); c <= static_cast<unsigned>(last); ++c) n += met[c] != 0;
  return n;
}

// Damage, gaps, commands, banks loaded and swapped, an exchange that answers late: as much as a simulator of a thousand
// cycles a second has time for.
TEST(CoreInIcarus, AgreesWithSoftwareOnAHostileSession) {
  fault::Trial trial = fault::trial(5);  // slow
  test::HostileOptions& o = trial.options;
  o.seed = 10;
  o.packets = 160;
  o.symbols = 4;
  o.command_every = 6;
  o.load_banks = true;
  o.overlap = true;
  o.odd_headers = true;
  const Outcome outcome = run("hostile", trial);
  ASSERT_EQ(outcome.difference, "");
  // The session is worth comparing.
  EXPECT_GT(outcome.compared, 250u);
  EXPECT_EQ(how_many(outcome.met, Counter::rule_cancel, Counter::rule_lead_lag), 5u);
  EXPECT_GE(how_many(outcome.met, Counter::reject_kill, Counter::reject_self_trade), 8u);
  for (Counter c : {Counter::orders, Counter::cancels, Counter::gaps_opened, Counter::gaps_lost,
                    Counter::reorder_stored, Counter::reorder_replayed, Counter::commands})
    EXPECT_GT(outcome.met[static_cast<std::size_t>(c)], 0u) << name(c);
}

}  // namespace
}  // namespace twinpath
