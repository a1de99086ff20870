// `twinpath platform`: a scenario through the platform model, which fails when what must hold does not; or questions to
// it.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <thread>

#include "host/apps/config/config_file.h"
#include "host/apps/platform/platform_command.h"
#include "host/apps/platform/platform_scenario.h"
#include "host/apps/platform/platform_study.h"

namespace twinpath {
namespace {

struct Options {
  std::string scenario, core, question, csv, html, wave;
  std::optional<std::uint64_t> seed;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  bool quiet = false;
};

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush()) throw ConfigError({fmt::format("{}: cannot be written; check folder and rights", file.string())});
}

int ask(const Options& o, const PlatformScenario& scenario) {
  const auto tables = study(o.question, scenario, o.jobs, o.quiet);
  for (const StudyTable& t : tables) {
    if (!o.quiet) fmt::print("{}\n", study_text(t));
    if (!o.csv.empty()) {
      std::filesystem::create_directories(o.csv);
      write(std::filesystem::path(o.csv) / (t.key + ".csv"), study_csv(t));
    }
  }
  if (!o.html.empty()) write(o.html, study_html(scenario.title, tables));
  return 0;
}

int run(const Options& o) {
  PlatformScenario scenario = load_scenario(o.scenario);
  if (o.seed) scenario.platform.seed = scenario.session.seed = *o.seed;
  if (!o.core.empty()) scenario.platform.core = core_kind(o.core);
  if (!o.question.empty()) return ask(o, scenario);
  scenario.platform.wave = o.wave;
  const platform::PlatformResult result = run_scenario(scenario);
  const auto checks = check_platform(scenario.expect, result);
  if (!o.quiet) fmt::print("{}", platform_text(scenario, result, checks));
  const auto failed = std::count_if(checks.begin(), checks.end(), [](const PlatformCheck& c) { return !c.holds; });
  if (failed == 0) return 0;
  for (const PlatformCheck& c : checks) {
    if (!c.holds) fmt::print(stderr, "twinpath platform: {}: {}\n", o.scenario, c.what);
  }
  return kExitDiffer;
}

}  // namespace

Run add_platform(cli::App& app) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand(
      "platform", "Run a scenario in the model of the whole system; exit status 1 when what must hold does not");
  sub->add_option("scenario", o->scenario, "TOML scenario (sim/systemc/scenarios)")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_option("--seed", o->seed, "another seed than the scenario's, for session and system");
  sub->add_option("--core", o->core,
                  "the card's core: model (fast, functional), rtl (Verilated) or hls (a strategy kernel in the rules' "
                  "place); the scenario's else")
      ->check(cli::IsMember({"model", "rtl", "hls"}));
  auto* question = sub->add_option("--ask", o->question,
                                   "a question instead, with a table: hops, race, burst, links, "
                                   "arrangement, or all")
                       ->check(cli::IsMember({"hops", "race", "burst", "links", "arrangement", "all"}));
  sub->add_option("--csv", o->csv, "folder for the tables as CSV")->needs(question);
  sub->add_option("--html", o->html, "file for tables and plots as one page")->needs(question);
  sub->add_option("--jobs", o->jobs, "runs at a time")->check(cli::Range(1u, 256u))->needs(question);
  sub->add_option("--wave", o->wave, "write NAME.vcd, and NAME.gtkw for GTKWave")->excludes(question);
  sub->add_flag("-q,--quiet", o->quiet, "only what fails");
  return [o] { return run(*o); };
}

}  // namespace twinpath
