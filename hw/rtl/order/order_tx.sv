`include "twinpath_types.svh"
`default_nettype none

/// Order transmit: builds the OUCH 5.0 frame of each order or cancel from the host's template and streams it (SEM 6),
/// and hands every event on, in order, with the cycle of the frame's first beat filled in (SEM 7).
///
/// Why: the headers come ready-made from the template (lengths and IPv4 checksum included), so the first beats leave in
/// the cycle the order arrives and nothing is computed over the frame.
/// Safety: a stalled m_axis stalls the input, nothing is dropped; an order's event follows its first beat, so software
/// never sees an order explained that did not start to leave.
/// Ordering: frames and events each in input order. Events behind an order do not wait for the rest of its frame; the
/// next order does.
/// Timing: the first beat is offered in the cycle the order is (combinational valid, no ready), then a beat a cycle;
/// an order's event is offered in the cycle after its first beat was taken, any other event at once.
module order_tx #(
    parameter int DATA_W = 64
) (
    input  wire logic           clk_i,
    input  wire logic           rst_i,
    input  wire logic [TP_CYC_W-1:0] cycle_i,
    input  wire tp_cfg_t        cfg_i,
    input  wire logic           in_valid_i,
    output logic                in_ready_o,
    input  wire logic           in_has_order_i,
    input  wire tp_order_t      in_order_i,
    input  wire tp_event_t      in_event_i,
    input  wire logic [TP_CYC_W-1:0] in_last_byte_i,  // cycle of the message's last byte
    output logic [DATA_W-1:0]   m_axis_tdata_o,   // first frame byte in [7:0] of the first beat
    output logic [DATA_W/8-1:0] m_axis_tkeep_o,
    output logic                m_axis_tvalid_o,
    output logic                m_axis_tlast_o,
    input  wire logic           m_axis_tready_i,
    output tp_event_t           event_o,
    output logic                event_valid_o,
    input  wire logic           event_ready_i,
    output logic                idle_o            // no order or event inside
);

  localparam int BYTES = DATA_W / 8;
  localparam int FRAME_BYTES = 96;       // room for the longest frame in whole beats
  localparam int FRAME_W = 8 * FRAME_BYTES;
  localparam int ENTER_BYTES = 89;
  localparam int CANCEL_BYTES = 60;
  localparam int HEADER_BYTES = 42;
  localparam int HEADER_WORDS = 11;
  localparam int BEAT_W = $clog2(FRAME_BYTES / BYTES);
  localparam logic [BEAT_W-1:0] ENTER_LAST = BEAT_W'((ENTER_BYTES - 1) / BYTES);
  localparam logic [BEAT_W-1:0] CANCEL_LAST = BEAT_W'((CANCEL_BYTES - 1) / BYTES);
  localparam logic [BYTES-1:0] ENTER_KEEP = {BYTES{1'b1}} >> (BYTES - 1 - (ENTER_BYTES - 1) % BYTES);
  localparam logic [BYTES-1:0] CANCEL_KEEP = {BYTES{1'b1}} >> (BYTES - 1 - (CANCEL_BYTES - 1) % BYTES);

  initial begin
    if (DATA_W != 32 && DATA_W != 64 && DATA_W != 128) $fatal(1, "order_tx: DATA_W must be 32, 64 or 128");
  end

  // ---- template ----------------------------------------------------------------------------------------------------
  // Word 0 in the highest bits, so that the vectors read in frame order.
  logic [32*HEADER_WORDS-1:0] enter_header_q;
  logic [32*HEADER_WORDS-1:0] cancel_header_q;
  logic [95:0]                fields_q;
  logic [63:0]                name_words;  // word 2 (name bytes 0..3) in the low half

  config_table #(
      .TABLE(TP_CFG_SYMBOL),
      .FIRST_WORD(2),
      .WORDS(2),
      .DEPTH(TP_SYMBOLS)
  ) u_names (
      .clk_i  (clk_i),
      .cfg_i  (cfg_i),
      .re_i   (start && m_axis_tready_i),
      .raddr_i(in_order_i.symbol),
      .rdata_o(name_words)
  );

  always_ff @(posedge clk_i) begin
    if (cfg_i.valid && cfg_i.table_id == TP_CFG_TEMPLATE) begin
      for (int w = 0; w < HEADER_WORDS; w = w + 1) begin
        if (cfg_i.word == 5'(w)) begin
          if (cfg_i.index == 16'd0) enter_header_q[32*(HEADER_WORDS-1-w)+:32] <= cfg_i.data;
          if (cfg_i.index == 16'd1) cancel_header_q[32*(HEADER_WORDS-1-w)+:32] <= cfg_i.data;
          if (cfg_i.index == 16'd2 && w < 3) fields_q[32*(2-(w%3))+:32] <= cfg_i.data;
        end
      end
    end
  end

  // ---- frame -------------------------------------------------------------------------------------------------------
  logic               active_q;   // beats after the first remain
  logic               started_q;  // the first beat of the order at the input is out
  logic [BEAT_W-1:0]  beat_q;
  tp_order_t          order_q;
  logic [TP_CYC_W-1:0] first_q;   // cycle of that first beat
  logic               start;
  logic               cancel;
  logic               last;

  logic [31:0]        user_ref;
  logic [63:0]        hex;        // user_ref in upper-case hex digits
  logic [FRAME_W-1:0] frame;      // first byte in the highest bits
  logic [DATA_W-1:0]  beat;

  assign start    = in_valid_i && in_has_order_i && !started_q && !active_q;
  assign cancel   = active_q ? order_q.cancel : in_order_i.cancel;
  assign user_ref = order_q.user_ref;
  assign last     = beat_q == (cancel ? CANCEL_LAST : ENTER_LAST);

  assign m_axis_tvalid_o = start || active_q;
  assign m_axis_tlast_o  = active_q && last;
  assign m_axis_tkeep_o  = !m_axis_tlast_o ? '1 : cancel ? CANCEL_KEEP : ENTER_KEEP;

  // The first beat lies within the headers, so the order's own fields are not needed before they are registered.
  always_comb begin
    hex            = '0;
    frame          = '0;
    beat           = '0;
    m_axis_tdata_o = '0;
    if (m_axis_tvalid_o) begin
      for (int n = 0; n < 8; n = n + 1) begin
        hex[8*n+:8] = user_ref[4*n+:4] < 4'd10 ? {4'h3, user_ref[4*n+:4]} : {4'h0, user_ref[4*n+:4]} + 8'h37;
      end
      if (cancel) begin
        frame = {cancel_header_q[32*HEADER_WORDS-1-:8*HEADER_BYTES], "X", user_ref,
                 {8 * (FRAME_BYTES - HEADER_BYTES - 5) {1'b0}}};
      end else begin
        frame = {enter_header_q[32*HEADER_WORDS-1-:8*HEADER_BYTES], "O", user_ref,
                 order_q.side ? 8'h53 : 8'h42, order_q.quantity, name_words[31:0], name_words[63:32],
                 32'd0, order_q.price, fields_q[95:8], hex, {8 * (FRAME_BYTES - ENTER_BYTES + 2) {1'b0}}};
      end
      beat = frame[FRAME_W-DATA_W-DATA_W*32'(beat_q)+:DATA_W];
      for (int b = 0; b < BYTES; b = b + 1) m_axis_tdata_o[8*b+:8] = beat[DATA_W-8-8*b+:8];
    end
  end

  // ---- events ------------------------------------------------------------------------------------------------------
  assign event_valid_o = in_valid_i && (!in_has_order_i || started_q);
  assign in_ready_o    = event_valid_o && event_ready_i;
  assign idle_o        = !in_valid_i && !active_q;

  always_comb begin
    event_o = in_event_i;
    if (in_has_order_i) begin
      event_o.stages = {in_event_i.stages[159:96], first_q - in_last_byte_i, in_event_i.stages[79:0]};
    end
  end

  always_ff @(posedge clk_i) begin
    if (in_ready_o) started_q <= 1'b0;
    if (start && m_axis_tready_i) begin
      order_q   <= in_order_i;
      first_q   <= cycle_i;
      started_q <= 1'b1;
      active_q  <= 1'b1;
      beat_q    <= BEAT_W'(1);
    end
    if (active_q && m_axis_tready_i) begin
      beat_q <= last ? '0 : beat_q + 1'b1;
      if (last) active_q <= 1'b0;
    end
    if (rst_i) begin
      active_q  <= 1'b0;
      started_q <= 1'b0;
      beat_q    <= '0;
    end
  end

endmodule
`default_nettype wire
