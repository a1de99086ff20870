// The software path and the Verilated RTL path on the same hostile sessions, compared output by output.
#include <gtest/gtest.h>

#include "host/path/path_registry.h"
#include "host/path/replay.h"
#include "sim/verilator/verilated_path.h"
#include "testbench/lockstep/hostile_session.h"

namespace twinpath {
namespace {

struct Outcome {
  ReplayResult result;
  std::string text;
};

Outcome lockstep(const test::HostileOptions& o, const std::string& address) {
  const CoreConfig config = test::hostile_config(o);
  test::HostileSession session(o, config);
  PathRegistry registry;
  add_verilated_path(registry);
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  std::vector<std::unique_ptr<Path>> paths;
  for (const std::string& a : {std::string("sw:"), address}) {
    recorders.push_back(std::make_unique<OutputRecorder>(true));
    paths.push_back(registry.make(a, config, *recorders.back()));
  }
  ReplayOptions options;
  options.lockstep = true;
  options.commands = session.commands;
  options.responses = {true, Cycles{300}, Cycles{500}, Cycles{2000}, 60, 30};
  Outcome outcome{replay(session, paths, recorders, options), {}};
  if (outcome.result.difference) outcome.text = outcome.result.difference->describe("sw:", address);
  return outcome;
}

class HostileSessions : public testing::TestWithParam<std::uint64_t> {};

TEST_P(HostileSessions, AreIdenticalOnBothPathsWhenPaced) {
  test::HostileOptions o;
  o.seed = GetParam();
  o.symbols = 1 + static_cast<unsigned>(o.seed % 6);
  const Outcome outcome = lockstep(o, "verilator:");
  ASSERT_FALSE(outcome.result.difference) << outcome.text;
  EXPECT_GT(outcome.result.compared, 100u);
}

TEST_P(HostileSessions, AreIdenticalOnBothPathsBackToBack) {
  test::HostileOptions o;
  o.seed = GetParam() + 1000;
  o.symbols = 1 + static_cast<unsigned>(o.seed % 40);
  o.references = 2000;
  o.gap_ns = 0;
  const Outcome outcome = lockstep(o, "verilator:dense");
  ASSERT_FALSE(outcome.result.difference) << outcome.text;
  EXPECT_GT(outcome.result.compared, 100u);
}

TEST_P(HostileSessions, WithoutDamageAreIdenticalAndLoseNothing) {
  test::HostileOptions o;
  o.seed = GetParam() + 2000;
  o.damage = false;
  o.packets = 4000;
  o.symbols = 8;
  const Outcome outcome = lockstep(o, "verilator:");
  ASSERT_FALSE(outcome.result.difference) << outcome.text;
  EXPECT_EQ(outcome.result.counters[0][static_cast<std::size_t>(Counter::gaps_lost)], 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, HostileSessions, testing::Range<std::uint64_t>(1, 1 + test::seeds()));

}  // namespace
}  // namespace twinpath
