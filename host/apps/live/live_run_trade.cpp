// What a live run does while there is a path, and when it is made anew.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <system_error>
#include <utility>

#include "host/apps/commands.h"
#include "host/apps/live/hangup.h"
#include "host/apps/live/live_run.h"
#include "host/apps/live/run_text.h"
#include "host/core/wall_clock.h"
#include "host/session/tcp.h"

namespace twinpath {
namespace {

using Clock = std::chrono::steady_clock;

Nanoseconds wall_clock() { return Nanoseconds{wall_ns()}; }

Command of(CommandOp op) {
  Command c;
  c.op = op;
  return c;
}

}  // namespace

int LiveRun::run() {
  stop_on_signals();
  watch_hangups();
  if (control_) control_->start([this](std::string_view line) { return answer(line); }, [this] { tick(); });
  if (!options_.quiet) say_what_is_open();
  std::string error;
  int status = 0;
  try {
    pin();
    if (prepare()) {
      status = live(error);
    } else if (!options_.quiet) {
      fmt::print("stopped before trading began\n");
    }
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

int LiveRun::live(std::string& error) {
  LiveEngine engine(config_.core, live_, inputs_, sender_.get(), *exchange_, record_ ? &*record_ : nullptr,
                    from_file_ ? std::function<Nanoseconds()>{} : wall_clock, orders_ ? &*orders_ : nullptr,
                    gaps_ ? &*gaps_ : nullptr, from_file_ ? std::function<Nanoseconds()>{} : session::EventLoop::now);
  std::optional<RunStats> stats;
  if (!live_.stats.empty()) stats.emplace(live_.stats);
  std::unique_ptr<Path> path = make_path(engine);
  if (!options_.quiet) fmt::print(stderr, "run: trading {} symbols\n", config_.core.symbols.size());
  bool begun = false;
  for (;;) {
    Ended ended = Ended::stopped;
    try {
      begin(engine, *path, !std::exchange(begun, true));
      ended = trade(engine, stats ? &*stats : nullptr);
    } catch (const std::exception& e) {
      // A damaged input or a full disk: what is open is brought to an end all the same.
      error = e.what();
      engine.stop_recording();
    }
    if (ended == Ended::stopped || !make_anew(engine, path, error)) break;
  }
  if (path_begun_) {
    wind_down(engine, true, error);
    end_path(*path);
  }
  if (stats) stats->look(engine, true);
  if (orders_) {
    journal_->flush();
    if (error.empty()) error = journal_->failed();
  }
  if (!options_.quiet) report(engine, *path);
  return engine.ledger().open() != 0 || engine.counters().unsent != 0 || desk_->held() ? kExitUnresolved : 0;
}

std::unique_ptr<Path> LiveRun::make_path(LiveEngine& engine) {
  CoreConfig core = config_.core;
  core.book_events = true;  // arming needs them
  PathOptions path_options;
  path_options.switching = config_.switching;
  path_options.card = config_.card;
  auto path = paths_.make(live_.path, core, engine, path_options);
  desk_.emplace(*path, options_.quiet);
  if (orders_) orders_->begin(config_.core, {});
  path_begun_ = true;
  return path;
}

void LiveRun::end_path(Path& path) {
  path.finish();
  if (orders_) orders_->end();
  path_begun_ = false;
}

void LiveRun::begin(LiveEngine& engine, Path& path, bool first) {
  ++paths_begun_;
  if (record_ && (venue_ != nullptr || config_.recovery))
    record_->begins(config_.core.order.first_user_ref, config_.core.feed.first_sequence);
  if (first) {
    engine.start(path);
  } else {
    engine.restart(path, record_ ? &*record_ : nullptr);
  }
  if (kill_ && *kill_ != engine.killed()) engine.command(of(*kill_ ? CommandOp::kill : CommandOp::release));
  kill_.reset();
  if (reloaded_) engine.swap(*reloaded_);
  for (const Command& position : positions_) engine.command(position);
  waiting_.give([&](const SourceFrame& f) { engine.buffered(f); },
                config_.recovery ? wall_clock : std::function<Nanoseconds()>{});
}

LiveRun::Ended LiveRun::trade(LiveEngine& engine, RunStats* stats) {
  while (!stopping()) {
    const std::size_t taken = engine.round();
    desk_->look(engine);
    serve(&engine, LivePhase::trading);
    check_journal();
    if (stats != nullptr) stats->look(engine);
    if (config_.recovery && (engine.books().stale() || (gaps_ && gaps_->behind()))) return Ended::lost;
    if (taken != 0) continue;
    if (engine.ended()) break;
    rest();
  }
  return Ended::stopped;
}

// Books that lost messages, or are too far behind, are not mended: what is open is cancelled, and another path begins
// as the first one did. False when stopped, or failed, meanwhile.
bool LiveRun::make_anew(LiveEngine& engine, std::unique_ptr<Path>& path, std::string& error) {
  if (!options_.quiet)
    fmt::print(stderr, "run: {}: the books are made anew\n",
               engine.books().stale() ? "a gap was lost" : "more is missing than snapshot_beyond lets be asked for");
  try {
    engine.suspend();
  } catch (const std::exception& e) {
    error = e.what();
    engine.stop_recording();
    return false;
  }
  wind_down(engine, false, error);
  if (!error.empty() || stopping()) return false;
  end_path(*path);
  config_.core.order.first_user_ref = engine.next_user_ref();
  positions_.clear();
  for (std::size_t i = 0; i < config_.core.symbols.size(); ++i) {
    Command c = of(CommandOp::position);
    c.symbol = static_cast<std::uint16_t>(i);
    c.price = static_cast<std::uint32_t>(engine.ledger().position(static_cast<SymbolIndex>(i)));
    if (c.price != 0) positions_.push_back(c);
  }
  try {
    exchange_->begin_again();
    if (!prepare()) return false;
    if (record_) {
      record_->close();
      open_record();
    }
    path = make_path(engine);
  } catch (const std::exception& e) {
    error = e.what();
    return false;
  }
  if (!options_.quiet) fmt::print(stderr, "run: trading again, {} messages of a snapshot\n", snapshot_messages_);
  return true;
}

void LiveRun::check_journal() const {
  if (journal_ && !journal_->good()) throw std::runtime_error(journal_->failed());
}

// Disarms, cancels what is open, and waits for the answers; `at_the_end` as the configuration says.
void LiveRun::wind_down(LiveEngine& engine, bool at_the_end, std::string& error) {
  const Clock::time_point deadline = Clock::now() + std::chrono::milliseconds(live_.stop_timeout_ms);
  bool disarm = at_the_end;
  for (;;) {
    try {
      if (std::exchange(disarm, false)) engine.command(of(CommandOp::disarm));
      while (engine.ledger().open() != 0) {
        const unsigned left = live_.cancel_on_stop || !at_the_end ? engine.cancel_open(session::EventLoop::now()) : 0;
        if (from_file_ && left == 0) engine.answer_all();
        if (Clock::now() >= deadline) return;
        const std::size_t taken = engine.round();
        serve(&engine, at_the_end ? LivePhase::stopping : LivePhase::trading);
        if (taken == 0) rest();
      }
      return;
    } catch (const std::exception& e) {
      // The record may fail at the DISARM too: that is given again, without it.
      if (error.empty()) error = e.what();
      engine.stop_recording();
      disarm = engine.armed();
    }
  }
}

void LiveRun::report(const LiveEngine& engine, Path& path) {
  if (venue_ != nullptr) fmt::print("{}", to_text(venue_->status()));
  if (paths_begun_ > 1) fmt::print("books made anew {} times; counters below are the last path's\n", paths_begun_ - 1);
  fmt::print("{}", closing_report(engine, config_.core, path.counters()));
  if (const auto switched = desk_->status()) fmt::print("{}", to_text(*switched));
  for (std::size_t i = 0; i < inputs_.size(); ++i) fmt::print("{}", to_text(live_.from[i], inputs_[i]->counters()));
  if (gaps_) {
    const GapCounters& c = gaps_->gap_counters();
    fmt::print("re-requests: {} gaps, {} requests, {} answers\n", c.gaps, c.requests, c.answers);
  }
  if (sender_) fmt::print("{}", to_text(live_.to, sender_->counters()));
  if (journal_) fmt::print("{}: {} records\n", journal_->folder().string(), journal_->records());
  if (record_)
    fmt::print("{}: {} frames, {} commands recorded\n", live_.record, record_->frames(), record_->commands());
}

}  // namespace twinpath
