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
    Beats beats;
    Picoseconds software{};  // when host software begins with it
  };
  struct OrderCause {
    std::uint32_t frame;
    Cycles last_byte;
    std::uint64_t line_wait;
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
        software_(options),
        mac_in_(options.mac_in),
        mac_out_(options.mac_out),
        out_(out) {
    core->orders(*this);
    core->events(*this);
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
    SC_METHOD(send);
    sensitive << send_due_;
    dont_initialize();
  }

  // Bytes come out of the MAC behind its latency; a beat goes on when all of it is there.
  void frame(const PacketPtr& packet, std::uint64_t byte_ps) override {
    if (in_outage(options_.card_resets, now())) {
      ++reset_frames;
      return;
    }
    if (fault_ == Fault::lose_frames && ++spoiled_ % 1000 == 0) return;
    const Picoseconds start = now() + mac_in_;
    const std::size_t bytes = packet->bytes.size();
    const Cycles ready = cycle_at(start + Picoseconds{std::min<std::size_t>(8, bytes) * byte_ps});
    if (stream_free_ > ready) most_beats = std::max(most_beats, (stream_free_ - ready).value);
    const Beats beats{std::max(ready, stream_free_), start, byte_ps, bytes};
    stream_free_ = beats.last() + Cycles{1};
    coming_.push_back({packet, beats});
    notify_at(frame_due_, edge(coming_.front().beats.first));
  }

  void order(const CoreOrder& order) override {
    if (fault_ == Fault::lose_orders && ++spoiled_ % 10 == 0) return;
    auto packet = std::make_shared<Packet>();
    packet->bytes.assign(order.frame.begin(), order.frame.begin() + order.bytes);
    packet->published = edge(order.first_beat);
    orders_.add(packet->published.value, packet->bytes);
    wave.order = load_be32(packet->bytes.data() + kOrderHeaderBytes + 1);
    const auto sender = software_.sender();
    if (options_.arrangement != Arrangement::card)
      unexplained_.push_back(sender == SoftwareSender::Sender::software ? packet : nullptr);
    if (sender == SoftwareSender::Sender::nobody && packet->bytes[kOrderHeaderBytes] == ouch::EnterOrder::kType)
      ++missed;
    if (sender != SoftwareSender::Sender::card) return;
    // A wire that is faster than the stream must not run out of bytes in the middle of the frame.
    const std::uint64_t stream = edge(Cycles{(order.bytes + 7u) / 8u}).value;
    const std::uint64_t wire = (Wire::kPreamble + order.bytes) * out_.byte_ps();
    leave(packet, packet->published + mac_out_ + Picoseconds{stream > wire ? stream - wire : 0});
  }

  void event(const CoreEvent& event) override {
    const Event& e = event.event;
    events_.add(now().value, std::span(reinterpret_cast<const std::uint8_t*>(&e), sizeof e));
    rules.on_event(e);
    if (e.event_kind() == EventKind::order)
      causes[e.user_ref] = {first_frame_ + e.frame, event.last_byte, e.stage(Stage::line_wait)};
    ++events_made;
    wave.event = e.kind;
    if (!unexplained_.empty() && (e.event_kind() == EventKind::order || e.event_kind() == EventKind::cancel)) {
      if (const PacketPtr packet = unexplained_.front()) {
        ++by_software;
        packet->published = software_.order(frames[first_frame_ + e.frame].software, edge(event.last_byte), e.msg_index,
                                            packet->bytes.size());
        leave(packet, packet->published + mac_out_);
      }
      unexplained_.pop_front();
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

  std::vector<FrameTimes> frames;
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
    if (options.core == CoreKind::model) return std::make_unique<CoreModule>("core", config, options.fault);
    if (options.arrangement != Arrangement::card)
      throw std::invalid_argument(
          "platform: software in the card's place needs to know what a frame holds before the core does: choose the "
          "core 'model', or the arrangement 'card'");
    if (options.fault == Fault::blind_to_gaps || options.fault == Fault::deaf_to_kill ||
        options.fault == Fault::late_verdict)
      throw std::invalid_argument("platform: only the core 'model' can be made wrong");
    // Its order is known with the last of 12 beats.
    if (options.mac_out + options.venue_propagation < edge(Cycles{13}))
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
  // Frames leave in their order.
  void leave(const PacketPtr& packet, Picoseconds at) {
    if (!sending_.empty()) at = std::max(at, sending_.back().first);
    sending_.push_back({at, packet});
    notify_at(send_due_, sending_.front().first);
  }
  // A new core, as the host configures it: it expects what the old one expected, so that it finds out what it missed,
  // and trades when it is told to.
  void reset() {
    const CounterValues last = core->counters();
    for (unsigned i = 0; i < kCounterCount; ++i) before_reset_[i] += last[i];
    reset_frames += coming_.size();
    reset_commands += waiting_commands_.size();
    coming_.clear();
    waiting_commands_.clear();
    unexplained_.clear();
    first_frame_ = static_cast<std::uint32_t>(frames.size());
    CoreConfig config = config_;
    config.armed = fault_ == Fault::forget_reset;
    config.feed.first_sequence = config.armed ? 0 : core->expected_sequence();
    core->reset(config);
    rules.on_reset();
    if (++resets_ < options_.card_resets.size()) notify_at(reset_due_, kBegin + options_.card_resets[resets_].at);
  }

  struct Coming {
    PacketPtr packet;
    Beats beats;
  };

  void begin_frame() {
    begin_command();  // of one cycle commands are first
    for (; !coming_.empty() && edge(coming_.front().beats.first) <= now(); coming_.pop_front()) {
      const Coming& c = coming_.front();
      frames.push_back({c.packet->published, c.packet->queued, c.packet->wire_start, c.beats});
      wave.frame = static_cast<std::uint32_t>(frames.size());
      const std::uint64_t messages = delivered();
      core->frame(c.beats.first, c.packet->bytes, c.packet->fcs_error, c.beats);
      if (options_.arrangement != Arrangement::card)
        frames.back().software = software_.frame(edge(c.beats.last()), c.packet->bytes.size(), delivered() - messages);
    }
    if (!coming_.empty()) notify_at(frame_due_, edge(coming_.front().beats.first));
  }
  std::uint64_t delivered() const {
    if (options_.arrangement == Arrangement::card) return 0;  // nobody asks
    return core->counters()[static_cast<std::size_t>(Counter::messages)];
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
  void send() {
    for (; !sending_.empty() && sending_.front().first <= now(); sending_.pop_front())
      out_.send(sending_.front().second, sending_.front().first);
    if (!sending_.empty()) notify_at(send_due_, sending_.front().first);
  }
  const PlatformOptions& options_;
  const CoreConfig& config_;
  Fault fault_;
  SoftwareSender software_;
  std::deque<PacketPtr> unexplained_;  // orders whose event is to come; null: the card has sent it, or nobody does
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
  std::deque<std::pair<Picoseconds, PacketPtr>> sending_;
  Digest orders_, events_;
  sc_core::sc_event frame_due_, command_due_, send_due_, reset_due_;
};

}  // namespace twinpath::platform
