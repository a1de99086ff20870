// `systemc:` against `sw:`: the same decisions on generated and hostile sessions, with the core's cycles in every
// event.
#include <gtest/gtest.h>

#include <map>

#include "bench/generated_session.h"
#include "host/path/path_registry.h"
#include "host/path/replay.h"
#include "sim/systemc/systemc_path.h"
#include "testbench/lockstep/hostile_session.h"

namespace twinpath {
namespace {

const ResponseModel kResponses{true, Cycles{300}, Cycles{500}, Cycles{2000}, 60, 30};

struct Outcome {
  ReplayResult result;
  std::string text;
};

// `events`: what the second path said.
Outcome lockstep(FrameSource& session, const CoreConfig& first, const CoreConfig& second, ReplayOptions options,
                 const std::string& leader = "sw:", std::vector<Event>* events = nullptr) {
  PathRegistry registry;
  add_systemc_path(registry);
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  std::vector<std::unique_ptr<Path>> paths;
  for (unsigned i = 0; i < 2; ++i) recorders.push_back(std::make_unique<OutputRecorder>(true));
  paths.push_back(registry.make(leader, first, *recorders[0]));
  paths.push_back(registry.make("systemc:", second, *recorders[1]));
  if (events != nullptr) recorders[1]->on_output = [events](const PathOutput& o) { events->push_back(o.event); };
  options.lockstep = true;
  options.responses = kResponses;
  Outcome outcome{replay(session, paths, recorders, options), {}};
  if (outcome.result.difference) outcome.text = outcome.result.difference->describe("first", "second");
  return outcome;
}

TEST(SystemcPath, DecidesAGeneratedSessionAsTheSoftwarePathDoes) {
  bench::GeneratedSession session(20'000);
  const Outcome outcome = lockstep(session, session.config, session.config, {});
  ASSERT_FALSE(outcome.result.difference) << outcome.text;
  EXPECT_GT(outcome.result.compared, 5'000u);
  EXPECT_GT(outcome.result.counters[1][static_cast<std::size_t>(Counter::orders)], 100u);
}

TEST(SystemcPath, DecidesHostileSessionsAsTheSoftwarePathDoes) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    test::HostileOptions o;
    o.seed = seed;
    o.symbols = 1 + static_cast<unsigned>(seed % 6);
    const CoreConfig config = test::hostile_config(o);
    test::HostileSession session(o, config);
    ReplayOptions options;
    options.commands = session.commands;
    const Outcome outcome = lockstep(session, config, config, options);
    ASSERT_FALSE(outcome.result.difference) << "seed " << seed << "\n" << outcome.text;
    EXPECT_GT(outcome.result.compared, 100u) << "seed " << seed;
  }
}

TEST(SystemcPath, IsCaughtInLockstepWhenItIsConfiguredOtherwise) {
  bench::GeneratedSession session(20'000);
  CoreConfig other = session.config;
  other.banks[0].rules[0].imbalance.quantity += 1;
  const Outcome outcome = lockstep(session, session.config, other, {});
  ASSERT_TRUE(outcome.result.difference);
  EXPECT_NE(outcome.text.find("quantity"), std::string::npos) << outcome.text;
}

TEST(SystemcPath, RunsTwiceInOneProcessSideBySide) {
  bench::GeneratedSession session(5'000);
  const Outcome outcome = lockstep(session, session.config, session.config, {}, "systemc:");
  EXPECT_FALSE(outcome.result.difference) << outcome.text;
  EXPECT_GT(outcome.result.compared, 1'000u);
}

TEST(SystemcPath, RefusesWhatItDoesNotKnow) {
  PathRegistry registry;
  add_systemc_path(registry);
  OutputRecorder recorder(false);
  CoreConfig config;
  EXPECT_THROW(registry.make("systemc:rtl", config, recorder), std::invalid_argument);
  PathOptions wave;
  wave.wave_file = "x.fst";
  EXPECT_THROW(registry.make("systemc:", config, recorder, wave), std::invalid_argument);
  config.strategy.name = "arbitrage";
  EXPECT_THROW(registry.make("systemc:", config, recorder), std::invalid_argument);
}

TEST(SystemcPath, StampsEveryOrderWithTheCyclesOfItsClass) {
  bench::GeneratedSession session(20'000);
  std::vector<Event> events;
  ASSERT_FALSE(lockstep(session, session.config, session.config, {}, "sw:", &events).result.difference);
  std::map<unsigned, unsigned> orders;  // by cycles
  for (const Event& e : events) {
    if (e.event_kind() != EventKind::order && e.event_kind() != EventKind::cancel) continue;
    const std::string_view short_way = "AFP";
    const unsigned way = short_way.find(static_cast<char>(e.msg_type)) != std::string_view::npos ? 4 : 6;
    EXPECT_EQ(e.stage(Stage::first_beat), way + e.stage(Stage::line_wait)) << "of frame " << e.frame;
    EXPECT_EQ(e.stage(Stage::checked), way - 1);
    // An order's frame has 12 beats.
    EXPECT_LE(e.stage(Stage::line_wait), 40u);
    ++orders[way];
  }
  EXPECT_GT(orders[4], 50u);
  EXPECT_GT(orders[6], 20u);
}

}  // namespace
}  // namespace twinpath
