// What a live run is asked and told while it runs.
#include <fmt/format.h>

#include <stdexcept>

#include "host/apps/config/config_reload.h"
#include "host/apps/live/hangup.h"
#include "host/apps/live/live_run.h"
#include "host/apps/live/run_text.h"

namespace twinpath {
// The trading thread: what the control thread has asked for.
void LiveRun::serve(LiveEngine* engine, LivePhase phase) {
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
        if (engine == nullptr && (r->command.op == CommandOp::kill || r->command.op == CommandOp::release)) {
          kill_ = r->command.op == CommandOp::kill;
          break;
        }
        r->refused = refusal(*r, engine, phase);
        if (r->refused.empty()) obey(*r, *engine);
    }
  } catch (...) {
    r->refused = "the run is stopping: its record cannot be written";
    mailbox_.done();
    throw;
  }
  mailbox_.done();
}

// Why a request cannot be obeyed now; empty when it can.
std::string LiveRun::refusal(const LiveRequest& r, const LiveEngine* engine, LivePhase phase) const {
  const bool arm = r.kind == LiveRequest::Kind::command && r.command.op == CommandOp::arm;
  if (phase == LivePhase::directory)
    return "the Stock Directory messages of its symbols are still waited for; see status";
  if (phase == LivePhase::exchange) return "the session with the exchange is not trading yet; see status";
  if (phase == LivePhase::snapshot) return "a snapshot of the market is still waited for; see status";
  if (!arm) return {};
  if (!exchange_->trading()) return "the session with the exchange is not trading; see status";
  if (phase == LivePhase::stopping) return "the run is stopping";
  if (desk_->held()) return "the primary has failed and nobody has taken over; see status, then take-over";
  if (engine->numbers_used_up()) return std::string(kOrderNumbersUsedUp);
  return {};
}

void LiveRun::obey(LiveRequest& r, LiveEngine& engine) {
  switch (r.kind) {
    case LiveRequest::Kind::take_over:
      r.refused = desk_->take_over();
      break;
    case LiveRequest::Kind::hand_back:
      r.refused = desk_->hand_back();
      break;
    case LiveRequest::Kind::cancel:
      r.refused = engine.cancel(r.command.user_ref);
      break;
    case LiveRequest::Kind::swap:
      engine.swap(*r.bank);
      reloaded_ = *r.bank;
      break;
    default:
      engine.command(r.command);
  }
}

void LiveRun::fill(LiveStatus& s, const LiveEngine* engine, LivePhase phase) {
  s.phase = phase;
  for (std::size_t i = 0; i < inputs_.size(); ++i) s.received[i] = inputs_[i]->counters();
  if (sender_) s.sent = sender_->counters();
  if (venue_ != nullptr) s.exchange = venue_->status();
  if (config_.recovery) {
    s.recovery.emplace();
    s.recovery->paths = paths_begun_;
    s.recovery->snapshot_messages = snapshot_messages_;
    if (gaps_) s.recovery->gaps = gaps_->gap_counters();
  }
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
std::string LiveRun::ask(LiveRequest& request) {
  if (!mailbox_.call(request)) return control_error({"the run has ended"});
  return request.refused.empty() ? control_ok() : control_error({request.refused});
}

std::string LiveRun::reload() {
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

std::string LiveRun::answer(std::string_view line) {
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
    case ControlLine::Verb::cancel:
      request.kind = LiveRequest::Kind::cancel;
      request.command = parsed.command;
      break;
    default:
      request.kind = LiveRequest::Kind::command;
      request.command = parsed.command;
  }
  return ask(request);
}

void LiveRun::tick() {
  if (!hung_up()) return;
  const std::string result = reload();
  fmt::print(stderr, "run: reload: {}\n", result);
}

}  // namespace twinpath
