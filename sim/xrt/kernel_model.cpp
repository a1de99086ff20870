#include "sim/xrt/kernel_model.h"

#include <Vtwinpath_kernel.h>
#include <Vtwinpath_kernel___024root.h>
#include <verilated.h>

#include <cstring>
#include <string>

#include "host/core/registers.h"

namespace twinpath::sim {
namespace {

// 300 MHz beside 322.265625 MHz: 512 host cycles in 550 of the core's.
constexpr std::uint32_t kPhase = 550, kPhaseStep = 512;
constexpr std::uint64_t kPage = 4096;

}  // namespace

KernelModel::KernelModel(Memory& memory)
    : memory_(memory),
      context_(std::make_unique<VerilatedContext>()),
      kernel_(std::make_unique<Vtwinpath_kernel>(context_.get())) {
  kernel_->m_axis_tready = 1;
  kernel_->m_axi_awready = 1;
  kernel_->m_axi_wready = 1;
  kernel_->m_axi_arready = 1;
  kernel_->m_axi_rlast = 1;
  kernel_->s_axi_control_bready = 1;
  kernel_->s_axi_control_rready = 1;
  kernel_->eval();  // from here on a rise of a clock is an edge
}

KernelModel::~KernelModel() { kernel_->final(); }

void KernelModel::stalled(const char* what) const {
  throw KernelError(std::string("simulated card: ") + what + " has not happened in " + std::to_string(kStallCycles) +
                    " cycles; the kernel is stuck");
}

// One cycle of the core's clock, and one of the host's when it is due. Inputs that have been set count at this edge;
// behind it the time is next_time.
void KernelModel::tick(std::uint64_t next_time) {
  phase_ += kPhaseStep;
  const bool host = phase_ >= kPhase;
  if (host) phase_ -= kPhase;

  kernel_->ap_clk = 0;
  kernel_->ap_clk_2 = 0;
  kernel_->eval();
  bool moves = false;
  if (!core_stopped_) {
    if (kernel_->m_axis_tvalid) sample_order_frame();
    kernel_->rootp->twinpath_kernel__DOT__u_time__DOT__next_time = next_time;
    moves = !kernel_->rootp->twinpath_kernel__DOT__core_idle;
  }
  if (host) memory_at_edge();
  moves = moves || kernel_->m_axi_awvalid || kernel_->m_axi_wvalid || kernel_->m_axi_arvalid || !writes_.empty() ||
          !write_answers_.empty() || !reads_.empty();
  kernel_->ap_clk = host;
  kernel_->ap_clk_2 = !core_stopped_;
  kernel_->eval();
  if (host) {
    memory_after_edge();
    ++host_cycles_;
  }
  still_ = moves ? 0 : still_ + 1;
  time_ = next_time;
  ++cycles_;
}

void KernelModel::sample_order_frame() {
  const auto keep = static_cast<unsigned>(__builtin_popcount(kernel_->m_axis_tkeep));
  if (order_bytes_ + keep > order_frame_.size()) throw KernelError("simulated card: an order frame does not end");
  if (order_bytes_ == 0) order_cycle_ = cycles_;
  const std::uint64_t data = kernel_->m_axis_tdata;
  std::memcpy(order_frame_.data() + order_bytes_, &data, keep);
  order_bytes_ += keep;
  if (!kernel_->m_axis_tlast) return;
  // What was begun in vain is no order: a MAC makes its FCS wrong.
  if (!kernel_->m_axis_tuser) on_order_frame(std::span(order_frame_).first(order_bytes_), order_cycle_);
  order_bytes_ = 0;
}

// Settled inputs, right before an edge of the host's clock: what is handed over at it.
void KernelModel::memory_at_edge() {
  if (kernel_->m_axi_awvalid) {
    const unsigned beats = kernel_->m_axi_awlen + 1U;
    const std::uint64_t address = kernel_->m_axi_awaddr;
    if (address % 64 != 0 || address / kPage != (address + std::uint64_t{beats} * 64 - 1) / kPage)
      throw KernelError("simulated card: the kernel writes " + std::to_string(beats) + " beats at " +
                        std::to_string(address) + ", across a 4 KiB boundary or not aligned");
    writes_.push_back({address, beats});
  }
  if (kernel_->m_axi_wvalid) {
    if (writes_.empty()) throw KernelError("simulated card: the kernel writes data without an address");
    Write& w = writes_.front();
    const auto to = memory_.at(w.address + std::uint64_t{w.done} * 64, 64);
    w.refused = w.refused || to.empty();
    if (!to.empty()) std::memcpy(to.data(), kernel_->m_axi_wdata.data(), 64);
    const bool last = ++w.done == w.beats;
    if (last != static_cast<bool>(kernel_->m_axi_wlast))
      throw KernelError("simulated card: wlast is not with the last beat");
    if (last) {
      write_answers_.push_back({host_cycles_ + kWriteLatency, w.refused});
      writes_.pop_front();
    }
  }
  if (kernel_->m_axi_bvalid && kernel_->m_axi_bready) write_answers_.pop_front();
  if (kernel_->m_axi_rvalid && kernel_->m_axi_rready) reads_.pop_front();
  if (kernel_->m_axi_arvalid) {
    if (kernel_->m_axi_arlen != 0 || kernel_->m_axi_araddr % 64 != 0)
      throw KernelError("simulated card: the kernel reads other than an aligned beat");
    reads_.push_back({kernel_->m_axi_araddr, host_cycles_ + kReadLatency});
  }
}

// What the memory offers from now on.
void KernelModel::memory_after_edge() {
  kernel_->m_axi_bvalid = !write_answers_.empty() && write_answers_.front().due <= host_cycles_;
  if (kernel_->m_axi_bvalid) kernel_->m_axi_bresp = write_answers_.front().refused ? 3 : 0;
  const bool read = !reads_.empty() && reads_.front().due <= host_cycles_;
  if (read && !kernel_->m_axi_rvalid) {
    const auto from = memory_.at(reads_.front().address, 64);
    if (!from.empty()) std::memcpy(kernel_->m_axi_rdata.data(), from.data(), 64);
    kernel_->m_axi_rresp = from.empty() ? 3 : 0;
  } else if (read) {
    // The one before was taken at this edge: rready never falls.
    const auto from = memory_.at(reads_.front().address, 64);
    if (!from.empty()) std::memcpy(kernel_->m_axi_rdata.data(), from.data(), 64);
    kernel_->m_axi_rresp = from.empty() ? 3 : 0;
  }
  kernel_->m_axi_rvalid = read;
}

void KernelModel::reset() {
  kernel_->ap_rst_n = 0;
  kernel_->ap_rst_n_2 = 0;
  for (int i = 0; i < 16; ++i) tick(0);
  kernel_->ap_rst_n = 1;
  kernel_->ap_rst_n_2 = 1;
  for (int i = 0; i < 64; ++i) tick(0);
  // Until the memories are clear, as on a card that has been there for a while.
  settle();
}

KernelModel::Answer KernelModel::write_register(std::uint32_t offset, std::uint32_t value) {
  kernel_->s_axi_control_awaddr = static_cast<std::uint16_t>(offset);
  kernel_->s_axi_control_wdata = value;
  kernel_->s_axi_control_wstrb = 0xF;
  kernel_->s_axi_control_awvalid = 1;
  kernel_->s_axi_control_wvalid = 1;
  for (std::uint64_t n = 0; n < kStallCycles; ++n) {
    // Whether this tick has an edge of the host's clock is known before it.
    const bool edge = phase_ + kPhaseStep >= kPhase;
    const bool aw = kernel_->s_axi_control_awvalid && kernel_->s_axi_control_awready;
    const bool w = kernel_->s_axi_control_wvalid && kernel_->s_axi_control_wready;
    const bool b = kernel_->s_axi_control_bvalid;
    const Answer answer{0, (kernel_->s_axi_control_bresp & 2) != 0};
    tick(time_);
    if (!edge) continue;
    if (aw) kernel_->s_axi_control_awvalid = 0;
    if (w) kernel_->s_axi_control_wvalid = 0;
    if (!b) continue;
    if (offset == regs::kControl && !answer.error) wire_mode_ = (value & regs::kControlWireModeMask) != 0;
    return answer;
  }
  stalled("the answer to a register write");
}

KernelModel::Answer KernelModel::read_register(std::uint32_t offset) {
  kernel_->s_axi_control_araddr = static_cast<std::uint16_t>(offset);
  kernel_->s_axi_control_arvalid = 1;
  for (std::uint64_t n = 0; n < kStallCycles; ++n) {
    const bool edge = phase_ + kPhaseStep >= kPhase;
    const bool ar = kernel_->s_axi_control_arvalid && kernel_->s_axi_control_arready;
    const bool r = kernel_->s_axi_control_rvalid;
    const Answer answer{kernel_->s_axi_control_rdata, (kernel_->s_axi_control_rresp & 2) != 0};
    tick(time_);
    if (!edge) continue;
    if (ar) kernel_->s_axi_control_arvalid = 0;
    if (r) return answer;
  }
  stalled("the answer to a register read");
}

void KernelModel::wait_until(std::uint64_t time) {
  for (unsigned seen = 0; time_ < time; ++seen) {
    const bool idle = seen >= 4 && kernel_->rootp->twinpath_kernel__DOT__core_idle;
    tick(idle ? time : time_ + 1);
  }
}

void KernelModel::frame(std::uint64_t time, std::span<const std::uint8_t> bytes, bool wrong_fcs) {
  wait_until(time);
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    const std::size_t n = std::min<std::size_t>(8, bytes.size() - at);
    std::uint64_t data = 0;
    std::memcpy(&data, bytes.data() + at, n);
    kernel_->s_axis_tvalid = 1;
    kernel_->s_axis_tdata = data;
    kernel_->s_axis_tkeep = static_cast<std::uint8_t>((1U << n) - 1);
    kernel_->s_axis_tlast = at + n == bytes.size();
    kernel_->s_axis_tuser = kernel_->s_axis_tlast && wrong_fcs;
    // Whether the beat is taken depends on the kernel alone: known once the inputs have settled. Time waits with the
    // wire.
    for (std::uint64_t waited = 0;; ++waited) {
      kernel_->ap_clk = 0;
      kernel_->ap_clk_2 = 0;
      kernel_->eval();
      const bool taken = kernel_->s_axis_tready || wire_mode_;
      tick(taken ? time_ + 1 : time_);
      if (taken) break;
      if (waited > kStallCycles) stalled("taking a beat of a frame");
    }
    kernel_->s_axis_tvalid = 0;
  }
  kernel_->s_axis_tlast = 0;
  kernel_->s_axis_tuser = 0;
  still_ = 0;
}

bool KernelModel::run(unsigned cycles) {
  for (; cycles > 0 && !quiet(); --cycles) tick(time_);
  return quiet();
}

void KernelModel::settle() {
  still_ = 0;
  for (std::uint64_t n = 0; !quiet(); ++n) {
    if (n > kStallCycles) stalled("standing still");
    tick(time_);
  }
}

void KernelModel::advance(std::uint64_t time) {
  settle();
  if (time_ < time) tick(time);
  settle();
}

}  // namespace twinpath::sim
