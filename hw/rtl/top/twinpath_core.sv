`include "twinpath_types.svh"
`default_nettype none

/// Tick-to-trade core: market data frames and host commands in, order frames and events out. Wiring only.
///
///   s_axis -> feed_front -> book_stage -> decide_stage -> order_tx -> m_axis
///                 ^                            |             |
///               s_cmd                          +-> event_queue -> event
///
/// One pipeline without queues between its stages: in a cycle with `en` low all of it stands still. Latency, from the beat
/// with the last byte of a message to the first beat of its order frame, at any load and alignment, when the line out is
/// free: 4 cycles for an add or a trade, 6 for an execution, cancel, delete or replace. What can hold it: a host command at
/// work (at most 5 cycles), a side of a book that ran out of its best levels (book_refill), and full queues behind.
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
    output logic                     m_axis_tuser_o,  // with tlast: the MAC is to make this frame's FCS wrong (order_tx)

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

  // ---- the pipeline moves, or all of it stands still ------------------------------------------------------------------------
  logic en;
  logic book_hold;
  logic decide_hold;
  assign en = !book_hold && !decide_hold;

  // ---- feed -------------------------------------------------------------------------------------------------------------
  logic                req_valid;
  logic                req_second;
  logic [63:0]         req_ref;
  logic                next_valid;
  logic [3:0]          next_op;
  logic [TP_SYM_W-1:0] next_symbol;
  tp_msg_t             msg;
  logic                msg_valid;
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
      .en_i           (en),
      .req_valid_o    (req_valid),
      .req_second_o   (req_second),
      .req_ref_o      (req_ref),
      .next_valid_o   (next_valid),
      .next_op_o      (next_op),
      .next_symbol_o  (next_symbol),
      .msg_o          (msg),
      .msg_valid_o    (msg_valid),
      .cnt_o          (feed_cnt),
      .duplicate_inc_o(duplicate_inc),
      .lost_inc_o     (lost_inc),
      .idle_o         (feed_idle)
  );

  // ---- book -------------------------------------------------------------------------------------------------------------
  logic                ahead_valid;
  logic [TP_SYM_W-1:0] ahead_symbol;
  logic                moves;
  tp_outlook_t         outlook;
  logic [2:0]          pick;
  tp_booked_t          booked;
  logic                booked_valid;
  tp_bbo_t             likely;
  logic                veto;
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
      .en_i          (en),
      .hold_o        (book_hold),
      .req_valid_i   (req_valid),
      .req_second_i  (req_second),
      .req_ref_i     (req_ref),
      .next_valid_i  (next_valid),
      .next_op_i     (next_op),
      .next_symbol_i (next_symbol),
      .msg_i         (msg),
      .msg_valid_i   (msg_valid),
      .ahead_valid_o (ahead_valid),
      .ahead_symbol_o(ahead_symbol),
      .outlook_o     (outlook),
      .moves_o       (moves),
      .booked_o      (booked),
      .booked_valid_o(booked_valid),
      .likely_o      (likely),
      .pick_o        (pick),
      .veto_o        (veto),
      .cnt_o         (book_cnt),
      .idle_o        (book_idle)
  );

  // ---- strategy and risk ---------------------------------------------------------------------------------------------------
  logic                armed;
  logic                order_valid;
  logic                order_cancel;
  tp_order_t           order;
  logic                order_room;
  logic                event_valid;
  logic                event_ready;
  tp_event_t           event_record;
  logic                event_order;
  logic [TP_CYC_W-1:0] event_last_byte;
  logic [twinpath_regs_pkg::COUNTERS-1:0] decide_cnt;
  logic                decide_ready;
  logic                decide_idle;

  decide_stage u_decide (
      .clk_i            (clk_i),
      .rst_i            (rst_q),
      .ready_o          (decide_ready),
      .cycle_i          (cycle_q),
      .cfg_i            (cfg),
      .en_i             (en),
      .hold_o           (decide_hold),
      .next_valid_i     (ahead_valid),
      .next_symbol_i    (ahead_symbol),
      .armed_o          (armed),
      .outlook_i        (outlook),
      .booked_valid_i   (booked_valid),
      .booked_i         (booked),
      .likely_i         (likely),
      .pick_i           (pick),
      .veto_i           (veto),
      .order_valid_o    (order_valid),
      .order_cancel_o   (order_cancel),
      .order_o          (order),
      .order_room_i     (order_room),
      .event_valid_o    (event_valid),
      .event_ready_i    (event_ready),
      .event_o          (event_record),
      .event_order_o    (event_order),
      .event_last_byte_o(event_last_byte),
      .cnt_o            (decide_cnt),
      .idle_o           (decide_idle)
  );

  // ---- order frames and events ----------------------------------------------------------------------------------------------
  logic                started_valid;
  logic [TP_CYC_W-1:0] started_cycle;
  logic                discarded;
  logic                order_idle;
  logic                events_idle;
  logic                hist_valid;
  logic [2:0]          hist_class;
  logic [15:0]         hist_latency;

  order_tx #(
      .DATA_W(DATA_W)
  ) u_order (
      .clk_i          (clk_i),
      .rst_i          (rst_q),
      .cycle_i        (cycle_q),
      .cfg_i          (cfg),
      .order_valid_i  (order_valid),
      .order_cancel_i (order_cancel),
      .order_i        (order),
      .begin_i        (moves && armed),
      .room_o         (order_room),
      .m_axis_tdata_o (m_axis_tdata_o),
      .m_axis_tkeep_o (m_axis_tkeep_o),
      .m_axis_tvalid_o(m_axis_tvalid_o),
      .m_axis_tlast_o (m_axis_tlast_o),
      .m_axis_tuser_o (m_axis_tuser_o),
      .m_axis_tready_i(m_axis_tready_i),
      .started_valid_o(started_valid),
      .started_cycle_o(started_cycle),
      .discarded_o    (discarded),
      .idle_o         (order_idle)
  );

  event_queue u_events (
      .clk_i            (clk_i),
      .rst_i            (rst_q),
      .event_valid_i    (event_valid),
      .event_ready_o    (event_ready),
      .event_i          (event_record),
      .event_order_i    (event_order),
      .event_last_byte_i(event_last_byte),
      .started_valid_i  (started_valid),
      .started_cycle_i  (started_cycle),
      .m_event_tdata_o  (m_event_tdata_o),
      .m_event_tvalid_o (m_event_tvalid_o),
      .m_event_tready_i (m_event_tready_i),
      .hist_valid_o     (hist_valid),
      .hist_class_o     (hist_class),
      .hist_latency_o   (hist_latency),
      .idle_o           (events_idle)
  );

  // ---- control ------------------------------------------------------------------------------------------------------------
  always_ff @(posedge clk_i) begin
    ready_o <= feed_ready && control_ready && book_ready && decide_ready && !rst_q;
    idle_o  <= feed_idle && book_idle && decide_idle && order_idle && events_idle && !s_axis_tvalid_i && !s_cmd_tvalid_i && !reg_cmd_tvalid;
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
      .hist_latency_i  (hist_latency),
      .wire_mode_o     (wire_mode),
      .soft_reset_o    (soft_reset),
      .ready_i         (ready_o),
      .idle_i          (idle_o),
      .discarded_i     (discarded),
      .held_i          (!en && ready_o),
      .ready_o         (control_ready)
  );
endmodule

`default_nettype wire
