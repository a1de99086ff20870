// `twinpath loop`: the report of a closed loop.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "host/apps/commands.h"
#include "host/apps/loop/loop_report.h"
#include "host/apps/report/folder.h"

namespace twinpath {
namespace {

struct Options {
  std::string story, report;
  std::vector<std::string> paths{"sw:"};
};

int run(const Options& o, const PathRegistry& paths) {
  for (const std::string& path : o.paths) paths.check(path);
  const LoopReport told(read_loop_story(o.story), paths, o.paths);
  report::make_folder(o.report);
  told.write(o.report);
  fmt::print("{}report: {}/report.html (also .json)\n", told.text(), o.report);
  return told.sound() ? 0 : 1;
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
