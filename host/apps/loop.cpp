// `twinpath loop`: the report of a closed loop.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "host/apps/commands.h"
#include "host/apps/loop_report.h"

namespace twinpath {
namespace {

struct Options {
  std::string story, report;
  std::vector<std::string> paths{"sw:"};
};

int run(const Options& o, const PathRegistry& paths) {
  for (const std::string& path : o.paths) paths.check(path);
  const LoopReport report(read_loop_story(o.story), paths, o.paths);
  std::error_code error;
  std::filesystem::create_directories(o.report, error);
  if (error)
    throw std::runtime_error(o.report + ": expected a folder that can be made, found: " + error.message() +
                             "; give another one to --report");
  report.write(o.report);
  fmt::print("{}report: {}/report.html (also .json)\n", report.text(), o.report);
  return report.sound() ? 0 : 1;
}

}  // namespace

Run add_loop(cli::App& app, const PathRegistry& registry) {
  auto o = std::make_shared<Options>();
  cli::App* sub =
      app.add_subcommand("loop", "Report what came of a closed loop: a trader's records, faults, both sides");
  sub->add_option("story", o->story, "JSON: the trader's lives, the faults, the comparisons (host/apps/README.md)")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_option("--report", o->report, "folder for report.json and report.html")->required();
  sub->add_option("--path", o->paths, "played again on these, for their latency; the first one's orders are shown")
      ->capture_default_str();
  return [o, &registry] { return run(*o, registry); };
}

}  // namespace twinpath
