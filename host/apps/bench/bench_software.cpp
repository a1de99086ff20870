#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "bench/session.h"
#include "bench/software_latency.h"
#include "host/apps/bench/bench.h"
#include "host/apps/config/config_file.h"
#include "host/apps/report/folder.h"
#include "host/apps/session/replay_setup.h"
#include "host/apps/session/sources.h"
#include "host/core/hgrm.h"
#include "host/core/tick_clock.h"

namespace twinpath {
namespace {

struct Options {
  std::string input, config, hgrm;
  unsigned rounds = 5;
};

void print(std::string_view name, const Histogram& h, bool ticks) {
  const auto ns = [&](std::uint64_t v) { return ticks ? TickClock::nanoseconds(v) : static_cast<double>(v); };
  fmt::print("  {:<44}{:>9} {:>7.0f} {:>7.0f} {:>7.0f} {:>7.0f} {:>7.0f} {:>9.0f}\n", name, h.count(), ns(h.min()),
             ns(h.percentile(50)), ns(h.percentile(90)), ns(h.percentile(99)), ns(h.percentile(99.9)), ns(h.max()));
}

int run(const Options& o) {
  RunConfig config = load_config(o.config);
  resolve_locates(o.input, config.core);
  TolerantSource source(open_source(o.input, config.core.feed));
  const bench::Session session(source, config.core, replay_options(config, o.input, {}));
  const bench::LatencyFigures f = bench::run_latency(session, config.core, o.rounds);
  fmt::print("{} frames, {} messages, {} orders and cancels; {} rounds\n\n", session.frames(), session.messages(),
             session.orders(), o.rounds);
  fmt::print("  {:<44}{:>9} {:>7} {:>7} {:>7} {:>7} {:>7} {:>9}\n", "nanoseconds from the frame's entry", "count",
             "min", "p50", "p90", "p99", "p99.9", "max");
  print("order frame out", f.all, true);
  print("order frame out, each order's shortest round", f.quietest, true);
  print("of these, of a frame's first message", f.first, true);
  print("  that adds an order to the book", f.adds, true);
  print("  any other", f.others, true);
  print("behind 1 to 3 messages of the same frame", f.behind[0], true);
  print("behind 4 to 9", f.behind[1], true);
  print("behind 10 and more", f.behind[2], true);
  print("two readings of the clock", f.reading, true);
  constexpr std::array<std::pair<Stage, std::string_view>, 5> kShown{{{Stage::decoded, "with stamps: decoded"},
                                                                      {Stage::booked, "with stamps: booked"},
                                                                      {Stage::decided, "with stamps: decided"},
                                                                      {Stage::checked, "with stamps: checked"},
                                                                      {Stage::first_beat, "with stamps: order out"}}};
  for (const auto& [stage, name] : kShown) print(name, f.stages[static_cast<std::size_t>(stage)], false);
  fmt::print("\n{} of {} orders came more than {:.0f} ns behind their own shortest round\n", f.late, f.all.count(),
             f.kLate);
  if (!o.hgrm.empty()) report::save(o.hgrm, hgrm_text(f.first, 1000 / TickClock::nanoseconds(1)));
  const auto [slowest, fastest] = std::minmax_element(f.rates.begin(), f.rates.end());
  fmt::print("\nmessages a second, 64 inputs at a time: {:.2f} M to {:.2f} M ({:.1f} ns a message)\n", *slowest / 1e6,
             *fastest / 1e6, 1e9 / *fastest);
  return 0;
}

}  // namespace

Run add_bench_software(cli::App& bench) {
  auto o = std::make_shared<Options>();
  cli::App* sub =
      bench.add_subcommand("software", "The software path: nanoseconds from frame in to order out, messages a second");
  sub->add_option("input", o->input, "pcap, pcapng or BinaryFILE ITCH (plain or gzip)")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_option("--config", o->config, "TOML configuration")->required()->check(cli::ExistingFile);
  sub->add_option("--rounds", o->rounds, "times the session is played")
      ->capture_default_str()
      ->check(cli::Range(1u, 100u));
  sub->add_option(
      "--hgrm", o->hgrm,
      "file for the orders of a frame's first message, in HdrHistogram's percentile format, in microseconds "
      "([software] histogram of the platform model)");
  return [o] { return run(*o); };
}

}  // namespace twinpath
