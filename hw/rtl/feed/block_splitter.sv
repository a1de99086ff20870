`include "net/packet_types.svh"
`default_nettype none

/// Walks the blocks of one packet after the other and hands out the messages that are to be delivered (SEM 2.5).
///
/// Why: a message must leave when its last byte has arrived, not when its frame has: the walk takes a beat a cycle and
/// finds in it at most one message end and one block length (a block is longer than a beat).
/// Safety: the first damage stops the walk of that packet; nothing behind it is delivered.
/// Ordering: messages in order; deliver_o marks the beat that completes one. s_first_i begins a packet (packet_i,
/// skip_i valid), s_last_i ends it, and beats between the end of the walk and s_last_i are swallowed.
/// Early fields: locate_o is the stock locate, from registers, from the cycle behind the beat that brings its last byte
/// until the message ends: a table read then has its answer when the shortest message with a symbol ends. req_* name an
/// order reference in the cycle in which its last byte is here, before it is known whether the message is whole: good
/// for a look-up, which changes nothing. At most one a cycle: a replace's two are 8 bytes apart.
/// Latency: 0 cycles from the beat with the last byte to deliver_o and m_o.
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
    input  wire logic [BYTES_W-1:0]  s_bytes_i,
    input  wire logic                s_last_i,
    input  wire logic [TP_CYC_W-1:0] s_cycle_i,
    input  wire tp_packet_t          packet_i,
    input  wire logic [15:0]         skip_i,    // leading blocks to walk without delivering them, less than packet_i.count
    output logic                     deliver_o,
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
  localparam logic [1:0] LENGTH = 2'd0;      // both bytes of a block length are awaited
  localparam logic [1:0] LENGTH_LOW = 2'd1;  // its second byte is the next lane 0
  localparam logic [1:0] BODY = 2'd2;

  logic                           walking_q;
  logic [1:0]                     phase_q;
  logic [7:0]                     high_q;    // first byte of a block length
  logic [15:0]                    length_q;  // of the block in BODY
  logic [15:0]                    rest_q;    // bytes of it from lane 0 on
  logic [6:0]                     base_q;    // bytes of it collected, saturating
  logic [16:0]                    left_q;    // declared bytes from lane 0 on
  logic [15:0]                    blocks_q;  // not yet consumed
  logic [15:0]                    skip_q;
  logic [15:0]                    index_q;
  tp_packet_t                     packet_q;
  logic [TP_MESSAGE_BYTES*8-1:0]  bytes_q;

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
  logic        walking;
  logic        in_body;
  logic        in_low;
  tp_packet_t  packet;
  logic [16:0] left;
  logic [15:0] blocks;
  logic [15:0] skip;
  logic [15:0] index;
  logic [4:0]  present;   // lanes that hold bytes within both ends
  logic        ends;      // a message ends in this beat
  logic [5:0]  known;
  logic        bad_length;
  logic        consumes;
  logic        finished;
  logic        wants;     // a block length is wanted in this beat
  logic [4:0]  at;        // its first lane
  logic [4:0]  body;      // first lane behind it
  logic        complete;  // all of it is here
  logic [15:0] length;
  logic        bad_block;
  logic        truncated;
  logic        trailing;
  logic        stops;
  logic [2*DATA_W-1:0] padded; // lanes beyond the beat read as 0
  logic        fire;

  assign packet  = s_first_i ? packet_i : packet_q;
  assign walking = s_first_i || walking_q;
  assign in_body = !s_first_i && phase_q == BODY;
  assign in_low  = !s_first_i && phase_q == LENGTH_LOW;
  assign left    = s_first_i ? {1'b0, packet_i.length} + 17'(packet_i.lane) : left_q;
  assign blocks  = s_first_i ? packet_i.count : blocks_q;
  assign skip    = s_first_i ? skip_i : skip_q;
  assign index   = s_first_i ? '0 : index_q;
  assign present = left < 17'(s_bytes_i) ? left[4:0] : 5'(s_bytes_i);
  assign padded  = {{DATA_W{1'b0}}, s_data_i};

  assign ends       = walking && in_body && rest_q <= 16'(present);
  assign known      = message_length(bytes_q[7:0]);
  assign bad_length = ends && known != '0 && length_q != 16'(known);
  assign consumes   = ends && !bad_length;
  assign finished   = consumes && blocks == 16'd1;
  assign trailing   = finished && left > {1'b0, rest_q};

  assign wants    = walking && !finished && (!in_body || consumes);
  assign at       = in_body ? rest_q[4:0] : s_first_i ? 5'(packet_i.lane) : 5'd0;
  assign body     = in_low ? 5'd1 : at + 5'd2;
  assign complete = wants && body <= present;
  assign length   = in_low ? {high_q, s_data_i[7:0]} : {padded[8*at[LANE_W:0]+:8], padded[8*(at[LANE_W:0]+1'b1)+:8]};

  assign bad_block = complete && length < 16'd12;
  // Behind the declared end, or behind the end of the frame: nothing that begins in this frame's last beat ends in it.
  assign truncated = !bad_block && !bad_length && (
      (complete && {1'b0, length} > left - 17'(body)) ||
      (wants && !complete && !in_low && left < 17'(at) + 17'd2) ||
      (walking && !finished && s_last_i));
  assign stops = finished || bad_length || bad_block || truncated;

  assign deliver_o = fire && consumes && skip == '0;
  assign locate_o  = {bytes_q[15:8], bytes_q[23:16]};
  assign s_ready_o = en_i;
  assign fire      = s_valid_i && s_ready_o;

  always_comb begin
    cnt_o = '0;
    cnt_o[twinpath_regs_pkg::CNT_TRUNCATED_BLOCK]    = fire && truncated;
    cnt_o[twinpath_regs_pkg::CNT_BAD_BLOCK_LENGTH]   = fire && bad_block;
    cnt_o[twinpath_regs_pkg::CNT_BAD_MESSAGE_LENGTH] = fire && bad_length;
    cnt_o[twinpath_regs_pkg::CNT_TRAILING_BYTES]     = fire && trailing;
  end

  // ---- collecting: lane l holds byte base + l of the block in BODY, and byte l - body of the next -------------------------
  logic [DATA_W-1:0]             turned;   // message byte j in byte j mod B
  logic [DATA_W-1:0]             begun;
  logic [TP_MESSAGE_BYTES*8-1:0] collected;

  logic [LANE_W-1:0]             from;
  always_comb begin
    for (int i = 0; i < B; i++) begin
      from           = LANE_W'(i) - base_q[LANE_W-1:0]; // modulo B
      turned[i*8+:8] = s_data_i[from*8+:8];
      from           = LANE_W'(i) + body[LANE_W-1:0];
      begun[i*8+:8]  = s_data_i[from*8+:8];
    end
    collected = bytes_q;
    for (int j = 0; j < TP_MESSAGE_BYTES; j++) begin
      if (7'(j) >= base_q && 7'(j) < base_q + 7'(B)) collected[j*8+:8] = turned[(j%B)*8+:8];
    end
  end

  always_ff @(posedge clk_i) begin
    if (fire) begin
      if (s_first_i) packet_q <= packet_i;
      walking_q <= walking && !stops && !s_last_i;
      left_q    <= left > 17'(B) ? left - 17'(B) : '0;
      blocks_q  <= blocks - 16'(consumes);
      skip_q    <= skip - 16'(consumes && skip != '0);
      index_q   <= index + 16'(consumes);
      if (in_body && !ends) begin
        rest_q <= rest_q - 16'(B);
        if (base_q < 7'd64) base_q <= base_q + 7'(B);
        bytes_q <= collected;
      end
      if (wants) begin
        phase_q <= complete ? BODY : (!in_low && at + 5'd1 == present) ? LENGTH_LOW : LENGTH;
        high_q  <= padded[8*at[LANE_W:0]+:8];
        if (complete) begin
          length_q <= length;
          rest_q   <= length - (16'(B) - 16'(body));
          base_q   <= 7'(B) - 7'(body);
          bytes_q[DATA_W-1:0] <= begun;
        end
      end
    end
    if (rst_i) begin
      walking_q   <= 1'b0;
    end
  end

  always_comb begin
    m_o                 = '0;
    m_o.bytes           = collected;
    m_o.stamp           = packet.stamp;
    m_o.sequence_number = packet.first_sequence + 64'(index);
    m_o.frame           = packet.frame;
    m_o.msg_index       = index;
    m_o.first_beat      = packet.first_beat;
    m_o.last_byte       = s_cycle_i;
  end

  // ---- order references, as they arrive -------------------------------------------------------------------------------------
  localparam logic [6:0] REF_LAST = 7'd18;      // last byte of the reference
  localparam logic [6:0] NEW_REF_LAST = 7'd26;  // and of a replace's new one
  logic in_first;
  logic in_second;
  logic has_ref;

  always_comb begin
    case (bytes_q[7:0])
      "A", "F", "E", "C", "X", "D", "U": has_ref = 1'b1;
      default: has_ref = 1'b0;
    endcase
    in_first  = base_q <= REF_LAST && REF_LAST < base_q + 7'(B) && 16'(REF_LAST) < 16'(base_q) + rest_q;
    in_second = base_q <= NEW_REF_LAST && NEW_REF_LAST < base_q + 7'(B) && 16'(NEW_REF_LAST) < 16'(base_q) + rest_q &&
                bytes_q[7:0] == "U";
    for (int i = 0; i < 8; i++) begin
      req_ref_o[63-8*i-:8] = in_second ? collected[(19+i)*8+:8] : collected[(11+i)*8+:8];
    end
  end
  assign req_second_o = in_second;
  assign req_valid_o  = fire && walking && in_body && has_ref && (in_first || in_second);

endmodule
`default_nettype wire
