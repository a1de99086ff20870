`include "twinpath_types.svh"
`default_nettype none

/// Sends Ethernet frames over XGMII, 64 bits wide: preamble, padding, FCS, and the gap between frames.
///
/// Implements IEEE 802.3 clauses 3 (frame, FCS, minimum size), 4.4.2 (gap of 12 bytes) and 46 (XGMII: control characters,
/// start in lane 0 or 4, deficit idle count: gaps of 9 to 15 bytes, behind which never more than 3 bytes are owed).
/// Why: a frame begins to leave with its first beat. Its source has to bring a beat in every cycle from then on, which one in
/// a clock twice as fast does.
/// Safety: a frame that ends with s_error_i gets a wrong FCS, the complement of the right one, so that no receiver takes it.
/// One whose next beat is late is broken off with error characters; its rest is taken and thrown away. With silent_i no frame
/// begins, and those that come are thrown away: what could not leave in its time does not leave later. A frame under way ends.
/// Latency: Start is at xgmii_d_o in the cycle after the one in which the first beat is at s_data_i and the gap is over, the
/// beat itself one cycle later.
module mac_tx (
    input  wire logic        clk_i,
    input  wire logic        rst_i,
    input  wire logic        s_valid_i,
    output logic             s_ready_o,
    input  wire logic [63:0] s_data_i,
    input  wire logic [7:0]  s_keep_i,          // all ones but with s_last_i
    input  wire logic        s_last_i,
    input  wire logic        s_error_i,         // with s_last_i
    input  wire logic        silent_i,
    input  wire logic        remote_fault_i,    // instead of idle: what the other side is told
    output logic      [63:0] xgmii_d_o,
    output logic      [7:0]  xgmii_c_o,
    output logic             count_sent_o,      // pulses: whole, with a right FCS
    output logic             count_poisoned_o,  // with a wrong one, as asked for
    output logic             count_underrun_o,
    output logic             count_unsent_o     // thrown away by silent_i
);

  localparam logic [7:0] IDLE = 8'h07;
  localparam logic [7:0] START = 8'hFB;
  localparam logic [7:0] TERMINATE = 8'hFD;
  localparam logic [7:0] ERROR = 8'hFE;
  localparam logic [63:0] PREAMBLE = {8'hD5, {6{8'h55}}, START};
  localparam logic [31:0] REMOTE_FAULT = 32'h0200009C;
  // Of 60 bytes in front of the FCS: the last word's place and bytes.
  localparam logic [3:0] PAD_WORD = 4'd7;
  localparam logic [3:0] PAD_BYTES = 4'd4;

  localparam logic [2:0] QUIET = 3'd0;    // idle, or a word of the gap
  localparam logic [2:0] DATA = 3'd1;     // word_q leaves
  localparam logic [2:0] TAIL = 3'd2;     // what the last word had no room for: of FCS and Terminate
  localparam logic [2:0] BROKEN = 3'd3;   // error characters
  localparam logic [2:0] DISCARD = 3'd4;  // a frame that will not leave, or its rest

  logic [2:0]  state_q;
  logic [63:0] word_q;
  logic [3:0]  bytes_q;    // of it
  logic        last_q;     // the frame's last, padding included
  logic        padding_q;  // the source's last was taken
  logic        poison_q;
  logic        broken_q;   // the rest of the frame is to be thrown away
  logic [31:0] crc_q;      // word_q included
  logic [3:0]  place_q;    // words taken of the frame, up to 8

  // ---- next word of the frame ----------------------------------------------------------------------------------------
  logic        starts;
  logic        drops;
  logic        takes;
  logic        missing;
  logic [3:0]  place;
  logic [3:0]  kept;
  logic [63:0] data;
  logic [3:0]  bytes;
  logic        last;
  logic [31:0] crc;

  assign starts    = state_q == QUIET && wait_q == '0 && s_valid_i && !silent_i;
  assign drops     = state_q == QUIET && s_valid_i && silent_i;
  assign takes     = starts || (state_q == DATA && !last_q);
  assign missing   = state_q == DATA && !last_q && !padding_q && !s_valid_i;
  assign s_ready_o = starts || (state_q == DATA && !last_q && !padding_q) || state_q == DISCARD;
  assign place     = starts ? '0 : place_q;

  always_comb begin
    kept = '0;
    data = '0;
    for (int i = 0; i < 8; i = i + 1) begin
      if (s_keep_i[i] && !padding_q) begin
        kept          = 4'(i + 1);
        data[8*i+:8] = s_data_i[8*i+:8];
      end
    end
    // Words in front of the eighth are whole, with zeros where the frame has ended.
    last  = (padding_q || s_last_i) && place >= PAD_WORD;
    bytes = !last ? 4'd8 : place == PAD_WORD && kept < PAD_BYTES ? PAD_BYTES : kept;
  end

  crc32_word u_crc (
      .state_i(starts ? 32'hFFFFFFFF : crc_q),
      .data_i (data),
      .bytes_i(bytes),
      .state_o(crc)
  );

  // ---- what leaves, as if every frame began in lane 0 ----------------------------------------------------------------
  logic [31:0]  fcs;
  logic [127:0] ending;    // the last word's bytes, FCS, Terminate, idle
  logic [15:0]  ending_c;
  logic [63:0]  out;
  logic [7:0]   out_c;
  logic         closes;    // Terminate leaves
  logic [2:0]   lane;      // in this one

  assign fcs      = poison_q ? crc_q : ~crc_q;
  assign ending   = {64'd0, word_q} | ({{11{IDLE}}, TERMINATE, fcs} << {bytes_q, 3'b000});
  assign ending_c = 16'hFFF0 << bytes_q;
  assign closes   = (state_q == DATA && last_q && bytes_q < 4'd4) || state_q == TAIL;
  assign lane     = 3'(bytes_q + 4'd4);

  always_comb begin
    out   = remote_fault_i ? {2{REMOTE_FAULT}} : {8{IDLE}};
    out_c = remote_fault_i ? 8'h11 : 8'hFF;
    if (starts) begin
      out   = PREAMBLE;
      out_c = 8'h01;
    end else if (state_q == DATA) begin
      out   = last_q ? ending[63:0] : word_q;
      out_c = last_q ? ending_c[7:0] : 8'h00;
    end else if (state_q == TAIL) begin
      out   = ending[127:64];
      out_c = ending_c[15:8];
    end else if (state_q == BROKEN) begin
      out   = {8{ERROR}};
      out_c = 8'hFF;
    end
  end

  assign count_sent_o     = closes && !poison_q && !broken_q;
  assign count_poisoned_o = closes && poison_q && !broken_q;
  assign count_underrun_o = missing;
  assign count_unsent_o   = drops;

  always_ff @(posedge clk_i) begin
    if (takes && !missing) begin
      word_q  <= data;
      bytes_q <= bytes;
      last_q  <= last;
      crc_q   <= crc;
      place_q <= place == 4'd8 ? 4'd8 : place + 4'd1;
      if (s_last_i && !padding_q) begin
        padding_q <= 1'b1;
        poison_q  <= s_error_i;
      end
    end
    case (state_q)
      QUIET: begin
        if (starts) state_q <= DATA;
        else if (drops) state_q <= DISCARD;
      end
      DATA: begin
        if (missing) state_q <= BROKEN;
        else if (closes) state_q <= QUIET;
        else if (last_q) state_q <= TAIL;
      end
      BROKEN:  state_q <= TAIL;
      TAIL:    state_q <= broken_q ? DISCARD : QUIET;
      DISCARD: if (s_valid_i && s_last_i) state_q <= QUIET;
      default: state_q <= QUIET;
    endcase
    if (missing) begin
      broken_q <= 1'b1;
      bytes_q  <= 4'd4;  // Terminate is the tail's first
    end
    if (closes) begin
      padding_q <= 1'b0;
      poison_q  <= 1'b0;
      broken_q  <= 1'b0;
    end
    if (rst_i) begin
      state_q   <= QUIET;
      padding_q <= 1'b0;
      poison_q  <= 1'b0;
      broken_q  <= 1'b0;
    end
  end

  // ---- the gap, and the lane in which the next frame starts ------------------------------------------------------------
  // In halves of a word: a start has to be at one. A gap that would end between two is cut if no more than 3 bytes are owed
  // then, and made up to the next if not.
  logic [1:0]  wait_q;      // words of the gap before a start
  logic        next_half_q; // which is in lane 4
  logic        half_q;      // the frame that leaves, or left last, began in lane 4
  logic [1:0]  deficit_q;   // bytes owed
  logic        half;
  logic        cut;
  logic [2:0]  from;        // the half in which Terminate is; 0 is the lower one of the word that leaves
  logic [2:0]  start;       // the half for the next start
  logic [31:0] upper_q;
  logic [3:0]  upper_c_q;

  assign half  = starts ? next_half_q : half_q;
  assign cut   = {1'b0, deficit_q} + {1'b0, lane[1:0]} < 3'd4;
  assign from  = {2'b00, lane[2]} + {2'b00, half_q};
  assign start = from + (cut ? 3'd3 : 3'd4);

  always_ff @(posedge clk_i) begin
    if (wait_q != '0) wait_q <= wait_q - 1'b1;
    if (starts) begin
      half_q <= next_half_q;
    end else if (closes) begin
      wait_q      <= start[2:1] - 2'd1;
      next_half_q <= start[0];
      deficit_q   <= deficit_q + lane[1:0];  // and 4 less when it is not cut
    end else if (wait_q == '0) begin
      next_half_q <= 1'b0;
      if (state_q == QUIET) deficit_q <= '0;
    end
    upper_q   <= out[63:32];
    upper_c_q <= out_c[7:4];
    xgmii_d_o <= half ? {out[31:0], upper_q} : out;
    xgmii_c_o <= half ? {out_c[3:0], upper_c_q} : out_c;
    if (rst_i) begin
      wait_q      <= 2'd2;
      next_half_q <= 1'b0;
      half_q      <= 1'b0;
      deficit_q   <= '0;
      upper_q     <= {4{IDLE}};
      upper_c_q   <= '1;
      xgmii_d_o   <= {8{IDLE}};
      xgmii_c_o   <= '1;
    end
  end

endmodule
`default_nettype wire
