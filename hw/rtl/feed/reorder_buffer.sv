`include "net/packet_types.svh"
`default_nettype none

/// Sixteen slots for packets that came ahead of their turn, with what was declared and the bytes that did arrive (SEM 2.3).
///
/// Why: the other line, or a late packet, usually fills a gap within microseconds; what came meanwhile must not be lost.
/// Ordering: one packet is written or played at a time, by the sequencer. A packet being written enters the buffer with
/// commit_i, behind its last write, and not before. m_* plays slot_i from its first beat after play_i; the slot stays used
/// until free_i.
/// Latency: an answer is of the question of the cycle before, and of what the slots held then; 2 cycles from play_i to the
/// first beat, then a beat a cycle.
module reorder_buffer #(
    parameter int DATA_W = 64,
    localparam int BYTES_W = $clog2(DATA_W / 8 + 1),
    localparam int SLOT_W = $clog2(TP_REORDER_SLOTS)
) (
    input  wire logic               clk_i,
    input  wire logic               rst_i,
    // questions
    input  wire logic [63:0]        sequence_i,   // of a packet at hand
    output logic                    same_o,       // a slot holds it
    output logic                    room_o,       // a slot is free
    output logic                    any_o,        // a slot is used
    input  wire logic [63:0]        expected_i,
    output logic                    ready_o,      // some slot has S <= expected_i
    output logic [SLOT_W-1:0]       ready_slot_o, // the lowest of them
    input  wire logic [SLOT_W-1:0]  slot_i,
    output logic                    used_o,       // of slot_i
    output tp_packet_t              packet_o,     // of slot_i; stamp is 0
    // storing into the lowest free slot
    input  wire logic               write_i,
    input  wire logic               write_first_i,
    input  wire tp_packet_t         write_packet_i, // with write_first_i
    input  wire logic [DATA_W-1:0]  write_data_i,
    input  wire logic [BYTES_W-1:0] write_bytes_i,
    input  wire logic               commit_i,       // behind the last write_i
    // playing and freeing slot_i
    input  wire logic               play_i,
    input  wire logic               free_i,
    output logic                    m_valid_o,
    input  wire logic               m_ready_i,
    output logic                    m_first_o,
    output logic [DATA_W-1:0]       m_data_o,
    output logic [BYTES_W-1:0]      m_bytes_o,
    output logic                    m_last_o
);

  initial if (DATA_W != 32 && DATA_W != 64) $fatal(1, "reorder_buffer: DATA_W must be 32 or 64");

  localparam int SLOTS = TP_REORDER_SLOTS;
  localparam int B = DATA_W / 8;
  localparam int BEAT_W = $clog2(2048 / B); // 1,472 bytes behind up to B - 1 of the header
  // N, line, frame, length, lane, first_beat, last beat, bytes in it
  localparam int ENTRY_W = 16 + 1 + 32 + 16 + 3 + TP_CYC_W + BEAT_W + BYTES_W;

  logic [SLOTS-1:0]         used_q;
  logic [SLOTS*64-1:0]      sequence_q;
  logic [SLOTS*ENTRY_W-1:0] entry_q;
  logic [SLOTS-1:0]         same_q;
  logic [SLOTS-1:0]         due_q;
  logic [SLOT_W-1:0]        free_slot;
  logic [SLOT_W-1:0]        free_slot_q;
  logic                     room_q;
  logic                     any_q;

  always_comb begin
    free_slot    = '0;
    ready_slot_o = '0;
    for (int i = SLOTS - 1; i >= 0; i--) begin
      if (!used_q[i]) free_slot = SLOT_W'(i);
      if (due_q[i]) ready_slot_o = SLOT_W'(i);
    end
  end

  always_ff @(posedge clk_i) begin
    for (int i = 0; i < SLOTS; i++) begin
      same_q[i] <= used_q[i] && sequence_q[i*64+:64] == sequence_i;
      due_q[i]  <= used_q[i] && sequence_q[i*64+:64] <= expected_i;
    end
    free_slot_q <= free_slot;
    room_q      <= used_q != '1;
    any_q       <= used_q != '0;
  end

  assign same_o  = same_q != '0;
  assign room_o  = room_q;
  assign any_o   = any_q;
  assign ready_o = due_q != '0;

  // ---- storing ----------------------------------------------------------------------------------------------------------
  tp_packet_t              writing_q;
  logic [BEAT_W-1:0]       index_q;
  logic [BEAT_W-1:0]       index;
  logic signed [17:0]      left_q;   // declared bytes from lane 0 of the next beat on
  logic [BYTES_W-1:0]      tail_q;   // bytes in the last beat stored
  logic [BEAT_W-1:0]       last_q;   // the last beat stored
  logic                    store;

  assign index = write_first_i ? '0 : index_q;
  assign store = write_i && (write_first_i || left_q > 0);

  always_ff @(posedge clk_i) begin
    if (write_i) begin
      if (write_first_i) writing_q <= write_packet_i;
      left_q <= write_first_i ? $signed(18'(write_packet_i.length) + 18'(write_packet_i.lane) - 18'(B)) : left_q - $signed(18'(B));
    end
    if (store) begin
      tail_q  <= write_bytes_i;
      last_q  <= index;
      index_q <= index + 1'b1;
    end
    // Slot by slot: an indexed part of one wide vector would be a shifter of all its bits.
    for (int i = 0; i < SLOTS; i++) begin
      if (commit_i && free_slot_q == SLOT_W'(i)) begin
        used_q[i]             <= 1'b1;
        sequence_q[i*64+:64]  <= writing_q.first_sequence;
        entry_q[i*ENTRY_W+:ENTRY_W] <= {
          writing_q.count, writing_q.line, writing_q.frame, writing_q.length, writing_q.lane,
          writing_q.first_beat, last_q, tail_q
        };
      end
      if (free_i && slot_i == SLOT_W'(i)) used_q[i] <= 1'b0;
    end
    if (rst_i) used_q <= '0;
  end

  // ---- playing ----------------------------------------------------------------------------------------------------------
  logic [ENTRY_W-1:0] entry_slot_q; // of slot_i
  logic [63:0]        sequence_slot_q;
  logic               used_slot_q;
  logic [BEAT_W-1:0]  slot_last;
  logic [BYTES_W-1:0] slot_tail;
  logic               playing_q;
  logic [BEAT_W-1:0]  read_q;   // next beat to read
  logic               read;
  logic               valid_q;
  logic               out_first_q;
  logic               out_last_q;

  always_ff @(posedge clk_i) begin
    entry_slot_q    <= entry_q[slot_i*ENTRY_W+:ENTRY_W];
    sequence_slot_q <= sequence_q[slot_i*64+:64];
    used_slot_q     <= used_q[slot_i];
  end

  assign {packet_o.count, packet_o.line, packet_o.frame, packet_o.length, packet_o.lane, packet_o.first_beat, slot_last,
          slot_tail} = entry_slot_q;
  assign packet_o.first_sequence = sequence_slot_q;
  assign packet_o.stamp          = '0;
  assign used_o                  = used_slot_q;

  assign read      = playing_q && (!valid_q || m_ready_i);
  assign m_valid_o = valid_q;
  assign m_first_o = out_first_q;
  assign m_last_o  = out_last_q;
  assign m_bytes_o = out_last_q ? slot_tail : BYTES_W'(B);

  always_ff @(posedge clk_i) begin
    if (valid_q && m_ready_i) valid_q <= 1'b0;
    if (read) begin
      valid_q     <= 1'b1;
      out_first_q <= read_q == '0;
      out_last_q  <= read_q == slot_last;
      read_q      <= read_q + 1'b1;
      if (read_q == slot_last) playing_q <= 1'b0;
    end
    if (play_i) begin
      playing_q <= 1'b1;
      read_q    <= '0;
    end
    if (rst_i) begin
      playing_q <= 1'b0;
      valid_q   <= 1'b0;
    end
  end

  ram_sdp #(
      .WIDTH(DATA_W),
      .DEPTH(SLOTS * (2048 / B))
  ) u_ram (
      .clk_i  (clk_i),
      .we_i   (store),
      .waddr_i({free_slot_q, index}),
      .wdata_i(write_data_i),
      .re_i   (read),
      .raddr_i({slot_i, read_q}),
      .rdata_o(m_data_o)
  );

endmodule
`default_nettype wire
