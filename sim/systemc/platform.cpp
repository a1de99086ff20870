#include "sim/systemc/platform.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <type_traits>

#include "sim/systemc/card_module.h"
#include "sim/systemc/host_module.h"

namespace twinpath::platform {
namespace {

struct Modules {
  Modules(const PlatformOptions& o, const CoreConfig& config, FrameSource& source)
      : to_card("to_card", o.wire_gbps, o.wire_propagation, o.queue_bytes),
        to_venue("to_venue", o.wire_gbps, o.venue_propagation),
        to_host("to_host", o.wire_gbps, o.venue_propagation),
        feed("feed", o, config.feed, source, to_card),
        card("card", o, config, to_venue),
        pcie("pcie", o),
        venue("venue", o, config, to_host),
        host("host", o) {
    to_card.out(card);
    to_venue.out(venue);
    to_host.out(host);
    card.events.bind(pcie.from_card);
    pcie.to_host.bind(host.events.socket);
    feed.on_burst = [this](Picoseconds at) { host.on_burst(at); };
    host.commands.bind(pcie.from_host);
    pcie.to_card.bind(card.commands.socket);
  }

  Wire to_card, to_venue, to_host;
  ExchangeFeed feed;
  Card card;
  PcieLink pcie;
  Venue venue;
  Host host;
};

// Signals of the picture beside the numbers of what passes: frames, orders, events and commands as transactions.
class Waveform {
 public:
  Waveform(const std::string& file, Modules& m) {
    if (file.empty()) return;
    std::ofstream out(file + ".gtkw");
    if (!out) throw std::invalid_argument(file + ".gtkw: cannot be written; check folder and rights");
    // Standard output is not for what the library has to say of its own.
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    file_ = sc_core::sc_create_vcd_trace_file(file.c_str());
    file_->set_time_unit(1, sc_core::SC_PS);
    layout_ = "[dumpfile] \"" + std::filesystem::path(file).filename().string() + ".vcd\"\n[timestart] 0\n";
    group("feed");
    add("feed.messages_in_microsecond", m.feed.in_microsecond());
    group("switch and wire");
    add("to_card.frames", m.to_card.frames());
    add("to_card.drops", m.to_card.drops());
    group("card: transactions");
    add("card.frame", m.card.wave.frame);
    add("card.order_user_ref", m.card.wave.order);
    add("card.event_kind", m.card.wave.event);
    add("card.command_op", m.card.wave.command);
    group("card: state");
    add("card.stale", m.card.rules.stale());
    add("card.killed", m.card.rules.killed());
    add("card.orders", m.card.rules.sent);
    add("card.rejects", m.card.rules.rejects);
    add("card.events_lost", m.card.lost_events);
    if (const auto* rtl = dynamic_cast<const RtlCore*>(m.card.core.get())) {
      group("core: pins");
      for (const Pin& pin : rtl->pins()) {
        pin.trace(file_, "core." + pin.name);
        lay_out("core." + pin.name, pin.bits, kHex);
      }
    }
    group("PCIe and host");
    add("pcie.transactions", m.pcie.transactions());
    add("host.events_read", m.host.events_taken);
    add("host.commands", m.host.commands_sent);
    group("venue");
    add("to_venue.frames", m.to_venue.frames());
    add("venue.answers", m.venue.answers());
    add("venue.refused", m.venue.refused());
    out << layout_;
  }
  ~Waveform() {
    if (file_ != nullptr) sc_core::sc_close_vcd_trace_file(file_);
  }
  Waveform(const Waveform&) = delete;
  Waveform& operator=(const Waveform&) = delete;

 private:
  static constexpr const char *kDecimal = "@24\n", *kHex = "@22\n";

  void group(const std::string& name) { layout_ += "@200\n-" + name + "\n"; }
  template <class T>
  void add(const std::string& name, const T& value) {
    sc_core::sc_trace(file_, value, name);
    lay_out(name, std::is_same_v<T, bool> ? 1 : 8 * sizeof(T), kDecimal);
  }
  // VCD names a hierarchy by its points; of a vector GTKWave wants the bits too.
  void lay_out(const std::string& name, unsigned bits, const char* format) {
    layout_ += bits == 1 ? "@28\n" : format;
    layout_ += "SystemC." + name + (bits == 1 ? "" : "[" + std::to_string(bits - 1) + ":0]") + "\n";
  }

  sc_core::sc_trace_file* file_ = nullptr;
  std::string layout_;
};

OrderTimes times_of(const Venue::Arrival& arrival, std::uint32_t user_ref, const Card::OrderCause& cause,
                    const Card::FrameTimes& frame, Picoseconds mac_in) {
  OrderTimes t;
  t.user_ref = user_ref;
  // The message's last byte at the core: with its frame, or later when the packet had to wait for one that was missing.
  const Cycles in_frame = std::min(cause.last_byte, frame.last);
  const Packet& order = *arrival.packet;
  const std::array<Picoseconds, kHops + 1> at{
      frame.published,       frame.queued,    frame.wire_start, edge(in_frame) - mac_in, edge(in_frame),
      edge(cause.last_byte), order.published, order.queued,     order.wire_start,        arrival.at};
  for (unsigned i = 0; i < kHops; ++i) t.hops[i] = (at[i + 1] - at[i]).value;
  t.total = (at[kHops] - at[0]).value;
  t.core_cycles = (cycle_at(order.published) - cause.last_byte).value;
  t.line_wait = cause.line_wait;
  return t;
}

void count(Modules& m, const PlatformOptions& o, const CoreConfig& config, PlatformResult& r) {
  m.feed.count(r);
  for (const Venue::Arrival& a : m.venue.arrivals()) {
    const std::uint8_t* message = a.packet->bytes.data() + kOrderHeaderBytes;
    if (message[0] != ouch::EnterOrder::kType) continue;
    const std::uint32_t user_ref = load_be32(message + 1);
    const auto known = m.card.causes.find(user_ref);
    if (known == m.card.causes.end()) continue;  // its event was lost with the core
    const Card::OrderCause& cause = known->second;
    if (!cause.message) {
      ++r.unprompted;
      continue;
    }
    r.orders.push_back(times_of(a, user_ref, cause, m.card.frames.at(cause.frame), o.mac_in));
  }
  const OrderRules& rules = m.card.rules;
  r.frames_in = m.card.frames.size();
  r.sent = rules.sent;
  r.cancels = rules.cancels;
  r.rejects = rules.rejects;
  r.stale_orders = rules.stale_orders;
  r.killed_orders = rules.killed_orders;
  r.unarmed_orders = rules.unarmed_orders;
  r.recoveries = rules.recoveries;
  r.recovered_orders = rules.recovered_orders;
  r.answers = m.venue.answers();
  r.answers_lost = m.venue.lost();
  r.fills = m.venue.fills();
  r.refused = m.venue.refused();
  r.card_events = m.card.events_made;
  r.lost_events = m.card.lost_events;
  r.host_events = m.host.events_taken;
  r.told_events = m.host.events_told_lost;
  r.host_commands = m.host.commands_sent;
  r.card_commands = m.card.commands_taken;
  r.reset_frames = m.card.reset_frames;
  r.reset_commands = m.card.reset_commands;
  const Core& core = *m.card.core;
  for (unsigned s = 0; s < config.symbols.size(); ++s) {
    if (core.position(static_cast<SymbolIndex>(s)) != m.venue.positions()[s]) ++r.position_differences;
  }
  r.open_at_card = core.open_orders();
  r.longest_switch_queue = m.to_card.longest_wait();
  r.by_software = m.card.by_software;
  r.missed = m.card.missed;
  r.queue_drops = m.to_card.drops();
  r.most_mac_beats = m.card.most_beats;
  r.answer_times = m.card.answer_times;
  r.longest_pcie = m.pcie.longest();
  r.longest_host = m.host.longest();
  r.counters = m.card.counters();
  if (auto* kernel = dynamic_cast<KernelCore*>(m.card.core.get())) r.kernel = kernel->figures();
  r.digest = m.card.digest();
}

}  // namespace

const char* to_string(Hop hop) noexcept {
  static constexpr std::array<const char*, kHops> kNames{"network", "switch queue", "wire in",    "mac in",  "gap wait",
                                                         "core",    "mac out",      "wire queue", "wire out"};
  return kNames[static_cast<std::size_t>(hop)];
}

PlatformResult run_platform(const PlatformOptions& options, const CoreConfig& config, FrameSource& source) {
  if (options.wire_gbps != 10 && options.wire_gbps != 25)
    throw std::invalid_argument("platform: wires have 10 or 25 Gbit/s, found " + std::to_string(options.wire_gbps));
  Simulation simulation;
  const auto inside = simulation.enter();
  for (const auto* outages :
       {&options.pcie_stalls, &options.host_pauses, &options.session_drops, &options.card_resets}) {
    for (std::size_t i = 0; i + 1 < outages->size(); ++i) {
      if ((*outages)[i + 1].at < (*outages)[i].at + (*outages)[i].length)
        throw std::invalid_argument("platform: an outage begins before the one in front of it has ended");
    }
  }
  const auto modules = std::make_unique<Modules>(options, config, source);
  // Nothing has a clock of its own: what is left to do ends.
  const Waveform waveform(options.wave, *modules);
  sc_core::sc_start();
  PlatformResult result;
  // What ran ahead of the simulation did so too.
  result.end = std::max({now(), modules->feed.published(), modules->card.worked_until()});
  count(*modules, options, config, result);
  return result;
}

}  // namespace twinpath::platform
