// The subcommands of `twinpath`. Each adds itself to the command line; running it returns the exit status.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "host/batch/backend.h"
#include "host/path/packet_io_registry.h"
#include "host/path/path_registry.h"

namespace twinpath {

// 0 success; 1 the paths differ, or the machine lacks what is needed; 2 unusable input, configuration or command line.
inline constexpr int kExitDiffer = 1;
inline constexpr int kExitError = 2;
// 3 a live run has ended with orders that nobody answered, or that could not be sent.
inline constexpr int kExitUnresolved = 3;

using Run = std::function<int()>;

Run add_replay(CLI::App& app, const PathRegistry& paths);
Run add_generate(CLI::App& app);
Run add_explain(CLI::App& app, const PathRegistry& paths);
Run add_inspect(CLI::App& app);
Run add_day(CLI::App& app, const PathRegistry& paths);
Run add_capture(CLI::App& app, const PacketIoRegistry& io);
Run add_send(CLI::App& app, const PacketIoRegistry& io);
Run add_doctor(CLI::App& app);
Run add_run(CLI::App& app, const PathRegistry& paths, const PacketIoRegistry& io);
Run add_control(CLI::App& app);
Run add_backtest(CLI::App& app, const PathRegistry& paths);
Run add_scan(CLI::App& app, const batch::BatchRegistry& backends);
Run add_margin(CLI::App& app, const batch::BatchRegistry& backends);
Run add_journal(CLI::App& app);
Run add_feed(CLI::App& app, const PacketIoRegistry& io);
Run add_orders(CLI::App& app, const PacketIoRegistry& io);
Run add_strategy(CLI::App& app);
Run add_top(CLI::App& app);

// `twinpath run --processes`: feed, order manager and strategies as processes, begun again when one is killed.
int supervise(const std::string& config, bool quiet);

}  // namespace twinpath
