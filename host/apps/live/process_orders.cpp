// `twinpath orders`: the order manager's process of a live run of many.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "host/apps/commands.h"
#include "host/apps/config/config_reload.h"
#include "host/apps/live/hangup.h"
#include "host/apps/live/live_config.h"
#include "host/apps/live/live_io.h"
#include "host/apps/live/processes.h"
#include "host/journal/journal.h"
#include "host/live/account_session.h"
#include "host/process/order_manager.h"

namespace twinpath {
namespace {

using Clock = std::chrono::steady_clock;

std::string orders_status(const OrderManager& m, const RunConfig& config, const AccountSession* venue,
                          PacketSender* sender, bool stopping) {
  const ManagerCounters& c = m.counters();
  nlohmann::ordered_json positions = nlohmann::json::object(), strategies = nlohmann::json::object();
  for (std::size_t i = 0; i < config.core.symbols.size(); ++i) {
    const auto& name = config.core.symbols[i].name;
    if (const auto p = m.ledger().position(static_cast<SymbolIndex>(i)); p != 0)
      positions[std::string(name.data(), std::ranges::find(name, ' '))] = p;
  }
  for (std::size_t i = 0; i < config.processes->strategies.size(); ++i)
    strategies[config.processes->strategies[i]] = m.present(i);
  nlohmann::ordered_json j{{"ok", true}, {"phase", stopping ? "stopping" : "trading"}, {"armed", m.armed()}};
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
  j["rejects"] = rejections_json(m.rejections());
  if (venue != nullptr) j["exchange"] = to_json(venue->status());
  if (sender != nullptr) j["sent"] = to_json(sender->counters());
  return dumped(j);
}

class OrdersProcess {
 public:
  OrdersProcess(const ProcessArguments& o, const PacketIoRegistry& io);
  int run();

 private:
  std::string answer(const ControlLine& line);
  std::string reload();
  void wait_for_exchange();
  void round();
  void wind_down();
  void say_what_is_open() const;

  const ProcessArguments& options_;
  const RunConfig as_loaded_;  // what a reload is compared with
  RunConfig config_;           // with the account's first order number
  const LiveOptions& live_;
  Journal journal_;
  std::unique_ptr<PacketSender> sender_;
  std::unique_ptr<ExchangeSession> exchange_;
  AccountSession* venue_ = nullptr;  // the same, when it is a session with an exchange
  bool ready_ = true;                // of the session: nothing stands in the way of trading
  std::unique_ptr<OrderManager> manager_;
  bool kill_ = false;  // the kill switch is to be set once there is a manager
  Asked asked_;
};

RunConfig orders_config(const std::string& file) {
  RunConfig config = processes_config(file);
  if (!config.journal)
    throw std::runtime_error(
        fmt::format("{}: expected a section [journal], found none; the order manager keeps its orders there", file));
  check_where_orders_go(config, file);
  return config;
}

OrdersProcess::OrdersProcess(const ProcessArguments& o, const PacketIoRegistry& io)
    : options_(o),
      as_loaded_(orders_config(o.config)),
      config_(as_loaded_),
      live_(*config_.live),
      journal_(*config_.journal),
      sender_(live_.to.empty() ? nullptr : open_orders(io, *o.io, live_.to)),
      asked_(live_.control, config_.core, [this](const ControlLine& line) { return answer(line); }) {
  if (!config_.exchange) {
    exchange_ = std::make_unique<SimulatedExchange>(config_.responses);
    return;
  }
  // Orders of a journal are gone on with; else nothing of the account is to be open.
  ready_ = false;
  auto venue = open_account(*config_.exchange, config_.core,
                            journal_.records() == 0 ? AccountSession::Begin::anew : AccountSession::Begin::resumed);
  venue_ = venue.get();
  exchange_ = std::move(venue);
}

std::string OrdersProcess::answer(const ControlLine& line) {
  if (!manager_) {
    const CommandOp op = line.command.op;
    if (line.verb == ControlLine::Verb::command && (op == CommandOp::kill || op == CommandOp::release)) {
      kill_ = op == CommandOp::kill;
      return control_ok();
    }
    if (line.verb != ControlLine::Verb::status)
      return control_error({"the session with the exchange is not trading yet; see status"});
    const nlohmann::ordered_json j{{"ok", true},      {"phase", "exchange"},
                                   {"armed", false},  {"waits_for", "the session with the exchange to trade"},
                                   {"killed", kill_}, {"exchange", to_json(venue_->status())}};
    return dumped(j);
  }
  switch (line.verb) {
    case ControlLine::Verb::status:
      return orders_status(*manager_, config_, venue_, sender_.get(), asked_.stopping());
    case ControlLine::Verb::reload:
      return reload();
    case ControlLine::Verb::cancel: {
      const std::string why = manager_->cancel(line.command.user_ref);
      return why.empty() ? control_ok() : control_error({why});
    }
    case ControlLine::Verb::take_over:
    case ControlLine::Verb::hand_back:
      return control_error({"a run of many processes has no switched path, nobody can take over"});
    default:
      if (line.command.op == CommandOp::trust)
        return control_error({fmt::format("the feed process trusts books: ask {}.feed", live_.control)});
      if (line.command.op == CommandOp::arm && manager_->numbers_used_up())
        return control_error({std::string(kOrderNumbersUsedUp)});
      if (line.command.op == CommandOp::arm && !exchange_->trading())
        return control_error({"the session with the exchange is not trading; see status"});
      manager_->command(line.command);
      return control_ok();
  }
}

// A bad file changes nothing.
std::string OrdersProcess::reload() {
  try {
    manager_->swap(reload_bank(options_.config, as_loaded_));
    return control_ok();
  } catch (const ConfigError& e) {
    return control_error(e.errors());
  } catch (const std::exception& e) {
    return control_error({e.what()});
  }
}

// The account's first run: until nothing of an earlier one is open at the exchange.
void OrdersProcess::wait_for_exchange() {
  const Clock::time_point deadline = Clock::now() + std::chrono::nanoseconds(config_.exchange->start_timeout.value);
  while (!(ready_ = venue_->ready()) && !asked_.stopping()) {
    if (Clock::now() >= deadline) throw std::runtime_error(not_ready(*config_.exchange, venue_->status()));
    asked_.serve();
    rest(false);
  }
}

void OrdersProcess::round() {
  const bool any = manager_->round();
  asked_.serve();
  if (hung_up()) fmt::print(stderr, "orders: reload: {}\n", reload());
  if (!ready_) ready_ = venue_->ready();
  if (!journal_.good()) throw std::runtime_error(journal_.failed());
  if (!any) rest(live_.spin);
}

void OrdersProcess::wind_down() {
  Command disarm;
  disarm.op = CommandOp::disarm;
  manager_->command(disarm);
  const auto deadline = Clock::now() + std::chrono::milliseconds(live_.stop_timeout_ms);
  while (manager_->ledger().open() != 0 && Clock::now() < deadline) {
    if (live_.cancel_on_stop) manager_->cancel_open();
    round();
  }
  manager_->end();
  journal_.flush();
  if (!journal_.good()) throw std::runtime_error(journal_.failed());
}

void OrdersProcess::say_what_is_open() const {
  if (options_.quiet) return;
  for (const std::string& m : journal_.messages()) fmt::print(stderr, "orders: {}\n", m);
  for (const std::string& m : manager_->messages()) fmt::print(stderr, "orders: {}\n", m);
  fmt::print(stderr, "orders: to {}, journal {}\n", sender_ ? live_.to : "the session", config_.journal->folder);
}

int OrdersProcess::run() {
  const bool fresh = journal_.records() == 0;
  if (venue_ != nullptr && fresh) {
    wait_for_exchange();
    if (!ready_) return 0;
    config_.core.order.first_user_ref = venue_->first_user_ref();
  }
  manager_ =
      std::make_unique<OrderManager>(config_.core, live_, *config_.processes, journal_, sender_.get(), *exchange_);
  if (venue_ != nullptr && fresh) manager_->begin_with(venue_->positions(), venue_->positions_at());
  if (kill_) {
    Command kill;
    kill.op = CommandOp::kill;
    manager_->command(kill);
  }
  say_what_is_open();
  while (!asked_.stopping()) round();
  wind_down();
  const ManagerCounters& c = manager_->counters();
  if (!options_.quiet) {
    fmt::print("orders: {} intents, {} orders, {} cancels, {} rejections, {} refused, {} fills\nopen orders: {}\n",
               c.intents, c.orders, c.cancels + c.host_cancels, c.rejects, c.refused, c.fills,
               manager_->ledger().open());
    if (venue_ != nullptr) fmt::print("{}", to_text(venue_->status()));
  }
  return manager_->ledger().open() != 0 || c.unsent != 0 ? kExitUnresolved : 0;
}

}  // namespace

int run_orders(const ProcessArguments& o, const PacketIoRegistry& io) {
  stop_on_signals();
  watch_hangups();
  return std::make_unique<OrdersProcess>(o, io)->run();
}

}  // namespace twinpath
