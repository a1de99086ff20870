`include "net/packet_types.svh"
`default_nettype none

/// Checks the headers of each frame (SEM 2.1) and passes on the packets of our feed: header fields once, then the beats
/// that carry blocks, untouched.
///
/// Why untouched: shifting the payload to lane 0 would hold the end of a message until the next beat arrives; instead
/// packet_o.lane says where the blocks begin in the first beat (the one that also carries the last header byte).
/// Safety: a frame fails by the first check that does, counts once in cnt_o and leaves no other trace. A frame that
/// ends inside its headers fails as short at the first check whose field is missing.
/// Ordering: frames in order; meta_i is valid with the first beat of a frame. m_first_o beats come with packet_o valid;
/// pending_* is the oldest frame begun but not yet accepted downstream, so that commands and deadlines find their place
/// among frames.
/// Latency: 1 cycle from a beat to its copy, 3 from the last beat of a frame that fails to cnt_o. m_* and packet_o come
/// from registers.
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
    input  wire logic                 beat_dropped_i, // with beat_last_i: nothing of this frame was or will be here
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
  localparam int BEATS = TAGGED_LAST_BEAT + 1;
  localparam logic [1:0] HEAD = 2'd0;
  localparam logic [1:0] BODY = 2'd1;
  localparam logic [1:0] DRAIN = 2'd2;

  logic [1:0]           state_q;
  logic [BEATS-1:0]     next_q;    // the next beat of the headers, one-hot; beat 0 outside them
  logic                 ends_q;    // it is the one in which they are to end
  logic                 begun_q;   // a frame in HEAD has begun, or its packet's first beat is still here
  tp_frame_meta_t       meta_q;
  logic [TP_CYC_W-1:0]  first_cycle_q;

  logic                 valid_q;
  logic                 reject_q;  // the frame whose headers have just ended fails
  logic                 first_q;
  logic [DATA_W-1:0]    data_q;
  logic [BYTES_W-1:0]   bytes_q;
  logic                 last_q;
  logic                 error_q;
  logic [TP_CYC_W-1:0]  cycle_q;

  logic                 vlan;
  logic                 passes;
  logic                 checks_idle;
  logic                 free;      // the beat that is here leaves, or there is none
  logic                 first_waits;
  logic                 completes; // the beat offered ends the headers, or the frame
  logic                 take;
  logic                 take_head;

  header_checks #(
      .DATA_W(DATA_W),
      .BEATS (BEATS)
  ) u_checks (
      .clk_i           (clk_i),
      .rst_i           (rst_i),
      .cfg_i           (cfg_i),
      .next_i          (next_q),
      .take_i          (take_head),
      .data_i          (beat_data_i),
      .bytes_i         (beat_bytes_i),
      .rejected_i      (reject_q),
      .adopt_i         (valid_q && first_q && m_ready_i),
      .vlan_o          (vlan),
      .passes_o        (passes),
      .line_o          (packet_o.line),
      .first_sequence_o(packet_o.first_sequence),
      .count_o         (packet_o.count),
      .length_o        (packet_o.length),
      .cnt_o           (cnt_o),
      .idle_o          (checks_idle)
  );

  assign packet_o.stamp      = meta_q.stamp;
  assign packet_o.frame      = meta_q.frame;
  assign packet_o.first_beat = first_cycle_q;
  assign packet_o.lane       = vlan ? 3'(TAGGED_HEADERS % B) : 3'(HEADERS % B);

  assign m_valid_o = valid_q;
  assign m_first_o = first_q;
  assign m_data_o  = data_q;
  assign m_bytes_o = bytes_q;
  assign m_last_o  = last_q;
  assign m_error_o = error_q;
  assign m_cycle_o = cycle_q;

  assign free        = !valid_q || m_ready_i;
  assign first_waits = valid_q && first_q && !m_ready_i;
  assign completes   = beat_last_i || ends_q;

  always_comb begin
    unique case (state_q)
      // The headers collected are still wanted while the packet's first beat is here, but not behind the cycle it leaves in.
      HEAD: beat_ready_o = free || !(first_q || completes);
      BODY: beat_ready_o = free;
      default: beat_ready_o = 1'b1;
    endcase
  end

  assign take         = beat_valid_i && beat_ready_o;
  assign take_head    = take && state_q == HEAD;
  assign meta_ready_o = take_head && next_q[0];

  assign pending_o      = begun_q || meta_valid_i;
  assign pending_meta_o = begun_q ? meta_q : meta_i;
  assign idle_o         = state_q == HEAD && !begun_q && !valid_q && checks_idle;

  always_ff @(posedge clk_i) begin
    // What is here is replaced when it leaves; whether anything is here, valid_q and reject_q say.
    reject_q <= 1'b0;
    if (free) begin
      valid_q  <= beat_valid_i && (state_q == HEAD ? ends_q && passes : state_q == BODY && !reject_q);
      reject_q <= beat_valid_i && state_q == HEAD && completes && !beat_dropped_i && !(ends_q && passes);
      first_q  <= state_q == HEAD;
      data_q   <= beat_data_i;
      bytes_q  <= beat_bytes_i;
      last_q   <= beat_last_i;
      error_q  <= beat_error_i;
      cycle_q  <= beat_cycle_i;
    end
    if (next_q[0] && !first_waits) begin
      meta_q        <= meta_i;
      first_cycle_q <= beat_cycle_i;
    end
    begun_q <= take_head ? !beat_dropped_i : !next_q[0] || first_waits;
    if (take_head) begin
      next_q <= completes ? BEATS'(1) : next_q << 1;
      ends_q <= !completes && (vlan ? next_q[TAGGED_LAST_BEAT-1] : next_q[LAST_BEAT-1]);
    end

    unique case (state_q)
      HEAD: if (beat_valid_i && free && ends_q && !beat_last_i) state_q <= BODY;
      BODY: begin
        if (beat_valid_i && free && beat_last_i) state_q <= HEAD;
        else if (reject_q) state_q <= DRAIN;
      end
      default: if (beat_valid_i && beat_last_i) state_q <= HEAD;
    endcase

    if (rst_i) begin
      state_q  <= HEAD;
      next_q   <= BEATS'(1);
      ends_q   <= 1'b0;
      begun_q  <= 1'b0;
      valid_q  <= 1'b0;
      reject_q <= 1'b0;
    end
  end

endmodule
`default_nettype wire
