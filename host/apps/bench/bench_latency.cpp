#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "bench/open_loop.h"
#include "host/apps/bench/bench.h"
#include "host/apps/config/config_file.h"
#include "host/apps/report/folder.h"
#include "host/apps/session/replay_setup.h"
#include "host/apps/session/sources.h"
#include "host/core/hgrm.h"
#include "host/path/path_registry.h"

namespace twinpath {
namespace {

struct Options {
  std::string input, config, hgrm;
  std::vector<double> speeds{1};
  double seconds = 30;
};

// Microseconds; nothing where the values are too few to say: p99.9 of 500 orders is their maximum.
std::string shown(const Histogram& h, double percent) {
  if (static_cast<double>(h.count()) * (100 - percent) < 100) return "-";
  return fmt::format("{:.1f}", static_cast<double>(h.percentile(percent)) / 1000);
}

int run(const Options& o) {
  RunConfig config = load_config(o.config);
  resolve_locates(o.input, config.core);
  if (!o.hgrm.empty()) report::make_folder(o.hgrm, "--hgrm");
  TolerantSource source(open_source(o.input, config.core.feed));
  const bench::Session session(source, config.core, replay_options(config, o.input, {}));
  fmt::print("{} frames, {} messages, {} orders and cancels; {} cores here\n\n", session.frames(), session.messages(),
             session.orders(), std::thread::hardware_concurrency());
  fmt::print("microseconds from a frame's intended arrival to its order's frame\n");
  fmt::print("{:<10}{:>7} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10} {:>10}\n", "", "speed", "K msg/s", "orders", "p50",
             "p99", "p99.9", "p99.99", "max", "input late");
  for (const Arrangement arrangement : {Arrangement::fused, Arrangement::pipelined}) {
    const char* name = arrangement == Arrangement::fused ? "fused" : "pipelined";
    PathOptions options;
    options.software = config.software;
    options.software.arrangement = arrangement;
    options.software.run_ahead = true;
    const auto core = config.software.cores[static_cast<std::size_t>(StageThread::market_data)];
    for (const double speed : o.speeds) {
      std::optional<PinnedHere> pinned;
      const auto make = [&](PathSink& sink) {
        auto path = PathRegistry().make("sw:", config.core, sink, options);
        // Behind the path's own threads, which would otherwise begin on this core too.
        if (core) pinned.emplace(*core);
        return path;
      };
      const bench::OpenLoopFigures f =
          bench::run_open_loop(session, speed, Nanoseconds{static_cast<std::uint64_t>(o.seconds * 1e9)}, make);
      fmt::print("{:<10}{:>7} {:>9.0f} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10.1f} {:>10.1f}\n", name, speed,
                 static_cast<double>(f.messages) / f.seconds / 1000, f.latency.count(), shown(f.latency, 50),
                 shown(f.latency, 99), shown(f.latency, 99.9), shown(f.latency, 99.99),
                 static_cast<double>(f.latency.max()) / 1000, static_cast<double>(f.latest.value) / 1000);
      if (!o.hgrm.empty())
        report::save(std::filesystem::path(o.hgrm) / fmt::format("{}-x{}.hgrm", name, speed),
                     hgrm_text(f.latency, 1000));
    }
  }
  return 0;
}

}  // namespace

Run add_bench_latency(cli::App& bench) {
  auto o = std::make_shared<Options>();
  cli::App* sub = bench.add_subcommand(
      "latency", "Both arrangements of the software path at the capture's own pace: intended arrival to order out");
  sub->add_option("input", o->input, "pcap, pcapng or BinaryFILE ITCH (plain or gzip)")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_option("--config", o->config, "TOML configuration; [software] says which cores")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_option("--speed", o->speeds, "times as fast as captured, several with commas")
      ->delimiter(',')
      ->capture_default_str()
      ->check(cli::Range(1e-6, 1e6));
  sub->add_option("--seconds", o->seconds, "of each run at most: only so much of the session is played")
      ->capture_default_str()
      ->check(cli::Range(0.001, 86'400.0));
  sub->add_option("--hgrm", o->hgrm, "folder for percentiles as HdrHistogram's plotter reads them, a file a run");
  return [o] { return run(*o); };
}

}  // namespace twinpath
