// What leaves a live run, and what its path tells.
#include "host/live/live_engine.h"
#include "host/live/order_cancel.h"
#include "host/live/put_out.h"

namespace twinpath {

// What the session carries leaves when its event comes.
bool LiveEngine::leave(std::span<const std::uint8_t> frame) {
  if (exchange_.carries() || put_out(*sender_, frame)) return true;
  ++counters_.unsent;
  return false;
}

void LiveEngine::on_order_frame(std::span<const std::uint8_t> frame) {
  left_ = leave(frame);
  if (!left_) kill_due_ = true;
}

void LiveEngine::on_event(const Event& e) {
  switch (e.event_kind()) {
    case EventKind::order:
    case EventKind::cancel:
      ++(e.event_kind() == EventKind::order ? counters_.orders : counters_.cancels);
      if (e.event_kind() == EventKind::order) next_user_ref_ = e.user_ref + 1;
      ledger_->on_event(e);
      exchange_.sent(e);
      if (journal_ == nullptr) break;
      journal_->event(e);
      journal_->sent(e.user_ref, e.event_kind() == EventKind::cancel, left_);
      break;
    case EventKind::reject:
      if (journal_ != nullptr) journal_->event(e);
      if (e.reason < counters_.rejects.size()) ++counters_.rejects[e.reason];
      break;
    case EventKind::command:
      if (journal_ != nullptr) journal_->event(e);
      ledger_->on_event(e);
      books_.on_event(e);
      break;
    case EventKind::state:
      if (journal_ != nullptr) journal_->event(e);
      books_.on_event(e);
      break;
    default:
      books_.on_event(e);
      break;
  }
}

unsigned LiveEngine::cancel_open(Nanoseconds now) {
  constexpr std::uint64_t kMostAtOnce = kSendRooms;
  const Nanoseconds interval{static_cast<std::uint64_t>(to_nanoseconds(Cycles{limits_.rate_interval}) + 1)};
  std::uint64_t budget = kMostAtOnce;
  if (limits_.rate_interval != 0) budget = now >= next_cancel_ ? 1 : 0;
  unsigned left = 0;
  ledger_->for_each_open([&](const OrderLedger::Order& o) {
    if (o.cancel_sent) return;
    if (budget == 0 || !leave(frames_.cancel(o.user_ref))) {
      ++left;
      return;
    }
    --budget;
    next_cancel_ = now + interval;
    ++counters_.stop_cancels;
    exchange_.sent(cancelled(o));
  });
  return left;
}

// A cancel of this order has left, which nobody but the host asked for.
Event LiveEngine::cancelled(const OrderLedger::Order& o) {
  Event e{};
  e.kind = static_cast<std::uint8_t>(EventKind::cancel);
  e.time = clock_.now().value;
  e.symbol = o.symbol;
  e.user_ref = o.user_ref;
  e.side = static_cast<std::uint8_t>(o.side);
  e.price = o.price;
  if (journal_ != nullptr) {
    journal_->host_cancel(e);
    journal_->sent(e.user_ref, true, true);
  }
  ledger_->on_event(e);
  return e;
}

std::string LiveEngine::cancel(std::uint32_t user_ref) {
  if (std::string why = cancel_refused(*ledger_, user_ref, next_user_ref_); !why.empty()) return why;
  if (!leave(frames_.cancel(user_ref))) return "the send queue is full: the cancel has not left; try again";
  ++counters_.host_cancels;
  const Event e = cancelled(*ledger_->order(user_ref));
  if (const auto answer = exchange_.cancelled(e)) command(*answer);
  return {};
}

}  // namespace twinpath
