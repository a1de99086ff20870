// The primary's health, taking over from it and handing back to it.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "host/path/switch_path.h"

namespace twinpath {

// ---- the primary's health ----

// The first word counts; nothing that the primary gives afterwards does.
void SwitchPath::suspect(SwitchCause cause, std::string detail) {
  listening_ = false;
  if (!suspicion_) suspicion_.emplace(cause, std::move(detail));
}

void SwitchPath::fail() {
  ++status_.faults;
  const auto [cause, detail] = *std::exchange(suspicion_, std::nullopt);
  status_.detail = detail;
  lead(cause);
}

void SwitchPath::lead(SwitchCause cause) {
  listening_ = false;
  status_.cause = cause;
  status_.fault_input = inputs_;
  if (state_ == SwitchState::catching_up || state_ == SwitchState::proving) {
    state_ = SwitchState::shadow_leads;
    return;
  }
  complete_pair();
  const bool by_hand = cause == SwitchCause::by_hand;
  if (options_.policy == SwitchPolicy::manual && !by_hand) {
    state_ = SwitchState::held;
  } else if (options_.policy == SwitchPolicy::cancel_all_first) {
    cancel_all();
    if (open_.empty()) release();
  } else {
    release();
  }
}

void SwitchPath::after_inputs() {
  switch (state_) {
    case SwitchState::primary_leads:
      check_progress();
      break;
    case SwitchState::held:
      break;
    case SwitchState::cancelling:
      if (open_.empty() || inputs_ - cancelling_from_ >= options_.cancel_inputs) release();
      break;
    case SwitchState::shadow_leads:
      if (options_.hand_back == HandBack::automatic && !log_.full() && status_.attempts < options_.most_attempts &&
          inputs_ - status_.fault_input >= options_.retry_inputs)
        make_primary_afresh();
      break;
    case SwitchState::catching_up:
    case SwitchState::proving:
      check_proof();
      break;
  }
}

void SwitchPath::check_progress() {
  std::uint64_t oldest = inputs_;
  if (!events_.empty()) oldest = std::min(oldest, events_.front().input);
  if (!frames_.empty()) oldest = std::min(oldest, frames_.front().input);
  if (inputs_ - oldest < options_.stall_inputs) return;
  suspect(SwitchCause::stall,
          fmt::format("an output of input {} did not come within {} further inputs", oldest, inputs_ - oldest));
  fail();
}

// Of a primary made afresh: whether it keeps up, and whether it may lead again.
void SwitchPath::check_proof() {
  if (log_.full()) {
    suspect(SwitchCause::disagreement, "the inputs kept for handing back have passed their limit");
    return fail();
  }
  if (state_ == SwitchState::catching_up) {
    if (log_at_ != log_.size()) return;
    state_ = SwitchState::proving;
    agreed_ = 0;
    mark_input_ = inputs_;
    mark_events_ = events_out_;
  }
  if (primary_events_ >= mark_events_) {
    mark_input_ = inputs_;
    mark_events_ = events_out_;
  } else if (inputs_ - mark_input_ >= options_.stall_inputs) {
    suspect(SwitchCause::stall,
            fmt::format("a primary made afresh is {} outputs behind", events_out_ - primary_events_));
    return fail();
  }
  const std::uint64_t agreed = agreed_ + (inputs_ + 1 - batch_first_);
  if (agreed < options_.healthy_inputs) {
    agreed_ = agreed;
    return;
  }
  const auto even = [this] { return primary_events_ == events_out_ && primary_frames_ == frames_out_; };
  // A card keeps outputs that are no order's for a while; every input has brought the time there already.
  if (!even()) drive_primary([this] { primary_->advance(now_); });
  if (state_ == SwitchState::proving && even() && frames_out_ == orders_out_) {
    state_ = SwitchState::primary_leads;
    ++status_.hand_backs;
  }
}

// ---- taking over ----

// The event of an order frame that has left follows it before anything else does.
void SwitchPath::complete_pair() {
  const std::uint64_t frames = frames_out_;
  while (orders_out_ < frames && !events_.empty()) {
    const Event e = events_.front().event;
    events_.pop();
    ++events_out_;
    orders_out_ += explains_frame(e);
    put_event(e);
  }
}

void SwitchPath::release() {
  while (!events_.empty()) {
    const Event e = events_.front().event;
    if (explains_frame(e) && frames_out_ == orders_out_) {
      if (frames_.empty()) throw std::logic_error(name_ + ": the shadow gave the event of an order without its frame");
      const HeldFrame f = frames_.front();
      status_.longest_wait = std::max(status_.longest_wait, inputs_ - f.input);
      frames_.pop();
      ++frames_out_;
      put_frame(f.span());
    }
    events_.pop();
    ++events_out_;
    orders_out_ += explains_frame(e);
    put_event(e);
  }
  open_.clear();
  ++status_.take_overs;
  state_ = SwitchState::shadow_leads;
}

void SwitchPath::cancel_all() {
  state_ = SwitchState::cancelling;
  cancelling_from_ = inputs_;
  open_.clear();
  ledger_->for_each_open([&](const OrderLedger::Order& o) { open_.push_back({o.user_ref, o.leaves}); });
  // Answers that are inputs already, whose events are held: they end orders without being waited for.
  for (const HeldEvent& h : events_.all()) {
    if (h.event.event_kind() == EventKind::command)
      answered(static_cast<CommandOp>(h.event.reason), h.event.user_ref, h.event.quantity);
  }
  std::vector<Event> cancels;
  ledger_->for_each_open([&](const OrderLedger::Order& o) {
    if (o.cancel_sent || std::ranges::find(open_, o.user_ref, &Open::user_ref) == open_.end()) return;
    Event e{};
    e.kind = static_cast<std::uint8_t>(EventKind::cancel);
    e.time = now_.value;
    e.symbol = o.symbol;
    e.trigger = o.symbol;
    e.side = static_cast<std::uint8_t>(o.side);
    e.user_ref = o.user_ref;
    e.price = o.price;
    cancels.push_back(e);
  });
  for (const Event& e : cancels) {
    put_frame(builder_.cancel(e.user_ref));
    put_event(e);
  }
  status_.cancels += cancels.size();
}

void SwitchPath::answered(CommandOp op, std::uint32_t user_ref, std::uint32_t quantity) {
  if (op != CommandOp::done && op != CommandOp::fill) return;
  std::erase_if(open_, [&](Open& o) {
    if (o.user_ref != user_ref) return false;
    if (op == CommandOp::fill) o.leaves -= std::min(o.leaves, quantity);
    return op == CommandOp::done || o.leaves == 0;
  });
}

std::string SwitchPath::take_over() {
  if (state_ == SwitchState::cancelling || state_ == SwitchState::held) {
    release();
  } else if (state_ == SwitchState::primary_leads) {
    status_.detail = "the operator took over";
    lead(SwitchCause::by_hand);
  } else {
    return "the shadow leads already";
  }
  rethrow();
  return {};
}

// ---- handing back ----

std::string SwitchPath::hand_back() {
  switch (state_) {
    case SwitchState::primary_leads:
      return "the primary leads already";
    case SwitchState::held:
      return "nobody leads; take over first";
    case SwitchState::cancelling:
      return "open orders are being cancelled; wait until the shadow leads";
    case SwitchState::catching_up:
    case SwitchState::proving:
      return "a primary is being made afresh already";
    case SwitchState::shadow_leads:
      break;
  }
  if (!keeps_log_) return "no inputs are kept for it: hand_back of [switch] is \"never\"";
  if (log_.full()) return "the inputs of the session have passed log_mb of [switch] and are no longer kept";
  make_primary_afresh();
  rethrow();
  return {};
}

void SwitchPath::make_primary_afresh() {
  ++status_.attempts;
  primary_.reset();
  primary_frames_ = primary_events_ = 0;
  log_at_ = 0;
  state_ = SwitchState::catching_up;
  listening_ = true;
  drive_primary([&] { primary_ = make_primary_(primary_tap_); });
}

void SwitchPath::feed_primary(std::uint64_t entries) {
  const std::size_t end = std::min<std::uint64_t>(log_.size(), log_at_ + entries);
  drive_primary([&] {
    while (log_at_ < end && !suspicion_) log_.give(log_at_++, *primary_);
  });
}

}  // namespace twinpath
