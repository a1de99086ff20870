// CoreDriver for one Verilated model of twinpath_core_sim.sv; included once for each model.
#pragma once
#include <verilated.h>
#include <verilated_fst_c.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <deque>
#include <stdexcept>

#include "sim/verilator/core_driver.h"

namespace twinpath {

// `kTraced`: the model was made with --trace-fst.
template <class Model, bool kTraced>
class CoreDriverOf final : public CoreDriver {
 public:
  explicit CoreDriverOf(Out& out) : out_(out), context_(std::make_unique<VerilatedContext>()) {
    if constexpr (kTraced) context_->traceEverOn(true);
    core_ = std::make_unique<Model>(context_.get());
    core_->s_axil_bready_i = 1;
    core_->s_axil_rready_i = 1;
    core_->eval();  // from here on a rise of the clock is an edge
  }

  ~CoreDriverOf() override {
    if (wave_) wave_->close();
    // A model's scopes leave the context of the thread, which is that of the model made last: there may be two.
    Verilated::threadContextp(context_.get());
    core_->final();
  }

  void reset() override;
  void write_register(std::uint32_t address, std::uint32_t value) override;
  std::uint32_t read_register(std::uint32_t address) override;
  void frame(Cycles time, std::span<const std::uint8_t> bytes, bool fcs_error, bool dense) override;
  std::uint64_t beat(std::span<const std::uint8_t> bytes, bool last, bool fcs_error) override;
  void pass(std::uint64_t cycles) override;
  void command(Cycles time, std::uint64_t high, std::uint64_t low, bool dense) override;
  void run_until(Cycles time) override;
  void run_until_idle() override;
  std::uint64_t cycles() const noexcept override { return cycles_; }
  void open_wave(const std::string& file) override;
  void trace(bool on) noexcept override { tracing_ = on; }

 private:
  [[noreturn]] static void stalled(const char* what, std::uint64_t cycles) {
    throw std::runtime_error(std::string("simulated core: ") + what + " has not happened in " + std::to_string(cycles) +
                             " cycles; the core is stuck, run with --wave to see where");
  }

  void tick();
  void wait_until(Cycles time, bool dense);
  void sample_outputs();
  void deliver();

  Out& out_;
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Model> core_;
  std::unique_ptr<VerilatedFstC> wave_;
  bool tracing_ = false;
  std::uint64_t cycles_ = 0;
  std::uint64_t time_ = 0;
  // An order's event leaves with the first beat of its frame: events wait until the frame is complete.
  struct OrderFrame {
    std::array<std::uint8_t, 128> bytes;
    std::size_t size = 0;
    std::uint64_t first_beat = 0;
  };
  OrderFrame arriving_{};
  std::deque<OrderFrame> frames_;
  std::deque<Event> events_;
};

template <class Model, bool kTraced>
void CoreDriverOf<Model, kTraced>::open_wave(const std::string& file) {
  if constexpr (kTraced) {
    wave_ = std::make_unique<VerilatedFstC>();
    core_->trace(wave_.get(), 99);
    wave_->open(file.c_str());
    if (!wave_->isOpen()) throw std::runtime_error(file + ": cannot write the waveform");
  } else {
    throw std::logic_error(file + ": the fast model records no waveform");
  }
}

// One clock cycle: what has been set is offered to the core from this edge on. Outputs are those behind the edge; their
// readers are always ready.
template <class Model, bool kTraced>
void CoreDriverOf<Model, kTraced>::tick() {
  core_->time_i = time_ & kTimeMask;
  core_->clk_i = 1;
  core_->eval();
  if constexpr (kTraced) {
    if (tracing_ && wave_) wave_->dump(cycles_ * 10);
  }
  if (core_->m_axis_tvalid_o | core_->m_event_tvalid_o) sample_outputs();
  core_->clk_i = 0;
  core_->eval();
  if constexpr (kTraced) {
    if (tracing_ && wave_) wave_->dump(cycles_ * 10 + 5);
  }
  ++cycles_;
}

template <class Model, bool kTraced>
void CoreDriverOf<Model, kTraced>::sample_outputs() {
  if (core_->m_axis_tvalid_o) {
    const unsigned keep = static_cast<unsigned>(__builtin_popcount(core_->m_axis_tkeep_o));
    if (arriving_.size + keep > arriving_.bytes.size())
      throw std::runtime_error("simulated core: an order frame is longer than " +
                               std::to_string(arriving_.bytes.size()) + " bytes");
    if (arriving_.size == 0) arriving_.first_beat = cycles_;
    const std::uint64_t data = core_->m_axis_tdata_o;
    std::memcpy(arriving_.bytes.data() + arriving_.size, &data, keep);
    arriving_.size += keep;
    if (core_->m_axis_tlast_o) {
      // What was begun in vain is no order: a MAC makes its FCS wrong.
      if (!core_->m_axis_tuser_o) frames_.push_back(arriving_);
      arriving_.size = 0;
    }
  }
  if (core_->m_event_tvalid_o) {
    static_assert(sizeof(core_->m_event_tdata_o) == sizeof(Event));
    std::memcpy(&events_.emplace_back(), core_->m_event_tdata_o.data(), sizeof(Event));
  }
  deliver();
}

template <class Model, bool kTraced>
void CoreDriverOf<Model, kTraced>::deliver() {
  while (!events_.empty()) {
    const EventKind kind = events_.front().event_kind();
    if (kind == EventKind::order || kind == EventKind::cancel) {
      if (frames_.empty()) return;
      out_.on_first_beat(frames_.front().first_beat);
      out_.on_order_frame(std::span(frames_.front().bytes).first(frames_.front().size));
      frames_.pop_front();
    }
    out_.on_event(events_.front());
    events_.pop_front();
  }
}

template <class Model, bool kTraced>
void CoreDriverOf<Model, kTraced>::reset() {
  core_->rst_i = 1;
  for (int i = 0; i < 8; ++i) tick();
  core_->rst_i = 0;
  for (int i = 0; i < 4; ++i) tick();
  for (std::uint64_t n = 0; !core_->ready_o; ++n) {
    if (n > kStallCycles) stalled("ready after reset", n);
    tick();
  }
}

template <class Model, bool kTraced>
void CoreDriverOf<Model, kTraced>::write_register(std::uint32_t address, std::uint32_t value) {
  core_->s_axil_awaddr_i = static_cast<std::uint16_t>(address);
  core_->s_axil_wdata_i = value;
  core_->s_axil_wstrb_i = 0xF;
  core_->s_axil_awvalid_i = 1;
  core_->s_axil_wvalid_i = 1;
  for (std::uint64_t n = 0;; ++n) {
    if (n > kStallCycles) stalled("a register write's response", n);
    const bool aw = core_->s_axil_awvalid_i && core_->s_axil_awready_o;
    const bool w = core_->s_axil_wvalid_i && core_->s_axil_wready_o;
    const bool b = core_->s_axil_bvalid_o;
    const unsigned response = core_->s_axil_bresp_o;
    tick();
    if (aw) core_->s_axil_awvalid_i = 0;
    if (w) core_->s_axil_wvalid_i = 0;
    if (b) {
      if (response != 0) {
        char text[96];
        std::snprintf(text, sizeof text, "simulated core: writing register 0x%04X answered error %u", address,
                      response);
        throw std::runtime_error(text);
      }
      return;
    }
  }
}

template <class Model, bool kTraced>
std::uint32_t CoreDriverOf<Model, kTraced>::read_register(std::uint32_t address) {
  core_->s_axil_araddr_i = static_cast<std::uint16_t>(address);
  core_->s_axil_arvalid_i = 1;
  for (std::uint64_t n = 0;; ++n) {
    if (n > kStallCycles) stalled("a register read's response", n);
    const bool ar = core_->s_axil_arvalid_i && core_->s_axil_arready_o;
    const bool r = core_->s_axil_rvalid_o;
    const unsigned response = core_->s_axil_rresp_o;
    const std::uint32_t value = core_->s_axil_rdata_o;
    tick();
    if (ar) core_->s_axil_arvalid_i = 0;
    if (r) {
      if (response != 0) {
        char text[96];
        std::snprintf(text, sizeof text, "simulated core: reading register 0x%04X answered error %u", address,
                      response);
        throw std::runtime_error(text);
      }
      return value;
    }
  }
}

// Brings the time input to `time`; on return the next tick carries it.
template <class Model, bool kTraced>
void CoreDriverOf<Model, kTraced>::wait_until(Cycles time, bool dense) {
  // Inputs and idle_o are registered: idle means nothing before the core has seen what was set last.
  for (unsigned seen = 0; time_ < time.value; ++seen) {
    if (dense || (seen >= 4 && core_->idle_o)) {
      time_ = time.value;
      return;
    }
    tick();
    ++time_;
  }
}

template <class Model, bool kTraced>
void CoreDriverOf<Model, kTraced>::run_until(Cycles time) {
  run_until_idle();
  if (time_ < time.value) time_ = time.value;
  // The core sees the time even if nothing else happens.
  for (int i = 0; i < 4; ++i) tick();
  run_until_idle();
}

template <class Model, bool kTraced>
void CoreDriverOf<Model, kTraced>::run_until_idle() {
  // Inputs and idle_o are registered: give it time to see what was set last.
  for (int i = 0; i < 4; ++i) tick();
  for (std::uint64_t n = 0; !core_->idle_o; ++n) {
    if (n > kStallCycles) stalled("idle", n);
    tick();
  }
}

template <class Model, bool kTraced>
void CoreDriverOf<Model, kTraced>::frame(Cycles time, std::span<const std::uint8_t> bytes, bool fcs_error, bool dense) {
  wait_until(time, dense);
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    const std::size_t left = bytes.size() - at;
    beat(bytes.subspan(at, left < 8 ? left : 8), left <= 8, fcs_error);
  }
}

template <class Model, bool kTraced>
std::uint64_t CoreDriverOf<Model, kTraced>::beat(std::span<const std::uint8_t> bytes, bool last, bool fcs_error) {
  std::uint64_t data = 0;
  std::memcpy(&data, bytes.data(), bytes.size());
  core_->s_axis_tvalid_i = 1;
  core_->s_axis_tdata_i = data;
  core_->s_axis_tkeep_i = static_cast<std::uint8_t>((1u << bytes.size()) - 1);
  core_->s_axis_tlast_i = last;
  core_->s_axis_tuser_i = last && fcs_error;
  tick();
  // Offered now; taken at the next edge unless the core says no. Time waits with the wire.
  for (std::uint64_t n = 0; !core_->s_axis_tready_o; ++n) {
    if (n > kStallCycles) stalled("taking a beat of a frame", n);
    tick();
  }
  ++time_;
  core_->s_axis_tvalid_i = 0;
  core_->s_axis_tlast_i = 0;
  core_->s_axis_tuser_i = 0;
  return cycles_ - 1;
}

template <class Model, bool kTraced>
void CoreDriverOf<Model, kTraced>::pass(std::uint64_t cycles) {
  for (; cycles > 0; --cycles) {
    tick();
    ++time_;
  }
}

template <class Model, bool kTraced>
void CoreDriverOf<Model, kTraced>::command(Cycles time, std::uint64_t high, std::uint64_t low, bool dense) {
  wait_until(time, dense);
  std::memcpy(&core_->s_cmd_tdata_i[0], &low, 8);
  std::memcpy(&core_->s_cmd_tdata_i[2], &high, 8);
  core_->s_cmd_tvalid_i = 1;
  tick();
  for (std::uint64_t n = 0; !core_->s_cmd_tready_o; ++n) {
    if (n > kStallCycles) stalled("taking a command", n);
    tick();
  }
  core_->s_cmd_tvalid_i = 0;
}

}  // namespace twinpath
