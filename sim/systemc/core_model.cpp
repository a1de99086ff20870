#include "sim/systemc/core_model.h"

#include <stdexcept>

#include "host/wire/itch50.h"

namespace twinpath::platform {
namespace {

const CoreConfig& only_rules(const CoreConfig& config) {
  if (!config.strategy.rules())
    throw std::invalid_argument("systemc: runs the rules only, found strategy '" + config.strategy.name +
                                "'; choose sw: for it");
  return config;
}

std::uint16_t cycles16(std::uint64_t cycles) noexcept {
  return static_cast<std::uint16_t>(std::min<std::uint64_t>(cycles, 65535));
}

}  // namespace

CoreModel::CoreModel(const CoreConfig& config)
    : out_{&stamps_, {}, {}, {}, {}},
      tap_{this},
      core_(only_rules(config), counters_, out_, stamps_),
      feed_(config.feed, counters_, tap_) {}

void CoreModel::frame(std::span<const std::uint8_t> bytes, bool fcs_error, const Beats& beats) {
  advance(beats.first);
  bytes_ = bytes;
  beats_ = beats;
  replaying_ = false;
  feed_.frame(beats.first, bytes, fcs_error);
  free_ = std::max(free_, beats.last());
  bytes_ = {};
}

void CoreModel::command(Cycles stamp, const Command& command) {
  advance(stamp);
  feed_.command(stamp);
  stamps_.last_byte = free_ = std::max(free_, stamp);
  core_.command(stamp, command);
}

void CoreModel::advance(Cycles time) {
  const auto due = deadline();
  if (!due || *due > time) return;
  bytes_ = {};
  beats_ = {.first = *due};
  replaying_ = false;
  feed_.advance(time);
}

void CoreModel::Stamps::fill(Event& e) const noexcept {
  e.stages = {way->decoded, way->looked_up, way->booked, way->decided, way->checked};
  const auto set = [&](Stage s, Cycles c) { e.stages[static_cast<std::size_t>(s)] = cycles16(c.value); };
  set(Stage::frame_to_last_byte, last_byte - frame_began);
  if (e.event_kind() != EventKind::order && e.event_kind() != EventKind::cancel) return;
  set(Stage::first_beat, first_beat - last_byte);
  set(Stage::line_wait, first_beat - last_byte - Cycles{way->first_beat});
}

void CoreModel::Out::on_order_frame(std::span<const std::uint8_t> frame) noexcept {
  CoreOrder& order = orders.emplace_back();
  order.first_beat = std::max(stamps->last_byte + Cycles{stamps->way->first_beat}, line_free);
  order.bytes = static_cast<std::uint16_t>(frame.size());
  std::copy(frame.begin(), frame.end(), order.frame.begin());
  stamps->first_beat = order.first_beat;
  line_free = order.first_beat + Cycles{(frame.size() + 7) / 8};
}

void CoreModel::Out::on_event(const Event& event) noexcept {
  const EventKind kind = event.event_kind();
  Cycles at = stamps->last_byte + Cycles{stamps->way->first_beat} + kEventAfterVerdict;
  if (kind == EventKind::command) at = stamps->last_byte + kEventAfterCommand;
  if (kind == EventKind::order || kind == EventKind::cancel) at = std::max(at, stamps->first_beat + kEventAfterStart);
  event_at = std::max(event_at + Cycles{1}, at);
  events.push_back({event_at, stamps->last_byte, event});
}

void CoreModel::Tap::on_feed_state(StateReason reason, const Origin& origin) noexcept {
  CoreModel& m = *model;
  m.stamps_.way = &kShortWay;
  m.stamps_.last_byte = m.free_ = std::max(m.free_, m.bytes_.empty() ? m.beats_.first : m.beats_.last());
  m.core_.on_feed_state(reason, origin);
}

void CoreModel::Tap::on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept {
  model->stamps_.way = &stage_cycles(type);
  model->place(m, itch::message_length(type), origin);
  model->core_.on_message(m, type, origin);
}

// A message of the frame itself passes with its beats; one of a packet that waited in a slot, behind the frame, a beat
// a cycle.
void CoreModel::place(const std::uint8_t* m, std::size_t length, const Origin& origin) noexcept {
  const bool in_frame = !bytes_.empty() && m >= bytes_.data() && m < bytes_.data() + bytes_.size();
  Cycles last;
  if (in_frame) {
    last = beats_.at(static_cast<std::size_t>(m - bytes_.data() + static_cast<std::ptrdiff_t>(length) - 1) / 8);
    stamps_.frame_began = beats_.first;
  } else {
    if (!replaying_ || origin.frame != replay_frame_ || origin.sequence != replay_next_) {
      const Cycles end = replaying_ ? free_ : std::max(free_, bytes_.empty() ? beats_.first : beats_.last());
      replay_from_ = end + kReplayAfter;
      replayed_ = 0;
      replay_frame_ = origin.frame;
      replaying_ = true;
    }
    replayed_ += 2 + length;
    replay_next_ = origin.sequence + 1;
    last = replay_from_ + Cycles{(replayed_ - 1) / 8};
    stamps_.frame_began = replay_from_;
  }
  stamps_.last_byte = free_ = std::max(last, free_ + Cycles{1});
}

}  // namespace twinpath::platform
