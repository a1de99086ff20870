#include "host/path/lockstep.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "host/core/event_fields.h"

namespace twinpath {

void OutputRecorder::on_order_frame(std::span<const std::uint8_t> frame) {
  if (frame.size() > PathOutput::kMaxFrame) throw std::length_error("order frame longer than any this system sends");
  std::copy(frame.begin(), frame.end(), pending_.frame.begin());
  pending_.frame_bytes = static_cast<std::uint16_t>(frame.size());
}

void OutputRecorder::on_event(const Event& event) {
  ++outputs_;
  pending_.event = event;
  const bool has_frame = event.event_kind() == EventKind::order || event.event_kind() == EventKind::cancel;
  PathOutput output = pending_;
  if (has_frame) {
    pending_.frame_bytes = 0;
  } else {
    output.frame_bytes = 0;
  }
  if (on_output) on_output(output);
  if (keep_) queue_.push_back(output);
}

std::uint32_t LockstepDifference::frame() const noexcept {
  if (first && second) return std::min(first->event.frame, second->event.frame);
  return first ? first->event.frame : second ? second->event.frame : 0;
}

namespace {

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (std::uint8_t b : bytes) text += fmt::format("{:02x}", b);
  return text;
}

std::string one_side(std::string_view name, const std::optional<PathOutput>& output) {
  if (!output) return fmt::format("  {}: no further output\n", name);
  std::string text = fmt::format("  {}: {} of frame {}, sequence {}\n   ", name, kind_name(output->event.event_kind()),
                                 output->event.frame, output->event.sequence);
  for_each_field(output->event, [&](std::string_view field, auto value) {
    if (value != 0) text += fmt::format(" {}={}", field, value);
  });
  text += '\n';
  if (output->frame_bytes != 0) text += fmt::format("    frame {}\n", hex(output->order_frame()));
  return text;
}

}  // namespace

std::string LockstepDifference::describe(std::string_view first_name, std::string_view second_name) const {
  if (!counter.empty()) return counter;
  std::string text = fmt::format("output {} differs\n", index);
  if (first && second) {
    std::vector<std::pair<std::string, std::int64_t>> values;
    for_each_field(first->event,
                   [&](std::string_view n, auto v) { values.emplace_back(n, static_cast<std::int64_t>(v)); });
    std::size_t i = 0;
    for_each_field(second->event, [&](std::string_view n, auto v) {
      if (values[i].second != static_cast<std::int64_t>(v))
        text += fmt::format("  {:<18} {} {}   {} {}\n", n, first_name, values[i].second, second_name, v);
      ++i;
    });
    if (same_event(first->event, second->event)) text += "  the events agree, the bytes of the order frame do not\n";
  }
  return text + one_side(first_name, first) + one_side(second_name, second);
}

bool Lockstep::compare() {
  if (difference_) return false;
  auto& a = first_.queue();
  auto& b = second_.queue();
  while (!a.empty() && !b.empty()) {
    const PathOutput& x = a.front();
    const PathOutput& y = b.front();
    if (!same_event(x.event, y.event) || !std::ranges::equal(x.order_frame(), y.order_frame())) {
      difference_ = LockstepDifference{compared_, x, y, {}};
      return false;
    }
    a.pop_front();
    b.pop_front();
    ++compared_;
  }
  return true;
}

bool Lockstep::finish(const CounterValues& first, const CounterValues& second) {
  if (!compare()) return false;
  if (!first_.queue().empty() || !second_.queue().empty()) {
    LockstepDifference d{compared_, {}, {}, {}};
    if (!first_.queue().empty()) d.first = first_.queue().front();
    if (!second_.queue().empty()) d.second = second_.queue().front();
    difference_ = d;
    return false;
  }
  std::string text;
  for (unsigned i = 0; i < kCounterCount; ++i) {
    if (first[i] != second[i]) text += fmt::format("  counter {}: {} and {}\n", kCounterNames[i], first[i], second[i]);
  }
  if (text.empty()) return true;
  difference_ = LockstepDifference{compared_, {}, {}, "all outputs agree, these counters do not\n" + text};
  return false;
}

}  // namespace twinpath
