`include "twinpath_types.svh"
`default_nettype none

/// Receives Ethernet frames from XGMII, 64 bits wide, and streams them without preamble and FCS.
///
/// Implements IEEE 802.3 clauses 3 (frame, FCS, sizes) and 46 (XGMII: control characters, start in lane 0 or 4).
/// Why: a frame is handed on while it arrives, since what follows decides on its first bytes. A beat waits one cycle, for the
/// next word to say whether its bytes are data or FCS.
/// Safety: a frame that is damaged in any way ends with m_error_o, so that what was decided from it is known to be wrong:
/// wrong FCS, a control character inside it, fewer than 64 bytes, more than MAX_BYTES (cut there). The wire does not wait: a
/// beat without room costs its frame, which ends, if it has begun to leave, with one more beat with m_error_o as soon as there
/// is room. A frame of no more than 4 bytes has no beat.
/// Counts: each frame that begins counts once in one of count_good_o to count_control_o, the first cause in the order of the
/// ports; one that is lost counts in count_overflow_o beside that. A start without SFD counts in count_start_o and has no frame.
/// Latency: m_valid_o in the cycle after the one in which the beat's last byte is at xgmii_d_i.
module mac_rx #(
    parameter int MAX_BYTES = 9216  // with FCS; a multiple of 8
) (
    input  wire logic        clk_i,
    input  wire logic        rst_i,
    input  wire logic [63:0] xgmii_d_i,       // lane 0, which is first on the wire, in [7:0]
    input  wire logic [7:0]  xgmii_c_i,
    output logic             m_valid_o,
    input  wire logic        m_ready_i,
    output logic      [63:0] m_data_o,
    output logic      [7:0]  m_keep_o,
    output logic             m_last_o,
    output logic             m_error_o,       // with m_last_o
    output logic             count_good_o,    // pulses
    output logic             count_fcs_o,
    output logic             count_short_o,
    output logic             count_long_o,
    output logic             count_control_o,
    output logic             count_start_o,
    output logic             count_overflow_o
);

  initial if (MAX_BYTES < 64 || MAX_BYTES % 8 != 0) $fatal(1, "mac_rx: MAX_BYTES must be a multiple of 8, 64 or more");

  localparam logic [7:0] START = 8'hFB;
  localparam logic [7:0] TERMINATE = 8'hFD;
  localparam logic [7:0] SFD = 8'hD5;
  localparam int FCS_BYTES = 4;
  localparam int MIN_WORDS = 8;
  localparam int MAX_WORDS = MAX_BYTES / 8;
  localparam int WORDS_W = $clog2(MAX_WORDS + 1);

  // ---- where a frame begins ------------------------------------------------------------------------------------------
  logic start0;     // in lane 0, its SFD in this word
  logic start4;     // in lane 4, its SFD in the next word
  logic start4_q;
  logic whole4_q;   // nothing but data behind it so far
  logic sfd0;
  logic sfd4;
  logic begins;     // the next word is the frame's first

  assign start0        = xgmii_c_i[0] && xgmii_d_i[7:0] == START;
  assign start4        = xgmii_c_i[4] && xgmii_d_i[39:32] == START;
  assign sfd0          = start0 && xgmii_c_i[7:1] == '0 && xgmii_d_i[63:56] == SFD;
  assign sfd4          = start4_q && whole4_q && xgmii_c_i[3:0] == '0 && xgmii_d_i[31:24] == SFD;
  assign begins        = sfd0 || sfd4;
  assign count_start_o = (start0 && !sfd0) || (start4_q && !sfd4);

  // ---- words that begin with the frame's bytes -----------------------------------------------------------------------
  logic [31:0] upper_q;    // the upper half of the word before
  logic [3:0]  upper_c_q;
  logic        shifted_q;  // the frame began in lane 4
  logic [63:0] word;
  logic [7:0]  control;
  logic [3:0]  bytes;      // data in front of the first control character
  logic        terminate;  // which is Terminate

  assign word    = shifted_q ? {xgmii_d_i[31:0], upper_q} : xgmii_d_i;
  assign control = shifted_q ? {xgmii_c_i[3:0], upper_c_q} : xgmii_c_i;

  always_comb begin
    bytes     = 4'd8;
    terminate = 1'b0;
    for (int i = 7; i >= 0; i = i - 1) begin
      if (control[i]) begin
        bytes     = 4'(i);
        terminate = word[8*i+:8] == TERMINATE;
      end
    end
  end

  // ---- the frame -----------------------------------------------------------------------------------------------------
  logic               frame_q;     // inside one
  logic [WORDS_W-1:0] words_q;     // of it, before this one
  logic [31:0]        crc_q;
  logic [31:0]        crc;
  logic [63:0]        data;        // of the frame in `word`, zeros behind it
  logic [31:0]        check;       // the state in the middle of it
  logic [31:0]        goal;
  logic               held_q;      // there is a beat that waits
  logic [63:0]        held_data_q;
  logic               tail_q;      // it is the frame's last
  logic [7:0]         tail_keep_q;
  logic               tail_error_q;
  logic               full;        // as many words as a frame may have
  logic               too_long;
  logic               ends;
  logic               short_frame;
  logic               long_frame;
  logic               fcs_wrong;
  logic               wrong;

  crc32_word u_crc (
      .state_i(crc_q),
      .data_i (word),
      .bytes_i(4'd8),
      .state_o(crc)
  );

  // A right FCS is the complement of the state in front of it: all ones are left when it is mixed in. Zeros stand for what is not
  // there of the last word, and lead from those ones to others.
  function automatic [9*32-1:0] make_goals(input [31:0] polynomial);
    logic [31:0] state;
    for (int n = 0; n <= 8; n = n + 1) begin
      state = '1;
      for (int k = 0; k < 64 - 8 * n; k = k + 1) state = {1'b0, state[31:1]} ^ (state[0] ? polynomial : 32'd0);
      make_goals[32*n+:32] = state;
    end
  endfunction
  localparam logic [9*32-1:0] GOALS = make_goals(32'hEDB88320);

  always_comb begin
    data = '0;
    goal = GOALS[8*32+:32];
    for (int i = 0; i < 8; i = i + 1) if (4'(i) < bytes) data[8*i+:8] = word[8*i+:8];
    for (int n = 0; n < 8; n = n + 1) if (bytes == 4'(n)) goal = GOALS[32*n+:32];
  end

  crc32_word u_check (
      .state_i(crc_q),
      .data_i (data),
      .bytes_i(4'd4),
      .state_o(check)
  );

  assign full        = words_q == WORDS_W'(MAX_WORDS);
  assign too_long    = frame_q && bytes == 4'd8 && full;
  assign ends        = frame_q && (bytes != 4'd8 || full);
  assign short_frame = words_q < WORDS_W'(MIN_WORDS);
  assign long_frame  = full && bytes != '0;
  assign fcs_wrong   = (check ^ data[63:32]) != goal;
  assign wrong       = !terminate || short_frame || long_frame || fcs_wrong;

  assign count_good_o    = ends && !wrong;
  assign count_fcs_o     = ends && terminate && !short_frame && !long_frame && fcs_wrong;
  assign count_short_o   = ends && terminate && short_frame;
  assign count_long_o    = ends && long_frame && (terminate || too_long);
  assign count_control_o = ends && !terminate && !too_long;

  always_ff @(posedge clk_i) begin
    upper_q   <= xgmii_d_i[63:32];
    upper_c_q <= xgmii_c_i[7:4];
    start4_q  <= start4;
    whole4_q  <= xgmii_c_i[7:5] == '0;

    held_q <= 1'b0;
    tail_q <= 1'b0;
    if (frame_q) begin
      held_data_q  <= word;
      tail_keep_q  <= 8'hFF >> (4'(8 + FCS_BYTES) - bytes);
      tail_error_q <= wrong;
      held_q       <= !ends || (bytes > 4'(FCS_BYTES) && !too_long);
      tail_q       <= ends;
      words_q      <= words_q + 1'b1;
      crc_q        <= crc;
    end
    if (ends) frame_q <= 1'b0;
    if (begins) begin
      frame_q   <= 1'b1;
      shifted_q <= sfd4;
      words_q   <= '0;
      crc_q     <= '1;
    end
    if (rst_i) begin
      frame_q  <= 1'b0;
      start4_q <= 1'b0;
      held_q   <= 1'b0;
      tail_q   <= 1'b0;
    end
  end

  // ---- beats ---------------------------------------------------------------------------------------------------------
  logic first_q;    // the next beat is a frame's first
  logic discard_q;  // the rest of this frame is lost
  logic cut_q;      // a frame that has begun has to be ended
  logic last;
  logic lost;

  assign last             = tail_q || (ends && (bytes <= 4'(FCS_BYTES) || too_long));
  assign lost             = held_q && !discard_q && (cut_q || !m_ready_i);
  assign count_overflow_o = lost;
  assign m_valid_o        = cut_q || (held_q && !discard_q);
  assign m_data_o         = held_data_q;
  assign m_last_o         = cut_q || last;
  assign m_error_o        = cut_q || (tail_q ? tail_error_q : wrong);
  assign m_keep_o         = cut_q ? 8'h01 : tail_q ? tail_keep_q : !last || too_long ? 8'hFF : 8'hFF >> (4'(FCS_BYTES) - bytes);

  always_ff @(posedge clk_i) begin
    if (held_q) begin
      first_q   <= last;
      discard_q <= (discard_q || lost) && !last;
    end
    if (lost && !first_q) cut_q <= 1'b1;
    else if (m_ready_i) cut_q <= 1'b0;
    if (rst_i) begin
      first_q   <= 1'b1;
      discard_q <= 1'b0;
      cut_q     <= 1'b0;
    end
  end

endmodule
`default_nettype wire
