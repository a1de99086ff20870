`include "net/packet_types.svh"
`default_nettype none

/// Walks the blocks of one packet after the other and hands out the messages that are to be delivered (SEM 2.5).
///
/// Why: a message must leave when its last byte has arrived, not when its frame has: the walk takes a beat a cycle and
/// finds in it at most one message end and one block length (a block is longer than a beat).
/// Safety: the first damage stops the walk of that packet; nothing behind it is delivered.
/// Ordering: messages in order; deliver_o marks the beat that completes one. s_first_i begins a packet (packet_i valid),
/// s_last_i ends it; beats between the end of the walk and s_last_i are swallowed. No block ends in a packet's first beat,
/// so whether the packet is wanted at all may be said a cycle later: void_i, in the cycle behind the one that took the first
/// beat, forgets it; no beat of it comes behind that. skip_i stands while a block ends that is not to be delivered.
/// Early fields: locate_o is the stock locate, from registers, from the cycle behind the beat that brings its last byte
/// until the message ends: a table read then has its answer when the shortest message with a symbol ends. req_* name an
/// order reference in the cycle in which its last byte is here, before it is known whether the message is whole: good
/// for a look-up, which changes nothing. At most one a cycle: a replace's two are 8 bytes apart.
/// Latency: 0 cycles from the beat with the last byte to deliver_o, consume_o and m_o; cnt_o comes a cycle behind the beat.
module block_splitter #(
    parameter int DATA_W = 64,
    localparam int BYTES_W = $clog2(DATA_W / 8 + 1)
) (
    input  wire logic                clk_i,
    input  wire logic                rst_i,
    input  wire logic                en_i,      // a beat may be taken
    input  wire logic                s_valid_i,
    output logic                     s_ready_o,
    input  wire logic                s_first_i,
    input  wire logic [DATA_W-1:0]   s_data_i,
    input  wire logic [BYTES_W-1:0]  s_bytes_i, // fewer than fit only with s_last_i
    input  wire logic                s_last_i,
    input  wire logic [TP_CYC_W-1:0] s_cycle_i,
    input  wire tp_packet_t          packet_i,
    input  wire logic                void_i,
    input  wire logic                skip_i,
    output logic                     consume_o, // a block ends that is whole and sound
    output logic                     deliver_o, // and wanted
    output logic [15:0]              locate_o,
    output logic                     req_valid_o,
    output logic                     req_second_o, // the new reference of a replace
    output logic [63:0]              req_ref_o,
    output tp_block_t                m_o,          // with deliver_o
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o
);

  initial if (DATA_W != 32 && DATA_W != 64) $fatal(1, "block_splitter: DATA_W must be 32 or 64");

  localparam int B = DATA_W / 8;
  localparam int LANE_W = $clog2(B);
  localparam int GROUPS = (TP_MESSAGE_BYTES + B - 1) / B; // of B bytes of a message
  localparam int LEFT_W = 18;

  logic                           walking_q; // clear when a packet begins
  logic                           began_q;   // the last cycle took a first beat
  // What the next beat holds, counted from its lane 0.
  logic                           body_q;    // a block is under way
  logic                           low_q;     // else: its length's second byte is in lane 0
  logic [15:0]                    rest_q;    // bytes of the block; 0 outside of one, B - 1 with low_q
  logic                           final_q;   // rest_q <= B
  logic signed [LEFT_W-1:0]       left_q;    // declared bytes
  logic [7:0]                     high_q;    // first byte of a block length
  logic [15:0]                    length_q;  // of the block
  logic                           fresh_q;   // the last cycle found this length: now it is judged
  logic                           whole_q;   // all of it is there, and
  logic                           declared_q; // it lay before the declared end
  logic                           tiny_q;    // it is below 12
  logic                           cut_q;     // the last cycle brought the frame's end too early
  logic                           wrong_q;   // or the end of a block of a wrong length
  logic                           trailing_q; // or of the last block, and bytes behind it
  logic [15:0]                    blocks_q;  // not yet consumed
  logic                           one_q;     // blocks_q == 1
  logic [15:0]                    index_q;
  logic [63:0]                    sequence_q;
  tp_packet_t                     packet_q;
  logic [TP_MESSAGE_BYTES*8-1:0]  bytes_q;
  // Byte n of the message lies in lane (n - base_q) mod B of the next beat; it is there when n / B is the group marked in
  // group_q and n mod B >= base_q, or the one behind it and n mod B < base_q.
  logic [LANE_W-1:0]              base_q;
  logic [GROUPS-1:0]              group_q;

  // Lengths of the messages we know; 0 for an unknown type.
  function automatic logic [5:0] message_length(input logic [7:0] msg_type);
    case (msg_type)
      "S": message_length = 6'd12;
      "R": message_length = 6'd39;
      "H": message_length = 6'd25;
      "Y": message_length = 6'd20;
      "L": message_length = 6'd26;
      "V": message_length = 6'd35;
      "W": message_length = 6'd12;
      "K": message_length = 6'd28;
      "J": message_length = 6'd35;
      "h": message_length = 6'd21;
      "A": message_length = 6'd36;
      "F": message_length = 6'd40;
      "E": message_length = 6'd31;
      "C": message_length = 6'd36;
      "X": message_length = 6'd23;
      "D": message_length = 6'd19;
      "U": message_length = 6'd35;
      "P": message_length = 6'd44;
      "Q": message_length = 6'd40;
      "B": message_length = 6'd19;
      "I": message_length = 6'd50;
      "N": message_length = 6'd20;
      "O": message_length = 6'd48;
      default: message_length = 6'd0;
    endcase
  endfunction

  // ---- the walk of one beat -----------------------------------------------------------------------------------------------
  logic              fire;
  logic [LANE_W:0]   at;        // lane of the first byte of a block length; B - 1 with low_q, B: it is in the next beat
  logic [LANE_W:0]   body;      // first lane behind it
  logic [LANE_W:0]   taken;     // bytes of its block in this beat, B - body
  logic              here;      // the beat is long enough for all of it; first beats are
  logic [B*8-1:0]    highs;     // by first lane of the length: its bytes
  logic [B*8-1:0]    lows;
  logic [B-1:0]      tinies;    // it is below 12
  logic [B-1:0]      nexts;     // its block ends in the next beat
  logic [15:0]       length;
  logic              tiny;
  logic              ends_next;
  logic              declared;
  logic              seeks;     // this beat may hold a length
  logic              over;      // the block passes the declared end
  logic              refused;   // the block under way, by its length
  logic              walking;
  logic              ends;
  logic [5:0]        known;
  logic              wrong;
  logic              consumes;

  assign s_ready_o = en_i;
  assign fire      = s_valid_i && en_i;
  assign at        = s_first_i ? (LANE_W + 1)'(packet_i.lane) : rest_q[LANE_W:0];
  assign body      = s_first_i ? (LANE_W + 1)'(packet_i.lane) + (LANE_W + 1)'(2)
                               : rest_q[LANE_W:0] + (low_q ? (LANE_W + 1)'(2 - B) : (LANE_W + 1)'(2));
  assign taken     = s_first_i ? (LANE_W + 1)'(B - 2) - (LANE_W + 1)'(packet_i.lane)
                               : (low_q ? (LANE_W + 1)'(2 * B - 2) : (LANE_W + 1)'(B - 2)) - rest_q[LANE_W:0];
  assign seeks     = s_first_i || final_q;
  assign here      = s_first_i || low_q || rest_q[LANE_W:0] <= (LANE_W + 1)'(B - 2);
  assign declared  = s_first_i ? packet_i.length >= 16'd2 : left_q >= $signed(LEFT_W'(body));

  // Judged by lane, then the lane is chosen: few levels. Lane B - 1 stands for a length that began in the last beat.
  always_comb begin
    highs = {high_q, s_data_i[DATA_W-9:0]};
    lows  = {s_data_i[7:0], s_data_i[DATA_W-1:8]};
    for (int i = 0; i < B; i++) begin
      tinies[i] = highs[i*8+:8] == '0 && lows[i*8+:8] < 8'd12;
      nexts[i]  = highs[i*8+:8] == '0 && lows[i*8+:8] <= 8'(i < B - 1 ? 2 * B - 2 - i : 2 * B - 1);
    end
  end
  assign length    = s_first_i ? {highs[packet_i.lane[LANE_W-1:0]*8+:8], lows[packet_i.lane[LANE_W-1:0]*8+:8]}
                               : {highs[rest_q[LANE_W-1:0]*8+:8], lows[rest_q[LANE_W-1:0]*8+:8]};
  assign tiny      = tinies[at[LANE_W-1:0]];
  assign ends_next = nexts[at[LANE_W-1:0]];

  // What was wrong with a length is known in the next cycle, before anything of its block is delivered.
  assign over     = $signed(LEFT_W'(rest_q)) > left_q;
  assign refused  = fresh_q && (!declared_q || tiny_q || over);
  assign walking  = walking_q && !refused;
  assign ends     = body_q && final_q && rest_q[LANE_W:0] <= (LANE_W + 1)'(s_bytes_i);
  assign known    = message_length(bytes_q[7:0]);
  assign wrong    = known != '0 && length_q != 16'(known);
  assign consumes = fire && walking && ends && !wrong;

  assign consume_o = consumes;
  assign deliver_o = consumes && !skip_i;
  assign locate_o  = {bytes_q[15:8], bytes_q[23:16]};

  always_comb begin
    cnt_o = '0;
    cnt_o[twinpath_regs_pkg::CNT_BAD_MESSAGE_LENGTH] = wrong_q;
    cnt_o[twinpath_regs_pkg::CNT_TRAILING_BYTES]     = trailing_q;
    if (!(began_q && void_i) && !wrong_q) begin
      cnt_o[twinpath_regs_pkg::CNT_BAD_BLOCK_LENGTH] = fresh_q && whole_q && declared_q && tiny_q;
      cnt_o[twinpath_regs_pkg::CNT_TRUNCATED_BLOCK]  = fresh_q && whole_q ? !declared_q || (!tiny_q && (over || cut_q)) : cut_q;
    end
  end

  // ---- collecting -----------------------------------------------------------------------------------------------------------
  logic [DATA_W-1:0]             turned;   // message byte j in byte j mod B
  logic [DATA_W-1:0]             begun;    // the first bytes of the block whose length is here
  logic [TP_MESSAGE_BYTES*8-1:0] collected;
  logic [TP_MESSAGE_BYTES-1:0]   arrives;  // byte j is in this beat

  logic [LANE_W-1:0]             from;
  always_comb begin
    for (int i = 0; i < B; i++) begin
      from           = LANE_W'(i) - base_q; // modulo B
      turned[i*8+:8] = s_data_i[from*8+:8];
      from           = LANE_W'(i + 2) + at[LANE_W-1:0];
      begun[i*8+:8]  = s_data_i[from*8+:8];
    end
    for (int j = 0; j < TP_MESSAGE_BYTES; j++) begin
      arrives[j]        = LANE_W'(j % B) >= base_q ? group_q[j/B] : j >= B && group_q[(j < B ? j : j - B)/B];
      collected[j*8+:8] = arrives[j] ? turned[(j%B)*8+:8] : bytes_q[j*8+:8];
    end
  end

  always_ff @(posedge clk_i) begin
    began_q    <= fire && s_first_i;
    fresh_q    <= fire && seeks && here && (s_first_i || (walking && !(body_q && one_q)));
    cut_q      <= fire && s_last_i && (s_first_i || (walking && !(ends && one_q)));
    wrong_q    <= fire && walking && ends && wrong;
    trailing_q <= consumes && one_q && left_q > $signed(LEFT_W'(rest_q));
    if (fire) begin
      walking_q <= !s_last_i && (s_first_i || (walking && !(ends && (one_q || wrong))));
    end else begin
      walking_q <= walking;
    end
    if (began_q && void_i) walking_q <= 1'b0;

    if (fire) begin
      // Only the frame's last beat can be too short; nothing that begins in it ends.
      whole_q <= low_q || (LANE_W + 2)'(at) + (LANE_W + 2)'(2) <= (LANE_W + 2)'(s_bytes_i);
      left_q  <= s_first_i ? $signed(LEFT_W'(packet_i.length) + LEFT_W'(packet_i.lane) - LEFT_W'(B)) : left_q - $signed(LEFT_W'(B));
      high_q  <= s_data_i[DATA_W-1-:8];
      if (s_first_i) begin
        packet_q   <= packet_i;
        sequence_q <= packet_i.first_sequence;
        blocks_q   <= packet_i.count;
        one_q      <= packet_i.count == 16'd1;
        index_q    <= '0;
      end else if (consumes) begin
        sequence_q <= sequence_q + 1'b1;
        blocks_q   <= blocks_q - 1'b1;
        one_q      <= blocks_q == 16'd2;
        index_q    <= index_q + 1'b1;
      end
      bytes_q <= collected;
      if (!seeks) begin
        rest_q  <= rest_q - 16'(B);
        final_q <= rest_q <= 16'(2 * B);
        group_q <= group_q << 1;
      end else if (here) begin
        body_q   <= 1'b1;
        low_q    <= 1'b0;
        rest_q   <= length - 16'(taken);
        final_q  <= ends_next;
        length_q <= length;
        declared_q <= declared;
        tiny_q   <= tiny;
        base_q   <= LANE_W'(B - 2) - at[LANE_W-1:0];
        group_q  <= GROUPS'(1);
        bytes_q[DATA_W-1:0] <= begun;
      end else begin
        body_q  <= 1'b0;
        low_q   <= at == (LANE_W + 1)'(B - 1) && !s_last_i;
        rest_q  <= at == (LANE_W + 1)'(B - 1) ? 16'(B - 1) : '0;
        final_q <= 1'b1;
      end
    end
    if (rst_i) begin
      walking_q <= 1'b0;
      began_q   <= 1'b0;
      fresh_q   <= 1'b0;
      low_q     <= 1'b0;
    end
  end

  always_comb begin
    m_o                 = '0;
    m_o.bytes           = collected;
    // These came in an earlier beat: the shortest message is 4 bytes longer than a beat.
    m_o.bytes[31:0]     = bytes_q[31:0];
    m_o.stamp           = packet_q.stamp;
    m_o.sequence_number = sequence_q;
    m_o.frame           = packet_q.frame;
    m_o.msg_index       = index_q;
    m_o.first_beat      = packet_q.first_beat;
    m_o.last_byte       = s_cycle_i;
  end

  // ---- order references, as they arrive -------------------------------------------------------------------------------------
  localparam int REF_LAST = 18;      // last byte of the reference
  localparam int NEW_REF_LAST = 26;  // and of a replace's new one
  logic              has_ref_q;      // the type's; the type is known two beats before its reference is here
  logic              has_new_ref_q;
  logic              holds_ref_q;    // the block is long enough
  logic              holds_new_ref_q;
  logic [63:0]       history_q;      // the 8 bytes before lane 0
  logic [DATA_W+63:0] passing;
  logic [LANE_W-1:0] ref_lane;       // of the last byte; the same for both references

  assign passing  = {s_data_i, history_q};
  assign ref_lane = LANE_W'(REF_LAST) - base_q;
  always_comb begin
    for (int i = 0; i < 8; i++) req_ref_o[63-8*i-:8] = passing[(32'(ref_lane)+1+i)*8+:8];
  end
  assign req_second_o = arrives[NEW_REF_LAST] && has_new_ref_q && holds_new_ref_q;
  assign req_valid_o  = fire && walking_q && body_q && ((arrives[REF_LAST] && has_ref_q && holds_ref_q) || req_second_o);

  always_ff @(posedge clk_i) begin
    case (bytes_q[7:0])
      "A", "F", "E", "C", "X", "D", "U": has_ref_q <= 1'b1;
      default: has_ref_q <= 1'b0;
    endcase
    has_new_ref_q   <= bytes_q[7:0] == "U";
    holds_ref_q     <= length_q > 16'(REF_LAST);
    holds_new_ref_q <= length_q > 16'(NEW_REF_LAST);
    if (fire) history_q <= passing[DATA_W+63:DATA_W];
  end

  // ---- what the caller must keep to ----------------------------------------------------------------------------------
`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (fire && !rst_i) begin
      if (s_first_i && walking_q && !refused) $error("block_splitter: a packet begins before the last one has ended");
      if (!s_last_i && s_bytes_i != BYTES_W'(B)) $error("block_splitter: a beat inside a packet is not full");
      if (!s_first_i && began_q && void_i) $error("block_splitter: a beat of a packet that is not wanted");
    end
  end
`endif

endmodule
`default_nettype wire
