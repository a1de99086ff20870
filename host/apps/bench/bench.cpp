#include "host/apps/bench/bench.h"

#include <utility>
#include <vector>

namespace twinpath {

Run add_bench(cli::App& app, const PathRegistry& paths, const PacketIoRegistry& io,
              const batch::BatchRegistry& batches) {
  cli::App* bench = app.add_subcommand("bench", "Measure the paths, and gate on what can be measured to the cycle");
  bench->require_subcommand(1);
  std::vector<std::pair<const cli::App*, Run>> runs;
  const auto add = [&](Run run) { runs.emplace_back(bench->last_subcommand(), std::move(run)); };
  add(add_bench_software(*bench));
  add(add_bench_paths(*bench, paths));
  add(add_bench_latency(*bench));
  add(add_bench_books(*bench));
  add(add_bench_matching(*bench));
  add(add_bench_io(*bench, io));
  add(add_bench_batch(*bench, batches));
#ifdef TP_WITH_SYSTEMC
  add(add_bench_platform(*bench, paths));
#endif
#ifdef TP_WITH_RTL
  add(add_bench_actionable(*bench));
  add(add_bench_rate(*bench));
#endif
  return [runs] {
    for (const auto& [sub, run] : runs)
      if (sub->parsed()) return run();
    return kExitError;
  };
}

}  // namespace twinpath
