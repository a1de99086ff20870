// `twinpath feed`, `twinpath orders` and `twinpath strategy`: one process each of a live run of many, all configured by
// one file.
#include "host/apps/live/processes.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "host/apps/commands.h"
#include "host/apps/live/live_config.h"
#include "host/apps/session/sources.h"
#include "host/process/rule_strategy.h"
#include "host/process/strategy_host.h"
#include "host/strategy/strategies.h"

namespace twinpath {

RunConfig processes_config(const std::string& file) {
  RunConfig config = load_config(file);
  const auto need = [&](bool there, std::string_view what) {
    if (!there)
      throw std::runtime_error(
          fmt::format("{}: expected a section {}, found none; add it: host/apps/CONFIG.md lists its keys", file, what));
  };
  need(config.live.has_value(), "[live]");
  need(config.processes.has_value(), "[processes]");
  check_recovery(config, file);
  const auto need_not = [&](bool there, std::string_view what, std::string_view why) {
    if (there)
      throw std::runtime_error(fmt::format(
          "{}: expected no {} in a run of many processes, found one; {}: remove it, or use `twinpath run` without "
          "--processes",
          file, what, why));
  };
  need_not(config.live->path != LiveOptions{}.path, "path in [live]", "its stages are processes of software");
  need_not(!config.live->record.empty(), "record in [live]", "what many processes decide is in the journal only");
  need_not(config.live->core >= 0, "core in [live]", "one core is not for all of them (taskset pins each)");
  need_not(!config.commands.empty(), "[[command]]", "scheduled commands are for replays");
  const auto known = strategy_names();
  auto names = config.processes->strategies;
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) == known.end())
      throw std::runtime_error(fmt::format("{}: key 'processes.strategies': {}", file, unknown_strategy(name)));
  }
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end())
    throw std::runtime_error(
        fmt::format("{}: key 'processes.strategies': expected each name once, found '{}' twice; "
                    "remove one",
                    file, *twice));
  return config;
}

void rest(bool spin) {
  if (!spin) std::this_thread::sleep_for(std::chrono::microseconds(50));
}

Asked::Asked(const std::string& socket, const CoreConfig& config, Answer answer)
    : config_(config), answer_(std::move(answer)) {
  if (socket.empty()) return;
  server_.emplace(socket);
  server_->start([this](std::string_view line) { return answer_line(line); }, [] {});
}

Asked::~Asked() {
  box_.close();
  server_.reset();
}

bool Asked::stopping() const { return stop_ || stop_requested(); }

std::string Asked::answer_line(std::string_view line) {
  ControlLine parsed;
  try {
    parsed = parse_control(line, config_);
  } catch (const std::invalid_argument& e) {
    return control_error({e.what()});
  }
  return box_.call(
      [&]() -> std::string {
        if (parsed.verb == ControlLine::Verb::stop) {
          stop_ = true;
          return control_ok();
        }
        try {
          return answer_(parsed);
        } catch (const ConfigError& e) {
          return control_error(e.errors());
        } catch (const std::exception& e) {
          return control_error({e.what()});
        }
      },
      control_error({"the process has ended"}));
}

namespace {

template <Told S>
int host(const ProcessArguments& o, S& strategy, const RunConfig& config) {
  StrategyHost<S> host(strategy, o.name, config.core, *config.processes);
  if (!o.quiet) fmt::print(stderr, "strategy {}: incarnation {}\n", o.name, host.incarnation());
  while (!stop_requested()) {
    if (!host.round()) rest(config.live->spin);
  }
  const StrategyCounters& c = host.counters();
  if (!o.quiet)
    fmt::print("strategy {}: {} updates, {} intents, {} updates missed\n", o.name, c.updates, c.intents, c.missed);
  return 0;
}

int run_strategy(const ProcessArguments& o) {
  RunConfig config = processes_config(o.config);
  const auto& names = config.processes->strategies;
  if (std::ranges::find(names, o.name) == names.end())
    throw std::runtime_error(fmt::format("{}: expected a name of processes.strategies ({}), found '{}'; add it there",
                                         o.config, fmt::join(names, ", "), o.name));
  stop_on_signals();
  if (o.name == "rules") {
    const auto rules = std::make_unique<RuleStrategy>(config.core.banks[0]);
    return host(o, *rules, config);
  }
  select_strategy(config, o.name);
  int status = 0;
  Strategies::visit(o.name, [&]<class S>() {
    const auto strategy = std::make_unique<S>(parameters_of<S>(config.core.strategy.records));
    status = host(o, *strategy, config);
  });
  return status;
}

cli::App* subcommand(cli::App& app, const char* name, const char* what, ProcessArguments& o) {
  cli::App* sub = app.add_subcommand(name, what);
  sub->add_option("--config", o.config, "TOML configuration with sections [live] and [processes]")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_flag("-q,--quiet", o.quiet, "no report on the terminal");
  return sub;
}

}  // namespace

Run add_feed(cli::App& app, const PacketIoRegistry& io) {
  auto o = std::make_shared<ProcessArguments>();
  cli::App* sub = subcommand(app, "feed", "The feed process of a live run of many", *o);
  o->io = add_packet_io_options(*sub);
  return [o, &io] { return run_feed(*o, io); };
}

Run add_orders(cli::App& app, const PacketIoRegistry& io) {
  auto o = std::make_shared<ProcessArguments>();
  cli::App* sub = subcommand(app, "orders", "The order manager of a live run of many", *o);
  o->io = add_packet_io_options(*sub);
  return [o, &io] { return run_orders(*o, io); };
}

Run add_strategy(cli::App& app) {
  auto o = std::make_shared<ProcessArguments>();
  cli::App* sub = subcommand(app, "strategy", "The process of one strategy of a live run of many", *o);
  sub->add_option("name", o->name, "one of processes.strategies")->required();
  return [o] { return run_strategy(*o); };
}

}  // namespace twinpath
