// `twinpath generate`: a market session from a seed, as pcap on two redundant lines.
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/apps/commands.h"
#include "host/apps/session/market_source.h"
#include "host/venue/session_writer.h"

namespace twinpath {
namespace {

struct Options {
  venue::GeneratorOptions generator;
  std::string output;
  std::string line_a, line_b;
  std::string config;
  bool quiet = false;
  // For both lines.
  double loss = 0, duplication = 0, reordering = 0, damage = 0, tagged = 0;
  double duration_s = 0;
};

void write_config(const std::string& file, const venue::MarketGenerator& market, const venue::GeneratorOptions& o) {
  std::ofstream out(file);
  out << market_config(market, o.configured_symbols);
  if (!out.flush()) throw std::runtime_error(file + ": cannot be written; is the folder there and the disk not full?");
}

int generate(Options& o) {
  for (venue::LineOptions* line : {&o.generator.publisher.line_a, &o.generator.publisher.line_b}) {
    line->loss = o.loss;
    line->duplication = o.duplication;
    line->reordering = o.reordering;
    line->damage = o.damage;
    line->tagged = o.tagged;
  }
  o.generator.duration_ns = static_cast<std::uint64_t>(o.duration_s * 1e9);
  venue::MarketGenerator market(o.generator);
  if (o.output.empty() && o.line_a.empty() && o.config.empty()) {
    fmt::print(stderr,
               "twinpath generate: nothing to write; give an output file, --line-a and --line-b, or --config-out\n");
    return kExitError;
  }
  if (!o.config.empty()) write_config(o.config, market, o.generator);
  if (o.output.empty() && o.line_a.empty()) return 0;
  venue::SessionFiles files;
  files.merged = o.output;
  files.line_a = o.line_a;
  files.line_b = o.line_b;
  const auto start = std::chrono::steady_clock::now();
  const venue::GenerateSummary summary = venue::write_session(market, o.generator, files);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!o.quiet) {
    fmt::print("{}{:.2f} s, {:.0f} messages/s\n", venue::to_string(summary), seconds,
               static_cast<double>(summary.publisher.messages) / seconds);
  }
  return 0;
}

}  // namespace

Run add_generate(cli::App& app) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("generate", "Make a market session from a seed, as pcap on two redundant lines");
  auto& g = o->generator;
  auto* output = sub->add_option("output", o->output, "nanosecond pcap with both lines");
  auto* line_a = sub->add_option("--line-a", o->line_a, "line A in a file of its own")->excludes(output);
  line_a->needs(sub->add_option("--line-b", o->line_b, "line B in a file of its own")->needs(line_a));
  sub->add_option("--config-out", o->config, "write a commented configuration for the session's busiest symbols");
  sub->add_option("--seed", g.seed, "equal seeds give equal bytes")->capture_default_str();
  sub->add_option("--messages", g.messages, "about how many messages")->capture_default_str();
  sub->add_option("--symbols", g.symbols, "symbols on the feed")->capture_default_str()->check(cli::Range(1, 65000));
  sub->add_option("--configured", g.configured_symbols, "of them the busiest, which the configuration names")
      ->capture_default_str()
      ->check(cli::Range(1, 256));
  sub->add_option("--duration", o->duration_s,
                  "seconds the session lasts; 0: as long as the messages take at the rate of a real day")
      ->capture_default_str()
      ->check(cli::Range(0.0, 86'400.0));
  sub->add_option("--halts", g.halts, "trading halts")->capture_default_str();
  sub->add_option("--luld-pauses", g.luld_pauses, "limit up limit down pauses")->capture_default_str();
  sub->add_option("--operational-halts", g.operational_halts, "operational halts")->capture_default_str();
  sub->add_option("--circuit-breaker", g.circuit_breaker_level, "market-wide circuit breaker level, 0: none")
      ->capture_default_str()
      ->check(cli::Range(0, 3));
  const auto probability = [sub](const char* flag, double& value, const char* text) {
    sub->add_option(flag, value, text)->capture_default_str()->check(cli::Range(0.0, 1.0));
  };
  probability("--unknown-types", g.unknown_types, "probability of a message type that ITCH does not have");
  probability("--loss", o->loss, "probability that a line loses a packet");
  probability("--duplication", o->duplication, "probability that a packet comes twice");
  probability("--reordering", o->reordering, "probability that a packet comes behind its successors");
  probability("--damage", o->damage, "probability that a packet is damaged");
  probability("--tagged", o->tagged, "share of frames with an 802.1Q tag");
  probability("--gap", g.publisher.gap, "probability that neither line carries a packet");
  sub->add_flag("-q,--quiet", o->quiet, "no summary");
  return [o] { return generate(*o); };
}

}  // namespace twinpath
