// The HLS strategy kernel in the card's core: it decides what the same strategy in software decides on the same inputs,
// whatever happens to the card, and takes the cycles that it is said to take.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "host/apps/config/config_file.h"
#include "host/apps/platform/platform_scenario.h"

namespace twinpath {
namespace {

using platform::CoreKind;
using platform::OrderTimes;
using platform::PlatformResult;

const std::filesystem::path kScenarios = std::filesystem::path(TP_SOURCE_DIR) / "sim/systemc/scenarios";

// As long as it is, so that answers come at their times, with a fifth of the messages.
PlatformScenario thinned() {
  PlatformScenario s = load_scenario(kScenarios / "market_maker.toml");
  s.session.duration_ns = s.session.messages * 1'000'000'000 / 11'485;
  s.session.messages /= 5;
  s.expect = {};
  return s;
}

std::string failures(const PlatformScenario& s, const PlatformResult& r) {
  std::string out;
  for (const PlatformCheck& c : check_platform(s.expect, r)) {
    if (!c.holds) out += c.what + "\n";
  }
  return out;
}

TEST(KernelCore, ItsScenarioHolds) {
  const PlatformScenario s = load_scenario(kScenarios / "market_maker.toml");
  EXPECT_EQ(failures(s, run_scenario(s)), "");
}

TEST(KernelCore, DecidesWhatSoftwareDecidesWithAnswersFillsAndCancels) {
  PlatformScenario s = thinned();
  const PlatformResult r = run_scenario(s), again = run_scenario(s);
  EXPECT_EQ(r.digest, again.digest);
  EXPECT_EQ(r.end, again.end);
  s.platform.seed += 1;
  EXPECT_NE(run_scenario(s).digest, r.digest) << "the same session through another network";
  EXPECT_EQ(failures(s, r), "");
  ASSERT_TRUE(r.kernel);
  EXPECT_EQ(r.kernel->difference, "");
  EXPECT_GT(r.orders.size(), 20u);
  EXPECT_GT(r.unprompted, 20u) << "quotes renewed behind fills and cancels";
  EXPECT_GT(r.cancels, 20u);
  EXPECT_GT(r.fills, 20u);
  EXPECT_GT(r.kernel->updates, r.kernel->intents);
}

TEST(KernelCore, DecidesWhatSoftwareDecidesWhateverHappens) {
  PlatformScenario s = thinned();
  s.expect.reconciles = false;
  s.platform.lines[0].loss = s.platform.lines[1].loss = 0.02;
  s.platform.lines[0].reorder = 0.05;
  s.platform.lines[0].reorder_hold = {3'000'000};
  s.platform.host_recovery = platform::Picoseconds{5'000'000'000};
  const auto command = [&](std::uint64_t at_ms, CommandOp op) {
    platform::PlatformOptions::HostCommand c{{at_ms * 1'000'000'000}, {}};
    c.command.op = op;
    s.platform.commands.push_back(c);
  };
  command(700, CommandOp::kill);
  command(800, CommandOp::release);
  command(1'650, CommandOp::arm);
  s.platform.card_resets = {{{1'500'000'000'000}, {100'000'000'000}}};
  const PlatformResult r = run_scenario(s);
  EXPECT_EQ(failures(s, r), "");
  EXPECT_GT(r.orders.size(), 10u);
  EXPECT_GT(r.recoveries, 0u);
  EXPECT_GT(r.reset_frames, 50u);
  EXPECT_GT(r.recovered_orders, 100u);
}

TEST(KernelCore, RunsArbitrageToo) {
  PlatformScenario s = thinned();
  s.strategy.name = "arbitrage";
  // first, second, ratio, entry, exit, quantity, max_position, max_imbalance, slip, patience
  s.strategy.records = {{0, 1, 1'000'000, 100, 0, 100, 1'000, 100, 100, 322'266}};
  const PlatformResult r = run_scenario(s);
  EXPECT_EQ(failures(s, r), "");
  EXPECT_GT(r.kernel->updates, 100u);
  EXPECT_GT(r.kernel->intents, 0u);
}

std::uint64_t quickest(const PlatformResult& r) {
  std::uint64_t least = UINT64_MAX;
  for (const OrderTimes& o : r.orders) least = std::min(least, o.core_cycles - o.line_wait);
  return least;
}

TEST(KernelCore, TakesTheCyclesThatItIsSaidToTake) {
  PlatformScenario s = thinned();
  s.platform.venue.enabled = false;
  s.strategy.records.resize(1);
  for (const unsigned clocks : {1u, 40u, 400u}) {
    s.platform.kernel_cycles = clocks;
    const PlatformResult r = run_scenario(s);
    ASSERT_FALSE(r.orders.empty());
    // Both quotes of its symbol when the market opens. To where the rules would have their verdict on a system event 5
    // cycles, into the kernel 1, its own, a beat each for two quotes and their end, into risk 1, to the first beat 1.
    EXPECT_EQ(quickest(r), 5 + 1 + clocks + 2 + 1 + 1) << clocks;
  }
}

TEST(KernelCore, LetsSoftwareSendInItsPlace) {
  PlatformScenario s = thinned();
  s.platform.venue.enabled = false;  // so that answers do not come at other times
  s.expect.reconciles = false;
  const PlatformResult card = run_scenario(s);
  s.platform.arrangement = platform::Arrangement::software;
  const PlatformResult software = run_scenario(s);
  EXPECT_EQ(failures(s, software), "");
  EXPECT_EQ(card.digest, software.digest);
  EXPECT_EQ(software.by_software, software.sent + software.cancels);
}

TEST(KernelCore, AKernelThatAsksForAnotherPriceIsNamed) {
  PlatformScenario s = thinned();
  s.platform.fault = platform::Fault::bend_intents;
  const std::string found = failures(s, run_scenario(s));
  EXPECT_NE(found.find("expected those of the strategy as software, found output"), std::string::npos) << found;
  EXPECT_NE(found.find("price"), std::string::npos) << found;
}

std::string refusal(const PlatformScenario& s) {
  try {
    run_scenario(s);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "";
}

TEST(KernelCore, SaysWhichStrategiesAndCoresGoTogether) {
  PlatformScenario s = thinned();
  s.platform.core = CoreKind::model;
  EXPECT_NE(refusal(s).find("choose the core 'hls'"), std::string::npos) << refusal(s);
  s.platform.core = CoreKind::rtl;
  EXPECT_NE(refusal(s).find("choose the core 'hls'"), std::string::npos) << refusal(s);
  s.platform.core = CoreKind::hls;
  s.strategy = {};
  EXPECT_NE(refusal(s).find("market_maker, arbitrage"), std::string::npos) << refusal(s);
  s.strategy = {"template", {{0, 1, 100, 1'000}}};
  EXPECT_NE(refusal(s).find("market_maker, arbitrage"), std::string::npos) << refusal(s);
  s = thinned();
  s.strategy.records.resize(72, s.strategy.records[0]);
  EXPECT_NE(refusal(s).find("640 words, found 648"), std::string::npos) << refusal(s);
  s = thinned();
  s.platform.kernel_cycles = 0;
  EXPECT_NE(refusal(s).find("give [kernel] cycles"), std::string::npos) << refusal(s);
  s = thinned();
  s.platform.fault = platform::Fault::deaf_to_kill;
  EXPECT_NE(refusal(s).find("only the core 'model'"), std::string::npos) << refusal(s);
}

std::string mistakes(const std::string& text) {
  try {
    parse_scenario(text, "x.toml");
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

TEST(ScenarioFile, SaysWhatTheKernelIs) {
  const std::string rest = "[session]\nmessages = 2000\nconfigured = 4\n[expect]\n";
  const std::string maker =
      "[strategy]\nname = \"market_maker\"\n[[strategy.market_maker]]\nsymbol = \"4\"\nquantity = 100\n"
      "half_spread = \"0.01\"\nmax_position = 300\n";
  const PlatformScenario s = parse_scenario("core = \"hls\"\n[kernel]\ncycles = 7\n" + maker + rest, "x.toml");
  EXPECT_EQ(s.platform.core, CoreKind::hls);
  EXPECT_EQ(s.platform.kernel_cycles, 7u);
  ASSERT_EQ(s.strategy.records.size(), 1u);
  EXPECT_EQ(s.strategy.records[0][0], 3);
  EXPECT_NE(mistakes("core = \"hls\"\n" + maker + rest).find("kernel"), std::string::npos);
  EXPECT_NE(mistakes("core = \"hls\"\n[kernel]\ncycles = 0\n" + maker + rest).find("x.toml:3"), std::string::npos);
  std::string fifth = maker;
  fifth.replace(fifth.find("\"4\""), 3, "\"5\"");
  EXPECT_NE(mistakes("core = \"hls\"\n[kernel]\ncycles = 7\n" + fifth + rest).find("x.toml:7"), std::string::npos);
  EXPECT_NE(mistakes(maker + "[session]\ncapture = \"a\"\nconfig = \"b\"\n[expect]\n").find("beside a capture"),
            std::string::npos);
}

}  // namespace
}  // namespace twinpath
