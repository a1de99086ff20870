// The core in Icarus Verilog against the software path: the same outputs, byte for byte, and the same counters.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "host/path/path_registry.h"
#include "host/path/replay.h"
#include "testbench/icarus/stimulus.h"
#include "testbench/lockstep/hostile_session.h"

namespace twinpath {
namespace {

constexpr unsigned kSetsLog2 = TP_ICARUS_SETS_LOG2;
constexpr unsigned kWays = TP_ICARUS_WAYS;

struct Outcome {
  CounterValues met{};
  std::uint64_t compared = 0;
  std::string difference;
};

Outcome run(const std::string& name, const test::HostileOptions& o) {
  const std::filesystem::path folder = std::filesystem::path(TP_ICARUS_OUT);
  std::filesystem::create_directories(folder);
  const std::string stimulus = (folder / (name + ".stimulus")).string();
  const std::string output = (folder / (name + ".output")).string();
  std::filesystem::remove(output);

  CoreConfig config = test::hostile_config(o);
  config.sets_log2 = kSetsLog2;
  config.ways = kWays;
  test::HostileSession session(o, config);
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  for (int i = 0; i < 2; ++i) recorders.push_back(std::make_unique<OutputRecorder>(true));
  std::vector<std::unique_ptr<Path>> paths;
  paths.push_back(PathRegistry().make("sw:", config, *recorders[0]));
  paths.push_back(std::make_unique<test::StimulusPath>(config, stimulus));
  ReplayOptions options;
  options.commands = session.commands;
  options.responses = {true, Cycles{300}, Cycles{500}, Cycles{2000}, 60, 30};
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

// Damage, gaps, commands, orders that live, a table that runs full.
TEST(CoreInIcarus, AgreesWithSoftwareOnAHostileSession) {
  test::HostileOptions o;
  o.seed = 4003;
  o.packets = 450;
  o.symbols = 3;
  o.tidy = true;
  o.calm = 8;
  o.command_every = 8;
  o.restore_every = 30;
  o.gap_timeout = 300;
  o.fine_window_base = 998'000;
  o.overlap = true;
  o.load_banks = true;
  o.odd_headers = true;
  const Outcome outcome = run("hostile", o);
  ASSERT_EQ(outcome.difference, "");
  EXPECT_GT(outcome.compared, 1000u);
  // The session is worth comparing.
  for (Counter c : {Counter::orders, Counter::cancels, Counter::reject_halt, Counter::reject_quantity,
                    Counter::reject_collar, Counter::reject_position, Counter::reject_rate, Counter::gaps_opened,
                    Counter::gaps_lost, Counter::reorder_stored, Counter::reorder_replayed, Counter::drop_fcs_error,
                    Counter::drop_ip_checksum, Counter::order_table_full, Counter::rule_lead_lag, Counter::commands})
    EXPECT_GT(outcome.met[static_cast<std::size_t>(c)], 0u) << name(c);
}

}  // namespace
}  // namespace twinpath
