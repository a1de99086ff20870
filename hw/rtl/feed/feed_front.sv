`include "net/packet_types.svh"
`default_nettype none

/// The front end of the tick-to-trade core: frames of two lines and host commands in, messages in sequence out (SEM 1, 2).
///
/// Why: wiring only; see the blocks. Safety: nothing is dropped but what SEM 2 names, and, with wire_mode_i, whole frames
/// that found the queue full. Ordering: inputs in arrival order, a command before a frame that begins in the same cycle.
/// Latency: 2 cycles from the beat with the last byte of a message to msg_valid_o, when nothing waits. next_* name the
/// message a cycle ahead; req_* an order reference one cycle behind the beat with its last byte (see block_splitter).
module feed_front #(
    parameter int DATA_W = 64,
    parameter int DEPTH  = 4096 // beats of DATA_W queued
) (
    input  wire logic                 clk_i,
    input  wire logic                 rst_i,
    output logic                      ready_o, // the locate table is clear; configuration and inputs may come
    input  wire logic [TP_TIME_W-1:0] time_i,
    input  wire logic [TP_CYC_W-1:0]  cycle_i,
    input  wire logic                 wire_mode_i,
    input  wire tp_cfg_t              cfg_i,
    input  wire logic [DATA_W-1:0]    s_axis_tdata_i,
    input  wire logic [DATA_W/8-1:0]  s_axis_tkeep_i,
    input  wire logic                 s_axis_tvalid_i,
    output logic                      s_axis_tready_o,
    input  wire logic                 s_axis_tlast_i,
    input  wire logic                 s_axis_tuser_i,
    input  wire logic [127:0]         s_cmd_tdata_i,
    input  wire logic                 s_cmd_tvalid_i,
    output logic                      s_cmd_tready_o,
    input  wire logic                 en_i,          // the pipeline behind moves; without it nothing here goes on but the queue
    output logic                      req_valid_o,
    output logic                      req_second_o,
    output logic [63:0]               req_ref_o,
    output logic                      next_valid_o,
    output logic [3:0]                next_op_o,
    output logic [TP_SYM_W-1:0]       next_symbol_o,
    output tp_msg_t                   msg_o,
    output logic                      msg_valid_o,   // for one cycle with en_i
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o,
    output logic [15:0]               duplicate_inc_o,
    output logic [63:0]               lost_inc_o,
    output logic                      idle_o // nothing happens until the next input, or until time_i reaches a gap deadline
);

  initial if (DATA_W != 32 && DATA_W != 64 && DATA_W != 128) $fatal(1, "feed_front: DATA_W must be 32, 64 or 128");

  localparam int CORE_W = DATA_W == 128 ? 64 : DATA_W;
  localparam int IN_BYTES_W = $clog2(DATA_W / 8 + 1);
  localparam int BYTES_W = $clog2(CORE_W / 8 + 1);
  localparam int COUNTERS = twinpath_regs_pkg::COUNTERS;
  localparam int COMMANDS = 64;

  // ---- commands -------------------------------------------------------------------------------------------------------------
  logic                          cmd_valid;
  logic                          cmd_ready;
  logic [127:0]                  cmd_data;
  logic [TP_TIME_W-1:0]          cmd_stamp;
  logic [31:0]                   cmd_frame;
  logic [31:0]                   frames;
  logic [$clog2(COMMANDS+1)-1:0] cmd_count;

  fifo #(
      .WIDTH(128 + TP_TIME_W + 32),
      .DEPTH(COMMANDS)
  ) u_commands (
      .clk_i    (clk_i),
      .rst_i    (rst_i),
      .s_valid_i(s_cmd_tvalid_i),
      .s_ready_o(s_cmd_tready_o),
      .s_data_i ({s_cmd_tdata_i, time_i, frames}),
      .m_valid_o(cmd_valid),
      .m_ready_i(cmd_ready),
      .m_data_o ({cmd_data, cmd_stamp, cmd_frame}),
      .count_o  (cmd_count)
  );

  // ---- frames ---------------------------------------------------------------------------------------------------------------
  logic                  meta_valid;
  logic                  meta_ready;
  tp_frame_meta_t        meta;
  logic                  in_valid;
  logic                  in_ready;
  logic [DATA_W-1:0]     in_data;
  logic [IN_BYTES_W-1:0] in_bytes;
  logic                  in_last;
  logic                  beat_valid;
  logic                  beat_ready;
  logic [CORE_W-1:0]     beat_data;
  logic [BYTES_W-1:0]    beat_bytes;
  logic                  beat_last;
  logic                  beat_error;
  logic                  beat_dropped;
  logic [TP_CYC_W-1:0]   beat_cycle;
  logic                  count_frame;
  logic                  count_overflow;
  logic                  ingress_idle;

  ingress #(
      .DATA_W(DATA_W),
      .DEPTH (DEPTH)
  ) u_ingress (
      .clk_i           (clk_i),
      .rst_i           (rst_i),
      .time_i          (time_i),
      .cycle_i         (cycle_i),
      .wire_mode_i     (wire_mode_i),
      .s_axis_tdata_i  (s_axis_tdata_i),
      .s_axis_tkeep_i  (s_axis_tkeep_i),
      .s_axis_tvalid_i (s_axis_tvalid_i),
      .s_axis_tready_o (s_axis_tready_o),
      .s_axis_tlast_i  (s_axis_tlast_i),
      .s_axis_tuser_i  (s_axis_tuser_i),
      .meta_valid_o    (meta_valid),
      .meta_ready_i    (meta_ready),
      .meta_o          (meta),
      .beat_valid_o    (in_valid),
      .beat_ready_i    (in_ready),
      .beat_data_o     (in_data),
      .beat_bytes_o    (in_bytes),
      .beat_last_o     (in_last),
      .beat_error_o    (beat_error),
      .beat_dropped_o  (beat_dropped),
      .beat_cycle_o    (beat_cycle),
      .frames_o        (frames),
      .count_frame_o   (count_frame),
      .count_overflow_o(count_overflow),
      .idle_o          (ingress_idle)
  );

  generate
    if (DATA_W == 128) begin : gen_halve
      beat_halver #(
          .DATA_W(CORE_W)
      ) u_beat_halver (
          .clk_i    (clk_i),
          .rst_i    (rst_i),
          .s_valid_i(in_valid),
          .s_ready_o(in_ready),
          .s_data_i (in_data),
          .s_bytes_i(in_bytes),
          .s_last_i (in_last),
          .m_valid_o(beat_valid),
          .m_ready_i(beat_ready),
          .m_data_o (beat_data),
          .m_bytes_o(beat_bytes),
          .m_last_o (beat_last)
      );
    end else begin : gen_direct
      assign beat_valid = in_valid;
      assign in_ready   = beat_ready;
      assign beat_data  = in_data;
      assign beat_bytes = in_bytes;
      assign beat_last  = in_last;
    end
  endgenerate

  logic                pkt_valid;
  logic                pkt_ready;
  logic                pkt_first;
  logic [CORE_W-1:0]   pkt_data;
  logic [BYTES_W-1:0]  pkt_bytes;
  logic                pkt_last;
  logic                pkt_error;
  logic [TP_CYC_W-1:0] pkt_cycle;
  tp_packet_t          pkt;
  logic                pending;
  tp_frame_meta_t      pending_meta;
  logic [COUNTERS-1:0] parser_cnt;
  logic                parser_idle;

  udp_parser #(
      .DATA_W(CORE_W)
  ) u_udp_parser (
      .clk_i         (clk_i),
      .rst_i         (rst_i),
      .cfg_i         (cfg_i),
      .meta_valid_i  (meta_valid),
      .meta_ready_o  (meta_ready),
      .meta_i        (meta),
      .beat_valid_i  (beat_valid),
      .beat_ready_o  (beat_ready),
      .beat_data_i   (beat_data),
      .beat_bytes_i  (beat_bytes),
      .beat_last_i   (beat_last),
      .beat_error_i  (beat_error),
      .beat_dropped_i(beat_dropped),
      .beat_cycle_i  (beat_cycle),
      .m_valid_o     (pkt_valid),
      .m_ready_i     (pkt_ready),
      .m_first_o     (pkt_first),
      .m_data_o      (pkt_data),
      .m_bytes_o     (pkt_bytes),
      .m_last_o      (pkt_last),
      .m_error_o     (pkt_error),
      .m_cycle_o     (pkt_cycle),
      .packet_o      (pkt),
      .pending_o     (pending),
      .pending_meta_o(pending_meta),
      .cnt_o         (parser_cnt),
      .idle_o        (parser_idle)
  );

  // ---- packets and messages -----------------------------------------------------------------------------------------------
  logic                split_valid;
  logic                split_ready;
  logic                split_first;
  logic [CORE_W-1:0]   split_data;
  logic [BYTES_W-1:0]  split_bytes;
  logic                split_last;
  logic [TP_CYC_W-1:0] split_cycle;
  tp_packet_t          split_packet;
  logic                split_void;
  logic                split_skip;
  logic                consume;
  logic                deliver;
  logic [15:0]         locate;
  logic                own_valid;
  logic                own_ready;
  tp_msg_t             own;
  tp_block_t           block;
  logic [COUNTERS-1:0] sequencer_cnt;
  logic [COUNTERS-1:0] splitter_cnt;
  logic [COUNTERS-1:0] decoder_cnt;
  logic                sequencer_idle;

  mold_sequencer #(
      .DATA_W(CORE_W)
  ) u_mold_sequencer (
      .clk_i          (clk_i),
      .rst_i          (rst_i),
      .time_i         (time_i),
      .cycle_i        (cycle_i),
      .cfg_i          (cfg_i),
      .cmd_valid_i    (cmd_valid),
      .cmd_ready_o    (cmd_ready),
      .cmd_data_i     (cmd_data),
      .cmd_stamp_i    (cmd_stamp),
      .cmd_frame_i    (cmd_frame),
      .pending_i      (pending),
      .pending_meta_i (pending_meta),
      .s_valid_i      (pkt_valid),
      .s_ready_o      (pkt_ready),
      .s_data_i       (pkt_data),
      .s_bytes_i      (pkt_bytes),
      .s_last_i       (pkt_last),
      .s_error_i      (pkt_error),
      .s_cycle_i      (pkt_cycle),
      .packet_i       (pkt),
      .split_valid_o  (split_valid),
      .split_ready_i  (split_ready),
      .split_first_o  (split_first),
      .split_data_o   (split_data),
      .split_bytes_o  (split_bytes),
      .split_last_o   (split_last),
      .split_cycle_o  (split_cycle),
      .split_packet_o (split_packet),
      .split_void_o   (split_void),
      .split_skip_o   (split_skip),
      .split_consume_i(consume),
      .split_deliver_i(deliver),
      .m_valid_o      (own_valid),
      .m_ready_i      (own_ready),
      .m_o            (own),
      .cnt_o          (sequencer_cnt),
      .duplicate_inc_o(duplicate_inc_o),
      .lost_inc_o     (lost_inc_o),
      .idle_o         (sequencer_idle)
  );

  block_splitter #(
      .DATA_W(CORE_W)
  ) u_block_splitter (
      .clk_i    (clk_i),
      .rst_i    (rst_i),
      .en_i     (en_i),
      .s_valid_i(split_valid),
      .s_ready_o(split_ready),
      .s_first_i(split_first),
      .s_data_i (split_data),
      .s_bytes_i(split_bytes),
      .s_last_i (split_last),
      .s_cycle_i(split_cycle),
      .packet_i (split_packet),
      .void_i   (split_void),
      .skip_i   (split_skip),
      .consume_o(consume),
      .deliver_o(deliver),
      .locate_o (locate),
      .req_valid_o (req_valid_o),
      .req_second_o(req_second_o),
      .req_ref_o   (req_ref_o),
      .m_o      (block),
      .cnt_o    (splitter_cnt)
  );

  itch_decoder u_itch_decoder (
      .clk_i      (clk_i),
      .rst_i      (rst_i),
      .ready_o    (ready_o),
      .cycle_i    (cycle_i),
      .cfg_i      (cfg_i),
      .en_i       (en_i),
      .locate_i   (locate),
      .s_valid_i  (deliver),
      .s_i        (block),
      .own_valid_i(own_valid),
      .own_ready_o(own_ready),
      .own_i      (own),
      .next_valid_o (next_valid_o),
      .next_op_o    (next_op_o),
      .next_symbol_o(next_symbol_o),
      .m_valid_o  (msg_valid_o),
      .m_o        (msg_o),
      .cnt_o      (decoder_cnt)
  );

  always_comb begin
    cnt_o = parser_cnt | sequencer_cnt | splitter_cnt | decoder_cnt;
    cnt_o[twinpath_regs_pkg::CNT_FRAMES]        = count_frame;
    cnt_o[twinpath_regs_pkg::CNT_DROP_OVERFLOW] = count_overflow;
  end

  assign idle_o = ingress_idle && parser_idle && sequencer_idle && cmd_count == '0 && !msg_valid_o &&
                  !s_axis_tvalid_i && !s_cmd_tvalid_i;

endmodule
`default_nettype wire
