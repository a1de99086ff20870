`include "net/packet_types.svh"
`default_nettype none

/// Judges the headers of one frame after the other (SEM 2.1) while their beats go by, and keeps what they say of a packet.
///
/// Why: a field is judged in the cycle behind the beat that brought it, into registers. When the beat that ends the headers
/// is there, only the session's last bytes are still being compared: neither the last bytes of the sequence number
/// nor the count have anything to be checked.
/// Safety: passes_o is a claim about all checks; the causes are found once more, in their order, from the same registers.
/// Ordering: next_i names the beat of the frame that data_i shows, one-hot; while it names a beat, data_i may change until
/// that beat is taken. Fields are valid from the cycle behind the beat that ends the headers until the next frame's beat 1
/// may show.
/// Latency: passes_o in the cycle of the beat that ends the headers; cnt_o 3 cycles behind the last beat of a frame that
/// fails, 2 behind rejected_i.
module header_checks #(
    parameter int DATA_W = 64,
    parameter int BEATS  = 9, // that headers can take: Ethernet 14, 802.1Q 4, IPv4 20, UDP 8, MoldUDP64 20
    localparam int BYTES_W = $clog2(DATA_W / 8 + 1)
) (
    input  wire logic               clk_i,
    input  wire logic               rst_i,
    input  wire tp_cfg_t            cfg_i,
    input  wire logic [BEATS-1:0]   next_i,
    input  wire logic               take_i,     // the beat shown is taken
    input  wire logic [DATA_W-1:0]  data_i,
    input  wire logic [BYTES_W-1:0] bytes_i,
    input  wire logic               rejected_i, // one cycle behind its last beat: the frame failed
    input  wire logic               adopt_i,    // its packet went on
    output logic                    vlan_o,
    output logic                    passes_o,   // if data_i shows the beat in which the headers are to end
    output logic                    line_o,
    output logic [63:0]             first_sequence_o,
    output logic [15:0]             count_o,
    output logic [15:0]             length_o,
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o,
    output logic                    idle_o      // nothing is yet to be counted
);

  initial begin
    if (DATA_W != 32 && DATA_W != 64) $fatal(1, "header_checks: DATA_W must be 32 or 64");
    if (BEATS != 65 / (DATA_W / 8) + 1) $fatal(1, "header_checks: BEATS must be what 66 bytes take");
  end

  localparam int B = DATA_W / 8;
  localparam int TAG = 12;  // first byte of an 802.1Q tag
  localparam int ENDS = 62; // bytes of headers without one

  localparam int SHORT = twinpath_regs_pkg::CNT_DROP_SHORT; // the first of the causes
  localparam int CAUSES = twinpath_regs_pkg::CNT_DROP_WRONG_SESSION - SHORT + 1;

  // Words of 4 bytes, numbered as in a frame without a tag, named by what in them is looked at.
  localparam int W_TYPE = 3;
  localparam int W_TOTAL = 4;
  localparam int W_FRAGMENT = 5;
  localparam int W_CHECKSUM = 6;
  localparam int W_TO_HIGH = 7;
  localparam int W_TO_LOW = 8;
  localparam int W_PORT = 9;
  localparam int W_SESSION = 10; // 2 bytes, and 4 in each of the next two
  localparam int W_SEQUENCE = 13;
  localparam int W_COUNT = 15;

  // ---- configuration --------------------------------------------------------------------------------------------------
  // Fields from the wire are big endian: the first byte is the most significant.
  logic [31:0] address_a_q;
  logic [15:0] port_a_q;
  logic [31:0] address_b_q;
  logic [15:0] port_b_q;
  logic [79:0] configured_q;
  logic        unset_q;           // no session is configured
  logic [79:0] adopted_session_q; // of the first packet then
  logic        adopted_q;
  logic        any_session;
  logic [79:0] session;

  assign any_session = unset_q && !adopted_q;
  assign session     = adopted_q ? adopted_session_q : configured_q;

  // ---- the beat taken last ---------------------------------------------------------------------------------------------
  logic [DATA_W-1:0]  beat_q;
  logic [BYTES_W-1:0] bytes_q;
  logic [BEATS-1:0]   at_q;     // which one it is, for one cycle
  logic               vlan_q;
  logic [31:0]        even;     // the word with an even number in it, and the one with an odd number
  logic [31:0]        odd;
  logic [2:0]         even_has; // how much of it is there, at most 4 bytes
  logic [2:0]         odd_has;
  logic [W_COUNT:0]   here;     // word n is one of them

  function automatic logic [31:0] first_byte_high(input logic [31:0] word);
    first_byte_high = {word[7:0], word[15:8], word[23:16], word[31:24]};
  endfunction

  generate
    if (DATA_W == 32) begin : gen_one
      assign even     = first_byte_high(beat_q);
      assign odd      = even;
      assign even_has = bytes_q;
      assign odd_has  = bytes_q;
    end else begin : gen_two
      logic [2:0] low_has;
      logic [2:0] high_has;
      assign low_has  = bytes_q[3] || bytes_q[2] ? 3'd4 : bytes_q[2:0];
      assign high_has = bytes_q[3] ? 3'd4 : bytes_q[2] ? {1'b0, bytes_q[1:0]} : 3'd0;
      assign even     = first_byte_high(vlan_q ? beat_q[63:32] : beat_q[31:0]);
      assign odd      = first_byte_high(vlan_q ? beat_q[31:0] : beat_q[63:32]);
      assign even_has = vlan_q ? high_has : low_has;
      assign odd_has  = vlan_q ? low_has : high_has;
    end
  endgenerate

  always_comb begin
    here = '0;
    for (int w = W_TYPE; w <= W_COUNT; w++) here[w] = vlan_q ? at_q[4*(w+1)/B] : at_q[4*w/B];
  end

  // ---- one's complement sum of the IPv4 header, as two numbers that are not yet added ----------------------------------------
  // In this arithmetic the carry out of the top comes in at the bottom: rotated carries lose nothing.
  logic [15:0] sum_q;
  logic [15:0] carry_q;
  logic [15:0] sum_d;
  logic [15:0] carry_d;
  logic [63:0] summed; // the halves of even and of odd that belong to it
  logic        sum_ok;

  function automatic logic [31:0] add3(input logic [15:0] a, input logic [15:0] b, input logic [15:0] c);
    logic [15:0] carry;
    carry = (a & b) | (a & c) | (b & c);
    add3  = {carry[14:0], carry[15], a ^ b ^ c};
  endfunction

  always_comb begin
    summed = {even, odd};
    if (!(here[W_TOTAL] || here[W_CHECKSUM] || here[W_TO_LOW])) summed[63:48] = '0;
    if (!(here[W_TOTAL] || here[W_CHECKSUM])) summed[47:32] = '0;
    if (!(here[W_FRAGMENT] || here[W_TO_HIGH])) summed[31:16] = '0;
    if (!(here[W_TYPE] || here[W_FRAGMENT] || here[W_TO_HIGH])) summed[15:0] = '0;
  end

  logic [31:0] of_beat;
  logic [31:0] of_rest;
  logic [31:0] of_both;
  assign of_beat = add3(summed[63:48], summed[47:32], summed[31:16]);
  assign of_rest = add3(summed[15:0], sum_q, carry_q);
  assign of_both = add3(of_beat[15:0], of_rest[15:0], of_beat[31:16]);
  assign {carry_d, sum_d} = add3(of_both[15:0], of_both[31:16], of_rest[31:16]);

  // Their sum is all ones, or all ones twice.
  assign sum_ok = (sum_q ^ carry_q) == 16'hFFFF || (sum_q & carry_q) == 16'hFFFF;

  // ---- verdicts: each good_* is of the frame whose field came last, each seen_* says that the field is there ---------------
  logic        seen_type_q;
  logic        seen_version_q;
  logic        seen_fragment_q;
  logic        seen_ip_q;
  logic        seen_port_q;
  logic        seen_length_q;
  logic        seen_all_q;
  logic        good_type_q;
  logic        good_version_q;
  logic        good_size_q;
  logic        good_fragment_q;
  logic        good_protocol_q;
  logic [2:0]  line_a_q;        // high and low half of the address, and the port, are those of line A
  logic [2:0]  line_b_q;
  logic        long_q;          // the total length leaves room for a MoldUDP64 header
  logic        good_length_q;
  logic [2:0]  good_session_d;
  logic [2:0]  good_session_q;
  logic [63:0] sequence_q;
  logic [15:0] count_q;
  logic [15:0] length_q;        // declared, less the headers that came so far
  logic        whole;           // the beat shown has the headers' last byte

  always_comb begin
    good_session_d = good_session_q;
    if (here[W_SESSION]) good_session_d[0] = even[15:0] == session[79:64];
    if (here[W_SESSION+1]) good_session_d[1] = odd == session[63:32];
    if (here[W_SESSION+2]) good_session_d[2] = even == session[31:0];
  end

  assign whole    = bytes_i >= (vlan_q ? BYTES_W'((ENDS + 4) % B) : BYTES_W'(ENDS % B));
  assign passes_o = whole && good_type_q && good_version_q && good_size_q && good_fragment_q && sum_ok && good_protocol_q &&
                    ((&line_a_q) || (&line_b_q)) && good_length_q && (any_session || (good_session_d[2] && (&good_session_q[1:0])));

  assign vlan_o           = vlan_q;
  assign line_o           = !(&line_a_q);
  assign first_sequence_o = sequence_q;
  assign count_o          = count_q;
  assign length_o         = length_q;

  // ---- the cause ----------------------------------------------------------------------------------------------------------
  logic       rejected_q; // what the last beat of the frame that failed had to say is in the registers
  int         cause;
  logic [CAUSES-1:0] drop_q;

  always_comb begin
    if (!seen_type_q) cause = SHORT;
    else if (!good_type_q) cause = twinpath_regs_pkg::CNT_DROP_NOT_IPV4;
    else if (!seen_version_q) cause = SHORT;
    else if (!good_version_q) cause = twinpath_regs_pkg::CNT_DROP_NOT_IPV4;
    else if (!good_size_q) cause = twinpath_regs_pkg::CNT_DROP_IP_OPTIONS;
    else if (!seen_fragment_q) cause = SHORT;
    else if (!good_fragment_q) cause = twinpath_regs_pkg::CNT_DROP_FRAGMENT;
    else if (!seen_ip_q) cause = SHORT;
    else if (!sum_ok) cause = twinpath_regs_pkg::CNT_DROP_IP_CHECKSUM;
    else if (!good_protocol_q) cause = twinpath_regs_pkg::CNT_DROP_NOT_UDP;
    else if (!seen_port_q) cause = SHORT;
    else if (!(&line_a_q) && !(&line_b_q)) cause = twinpath_regs_pkg::CNT_DROP_WRONG_DESTINATION;
    else if (!seen_length_q) cause = SHORT;
    else if (!good_length_q) cause = twinpath_regs_pkg::CNT_DROP_BAD_LENGTH;
    else if (!seen_all_q) cause = SHORT;
    else cause = twinpath_regs_pkg::CNT_DROP_WRONG_SESSION;
  end

  assign idle_o = !rejected_q && drop_q == '0;

  always_comb begin
    cnt_o                = '0;
    cnt_o[SHORT+:CAUSES] = drop_q;
  end

  always_ff @(posedge clk_i) begin
    at_q    <= take_i ? next_i : '0;
    beat_q  <= data_i;
    bytes_q <= bytes_i;
    if (next_i[TAG/B]) vlan_q <= data_i[8*(TAG%B)+:16] == 16'h0081;

    sum_q   <= sum_d;
    carry_q <= carry_d;
    if (at_q[0]) begin
      sum_q           <= '0;
      carry_q         <= '0;
      seen_type_q     <= 1'b0;
      seen_version_q  <= 1'b0;
      seen_fragment_q <= 1'b0;
      seen_ip_q       <= 1'b0;
      seen_port_q     <= 1'b0;
      seen_length_q   <= 1'b0;
      seen_all_q      <= 1'b0;
    end
    if (here[W_TYPE]) begin
      seen_type_q    <= odd_has >= 3'd2;
      seen_version_q <= odd_has >= 3'd3;
      good_type_q    <= odd[31:16] == 16'h0800;
      good_version_q <= odd[15:12] == 4'd4;
      good_size_q    <= odd[11:8] == 4'd5;
    end
    if (here[W_FRAGMENT]) begin
      seen_fragment_q <= odd_has >= 3'd2;
      good_fragment_q <= odd[29:16] == '0;
      good_protocol_q <= odd[7:0] == 8'd17;
    end
    if (here[W_TO_HIGH]) begin
      line_a_q[0] <= odd[15:0] == address_a_q[31:16];
      line_b_q[0] <= odd[15:0] == address_b_q[31:16];
    end
    if (here[W_TO_LOW]) begin
      seen_ip_q   <= even_has >= 3'd2;
      line_a_q[1] <= even[31:16] == address_a_q[15:0];
      line_b_q[1] <= even[31:16] == address_b_q[15:0];
    end
    if (here[W_TOTAL]) begin
      length_q <= even[31:16] - 16'd20;
      long_q   <= even[31:16] >= 16'd48;
    end
    if (here[W_PORT]) begin
      seen_port_q   <= odd_has >= 3'd2;
      seen_length_q <= odd_has >= 3'd4;
      line_a_q[2]   <= odd[31:16] == port_a_q;
      line_b_q[2]   <= odd[31:16] == port_b_q;
      length_q      <= length_q - 16'd28;
      good_length_q <= long_q && odd[15:0] == length_q;
    end
    if (here[W_COUNT]) seen_all_q <= odd_has >= 3'd2;
    good_session_q <= good_session_d;
    if (!adopted_q) begin
      if (here[W_SESSION]) adopted_session_q[79:64] <= even[15:0];
      if (here[W_SESSION+1]) adopted_session_q[63:32] <= odd;
      if (here[W_SESSION+2]) adopted_session_q[31:0] <= even;
    end
    if (adopt_i && any_session) adopted_q <= 1'b1;

    // The last fields are wanted in the cycle behind their beat: taken from the beat shown, again until it is taken.
    for (int i = 0; i < 2; i++) begin
      if (next_i[4*(W_SEQUENCE+i+1)/B] && vlan_q)
        sequence_q[32*(1-i)+:32] <= first_byte_high(data_i[8*(4*(W_SEQUENCE+i+1)%B)+:32]);
      if (next_i[4*(W_SEQUENCE+i)/B] && !vlan_q)
        sequence_q[32*(1-i)+:32] <= first_byte_high(data_i[8*(4*(W_SEQUENCE+i)%B)+:32]);
    end
    if (next_i[BEATS-1] && vlan_q) count_q <= {data_i[8*(4*(W_COUNT+1)%B)+:8], data_i[8*(4*(W_COUNT+1)%B)+8+:8]};
    if (next_i[4*W_COUNT/B] && !vlan_q) count_q <= {data_i[8*(4*W_COUNT%B)+:8], data_i[8*(4*W_COUNT%B)+8+:8]};

    rejected_q <= rejected_i;
    for (int i = 0; i < CAUSES; i++) drop_q[i] <= rejected_q && cause == SHORT + i;

    unset_q <= configured_q == '0;
    if (cfg_i.valid && cfg_i.table_id == TP_CFG_FEED) begin
      case (cfg_i.word)
        5'd0: address_a_q <= cfg_i.data;
        5'd1: port_a_q <= cfg_i.data[15:0];
        5'd2: address_b_q <= cfg_i.data;
        5'd3: port_b_q <= cfg_i.data[15:0];
        5'd4: configured_q[79:48] <= cfg_i.data;
        5'd5: configured_q[47:16] <= cfg_i.data;
        5'd6: configured_q[15:0] <= cfg_i.data[31:16];
        default: ;
      endcase
    end
    if (rst_i) begin
      at_q       <= '0;
      adopted_q  <= 1'b0;
      rejected_q <= 1'b0;
      drop_q     <= '0;
    end
  end

endmodule
`default_nettype wire
