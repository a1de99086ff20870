// `twinpath top`: the counters and histograms of the processes of a live run, from their mapped files.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "host/apps/commands.h"
#include "host/apps/machine/packet_io_text.h"
#include "host/core/wall_clock.h"
#include "host/ipc/stats_reader.h"

namespace twinpath {
namespace {

struct Options {
  std::string folder = "/dev/shm/twinpath";
  bool once = false, all = false;
  double seconds = 1;
};

using Values = std::map<std::string, std::uint64_t>;

std::string time_text(std::uint64_t ns) {
  if (ns < 10'000) return fmt::format("{} ns", ns);
  if (ns < 10'000'000) return fmt::format("{:.1f} us", static_cast<double>(ns) * 1e-3);
  return fmt::format("{:.1f} ms", static_cast<double>(ns) * 1e-6);
}

// A process's part of the page. `before`: the values of the last page, for rates.
std::string page_of(const ipc::ProcessNow& p, Values& before, double seconds, bool all) {
  const std::uint64_t now = wall_ns();
  std::string text = fmt::format("{}: process {}, {}", p.name, p.pid,
                                 !p.owned     ? "gone"
                                 : !p.up(now) ? fmt::format("silent for {:.0f} s", p.silent(now))
                                              : "up");
  if (p.owned) text += fmt::format(" for {:.0f} s", static_cast<double>(now - p.started) * 1e-9);
  text += '\n';
  Values values;
  for (const auto& [name, value] : p.counters) {
    values[name] = value;
    if (value == 0 && !all) continue;
    text += fmt::format("  {:<40}{:>16}", name, value);
    if (const auto was = before.find(name); was != before.end() && value > was->second && seconds > 0)
      text += fmt::format("{:>14.0f}/s", static_cast<double>(value - was->second) / seconds);
    text += '\n';
  }
  for (const ipc::HistogramNow& h : p.histograms) {
    if (h.count == 0 && !all) continue;
    text += fmt::format("  {:<40}{:>16}  p50 {}, p99 {}, p99.9 {}, most {}\n", h.name, h.count, time_text(h.p50),
                        time_text(h.p99), time_text(h.p999), time_text(h.max));
  }
  before = std::move(values);
  return text;
}

int run(const Options& o) {
  stop_on_signals();
  std::map<std::string, Values> before;
  double since = 0;
  for (;;) {
    const auto processes = ipc::read_stats(o.folder);
    if (processes.empty())
      throw std::runtime_error(
          fmt::format("{}: expected files of running processes (*.stats), found none; give the folder "
                      "of [processes], or of stats in [live]",
                      o.folder));
    std::string text;
    for (const auto& p : processes) text += page_of(p, before[p.name], since, o.all);
    if (o.once) {
      fmt::print("{}", text);
      return 0;
    }
    fmt::print("\x1b[H\x1b[2J{}", text);
    std::fflush(stdout);
    const auto from = std::chrono::steady_clock::now();
    const auto until = from + std::chrono::duration<double>(o.seconds);
    while (std::chrono::steady_clock::now() < until) {
      if (stop_requested()) return 0;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    since = std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
  }
}

}  // namespace

Run add_top(cli::App& app) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("top", "Watch the counters and latencies of a live run");
  sub->add_option("folder", o->folder, "folder of [processes], or of stats in [live]")->capture_default_str();
  sub->add_flag("--once", o->once, "one page as plain text");
  sub->add_flag("--all", o->all, "what is 0 too");
  sub->add_option("--every", o->seconds, "seconds between two pages")
      ->capture_default_str()
      ->check(cli::Range(0.1, 3600.0));
  return [o] { return run(*o); };
}

}  // namespace twinpath
