// `twinpath backtest`: a strategy over a recorded session, and what it would have come to.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "host/apps/backtest/backtest_report.h"
#include "host/apps/commands.h"
#include "host/apps/config/config_file.h"
#include "host/apps/config/config_strategy.h"
#include "host/apps/progress.h"
#include "host/apps/report/folder.h"
#include "host/apps/session/replay_setup.h"
#include "host/apps/session/sources.h"
#include "host/backtest/backtest.h"
#include "host/strategy/strategies.h"

namespace twinpath {
namespace {

struct Options {
  std::string input;
  std::string config;
  std::string strategy;
  std::string report;
  RateModel rate;
  bool quiet = false;
};

// The symbols that the selected strategy's records name; none for the rules.
std::vector<SymbolIndex> symbols_of(const StrategyConfig& strategy) {
  std::vector<SymbolIndex> all;
  Strategies::visit(strategy.name, [&]<class S>() {
    for (const auto& record : strategy.records) {
      for (std::size_t i = 0; i < record.size(); ++i) {
        if (S::kFields[i].kind == ParameterKind::symbol) all.push_back(static_cast<SymbolIndex>(record[i]));
      }
    }
  });
  return all;
}

void resolve(const Options& o, RunConfig& config) {
  const std::vector<std::string> without = resolve_locates(o.input, config.core);
  for (const SymbolIndex s : symbols_of(config.core.strategy)) {
    const auto& symbol = config.core.symbols[s];
    if (symbol.has_locate) continue;
    const std::string name(symbol.name.data(), std::ranges::find(symbol.name, ' '));
    throw std::runtime_error(fmt::format(
        "{}: expected a Stock Directory message of '{}', which strategy '{}' trades, found none; give another capture, "
        "or the symbol's locate in the configuration",
        o.input, name, config.core.strategy.name));
  }
  for (const std::string& name : without)
    fmt::print(stderr, "twinpath backtest: {}: no Stock Directory message names '{}'; its book stays empty\n", o.input,
               name);
}

int run(const Options& o, const PathRegistry& registry) {
  RunConfig config = load_config(o.config);
  if (!o.strategy.empty()) {
    try {
      select_strategy(config, o.strategy);
    } catch (const std::invalid_argument& e) {
      throw std::runtime_error(fmt::format("{}: {}", o.config, e.what()));
    }
  }
  resolve(o, config);
  if (!o.report.empty()) report::make_folder(o.report);
  ReplayOptions options = replay_options(config, o.input, o.rate);
  TolerantSource source(open_source(o.input, config.core.feed, o.rate));
  Progress progress("backtest", source.size(), o.quiet);
  options.progress = [&](std::uint64_t frames, std::uint64_t position) { progress.at(position, frames, "frames"); };

  const auto start = std::chrono::steady_clock::now();
  const BacktestResult result = backtest(source, "sw:fused", registry, config.core, config.backtest, options);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  progress.done(result.replay.frames, "frames");
  const BacktestReport report(o.input, config, result);
  if (!o.report.empty()) report.write(o.report);
  if (!o.quiet) {
    fmt::print("{}", report.text());
    fmt::print("  {:<12}{:>18.0f}  messages a second\n", "rate",
               static_cast<double>(result.exchange->messages()) / std::max(seconds, 1e-9));
    if (!o.report.empty()) fmt::print("report: {}/report.html (also .json)\n", o.report);
  }
  if (source.error().empty()) return 0;
  fmt::print(stderr, "twinpath backtest: {}\n", source.error());
  return kExitError;
}

}  // namespace

Run add_backtest(cli::App& app, const PathRegistry& registry) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("backtest", "Run a strategy over a session against a model of its exchange");
  sub->add_option("input", o->input, "pcap, pcapng or BinaryFILE ITCH (plain or gzip)")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_option("--config", o->config, "TOML configuration")->required()->check(cli::ExistingFile);
  sub->add_option("--strategy", o->strategy,
                  fmt::format("instead of [strategy] name: {}", fmt::join(strategy_names(), ", ")));
  sub->add_option("--report", o->report, "folder for report.json and report.html");
  sub->add_option("--packet-window-ns", o->rate.window_ns,
                  "BinaryFILE: messages this close to a packet's first share the packet")
      ->capture_default_str();
  sub->add_option("--packet-payload", o->rate.max_payload, "BinaryFILE: bytes in a MoldUDP64 packet at most")
      ->capture_default_str();
  sub->add_flag("-q,--quiet", o->quiet, "no progress and nothing on the terminal");
  return [o, &registry] { return run(*o, registry); };
}

}  // namespace twinpath
