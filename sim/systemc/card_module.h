// The card: MAC in front of the core's 64-bit stream, the core, MAC behind it, and the core's side of PCIe.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <systemc>
#include <vector>

#include "host/order/order_frame.h"
#include "host/wire/ouch50.h"
#include "sim/systemc/core_module.h"
#include "sim/systemc/kernel_core.h"
#include "sim/systemc/network_modules.h"
#include "sim/systemc/order_rules.h"
#include "sim/systemc/pcie_module.h"
#include "sim/systemc/rtl_core.h"
#include "sim/systemc/software_sender.h"

namespace twinpath::platform {

class Card : public sc_core::sc_module, public FrameIf, public OrderIf, public EventIf {
 public:
  // What a frame's way to the core was, in their order.
  struct FrameTimes {
    Picoseconds published, queued, wire_start;
    Cycles last;             // beat
    Picoseconds software{};  // when host software begins with it
  };
  struct OrderCause {
    std::uint32_t frame;
    Cycles last_byte;
    std::uint64_t line_wait;
    bool message;  // false: a command, of which strategies make orders too (SEM 9.4)
  };

  std::unique_ptr<Core> core;
  RecordTarget<HostWrite> commands{"commands"};
  tlm_utils::simple_initiator_socket<Card> events{"events"};

  SC_HAS_PROCESS(Card);
  Card(sc_core::sc_module_name name, const PlatformOptions& options, const CoreConfig& config, Wire& out)
      : sc_module(name),
        core(make_core(options, config)),
        options_(options),
        config_(config),
        fault_(options.fault),
        software_(options, config.feed),
        runs_ahead_(core->runs_ahead() && options.ahead && options.wave.empty()),
        mac_in_(options.mac_in),
        mac_out_(options.mac_out),
        out_(out) {
    core->orders(*this);
    core->events(*this);
    software_.leave = [this](PacketPtr packet) {
      ++by_software;
      const Picoseconds at = packet->published + mac_out_;
      leave(std::move(packet), at);
    };
    commands.take = [this](const HostWrite& w) { take(w); };
    SC_METHOD(reset);
    sensitive << reset_due_;
    dont_initialize();
    if (!options.card_resets.empty()) notify_at(reset_due_, kBegin + options.card_resets.front().at);
    SC_METHOD(begin_frame);
    sensitive << frame_due_;
    dont_initialize();
    SC_METHOD(begin_command);
    sensitive << command_due_;
    dont_initialize();
  }

  // Bytes come out of the MAC behind its latency; a beat goes on when all of it is there.
  void frame(PacketPtr packet, Picoseconds at, std::uint64_t byte_ps) override {
    if (in_outage(options_.card_resets, at)) {
      ++reset_frames;
      return;
    }
    if (fault_ == Fault::lose_frames && ++spoiled_ % 1000 == 0) return;
    const Picoseconds start = at + mac_in_;
    const std::size_t bytes = packet->bytes.size();
    const Cycles ready = cycle_at(start + Picoseconds{std::min<std::size_t>(8, bytes) * byte_ps});
    if (stream_free_ > ready) most_beats = std::max(most_beats, (stream_free_ - ready).value);
    const Beats beats{std::max(ready, stream_free_), start, byte_ps, bytes};
    const Cycles last = beats.last();
    stream_free_ = last + Cycles{1};
    coming_.push_back({std::move(packet), at, beats, last});
    if (coming_.size() == 1) notify_at(frame_due_, edge(beats.first));
  }

  void order(const CoreOrder& order) override {
    if (fault_ == Fault::lose_orders && ++spoiled_ % 10 == 0) return to_software(nullptr);
    PacketPtr packet = make_packet();
    packet->bytes.assign(order.frame.begin(), order.frame.begin() + order.bytes);
    packet->published = edge(order.first_beat);
    orders_.add(packet->published.value, packet->bytes);
    wave.order = load_be32(packet->bytes.data() + kOrderHeaderBytes + 1);
    const auto sender = software_.sender(packet->published);
    if (sender == SoftwareSender::Sender::nobody && packet->bytes[kOrderHeaderBytes] == ouch::EnterOrder::kType)
      ++missed;
    to_software(sender == SoftwareSender::Sender::software ? std::move(packet) : nullptr);
    if (sender != SoftwareSender::Sender::card) return;
    // A wire that is faster than the stream must not run out of bytes in the middle of the frame.
    const std::uint64_t stream = edge(Cycles{(order.bytes + 7u) / 8u}).value;
    const std::uint64_t wire = (Wire::kPreamble + order.bytes) * out_.byte_ps();
    leave(std::move(packet), edge(order.first_beat) + mac_out_ + Picoseconds{stream > wire ? stream - wire : 0});
  }

  void event(const CoreEvent& event) override {
    const Event& e = event.event;
    events_.add(now().value, std::span(reinterpret_cast<const std::uint8_t*>(&e), sizeof e));
    rules.on_event(e);
    if (e.event_kind() == EventKind::order)
      causes[e.user_ref] = {first_frame_ + e.frame, event.last_byte, e.stage(Stage::line_wait), e.msg_type != 0};
    ++events_made;
    wave.event = e.kind;
    if (options_.arrangement != Arrangement::card &&
        (e.event_kind() == EventKind::order || e.event_kind() == EventKind::cancel)) {
      const bool of_message = e.msg_type != 0;  // strategies make orders of commands too (SEM 9.4)
      software_.take_cause(
          {of_message ? frames[first_frame_ + e.frame].software : Picoseconds{}, edge(event.last_byte), e.msg_index});
    }
    if (fault_ == Fault::lose_events && ++spoiled_ % 100 == 0) return;
    to_ring(e);
  }
  // Of all cores there were, one after the other.
  CounterValues counters() const {
    CounterValues all = before_reset_;
    const CounterValues last = core->counters();
    for (unsigned i = 0; i < kCounterCount; ++i) all[i] += last[i];
    return all;
  }
  // Of every order and event with its time.
  std::uint64_t digest() const noexcept { return orders_.value * 31 + events_.value; }

  // The edge with which the last frame so far came to the core; not before now when it was ahead of its time.
  Picoseconds worked_until() const noexcept { return worked_until_; }

  std::deque<FrameTimes> frames;
  std::map<std::uint32_t, OrderCause> causes;  // by user_ref
  OrderRules rules;
  std::uint64_t events_made = 0, lost_events = 0, commands_taken = 0;
  std::uint64_t by_software = 0;            // orders and cancels
  std::uint64_t missed = 0;                 // orders
  std::uint64_t most_beats = 0;             // that waited behind the MAC
  std::vector<std::uint64_t> answer_times;  // ps
  // What a waveform shows: numbers of the last frame, order, event kind and command.
  struct Wave {
    std::uint32_t frame = 0, order = 0, event = 0, command = 0;
  } wave;
  std::uint64_t reset_frames = 0, reset_commands = 0;

 private:
  // FNV-1a, of time and bytes. Orders and events each have their own: an order's event may come before its last beat.
  struct Digest {
    std::uint64_t value = 0xCBF2'9CE4'8422'2325;

    void add(std::uint64_t time, std::span<const std::uint8_t> bytes) noexcept {
      const auto take = [this](std::uint8_t b) { value = (value ^ b) * 0x100'0000'01B3; };
      for (unsigned i = 0; i < 8; ++i) take(static_cast<std::uint8_t>(time >> 8 * i));
      for (const std::uint8_t b : bytes) take(b);
    }
  };

  static std::unique_ptr<Core> make_core(const PlatformOptions& options, const CoreConfig& config) {
    if (options.core != CoreKind::hls && !config.strategy.rules())
      throw std::invalid_argument("platform: the core '" +
                                  std::string(options.core == CoreKind::rtl ? "rtl" : "model") +
                                  "' decides by the rules, found strategy '" + config.strategy.name +
                                  "': choose the core 'hls', which has a kernel in their place");
    if (options.core == CoreKind::model) return std::make_unique<CoreModule>("core", config, options.fault);
    if (options.fault == Fault::blind_to_gaps || options.fault == Fault::deaf_to_kill ||
        options.fault == Fault::late_verdict || options.fault == Fault::endless_line)
      throw std::invalid_argument("platform: only the core 'model' can be made wrong");
    if (options.core == CoreKind::hls) return make_kernel_core("core", config, options.kernel_cycles, options.fault);
    // Its order is known with the last of 12 beats.
    if (options.arrangement != Arrangement::software && options.mac_out + options.venue_propagation < edge(Cycles{13}))
      throw std::invalid_argument(
          "platform: the venue would hear of an order before the RTL core has ended it: mac.out_ns and "
          "wire.to_venue_ns, expected 41 or more together; give them, or choose the core 'model'");
    return make_rtl_core("core", config);
  }
  // The ring in the host's memory: what finds it full is lost, and the next event that finds room tells how many
  // (hw/rtl/kernel/event_ring.sv).
  void to_ring(Event e) {
    if (options_.ring_events != 0 && ring_written_ - ring_read_ >= options_.ring_events) {
      ++lost_events;
      ++untold_;
      return;
    }
    if (fault_ != Fault::forget_loss)
      e.stages[9] = static_cast<std::uint16_t>(std::min<std::uint64_t>(untold_, 65'535));
    untold_ = 0;
    ++ring_written_;
    post(events, e);
  }
  void take(const HostWrite& w) {
    CommandRecord record = w.record;
    Picoseconds at = now();
    switch (w.kind) {
      case HostWrite::Kind::events_read:
        ring_read_ = std::max(ring_read_, w.number);
        return;
      case HostWrite::Kind::doorbell:
        at = transact(events, tlm::TLM_READ_COMMAND, w.number, record);
        break;
      case HostWrite::Kind::command:
        break;
    }
    ++commands_taken;
    if (in_outage(options_.card_resets, at)) {
      ++reset_commands;
      return;
    }
    // One a cycle, and at the core with the next edge.
    waiting_commands_.push_back({std::max(cycle_at(at + Picoseconds{1}), command_free_), record.command});
    command_free_ = waiting_commands_.back().first + Cycles{1};
    if (record.answered != 0) answer_times.push_back(edge(waiting_commands_.back().first).value - record.answered);
    notify_at(command_due_, edge(waiting_commands_.front().first));
  }
  // Every order of the core, null when it is not software's to send.
  void to_software(PacketPtr packet) {
    if (options_.arrangement != Arrangement::card) software_.take_order(std::move(packet));
  }
  // Frames leave in their order.
  void leave(PacketPtr packet, Picoseconds at) {
    left_ = std::max(at, left_);
    out_.send(std::move(packet), left_);
  }
  // A new core, as the host configures it: it expects what the old one expected, so that it finds out what it missed,
  // and trades when it is told to.
  void reset() {
    const CounterValues last = core->counters();
    for (unsigned i = 0; i < kCounterCount; ++i) before_reset_[i] += last[i];
    // Those that are told of and not here yet come when the reset is over.
    for (; !coming_.empty() && coming_.front().at <= now(); coming_.pop_front()) ++reset_frames;
    frame_due_.cancel();
    if (!coming_.empty()) notify_at(frame_due_, edge(coming_.front().beats.first));
    reset_commands += waiting_commands_.size();
    waiting_commands_.clear();
    software_.reset();
    first_frame_ = static_cast<std::uint32_t>(frames.size());
    CoreConfig config = config_;
    config.armed = fault_ == Fault::forget_reset;
    config.feed.first_sequence = config.armed ? 0 : core->expected_sequence();
    core->reset(config);
    rules.on_reset();
    if (++resets_ < options_.card_resets.size()) notify_at(reset_due_, kBegin + options_.card_resets[resets_].at);
  }

  static constexpr std::size_t kSoon = 6;  // frames: what the last of them needs is there when it comes

  struct Coming {
    PacketPtr packet;
    Picoseconds at;  // first byte at the MAC
    Beats beats;
    Cycles last;  // beat
  };

  // A frame that comes at `t` can be given to the core: it is here, or nothing at all happens before it is.
  bool can_begin(Picoseconds t) const {
    if (t <= now()) return true;
    return runs_ahead_ && t - now() < Picoseconds{sc_core::sc_time_to_pending_activity().value()};
  }
  void begin_frame() {
    begin_command();  // of one cycle commands are first
    for (; !coming_.empty() && can_begin(edge(coming_.front().beats.first)); coming_.pop_front()) {
      const Coming& c = coming_.front();
      if (coming_.size() > kSoon) core->expect(coming_[kSoon].packet->bytes);
      worked_until_ = edge(c.beats.first);
      frames.push_back({c.packet->published, c.packet->queued, c.packet->wire_start, c.last});
      wave.frame = static_cast<std::uint32_t>(frames.size());
      core->frame(c.beats.first, c.packet->bytes, c.packet->fcs_error, c.beats);
      if (options_.arrangement != Arrangement::card)
        frames.back().software = software_.frame(c.beats.first, c.packet->bytes, c.packet->fcs_error, edge(c.last));
    }
    if (!coming_.empty()) notify_at(frame_due_, edge(coming_.front().beats.first));
  }
  void begin_command() {
    for (; !waiting_commands_.empty() && edge(waiting_commands_.front().first) <= now();
         waiting_commands_.pop_front()) {
      const auto& [at, command] = waiting_commands_.front();
      wave.command = static_cast<std::uint32_t>(command.op);
      core->command(at, at, command);
    }
    if (!waiting_commands_.empty()) notify_at(command_due_, edge(waiting_commands_.front().first));
  }
  const PlatformOptions& options_;
  const CoreConfig& config_;
  Fault fault_;
  SoftwareSender software_;
  bool runs_ahead_;
  Picoseconds worked_until_{};
  std::uint64_t spoiled_ = 0;
  CounterValues before_reset_{};
  std::uint32_t first_frame_ = 0;  // number of the core's frame 0
  std::size_t resets_ = 0;
  std::uint64_t ring_written_ = 0, ring_read_ = 0, untold_ = 0;
  Picoseconds mac_in_, mac_out_;
  Wire& out_;
  Cycles stream_free_{}, command_free_{};
  std::deque<Coming> coming_;
  std::deque<std::pair<Cycles, Command>> waiting_commands_;
  Picoseconds left_{};  // when the last frame left
  Digest orders_, events_;
  sc_core::sc_event frame_due_, command_due_, reset_due_;
};

}  // namespace twinpath::platform
