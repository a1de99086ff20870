`include "twinpath_types.svh"
`default_nettype none

/// The decision half as the core wires it, for its test: booked messages in, order frames and events out.
module decide_bench (
    input  wire logic           clk_i,
    input  wire logic           rst_i,
    output logic                ready_o,
    input  wire logic [TP_CYC_W-1:0] cycle_i,
    input  wire tp_cfg_t        cfg_i,
    input  wire tp_booked_t     booked_i,
    input  wire logic           booked_valid_i,
    output logic                booked_ready_o,
    output logic [63:0]         m_axis_tdata_o,
    output logic [7:0]          m_axis_tkeep_o,
    output logic                m_axis_tvalid_o,
    output logic                m_axis_tlast_o,
    input  wire logic           m_axis_tready_i,
    output tp_event_t           event_o,
    output logic                event_valid_o,
    input  wire logic           event_ready_i,
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o,
    output logic                idle_o
);

  logic                out_valid;
  logic                out_ready;
  logic                out_has_order;
  tp_order_t           out_order;
  tp_event_t           out_event;
  logic [TP_CYC_W-1:0] out_last_byte;
  logic                decide_idle;
  logic                order_idle;

  assign idle_o = decide_idle && order_idle;

  decide_stage u_decide (
      .clk_i          (clk_i),
      .rst_i          (rst_i),
      .ready_o        (ready_o),
      .cycle_i        (cycle_i),
      .cfg_i          (cfg_i),
      .booked_i       (booked_i),
      .booked_valid_i (booked_valid_i),
      .booked_ready_o (booked_ready_o),
      .out_valid_o    (out_valid),
      .out_ready_i    (out_ready),
      .out_has_order_o(out_has_order),
      .out_order_o    (out_order),
      .out_event_o    (out_event),
      .out_last_byte_o(out_last_byte),
      .cnt_o          (cnt_o),
      .idle_o         (decide_idle)
  );

  order_tx #(
      .DATA_W(64)
  ) u_order (
      .clk_i          (clk_i),
      .rst_i          (rst_i),
      .cycle_i        (cycle_i),
      .cfg_i          (cfg_i),
      .in_valid_i     (out_valid),
      .in_ready_o     (out_ready),
      .in_has_order_i (out_has_order),
      .in_order_i     (out_order),
      .in_event_i     (out_event),
      .in_last_byte_i (out_last_byte),
      .m_axis_tdata_o (m_axis_tdata_o),
      .m_axis_tkeep_o (m_axis_tkeep_o),
      .m_axis_tvalid_o(m_axis_tvalid_o),
      .m_axis_tlast_o (m_axis_tlast_o),
      .m_axis_tready_i(m_axis_tready_i),
      .event_o        (event_o),
      .event_valid_o  (event_valid_o),
      .event_ready_i  (event_ready_i),
      .idle_o         (order_idle)
  );

endmodule
`default_nettype wire
