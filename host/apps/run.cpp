// `twinpath run`: trades live from packet I/O until stopped.
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "host/apps/bank_text.h"
#include "host/apps/commands.h"
#include "host/apps/config_file.h"
#include "host/apps/config_reload.h"
#include "host/apps/live_io.h"
#include "host/apps/packet_io_text.h"
#include "host/apps/run_stats.h"
#include "host/apps/run_switch.h"
#include "host/apps/run_text.h"
#include "host/apps/sources.h"
#include "host/core/wall_clock.h"
#include "host/feed/locate_finder.h"
#include "host/live/control_socket.h"
#include "host/live/live_engine.h"
#include "host/live/mailbox.h"
#include "host/live/order_journal.h"
#include "host/live/venue_session.h"

namespace twinpath {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string config;
  std::vector<std::string> from;
  std::string to, path, record;
  bool quiet = false, processes = false;
  std::shared_ptr<PacketIoOptions> io;
};

std::atomic<bool> hangup = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void reload_on_hangup() {
  struct sigaction action{};
  action.sa_handler = [](int) { hangup = true; };
  sigaction(SIGHUP, &action, nullptr);
}

Nanoseconds wall_clock() { return Nanoseconds{wall_ns()}; }

// The configuration with what the command line says instead; everything that a live run cannot do without is there.
RunConfig live_config(const Options& o, RunConfig config) {
  const auto wrong = [&](std::string_view expected, std::string_view found, std::string_view advice) {
    return std::runtime_error(fmt::format("{}: expected {}, found {}; {}", o.config, expected, found, advice));
  };
  if (!config.live) throw wrong("a section [live]", "none", "add it: host/apps/CONFIG.md lists its keys");
  LiveOptions& live = *config.live;
  if (!o.from.empty()) live.from = o.from;
  if (!o.to.empty()) live.to = o.to;
  if (!o.path.empty()) live.path = o.path;
  if (!o.record.empty()) live.record = o.record;
  if (live.from.empty()) throw wrong("inputs", "none", "give from in [live], or --from");
  const bool carried = config.exchange && config.exchange->orders == ExchangeOptions::Orders::session;
  if (live.to.empty() && !carried) throw wrong("where orders go", "nothing", "give to in [live], or --to");
  if (!live.to.empty() && carried)
    throw wrong("no place for order frames", live.to, "orders go over the session of [exchange]: remove to, or orders");
  if (live.from.size() > LiveStatus::kMostInputs)
    throw wrong(fmt::format("at most {} inputs", LiveStatus::kMostInputs), fmt::format("{}", live.from.size()),
                "name several endpoints in one udp: address");
  if (!config.commands.empty())
    throw wrong("no [[command]]", fmt::format("{}", config.commands.size()),
                "scheduled commands are for replays; give them with twinpath control");
  return config;
}

// Frames that have arrived before every symbol's locate was known.
class Waiting {
 public:
  void add(const SourceFrame& f) {
    frames_.push_back({f.timestamp, bytes_.size(), f.bytes.size(), f.fcs_error});
    bytes_.insert(bytes_.end(), f.bytes.begin(), f.bytes.end());
  }
  std::uint64_t bytes() const noexcept { return bytes_.size(); }
  void give(LiveEngine& engine) {
    for (const Kept& k : frames_) engine.buffered({k.timestamp, std::span(bytes_).subspan(k.at, k.size), k.fcs_error});
    frames_ = {};
    bytes_ = {};
  }

 private:
  struct Kept {
    Nanoseconds timestamp;
    std::size_t at, size;
    bool fcs_error;
  };
  std::vector<Kept> frames_;
  std::vector<std::uint8_t> bytes_;
};

std::string list_of(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 10;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kMost; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kMost) text += fmt::format(" and {} more", names.size() - kMost);
  return text;
}

class LiveRun {
 public:
  LiveRun(const Options& o, const PathRegistry& paths, const PacketIoRegistry& io)
      : options_(o),
        as_loaded_(load_config(o.config)),
        config_(live_config(o, as_loaded_)),
        live_(*config_.live),
        paths_(paths) {
    paths.check(live_.path);
    if (!live_.directory.empty()) {
      const auto missing = resolve_locates(live_.directory, config_.core);
      if (!missing.empty())
        throw std::runtime_error(
            fmt::format("{}: expected Stock Directory messages of every [[symbol]], found none of {}; give another "
                        "directory in [live], or none to wait for them",
                        live_.directory, list_of(missing)));
    }
    // Whether somebody else runs is known before any file of that run is touched.
    if (!live_.control.empty()) control_.emplace(live_.control);
    open(io);
    if (!live_.record.empty()) {
      record_.emplace(live_.record, config_.core, [this](const Bank& bank) { return bank_text(config_.core, bank); });
    }
    if (config_.journal) {
      journal_.emplace(*config_.journal);
      orders_.emplace(*journal_);
    }
    if (config_.exchange) {
      auto venue = std::make_unique<VenueSession>(*config_.exchange, config_.core);
      venue_ = venue.get();
      exchange_ = std::move(venue);
    } else {
      exchange_ = std::make_unique<SimulatedExchange>(config_.responses);
    }
  }

  int run() {
    stop_on_signals();
    reload_on_hangup();
    if (control_) control_->start([this](std::string_view line) { return answer(line); }, [this] { tick(); });
    if (!options_.quiet) say_what_is_open();
    std::string error;
    int status = 0;
    try {
      pin();
      if (wait_for_directory() && wait_for_exchange()) status = trade(error);
    } catch (const std::exception& e) {
      error = e.what();
    }
    mailbox_.close();
    control_.reset();
    try {
      if (record_) record_->close();
    } catch (const std::system_error& e) {
      if (error.empty()) error = e.what();
    }
    if (error.empty()) return status;
    fmt::print(stderr, "twinpath run: {}\n", error);
    return kExitError;
  }

 private:
  void open(const PacketIoRegistry& io) {
    receivers_ = open_inputs(io, *options_.io, live_.from, config_.core.feed);
    for (const auto& r : receivers_) inputs_.push_back(r.get());
    from_file_ = std::ranges::any_of(
        inputs_, [](const PacketReceiver* r) { return r->timestamp_source() == TimestampSource::file; });
    if (from_file_ && inputs_.size() > 1)
      throw std::runtime_error(
          fmt::format("{}: expected one input when it is a file, found {}; a file's times are not "
                      "those of other inputs",
                      list_of(live_.from), inputs_.size()));
    if (!live_.to.empty()) sender_ = open_orders(io, *options_.io, live_.to);
  }

  void pin() const {
    if (live_.core < 0) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(live_.core), &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
      throw std::runtime_error(
          fmt::format("{}: key 'live.core': expected a core that this process may use, found {} ({}); "
                      "correct or remove it",
                      options_.config, live_.core, std::strerror(errno)));
  }

  void say_what_is_open() const {
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      fmt::print(stderr, "run: {}: {}; {} stamps\n", live_.from[i], inputs_[i]->describe(),
                 to_string(inputs_[i]->timestamp_source()));
    if (journal_)
      for (const std::string& message : journal_->messages()) fmt::print(stderr, "run: {}\n", message);
    fmt::print(stderr, "run: orders to {}; path {}\n", sender_ ? live_.to : "the session", live_.path);
  }

  void rest() const {
    if (!live_.spin) std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  bool stopping() const { return stop_requested() || stop_asked_; }

  // Keeps what arrives until every symbol's locate is known. False when stopped meanwhile.
  bool wait_for_directory() {
    LocateFinder finder(config_.core);
    finder_ = &finder;
    waiting_.emplace();
    const Clock::time_point deadline = Clock::now() + std::chrono::seconds(live_.directory_timeout_s);
    std::array<SourceFrame, kSendRooms> burst;
    while (finder.missing() != 0) {
      if (stopping()) {
        if (!options_.quiet) fmt::print("stopped before trading began\n");
        return false;
      }
      std::size_t taken = 0;
      bool ended = true;
      for (PacketReceiver* input : inputs_) {
        const std::size_t n = input->receive(burst);
        for (const SourceFrame& f : std::span(burst).first(n)) {
          finder.frame(f.bytes);
          waiting_->add(f);
        }
        taken += n;
        ended &= input->ended();
      }
      if (finder.missing() != 0 && waiting_->bytes() > live_.directory_buffer_bytes)
        throw std::runtime_error(fmt::format(
            "expected Stock Directory messages of every [[symbol]] within {} MB of frames, found none of {}; "
            "give directory in [live], locate of each, or a larger directory_buffer_mb",
            live_.directory_buffer_bytes >> 20U, list_of(finder.names())));
      serve(nullptr, LivePhase::directory);
      if (taken != 0) continue;
      if (finder.missing() != 0 && (ended || Clock::now() >= deadline))
        throw std::runtime_error(fmt::format(
            "expected Stock Directory messages of every [[symbol]] {}, found none of {}; give directory in "
            "[live], or locate of each",
            ended ? "in the input" : fmt::format("within {} s", live_.directory_timeout_s), list_of(finder.names())));
      rest();
    }
    finder_ = nullptr;
    return true;
  }

  // Until nothing of an earlier process is open at the exchange; what arrives is kept. False when stopped meanwhile.
  bool wait_for_exchange() {
    if (venue_ == nullptr) return true;
    const ExchangeOptions& o = *config_.exchange;
    const Clock::time_point deadline = Clock::now() + std::chrono::nanoseconds(o.start_timeout.value);
    std::array<SourceFrame, kSendRooms> burst;
    while (!venue_->ready()) {
      if (stopping()) {
        if (!options_.quiet) fmt::print("stopped before trading began\n");
        return false;
      }
      if (Clock::now() >= deadline) {
        const ExchangeStatus s = venue_->status();
        throw std::runtime_error(
            fmt::format("expected the exchange to take the login of '{}' and to answer within {} s, found it {} ({}, "
                        "{} attempts); is "
                        "it running at the address in [exchange]?",
                        o.account, o.start_timeout.value / 1'000'000'000, s.state, s.loss, s.attempts));
      }
      serve(nullptr, LivePhase::exchange);
      if (!from_file_ && waiting_->bytes() <= live_.directory_buffer_bytes) {
        for (PacketReceiver* input : inputs_)
          for (const SourceFrame& f : std::span(burst).first(input->receive(burst))) waiting_->add(f);
      }
      rest();
    }
    config_.core.order.first_user_ref = venue_->first_user_ref();
    if (record_) record_->first_user_ref(venue_->first_user_ref());
    return true;
  }

  int trade(std::string& error) {
    LiveEngine engine(config_.core, live_, inputs_, sender_.get(), *exchange_, record_ ? &*record_ : nullptr,
                      from_file_ ? std::function<Nanoseconds()>{} : wall_clock, orders_ ? &*orders_ : nullptr);
    if (orders_) orders_->begin(config_.core, {});
    std::optional<RunStats> stats;
    if (!live_.stats.empty()) stats.emplace(live_.stats);
    CoreConfig core = config_.core;
    core.book_events = true;  // arming needs them
    PathOptions path_options;
    path_options.switching = config_.switching;
    const auto path = paths_.make(live_.path, core, engine, path_options);
    desk_.emplace(*path, options_.quiet);
    if (!options_.quiet) fmt::print(stderr, "run: trading {} symbols\n", core.symbols.size());
    try {
      engine.start(*path);
      if (venue_ != nullptr)
        for (const Command& position : venue_->positions()) engine.command(position);
      waiting_->give(engine);
      while (!stopping()) {
        const std::size_t taken = engine.round();
        desk_->look(engine);
        serve(&engine, LivePhase::trading);
        check_journal();
        if (stats) stats->look(engine);
        if (taken != 0) continue;
        if (engine.ended()) break;
        rest();
      }
    } catch (const std::exception& e) {
      // A damaged input or a full disk: what is open is brought to an end all the same.
      error = e.what();
      engine.stop_recording();
    }
    stop(engine, error);
    path->finish();
    if (stats) stats->look(engine, true);
    if (orders_) {
      orders_->end();
      journal_->flush();
      if (error.empty()) error = journal_->failed();
    }
    if (!options_.quiet) {
      if (venue_ != nullptr) fmt::print("{}", to_text(venue_->status()));
      fmt::print("{}", closing_report(engine, config_.core, path->counters()));
      if (const auto switched = desk_->status()) fmt::print("{}", to_text(*switched));
      for (std::size_t i = 0; i < inputs_.size(); ++i) fmt::print("{}", to_text(live_.from[i], inputs_[i]->counters()));
      if (sender_) fmt::print("{}", to_text(live_.to, sender_->counters()));
      if (journal_) fmt::print("{}: {} records\n", journal_->folder().string(), journal_->records());
      if (record_)
        fmt::print("{}: {} frames, {} commands recorded\n", live_.record, record_->frames(), record_->commands());
    }
    return engine.ledger().open() != 0 || engine.counters().unsent != 0 || desk_->held() ? kExitUnresolved : 0;
  }

  void check_journal() const {
    if (journal_ && !journal_->good()) throw std::runtime_error(journal_->failed());
  }

  // Disarms, cancels what is open, and waits for the answers.
  void stop(LiveEngine& engine, std::string& error) {
    const Clock::time_point deadline = Clock::now() + std::chrono::milliseconds(live_.stop_timeout_ms);
    Command disarm;
    disarm.op = CommandOp::disarm;
    for (;;) {
      try {
        if (disarm.op != CommandOp::none) engine.command(std::exchange(disarm, Command{}));
        while (engine.ledger().open() != 0) {
          const unsigned left = live_.cancel_on_stop ? engine.cancel_open(wall_clock()) : 0;
          if (from_file_ && left == 0) engine.answer_all();
          if (Clock::now() >= deadline) return;
          const std::size_t taken = engine.round();
          serve(&engine, LivePhase::stopping);
          if (taken == 0) rest();
        }
        return;
      } catch (const std::exception& e) {
        // The record may fail at the DISARM too: that is given again, without it.
        if (error.empty()) error = e.what();
        engine.stop_recording();
        if (engine.armed()) disarm.op = CommandOp::disarm;
      }
    }
  }

  // The trading thread: what the control thread has asked for.
  void serve(LiveEngine* engine, LivePhase phase) {
    LiveRequest* r = mailbox_.waiting();
    if (r == nullptr) return;
    try {
      switch (r->kind) {
        case LiveRequest::Kind::status:
          fill(*r->status, engine, phase);
          break;
        case LiveRequest::Kind::stop:
          stop_asked_ = true;
          break;
        default:
          if (phase == LivePhase::exchange) {
            r->refused = "the session with the exchange is not trading yet; see status";
          } else if (r->command.op == CommandOp::arm && !exchange_->trading()) {
            r->refused = "the session with the exchange is not trading; see status";
          } else if (phase == LivePhase::directory) {
            r->refused = "the Stock Directory messages of its symbols are still waited for; see status";
          } else if (phase == LivePhase::stopping && r->command.op == CommandOp::arm) {
            r->refused = "the run is stopping";
          } else if (desk_->held() && r->command.op == CommandOp::arm) {
            r->refused = "the primary has failed and nobody has taken over; see status, then take-over";
          } else if (r->kind == LiveRequest::Kind::take_over) {
            r->refused = desk_->take_over();
          } else if (r->kind == LiveRequest::Kind::hand_back) {
            r->refused = desk_->hand_back();
          } else if (r->command.op == CommandOp::arm && engine->numbers_used_up()) {
            r->refused = std::string(kOrderNumbersUsedUp);
          } else if (r->kind == LiveRequest::Kind::swap) {
            engine->swap(*r->bank);
          } else {
            engine->command(r->command);
          }
      }
    } catch (...) {
      r->refused = "the run is stopping: its record cannot be written";
      mailbox_.done();
      throw;
    }
    mailbox_.done();
  }

  void fill(LiveStatus& s, const LiveEngine* engine, LivePhase phase) {
    s.phase = phase;
    for (std::size_t i = 0; i < inputs_.size(); ++i) s.received[i] = inputs_[i]->counters();
    if (sender_) s.sent = sender_->counters();
    if (venue_ != nullptr) s.exchange = venue_->status();
    if (engine == nullptr) {
      if (finder_ != nullptr) s.missing = finder_->names();
      return;
    }
    s.switched = desk_->status();
    s.arm = engine->arm_state();
    s.blocked_by = engine->blocked_by();
    s.killed = engine->killed();
    s.stale = engine->books().stale();
    s.open_orders = engine->ledger().open();
    s.books_incomplete = engine->books().incomplete();
    s.books_trading = engine->books().trading();
    s.lag = engine->lag();
    s.time = engine->clock().now();
    s.counters = engine->counters();
    for (std::size_t i = 0; i < kSymbols; ++i) {
      const auto symbol = static_cast<SymbolIndex>(i);
      s.positions[i] = engine->ledger().position(symbol);
      s.trades[i] = engine->books().trades(symbol);
      s.complete[i] = engine->books().complete(symbol);
    }
  }

  // The control thread from here on.
  std::string ask(LiveRequest& request) {
    if (!mailbox_.call(request)) return control_error({"the run has ended"});
    return request.refused.empty() ? control_ok() : control_error({request.refused});
  }

  std::string reload() {
    try {
      const Bank bank = reload_bank(options_.config, as_loaded_);
      LiveRequest request;
      request.kind = LiveRequest::Kind::swap;
      request.bank = &bank;
      return ask(request);
    } catch (const ConfigError& e) {
      return control_error(e.errors());
    } catch (const std::exception& e) {
      return control_error({e.what()});
    }
  }

  std::string answer(std::string_view line) {
    ControlLine parsed;
    try {
      parsed = parse_control(line, as_loaded_.core);
    } catch (const std::invalid_argument& e) {
      return control_error({e.what()});
    }
    LiveRequest request;
    switch (parsed.verb) {
      case ControlLine::Verb::reload:
        return reload();
      case ControlLine::Verb::status: {
        const auto status = std::make_unique<LiveStatus>();
        request.status = status.get();
        const std::string answer = ask(request);
        return request.refused.empty() && answer == control_ok() ? status_json(*status, as_loaded_.core, live_.from)
                                                                 : answer;
      }
      case ControlLine::Verb::stop:
        request.kind = LiveRequest::Kind::stop;
        break;
      case ControlLine::Verb::take_over:
        request.kind = LiveRequest::Kind::take_over;
        break;
      case ControlLine::Verb::hand_back:
        request.kind = LiveRequest::Kind::hand_back;
        break;
      default:
        request.kind = LiveRequest::Kind::command;
        request.command = parsed.command;
    }
    return ask(request);
  }

  void tick() {
    if (!hangup.exchange(false)) return;
    const std::string result = reload();
    fmt::print(stderr, "run: reload: {}\n", result);
  }

  Options options_;
  const RunConfig as_loaded_;  // what a reload is compared with
  RunConfig config_;           // with the command line's changes and every locate found
  const LiveOptions live_;
  const PathRegistry& paths_;
  std::vector<std::unique_ptr<PacketReceiver>> receivers_;
  std::vector<PacketReceiver*> inputs_;
  std::unique_ptr<PacketSender> sender_;
  std::unique_ptr<ExchangeSession> exchange_;
  VenueSession* venue_ = nullptr;  // the same, when it is a session with an exchange
  std::optional<InputRecord> record_;
  std::optional<Journal> journal_;
  std::optional<OrderJournal> orders_;
  std::optional<Waiting> waiting_;
  const LocateFinder* finder_ = nullptr;
  bool from_file_ = false;
  bool stop_asked_ = false;
  std::optional<SwitchDesk> desk_;  // of the path, while there is one
  Mailbox mailbox_;
  std::optional<ControlServer> control_;  // its thread uses the others
};

int run(const Options& o, const PathRegistry& paths, const PacketIoRegistry& io) {
  if (o.processes) return supervise(o.config, o.quiet);
  return std::make_unique<LiveRun>(o, paths, io)->run();
}

}  // namespace

Run add_run(cli::App& app, const PathRegistry& paths, const PacketIoRegistry& io) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("run", "Trade live from packet I/O until stopped");
  sub->add_option("--config", o->config, "TOML configuration with a section [live]")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_option("--from", o->from, "instead of live.from, one of " + io.forms() + "; may be given again")
      ->expected(1)
      ->take_all();
  sub->add_option("--to", o->to, "instead of live.to, one of " + io.forms(true));
  sub->add_option("--path", o->path, "instead of live.path");
  sub->add_option("--record", o->record, "instead of live.record: pcap of all inputs, for `twinpath replay`");
  sub->add_flag("-q,--quiet", o->quiet, "no report on the terminal");
  sub->add_flag("--processes", o->processes, "a process each for feed, orders and every strategy ([processes])");
  o->io = add_packet_io_options(*sub);
  return [o, &paths, &io] { return run(*o, paths, io); };
}

}  // namespace twinpath
