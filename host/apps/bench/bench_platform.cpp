// `twinpath bench platform`: messages a second that the platform model simulates with its functional core, and what its
// RTL core takes of what `verilator:` takes for the same session.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/platform_speed.h"
#include "host/apps/bench/bench.h"
#include "host/apps/report/folder.h"

namespace twinpath {
namespace {

using bench::SimulationTimes;

struct Options {
  std::string scenario, json;
  std::uint64_t messages = 1'000'000;
  std::uint64_t rtl_messages = 5'000;
  unsigned rounds = 3;
  double least = 0;  // messages a second
  double most = 0;   // times; 0: any
};

struct Row {
  std::string name;
  SimulationTimes times;
};

double rate(const SimulationTimes& t, double seconds) { return static_cast<double>(t.first().messages) / seconds; }

void print(const std::vector<Row>& rows) {
  fmt::print("{:<22}{:>10}{:>10}  {:>11}{:>11}{:>11}  {:>14}{:>14}{:>14}  {:>11}\n", "simulated by", "messages",
             "frames", "processor s", "quickest s", "clock s", "messages/s", "quickest", "by the clock", "session s");
  for (const Row& r : rows) {
    const SimulationTimes& t = r.times;
    fmt::print("{:<22}{:>10}{:>10}  {:>11.3f}{:>11.3f}{:>11.3f}  {:>14.0f}{:>14.0f}{:>14.0f}  {:>11.3f}\n", r.name,
               t.first().messages, t.first().frames, t.processor(), t.quickest(), t.wall(), rate(t, t.processor()),
               rate(t, t.quickest()), rate(t, t.wall()), t.session());
  }
}

nlohmann::ordered_json to_json(const Row& r) {
  const SimulationTimes& t = r.times;
  auto processor = nlohmann::ordered_json::array(), wall = processor, session = processor;
  for (const bench::SimulationTime& round : t.rounds) {
    processor.push_back(round.processor);
    wall.push_back(round.wall);
    session.push_back(round.session);
  }
  return {{"name", r.name},
          {"messages", t.first().messages},
          {"frames", t.first().frames},
          {"messages_per_second", rate(t, t.processor())},
          {"messages_per_second_quickest", rate(t, t.quickest())},
          {"messages_per_second_by_the_clock", rate(t, t.wall())},
          {"processor_seconds", processor},
          {"clock_seconds", wall},
          {"session_processor_seconds", session}};
}

PlatformScenario with(const PlatformScenario& scenario, platform::CoreKind core, std::uint64_t messages) {
  PlatformScenario s = scenario;
  s.platform.core = core;
  s.session.messages = messages;
  return s;
}

int run(const Options& o, const PathRegistry& registry) {
  const PlatformScenario scenario = load_scenario(o.scenario);
  // Written before anything is measured, so that a mistake is told at once.
  if (!o.json.empty()) report::save(o.json, "");
  const PlatformScenario fast = with(scenario, platform::CoreKind::model, o.messages);
  const PlatformScenario slow = with(scenario, platform::CoreKind::rtl, o.rtl_messages);
  Row model{"functional core", {}}, rtl{"RTL core", {}}, path{"verilator:", {}};
#ifdef TP_WITH_RTL
  const bool has_rtl = o.rtl_messages != 0;
#else
  const bool has_rtl = false;
#endif
  // One after the other, so that all see the same of what else the machine does.
  for (unsigned round = 0; round < o.rounds; ++round) {
    model.times.rounds.push_back(bench::time_platform(fast));
    if (!has_rtl) continue;
    rtl.times.rounds.push_back(bench::time_platform(slow));
    path.times.rounds.push_back(bench::time_path(slow, registry, "verilator:"));
  }
  fmt::print(
      "{}: processor time of one thread and time by the clock, making the simulator and bringing up its core "
      "included;\n"
      "the session's frames are generated, or read, in time of their own; medians of {} rounds\n\n",
      scenario.title, o.rounds);
  std::vector<Row> rows{model};
  if (has_rtl) rows.insert(rows.end(), {rtl, path});
  print(rows);
  nlohmann::ordered_json root{{"scenario", scenario.title}, {"rounds", o.rounds}};
  for (const Row& r : rows) root["rows"].push_back(to_json(r));
  double ratio = 0;
  bool agree = true;
  if (has_rtl) {
    ratio = rtl.times.quickest() / path.times.quickest();
    agree = bench::time_platform(with(scenario, platform::CoreKind::model, o.rtl_messages)).digest ==
            rtl.times.first().digest;
    root["rtl_to_verilator"] = ratio;
    root["cores_agree"] = agree;
    fmt::print(
        "\nthe RTL core in the platform takes {:.2f} times what verilator: takes (quickest rounds); the functional "
        "core "
        "{}\n",
        ratio, agree ? "makes the same orders and events at the same times" : "DISAGREES with it");
  }
  if (!o.json.empty()) report::save(o.json, root.dump(2) + "\n");
  int status = 0;
  const auto fail = [&](const std::string& what) {
    fmt::print(stderr, "twinpath bench platform: {}: {}\n", o.scenario, what);
    status = kExitGate;
  };
  const double found = rate(model.times, model.times.quickest());
  if (found < o.least)
    fail(fmt::format("expected {:.0f} messages/s at least of the functional core, found {:.0f}", o.least, found));
  if (o.most > 0 && ratio > o.most)
    fail(fmt::format("expected the RTL core to take {} times what verilator: takes at most, found {:.2f}", o.most,
                     ratio));
  if (!agree) fail("the cores make other orders or events, or at other times: compare them with twinpath platform");
  return status;
}

}  // namespace

Run add_bench_platform(cli::App& bench, const PathRegistry& paths) {
  auto o = std::make_shared<Options>();
  cli::App* sub = bench.add_subcommand(
      "platform", "The platform model: messages a second it simulates, and its RTL core against verilator:");
  sub->add_option("scenario", o->scenario, "TOML scenario (sim/systemc/scenarios)")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_option("--messages", o->messages, "of the session for the functional core; a capture has its own")
      ->capture_default_str()
      ->check(cli::Range(std::uint64_t{1'000}, std::uint64_t{100'000'000}));
  sub->add_option("--rtl-messages", o->rtl_messages, "of the session for the RTL core and verilator:; 0 for neither")
      ->capture_default_str()
      ->check(cli::Range(std::uint64_t{0}, std::uint64_t{10'000'000}));
  sub->add_option("--rounds", o->rounds, "times each is simulated")->capture_default_str()->check(cli::Range(1u, 100u));
  sub->add_option("--least", o->least, "exit status 1 when the functional core simulates fewer messages a second")
      ->check(cli::NonNegativeNumber);
  sub->add_option("--most", o->most, "exit status 1 when the RTL core takes more times what verilator: takes")
      ->check(cli::NonNegativeNumber);
  sub->add_option("--json", o->json, "write the figures to this file");
  return [o, &paths] { return run(*o, paths); };
}

}  // namespace twinpath
