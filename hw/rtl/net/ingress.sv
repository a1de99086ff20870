`include "net/packet_types.svh"
`default_nettype none

/// Takes frames off the wire: stamps and numbers each at its first beat and queues DEPTH beats of DATA_W bits.
///
/// Why: the wire does not wait (SEM, "never backpressure the wire"), the core sometimes must.
/// Safety: with wire_mode_i a beat offered while s_axis_tready_o is 0 is lost, and its whole frame with it: the frame
/// leaves as one beat with beat_dropped_o, or not at all when its first beat was lost; it keeps its number and counts
/// in drop_overflow. A frame longer than the queue that has begun to leave ends with beat_error_o instead, so that what
/// was decided from it is known to be wrong. Without wire_mode_i nothing is ever lost.
/// Ordering: beats in order; meta_* holds one entry a frame, valid no later than the frame's first beat.
/// Latency: 0 cycles when nothing waits.
module ingress #(
    parameter int DATA_W = 64,
    parameter int DEPTH  = 4096,
    parameter int FRAMES = 512,
    localparam int BYTES_W = $clog2(DATA_W / 8 + 1)
) (
    input  wire logic                 clk_i,
    input  wire logic                 rst_i,
    input  wire logic [TP_TIME_W-1:0] time_i,
    input  wire logic [TP_CYC_W-1:0]  cycle_i,
    input  wire logic                 wire_mode_i,
    input  wire logic [DATA_W-1:0]    s_axis_tdata_i,
    input  wire logic [DATA_W/8-1:0]  s_axis_tkeep_i,
    input  wire logic                 s_axis_tvalid_i,
    output logic                      s_axis_tready_o,
    input  wire logic                 s_axis_tlast_i,
    input  wire logic                 s_axis_tuser_i,
    output logic                      meta_valid_o,
    input  wire logic                 meta_ready_i,
    output tp_frame_meta_t            meta_o,
    output logic                      beat_valid_o,
    input  wire logic                 beat_ready_i,
    output logic [DATA_W-1:0]         beat_data_o,
    output logic [BYTES_W-1:0]        beat_bytes_o,   // bytes present, from lane 0
    output logic                      beat_last_o,
    output logic                      beat_error_o,   // with beat_last_o: the FCS was wrong
    output logic                      beat_dropped_o, // with beat_last_o: this frame was dropped and has no other beat
    output logic [TP_CYC_W-1:0]       beat_cycle_o,   // when the beat arrived
    output logic [31:0]               frames_o,       // number of the next frame
    output logic                      count_frame_o,
    output logic                      count_overflow_o,
    output logic                      idle_o
);

  initial if (DATA_W != 32 && DATA_W != 64 && DATA_W != 128) $fatal(1, "ingress: DATA_W must be 32, 64 or 128");

  localparam int KEEP_W = DATA_W / 8;
  localparam int COUNT_W = $clog2(DEPTH + 1);
  localparam int META_COUNT_W = $clog2(FRAMES + 1);
  localparam int WIDTH = DATA_W + BYTES_W + 3 + TP_CYC_W;

  logic                    first_q;   // the next beat begins a frame
  logic                    discard_q; // the rest of this frame is lost
  logic                    cut_q;     // an overlong frame has to be ended as soon as there is room
  logic [31:0]             frames_q;
  logic                    accept;
  logic                    lost;
  logic                    lost_inside;
  logic                    take_back;
  logic                    room;
  logic                    plain;     // what is queued is a beat as it came
  logic                    begins;    // a frame's first beat is accepted
  logic                    behind;    // all of the frame begun last still waits behind an older one
  logic                    meta_behind;
  logic                    data_room;
  logic                    meta_room;
  logic [COUNT_W-1:0]      stored;
  logic [META_COUNT_W-1:0] meta_stored;
  logic [BYTES_W-1:0]      keep_count;
  tp_frame_meta_t          meta;
  logic [WIDTH-1:0]        push_data;

  always_comb begin
    keep_count = BYTES_W'(KEEP_W);
    for (int i = KEEP_W - 1; i >= 0; i--) if (!s_axis_tkeep_i[i]) keep_count = BYTES_W'(i);
  end

  // Within a frame, a beat is lost only while the beats' queue is full or a cut is due; the queue is not empty then.
  assign plain            = data_room && !cut_q;
  assign room             = plain && (meta_room || !first_q);
  assign begins           = s_axis_tvalid_i && first_q && plain && meta_room; // discard_q is never set with first_q
  assign s_axis_tready_o  = discard_q || room;
  assign accept           = s_axis_tvalid_i && room && !discard_q;
  assign lost             = s_axis_tvalid_i && wire_mode_i && !s_axis_tready_o;
  assign lost_inside      = lost && !first_q;
  assign take_back        = lost_inside && behind;
  assign count_frame_o    = first_q && !discard_q && (accept || lost);
  assign count_overflow_o = lost;
  assign frames_o         = frames_q;
  assign idle_o           = stored == '0 && meta_stored == '0 && first_q && !discard_q && !cut_q;

  assign push_data = plain
      ? {s_axis_tdata_i, keep_count, s_axis_tlast_i, s_axis_tlast_i && s_axis_tuser_i, 1'b0, cycle_i}
      : {s_axis_tdata_i, {BYTES_W{1'b0}}, 1'b1, 1'b1, take_back, cycle_i};

  assign meta.stamp = time_i;
  assign meta.frame = frames_q;

  rewind_fifo #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) u_beats (
      .clk_i    (clk_i),
      .rst_i    (rst_i),
      .s_valid_i(accept || cut_q),
      .s_ready_o(data_room),
      .s_data_i (push_data),
      .mark_i   (first_q),
      .rewind_i (take_back),
      .behind_o (behind),
      .m_valid_o(beat_valid_o),
      .m_ready_i(beat_ready_i),
      .m_data_o ({beat_data_o, beat_bytes_o, beat_last_o, beat_error_o, beat_dropped_o, beat_cycle_o}),
      .count_o  (stored)
  );

  rewind_fifo #(
      .WIDTH(TP_TIME_W + 32),
      .DEPTH(FRAMES)
  ) u_meta (
      .clk_i    (clk_i),
      .rst_i    (rst_i),
      .s_valid_i(begins),
      .s_ready_o(meta_room),
      .s_data_i (meta),
      .mark_i   (1'b0),
      .rewind_i (1'b0),
      .behind_o (meta_behind),
      .m_valid_o(meta_valid_o),
      .m_ready_i(meta_ready_i),
      .m_data_o (meta_o),
      .count_o  (meta_stored)
  );

  always_ff @(posedge clk_i) begin
    if (accept) begin
      first_q <= s_axis_tlast_i;
    end else if (lost) begin
      first_q   <= s_axis_tlast_i;
      discard_q <= !s_axis_tlast_i;
    end else if (discard_q && s_axis_tvalid_i && s_axis_tlast_i) begin
      first_q   <= 1'b1;
      discard_q <= 1'b0;
    end
    if (lost_inside && !take_back) cut_q <= 1'b1;
    else if (data_room) cut_q <= 1'b0;
    if (count_frame_o) frames_q <= frames_q + 1'b1;
    if (rst_i) begin
      first_q   <= 1'b1;
      discard_q <= 1'b0;
      cut_q     <= 1'b0;
      frames_q  <= '0;
    end
  end

endmodule
`default_nettype wire
