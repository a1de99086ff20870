// The pins of the Verilated core as signals, under their names in RTL.
#pragma once
#include <cstdint>
#include <string>
#include <systemc>
#include <vector>

#include "Vtwinpath_core_pins.h"
#include "sim/systemc/rtl_core.h"

namespace twinpath::platform {

// The pins of sim/verilator/twinpath_core_sim.sv.
struct RtlPins {
  sc_core::sc_signal<bool> clk, rst;
  sc_core::sc_signal<std::uint64_t> time;
  sc_core::sc_signal<bool> s_axis_tvalid, s_axis_tready, s_axis_tlast, s_axis_tuser;
  sc_core::sc_signal<std::uint32_t> s_axis_tkeep;
  sc_core::sc_signal<std::uint64_t> s_axis_tdata;
  sc_core::sc_signal<bool> s_cmd_tvalid, s_cmd_tready;
  sc_core::sc_signal<sc_dt::sc_bv<128>> s_cmd_tdata;
  sc_core::sc_signal<bool> m_axis_tvalid, m_axis_tlast, m_axis_tuser;
  sc_core::sc_signal<std::uint32_t> m_axis_tkeep;
  sc_core::sc_signal<std::uint64_t> m_axis_tdata;
  sc_core::sc_signal<bool> m_event_tvalid;
  sc_core::sc_signal<sc_dt::sc_bv<1024>> m_event_tdata;
  sc_core::sc_signal<bool> s_axil_awvalid, s_axil_awready, s_axil_wvalid, s_axil_wready, s_axil_bvalid, s_axil_bready;
  sc_core::sc_signal<bool> s_axil_arvalid, s_axil_arready, s_axil_rvalid, s_axil_rready;
  sc_core::sc_signal<std::uint32_t> s_axil_awaddr, s_axil_wdata, s_axil_wstrb, s_axil_bresp;
  sc_core::sc_signal<std::uint32_t> s_axil_araddr, s_axil_rdata, s_axil_rresp;
  sc_core::sc_signal<bool> ready, idle;

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

}  // namespace twinpath::platform
