// `twinpath platform`: a scenario through the platform model; fails when what must hold does not.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include <algorithm>

#include "host/apps/platform_command.h"
#include "host/apps/platform_scenario.h"

namespace twinpath {
namespace {

struct Options {
  std::string scenario;
  std::optional<std::uint64_t> seed;
  bool quiet = false;
};

int run(const Options& o) {
  PlatformScenario scenario = load_scenario(o.scenario);
  if (o.seed) scenario.platform.seed = scenario.session.seed = *o.seed;
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
  sub->add_flag("-q,--quiet", o->quiet, "only what fails");
  return [o] { return run(*o); };
}

}  // namespace twinpath
