// AXI4-Lite master for block tests: random order and pauses on every channel, and the channel rules checked each cycle.
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <random>

namespace twinpath::test {

inline constexpr unsigned kOkay = 0;
inline constexpr unsigned kSlverr = 2;

struct Write {
  std::uint32_t address = 0;
  std::uint32_t data = 0;
  unsigned strobes = 0xF;
};

struct ReadResult {
  unsigned response = 0;
  std::uint32_t data = 0;
};

// Dut has the ports s_axil_* of axil_regs. `each_cycle` runs with the inputs settled, right before the clock edge.
template <class Dut>
class AxilMaster {
 public:
  explicit AxilMaster(unsigned seed) : random_(seed) {}

  Dut dut;
  std::function<void()> each_cycle = [] {};

  void reset() {
    dut.rst_i = 1;
    tick();
    tick();
    dut.rst_i = 0;
  }

  void tick() {
    dut.clk_i = 0;
    dut.eval();
    each_cycle();
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
    ++cycles;
  }

  // Percent of cycles in which a channel pauses: 0 for a master that never waits.
  void pause(unsigned percent) { pause_ = percent; }

  unsigned write(std::uint32_t address, std::uint32_t data, unsigned strobes = 0xF) {
    return run(Write{address, data, strobes}, std::nullopt).first;
  }
  ReadResult read(std::uint32_t address) { return run(std::nullopt, address).second; }

  // Reads that must succeed; 64 bits: low word first.
  std::uint32_t value(std::uint32_t address) {
    const ReadResult r = read(address);
    EXPECT_EQ(r.response, kOkay) << std::hex << "read of 0x" << address;
    return r.data;
  }
  std::uint64_t value64(std::uint32_t address) {
    const std::uint64_t low = value(address);
    return low | std::uint64_t{value(address + 4)} << 32;
  }

  // A write and a read at the same time; either may be absent. A stuck handshake fails the test.
  std::pair<unsigned, ReadResult> run(std::optional<Write> write, std::optional<std::uint32_t> read) {
    bool aw = write.has_value(), w = aw, b = aw, ar = read.has_value(), r = ar;
    std::pair<unsigned, ReadResult> result;
    std::optional<unsigned> held_b;
    std::optional<ReadResult> held_r;
    dut.s_axil_awvalid_i = dut.s_axil_wvalid_i = dut.s_axil_arvalid_i = 0;
    for (int cycle = 0; b || r; ++cycle) {
      if (cycle > 20'000) {
        ADD_FAILURE() << "the slave does not answer";
        return result;
      }
      // A valid that is up stays up with its payload until accepted.
      if (aw && (dut.s_axil_awvalid_i || go())) dut.s_axil_awvalid_i = 1, dut.s_axil_awaddr_i = write->address;
      if (w && (dut.s_axil_wvalid_i || go())) {
        dut.s_axil_wvalid_i = 1, dut.s_axil_wdata_i = write->data, dut.s_axil_wstrb_i = write->strobes;
      }
      if (ar && (dut.s_axil_arvalid_i || go())) dut.s_axil_arvalid_i = 1, dut.s_axil_araddr_i = *read;
      dut.s_axil_bready_i = go();
      dut.s_axil_rready_i = go();
      dut.clk_i = 0;
      dut.eval();
      const bool aw_done = dut.s_axil_awvalid_i && dut.s_axil_awready_o;
      const bool w_done = dut.s_axil_wvalid_i && dut.s_axil_wready_o;
      const bool ar_done = dut.s_axil_arvalid_i && dut.s_axil_arready_o;
      if (dut.s_axil_bvalid_o) {
        EXPECT_TRUE(b && !aw && !w) << "a response before the whole write was accepted";
        if (held_b) {
          EXPECT_EQ(*held_b, dut.s_axil_bresp_o) << "bresp changed while it waited";
        }
        held_b = dut.s_axil_bresp_o;
      } else {
        EXPECT_FALSE(held_b) << "bvalid fell before bready";
      }
      if (dut.s_axil_rvalid_o) {
        EXPECT_TRUE(r && !ar) << "data before the address was accepted";
        if (held_r) {
          EXPECT_EQ(held_r->data, dut.s_axil_rdata_o) << "rdata changed while it waited";
        }
        held_r = ReadResult{dut.s_axil_rresp_o, dut.s_axil_rdata_o};
      } else {
        EXPECT_FALSE(held_r) << "rvalid fell before rready";
      }
      const bool b_done = dut.s_axil_bvalid_o && dut.s_axil_bready_i;
      const bool r_done = dut.s_axil_rvalid_o && dut.s_axil_rready_i;
      tick();
      if (aw_done) aw = false, dut.s_axil_awvalid_i = 0;
      if (w_done) w = false, dut.s_axil_wvalid_i = 0;
      if (ar_done) ar = false, dut.s_axil_arvalid_i = 0;
      if (b_done) b = false, result.first = *held_b, held_b.reset();
      if (r_done) r = false, result.second = *held_r, held_r.reset();
    }
    dut.s_axil_bready_i = dut.s_axil_rready_i = 0;
    return result;
  }

  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }

  std::uint64_t cycles = 0;

 private:
  bool go() { return below(100) >= pause_; }

  std::mt19937 random_;
  unsigned pause_ = 40;
};

}  // namespace twinpath::test
