// `twinpath feed`, `twinpath orders` and `twinpath strategy`: one process each of a live run of many, all configured by
// one file.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "host/apps/commands.h"
#include "host/apps/config_file.h"
#include "host/apps/config_reload.h"
#include "host/apps/live_io.h"
#include "host/apps/packet_io_text.h"
#include "host/apps/run_text.h"
#include "host/apps/sources.h"
#include "host/core/wall_clock.h"
#include "host/journal/journal.h"
#include "host/live/control_socket.h"
#include "host/process/call_box.h"
#include "host/process/feed_engine.h"
#include "host/process/order_manager.h"
#include "host/process/rule_strategy.h"
#include "host/process/strategy_host.h"
#include "host/strategy/strategies.h"

namespace twinpath {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string config, name;
  bool quiet = false;
  std::shared_ptr<PacketIoOptions> io;
};

Nanoseconds wall_clock() { return Nanoseconds{wall_ns()}; }

// What every process of a run needs of the configuration.
RunConfig processes_config(const std::string& file) {
  RunConfig config = load_config(file);
  const auto need = [&](bool there, std::string_view what) {
    if (!there)
      throw std::runtime_error(
          fmt::format("{}: expected a section {}, found none; add it: host/apps/CONFIG.md lists its keys", file, what));
  };
  need(config.live.has_value(), "[live]");
  need(config.processes.has_value(), "[processes]");
  const auto without = [&](bool there, std::string_view what) {
    if (there)
      throw std::runtime_error(
          fmt::format("{}: expected no section {}, which a run of many processes has not, found one; "
                      "remove it, or use `twinpath run`",
                      file, what));
  };
  without(config.exchange.has_value(), "[exchange]");
  without(config.recovery.has_value(), "[recovery]");
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

// Asked through a control socket: `status`, `stop`, and what `more` knows.
class Asked {
 public:
  using Answer = std::function<std::string(const ControlLine&)>;

  Asked(const std::string& socket, const CoreConfig& config, Answer answer)
      : config_(config), answer_(std::move(answer)) {
    if (socket.empty()) return;
    server_.emplace(socket);
    server_->start([this](std::string_view line) { return answer_line(line); }, [] {});
  }
  ~Asked() {
    box_.close();
    server_.reset();
  }
  void serve() { box_.serve(); }
  bool stopping() const { return stop_ || stop_requested(); }

 private:
  std::string answer_line(std::string_view line) {
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

  const CoreConfig& config_;
  Answer answer_;
  CallBox box_;
  std::atomic<bool> stop_ = false;
  std::optional<ControlServer> server_;
};

// ---- feed ----

int run_feed(const Options& o, const PacketIoRegistry& io) {
  RunConfig config = processes_config(o.config);
  const LiveOptions& live = *config.live;
  if (live.from.empty())
    throw std::runtime_error(fmt::format("{}: expected inputs, found none; give from in [live]", o.config));
  if (!live.directory.empty()) resolve_locates(live.directory, config.core);
  for (const SymbolConfig& s : config.core.symbols) {
    if (!s.has_locate)
      throw std::runtime_error(
          fmt::format("{}: expected the locate of symbol '{}', found none; give locate, or directory in [live]",
                      o.config, std::string_view(s.name.data(), s.name.size())));
  }
  stop_on_signals();
  const auto receivers = open_inputs(io, *o.io, live.from, config.core.feed);
  std::vector<PacketReceiver*> inputs;
  for (const auto& r : receivers) {
    if (r->timestamp_source() == TimestampSource::file)
      throw std::runtime_error(fmt::format(
          "{}: expected inputs that are live, found a file; send it with `twinpath send`, or use `twinpath run`",
          o.config));
    inputs.push_back(r.get());
  }
  const auto engine = std::make_unique<FeedEngine>(config.core, *config.processes, inputs, wall_clock);
  Asked asked(live.control.empty() ? "" : live.control + ".feed", config.core, [&](const ControlLine& line) {
    if (line.verb == ControlLine::Verb::command && line.command.op == CommandOp::trust) {
      engine->trust(line.command.symbol);
      return control_ok();
    }
    if (line.verb != ControlLine::Verb::status)
      return control_error({"the feed process takes status, trust [SYMBOL] and stop; ask the order manager"});
    const FeedStatus& s = engine->status();
    const Counters& c = engine->counters();
    const nlohmann::ordered_json j{{"ok", true},
                                   {"generation", s.generation},
                                   {"stale", s.stale},
                                   {"rebuilding", s.rebuilding},
                                   {"market_open", s.market_open},
                                   {"books_untrusted", engine->untrusted_books()},
                                   {"rebuilt_messages", engine->rebuilt()},
                                   {"expected_sequence", engine->expected_sequence()},
                                   {"frames", c[Counter::frames]},
                                   {"messages", c[Counter::messages]},
                                   {"gaps_lost", c[Counter::gaps_lost]},
                                   {"lost_messages", c[Counter::lost_messages]},
                                   {"updates", engine->published()},
                                   {"store_bytes", engine->store().bytes()},
                                   {"store_full", engine->store().full()}};
    return j.dump();
  });
  if (!o.quiet)
    fmt::print(stderr, "feed: {} symbols, generation {}, {} messages made again\n", config.core.symbols.size(),
               engine->status().generation, engine->rebuilt());
  while (!asked.stopping()) {
    const std::size_t taken = engine->round();
    asked.serve();
    if (taken == 0) rest(live.spin);
  }
  if (!o.quiet) fmt::print("feed: {} frames, {} updates\n", engine->counters()[Counter::frames], engine->published());
  return 0;
}

// ---- orders ----

std::string orders_status(const OrderManager& m, const RunConfig& config) {
  const ManagerCounters& c = m.counters();
  nlohmann::ordered_json positions = nlohmann::json::object(), strategies = nlohmann::json::object();
  for (std::size_t i = 0; i < config.core.symbols.size(); ++i) {
    const auto& name = config.core.symbols[i].name;
    if (const auto p = m.ledger().position(static_cast<SymbolIndex>(i)); p != 0)
      positions[std::string(name.data(), std::ranges::find(name, ' '))] = p;
  }
  for (std::size_t i = 0; i < config.processes->strategies.size(); ++i)
    strategies[config.processes->strategies[i]] = m.present(i);
  nlohmann::ordered_json j{{"ok", true}, {"armed", m.armed()}};
  if (!m.armed()) j["waits_for"] = m.waits_for();
  j["killed"] = m.killed();
  j["feed"] = m.feed_good();
  j["strategies"] = strategies;
  j["open_orders"] = m.ledger().open();
  j["positions"] = positions;
  j["counters"] = {{"intents", c.intents},
                   {"orders", c.orders},
                   {"cancels", c.cancels},
                   {"host_cancels", c.host_cancels},
                   {"rejects", c.rejects},
                   {"refused", c.refused},
                   {"acks", c.acks},
                   {"fills", c.fills},
                   {"dones", c.dones},
                   {"unsent", c.unsent},
                   {"in_doubt", c.in_doubt},
                   {"repeated", c.repeated},
                   {"market_missed", c.market_missed}};
  return j.dump();
}

int run_orders(const Options& o, const PacketIoRegistry& io) {
  const RunConfig config = processes_config(o.config);
  if (!config.journal)
    throw std::runtime_error(fmt::format(
        "{}: expected a section [journal], found none; the order manager keeps its orders there", o.config));
  const LiveOptions& live = *config.live;
  if (live.to.empty())
    throw std::runtime_error(fmt::format("{}: expected where orders go, found nothing; give to in [live]", o.config));
  stop_on_signals();
  Journal journal(*config.journal);
  const auto sender = open_orders(io, *o.io, live.to);
  SimulatedExchange exchange(config.responses);
  const auto manager = std::make_unique<OrderManager>(config.core, live, *config.processes, journal, *sender, exchange);
  Asked asked(live.control, config.core, [&](const ControlLine& line) {
    switch (line.verb) {
      case ControlLine::Verb::status:
        return orders_status(*manager, config);
      case ControlLine::Verb::reload:
        manager->swap(reload_bank(o.config, config));
        return control_ok();
      case ControlLine::Verb::take_over:
      case ControlLine::Verb::hand_back:
        return control_error({"a run of many processes has no switched path, nobody can take over"});
      default:
        if (line.command.op == CommandOp::trust)
          return control_error({fmt::format("the feed process trusts books: ask {}.feed", live.control)});
        if (line.command.op == CommandOp::arm && manager->numbers_used_up())
          return control_error({std::string(kOrderNumbersUsedUp)});
        manager->command(line.command);
        return control_ok();
    }
  });
  if (!o.quiet) {
    for (const std::string& m : journal.messages()) fmt::print(stderr, "orders: {}\n", m);
    for (const std::string& m : manager->messages()) fmt::print(stderr, "orders: {}\n", m);
    fmt::print(stderr, "orders: to {}, journal {}\n", live.to, config.journal->folder);
  }
  const auto round = [&] {
    const bool any = manager->round();
    asked.serve();
    if (!journal.good()) throw std::runtime_error(journal.failed());
    if (!any) rest(live.spin);
  };
  while (!asked.stopping()) round();
  Command disarm;
  disarm.op = CommandOp::disarm;
  manager->command(disarm);
  const auto deadline = Clock::now() + std::chrono::milliseconds(live.stop_timeout_ms);
  while (manager->ledger().open() != 0 && Clock::now() < deadline) {
    if (live.cancel_on_stop) manager->cancel_open();
    round();
  }
  manager->end();
  journal.flush();
  if (!journal.good()) throw std::runtime_error(journal.failed());
  const ManagerCounters& c = manager->counters();
  if (!o.quiet)
    fmt::print("orders: {} intents, {} orders, {} cancels, {} rejections, {} refused, {} fills\nopen orders: {}\n",
               c.intents, c.orders, c.cancels + c.host_cancels, c.rejects, c.refused, c.fills,
               manager->ledger().open());
  return manager->ledger().open() != 0 || c.unsent != 0 ? kExitUnresolved : 0;
}

// ---- strategy ----

template <Told S>
int host(const Options& o, S& strategy, const RunConfig& config) {
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

int run_strategy(const Options& o) {
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

cli::App* subcommand(cli::App& app, const char* name, const char* what, Options& o) {
  cli::App* sub = app.add_subcommand(name, what);
  sub->add_option("--config", o.config, "TOML configuration with sections [live] and [processes]")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_flag("-q,--quiet", o.quiet, "no report on the terminal");
  return sub;
}

}  // namespace

Run add_feed(cli::App& app, const PacketIoRegistry& io) {
  auto o = std::make_shared<Options>();
  cli::App* sub = subcommand(app, "feed", "The feed process of a live run of many", *o);
  o->io = add_packet_io_options(*sub);
  return [o, &io] { return run_feed(*o, io); };
}

Run add_orders(cli::App& app, const PacketIoRegistry& io) {
  auto o = std::make_shared<Options>();
  cli::App* sub = subcommand(app, "orders", "The order manager of a live run of many", *o);
  o->io = add_packet_io_options(*sub);
  return [o, &io] { return run_orders(*o, io); };
}

Run add_strategy(cli::App& app) {
  auto o = std::make_shared<Options>();
  cli::App* sub = subcommand(app, "strategy", "The process of one strategy of a live run of many", *o);
  sub->add_option("name", o->name, "one of processes.strategies")->required();
  return [o] { return run_strategy(*o); };
}

}  // namespace twinpath
