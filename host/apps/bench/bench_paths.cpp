// `twinpath bench paths`: one session through software, simulated core and card, and what each measured of it.
#include <fmt/format.h>

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/path_comparison.h"
#include "bench/session.h"
#include "host/apps/bench/bench.h"
#include "host/apps/bench/bench_paths.h"
#include "host/apps/config/config_file.h"
#include "host/apps/session/replay_setup.h"
#include "host/apps/session/sources.h"
#include "host/path/path_registry.h"

namespace twinpath {
namespace {

struct Options {
  std::string input, config, json, html;
  std::vector<std::string> paths;
};

// Cycles of a core also as nanoseconds of its clock; software's stamps are nanoseconds.
std::string both(const bench::PathMeasure& p, std::uint64_t value) {
  return p.core ? fmt::format("{} cycles {:>7.1f} ns", value, to_nanoseconds(Cycles{value}))
                : fmt::format("{} ns", value);
}

void print(const PathComparison& c) {
  fmt::print("{} frames, {} messages, {} orders and cancels\n\n", c.frames, c.messages, c.orders);
  fmt::print(
      "order latency: a core's from the message's last byte in to the order's first beat out; software's from the "
      "frame's entry\n");
  fmt::print("{:<16}{:>8}  {:>22}  {:>22}  {:>22}  {:>22}\n", "path", "orders", "shortest", "median", "99 %",
             "longest");
  for (const bench::PathMeasure& p : c.paths) {
    const Histogram& h = p.latency;
    fmt::print("{:<16}{:>8}  {:>22}  {:>22}  {:>22}  {:>22}\n", p.address, h.count(), both(p, h.min()),
               both(p, h.percentile(50)), both(p, h.percentile(99)), both(p, h.max()));
  }
  fmt::print(
      "\nhost: from the call that gives a frame to the call that takes its order's event, one frame at a time\n");
  fmt::print("{:<16}{:>12} {:>12} {:>12} {:>14} {:>16}  {}\n", "path", "p50 us", "p99 us", "max us", "messages/s",
             "cycles", "order frames");
  for (const bench::PathMeasure& p : c.paths) {
    const auto us = [&](double percent) { return static_cast<double>(p.round_trip.percentile(percent)) / 1000; };
    fmt::print("{:<16}{:>12.2f} {:>12.2f} {:>12.2f} {:>14.0f} {:>16}  {:016x}{}\n", p.address, us(50), us(99), us(100),
               p.per_second, p.cycles == 0 ? "-" : std::to_string(p.cycles), p.digest,
               p.digest == c.paths.front().digest ? "" : " DIFFERENT");
  }
  for (const bench::PathMeasure& p : c.paths) {
    if (!p.core) continue;
    fmt::print(
        "\nthe core of {} by its own histograms, in cycles; the events' stamps {}\n{:<16}{:>8} {:>9} {:>9} {:>9} "
        "{:>9}\n",
        p.address, p.stamps_agree ? "agree" : "DISAGREE", "class", "orders", "shortest", "median", "99 %", "longest");
    for (unsigned i = 0; i < kLatencyClasses; ++i) {
      const CoreLatency& l = p.histograms[i];
      if (l.orders == 0) continue;
      fmt::print("{:<16}{:>8} {:>9} {:>9} {:>9} {:>9}\n", name(static_cast<LatencyClass>(i + 1)), l.orders, l.min,
                 l.percentile(50), l.percentile(99), l.max);
    }
  }
}

nlohmann::ordered_json to_json(const PathComparison& c) {
  const auto values = [](const Histogram& h) {
    return nlohmann::ordered_json{{"count", h.count()},         {"min", h.min()},
                                  {"p50", h.percentile(50)},    {"p99", h.percentile(99)},
                                  {"p999", h.percentile(99.9)}, {"max", h.max()}};
  };
  auto rows = nlohmann::ordered_json::array();
  for (const bench::PathMeasure& p : c.paths) {
    nlohmann::ordered_json row{{"path", p.address},
                               {"orders", p.orders},
                               {"order_frames", fmt::format("{:016x}", p.digest)},
                               {"latency_unit", p.core ? "cycles" : "nanoseconds"},
                               {"latency", values(p.latency)},
                               {"round_trip_ns", values(p.round_trip)},
                               {"messages_per_second", p.per_second},
                               {"simulated_cycles", p.cycles}};
    if (p.core) {
      row["stamps_agree"] = p.stamps_agree;
      for (unsigned i = 0; i < kLatencyClasses; ++i) {
        const CoreLatency& l = p.histograms[i];
        if (l.orders != 0)
          row["histograms"][std::string(name(static_cast<LatencyClass>(i + 1)))] = {{"orders", l.orders},
                                                                                    {"min", l.min},
                                                                                    {"p50", l.percentile(50)},
                                                                                    {"p99", l.percentile(99)},
                                                                                    {"max", l.max}};
      }
    }
    rows.push_back(std::move(row));
  }
  return {{"input", c.input}, {"frames", c.frames}, {"messages", c.messages}, {"orders", c.orders}, {"paths", rows}};
}

// Opened before anything is measured.
std::ofstream open(const std::string& file) {
  std::ofstream out;
  if (file.empty()) return out;
  out.open(file);
  if (!out) throw std::runtime_error(file + ": cannot be written; is the folder there?");
  return out;
}
void write(std::ofstream& out, const std::string& file, const std::string& text) {
  if (file.empty()) return;
  out << text;
  if (!out.flush()) throw std::runtime_error(file + ": cannot be written; is the disk full?");
}

int run(const Options& o, const PathRegistry& registry) {
  for (const std::string& address : o.paths) registry.check(address);
  std::ofstream json = open(o.json), html = open(o.html);
  RunConfig config = load_config(o.config);
  resolve_locates(o.input, config.core);
  TolerantSource source(open_source(o.input, config.core.feed));
  const bench::Session session(source, config.core, replay_options(config, o.input, {}));
  PathOptions options;
  options.software = config.software;
  options.switching = config.switching;
  options.card = config.card;
  std::vector<bench::PathMeasure> paths;
  for (const std::string& address : o.paths)
    paths.push_back(bench::measure_path(session, config.core, registry, address, options));
  const PathComparison c{o.input, session.frames(), session.messages(), session.orders(), paths};
  print(c);
  write(json, o.json, to_json(c).dump(2) + "\n");
  write(html, o.html, paths_page(c));
  int status = 0;
  for (const bench::PathMeasure& p : paths) {
    if (p.digest == paths.front().digest && p.orders == session.orders() && p.stamps_agree) continue;
    fmt::print(stderr,
               "twinpath bench paths: {}: expected {} order frames as of {}, and stamps that agree with the core, "
               "found {}{}\n",
               p.address, session.orders(), paths.front().address,
               p.digest == paths.front().digest && p.orders == session.orders() ? "" : "others",
               p.stamps_agree ? "" : " stamps that do not");
    status = kExitGate;
  }
  return status;
}

}  // namespace

Run add_bench_paths(cli::App& bench, const PathRegistry& paths) {
  auto o = std::make_shared<Options>();
  cli::App* sub = bench.add_subcommand(
      "paths",
      "One session through software, simulated core and card: order latency, host round trip, messages a second");
  sub->add_option("input", o->input, "pcap, pcapng or BinaryFILE ITCH (plain or gzip)")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_option("--config", o->config, "TOML configuration")->required()->check(cli::ExistingFile);
  sub->add_option(
         "--path", o->paths,
         "path to measure, sw: (or sw:pipelined), verilator:, xrt:0; may be given again; exit status 1 when their "
         "order frames differ")
      ->required()
      ->expected(1)
      ->take_all();
  sub->add_option("--json", o->json, "write the figures to this file");
  sub->add_option("--html", o->html, "write a page to this file");
  return [o, &paths] { return run(*o, paths); };
}

}  // namespace twinpath
