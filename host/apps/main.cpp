// twinpath: the command.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <utility>
#include <vector>

#include "host/apps/commands.h"
#ifdef TP_WITH_RTL
#include "sim/verilator/verilated_path.h"
#endif

int main(int argc, char** argv) {
  using namespace twinpath;
  PathRegistry paths;
#ifdef TP_WITH_RTL
  add_verilated_path(paths);
#endif
  CLI::App app("Twinpath: market data in, risk-checked orders out, along an FPGA path and a software path that are twins.", "twinpath");
  app.require_subcommand(1);
  app.set_version_flag("--version", "twinpath 0.1.0");
  const std::vector<Run> runs{add_replay(app, paths), add_generate(app), add_explain(app, paths), add_inspect(app)};
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int status = app.exit(e);
    return status == 0 ? 0 : kExitError;
  }
  try {
    std::size_t i = 0;
    for (const CLI::App* sub : app.get_subcommands([](CLI::App*) { return true; })) {
      if (sub->parsed()) return runs[i]();
      ++i;
    }
  } catch (const std::exception& e) {
    fmt::print(stderr, "twinpath: {}\n", e.what());
    return kExitError;
  }
  return kExitError;
}
