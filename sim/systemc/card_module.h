// The card: MAC in front of the core's 64-bit stream, the core, MAC behind it, and the core's side of PCIe.
#pragma once
#include <deque>
#include <map>
#include <systemc>
#include <vector>

#include "sim/systemc/core_module.h"
#include "sim/systemc/network_modules.h"
#include "sim/systemc/order_rules.h"
#include "sim/systemc/pcie_module.h"

namespace twinpath::platform {

class Card : public sc_core::sc_module, public FrameIf, public OrderIf, public EventIf {
 public:
  // What a frame's way to the core was; its place is its number at the core.
  struct FrameTimes {
    Picoseconds published, queued, wire_start;
    Beats beats;
  };
  struct OrderCause {
    std::uint32_t frame;
    Cycles last_byte;
    std::uint64_t line_wait;
  };

  CoreModule core;
  RecordTarget<Command> commands{"commands"};
  tlm_utils::simple_initiator_socket<Card> events{"events"};

  SC_HAS_PROCESS(Card);
  Card(sc_core::sc_module_name name, const PlatformOptions& options, const CoreConfig& config, Wire& out)
      : sc_module(name), core("core", config), mac_in_(options.mac_in), mac_out_(options.mac_out), out_(out) {
    core.orders(*this);
    core.events(*this);
    commands.take = [this](const Command& c) {
      ++commands_taken;
      waiting_commands_.push_back({cycle_at(now()), c});
      notify_at(command_due_, edge(waiting_commands_.front().first));
    };
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
    const Picoseconds start = now() + mac_in_;
    const std::size_t bytes = packet->bytes.size();
    const Cycles ready = cycle_at(start + Picoseconds{std::min<std::size_t>(8, bytes) * byte_ps});
    const Beats beats{std::max(ready, stream_free_), start, byte_ps, bytes};
    stream_free_ = beats.last() + Cycles{1};
    coming_.push_back({packet, beats});
    notify_at(frame_due_, edge(coming_.front().beats.first));
  }

  void order(const CoreOrder& order) override {
    auto packet = std::make_shared<Packet>();
    packet->bytes.assign(order.frame.begin(), order.frame.begin() + order.bytes);
    packet->published = now();
    digest(now().value, packet->bytes.data(), packet->bytes.size());
    // A wire that is faster than the stream must not run out of bytes in the middle of the frame.
    const std::uint64_t stream = edge(Cycles{(order.bytes + 7u) / 8u}).value;
    const std::uint64_t wire = (Wire::kPreamble + order.bytes) * out_.byte_ps();
    sending_.push_back({now() + mac_out_ + Picoseconds{stream > wire ? stream - wire : 0}, packet});
    notify_at(send_due_, sending_.front().first);
  }

  void event(const CoreEvent& event) override {
    const Event& e = event.event;
    digest(now().value, reinterpret_cast<const std::uint8_t*>(&e), sizeof e);
    rules.on_event(e);
    if (e.event_kind() == EventKind::order) causes[e.user_ref] = {e.frame, event.last_byte, e.stage(Stage::line_wait)};
    ++events_sent;
    post(events, 0, e);
  }

  std::vector<FrameTimes> frames;
  std::map<std::uint32_t, OrderCause> causes;  // by user_ref
  OrderRules rules;
  std::uint64_t events_sent = 0, commands_taken = 0;
  std::uint64_t digest_value = 0xCBF2'9CE4'8422'2325;

 private:
  struct Coming {
    PacketPtr packet;
    Beats beats;
  };

  void begin_frame() {
    for (; !coming_.empty() && edge(coming_.front().beats.first) <= now(); coming_.pop_front()) {
      const Coming& c = coming_.front();
      frames.push_back({c.packet->published, c.packet->queued, c.packet->wire_start, c.beats});
      core.frame(c.packet->bytes, c.packet->fcs_error, c.beats);
    }
    if (!coming_.empty()) notify_at(frame_due_, edge(coming_.front().beats.first));
  }
  void begin_command() {
    for (; !waiting_commands_.empty() && edge(waiting_commands_.front().first) <= now(); waiting_commands_.pop_front())
      core.command(waiting_commands_.front().first, waiting_commands_.front().second);
    if (!waiting_commands_.empty()) notify_at(command_due_, edge(waiting_commands_.front().first));
  }
  void send() {
    for (; !sending_.empty() && sending_.front().first <= now(); sending_.pop_front())
      out_.send(sending_.front().second);
    if (!sending_.empty()) notify_at(send_due_, sending_.front().first);
  }
  // FNV-1a, of time and bytes.
  void digest(std::uint64_t time, const std::uint8_t* p, std::size_t n) {
    const auto take = [this](std::uint8_t b) { digest_value = (digest_value ^ b) * 0x100'0000'01B3; };
    for (unsigned i = 0; i < 8; ++i) take(static_cast<std::uint8_t>(time >> 8 * i));
    for (std::size_t i = 0; i < n; ++i) take(p[i]);
  }

  Picoseconds mac_in_, mac_out_;
  Wire& out_;
  Cycles stream_free_{};
  std::deque<Coming> coming_;
  std::deque<std::pair<Cycles, Command>> waiting_commands_;
  std::deque<std::pair<Picoseconds, PacketPtr>> sending_;
  sc_core::sc_event frame_due_, command_due_, send_due_;
};

}  // namespace twinpath::platform
