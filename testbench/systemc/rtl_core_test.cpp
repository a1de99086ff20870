// The two cores that a card can have, on every scenario: the functional model and the Verilated RTL make the same
// orders and events in the same cycles.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "host/apps/platform/platform_scenario.h"

namespace twinpath {
namespace {

using platform::CoreKind;
using platform::PlatformResult;

const std::filesystem::path kScenarios = std::filesystem::path(TP_SOURCE_DIR) / "sim/systemc/scenarios";

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& file : std::filesystem::directory_iterator(kScenarios)) {
    const PlatformScenario s = load_scenario(file.path());
    if (s.platform.core != CoreKind::hls) all.push_back(file.path().stem().string());  // the RTL has no such strategy
  }
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

// Software in the card's place, or while the card fails: whatever the card's core is, the same orders leave at the same
// times.
void expect_same_senders(const PlatformScenario& s, bool some_by_card) {
  const PlatformResult model = run(s, CoreKind::model), rtl = run(s, CoreKind::rtl);
  EXPECT_EQ(model.digest, rtl.digest) << "another order or event, or at another time";
  EXPECT_EQ(model.by_software, rtl.by_software);
  EXPECT_EQ(model.missed, rtl.missed);
  EXPECT_EQ(model.end, rtl.end);
  ASSERT_EQ(model.orders.size(), rtl.orders.size());
  for (std::size_t i = 0; i < model.orders.size(); ++i) {
    EXPECT_EQ(model.orders[i].user_ref, rtl.orders[i].user_ref);
    EXPECT_EQ(model.orders[i].hops, rtl.orders[i].hops) << "order " << model.orders[i].user_ref;
  }
  for (const PlatformCheck& c : check_platform(s.expect, rtl)) EXPECT_TRUE(c.holds) << c.what;
  EXPECT_GT(rtl.by_software, 10u);
  EXPECT_EQ(rtl.by_software < rtl.sent + rtl.cancels, some_by_card);
}

TEST(RtlCore, LetsSoftwareSendInItsPlace) {
  PlatformScenario s = thinned("quiet_day");
  s.expect = {};
  s.platform.arrangement = platform::Arrangement::software;
  expect_same_senders(s, false);
}

TEST(RtlCore, LetsSoftwareTakeOverWhileTheCardFails) {
  PlatformScenario s = thinned("quiet_day");
  s.expect = {};
  s.platform.arrangement = platform::Arrangement::both;
  s.platform.card_failures = {{{400'000'000'000}, {900'000'000'000}}};
  s.platform.switch_over = {100'000'000'000};
  s.expect.reconciles = false;  // of what is missed nobody hears
  expect_same_senders(s, true);
}

TEST(RtlCore, RefusesWhatOnlyTheModelCanDo) {
  PlatformScenario s = thinned("quiet_day");
  s.platform.mac_out = s.platform.venue_propagation = {};
  EXPECT_THROW(run(s, CoreKind::rtl), std::invalid_argument);
  s = thinned("quiet_day");
  s.platform.fault = platform::Fault::deaf_to_kill;
  EXPECT_THROW(run(s, CoreKind::rtl), std::invalid_argument);
}

// At every fall of the core's clock, what its pins are in a VCD file.
struct Pins {
  std::map<std::string, std::string> ids;  // by name
  std::map<std::string, bool> level;       // by id

  bool high(const char* name) { return level[ids.at(name)]; }
};
template <class Each>
void each_cycle(const std::filesystem::path& file, Each&& each) {
  Pins pins;
  std::ifstream in(file);
  std::string scope;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string word, kind, width, id, name;
    words >> word;
    if (word == "$scope") words >> kind >> scope;
    if (word == "$var" && scope == "core" && words >> kind >> width >> id >> name && width == "1") pins.ids[name] = id;
    if (word.size() < 2 || (word[0] != '0' && word[0] != '1')) continue;
    const bool was = pins.level[word.substr(1)], is = word[0] == '1';
    if (was && !is && word.substr(1) == pins.ids["clk"]) each(pins);
    pins.level[word.substr(1)] = is;
  }
}

TEST(RtlCore, ShowsItsPinsInAWaveform) {
  const auto folder = std::filesystem::temp_directory_path() / ("twinpath_pins_" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  PlatformScenario s = thinned("quiet_day");
  s.session.messages = 1'000;
  const PlatformResult plain = run(s, CoreKind::rtl);
  s.platform.wave = folder / "wave";
  const PlatformResult shown = run(s, CoreKind::rtl);
  EXPECT_EQ(plain.digest, shown.digest);
  std::uint64_t beats = 0, frames_in = 0, frames_out = 0, events = 0, cycles = 0;
  each_cycle(folder / "wave.vcd", [&](Pins& pins) {
    ++cycles;
    beats += pins.high("m_axis_tvalid");
    frames_in += pins.high("s_axis_tvalid") && pins.high("s_axis_tlast");
    frames_out += pins.high("m_axis_tvalid") && pins.high("m_axis_tlast");
    events += pins.high("m_event_tvalid");
  });
  EXPECT_GT(shown.sent, 5u);
  EXPECT_EQ(frames_in, shown.frames_in);
  EXPECT_EQ(frames_out, shown.sent + shown.cancels);
  EXPECT_EQ(beats, 12 * shown.sent + 8 * shown.cancels);
  EXPECT_EQ(events, shown.card_events);
  EXPECT_GT(cycles, 10 * frames_in);
  EXPECT_LT(cycles, 100 * frames_in) << "the clock runs while nothing is at work";
  std::filesystem::remove_all(folder);
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
