// The two cores that a card can have, on every scenario: the functional model and the Verilated RTL make the same
// orders and events in the same cycles.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "host/apps/platform_scenario.h"

namespace twinpath {
namespace {

using platform::CoreKind;
using platform::PlatformResult;

const std::filesystem::path kScenarios = std::filesystem::path(TP_SOURCE_DIR) / "sim/systemc/scenarios";

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& file : std::filesystem::directory_iterator(kScenarios)) all.push_back(file.path().stem().string());
  std::sort(all.begin(), all.end());
  return all;
}

// As long as it is, so that what happens at its times does happen, with a tenth of the messages.
PlatformScenario thinned(const std::string& name) {
  PlatformScenario s = load_scenario(kScenarios / (name + ".toml"));
  s.session.duration_ns = s.session.messages * 1'000'000'000 / 11'485;
  s.session.messages /= 10;
  return s;
}

PlatformResult run(PlatformScenario s, CoreKind core) {
  s.platform.core = core;
  return run_scenario(s);
}

class Cores : public testing::TestWithParam<std::string> {};

TEST_P(Cores, AgreeOnEveryOrderAndEventToTheCycle) {
  const PlatformScenario s = thinned(GetParam());
  const PlatformResult model = run(s, CoreKind::model), rtl = run(s, CoreKind::rtl);
  ASSERT_EQ(model.orders.size(), rtl.orders.size());
  for (std::size_t i = 0; i < model.orders.size(); ++i) {
    EXPECT_EQ(model.orders[i].user_ref, rtl.orders[i].user_ref);
    EXPECT_EQ(model.orders[i].core_cycles, rtl.orders[i].core_cycles) << "order " << model.orders[i].user_ref;
    EXPECT_EQ(model.orders[i].line_wait, rtl.orders[i].line_wait) << "order " << model.orders[i].user_ref;
    EXPECT_EQ(model.orders[i].hops, rtl.orders[i].hops) << "order " << model.orders[i].user_ref;
  }
  EXPECT_EQ(model.digest, rtl.digest) << "another order or event, or at another time";
  EXPECT_EQ(model.counters, rtl.counters);
  EXPECT_EQ(model.position_differences, rtl.position_differences);
  EXPECT_EQ(model.open_at_card, rtl.open_at_card);
  EXPECT_EQ(model.end, rtl.end);
  EXPECT_GT(model.card_events, 100u);
}

INSTANTIATE_TEST_SUITE_P(All, Cores, testing::ValuesIn(names()), [](const auto& info) { return info.param; });

TEST(RtlCore, IsToldFromAModelThatIsACycleLate) {
  PlatformScenario s = thinned("quiet_day");
  const PlatformResult rtl = run(s, CoreKind::rtl);
  s.platform.fault = platform::Fault::late_verdict;
  const PlatformResult late = run(s, CoreKind::model);
  EXPECT_NE(late.digest, rtl.digest);
  ASSERT_FALSE(rtl.orders.empty());
  EXPECT_EQ(late.orders.at(0).core_cycles, rtl.orders.at(0).core_cycles + 1);
}

TEST(RtlCore, RefusesWhatOnlyTheModelCanDo) {
  PlatformScenario s = thinned("quiet_day");
  s.platform.arrangement = platform::Arrangement::software;
  EXPECT_THROW(run(s, CoreKind::rtl), std::invalid_argument);
  s = thinned("quiet_day");
  s.platform.mac_out = s.platform.venue_propagation = {};
  EXPECT_THROW(run(s, CoreKind::rtl), std::invalid_argument);
  s = thinned("quiet_day");
  s.platform.fault = platform::Fault::deaf_to_kill;
  EXPECT_THROW(run(s, CoreKind::rtl), std::invalid_argument);
}

TEST(ScenarioFile, SaysWhichCoreTheCardHas) {
  std::ifstream in(kScenarios / "quiet_day.toml");
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(parse_scenario(text.str(), "x.toml").platform.core, CoreKind::model);
  EXPECT_EQ(parse_scenario("core = \"rtl\"\n" + text.str(), "x.toml").platform.core, CoreKind::rtl);
  EXPECT_ANY_THROW(parse_scenario("core = \"gate\"\n" + text.str(), "x.toml"));
}

}  // namespace
}  // namespace twinpath
