// The subcommands of `twinpath`. Each adds itself to the command line; running it returns the exit status.
#pragma once
#include <functional>
#include <string>

#include "host/apps/command_line.h"
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

Run add_replay(cli::App& app, const PathRegistry& paths);
Run add_generate(cli::App& app);
Run add_explain(cli::App& app, const PathRegistry& paths);
Run add_inspect(cli::App& app);
Run add_day(cli::App& app, const PathRegistry& paths);
Run add_capture(cli::App& app, const PacketIoRegistry& io);
Run add_send(cli::App& app, const PacketIoRegistry& io);
Run add_doctor(cli::App& app);
Run add_run(cli::App& app, const PathRegistry& paths, const PacketIoRegistry& io);
Run add_control(cli::App& app);
Run add_backtest(cli::App& app, const PathRegistry& paths);
Run add_loop(cli::App& app, const PathRegistry& paths);
Run add_scan(cli::App& app, const batch::BatchRegistry& backends);
Run add_margin(cli::App& app, const batch::BatchRegistry& backends);
Run add_journal(cli::App& app);
Run add_feed(cli::App& app, const PacketIoRegistry& io);
Run add_orders(cli::App& app, const PacketIoRegistry& io);
Run add_strategy(cli::App& app);
Run add_top(cli::App& app);

// `twinpath run --processes`: feed, order manager and strategies as processes, begun again when one is killed.
int supervise(const std::string& config, bool quiet);

}  // namespace twinpath
