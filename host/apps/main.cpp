// twinpath: the command.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "drivers/batch.h"
#include "drivers/packet_io.h"
#ifdef TP_WITH_XRT
#include "drivers/xrt/xrt_path.h"
#endif
#ifdef TP_WITH_BENCH
#include "host/apps/bench.h"
#endif
#ifdef TP_WITH_XRT
#include "host/apps/card.h"
#endif
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
#ifdef TP_WITH_XRT
  add_xrt_path(paths);
#endif
  PacketIoRegistry io;
  add_packet_io(io);
  batch::BatchRegistry batches;
  add_batch(batches);
  CLI::App app(
      "Twinpath: market data in, risk-checked orders out, along an FPGA path and a software path that are twins.",
      "twinpath");
  app.require_subcommand(1);
  // A mistake is one line, like every other error.
  app.failure_message([](const CLI::App* failed, const CLI::Error& e) {
    std::string what = e.what();
    if (const auto unknown = failed->remaining(); failed->get_subcommands().empty() && !unknown.empty())
      what = fmt::format("'{}' is no subcommand of it", unknown.front());
    std::string name = failed->get_name();
    for (const CLI::App* sub : failed->get_subcommands()) name += " " + sub->get_name();
    return fmt::format("{}: {}; see {} --help\n", name, what, name);
  });
  app.set_version_flag("--version", "twinpath 0.1.0");
  std::vector<Run> runs;
  runs.push_back(add_replay(app, paths));
  runs.push_back(add_generate(app));
  runs.push_back(add_explain(app, paths));
  runs.push_back(add_inspect(app));
  runs.push_back(add_day(app, paths));
  runs.push_back(add_capture(app, io));
  runs.push_back(add_send(app, io));
  runs.push_back(add_doctor(app));
  runs.push_back(add_run(app, paths, io));
  runs.push_back(add_control(app));
  runs.push_back(add_backtest(app, paths));
  runs.push_back(add_scan(app, batches));
  runs.push_back(add_margin(app, batches));
  runs.push_back(add_journal(app));
  runs.push_back(add_feed(app, io));
  runs.push_back(add_orders(app, io));
  runs.push_back(add_strategy(app));
  runs.push_back(add_top(app));
#ifdef TP_WITH_BENCH
  runs.push_back(add_bench(app, io, batches));
#endif
#ifdef TP_WITH_XRT
  runs.push_back(add_card(app));
#endif
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
