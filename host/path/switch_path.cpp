#include "host/path/switch_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace twinpath {
namespace {

// Inputs given to one twin and then to the other: few enough that a takeover is not late, enough for the software
// path to look ahead.
constexpr std::size_t kBatch = 16;
constexpr std::uint8_t kTrusted = 0x10;  // SEM 7, book_flags

bool explains_frame(const Event& e) noexcept {
  return e.event_kind() == EventKind::order || e.event_kind() == EventKind::cancel;
}

}  // namespace

std::string_view to_string(SwitchState s) noexcept {
  constexpr std::array<std::string_view, 6> kNames{"primary leads", "held",        "cancelling",
                                                   "shadow leads",  "catching up", "proving"};
  return kNames[static_cast<std::size_t>(s)];
}

std::string_view to_string(SwitchCause c) noexcept {
  constexpr std::array<std::string_view, 7> kNames{"none",         "stall", "drop",   "untrusted book",
                                                   "disagreement", "death", "by hand"};
  return kNames[static_cast<std::size_t>(c)];
}

std::string to_text(const SwitchStatus& s) {
  std::string text = fmt::format("switch: {}; {} faults, {} takeovers, {} cancels, {} of {} attempts handed back\n",
                                 to_string(s.state), s.faults, s.take_overs, s.cancels, s.hand_backs, s.attempts);
  if (s.faults != 0) text += fmt::format("switch: {} at input {}: {}\n", to_string(s.cause), s.fault_input, s.detail);
  return text + s.counter_difference;
}

std::pair<std::string_view, std::string_view> SwitchPath::parse(std::string_view rest) {
  const std::size_t bar = rest.find('|');
  const std::string found = "path 'switch:" + std::string(rest) + "': ";
  if (bar == std::string_view::npos || bar == 0 || bar + 1 == rest.size() ||
      rest.find('|', bar + 1) != std::string_view::npos)
    throw std::invalid_argument(found +
                                "expected two paths with one '|' between them; write switch:PRIMARY|sw:, in quotes "
                                "where a shell reads it");
  const auto primary = rest.substr(0, bar), shadow = rest.substr(bar + 1);
  if (primary.starts_with("switch:"))
    throw std::invalid_argument(found + "expected a primary that is no switched path itself; name one path");
  if (!shadow.starts_with("sw:"))
    throw std::invalid_argument(found + "expected a software path as the shadow, found '" + std::string(shadow) +
                                "'; write sw: behind the '|'");
  return {primary, shadow};
}

SwitchPath::SwitchPath(std::string name, const CoreConfig& config, Make make_primary, const Make& make_shadow,
                       PathSink& sink, const SwitchOptions& options)
    : name_(std::move(name)),
      options_(options),
      sink_(sink),
      builder_(config),
      make_primary_(std::move(make_primary)),
      shadow_(make_shadow(shadow_tap_)),
      primary_(make_primary_(primary_tap_)),
      keeps_log_(options.hand_back != HandBack::never),
      log_(options.log_bytes) {}

// ---- inputs ----

void SwitchPath::submit(std::span<const TimedInput> inputs) {
  while (!inputs.empty()) {
    const auto batch = inputs.first(std::min(kBatch, inputs.size()));
    inputs = inputs.subspan(batch.size());
    batch_first_ = inputs_ + 1;
    inputs_ += batch.size();
    now_ = batch.back().time;
    if (keeps_log_) {
      for (const TimedInput& input : batch) log_.input(input);
    }
    // The shadow first: what the primary gives can then be compared before it leaves.
    shadow_->submit(batch);
    if (state_ == SwitchState::cancelling) {
      for (const TimedInput& input : batch) {
        if (!input.is_frame) answered(input.command);
      }
    }
    if (primary_takes_part()) drive_primary([&] { primary_->submit(batch); });
    if (state_ == SwitchState::catching_up) feed_primary(options_.catch_up * batch.size());
    after_inputs();
  }
  rethrow();
}

void SwitchPath::advance(Cycles time) {
  batch_first_ = ++inputs_;
  now_ = time;
  if (keeps_log_) log_.advance(time);
  shadow_->advance(time);
  if (primary_takes_part()) drive_primary([&] { primary_->advance(time); });
  if (state_ == SwitchState::catching_up) feed_primary(options_.catch_up);
  after_inputs();
  rethrow();
}

void SwitchPath::load_inactive_bank(const Bank& bank) {
  if (keeps_log_) log_.bank(bank);
  shadow_->load_inactive_bank(bank);
  if (primary_takes_part()) drive_primary([&] { primary_->load_inactive_bank(bank); });
  rethrow();
}

void SwitchPath::finish() {
  shadow_->finish();
  if (primary_takes_part()) drive_primary([&] { primary_->finish(); });
  if (state_ == SwitchState::primary_leads && (!events_.empty() || !frames_.empty())) {
    suspect(SwitchCause::stall, "outputs of the shadow that the primary had not given at the end");
    fail();
  }
  if (state_ == SwitchState::cancelling) release();
  if (state_ == SwitchState::primary_leads) {
    drive_primary([&] {
      const CounterValues theirs = primary_->counters(), ours = shadow_->counters();
      for (unsigned i = 0; i < kCounterCount; ++i) {
        if (theirs[i] != ours[i])
          status_.counter_difference +=
              fmt::format("counter {}: primary {}, shadow {}\n", kCounterNames[i], theirs[i], ours[i]);
      }
    });
  }
  rethrow();
}

// ---- outputs ----

void SwitchPath::shadow_frame(std::span<const std::uint8_t> frame) {
  if (frame.size() > PathOutput::kMaxFrame) throw std::length_error("order frame longer than any this system sends");
  if (keeps_log_) log_.frame(frame);
  if (shadow_is_free()) {
    ++frames_out_;
    return put_frame(frame);
  }
  HeldFrame held{{}, frame.size(), batch_first_};
  std::ranges::copy(frame, held.bytes.begin());
  frames_.push(held);
}

void SwitchPath::shadow_event(const Event& e) {
  if (keeps_log_) log_.event(e);
  if (!shadow_is_free()) return events_.push({e, batch_first_});
  ++events_out_;
  orders_out_ += explains_frame(e);
  put_event(e);
}

void SwitchPath::primary_frame(std::span<const std::uint8_t> frame) {
  if (!listening_) return;
  if (state_ != SwitchState::primary_leads) {
    if (!log_.same_frame(primary_frames_++, frame))
      suspect(SwitchCause::disagreement, fmt::format("order frame {} is not the shadow's", primary_frames_ - 1));
    return;
  }
  if (frames_out_ != orders_out_)
    return suspect(SwitchCause::drop,
                   fmt::format("order frame {} came before the event of the one before", frames_out_));
  if (frames_.empty())
    return suspect(SwitchCause::disagreement, fmt::format("order frame {}: the shadow has none", frames_out_));
  if (!std::ranges::equal(frame, frames_.front().span())) {
    const bool later = std::ranges::any_of(frames_.all().subspan(1),
                                           [&](const HeldFrame& f) { return std::ranges::equal(f.span(), frame); });
    return suspect(later ? SwitchCause::drop : SwitchCause::disagreement,
                   fmt::format("order frame {} is not the shadow's", frames_out_));
  }
  status_.longest_wait = std::max(status_.longest_wait, inputs_ - frames_.front().input);
  frames_.pop();
  ++frames_out_;
  put_frame(frame);
}

void SwitchPath::primary_event(const Event& e) {
  if (!listening_) return;
  if (state_ == SwitchState::primary_leads) return compare_event(e);
  if (!log_.same_event(primary_events_++, e))
    suspect(SwitchCause::disagreement, fmt::format("output {} is not the shadow's", primary_events_ - 1));
}

void SwitchPath::compare_event(const Event& e) {
  const auto difference = [&](const std::optional<PathOutput>& shadow) {
    PathOutput primary{};
    primary.event = e;
    return LockstepDifference{events_out_, primary, shadow, {}}.describe("primary", "shadow");
  };
  if (events_.empty()) return suspect(SwitchCause::disagreement, difference({}));
  const Event& expected = events_.front().event;
  if (!same_event(e, expected)) {
    PathOutput shadow{};
    shadow.event = expected;
    const bool later =
        std::ranges::any_of(events_.all().subspan(1), [&](const HeldEvent& h) { return same_event(h.event, e); });
    const bool trust_lost = e.kind == expected.kind && e.symbol == expected.symbol && (e.book_flags & kTrusted) == 0 &&
                            (expected.book_flags & kTrusted) != 0;
    return suspect(later        ? SwitchCause::drop
                   : trust_lost ? SwitchCause::untrusted
                                : SwitchCause::disagreement,
                   difference(shadow));
  }
  const bool explains = explains_frame(e);
  if (explains && frames_out_ != orders_out_ + 1)
    return suspect(SwitchCause::drop,
                   fmt::format("output {}: an event of an order frame that did not come", events_out_));
  events_.pop();
  ++events_out_;
  orders_out_ += explains;
  put_event(e);
}

// ---- the primary's health ----

template <class Call>
void SwitchPath::drive_primary(Call&& call) {
  try {
    call();
  } catch (const std::exception& e) {
    suspect(SwitchCause::death, e.what());
  } catch (...) {
    suspect(SwitchCause::death, "something that is no std::exception");
  }
  if (suspicion_) fail();
}

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
      check_progress();
      break;
  }
}

void SwitchPath::check_progress() {
  if (state_ == SwitchState::primary_leads) {
    std::uint64_t oldest = inputs_;
    if (!events_.empty()) oldest = std::min(oldest, events_.front().input);
    if (!frames_.empty()) oldest = std::min(oldest, frames_.front().input);
    if (inputs_ - oldest < options_.stall_inputs) return;
    suspect(SwitchCause::stall,
            fmt::format("an output of input {} did not come within {} further inputs", oldest, inputs_ - oldest));
    return fail();
  }
  if (log_.full()) {
    suspect(SwitchCause::disagreement, "the inputs kept for handing back have passed their limit");
    return fail();
  }
  if (state_ == SwitchState::catching_up) {
    if (log_at_ != log_.size()) return;
    state_ = SwitchState::proving;
    last_even_ = inputs_;
    agreed_ = 0;
  }
  const bool even = primary_events_ == events_out_ && primary_frames_ == frames_out_;
  if (even) {
    last_even_ = inputs_;
  } else if (inputs_ - last_even_ >= options_.stall_inputs) {
    suspect(SwitchCause::stall,
            fmt::format("a primary made afresh is {} outputs behind", events_out_ - primary_events_));
    return fail();
  }
  if (inputs_ + 1 - batch_first_ + agreed_ < options_.healthy_inputs) {
    agreed_ += inputs_ + 1 - batch_first_;
  } else if (even && frames_out_ == orders_out_) {
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
  std::vector<Event> cancels;
  ledger_->for_each_open([&](const OrderLedger::Order& o) {
    open_.push_back({o.user_ref, o.leaves});
    if (o.cancel_sent) return;
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

// The events of answers are held; the answers themselves are inputs.
void SwitchPath::answered(const Command& c) {
  if (c.op != CommandOp::done && c.op != CommandOp::fill) return;
  std::erase_if(open_, [&](Open& o) {
    if (o.user_ref != c.user_ref) return false;
    if (c.op == CommandOp::fill) o.leaves -= std::min(o.leaves, c.quantity);
    return c.op == CommandOp::done || o.leaves == 0;
  });
}

bool SwitchPath::take_over() {
  if (state_ == SwitchState::cancelling) {
    release();
  } else if (state_ == SwitchState::held) {
    release();
  } else if (state_ == SwitchState::primary_leads) {
    status_.detail = "the operator took over";
    lead(SwitchCause::by_hand);
  } else {
    return false;
  }
  rethrow();
  return true;
}

// ---- handing back ----

bool SwitchPath::hand_back() {
  if (state_ != SwitchState::shadow_leads || !keeps_log_ || log_.full()) return false;
  make_primary_afresh();
  rethrow();
  return true;
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

// ---- the sink ----

// What the sink throws is not the primary's fault: it is kept until the primary's call has returned.
void SwitchPath::put_frame(std::span<const std::uint8_t> frame) {
  if (sink_error_) return;
  try {
    sink_.on_order_frame(frame);
  } catch (...) {
    sink_error_ = std::current_exception();
  }
}

void SwitchPath::put_event(const Event& e) {
  ledger_->on_event(e);
  if (sink_error_) return;
  try {
    sink_.on_event(e);
  } catch (...) {
    sink_error_ = std::current_exception();
  }
}

void SwitchPath::rethrow() {
  if (sink_error_) std::rethrow_exception(std::exchange(sink_error_, nullptr));
}

SwitchStatus SwitchPath::status() const {
  SwitchStatus s = status_;
  s.state = state_;
  s.inputs = inputs_;
  s.held_orders = frames_.size();
  s.log_bytes = log_.bytes();
  s.log_full = log_.full();
  return s;
}

}  // namespace twinpath
