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
#include "host/apps/bench/bench.h"
#endif
#ifdef TP_WITH_XRT
#include "host/apps/machine/card.h"
#endif
#include "host/apps/commands.h"
#include "host/apps/live/monitor.h"
#include "host/apps/venue/venue.h"
#ifdef TP_WITH_SYSTEMC
#include "host/apps/platform/platform_command.h"
#include "sim/systemc/systemc_path.h"
#endif
#ifdef TP_WITH_RTL
#include "sim/verilator/verilated_path.h"
#endif

int main(int argc, char** argv) {
  using namespace twinpath;
  PathRegistry paths;
#ifdef TP_WITH_SYSTEMC
  add_systemc_path(paths);
#endif
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
  cli::CommandLine app(
      "twinpath",
      "Twinpath: market data in, risk-checked orders out, along an FPGA path and a software path that are twins.",
      "twinpath 0.1.0");
  app.require_subcommand(1);
  std::vector<std::pair<const cli::App*, Run>> runs;
  const auto add = [&](Run run) { runs.emplace_back(app.last_subcommand(), std::move(run)); };
  add(add_replay(app, paths));
  add(add_generate(app));
  add(add_explain(app, paths));
  add(add_inspect(app));
  add(add_day(app, paths));
  add(add_capture(app, io));
  add(add_send(app, io));
  add(add_doctor(app));
  add(add_run(app, paths, io));
  add(add_control(app));
  add(add_backtest(app, paths));
  add(add_loop(app, paths));
  add(add_scan(app, batches));
  add(add_margin(app, batches));
  add(add_journal(app));
  add(add_feed(app, io));
  add(add_orders(app, io));
  add(add_strategy(app));
  add(add_top(app));
  add(add_venue(app, io));
  add(add_flow(app));
  add(add_monitor(app));
#ifdef TP_WITH_BENCH
  add(add_bench(app, paths, io, batches));
#endif
#ifdef TP_WITH_XRT
  add(add_card(app));
#endif
#ifdef TP_WITH_SYSTEMC
  add(add_platform(app));
#endif
  int status = 0;
  if (!app.parse(argc, argv, status)) return status == 0 ? 0 : kExitError;
  try {
    for (const auto& [sub, run] : runs)
      if (sub->parsed()) return run();
  } catch (const std::exception& e) {
    fmt::print(stderr, "twinpath: {}\n", e.what());
  }
  return kExitError;
}
