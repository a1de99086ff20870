// The software path's two arrangements on the same sessions: fused and pipelined, output by output and counter by
// counter.
#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "bench/generated_session.h"
#include "bench/session.h"
#include "host/path/path_registry.h"
#include "host/path/pipelined_path.h"
#include "host/path/replay.h"
#include "testbench/lockstep/hostile_session.h"

namespace twinpath {
namespace {

const ResponseModel kResponses{true, Cycles{300}, Cycles{500}, Cycles{2000}, 60, 30};

struct Kept {
  Event event;
  std::vector<std::uint8_t> frame;
};

class Keeper final : public PathSink {
 public:
  std::vector<Kept> all;

  void on_order_frame(std::span<const std::uint8_t> frame) override { frame_.assign(frame.begin(), frame.end()); }
  void on_event(const Event& e) override {
    const bool explains = e.event_kind() == EventKind::order || e.event_kind() == EventKind::cancel;
    all.push_back({e, explains ? std::exchange(frame_, {}) : std::vector<std::uint8_t>{}});
  }

 private:
  std::vector<std::uint8_t> frame_;
};

struct Played {
  std::vector<Kept> outputs;
  CounterValues counters;
};

Played play(const bench::Session& session, const CoreConfig& config, const SoftwareOptions& software,
            std::size_t batch) {
  PathOptions options;
  options.software = software;
  Keeper keeper;
  const auto path = PathRegistry().make("sw:", config, keeper, options);
  session.play(
      batch, [&](std::span<const TimedInput> inputs) { path->submit(inputs); },
      [&](const Bank& bank) { path->load_inactive_bank(bank); });
  path->finish();
  return {std::move(keeper.all), path->counters()};
}

void must_be_equal(const Played& a, const Played& b) {
  ASSERT_EQ(a.outputs.size(), b.outputs.size());
  for (std::size_t i = 0; i < a.outputs.size(); ++i) {
    ASSERT_TRUE(same_event(a.outputs[i].event, b.outputs[i].event)) << "output " << i;
    ASSERT_EQ(a.outputs[i].frame, b.outputs[i].frame) << "output " << i;
  }
  EXPECT_EQ(a.counters, b.counters);
}

SoftwareOptions pipelined(bool run_ahead, std::size_t slots) {
  SoftwareOptions o;
  o.arrangement = Arrangement::pipelined;
  o.run_ahead = run_ahead;
  o.ring_slots = slots;
  return o;
}

test::HostileOptions hostile(std::uint64_t seed) {
  test::HostileOptions o;
  o.seed = seed;
  o.symbols = 1 + static_cast<unsigned>(seed % 6);
  o.packets = 1000;
  o.tidy = seed % 3 != 0;
  o.calm = o.tidy ? 4 : 1;
  o.restore_every = o.tidy ? 20 : 0;
  o.load_banks = seed % 2 == 0;
  o.tight_limits = seed % 4 == 1;
  o.odd_headers = true;
  return o;
}

ReplayOptions answered(const std::vector<ScheduledCommand>& commands) {
  ReplayOptions options;
  options.commands = commands;
  options.responses = kResponses;
  return options;
}

class HostileSessions : public testing::TestWithParam<std::uint64_t> {};

// Each answer of the exchange comes where the order made it come: after every input all outputs are there.
TEST_P(HostileSessions, AreIdenticalInLockstepWhicheverLeads) {
  const test::HostileOptions o = hostile(GetParam());
  const CoreConfig config = test::hostile_config(o);
  for (const bool swapped : {false, true}) {
    test::HostileSession session(o, config);
    std::vector<std::unique_ptr<OutputRecorder>> recorders;
    std::vector<std::unique_ptr<Path>> paths;
    for (const char* address : {swapped ? "sw:pipelined" : "sw:fused", swapped ? "sw:fused" : "sw:pipelined"}) {
      recorders.push_back(std::make_unique<OutputRecorder>(true));
      paths.push_back(PathRegistry().make(address, config, *recorders.back()));
    }
    ReplayOptions options = answered(session.commands);
    options.lockstep = true;
    const ReplayResult result = replay(session, paths, recorders, options);
    ASSERT_FALSE(result.difference) << result.difference->describe(paths[0]->name(), paths[1]->name());
    EXPECT_GT(result.compared, 50u);
  }
}

// The stages are at different inputs at any time, and every ring is full at some.
TEST_P(HostileSessions, AreIdenticalWhenTheStagesRunAhead) {
  const test::HostileOptions o = hostile(GetParam());
  const CoreConfig config = test::hostile_config(o);
  test::HostileSession source(o, config);
  const bench::Session session(source, config, answered(source.commands));
  const Played fused = play(session, config, {}, 64);
  ASSERT_GT(fused.outputs.size(), 50u);
  for (const std::size_t slots : {2, 1024}) must_be_equal(fused, play(session, config, pipelined(true, slots), 64));
}

INSTANTIATE_TEST_SUITE_P(Seeds, HostileSessions, testing::Range<std::uint64_t>(1, 7));

TEST(Arrangements, AreIdenticalOnAGeneratedSession) {
  bench::GeneratedSession source(20'000);
  const bench::Session session(source, source.config, answered({}));
  const Played fused = play(session, source.config, {}, 64);
  const auto count = [&](Counter c) { return fused.counters[static_cast<std::size_t>(c)]; };
  EXPECT_GT(count(Counter::orders), 100u);
  EXPECT_GT(count(Counter::cancels), 0u);
  EXPECT_GT(count(Counter::reject_duplicate) + count(Counter::reject_rate) + count(Counter::reject_self_trade), 0u);
  must_be_equal(fused, play(session, source.config, pipelined(true, 1024), 64));
  must_be_equal(fused, play(session, source.config, pipelined(false, 64), 64));
}

TEST(Arrangements, MeasuredSayWhenEachStageEnded) {
  bench::GeneratedSession source(5'000);
  const bench::Session session(source, source.config, answered({}));
  Keeper keeper;
  SoftwareOptions options = pipelined(true, 1024);
  options.measure = true;
  const auto path = make_pipelined_path(source.config, keeper, options);
  path->submit(session.inputs());
  path->finish();
  std::size_t orders = 0;
  for (const Kept& k : keeper.all) {
    if (k.event.event_kind() != EventKind::order) continue;
    ++orders;
    const auto at = [&](Stage s) { return k.event.stage(s); };
    EXPECT_LE(at(Stage::decoded), at(Stage::booked));
    EXPECT_LE(at(Stage::booked), at(Stage::decided));
    EXPECT_LE(at(Stage::decided), at(Stage::checked));
    EXPECT_LE(at(Stage::checked), at(Stage::first_beat));
    EXPECT_GT(at(Stage::first_beat), 0u);
  }
  EXPECT_GT(orders, 10u);
}

TEST(Arrangements, HandOnWhatTheSinkThrows) {
  class Throwing final : public PathSink {
   public:
    void on_order_frame(std::span<const std::uint8_t>) override { throw std::runtime_error("no room for the order"); }
    void on_event(const Event&) override {}
  } sink;
  bench::GeneratedSession source(5'000);
  const bench::Session session(source, source.config, answered({}));
  const auto path = make_pipelined_path(source.config, sink, pipelined(true, 64));
  path->submit(session.inputs());
  EXPECT_THROW(path->finish(), std::runtime_error);
}

TEST(Arrangements, NameACoreThatIsNotThere) {
  Keeper keeper;
  SoftwareOptions options = pipelined(false, 64);
  options.cores[static_cast<std::size_t>(StageThread::risk)] = 1023;
  try {
    make_pipelined_path(CoreConfig{}, keeper, options);
    FAIL() << "pinned to a core that no machine has";
  } catch (const std::system_error& e) {
    EXPECT_NE(std::string(e.what()).find("core 1023"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace twinpath
