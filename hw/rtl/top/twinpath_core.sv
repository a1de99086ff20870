`include "twinpath_types.svh"
`default_nettype none

/// Tick-to-trade core: market data frames and host commands in, order frames and events out. Wiring only.
///
///   s_axis -> feed_front -> book_stage -> decide_stage -> order_tx -> m_axis
///                 ^                                          |
///               s_cmd                                        +-----> event
///
/// Time is an input (SEM 1): `time_i` is the 48-bit core clock count that stamps inputs; hardware ties it to a free-running
/// counter, simulation may let it jump while nothing happens. Latency stamps come from a counter of their own.
/// A host configures over AXI4-Lite (control/REGISTERS.md) after STATUS.ready, then enables the stream.
module twinpath_core #(
    parameter int DATA_W    = 64,
    parameter int SETS_LOG2 = 16,
    parameter int WAYS      = 8
) (
    input wire logic                clk_i,
    input wire logic                rst_i,
    input wire logic [TP_TIME_W-1:0] time_i,

    // Market data in; tuser with tlast: FCS error.
    input  wire logic [DATA_W-1:0]   s_axis_tdata_i,
    input  wire logic [DATA_W/8-1:0] s_axis_tkeep_i,
    input  wire logic                s_axis_tvalid_i,
    output logic                     s_axis_tready_o,
    input  wire logic                s_axis_tlast_i,
    input  wire logic                s_axis_tuser_i,

    // Host commands in (SEM 2.9); the AXI4-Lite command registers feed the same stream when this one is idle.
    input  wire logic [127:0]        s_cmd_tdata_i,
    input  wire logic                s_cmd_tvalid_i,
    output logic                     s_cmd_tready_o,

    // Order frames out.
    output logic [DATA_W-1:0]        m_axis_tdata_o,
    output logic [DATA_W/8-1:0]      m_axis_tkeep_o,
    output logic                     m_axis_tvalid_o,
    input  wire logic                m_axis_tready_i,
    output logic                     m_axis_tlast_o,

    // Events out, one 128-byte record a beat (SEM 7).
    output logic [1023:0]            m_event_tdata_o,
    output logic                     m_event_tvalid_o,
    input  wire logic                m_event_tready_i,

    // Control and status.
    input  wire logic [15:0]         s_axil_awaddr_i,
    input  wire logic                s_axil_awvalid_i,
    output logic                     s_axil_awready_o,
    input  wire logic [31:0]         s_axil_wdata_i,
    input  wire logic [3:0]          s_axil_wstrb_i,
    input  wire logic                s_axil_wvalid_i,
    output logic                     s_axil_wready_o,
    output logic [1:0]               s_axil_bresp_o,
    output logic                     s_axil_bvalid_o,
    input  wire logic                s_axil_bready_i,
    input  wire logic [15:0]         s_axil_araddr_i,
    input  wire logic                s_axil_arvalid_i,
    output logic                     s_axil_arready_o,
    output logic [31:0]              s_axil_rdata_o,
    output logic [1:0]               s_axil_rresp_o,
    output logic                     s_axil_rvalid_o,
    input  wire logic                s_axil_rready_i,

    output logic                     ready_o,  // memories are cleared, configuration may be written
    output logic                     idle_o    // nothing buffered or in flight
);
  logic                 soft_reset;
  logic                 rst_q;
  logic [TP_CYC_W-1:0]  cycle_q;
  tp_cfg_t              cfg;
  logic                 wire_mode;

  // One register fans the reset out; the control block itself survives a soft reset.
  always_ff @(posedge clk_i) rst_q <= rst_i | soft_reset;
  always_ff @(posedge clk_i) cycle_q <= rst_i ? '0 : cycle_q + 1'b1;

  // ---- feed -------------------------------------------------------------------------------------------------------------
  tp_msg_t             msg;
  logic                msg_valid;
  logic                msg_ready;
  logic [twinpath_regs_pkg::COUNTERS-1:0] feed_cnt;
  logic [15:0]         duplicate_inc;
  logic [63:0]         lost_inc;
  logic                feed_ready;
  logic                control_ready;
  logic                feed_idle;
  logic [127:0]        reg_cmd_tdata;
  logic                reg_cmd_tvalid;
  logic                feed_cmd_tready;

  assign s_cmd_tready_o = feed_cmd_tready;

  feed_front #(
      .DATA_W(DATA_W)
  ) u_feed (
      .clk_i          (clk_i),
      .rst_i          (rst_q),
      .ready_o        (feed_ready),
      .time_i         (time_i),
      .cycle_i        (cycle_q),
      .wire_mode_i    (wire_mode),
      .cfg_i          (cfg),
      .s_axis_tdata_i (s_axis_tdata_i),
      .s_axis_tkeep_i (s_axis_tkeep_i),
      .s_axis_tvalid_i(s_axis_tvalid_i),
      .s_axis_tready_o(s_axis_tready_o),
      .s_axis_tlast_i (s_axis_tlast_i),
      .s_axis_tuser_i (s_axis_tuser_i),
      .s_cmd_tdata_i  (s_cmd_tvalid_i ? s_cmd_tdata_i : reg_cmd_tdata),
      .s_cmd_tvalid_i (s_cmd_tvalid_i | reg_cmd_tvalid),
      .s_cmd_tready_o (feed_cmd_tready),
      .msg_o          (msg),
      .msg_valid_o    (msg_valid),
      .msg_ready_i    (msg_ready),
      .cnt_o          (feed_cnt),
      .duplicate_inc_o(duplicate_inc),
      .lost_inc_o     (lost_inc),
      .idle_o         (feed_idle)
  );

  // ---- book -------------------------------------------------------------------------------------------------------------
  tp_booked_t          booked;
  logic                booked_valid;
  logic                booked_ready;
  logic [twinpath_regs_pkg::COUNTERS-1:0] book_cnt;
  logic                book_ready;
  logic                book_idle;

  book_stage #(
      .SETS_LOG2(SETS_LOG2),
      .WAYS     (WAYS)
  ) u_book (
      .clk_i         (clk_i),
      .rst_i         (rst_q),
      .ready_o       (book_ready),
      .cycle_i       (cycle_q),
      .cfg_i         (cfg),
      .msg_i         (msg),
      .msg_valid_i   (msg_valid),
      .msg_ready_o   (msg_ready),
      .booked_o      (booked),
      .booked_valid_o(booked_valid),
      .booked_ready_i(booked_ready),
      .cnt_o         (book_cnt),
      .idle_o        (book_idle)
  );

  // ---- strategy and risk ---------------------------------------------------------------------------------------------------
  logic                out_valid;
  logic                out_ready;
  logic                out_has_order;
  tp_order_t           out_order;
  tp_event_t           out_event;
  logic [TP_CYC_W-1:0] out_last_byte;
  logic [twinpath_regs_pkg::COUNTERS-1:0] decide_cnt;
  logic                decide_ready;
  logic                decide_idle;

  decide_stage u_decide (
      .clk_i          (clk_i),
      .rst_i          (rst_q),
      .ready_o        (decide_ready),
      .cycle_i        (cycle_q),
      .cfg_i          (cfg),
      .booked_i       (booked),
      .booked_valid_i (booked_valid),
      .booked_ready_o (booked_ready),
      .out_valid_o    (out_valid),
      .out_ready_i    (out_ready),
      .out_has_order_o(out_has_order),
      .out_order_o    (out_order),
      .out_event_o    (out_event),
      .out_last_byte_o(out_last_byte),
      .cnt_o          (decide_cnt),
      .idle_o         (decide_idle)
  );

  // ---- order frames and events ----------------------------------------------------------------------------------------------
  tp_event_t event_record;
  logic      event_valid;
  logic      order_idle;

  order_tx #(
      .DATA_W(DATA_W)
  ) u_order (
      .clk_i          (clk_i),
      .rst_i          (rst_q),
      .cycle_i        (cycle_q),
      .cfg_i          (cfg),
      .in_valid_i     (out_valid),
      .in_ready_o     (out_ready),
      .in_has_order_i (out_has_order),
      .in_order_i     (out_order),
      .in_event_i     (out_event),
      .in_last_byte_i (out_last_byte),
      .m_axis_tdata_o (m_axis_tdata_o),
      .m_axis_tkeep_o (m_axis_tkeep_o),
      .m_axis_tvalid_o(m_axis_tvalid_o),
      .m_axis_tready_i(m_axis_tready_i),
      .m_axis_tlast_o (m_axis_tlast_o),
      .event_o        (event_record),
      .event_valid_o  (event_valid),
      .event_ready_i  (m_event_tready_i),
      .idle_o         (order_idle)
  );
  assign m_event_tdata_o  = event_record;
  assign m_event_tvalid_o = event_valid;

  // ---- control ------------------------------------------------------------------------------------------------------------
  logic       hist_valid;
  logic [2:0] hist_class;
  order_class u_class (
      .msg_type_i(event_record.msg_type),
      .class_o   (hist_class)
  );
  assign hist_valid = event_valid && m_event_tready_i && event_record.kind == TP_EVENT_ORDER;

  always_ff @(posedge clk_i) begin
    ready_o <= feed_ready && control_ready && book_ready && decide_ready && !rst_q;
    idle_o  <= feed_idle && book_idle && decide_idle && order_idle && !s_axis_tvalid_i && !s_cmd_tvalid_i && !reg_cmd_tvalid;
  end

  control #(
      .DATA_W   (DATA_W),
      .SETS_LOG2(SETS_LOG2),
      .WAYS     (WAYS)
  ) u_control (
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
      .cfg_o           (cfg),
      .cmd_tdata_o     (reg_cmd_tdata),
      .cmd_tvalid_o    (reg_cmd_tvalid),
      .cmd_tready_i    (feed_cmd_tready && !s_cmd_tvalid_i),
      .cnt_i           (feed_cnt | book_cnt | decide_cnt),
      .duplicate_inc_i (duplicate_inc),
      .lost_inc_i      (lost_inc),
      .hist_valid_i    (hist_valid),
      .hist_class_i    (hist_class),
      .hist_latency_i  (event_record.stages[5*16 +: 16]),
      .wire_mode_o     (wire_mode),
      .soft_reset_o    (soft_reset),
      .ready_i         (ready_o),
      .idle_i          (idle_o),
      .ready_o         (control_ready)
  );
endmodule

`default_nettype wire
