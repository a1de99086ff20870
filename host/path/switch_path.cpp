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

}  // namespace

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
        if (!input.is_frame) answered(input.command.op, input.command.user_ref, input.command.quantity);
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
  if (keeps_log_) log_.advance(time, state_ == SwitchState::catching_up ? log_at_ : 0);
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
