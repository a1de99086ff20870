// `twinpath run`: trades live from packet I/O until stopped.
#include <memory>
#include <stdexcept>

#include "host/apps/commands.h"
#include "host/apps/live/live_run.h"

namespace twinpath {
namespace {

bool is_default(const PacketIoOptions& o) {
  const PacketIoOptions d;
  return o.groups.empty() && o.max_frame == d.max_frame && o.buffer_bytes == d.buffer_bytes &&
         o.hardware_timestamps == d.hardware_timestamps && o.time_to_live == d.time_to_live && o.dpdk_arguments.empty();
}

int run(const LiveRunArguments& o, const PathRegistry& paths, const PacketIoRegistry& io) {
  if (o.processes) {
    if (!is_default(*o.io))
      throw std::runtime_error(
          "--processes: expected no options of packet I/O beside it, found some; begin `twinpath feed` and `twinpath "
          "orders` with theirs, each by itself");
    return supervise(o.config, o.quiet);
  }
  return std::make_unique<LiveRun>(o, paths, io)->run();
}

}  // namespace

Run add_run(cli::App& app, const PathRegistry& paths, const PacketIoRegistry& io) {
  auto o = std::make_shared<LiveRunArguments>();
  cli::App* sub = app.add_subcommand("run", "Trade live from packet I/O until stopped");
  sub->add_option("--config", o->config, "TOML configuration with a section [live]")
      ->required()
      ->check(cli::ExistingFile);
  cli::Option* const from =
      sub->add_option("--from", o->from, "instead of live.from, one of " + io.forms() + "; may be given again")
          ->expected(1)
          ->take_all();
  cli::Option* const to = sub->add_option("--to", o->to, "instead of live.to, one of " + io.forms(true));
  cli::Option* const path = sub->add_option("--path", o->path, "instead of live.path");
  cli::Option* const record =
      sub->add_option("--record", o->record, "instead of live.record: pcap of all inputs, for `twinpath replay`");
  sub->add_flag("-q,--quiet", o->quiet, "no report on the terminal");
  sub->add_flag("--processes", o->processes, "a process each for feed, orders and every strategy ([processes])")
      ->excludes(from)
      ->excludes(to)
      ->excludes(path)
      ->excludes(record);
  o->io = add_packet_io_options(*sub);
  return [o, &paths, &io] { return run(*o, paths, io); };
}

}  // namespace twinpath
