// The platform model's core against the simulated one: every order, cancel and rejection with the same stamps, to the
// cycle, whatever was replayed behind a gap, held by a command or waited for the line.
#include <gtest/gtest.h>

#include "bench/generated_session.h"
#include "host/apps/config/config_file.h"
#include "host/apps/session/market_source.h"
#include "host/path/path_registry.h"
#include "host/path/replay.h"
#include "sim/systemc/systemc_path.h"
#include "sim/verilator/verilated_path.h"
#include "testbench/lockstep/hostile_session.h"

namespace twinpath {
namespace {

const ResponseModel kResponses{true, Cycles{300}, Cycles{500}, Cycles{2000}, 60, 30};

struct Found {
  unsigned same = 0, other = 0, replayed = 0, late = 0;
  std::string first_other;
};

bool decides(const Event& e) {
  const EventKind kind = e.event_kind();
  return kind == EventKind::order || kind == EventKind::cancel || kind == EventKind::reject;
}

// Cycles from the last byte to the verdict that a message has when nothing is in its way.
unsigned at_once(const Event& e) {
  return std::string_view("AFP").find(static_cast<char>(e.msg_type)) != std::string_view::npos ? 3 : 5;
}

std::string stages(const Event& e) {
  std::string text;
  for (unsigned s = 0; s < 8; ++s) text += " " + std::to_string(e.stage(static_cast<Stage>(s)));
  return text;
}

void compare(FrameSource& session, const CoreConfig& config, ReplayOptions options, Found& found) {
  PathRegistry registry;
  add_systemc_path(registry);
  add_verilated_path(registry);
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  std::vector<std::unique_ptr<Path>> paths;
  std::array<std::vector<Event>, 2> events;
  for (const char* address : {"verilator:", "systemc:"}) {
    recorders.push_back(std::make_unique<OutputRecorder>(true));
    paths.push_back(registry.make(address, config, *recorders.back()));
    recorders.back()->on_output = [&all = events[recorders.size() - 1]](const PathOutput& o) {
      if (decides(o.event)) all.push_back(o.event);
    };
  }
  options.lockstep = true;
  options.responses = kResponses;
  const ReplayResult result = replay(session, paths, recorders, options);
  ASSERT_FALSE(result.difference) << result.difference->describe("verilator:", "systemc:");
  ASSERT_EQ(events[0].size(), events[1].size());
  for (std::size_t i = 0; i < events[0].size(); ++i) {
    Event core = events[0][i], model = events[1][i];
    // The core's time stood still while nothing happened between the packet's coming and its replay.
    const bool replayed = core.stage(Stage::decoded) == 1;
    if (replayed) core.stages[6] = model.stages[6] = 0;
    if (stages(core) == stages(model)) {
      ++found.same;
    } else if (found.other++ == 0) {
      found.first_other = "output " + std::to_string(i) + ", kind " + std::to_string(core.kind) + ", frame " +
                          std::to_string(core.frame) + ", message " + std::to_string(core.msg_index) + ", type " +
                          static_cast<char>(core.msg_type) + ", time " + std::to_string(core.time) + ": the core" +
                          stages(core) + ", the model" + stages(model);
    }
    found.replayed += replayed;
    found.late += !replayed && core.stage(Stage::checked) > at_once(core);
  }
}

// A market on two lines that lose and reorder packets, some of them on both.
class LossySession final : public FrameSource, private venue::FrameSink {
 public:
  explicit LossySession(std::uint64_t seed) {
    venue::GeneratorOptions options;
    options.seed = seed;
    options.messages = 4'000;
    options.symbols = 12;
    options.configured_symbols = 8;
    options.duration_ns = 100'000'000;
    for (venue::LineOptions* line : {&options.publisher.line_a, &options.publisher.line_b}) {
      line->loss = 0.1;
      line->reordering = 0.05;
      line->latency_ns = 1'000;
      line->jitter_ns = 2'000;
    }
    venue::MarketGenerator market(options);
    config = parse_config(market_config(market, options.configured_symbols), "generated configuration").core;
    venue::LinePublisher publisher(options.publisher, seed, *this);
    venue::GeneratedMessage message;
    while (market.next(message)) publisher.publish(message);
    publisher.finish();
  }

  CoreConfig config;

  bool next(SourceFrame& frame) override {
    if (at_ == frames_.size()) return false;
    frame = {Nanoseconds{frames_[at_].first}, frames_[at_].second, false};
    ++at_;
    return true;
  }
  std::uint64_t position() const override { return at_; }
  std::uint64_t size() const override { return frames_.size(); }

 private:
  void on_frame(const venue::LineFrame& frame) override {
    frames_.push_back({frame.timestamp_ns, {frame.bytes.begin(), frame.bytes.end()}});
  }

  std::vector<std::pair<std::uint64_t, std::vector<std::uint8_t>>> frames_;
  std::size_t at_ = 0;
};

TEST(CoreCycles, OfAGeneratedSessionAreThoseOfTheSimulatedCore) {
  Found found;
  bench::GeneratedSession session(4'000);
  compare(session, session.config, {}, found);
  EXPECT_EQ(found.other, 0u) << found.first_other;
  EXPECT_GT(found.same, 50u);
}

TEST(CoreCycles, OfSessionsWithGapsAreThoseOfTheSimulatedCore) {
  Found found;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    LossySession session(seed);
    // A gap that neither line fills stops trading until the host trusts the books again.
    ReplayOptions options;
    for (std::uint64_t at = 100'000; at < 32'000'000; at += 100'000) {
      Command trust;
      trust.op = CommandOp::trust;
      trust.symbol = 0xFFFF;
      options.commands.push_back({Cycles{at}, trust, nullptr});
    }
    ASSERT_NO_FATAL_FAILURE(compare(session, session.config, options, found));
  }
  EXPECT_EQ(found.other, 0u) << found.first_other;
  EXPECT_GT(found.same, 200u);
  EXPECT_GT(found.replayed, 5u);
}

// Commands every few packets, damaged frames, deadlines in the middle of everything. `verilator:` lets time jump as
// soon as the core is idle in front of a deadline; the model knows only about when that is, so a few outputs may be at
// other cycles. Where time does not jump none is: core_pins_test.
TEST(CoreCycles, OfHostileSessionsAreThoseOfTheSimulatedCoreButForAFew) {
  Found found;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    test::HostileOptions o;
    o.seed = seed + 4000;
    o.packets = 3000;
    o.symbols = 2 + static_cast<unsigned>(seed % 5);
    o.tidy = true;
    o.calm = 8;
    o.command_every = 8;
    o.restore_every = 40;
    o.gap_ns = seed % 2 == 0 ? 400 : 200;
    o.fine_window_base = 998'000;
    o.overlap = seed % 4 == 0;
    const CoreConfig config = test::hostile_config(o);
    test::HostileSession session(o, config);
    ReplayOptions options;
    options.commands = session.commands;
    ASSERT_NO_FATAL_FAILURE(compare(session, config, options, found));
  }
  EXPECT_GT(found.same, 1'500u);
  EXPECT_LT(found.other, (found.same + found.other) * 3 / 100) << found.first_other;
  EXPECT_GT(found.replayed, 100u);
  EXPECT_GT(found.late, 100u);
}

}  // namespace
}  // namespace twinpath
