// `twinpath bench`: measurements of the paths; a subcommand each. Returns what the one that was asked for ran to.
#pragma once
#include "host/apps/commands.h"

namespace twinpath {

// The gate failed: a measurement differs from what was expected.
inline constexpr int kExitGate = 1;

Run add_bench(cli::App& app, const PathRegistry& paths, const PacketIoRegistry& io,
              const batch::BatchRegistry& batches);
Run add_bench_software(cli::App& bench);
Run add_bench_paths(cli::App& bench, const PathRegistry& paths);
Run add_bench_latency(cli::App& bench);
Run add_bench_books(cli::App& bench);
Run add_bench_matching(cli::App& bench);
Run add_bench_io(cli::App& bench, const PacketIoRegistry& io);
Run add_bench_batch(cli::App& bench, const batch::BatchRegistry& batches);
// Where the platform model is built.
Run add_bench_platform(cli::App& bench, const PathRegistry& paths);
// Where the simulated core is built.
Run add_bench_actionable(cli::App& bench);
Run add_bench_rate(cli::App& bench);

}  // namespace twinpath
