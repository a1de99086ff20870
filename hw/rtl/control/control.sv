`include "twinpath_types.svh"
`default_nettype none

/// What the host sees of the core: registers, configuration and command output, counters, latency histograms.
/// Wiring only.
///
/// Why: one AXI4-Lite port, 16 address bits, beside the tick-to-trade path and never in it; nothing here can hold a
/// frame or an order up.
/// Safety: a soft reset, one cycle on soft_reset_o, clears counters and histograms as rst_i does and holds them so for 8
/// cycles more, while the reset reaches every block of the core and what they still report of the run before drains. A
/// run after it starts from zero everywhere. ready_o is low while the histograms clear; orders sent then
/// are counted but not in them.
/// Latency: see axil_regs, counters and latency_histogram.
module control #(
    parameter int DATA_W    = 64,
    parameter int SYMBOLS   = TP_SYMBOLS,
    parameter int SETS_LOG2 = 16,
    parameter int WAYS      = 8,
    parameter int LEVELS    = 1 << TP_LEVEL_W
) (
    input  wire logic                                   clk_i,
    input  wire logic                                   rst_i,
    input  wire logic [TP_TIME_W-1:0]                   time_i,

    input  wire logic [15:0]                            s_axil_awaddr_i,
    input  wire logic                                   s_axil_awvalid_i,
    output logic                                        s_axil_awready_o,
    input  wire logic [31:0]                            s_axil_wdata_i,
    input  wire logic [3:0]                             s_axil_wstrb_i,
    input  wire logic                                   s_axil_wvalid_i,
    output logic                                        s_axil_wready_o,
    output logic      [1:0]                             s_axil_bresp_o,
    output logic                                        s_axil_bvalid_o,
    input  wire logic                                   s_axil_bready_i,
    input  wire logic [15:0]                            s_axil_araddr_i,
    input  wire logic                                   s_axil_arvalid_i,
    output logic                                        s_axil_arready_o,
    output logic      [31:0]                            s_axil_rdata_o,
    output logic      [1:0]                             s_axil_rresp_o,
    output logic                                        s_axil_rvalid_o,
    input  wire logic                                   s_axil_rready_i,

    output tp_cfg_t                                     cfg_o,
    output logic      [127:0]                           cmd_tdata_o,
    output logic                                        cmd_tvalid_o,
    input  wire logic                                   cmd_tready_i,

    input  wire logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_i,
    input  wire logic [15:0]                            duplicate_inc_i,
    input  wire logic [63:0]                            lost_inc_i,
    input  wire logic                                   hist_valid_i,
    input  wire logic [2:0]                             hist_class_i,    // TP_OP_ number
    input  wire logic [15:0]                            hist_latency_i,  // cycles

    output logic                                        wire_mode_o,
    output logic                                        soft_reset_o,
    input  wire logic                                   ready_i,         // STATUS.ready = ready_i and ready_o
    input  wire logic                                   idle_i,
    input  wire logic                                   discarded_i,     // a speculative start was in vain (pulse)
    input  wire logic                                   held_i,          // the pipeline stands still
    output logic                                        ready_o
);

  logic        clear;
  logic [7:0]  drain_q;
  logic        cnt_re;
  logic [6:0]  cnt_index;
  logic [63:0] cnt_data;
  logic        hist_re;
  logic        hist_summary;
  logic [2:0]  hist_class;
  logic [7:0]  hist_index;
  logic        hist_done;
  logic [31:0] hist_data;

  always_ff @(posedge clk_i) drain_q <= rst_i ? '0 : {drain_q[6:0], soft_reset_o};
  assign clear = rst_i || soft_reset_o || (|drain_q);

  axil_regs #(
      .DATA_W   (DATA_W),
      .SYMBOLS  (SYMBOLS),
      .SETS_LOG2(SETS_LOG2),
      .WAYS     (WAYS),
      .LEVELS   (LEVELS)
  ) u_regs (
      .clk_i           (clk_i),
      .rst_i           (rst_i),
      .time_i          (time_i),
      .s_axil_awaddr_i (s_axil_awaddr_i),
      .s_axil_awvalid_i(s_axil_awvalid_i),
      .s_axil_awready_o(s_axil_awready_o),
      .s_axil_wdata_i  (s_axil_wdata_i),
      .s_axil_wstrb_i  (s_axil_wstrb_i),
      .s_axil_wvalid_i (s_axil_wvalid_i),
      .s_axil_wready_o (s_axil_wready_o),
      .s_axil_bresp_o  (s_axil_bresp_o),
      .s_axil_bvalid_o (s_axil_bvalid_o),
      .s_axil_bready_i (s_axil_bready_i),
      .s_axil_araddr_i (s_axil_araddr_i),
      .s_axil_arvalid_i(s_axil_arvalid_i),
      .s_axil_arready_o(s_axil_arready_o),
      .s_axil_rdata_o  (s_axil_rdata_o),
      .s_axil_rresp_o  (s_axil_rresp_o),
      .s_axil_rvalid_o (s_axil_rvalid_o),
      .s_axil_rready_i (s_axil_rready_i),
      .cfg_o           (cfg_o),
      .cmd_tdata_o     (cmd_tdata_o),
      .cmd_tvalid_o    (cmd_tvalid_o),
      .cmd_tready_i    (cmd_tready_i),
      .wire_mode_o     (wire_mode_o),
      .soft_reset_o    (soft_reset_o),
      .ready_i         (ready_i && ready_o),
      .idle_i          (idle_i),
      .discarded_i     (discarded_i),
      .held_i          (held_i),
      .cnt_re_o        (cnt_re),
      .cnt_index_o     (cnt_index),
      .cnt_data_i      (cnt_data),
      .hist_re_o       (hist_re),
      .hist_summary_o  (hist_summary),
      .hist_class_o    (hist_class),
      .hist_index_o    (hist_index),
      .hist_done_i     (hist_done),
      .hist_data_i     (hist_data)
  );

  counters u_counters (
      .clk_i          (clk_i),
      .rst_i          (clear),
      .cnt_i          (cnt_i),
      .duplicate_inc_i(duplicate_inc_i),
      .lost_inc_i     (lost_inc_i),
      .re_i           (cnt_re),
      .raddr_i        (cnt_index),
      .rdata_o        (cnt_data)
  );

  latency_histogram u_histogram (
      .clk_i         (clk_i),
      .rst_i         (clear),
      .ready_o       (ready_o),
      .hist_valid_i  (hist_valid_i),
      .hist_class_i  (hist_class_i),
      .hist_latency_i(hist_latency_i),
      .rd_valid_i    (hist_re),
      .rd_summary_i  (hist_summary),
      .rd_class_i    (hist_class),
      .rd_index_i    (hist_index),
      .rd_done_o     (hist_done),
      .rd_data_o     (hist_data)
  );

endmodule
`default_nettype wire
