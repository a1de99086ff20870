// `twinpath bench`: measurements of the paths; a subcommand each. Returns what the one that was asked for ran to.
#pragma once
#include "host/apps/commands.h"

namespace twinpath {

// The gate failed: a measurement differs from what was expected.
inline constexpr int kExitGate = 1;

Run add_bench(CLI::App& app, const PacketIoRegistry& io, const batch::BatchRegistry& batches);
Run add_bench_software(CLI::App& bench);
Run add_bench_latency(CLI::App& bench);
Run add_bench_books(CLI::App& bench);
Run add_bench_matching(CLI::App& bench);
Run add_bench_io(CLI::App& bench, const PacketIoRegistry& io);
Run add_bench_batch(CLI::App& bench, const batch::BatchRegistry& batches);
// Where the simulated core is built.
Run add_bench_actionable(CLI::App& bench);
Run add_bench_rate(CLI::App& bench);

}  // namespace twinpath
