// The whole system in the platform model: every scenario holds, is the same to the picosecond, and each check catches
// what it is for.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "host/apps/config/config_file.h"
#include "host/apps/platform/platform_scenario.h"
#include "host/apps/platform/platform_study.h"
#include "host/core/hgrm.h"
#include "sim/systemc/order_rules.h"
#include "sim/systemc/rival.h"
#include "testbench/wire/support.h"

namespace twinpath {
namespace {

using platform::OrderTimes;
using platform::PlatformResult;

PlatformScenario scenario(const std::string& name) {
  return load_scenario(std::filesystem::path(TP_SOURCE_DIR) / "sim/systemc/scenarios" / (name + ".toml"));
}

std::string failures(const PlatformScenario& s, const PlatformResult& r) {
  std::string out;
  for (const PlatformCheck& c : check_platform(s.expect, r)) {
    if (!c.holds) out += c.what + "\n";
  }
  return out;
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(TP_SOURCE_DIR) / "sim/systemc/scenarios")) {
    // Those with an HLS kernel are kernel_core_test's.
    if (load_scenario(file.path()).platform.core != platform::CoreKind::hls) all.push_back(file.path().stem().string());
  }
  std::sort(all.begin(), all.end());
  return all;
}

class Scenarios : public ::testing::TestWithParam<std::string> {};

TEST_P(Scenarios, HoldAndAreTheSameToThePicosecond) {
  const PlatformScenario s = scenario(GetParam());
  const PlatformResult first = run_scenario(s);
  EXPECT_EQ(failures(s, first), "");
  // Again, with nothing ahead of simulated time.
  PlatformScenario in_step = s;
  in_step.platform.ahead = false;
  const PlatformResult second = run_scenario(in_step);
  EXPECT_EQ(first.digest, second.digest);
  EXPECT_EQ(first.end, second.end);
  ASSERT_EQ(first.orders.size(), second.orders.size());
  for (std::size_t i = 0; i < first.orders.size(); ++i) EXPECT_EQ(first.orders[i].hops, second.orders[i].hops);
  EXPECT_EQ(platform_text(s, first, {}), platform_text(in_step, second, {}));
  // Another seed of the system alone: same session, other jitter.
  PlatformScenario other = s;
  other.platform.seed += 1;
  EXPECT_NE(run_scenario(other).digest, first.digest);
}

INSTANTIATE_TEST_SUITE_P(All, Scenarios, ::testing::ValuesIn(names()), [](const auto& info) { return info.param; });

// Each check fails when what it is for is made wrong on purpose, and holds without.
struct FaultCase {
  platform::Fault fault;
  const char* scenario;
  const char* check;
};
class Faults : public ::testing::TestWithParam<FaultCase> {};

TEST_P(Faults, AreNamedByTheirCheck) {
  PlatformScenario s = scenario(GetParam().scenario);
  s.platform.fault = GetParam().fault;
  EXPECT_NE(failures(s, run_scenario(s)).find(GetParam().check), std::string::npos) << GetParam().check << "\n"
                                                                                    << failures(s, run_scenario(s));
}

using platform::Fault;
INSTANTIATE_TEST_SUITE_P(
    All, Faults,
    ::testing::Values(FaultCase{Fault::lose_frames, "quiet_day", "frames that reached the card"},
                      FaultCase{Fault::lose_orders, "opening_burst", "orders that reached the venue"},
                      FaultCase{Fault::lose_events, "pcie_stall", "events that reached the host"},
                      FaultCase{Fault::lose_commands, "host_pause", "commands that reached the card"},
                      FaultCase{Fault::blind_to_gaps, "loss_on_both", "orders on stale books"},
                      FaultCase{Fault::deaf_to_kill, "kill_in_burst", "orders after a kill"},
                      FaultCase{Fault::deaf_to_kill, "session_drop", "orders after a kill"},
                      FaultCase{Fault::forget_reset, "card_reset", "messages that the core took or counted as lost"},
                      FaultCase{Fault::forget_loss, "ring_overflow", "lost events that the host was told of"}),
    [](const auto& info) { return std::string(info.param.scenario) + std::to_string(info.index); });

TEST(Platform, ACardThatIsDeafToDisarmIsNamed) {
  PlatformScenario s = scenario("kill_switch");
  s.platform.commands.at(0).command.op = CommandOp::disarm;
  EXPECT_EQ(failures(s, run_scenario(s)), "");
  s.platform.fault = Fault::deaf_to_kill;
  EXPECT_NE(failures(s, run_scenario(s)).find("orders of a card that is not armed"), std::string::npos);
}

TEST(Platform, ACommandFetchedFromTheHostTakesARoundTripMore) {
  PlatformScenario s = scenario("quiet_day");
  s.platform.host_jitter = {};
  const PlatformResult written = run_scenario(s);
  s.platform.pcie.fetch = true;
  s.platform.pcie.completion = {200'000};
  const PlatformResult fetched = run_scenario(s);
  EXPECT_EQ(failures(s, fetched), "");
  ASSERT_EQ(written.answer_times.size(), fetched.answer_times.size());
  ASSERT_FALSE(written.answer_times.empty());
  const std::uint64_t more = fetched.answer_times[0] - written.answer_times[0];
  // Twice the latency, the completion, and the bytes of the request and of the data.
  EXPECT_GE(more, 2u * 450'000 + 200'000);
  EXPECT_LE(more, 2u * 450'000 + 200'000 + 50'000);
}

TEST(Platform, PayloadsAndWritesOnTheWayAreLimited) {
  PlatformScenario s = scenario("opening_burst");
  const PlatformResult wide = run_scenario(s);
  s.platform.pcie.max_payload = 32;
  s.platform.pcie.posted_max = 1;
  const PlatformResult narrow = run_scenario(s);
  EXPECT_EQ(failures(s, narrow), "");
  EXPECT_GT(narrow.longest_pcie.value, wide.longest_pcie.value + 450'000);
}

TEST(Platform, AQueueThatIsFullDropsAndCounts) {
  PlatformScenario s = scenario("burst_501");
  s.platform.queue_bytes = 4'096;
  const PlatformResult r = run_scenario(s);
  EXPECT_GT(r.queue_drops, 0u);
  const std::string found = failures(s, r);
  EXPECT_EQ(found.find("frames that reached the card"), std::string::npos) << found;
  EXPECT_NE(found.find("messages lost"), std::string::npos) << found;
}

TEST(Platform, SoftwareSendsTheSameOrdersLater) {
  PlatformScenario s = scenario("quiet_day");
  s.platform.venue.enabled = false;  // so that answers do not come later too
  s.expect = {};
  s.expect.reconciles = false;
  const PlatformResult card = run_scenario(s);
  s.platform.arrangement = platform::Arrangement::software;
  const PlatformResult software = run_scenario(s);
  EXPECT_EQ(failures(s, software), "");
  ASSERT_EQ(card.orders.size(), software.orders.size());
  EXPECT_EQ(software.by_software, software.sent + software.cancels);
  for (std::size_t i = 0; i < card.orders.size(); ++i)
    EXPECT_GT(software.orders[i].total, card.orders[i].total + 2u * 450'000) << "order " << card.orders[i].user_ref;
  s.platform.venue.enabled = true;
  s.platform.arrangement = platform::Arrangement::both;
  s.platform.card_failures = {{{900'000'000'000}, {200'000'000'000}}};
  s.platform.switch_over = {50'000'000'000};
  const PlatformResult both = run_scenario(s);
  EXPECT_EQ(failures(s, both), "");
  EXPECT_GT(both.by_software, 0u);
  EXPECT_GT(both.missed, 0u);
  EXPECT_LT(both.by_software + both.missed, both.sent + both.cancels);
}

TEST(Platform, AFasterRivalWinsMoreOften) {
  const PlatformScenario s = scenario("quiet_day");
  const PlatformResult r = run_scenario(s);
  const auto won = [&](std::int64_t advantage) { return platform::race(s.platform, r, advantage, {}); };
  EXPECT_EQ(won(0).won + won(0).lost, r.orders.size());
  EXPECT_GT(won(-50'000).share(), won(0).share());
  EXPECT_GT(won(0).share(), won(50'000).share());
  EXPECT_EQ(won(-1'000'000).won, r.orders.size());
  EXPECT_EQ(won(1'000'000).won, 0u);
}

TEST(Study, RunsInProcessesGiveWhatOneGives) {
  const PlatformScenario s = scenario("quiet_day");
  std::vector<PlatformScenario> runs(3, s);
  for (unsigned i = 0; i < 3; ++i) runs[i].platform.seed = i + 1;
  const auto one = run_all(runs, 1, true), two = run_all(runs, 2, true);
  ASSERT_EQ(one.size(), 3u);
  for (unsigned i = 0; i < 3; ++i) {
    EXPECT_GT(one[i].orders, 0u);
    EXPECT_EQ(one[i].p50, two[i].p50);
    EXPECT_EQ(one[i].hop_mean, two[i].hop_mean);
    EXPECT_EQ(one[i].failed_checks, 0u);
  }
  EXPECT_NE(one[0].p99, one[1].p99);
  runs[1].platform.wire_gbps = 40;
  try {
    run_all(runs, 2, true);
    FAIL() << "it was run";
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find("quiet day: platform: wires have 10 or 25"), std::string::npos) << e.what();
  }
}

TEST(Study, TablesAreTextCsvAndAPage) {
  const StudyTable t{
      "key", "A question?", "A <note>.", {{"with", true, 0}, {"ns", false, 1}}, {{{"a, \"b\""}, {12.25}}}, 0};
  EXPECT_EQ(study_csv(t), "with,ns\n\"a, \"\"b\"\"\",12.2\n");
  EXPECT_NE(study_text(t).find("12.2"), std::string::npos);
  const std::string page = study_html("title", {t});
  EXPECT_NE(page.find("A &lt;note&gt;."), std::string::npos);
  EXPECT_NE(page.find("<svg"), std::string::npos);
  EXPECT_THROW(study("why", scenario("quiet_day"), 1, true), std::invalid_argument);
}

// What a scenario is about does happen in it: without it, the scenario fails.
TEST(Platform, AScenarioWithoutItsTroubleFails) {
  const auto fails = [](const char* name, auto&& spare, const char* what) {
    PlatformScenario s = scenario(name);
    spare(s.platform);
    EXPECT_NE(failures(s, run_scenario(s)).find(what), std::string::npos) << name << "\n"
                                                                          << failures(s, run_scenario(s));
  };
  fails("pcie_stall", [](auto& o) { o.pcie_stalls.clear(); }, "longest time of a PCIe transaction");
  fails("host_pause", [](auto& o) { o.host_pauses.clear(); }, "longest time from an answer to its command");
  fails("ring_overflow", [](auto& o) { o.host_pauses.clear(); }, "events that found the ring full");
  fails("session_drop", [](auto& o) { o.session_drops.clear(); }, "orders that found the session down");
  fails("card_reset", [](auto& o) { o.card_resets.clear(); }, "frames that came while the card was in reset");
  fails("gap_recovery", [](auto& o) { o.host_recovery.reset(); }, "orders after a recovery");
  fails("kill_in_burst", [](auto& o) { o.commands.clear(); }, "orders: expected");
}

TEST(Platform, AnOrdersHopsAreItsWholeWay) {
  const PlatformResult r = run_scenario(scenario("loss_on_a"));
  ASSERT_FALSE(r.orders.empty());
  for (const OrderTimes& o : r.orders) {
    std::uint64_t sum = 0;
    for (const std::uint64_t hop : o.hops) {
      EXPECT_LT(hop, std::uint64_t{1} << 40) << "a hop ends before it begins, order " << o.user_ref;
      sum += hop;
    }
    EXPECT_EQ(sum, o.total);
    // A cycle less in a packet that was replayed.
    EXPECT_GE(o.core_cycles - o.line_wait, 3u) << "order " << o.user_ref;
    EXPECT_LE(o.core_cycles - o.line_wait, 6u) << "order " << o.user_ref;
  }
}

TEST(Platform, WiresAndMacCostWhatTheyAreSaidTo) {
  const PlatformScenario slow = scenario("quiet_day");
  PlatformScenario fast = slow;
  fast.platform.wire_gbps = 25;
  fast.platform.mac_in.value += 7'000;
  const PlatformResult a = run_scenario(slow), b = run_scenario(fast);
  ASSERT_FALSE(a.orders.empty());
  ASSERT_FALSE(b.orders.empty());
  const auto hop = [](const OrderTimes& o, platform::Hop h) { return o.hops[static_cast<std::size_t>(h)]; };
  // 8 bytes of preamble, 89 of the order and 4 of FCS, and the way to the venue.
  EXPECT_EQ(hop(a.orders[0], platform::Hop::wire_out), 101u * 800 + 250'000);
  EXPECT_EQ(hop(b.orders[0], platform::Hop::wire_out), 101u * 320 + 250'000);
  EXPECT_EQ(hop(a.orders[0], platform::Hop::mac_in), 30'000u);
  EXPECT_EQ(hop(b.orders[0], platform::Hop::mac_in), 37'000u);
}

TEST(Platform, LossOnOneLineCostsNothingButTime) {
  const PlatformResult r = run_scenario(scenario("loss_on_a"));
  EXPECT_GT(r.lost[0], 100u);
  EXPECT_EQ(r.lost[1], 0u);
  EXPECT_GT(r.reordered[0], 10u);
}

TEST(Platform, LossOnBothLinesEndsTrading) {
  PlatformScenario s = scenario("loss_on_both");
  const PlatformResult lossy = run_scenario(s);
  for (platform::LineModel& line : s.platform.lines) line.loss = 0;
  const PlatformResult whole = run_scenario(s);
  EXPECT_GT(lossy.sent, 0u);
  EXPECT_LT(lossy.sent, whole.sent);
}

TEST(Platform, AnAnswerThatIsLostIsFoundWhenPositionsAreCompared) {
  PlatformScenario s = scenario("quiet_day");
  s.platform.answer_loss = 0.2;
  const PlatformResult r = run_scenario(s);
  EXPECT_GT(r.answers_lost, 0u);
  EXPECT_NE(failures(s, r).find("another position at the card"), std::string::npos) << failures(s, r);
}

TEST(Platform, LossOnBothLinesFailsAScenarioThatAllowsNone) {
  PlatformScenario s = scenario("loss_on_both");
  s.expect.lost_messages_max = 0;
  EXPECT_NE(failures(s, run_scenario(s)).find("messages lost: expected 0 at most"), std::string::npos);
}

TEST(Platform, EveryCountThatIsWrongIsNamed) {
  const PlatformScenario s = scenario("quiet_day");
  const PlatformResult good = run_scenario(s);
  const auto fails = [&](auto&& spoil, const char* what) {
    PlatformResult bad = good;
    spoil(bad);
    EXPECT_NE(failures(s, bad).find(what), std::string::npos) << what << "\n" << failures(s, bad);
  };
  fails([](PlatformResult& r) { --r.counters[static_cast<std::size_t>(Counter::frames)]; }, "the core counted");
  fails([](PlatformResult& r) { ++r.published_messages; }, "took or counted as lost");
  fails([](PlatformResult& r) { r.open_at_card = 1; }, "holds for open");
  fails([](PlatformResult& r) { r.orders[0].core_cycles = 7 + r.orders[0].line_wait; }, "cycles in the core");
}

Event event(EventKind kind, unsigned reason = 0) {
  Event e{};
  e.kind = static_cast<std::uint8_t>(kind);
  e.reason = static_cast<std::uint8_t>(reason);
  return e;
}

TEST(OrderRules, KnowWhenAnOrderMustNotBe) {
  platform::OrderRules rules;
  const auto state = [&](StateReason r) { rules.on_event(event(EventKind::state, static_cast<unsigned>(r))); };
  const auto command = [&](CommandOp op, std::uint16_t symbol = 0) {
    Event e = event(EventKind::command, static_cast<unsigned>(op));
    e.symbol = symbol;
    rules.on_event(e);
  };
  const auto order = [&] { rules.on_event(event(EventKind::order)); };
  order();
  EXPECT_EQ(rules.stale_orders + rules.killed_orders, 0u);
  state(StateReason::gap_lost);
  order();
  EXPECT_EQ(rules.stale_orders, 1u);
  command(CommandOp::trust, 3);  // one symbol is not the feed
  order();
  EXPECT_EQ(rules.stale_orders, 2u);
  command(CommandOp::trust, 0xFFFF);
  order();
  EXPECT_EQ(rules.stale_orders, 2u);
  command(CommandOp::kill);
  order();
  EXPECT_EQ(rules.killed_orders, 1u);
  command(CommandOp::release);
  order();
  EXPECT_EQ(rules.killed_orders, 1u);
  EXPECT_EQ(rules.sent, 6u);
  EXPECT_EQ(rules.recoveries, 1u);
  EXPECT_EQ(rules.recovered_orders, 3u);
  rules.on_reset();
  order();
  EXPECT_EQ(rules.unarmed_orders, 1u);
  command(CommandOp::arm);
  order();
  EXPECT_EQ(rules.unarmed_orders, 1u);
  command(CommandOp::disarm);
  order();
  EXPECT_EQ(rules.unarmed_orders, 2u);
}

// Software's service times from a measurement's file: what is slower by 2 us there is so in every order that waits for
// none before it.
TEST(ScenarioFile, TakesServiceTimesFromAPercentileFile) {
  const twinpath::testing::TemporaryFolder folder;
  const auto quickest = [&](std::uint64_t ns) {
    Histogram h;
    h.record(ns, 100);
    std::ofstream(folder / "service.hgrm") << hgrm_text(h, 1000);
    const PlatformScenario s = parse_scenario(
        "title = \"x\"\narrangement = \"software\"\n[session]\nmessages = 2000\n[software]\nhistogram = "
        "\"service.hgrm\"\n[expect]\norders_min = 10\n",
        "x.toml", folder / "");
    const PlatformResult r = run_scenario(s);
    EXPECT_GT(r.orders.size(), 10u);
    return std::ranges::min_element(r.orders, {}, &OrderTimes::total)->total;
  };
  EXPECT_EQ(quickest(2'500) - quickest(500), 2'000'000u);  // picoseconds
  std::ofstream(folder / "service.hgrm") << "0.5 0.5 1 2\n";
  try {
    parse_scenario("title = \"x\"\n[session]\nmessages = 2000\n[software]\nhistogram = \"service.hgrm\"\n[expect]\n",
                   "x.toml", folder / "");
    FAIL() << "it was taken";
  } catch (const ConfigError& e) {
    EXPECT_NE(std::string(e.what()).find("is the file whole"), std::string::npos) << e.what();
  }
}

TEST(ScenarioFile, NamesEveryMistakeWithItsLine) {
  try {
    parse_scenario("title = \"x\"\n[session]\nmessages = 5\n[wire]\ngbps = 40\n[line_a]\nlos = 0.1\n", "x.toml");
    FAIL() << "it was taken";
  } catch (const ConfigError& e) {
    const std::string text = e.what();
    for (const char* part : {"x.toml:3", "messages", "x.toml:5", "10 or 25", "x.toml:7", "los", "expect"})
      EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

}  // namespace
}  // namespace twinpath
