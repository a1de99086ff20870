#include "host/venue/gateway/day_schedule.h"

#include <array>

namespace twinpath::gateway {
namespace {

using market::BookState;
using market::Request;
using market::RequestKind;

// Of all symbols.
void ask(MarketHub& hub, RequestKind kind, BookState state = BookState::continuous, char event = ' ') {
  Request r;
  r.kind = kind;
  r.state = state;
  r.event = event;
  hub.apply(r);
}

}  // namespace

std::string_view to_string(DayPhase p) noexcept {
  constexpr std::array<std::string_view, 7> kNames{"no day",       "begun",  "opening call", "continuous",
                                                   "closing call", "closed", "over"};
  return kNames[static_cast<std::size_t>(p)];
}

void DaySchedule::market_did(const Request& r, std::span<const market::Execution> executions) {
  if (r.kind == RequestKind::start_of_day && taken(executions)) {
    phase_ = DayPhase::begun;
    begun_ = indicated_ = r.time;
    started_ = opened_ = closed_ = ended_ = false;
    return;
  }
  if (phase_ == DayPhase::none || phase_ == DayPhase::over) return;
  // A symbol that is halted may refuse what the others do.
  const bool all = r.terms.locate == 0;
  switch (r.kind) {
    case RequestKind::set_state:
      if (!all) break;
      if (r.state == BookState::call)
        phase_ = phase_ == DayPhase::continuous ? DayPhase::closing_call : DayPhase::opening_call;
      else if (r.state == BookState::continuous)
        phase_ = DayPhase::continuous;
      else if (r.state == BookState::closed)
        phase_ = DayPhase::closed;
      break;
    case RequestKind::uncross:
      if (all) phase_ = r.state == BookState::closed ? DayPhase::closed : DayPhase::continuous;
      break;
    case RequestKind::indicate:
      indicated_ = r.time;
      break;
    case RequestKind::system_event:
      started_ |= r.event == 'S';
      opened_ |= r.event == 'Q';
      closed_ |= r.event == 'M';
      ended_ |= r.event == 'E';
      break;
    case RequestKind::end_of_day:
      phase_ = DayPhase::over;
      break;
    default:
      break;
  }
}

bool DaySchedule::due(const PhaseTime& when, std::uint64_t time, std::uint64_t ahead) const noexcept {
  switch (when.kind) {
    case PhaseTime::Kind::never:
      return false;
    case PhaseTime::Kind::time_of_day:
      return time + ahead >= when.ns;
    case PhaseTime::Kind::after_begin:
      break;
  }
  return time + ahead >= begun_ + when.ns;
}

void DaySchedule::advance(MarketHub& hub) {
  const std::uint64_t time = hub.time();
  if (phase_ == DayPhase::begun) begin(hub);
  if (phase_ == DayPhase::opening_call && due(options_.opening, time)) end_opening(hub);
  if (phase_ == DayPhase::continuous && !opened_) ask(hub, RequestKind::system_event, {}, 'Q');
  if (phase_ == DayPhase::continuous && options_.closing_call_ns != 0 &&
      due(options_.closing, time, options_.closing_call_ns))
    ask(hub, RequestKind::set_state, BookState::call);
  const bool call = phase_ == DayPhase::opening_call || phase_ == DayPhase::closing_call;
  if (phase_ == DayPhase::closed ||
      (phase_ != DayPhase::none && phase_ != DayPhase::over && due(options_.closing, time)))
    end(hub);
  else if (call && time >= indicated_ + options_.indicate_ns)
    ask(hub, RequestKind::indicate, {}, phase_ == DayPhase::opening_call ? 'O' : 'C');
}

void DaySchedule::begin(MarketHub& hub) {
  if (!started_) ask(hub, RequestKind::system_event, {}, 'S');
  const bool at_once = options_.opening.kind == PhaseTime::Kind::after_begin && options_.opening.ns == 0;
  ask(hub, RequestKind::set_state, at_once ? BookState::continuous : BookState::call);
}

void DaySchedule::end_opening(MarketHub& hub) { ask(hub, RequestKind::uncross, BookState::continuous, 'O'); }

void DaySchedule::end(MarketHub& hub) {
  if (phase_ == DayPhase::closing_call)
    ask(hub, RequestKind::uncross, BookState::closed, 'C');
  else if (phase_ != DayPhase::closed)
    ask(hub, RequestKind::set_state, BookState::closed);
  if (!closed_) ask(hub, RequestKind::system_event, {}, 'M');
  if (!ended_) ask(hub, RequestKind::system_event, {}, 'E');
  ask(hub, RequestKind::end_of_day);
}

bool DaySchedule::open(MarketHub& hub) {
  switch (phase_) {
    case DayPhase::none:
    case DayPhase::over:
      ask(hub, RequestKind::start_of_day);
      return true;
    case DayPhase::opening_call:
      end_opening(hub);
      return true;
    default:
      return false;
  }
}

bool DaySchedule::close(MarketHub& hub) {
  if (phase_ == DayPhase::none || phase_ == DayPhase::over) return false;
  end(hub);
  return true;
}

}  // namespace twinpath::gateway
