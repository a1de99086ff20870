// `twinpath replay`: a session through one or more paths, compared in lockstep on request, and a report of it.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "host/apps/commands.h"
#include "host/apps/config/config_file.h"
#include "host/apps/progress.h"
#include "host/apps/report/folder.h"
#include "host/apps/session/replay_report.h"
#include "host/apps/session/replay_setup.h"
#include "host/apps/session/run_log.h"
#include "host/path/replay.h"
#include "host/path/switch_path.h"
#include "host/wire/pcap_writer.h"

namespace twinpath {
namespace {

struct Options {
  std::string input;
  std::vector<std::string> paths;
  std::string config;
  bool lockstep = false;
  std::string wave;
  std::uint64_t wave_from = 0, wave_to = UINT64_MAX;
  std::string report;
  std::string orders;
  RateModel rate;
  bool quiet = false;
  bool measure = true;
};

// Paths and the recorders that take their outputs.
struct Rig {
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  std::vector<std::unique_ptr<Path>> paths;
};

Rig make_rig(const std::vector<std::string>& addresses, bool compared, const PathRegistry& registry,
             const CoreConfig& core, const PathOptions& path_options) {
  Rig rig;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    rig.recorders.push_back(std::make_unique<OutputRecorder>(compared && i < 2));
    rig.paths.push_back(registry.make(addresses[i], core, *rig.recorders.back(), path_options));
  }
  return rig;
}

Nanoseconds first_timestamp(const Options& o, const RunConfig& config) {
  TolerantSource source(open_source(o.input, config.core.feed, o.rate));
  SourceFrame frame;
  return source.next(frame) ? frame.timestamp : Nanoseconds{0};
}

// The order frames of a path as a capture, each at the time of the input that caused it.
class OrderCapture {
 public:
  OrderCapture(const std::string& file, Nanoseconds first_frame) : pcap_(file), first_frame_(first_frame) {}

  void add(const PathOutput& output) {
    if (output.frame_bytes == 0) return;
    const auto since_first = to_nanoseconds(Cycles{output.event.time - InputClock::kStart});
    pcap_.write(first_frame_.value + static_cast<std::uint64_t>(since_first), output.order_frame());
  }
  void close() { pcap_.close(); }

 private:
  PcapWriter pcap_;
  Nanoseconds first_frame_;
};

// A simulation between two frames empties the caches of the software path, so its latency is measured in a pass of its
// own. Returns the seconds spent inside the path.
double measure_software(const Options& o, std::size_t index, const PathRegistry& registry, const RunConfig& config,
                        const ReplayOptions& options, ReplayReport& report, EventLogWriter* log) {
  PathOptions path_options;
  path_options.measure = true;
  path_options.software = config.software;
  path_options.switching = config.switching;
  path_options.card = config.card;
  Rig rig = make_rig({o.paths[index]}, false, registry, config.core, path_options);
  rig.recorders[0]->on_output = [&](const PathOutput& output) {
    report.add_latency(index, output.event);
    if (log != nullptr) log->add(output.event);
  };
  TolerantSource source(open_source(o.input, config.core.feed, o.rate));
  ReplayOptions alone = options;
  alone.lockstep = false;
  alone.progress = nullptr;
  return replay(source, rig.paths, rig.recorders, alone).seconds[0];
}

// Runs again up to the difference, recording a waveform of the frames around it.
void record_difference(const Options& o, const PathRegistry& registry, const RunConfig& config,
                       const ReplayOptions& options, const LockstepDifference& difference,
                       const std::filesystem::path& folder) {
  constexpr std::uint64_t kBefore = 2, kAfter = 2;
  const std::uint64_t frame = difference.frame();
  PathOptions path_options;
  path_options.software = config.software;
  path_options.switching = config.switching;
  path_options.card = config.card;
  path_options.wave_file = folder / "difference.fst";
  path_options.wave_from_frame = frame < kBefore ? 0 : frame - kBefore;
  path_options.wave_to_frame = frame + kAfter;
  // A card records nothing; the same core does in simulation.
  std::vector<std::string> addresses = o.paths;
  for (std::string& address : addresses) {
    if (address.starts_with("xrt:")) address = "verilator:";
  }
  Rig rig = make_rig(addresses, false, registry, config.core, path_options);
  TolerantSource source(open_source(o.input, config.core.feed, o.rate));
  ReplayOptions again = options;
  again.lockstep = false;
  again.progress = nullptr;
  again.stop_after_frame = path_options.wave_to_frame;
  replay(source, rig.paths, rig.recorders, again);
  fmt::print(stderr, "waveform of frames {} to {}: {}\n", path_options.wave_from_frame, path_options.wave_to_frame,
             path_options.wave_file);
}

int run(const Options& o, const PathRegistry& registry) {
  RunConfig config = load_config(o.config);
  std::vector<std::string> without = resolve_locates(o.input, config.core);
  // A record of a live run need not hold the directory that the run had from elsewhere.
  if (!without.empty() && config.live && !config.live->directory.empty())
    without = resolve_locates(config.live->directory, config.core);
  for (const std::string& name : without)
    fmt::print(stderr, "twinpath replay: {}: no Stock Directory message names '{}'; its book stays empty\n", o.input,
               name);
  ReplayOptions options = replay_options(config, o.input, o.rate);
  options.lockstep = o.lockstep;
  TolerantSource source(open_source(o.input, config.core.feed, o.rate));
  Progress progress("replay", source.size(), o.quiet);
  options.progress = [&](std::uint64_t frames, std::uint64_t position) { progress.at(position, frames, "frames"); };

  PathOptions path_options;
  path_options.software = config.software;
  path_options.switching = config.switching;
  path_options.card = config.card;
  path_options.wave_file = o.wave;
  path_options.wave_from_frame = o.wave_from;
  path_options.wave_to_frame = o.wave_to;
  Rig rig = make_rig(o.paths, o.lockstep, registry, config.core, path_options);
  ReplayReport report(o.input, o.paths, config);
  std::vector<std::unique_ptr<EventLogWriter>> logs;
  if (!o.report.empty()) {
    report::make_folder(o.report);
    for (std::size_t i = 0; i < rig.paths.size(); ++i)
      logs.push_back(std::make_unique<EventLogWriter>(event_log_file(o.report, i)));
  }
  std::optional<OrderCapture> orders;
  if (!o.orders.empty()) orders.emplace(o.orders, first_timestamp(o, config));
  std::vector<double> alone(rig.paths.size());
  for (std::size_t i = 0; i < rig.paths.size(); ++i) {
    EventLogWriter* log = logs.empty() ? nullptr : logs[i].get();
    const bool apart = o.measure && o.paths[i].starts_with("sw:");
    if (apart) alone[i] = measure_software(o, i, registry, config, options, report, log);
    rig.recorders[i]->on_output = [&report, &orders, log, i, apart](const PathOutput& output) {
      report.add(i, output.event);
      if (!apart) report.add_latency(i, output.event);
      if (!apart && log != nullptr) log->add(output.event);
      if (i == 0 && orders) orders->add(output);
    };
  }

  ReplayResult result = replay(source, rig.paths, rig.recorders, options);
  progress.done(result.frames, "frames");
  for (std::size_t i = 0; i < alone.size(); ++i) {
    if (alone[i] != 0) result.seconds[i] = alone[i];
  }
  std::string difference;
  if (result.difference) difference = result.difference->describe(o.paths[0], o.paths[1]);
  std::vector<std::uint64_t> cycles;
  for (const auto& path : rig.paths) cycles.push_back(path->simulated_cycles());
  report.finish(result, cycles, o.lockstep, difference);
  for (const auto& log : logs) log->close();
  if (orders) orders->close();
  if (!o.report.empty()) {
    report.write(o.report);
    write_run_record(o.report,
                     {std::filesystem::absolute(o.input), std::filesystem::absolute(o.config), o.paths, o.rate});
  }
  if (!o.quiet) report.print(!o.report.empty() ? o.report : "");
  for (const auto& path : rig.paths) {
    const auto* switched = dynamic_cast<const SwitchPath*>(path.get());
    if (switched != nullptr && !o.quiet) fmt::print("{}", to_text(switched->status()));
  }
  if (o.lockstep) fmt::print("{}\n", report.verdict());
  if (!source.error().empty()) {
    fmt::print(stderr, "twinpath replay: {}\n", source.error());
    return kExitError;
  }
  if (!result.difference) return 0;
  fmt::print("{}", difference);
  if (!o.report.empty()) record_difference(o, registry, config, options, *result.difference, o.report);
  return kExitDiffer;
}

}  // namespace

Run add_replay(cli::App& app, const PathRegistry& registry) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("replay", "Replay a session through one or more paths");
  sub->add_option("input", o->input, "pcap, pcapng or BinaryFILE ITCH (plain or gzip)")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_option("--path", o->paths,
                  "path to run, sw: (or sw:pipelined), systemc:, verilator: or verilator:dense, xrt:0, "
                  "'switch:xrt:0|sw:'; may be "
                  "given again; the first one leads")
      ->required()
      ->expected(1)
      ->take_all();
  sub->add_option("--config", o->config, "TOML configuration")->required()->check(cli::ExistingFile);
  sub->add_flag("--lockstep", o->lockstep,
                "compare the first two paths output by output; exit status 1 at the first difference");
  auto* wave = sub->add_option("--wave", o->wave, "write a waveform (FST) of the simulated path");
  sub->add_option("--wave-from", o->wave_from, "first frame in the waveform")->needs(wave);
  sub->add_option("--wave-to", o->wave_to, "last frame in the waveform")->needs(wave);
  sub->add_option("--report", o->report, "folder for report.txt, report.json, report.html and what `explain` needs");
  sub->add_option("--orders", o->orders, "write the first path's order frames as nanosecond pcap");
  sub->add_option("--packet-window-ns", o->rate.window_ns,
                  "BinaryFILE: messages this close to a packet's first share the packet")
      ->capture_default_str();
  sub->add_option("--packet-payload", o->rate.max_payload, "BinaryFILE: bytes in a MoldUDP64 packet at most")
      ->capture_default_str();
  sub->add_flag("-q,--quiet", o->quiet, "no progress and no report on the terminal");
  sub->add_flag("!--no-measure", o->measure,
                "do not measure the software path's latency (a pass of its own over the session)");
  return [o, &registry] {
    if (o->lockstep && o->paths.size() < 2) {
      fmt::print(stderr,
                 "twinpath replay: --lockstep compares two paths, found {}; give --path twice, e.g. --path sw: --path "
                 "verilator:\n",
                 o->paths.size());
      return kExitError;
    }
    if (!o->wave.empty() &&
        std::ranges::none_of(o->paths, [](const std::string& p) { return p.starts_with("verilator:"); })) {
      fmt::print(stderr, "twinpath replay: --wave records a simulated path, found none; add --path verilator:\n");
      return kExitError;
    }
    return run(*o, registry);
  };
}

}  // namespace twinpath
