`include "twinpath_types.svh"
`default_nettype none

/// Order transmit: builds the OUCH 5.0 frame of each order or cancel from the host's template and streams it (SEM 6).
///
/// Why: the verdict comes late in its cycle, and what the order says a cycle behind it. The first beats are the template's
/// alone: the first waits in the output register, an order only makes it valid; its own fields are read by later beats.
/// The headers come ready-made (lengths and IPv4 checksum included), so nothing is computed over the frame.
/// The first 16 header bytes (MAC addresses, type, 0x45, 0) are the same in both frame kinds and are taken from the enter
/// header; the kinds first differ in the IPv4 length.
///
/// Speculative start, off until TP_CFG_CONTROL word 2 enables it (discard_budget.sv). begin_i says in cycle t that an
/// order may come in cycle t + 1. If the line is idle, nothing waits and the budget permits it, the first beat is
/// offered in t + 1, a cycle early. An order in t + 1 continues that frame. None in t + 1 discards it: the next beat ends
/// it, with tlast and tuser. A pipeline that stops between the two gets its frame discarded, and its order a frame of its
/// own later. On the wire a discarded frame is the two beats (8, 16 or 32 bytes: MAC addresses and at most the start of
/// the IPv4 header; bytes of the second beat mean nothing), then whatever the MAC pads. THE MAC MUST SEND A WRONG FCS FOR
/// A FRAME THAT ENDS WITH TUSER = 1 (poison it, or signal a coding error), so that no receiver takes it; one that cannot
/// must leave speculation off.
///
/// Safety: an order offered while room_o is kept gets out, whole and once; a frame with order fields never has tuser.
/// tvalid does not fall and data does not change without tready.
/// Ordering: frames in input order.
/// Latency: an order in cycle t is offered in t + 1 when the line is idle (t with speculation), and in the cycle after
/// the last beat of the frame before it otherwise; then a beat a cycle.
module order_tx #(
    parameter int DATA_W = 64
) (
    input  wire logic           clk_i,
    input  wire logic           rst_i,
    input  wire logic [TP_CYC_W-1:0] cycle_i,
    input  wire tp_cfg_t        cfg_i,
    input  wire logic           order_valid_i,    // late in the cycle; taken always
    input  wire logic           order_cancel_i,   // with it: it is a cancel
    input  wire tp_order_t      order_i,          // in the cycle after it
    input  wire logic           begin_i,          // an order may come in the next cycle
    output logic                room_o,           // 4 more orders can be taken, one in this cycle included
    output logic [DATA_W-1:0]   m_axis_tdata_o,   // first frame byte in [7:0] of the first beat
    output logic [DATA_W/8-1:0] m_axis_tkeep_o,
    output logic                m_axis_tvalid_o,
    output logic                m_axis_tlast_o,
    output logic                m_axis_tuser_o,   // with tlast: discard this frame
    input  wire logic           m_axis_tready_i,
    output logic                started_valid_o,  // in the cycle after an order's first beat was taken; once an order
    output logic [TP_CYC_W-1:0] started_cycle_o,  // the cycle it was taken in
    output logic                discarded_o,      // a speculative start was in vain (pulse)
    output logic                idle_o            // no order inside, no beat on offer
);

  localparam int ORDER_W = 106;          // bits of tp_order_t; $bits of a struct is not in the common subset
  localparam int QUEUE = 16;
  localparam int ROOM = 4;
  localparam int BYTES = DATA_W / 8;
  localparam int FRAME_BYTES = 96;       // room for the longest frame in whole beats
  localparam int FRAME_W = 8 * FRAME_BYTES;
  localparam int ENTER_BYTES = 89;
  localparam int CANCEL_BYTES = 60;
  localparam int HEADER_BYTES = 42;
  localparam int HEADER_WORDS = 11;
  localparam int COMMON_BYTES = 16;      // of the headers of both kinds
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

  // The name is needed from byte 52 on: two beats after the order is in order_q, at any width.
  config_table #(
      .TABLE(TP_CFG_SYMBOL),
      .FIRST_WORD(2),
      .WORDS(2),
      .DEPTH(TP_SYMBOLS)
  ) u_names (
      .clk_i  (clk_i),
      .cfg_i  (cfg_i),
      .re_i   (tvalid_q),
      .raddr_i(order.symbol),
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

  // ---- orders that wait --------------------------------------------------------------------------------------------
  logic                       push;
  logic                       queue_valid;
  logic                       queue_ready;  // 1 by the contract of room_o
  tp_order_t                  queued;
  logic [$clog2(QUEUE+1)-1:0] queue_count;
  logic                       room_q;

  fifo #(
      .WIDTH(ORDER_W),
      .DEPTH(QUEUE)
  ) u_queue (
      .clk_i    (clk_i),
      .rst_i    (rst_i),
      .s_valid_i(push),
      .s_ready_o(queue_ready),
      .s_data_i (order_i),
      .m_valid_o(queue_valid),
      .m_ready_i(free),
      .m_data_o (queued),
      .count_o  (queue_count)
  );

  // ---- line --------------------------------------------------------------------------------------------------------
  logic                tvalid_q;
  logic                tlast_q;
  logic                tuser_q;
  logic [BYTES-1:0]    tkeep_q;
  logic [DATA_W-1:0]   tdata_q;
  logic                first_q;    // the first beat is on offer
  logic                hint_q;     // it was started on a hint, or by the order that came with it
  logic                refused_q;  // there was no order for it
  logic [BEAT_W-1:0]   next_q;     // the beat after the one on offer
  logic                late_q;     // order_i is the order of the frame on offer
  logic                pending_q;  // order_i is an order that has no frame yet
  logic                cancel_q;   // what order_i is of is a cancel
  tp_order_t           order_q;    // whose frame is on offer, once that is known
  logic                started_q;
  logic [TP_CYC_W-1:0] started_cycle_q;
  logic                discarded_q;

  logic                taken;
  logic                free;       // a first beat may be put on offer in the next cycle
  logic                begins;     // and is, of the order decided in this cycle
  logic                refuse;
  logic                speculate;  // unless an order comes in this cycle
  logic                verdict;    // what is on offer was started on a hint, and the verdict falls in this cycle
  logic                may;

  assign taken     = tvalid_q && m_axis_tready_i;
  assign free      = !tvalid_q || (taken && tlast_q);
  assign begins    = free && !queue_valid && !pending_q;
  assign push      = pending_q && !(free && !queue_valid);
  assign refuse    = verdict && !order_valid_i;
  // Neither waits for the other: a hint is as late as an order.
  assign speculate = begin_i && may && !tvalid_q && !queue_valid && !pending_q;
  assign verdict   = hint_q && !late_q;

  discard_budget u_budget (
      .clk_i  (clk_i),
      .rst_i  (rst_i),
      .cfg_i  (cfg_i),
      .spend_i(refuse),
      .may_o  (may)
  );

  // ---- next beat ---------------------------------------------------------------------------------------------------
  tp_order_t          order;
  logic               cancel;
  logic               last;
  logic [31:0]        user_ref;
  logic [63:0]        hex;        // user_ref in upper-case hex digits
  logic [FRAME_W-1:0] frame;      // first byte in the highest bits
  logic [DATA_W-1:0]  ordered;    // first byte in the highest bits
  logic [DATA_W-1:0]  beat;
  logic [DATA_W-1:0]  cancel_second;  // second beat of a cancel's frame, used at 128 bits

  // At 128 bits the second beat holds the IPv4 length, and after a speculative start it is chosen in the verdict's cycle:
  // an enter order's is made as usual, and the late order_cancel_i only selects between the two. The third holds user_ref.
  assign order    = DATA_W == 128 && late_q ? order_i : order_q;
  assign cancel   = late_q ? cancel_q : order_q.cancel && !verdict;
  assign user_ref = order.user_ref;
  assign last     = !verdict && next_q == (cancel ? CANCEL_LAST : ENTER_LAST);

  always_comb begin
    hex           = '0;
    frame         = '0;
    ordered       = enter_header_q[32*HEADER_WORDS-1-:DATA_W];
    beat          = '0;
    cancel_second = '0;
    if (!free) begin
      for (int n = 0; n < 8; n = n + 1) begin
        hex[8*n+:8] = user_ref[4*n+:4] < 4'd10 ? {4'h3, user_ref[4*n+:4]} : {4'h0, user_ref[4*n+:4]} + 8'h37;
      end
      if (cancel) begin
        frame = {enter_header_q[32*HEADER_WORDS-1-:8*COMMON_BYTES],
                 cancel_header_q[32*HEADER_WORDS-1-8*COMMON_BYTES-:8*(HEADER_BYTES-COMMON_BYTES)], "X", user_ref,
                 {8 * (FRAME_BYTES - HEADER_BYTES - 5) {1'b0}}};
      end else begin
        frame = {enter_header_q[32*HEADER_WORDS-1-:8*HEADER_BYTES], "O", user_ref,
                 order.side ? 8'h53 : 8'h42, order.quantity, name_words[31:0], name_words[63:32],
                 32'd0, order.price, fields_q[95:8], hex, {8 * (FRAME_BYTES - ENTER_BYTES + 2) {1'b0}}};
      end
      ordered = frame[FRAME_W-DATA_W-DATA_W*32'(next_q)+:DATA_W];
    end
    for (int b = 0; b < BYTES; b = b + 1) begin
      beat[8*b+:8]          = ordered[DATA_W-8-8*b+:8];
      cancel_second[8*b+:8] = cancel_header_q[32*HEADER_WORDS-DATA_W-8-8*b+:8];
    end
  end

  always_ff @(posedge clk_i) begin
    hint_q          <= speculate;
    late_q          <= order_valid_i && (begins || verdict);
    pending_q       <= order_valid_i && !begins && !verdict;
    cancel_q        <= order_cancel_i;
    if (late_q) order_q <= order_i;
    started_q       <= taken && first_q && !refused_q && !refuse;
    started_cycle_q <= cycle_i;
    discarded_q     <= refuse;
    // Without a look at what comes in this cycle and what is pending: one order at most.
    room_q          <= queue_count < ($clog2(QUEUE+1))'(QUEUE - ROOM - 1);
    if (free) begin
      tvalid_q  <= queue_valid || pending_q || order_valid_i || speculate;
      tlast_q   <= 1'b0;
      tuser_q   <= 1'b0;
      tkeep_q   <= '1;
      tdata_q   <= beat;
      first_q   <= 1'b1;
      refused_q <= 1'b0;
      next_q    <= BEAT_W'(1);
      order_q   <= queue_valid ? queued : order_i;  // or late
    end else begin
      if (refuse) refused_q <= 1'b1;
      if (taken) begin
        tlast_q <= last || refused_q || refuse;
        tuser_q <= refused_q || refuse;
        tkeep_q <= (!last || refused_q || refuse) ? '1 : cancel ? CANCEL_KEEP : ENTER_KEEP;
        tdata_q <= (DATA_W == 128 && verdict && order_cancel_i) ? cancel_second : beat;
        first_q <= 1'b0;
        next_q  <= next_q + 1'b1;
      end
    end
    if (rst_i) begin
      tvalid_q    <= 1'b0;
      tlast_q     <= 1'b0;
      tuser_q     <= 1'b0;
      first_q     <= 1'b0;
      hint_q      <= 1'b0;
      late_q      <= 1'b0;
      pending_q   <= 1'b0;
      refused_q   <= 1'b0;
      started_q   <= 1'b0;
      discarded_q <= 1'b0;
      room_q      <= 1'b0;
    end
  end

  assign room_o          = room_q;
  assign m_axis_tdata_o  = tdata_q;
  assign m_axis_tkeep_o  = tkeep_q;
  assign m_axis_tvalid_o = tvalid_q;
  assign m_axis_tlast_o  = tlast_q;
  assign m_axis_tuser_o  = tuser_q;
  assign started_valid_o = started_q;
  assign started_cycle_o = started_cycle_q;
  assign discarded_o     = discarded_q;
  assign idle_o          = !tvalid_q && !queue_valid && !pending_q && !started_q;

endmodule
`default_nettype wire
