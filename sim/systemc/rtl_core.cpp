#include "sim/systemc/rtl_core.h"

#include <stdexcept>

#ifdef TP_WITH_RTL_CORE
#include <array>
#include <cstdio>
#include <cstring>
#include <deque>
#include <optional>

#include "Vtwinpath_core_pins.h"
#include "Vtwinpath_core_pins___024root.h"
#include "host/path/core_image.h"
#include "host/path/core_setup.h"
#endif

namespace twinpath::platform {
#ifdef TP_WITH_RTL_CORE
namespace {

using sc_core::sc_signal;
using sc_core::SC_ZERO_TIME;

// The pins of sim/verilator/twinpath_core_sim.sv.
struct Signals {
  sc_signal<bool> clk, rst;
  sc_signal<std::uint64_t> time;
  sc_signal<bool> s_axis_tvalid, s_axis_tready, s_axis_tlast, s_axis_tuser;
  sc_signal<std::uint32_t> s_axis_tkeep;
  sc_signal<std::uint64_t> s_axis_tdata;
  sc_signal<bool> s_cmd_tvalid, s_cmd_tready;
  sc_signal<sc_dt::sc_bv<128>> s_cmd_tdata;
  sc_signal<bool> m_axis_tvalid, m_axis_tlast, m_axis_tuser;
  sc_signal<std::uint32_t> m_axis_tkeep;
  sc_signal<std::uint64_t> m_axis_tdata;
  sc_signal<bool> m_event_tvalid;
  sc_signal<sc_dt::sc_bv<1024>> m_event_tdata;
  sc_signal<bool> s_axil_awvalid, s_axil_awready, s_axil_wvalid, s_axil_wready, s_axil_bvalid, s_axil_bready;
  sc_signal<bool> s_axil_arvalid, s_axil_arready, s_axil_rvalid, s_axil_rready;
  sc_signal<std::uint32_t> s_axil_awaddr, s_axil_wdata, s_axil_wstrb, s_axil_bresp;
  sc_signal<std::uint32_t> s_axil_araddr, s_axil_rdata, s_axil_rresp;
  sc_signal<bool> ready, idle;

  void bind(Vtwinpath_core_pins& core) {
    core.clk_i(clk);
    core.rst_i(rst);
    core.time_i(time);
    core.s_axis_tvalid_i(s_axis_tvalid);
    core.s_axis_tready_o(s_axis_tready);
    core.s_axis_tlast_i(s_axis_tlast);
    core.s_axis_tuser_i(s_axis_tuser);
    core.s_axis_tkeep_i(s_axis_tkeep);
    core.s_axis_tdata_i(s_axis_tdata);
    core.s_cmd_tvalid_i(s_cmd_tvalid);
    core.s_cmd_tready_o(s_cmd_tready);
    core.s_cmd_tdata_i(s_cmd_tdata);
    core.m_axis_tvalid_o(m_axis_tvalid);
    core.m_axis_tlast_o(m_axis_tlast);
    core.m_axis_tuser_o(m_axis_tuser);
    core.m_axis_tkeep_o(m_axis_tkeep);
    core.m_axis_tdata_o(m_axis_tdata);
    core.m_event_tvalid_o(m_event_tvalid);
    core.m_event_tdata_o(m_event_tdata);
    core.s_axil_awaddr_i(s_axil_awaddr);
    core.s_axil_awvalid_i(s_axil_awvalid);
    core.s_axil_awready_o(s_axil_awready);
    core.s_axil_wdata_i(s_axil_wdata);
    core.s_axil_wstrb_i(s_axil_wstrb);
    core.s_axil_wvalid_i(s_axil_wvalid);
    core.s_axil_wready_o(s_axil_wready);
    core.s_axil_bresp_o(s_axil_bresp);
    core.s_axil_bvalid_o(s_axil_bvalid);
    core.s_axil_bready_i(s_axil_bready);
    core.s_axil_araddr_i(s_axil_araddr);
    core.s_axil_arvalid_i(s_axil_arvalid);
    core.s_axil_arready_o(s_axil_arready);
    core.s_axil_rdata_o(s_axil_rdata);
    core.s_axil_rresp_o(s_axil_rresp);
    core.s_axil_rvalid_o(s_axil_rvalid);
    core.s_axil_rready_i(s_axil_rready);
    core.ready_o(ready);
    core.idle_o(idle);
  }

  std::vector<Pin> streams() const {
    std::vector<Pin> all;
    const auto add = [&all](const char* name, unsigned bits, const auto& signal) {
      all.push_back({name, bits,
                     [&signal](sc_core::sc_trace_file* f, const std::string& n) { sc_core::sc_trace(f, signal, n); }});
    };
    add("clk", 1, clk);
    add("time", 64, time);
    add("s_axis_tvalid", 1, s_axis_tvalid);
    add("s_axis_tready", 1, s_axis_tready);
    add("s_axis_tdata", 64, s_axis_tdata);
    add("s_axis_tkeep", 32, s_axis_tkeep);
    add("s_axis_tlast", 1, s_axis_tlast);
    add("s_axis_tuser", 1, s_axis_tuser);
    add("s_cmd_tvalid", 1, s_cmd_tvalid);
    add("s_cmd_tready", 1, s_cmd_tready);
    add("s_cmd_tdata", 128, s_cmd_tdata);
    add("m_axis_tvalid", 1, m_axis_tvalid);
    add("m_axis_tdata", 64, m_axis_tdata);
    add("m_axis_tkeep", 32, m_axis_tkeep);
    add("m_axis_tlast", 1, m_axis_tlast);
    add("m_axis_tuser", 1, m_axis_tuser);
    add("m_event_tvalid", 1, m_event_tvalid);
    add("m_event_tdata", 1024, m_event_tdata);
    add("idle", 1, idle);
    return all;
  }
};

// A model's scopes leave the context of the thread, which is that of the model made last.
struct Verilation {
  Verilation() {
    Verilated::threadContextp(&context);
    core = std::make_unique<Vtwinpath_core_pins>("rtl");
  }
  ~Verilation() {
    Verilated::threadContextp(&context);
    core->final();
  }
  VerilatedContext context;
  std::unique_ptr<Vtwinpath_core_pins> core;
};

class PinCore final : public RtlCore {
 public:
  SC_HAS_PROCESS(PinCore);
  PinCore(sc_core::sc_module_name name, const CoreConfig& config)
      : RtlCore(name), config_(config), image_(core_image(config)) {
    signals_.bind(*verilation_.core);
    SC_THREAD(work);
  }

  void frame(Cycles, std::span<const std::uint8_t> bytes, bool fcs_error, const Beats& beats) override {
    frames_.push_back({{bytes.begin(), bytes.end()}, fcs_error, beats});
    input_.notify(SC_ZERO_TIME);
  }
  void command(Cycles, Cycles pins, const Command& c) override {
    commands_.push_back({pins, c});
    input_.notify(SC_ZERO_TIME);
  }
  void reset(const CoreConfig& config) override {
    config_ = config;
    image_ = core_image(config);
    frames_.clear();
    commands_.clear();
    restart_ = true;
    input_.notify(SC_ZERO_TIME);
  }

  // What the registers would say, without the cycles that reading them takes.
  CounterValues counters() const override {
    CounterValues values{};
    const auto& count = root().twinpath_core_sim__DOT__u_core__DOT__u_control__DOT__u_counters__DOT__count;
    for (unsigned i = 0; i < kCounterCount; ++i) values[i] = count[2 * i] | std::uint64_t{count[2 * i + 1]} << 32;
    return values;
  }
  // The first field of tp_account_t (hw/rtl/risk/risk_types.svh): its highest 32 of 405 bits.
  std::int32_t position(SymbolIndex s) const override {
    const auto& account =
        root()
            .twinpath_core_sim__DOT__u_core__DOT__u_decide__DOT__u_risk_state__DOT__u_records__DOT__g_copy__BRA__0__KET____DOT__u_accounts__DOT__u_ram__DOT__mem
                [s];
    static_assert(sizeof account == 4 * 13, "tp_account_t has other bits: correct which of them are the position");
    constexpr unsigned kAt = 405 - 32;
    return static_cast<std::int32_t>(account[kAt / 32] >> kAt % 32 | account[kAt / 32 + 1] << (32 - kAt % 32));
  }
  std::uint32_t open_orders() const override {
    return root().twinpath_core_sim__DOT__u_core__DOT__u_decide__DOT__u_risk_state__DOT__u_limits__DOT__open_count_o;
  }
  std::uint64_t expected_sequence() const override {
    return root().twinpath_core_sim__DOT__u_core__DOT__u_feed__DOT__u_mold_sequencer__DOT__expected_q;
  }
  std::vector<Pin> pins() const override { return signals_.streams(); }

 private:
  static constexpr std::uint64_t kStallCycles = 2'000'000;
  static constexpr Picoseconds kHalf{1'551};

  struct Coming {
    std::vector<std::uint8_t> bytes;
    bool fcs_error;
    Beats beats;
    std::size_t next = 0;  // beat

    std::size_t beat_count() const noexcept { return (bytes.size() + 7) / 8; }
  };

  const Vtwinpath_core_pins___024root& root() const noexcept { return *verilation_.core->rootp; }

  void work() {
    for (;;) {
      restart_ = false;
      bring_up();
      run();
    }
  }

  // ---- bringing up, at one time
  // -------------------------------------------------------------------------------------- What has been written is
  // there, and what follows from it.
  void settle() {
    wait(SC_ZERO_TIME);
    wait(SC_ZERO_TIME);
  }
  void tick() {
    signals_.clk.write(true);
    settle();
    signals_.clk.write(false);
    settle();
  }
  void bring_up() {
    signals_.s_axis_tvalid.write(false);
    signals_.s_cmd_tvalid.write(false);
    signals_.s_axil_bready.write(true);
    signals_.s_axil_rready.write(true);
    signals_.s_axil_wstrb.write(0xF);
    signals_.rst.write(true);
    for (int i = 0; i < 8; ++i) tick();
    signals_.rst.write(false);
    for (int i = 0; i < 4; ++i) tick();
    for (std::uint64_t n = 0; !signals_.ready.read(); ++n) {
      if (n > kStallCycles) stalled("ready after reset");
      tick();
    }
    check_core("platform: RTL core", config_, [this](std::uint32_t at) { return read_register(at); });
    write_words(image_, [this](std::uint32_t at, std::uint32_t value) { write_register(at, value); });
    for (int i = 0; i < 8; ++i) tick();
    started_.clear();
    arriving_ = {};
    complete_.clear();
    event_.reset();
    quiet_ = 0;
  }
  void write_register(std::uint32_t address, std::uint32_t value) {
    signals_.s_axil_awaddr.write(address);
    signals_.s_axil_wdata.write(value);
    signals_.s_axil_awvalid.write(true);
    signals_.s_axil_wvalid.write(true);
    settle();
    for (std::uint64_t n = 0;; ++n) {
      if (n > kStallCycles) stalled("a register write's response");
      const bool aw = signals_.s_axil_awvalid.read() && signals_.s_axil_awready.read();
      const bool w = signals_.s_axil_wvalid.read() && signals_.s_axil_wready.read();
      const bool done = signals_.s_axil_bvalid.read();
      const std::uint32_t response = signals_.s_axil_bresp.read();
      signals_.clk.write(true);
      settle();
      signals_.clk.write(false);
      if (aw) signals_.s_axil_awvalid.write(false);
      if (w) signals_.s_axil_wvalid.write(false);
      settle();
      if (done) return answered("writing", address, response);
    }
  }
  std::uint32_t read_register(std::uint32_t address) {
    signals_.s_axil_araddr.write(address);
    signals_.s_axil_arvalid.write(true);
    settle();
    for (std::uint64_t n = 0;; ++n) {
      if (n > kStallCycles) stalled("a register read's response");
      const bool ar = signals_.s_axil_arvalid.read() && signals_.s_axil_arready.read();
      const bool done = signals_.s_axil_rvalid.read();
      const std::uint32_t response = signals_.s_axil_rresp.read(), value = signals_.s_axil_rdata.read();
      signals_.clk.write(true);
      settle();
      signals_.clk.write(false);
      if (ar) signals_.s_axil_arvalid.write(false);
      settle();
      if (!done) continue;
      answered("reading", address, response);
      return value;
    }
  }
  static void answered(const char* what, std::uint32_t address, std::uint32_t response) {
    if (response == 0) return;
    char text[96];
    std::snprintf(text, sizeof text, "platform: RTL core: %s register 0x%04X answered error %u", what, address,
                  response);
    throw std::runtime_error(text);
  }
  [[noreturn]] static void stalled(const char* what) {
    throw std::runtime_error(std::string("platform: RTL core: ") + what + " has not happened in " +
                             std::to_string(kStallCycles) + " cycles; the core is stuck, run with --wave to see where");
  }

  // ---- the clock
  // ---------------------------------------------------------------------------------------------------------
  void run() {
    while (!restart_) {
      if (rests()) {
        wait(input_);
      } else {
        wait(as_sc_time(edge(cycle_ + Cycles{1}) - now()));
        if (restart_) return;
        hand_over();
        wait(SC_ZERO_TIME);  // behind all that this edge brings
      }
      if (restart_) return;
      cycle_ = cycle_at(now());
      offer();
      signals_.clk.write(true);
      wait(as_sc_time(kHalf));
      sample();
      signals_.clk.write(false);
    }
  }
  // Nothing happens until the next input: of the time itself only a gap's deadline makes something happen. Inputs and
  // idle are registered: idle means nothing before the core has seen what came last.
  bool rests() const {
    if (!frames_.empty() || !commands_.empty() || quiet_ < 4 || !signals_.idle.read()) return false;
    return !root().twinpath_core_sim__DOT__u_core__DOT__u_feed__DOT__u_mold_sequencer__DOT__gap_open &&
           root().twinpath_core_sim__DOT__u_core__DOT__u_feed__DOT__u_mold_sequencer__DOT__u_reorder_buffer__DOT__used_q ==
               0;
  }
  void offer() {
    signals_.time.write(cycle_.value & kTimeMask);
    beat_ = !frames_.empty() && frames_.front().beats.at(frames_.front().next) <= cycle_;
    signals_.s_axis_tvalid.write(beat_);
    if (beat_) {
      const Coming& f = frames_.front();
      const std::size_t at = 8 * f.next, bytes = std::min<std::size_t>(8, f.bytes.size() - at);
      const bool last = f.next + 1 == f.beat_count();
      std::uint64_t data = 0;
      std::memcpy(&data, f.bytes.data() + at, bytes);
      signals_.s_axis_tdata.write(data);
      signals_.s_axis_tkeep.write((1u << bytes) - 1);
      signals_.s_axis_tlast.write(last);
      signals_.s_axis_tuser.write(last && f.fcs_error);
    }
    command_ = !commands_.empty() && commands_.front().first <= cycle_;
    signals_.s_cmd_tvalid.write(command_);
    if (command_) {
      const Command& c = commands_.front().second;
      sc_dt::sc_bv<128> data;
      data.set_word(0, c.price);
      data.set_word(1, c.quantity);
      data.set_word(2, c.user_ref);
      data.set_word(3, std::uint32_t{static_cast<std::uint8_t>(c.op)} << 24 | std::uint32_t{c.flags} << 16 | c.symbol);
      signals_.s_cmd_tdata.write(data);
    }
    quiet_ = beat_ || command_ ? 0 : quiet_ + 1;
  }
  // In the middle of a cycle: what stands at the pins.
  void sample() {
    stall_ = (beat_ && !signals_.s_axis_tready.read()) || (command_ && !signals_.s_cmd_tready.read()) ? stall_ + 1 : 0;
    if (stall_ > kStallCycles) stalled("taking an input");
    if (beat_ && signals_.s_axis_tready.read() && ++frames_.front().next == frames_.front().beat_count())
      frames_.pop_front();
    if (command_ && signals_.s_cmd_tready.read()) commands_.pop_front();
    if (signals_.m_axis_tvalid.read()) take_beat();
    if (signals_.m_event_tvalid.read()) take_event();
  }
  void take_beat() {
    const auto bytes = static_cast<std::uint16_t>(__builtin_popcount(signals_.m_axis_tkeep.read()));
    if (arriving_.bytes + bytes > arriving_.frame.size())
      throw std::runtime_error("platform: RTL core: an order frame is longer than 96 bytes");
    if (arriving_.bytes == 0) {
      arriving_.first_beat = cycle_;
      started_.push_back(cycle_);
    }
    const std::uint64_t data = signals_.m_axis_tdata.read();
    std::memcpy(arriving_.frame.data() + arriving_.bytes, &data, bytes);
    arriving_.bytes = static_cast<std::uint16_t>(arriving_.bytes + bytes);
    if (!signals_.m_axis_tlast.read()) return;
    // What was begun in vain is no order: a MAC makes its FCS wrong.
    if (signals_.m_axis_tuser.read())
      started_.pop_back();
    else
      complete_.push_back(arriving_);
    arriving_ = {};
  }
  void take_event() {
    CoreEvent& e = event_.emplace();
    e.at = cycle_ + Cycles{1};
    const auto& data = signals_.m_event_tdata.read();
    std::array<std::uint32_t, sizeof(Event) / 4> words;
    for (unsigned i = 0; i < words.size(); ++i) words[i] = data.get_word(static_cast<int>(i));
    std::memcpy(&e.event, words.data(), sizeof(Event));
    const EventKind kind = e.event.event_kind();
    if (kind != EventKind::order && kind != EventKind::cancel) return;
    if (started_.empty()) throw std::runtime_error("platform: RTL core: an event of an order that has not begun");
    e.last_byte = started_.front() - Cycles{e.event.stage(Stage::first_beat)};
    started_.pop_front();
  }
  // At the edge that takes it.
  void hand_over() {
    for (; !complete_.empty(); complete_.pop_front()) orders->order(complete_.front());
    if (!event_) return;
    events->event(*event_);
    event_.reset();
  }

  CoreConfig config_;
  std::vector<ConfigWord> image_;
  Verilation verilation_;
  Signals signals_;
  sc_core::sc_event input_;
  bool restart_ = false;
  std::deque<Coming> frames_;
  std::deque<std::pair<Cycles, Command>> commands_;
  Cycles cycle_{};
  unsigned quiet_ = 0;  // cycles without an input
  std::uint64_t stall_ = 0;
  bool beat_ = false, command_ = false;  // offered in this cycle
  CoreOrder arriving_{};
  std::deque<Cycles> started_;      // first beats of frames whose event is to come
  std::deque<CoreOrder> complete_;  // in this cycle
  std::optional<CoreEvent> event_;
};

}  // namespace

std::unique_ptr<RtlCore> make_rtl_core(const char* name, const CoreConfig& config) {
  return std::make_unique<PinCore>(name, config);
}
#else
std::unique_ptr<RtlCore> make_rtl_core(const char*, const CoreConfig&) {
  throw std::invalid_argument("platform: this build has no RTL core; configure with TP_RTL=ON, or choose --core model");
}
#endif

}  // namespace twinpath::platform
