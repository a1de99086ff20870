`include "net/packet_types.svh"
`default_nettype none

/// Checks the headers of each frame (SEM 2.1) and passes on the packets of our feed: header fields once, then the beats
/// that carry blocks, untouched.
///
/// Why untouched: shifting the payload to lane 0 would hold the end of a message until the next beat arrives; instead
/// packet_o.lane says where the blocks begin in the first beat (the one that also carries the last header byte).
/// Safety: a frame fails by the first check that does, counts once in drop_o and leaves no other trace. A frame that
/// ends inside its headers fails as short at the first check whose field is missing.
/// Ordering: frames in order. m_first_o beats come with packet_o valid; pending_* is the oldest frame begun but not yet
/// accepted downstream, so that commands and deadlines find their place among frames.
/// Latency: 1 cycle from a beat to its copy.
module udp_parser #(
    parameter int DATA_W = 64,
    localparam int BYTES_W = $clog2(DATA_W / 8 + 1)
) (
    input  wire logic                 clk_i,
    input  wire logic                 rst_i,
    input  wire tp_cfg_t              cfg_i,
    input  wire logic                 meta_valid_i,
    output logic                      meta_ready_o,
    input  wire tp_frame_meta_t       meta_i,
    input  wire logic                 beat_valid_i,
    output logic                      beat_ready_o,
    input  wire logic [DATA_W-1:0]    beat_data_i,
    input  wire logic [BYTES_W-1:0]   beat_bytes_i,
    input  wire logic                 beat_last_i,
    input  wire logic                 beat_error_i,
    input  wire logic                 beat_dropped_i,
    input  wire logic [TP_CYC_W-1:0]  beat_cycle_i,
    output logic                      m_valid_o,
    input  wire logic                 m_ready_i,
    output logic                      m_first_o,
    output logic [DATA_W-1:0]         m_data_o,
    output logic [BYTES_W-1:0]        m_bytes_o,
    output logic                      m_last_o,
    output logic                      m_error_o,
    output logic [TP_CYC_W-1:0]       m_cycle_o,
    output tp_packet_t                packet_o,
    output logic                      pending_o,
    output tp_frame_meta_t            pending_meta_o,
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o,
    output logic                      idle_o
);

  initial if (DATA_W != 32 && DATA_W != 64) $fatal(1, "udp_parser: DATA_W must be 32 or 64");

  localparam int B = DATA_W / 8;
  localparam int HEADERS = 62;        // Ethernet 14, IPv4 20, UDP 8, MoldUDP64 20
  localparam int TAGGED_HEADERS = 66;
  localparam int LAST_BEAT = (HEADERS - 1) / B;
  localparam int TAGGED_LAST_BEAT = (TAGGED_HEADERS - 1) / B;
  localparam int KEPT = (TAGGED_LAST_BEAT + 1) * B;
  localparam logic [1:0] HEAD = 2'd0;
  localparam logic [1:0] BODY = 2'd1;
  localparam logic [1:0] DRAIN = 2'd2;

  // Fields from the wire are big endian: the first byte is the most significant.
  logic [31:0] line_a_address_q;
  logic [15:0] line_a_port_q;
  logic [31:0] line_b_address_q;
  logic [15:0] line_b_port_q;
  logic [79:0] configured_q;
  logic [79:0] adopted_session_q; // of the first packet, when none is configured
  logic        adopted_q;

  logic [1:0]           state_q;
  logic                 active_q;  // in HEAD: a frame has begun
  logic [4:0]           index_q;   // beat of the frame, in HEAD
  logic [KEPT*8-1:0]    head_q;    // byte n of the frame in bits 8n+7..8n
  logic [6:0]           have_q;    // header bytes present
  tp_frame_meta_t       meta_q;
  logic [TP_CYC_W-1:0]  first_cycle_q;

  logic                 valid_q;
  logic                 first_q;
  logic [DATA_W-1:0]    data_q;
  logic [BYTES_W-1:0]   bytes_q;
  logic                 last_q;
  logic                 error_q;
  logic [TP_CYC_W-1:0]  cycle_q;

  // ---- verdict on the collected header --------------------------------------------------------------------------------
  logic         vlan;
  logic [15:0]  ether_type;
  logic [383:0] ip;          // from the IPv4 header on, first byte most significant
  logic [6:0]   have;        // bytes present from there on
  logic [19:0]  sum;
  logic [16:0]  folded;
  logic         line_a;
  logic         line_b;
  logic         any_session;
  logic [79:0]  session;
  logic [15:0]  udp_length;
  logic         passes;
  int           cause;

  assign vlan = head_q[12*8+:16] == 16'h0081;

  always_comb begin
    for (int i = 0; i < 48; i++) begin
      ip[(47-i)*8+:8] = vlan ? head_q[(18+i)*8+:8] : head_q[(14+i)*8+:8];
    end
    ether_type = vlan ? {head_q[16*8+:8], head_q[17*8+:8]} : {head_q[12*8+:8], head_q[13*8+:8]};
    have = vlan ? have_q - 7'd18 : have_q - 7'd14;
    sum = '0;
    for (int i = 0; i < 10; i++) sum = sum + {4'd0, ip[383-16*i-:16]};
    folded = {1'b0, sum[15:0]} + {13'd0, sum[19:16]};
  end

  assign udp_length    = ip[383-8*24-:16];
  assign line_a        = ip[383-8*16-:32] == line_a_address_q && ip[383-8*22-:16] == line_a_port_q;
  assign line_b        = ip[383-8*16-:32] == line_b_address_q && ip[383-8*22-:16] == line_b_port_q;
  assign any_session   = configured_q == '0 && !adopted_q;
  assign session       = adopted_q ? adopted_session_q : configured_q;

  always_comb begin
    passes = 1'b0;
    cause  = twinpath_regs_pkg::CNT_DROP_SHORT;
    if (have_q < 7'd14 || (vlan && have_q < 7'd18)) cause = twinpath_regs_pkg::CNT_DROP_SHORT;
    else if (ether_type != 16'h0800) cause = twinpath_regs_pkg::CNT_DROP_NOT_IPV4;
    else if (have < 7'd1) cause = twinpath_regs_pkg::CNT_DROP_SHORT;
    else if (ip[383-:4] != 4'd4) cause = twinpath_regs_pkg::CNT_DROP_NOT_IPV4;
    else if (ip[379-:4] != 4'd5) cause = twinpath_regs_pkg::CNT_DROP_IP_OPTIONS;
    else if (have < 7'd8) cause = twinpath_regs_pkg::CNT_DROP_SHORT;
    else if (ip[383-8*6-2-:14] != '0) cause = twinpath_regs_pkg::CNT_DROP_FRAGMENT;
    else if (have < 7'd20) cause = twinpath_regs_pkg::CNT_DROP_SHORT;
    else if (folded[15:0] + {15'd0, folded[16]} != 16'hFFFF) cause = twinpath_regs_pkg::CNT_DROP_IP_CHECKSUM;
    else if (ip[383-8*9-:8] != 8'd17) cause = twinpath_regs_pkg::CNT_DROP_NOT_UDP;
    else if (have < 7'd24) cause = twinpath_regs_pkg::CNT_DROP_SHORT;
    else if (!line_a && !line_b) cause = twinpath_regs_pkg::CNT_DROP_WRONG_DESTINATION;
    else if (have < 7'd26) cause = twinpath_regs_pkg::CNT_DROP_SHORT;
    else if (udp_length < 16'd28 || {1'b0, ip[383-8*2-:16]} != {1'b0, udp_length} + 17'd20)
      cause = twinpath_regs_pkg::CNT_DROP_BAD_LENGTH;
    else if (have < 7'd48) cause = twinpath_regs_pkg::CNT_DROP_SHORT;
    else if (!any_session && ip[383-8*28-:80] != session) cause = twinpath_regs_pkg::CNT_DROP_WRONG_SESSION;
    else passes = 1'b1;
  end

  assign packet_o.stamp          = meta_q.stamp;
  assign packet_o.frame          = meta_q.frame;
  assign packet_o.first_beat     = first_cycle_q;
  assign packet_o.line           = !line_a;
  assign packet_o.first_sequence = ip[383-8*38-:64];
  assign packet_o.count          = ip[383-8*46-:16];
  assign packet_o.length         = udp_length - 16'd28;
  assign packet_o.lane           = vlan ? 3'(TAGGED_HEADERS % B) : 3'(HEADERS % B);

  // ---- beats ------------------------------------------------------------------------------------------------------------
  logic reject;
  logic free;
  logic completes;
  logic take;
  logic load;

  assign reject    = valid_q && first_q && !passes;
  assign m_valid_o = valid_q && !reject;
  assign m_first_o = first_q;
  assign m_data_o  = data_q;
  assign m_bytes_o = bytes_q;
  assign m_last_o  = last_q;
  assign m_error_o = error_q;
  assign m_cycle_o = cycle_q;
  assign free      = !valid_q || reject || m_ready_i;

  // The beat that ends the headers, or the frame.
  assign completes = beat_last_i || index_q == 5'(TAGGED_LAST_BEAT) || (index_q == 5'(LAST_BEAT) && !vlan);

  always_comb begin
    unique case (state_q)
      // The headers collected are still wanted while the packet's first beat is here, but not behind the cycle it leaves in.
      HEAD: beat_ready_o = (free || !(valid_q && first_q || completes)) && (active_q || meta_valid_i);
      BODY: beat_ready_o = free;
      default: beat_ready_o = 1'b1;
    endcase
  end

  assign take         = beat_valid_i && beat_ready_o;
  assign meta_ready_o = take && state_q == HEAD && !active_q;
  assign load         = take && ((state_q == HEAD && completes && !beat_dropped_i) || (state_q == BODY && !reject));

  assign pending_o      = active_q || (valid_q && first_q) || meta_valid_i;
  assign pending_meta_o = (active_q || (valid_q && first_q)) ? meta_q : meta_i;
  assign idle_o         = state_q == HEAD && !active_q && !valid_q;

  always_comb begin
    cnt_o = '0;
    for (int i = twinpath_regs_pkg::CNT_DROP_SHORT; i <= twinpath_regs_pkg::CNT_DROP_WRONG_SESSION; i++) begin
      cnt_o[i] = reject && cause == i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (free) valid_q <= 1'b0;
    if (load) begin
      valid_q <= 1'b1;
      first_q <= state_q == HEAD;
      data_q  <= beat_data_i;
      bytes_q <= beat_bytes_i;
      last_q  <= beat_last_i;
      error_q <= beat_error_i;
      cycle_q <= beat_cycle_i;
    end
    if (state_q == HEAD && take) begin
      for (int i = 0; i <= TAGGED_LAST_BEAT; i++) begin
        if (index_q == 5'(i)) head_q[i*DATA_W+:DATA_W] <= beat_data_i;
      end
      index_q  <= completes ? '0 : index_q + 1'b1;
      active_q <= !completes;
      have_q   <= 7'(index_q) * 7'(B) + 7'(beat_bytes_i);
      if (!active_q) begin
        meta_q        <= meta_i;
        first_cycle_q <= beat_cycle_i;
      end
      if (completes && !beat_last_i) state_q <= BODY;
    end
    if (state_q != HEAD && take && beat_last_i) state_q <= HEAD;
    else if (state_q == BODY && reject) state_q <= DRAIN;

    if (m_valid_o && m_ready_i && first_q && any_session) begin
      adopted_session_q <= ip[383-8*28-:80];
      adopted_q         <= 1'b1;
    end
    if (cfg_i.valid && cfg_i.table_id == TP_CFG_FEED) begin
      case (cfg_i.word)
        5'd0: line_a_address_q <= cfg_i.data;
        5'd1: line_a_port_q <= cfg_i.data[15:0];
        5'd2: line_b_address_q <= cfg_i.data;
        5'd3: line_b_port_q <= cfg_i.data[15:0];
        5'd4: configured_q[79:48] <= cfg_i.data;
        5'd5: configured_q[47:16] <= cfg_i.data;
        5'd6: configured_q[15:0] <= cfg_i.data[31:16];
        default: ;
      endcase
    end
    if (rst_i) begin
      state_q   <= HEAD;
      active_q  <= 1'b0;
      index_q   <= '0;
      valid_q   <= 1'b0;
      adopted_q <= 1'b0;
    end
  end

endmodule
`default_nettype wire
