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

// Of two cycle counts of 16 bits, as an event has them.
std::uint16_t between(Cycles from, Cycles to) noexcept { return static_cast<std::uint16_t>((to - from).value); }

// How long a command holds the pipeline (hw/rtl/risk/README.md).
unsigned held_by(const Command& c, const Risk& risk) noexcept {
  switch (c.op) {
    case CommandOp::ack:
      return 1;
    case CommandOp::fill:
    case CommandOp::done:
      return risk.open_order(c.user_ref) == nullptr ? 1 : 4;
    case CommandOp::position:
      return c.symbol < kSymbols ? 4 : 0;
    default:
      return 0;
  }
}

}  // namespace

template <class S>
CoreModelOf<S>::CoreModelOf(const CoreConfig& config, Fault fault)
  requires(kRules)
    : fault_(fault),
      config_(config.feed),
      out_{&stamps_, &timing_, {}, {}, {}, false},
      tap_{this},
      core_(only_rules(config), counters_, out_, stamps_),
      feed_(config.feed, counters_, tap_) {
  if (fault == Fault::endless_line) timing_.never_fill_line();
}

template <class S>
CoreModelOf<S>::CoreModelOf(const CoreConfig& config, KernelTurn& turn)
  requires(!kRules)
    : fault_(Fault::none),
      config_(config.feed),
      out_{&stamps_, &timing_, {}, {}, {}, false},
      tap_{this},
      core_(config, counters_, out_, stamps_, linked(turn)),
      feed_(config.feed, counters_, tap_) {}

template <class S>
void CoreModelOf<S>::frame(Cycles stamp, std::span<const std::uint8_t> bytes, bool fcs_error, const Beats& beats) {
  advance(stamp, beats.first);
  const std::uint64_t packets = count(Counter::packets_a) + count(Counter::packets_b);
  const std::uint64_t stored = count(Counter::reorder_stored);
  const std::size_t header = kFrameHeaderBytes + (bytes.size() > 13 && load_be16(&bytes[12]) == 0x8100 ? 4 : 0);
  late_ = beats.first - stamp;
  bytes_ = bytes;
  began_ = beats.first;
  in_frame_ = true;
  in_order_ = false;
  fcs_error_ = fcs_error;
  timing_.begin_frame(beats, header);
  feed_.frame(stamp, bytes, fcs_error);
  if (count(Counter::packets_a) + count(Counter::packets_b) == packets) {
    timing_.drop_frame();
  } else {
    leave_frame();
    end_replay();
    FeedPacket packet;
    if (count(Counter::reorder_stored) != stored && parse_frame(bytes, config_, packet) == Counter::frames)
      kept_.keep(packet, next_frame_, began_, header);
  }
  ++next_frame_;
  bytes_ = {};
  in_frame_ = false;
}

template <class S>
void CoreModelOf<S>::command(Cycles stamp, Cycles pins, const Command& command) {
  advance(stamp, pins);
  late_ = pins - stamp;
  feed_.command(stamp);
  const unsigned held = held_by(command, core_.risk());
  stamps_.at = timing_.command(pins);
  stamps_.held = Cycles{held == 0 ? 0 : held - 1};
  timing_.hold(stamps_.at.verdict, held);
  const Cycles on = stamps_.at.verdict + Cycles{held};
  begin_turn(on);
  core_.command(stamp, command);
  end_turn(on);
  if (fault_ == Fault::deaf_to_kill && command.op == CommandOp::kill) undo(CommandOp::release, stamp);
  if (fault_ == Fault::deaf_to_kill && command.op == CommandOp::disarm) undo(CommandOp::arm, stamp);
  stamps_.held = {};
}

// Takes back what was told.
template <class S>
void CoreModelOf<S>::undo(CommandOp op, Cycles stamp) noexcept {
  Command c;
  c.op = op;
  c.symbol = 0xFFFF;
  out_.mute = true;
  core_.command(stamp, c);
  out_.mute = false;
}

template <class S>
void CoreModelOf<S>::advance(Cycles time) {
  advance(time, time + late_);
}

template <class S>
void CoreModelOf<S>::advance(Cycles time, Cycles pins) {
  const auto due = deadline();
  if (!due || *due > time) return;
  const Cycles seen = *due + late_;
  timing_.expire(jumps_ && timing_.rests(seen) ? pins : seen);
  sought_ = false;
  feed_.advance(time);
  end_replay();
}

template <class S>
void CoreModelOf<S>::Stamps::fill(Event& e) const noexcept {
  e.stages = {};
  const auto set = [&](Stage s, Cycles from, Cycles to) { e.stages[static_cast<std::size_t>(s)] = between(from, to); };
  set(Stage::decoded, at.last_byte, at.split + Cycles{1});
  set(Stage::looked_up, at.last_byte, at.looked_up);
  set(Stage::booked, at.last_byte, at.verdict);
  set(Stage::decided, at.last_byte, at.verdict);
  set(Stage::checked, at.last_byte, at.verdict);
  set(Stage::frame_to_last_byte, frame_began, at.last_byte);
  if (e.event_kind() != EventKind::order && e.event_kind() != EventKind::cancel) return;
  set(Stage::first_beat, at.last_byte, first_beat);
  set(Stage::line_wait, at.verdict + Cycles{1}, first_beat);
}

template <class S>
void CoreModelOf<S>::Out::on_order_frame(std::span<const std::uint8_t> frame) noexcept {
  CoreOrder& order = orders.emplace_back();
  order.first_beat = timing->order(stamps->at.verdict, (frame.size() + 7) / 8);
  order.bytes = static_cast<std::uint16_t>(frame.size());
  std::copy(frame.begin(), frame.end(), order.frame.begin());
  stamps->first_beat = order.first_beat;
}

template <class S>
void CoreModelOf<S>::Out::on_event(const Event& event) noexcept {
  if (mute) return;
  const EventKind kind = event.event_kind();
  Cycles at = stamps->at.verdict + kEventAfterVerdict + stamps->held;
  if (kind == EventKind::order || kind == EventKind::cancel) at = std::max(at, stamps->first_beat + kEventAfterStart);
  event_at = std::max(event_at + Cycles{1}, at);
  events.push_back({event_at, stamps->at.last_byte, event});
}

template <class S>
void CoreModelOf<S>::Tap::on_feed_state(StateReason reason, const Origin& origin) noexcept {
  // A frame is told to be wrong behind its messages, its end of session behind all of it.
  model->leave_frame(true);
  model->stamps_.at = reason == StateReason::end_of_session ? model->timing_.end_of_session() : model->timing_.own();
  const Cycles on = model->stamps_.at.verdict;
  model->begin_turn(on);
  model->core_.on_feed_state(reason, origin);
  model->end_turn(on);
  if (model->fault_ == Fault::blind_to_gaps) model->undo(CommandOp::trust, origin.stamp);
}

template <class S>
void CoreModelOf<S>::Tap::on_packet(PacketFate fate, std::uint32_t frame) noexcept {
  if (fate == PacketFate::in_order) {
    model->in_order_ = true;
    return;
  }
  model->leave_frame();
  model->end_replay();
  if (fate == PacketFate::sought) {
    if (model->sought_) model->timing_.look_again();
    model->sought_ = true;
    return;
  }
  KeptPacket* slot = model->kept_.of_frame(frame);
  if (slot == nullptr) return;
  if (fate == PacketFate::old) {
    model->timing_.pass_slot();
    model->kept_.free(*slot);
  } else {
    model->timing_.begin_replay(slot->lane, slot->blocks);
    model->replayed_ = slot;
  }
}

template <class S>
void CoreModelOf<S>::Tap::on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept {
  model->place(m, type, origin);
  const Cycles on = model->stamps_.at.verdict;
  model->begin_turn(on);
  model->core_.on_message(m, type, origin);
  model->end_turn(on);
}

// A message of the frame itself passes with its beats; one of a packet that was kept, when that is replayed.
template <class S>
void CoreModelOf<S>::place(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept {
  if (in_frame_ && m >= bytes_.data() && m < bytes_.data() + bytes_.size()) {
    const auto end = static_cast<std::size_t>(m - bytes_.data()) + itch::message_length(type);
    stamps_.at = timing_.in_frame(end, type);
    if (fault_ == Fault::late_verdict) stamps_.at.verdict += Cycles{1};
    stamps_.frame_began = began_;
    return;
  }
  if (replayed_ == nullptr) return;
  stamps_.at = timing_.in_replay(replayed_->end_of(origin.msg_index), type);
  stamps_.frame_began = replayed_->frame_began;
}

// `told`: its end, or its wrong FCS, is told next.
template <class S>
void CoreModelOf<S>::leave_frame(bool told) noexcept {
  if (!in_frame_) return;
  in_frame_ = false;
  timing_.end_frame(in_order_, feed_.gap_open() || kept_.any());
  if (in_order_ && fcs_error_ && !told) timing_.tell_nothing();
}

template <class S>
void CoreModelOf<S>::end_replay() noexcept {
  if (replayed_ == nullptr) return;
  timing_.end_replay();
  kept_.free(*replayed_);
  replayed_ = nullptr;
}

template class CoreModelOf<RuleEngine>;
template class CoreModelOf<LinkedStrategy>;

}  // namespace twinpath::platform
