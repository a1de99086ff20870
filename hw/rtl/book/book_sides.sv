`include "book/book_types.svh"
`default_nettype none

/// The sides of all books as the hot path holds them: read ahead of B, changed in B and D, written at the end of D
/// (SEM 3.3, 3.4).
///
/// Why: an operation needs both sides of its symbol at once, as the last one left them.
/// Ordering: two operations that change a book are at least two cycles apart, so what is read is complete, or is written
/// in that very cycle and forwarded. An operation of book_refill (pseudo) may be one cycle from its neighbours; behind a
/// change of its symbol it is lost. One that takes an answer up may lose it to a change right behind it; the side is then
/// as short as before, and asked for again.
/// Safety: hold_o asks everybody to stand still while the last level here of a side that has deeper ones may go. The
/// answer is then taken up at once, into a register that stands for the side until that operation is in D.
/// Timing: what is ahead, before B; side outputs in B; D the cycle after, with the change in registers.
module book_sides (
    input  wire logic                clk_i,
    input  wire logic                rst_i,
    output logic                     ready_o,        // the memories are clear
    input  wire logic                en_i,
    input  wire logic                next_goes_i,    // the operation in B in the next cycle is of next_symbol_i; late
    input  wire logic [TP_SYM_W-1:0] next_symbol_i,
    input  wire logic [TP_SYM_W-1:0] other_symbol_i, // or else of this one
    output logic [TP_SYM_W-1:0]      ahead_o,        // its symbol
    input  wire logic                pseudo_ahead_i, // it is of book_refill
    output logic [TP_SYM_W-1:0]      symbol_o,       // of the operation in B
    output logic                     same_o,         // the one in D is of the same symbol
    // B
    input  wire logic                valid_i,
    input  wire logic                hold_if_i,      // it removes from a level of the window
    input  wire tp_change_t          change_i,
    input  wire logic                order_side_i,   // of the order it names
    input  wire logic [31:0]         order_i,        // its shares
    output logic                     hold_o,
    output tp_side_t                 bid_o,
    output tp_side_t                 ask_o,
    output tp_side_t                 own_o,          // the side that may change
    output logic                     pseudo_o,       // an operation of book_refill, and it
    output logic                     lost_o,         // does not see all there is
    // An answer of the depth store
    input  wire logic                rsp_valid_i,
    input  wire logic [TP_SYM_W-1:0] rsp_symbol_i,
    input  wire logic                rsp_side_i,
    input  wire logic                rsp_found_i,
    input  wire logic [31:0]         rsp_price_i,
    input  wire logic [31:0]         rsp_quantity_i,
    output logic                     rsp_taken_o,
    // D
    input  wire tp_change_t          d_change_i,     // touch only if there is an operation
    input  wire logic                d_in_i,         // it lies in the window, or else
    input  wire logic                d_far_i,        // far
    input  wire logic [1:0]          d_state_i,      // of its side, after
    output logic [TP_SYM_W-1:0]      d_symbol_o,
    output logic                     disturb_o,      // a level changed that only the depth store holds, or left for it
    // the cycle after: the side of `want_symbol_o` is short
    output logic                     want_o,
    output logic [TP_SYM_W-1:0]      want_symbol_o,
    output logic                     want_side_o
);

  // ---- read ahead ----------------------------------------------------------------------------------------------------------
  logic [TP_SYM_W:0]   clear_q;
  logic                clearing;
  logic [TP_SYM_W-1:0] symbol_q;
  logic [TP_SYM_W-1:0] d_symbol_q;
  logic [TP_SYM_W-1:0] ahead;
  logic                ahead_same;    // it is the symbol in B,
  logic                ahead_behind;  // in D,
  logic                ahead_fills;   // of an answer of the depth store
  logic                same_q;
  logic                pseudo_q;
  logic                bid_we;
  logic                ask_we;
  tp_side_t            bid_next;
  tp_side_t            ask_next;
  tp_side_t            bid_read;
  tp_side_t            ask_read;

  assign clearing   = !clear_q[TP_SYM_W];
  assign ready_o    = !clearing;
  assign symbol_o   = symbol_q;
  assign same_o     = same_q;
  assign pseudo_o   = pseudo_q;
  assign d_symbol_o = d_symbol_q;
  assign ahead_o    = ahead;

  // Which symbol is ahead is known late, so each that it may be is compared. As choices synthesis would make one comparison
  // behind the choice of them.
  assign ahead        = next_goes_i ? next_symbol_i : other_symbol_i;
  assign ahead_same   = (next_goes_i && next_symbol_i == symbol_q) || (!next_goes_i && other_symbol_i == symbol_q);
  assign ahead_behind = (next_goes_i && next_symbol_i == d_symbol_q) || (!next_goes_i && other_symbol_i == d_symbol_q);
  assign ahead_fills  = (next_goes_i && next_symbol_i == rsp_symbol_i) || (!next_goes_i && other_symbol_i == rsp_symbol_i);

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      pseudo_q   <= pseudo_ahead_i;
      symbol_q   <= ahead;
      same_q     <= ahead_same;
      d_symbol_q <= symbol_q;
    end
    if (clearing) clear_q <= clear_q + 1'b1;
    if (rst_i) begin
      pseudo_q <= 1'b0;
      clear_q  <= '0;
    end
  end

  ram_sdp #(
      .WIDTH(TP_SIDE_W),
      .DEPTH(TP_SYMBOLS)
  ) u_bid (
      .clk_i  (clk_i),
      .we_i   (clearing || bid_we),
      .waddr_i(clearing ? clear_q[TP_SYM_W-1:0] : d_symbol_q),
      .wdata_i(clearing ? '0 : bid_next),
      .re_i   (en_i),
      .raddr_i(ahead),
      .rdata_o(bid_read)
  );
  ram_sdp #(
      .WIDTH(TP_SIDE_W),
      .DEPTH(TP_SYMBOLS)
  ) u_ask (
      .clk_i  (clk_i),
      .we_i   (clearing || ask_we),
      .waddr_i(clearing ? clear_q[TP_SYM_W-1:0] : d_symbol_q),
      .wdata_i(clearing ? '0 : ask_next),
      .re_i   (en_i),
      .raddr_i(ahead),
      .rdata_o(ask_read)
  );

  // ---- B: as they are, and with what the depth store found -----------------------------------------------------------------
  logic     bid_behind_q;  // what was read is a write behind
  logic     ask_behind_q;
  logic     bid_fresh_q;   // or an answer, taken up while the operation waits
  logic     ask_fresh_q;
  tp_side_t bid_wrote_q2;
  tp_side_t ask_wrote_q2;
  tp_side_t filled_q;
  tp_side_t bid;
  tp_side_t ask;
  tp_side_t bid_filled;
  tp_side_t ask_filled;
  tp_side_t own_filled;
  logic     fill_symbol_q; // the answer is of the symbol in B
  logic     fills;         // a pseudo operation takes it up,
  logic     fills_held;    // or one that waits for it
  logic     d_changes_q;

  assign bid        = bid_fresh_q ? filled_q : bid_behind_q ? bid_wrote_q2 : bid_read;
  assign ask        = ask_fresh_q ? filled_q : ask_behind_q ? ask_wrote_q2 : ask_read;
  assign bid_o      = bid;
  assign ask_o      = ask;
  assign own_o      = change_i.side ? ask : bid;
  assign lost_o     = d_changes_q && same_q;
  assign hold_o     = hold_if_i && (order_side_i ? ask.last : bid.last);
  assign fills      = rsp_valid_i && fill_symbol_q && pseudo_q && !lost_o;
  assign fills_held = rsp_valid_i && fill_symbol_q && hold_o && rsp_side_i == order_side_i;
  assign rsp_taken_o = (fills && en_i) || fills_held;

  // The symbol of an answer is settled long before the answer.
  always_ff @(posedge clk_i) fill_symbol_q <= en_i ? ahead_fills : rsp_symbol_i == symbol_q;

  side_fill u_bid_fill (
      .side_i    (bid),
      .fill_i    (fills && !rsp_side_i),
      .found_i   (rsp_found_i),
      .price_i   (rsp_price_i),
      .quantity_i(rsp_quantity_i),
      .side_o    (bid_filled)
  );
  side_fill u_ask_fill (
      .side_i    (ask),
      .fill_i    (fills && rsp_side_i),
      .found_i   (rsp_found_i),
      .price_i   (rsp_price_i),
      .quantity_i(rsp_quantity_i),
      .side_o    (ask_filled)
  );
  side_fill u_own_fill (
      .side_i    (own_o),
      .fill_i    (1'b1),
      .found_i   (rsp_found_i),
      .price_i   (rsp_price_i),
      .quantity_i(rsp_quantity_i),
      .side_o    (own_filled)
  );

  // ---- the change --------------------------------------------------------------------------------------------------------------
  tp_side_t                   d_bid_q;
  tp_side_t                   d_ask_q;
  logic [TP_TOP_LEVELS-1:0]   d_held_q;        // of the operation's side
  logic                       d_incomplete_q;
  logic [2*TP_TOP_LEVELS-1:0] move;
  logic [TP_TOP_LEVELS-1:0]   at;
  logic                       inserts;
  logic                       emptied;
  logic                       deep;
  logic                       dropped;
  logic                       d_fills_q;
  logic                       d_fill_side_q;

  top_levels u_top (
      .clk_i         (clk_i),
      .en_i          (en_i && valid_i),
      .held_i        (own_o.held),
      .price_i       (own_o.price),
      .quantity_i    (own_o.quantity),
      .sell_i        (change_i.side),
      .own_price_i   (change_i.price),
      .order_i       (order_i),
      .d_held_i      (d_held_q),
      .d_incomplete_i(d_incomplete_q),
      .d_add_i       (d_change_i.adds),
      .d_gone_i      (d_change_i.gone),
      .move_o        (move),
      .at_o          (at),
      .inserts_o     (inserts),
      .emptied_o     (emptied),
      .deep_o        (deep),
      .dropped_o     (dropped)
  );

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      d_changes_q   <= (valid_i && change_i.touch) || fills;
      d_fills_q     <= fills;
      d_fill_side_q <= rsp_side_i;
      if (valid_i || pseudo_q) begin
        d_bid_q <= bid_filled;
        d_ask_q <= ask_filled;
      end
      if (valid_i) begin
        d_held_q       <= own_o.held;
        d_incomplete_q <= own_o.incomplete;
      end
    end
    if (rst_i) begin
      d_changes_q <= 1'b0;
      d_fills_q   <= 1'b0;
    end
  end

  // ---- D ---------------------------------------------------------------------------------------------------------------------
  side_update u_bid_update (
      .side_i   (d_bid_q),
      .touch_i  (d_change_i.touch && !d_change_i.side),
      .in_i     (d_in_i),
      .far_i    (d_far_i),
      .add_i    (d_change_i.adds),
      .gone_i   (d_change_i.gone),
      .price_i  (d_change_i.price),
      .shares_i (d_change_i.shares),
      .state_i  (d_state_i),
      .move_i   (move),
      .at_i     (at),
      .inserts_i(inserts),
      .emptied_i(emptied),
      .side_o   (bid_next)
  );
  side_update u_ask_update (
      .side_i   (d_ask_q),
      .touch_i  (d_change_i.touch && d_change_i.side),
      .in_i     (d_in_i),
      .far_i    (d_far_i),
      .add_i    (d_change_i.adds),
      .gone_i   (d_change_i.gone),
      .price_i  (d_change_i.price),
      .shares_i (d_change_i.shares),
      .state_i  (d_state_i),
      .move_i   (move),
      .at_i     (at),
      .inserts_i(inserts),
      .emptied_i(emptied),
      .side_o   (ask_next)
  );

  assign bid_we    = en_i && ((d_change_i.touch && !d_change_i.side) || (d_fills_q && !d_fill_side_q));
  assign ask_we    = en_i && ((d_change_i.touch && d_change_i.side) || (d_fills_q && d_fill_side_q));
  assign disturb_o = en_i && d_change_i.touch && d_in_i && (deep || dropped);

  // What is read while nothing moves is not read again, so what is forwarded stays.
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      bid_behind_q <= bid_we && ahead_behind;
      ask_behind_q <= ask_we && ahead_behind;
      bid_fresh_q  <= 1'b0;
      ask_fresh_q  <= 1'b0;
    end
    if (bid_we) bid_wrote_q2 <= bid_next;
    if (ask_we) ask_wrote_q2 <= ask_next;
    if (fills_held) begin
      filled_q    <= own_filled;
      bid_fresh_q <= !rsp_side_i;
      ask_fresh_q <= rsp_side_i;
    end
    if (rst_i) begin
      bid_behind_q <= 1'b0;
      ask_behind_q <= 1'b0;
      bid_fresh_q  <= 1'b0;
      ask_fresh_q  <= 1'b0;
    end
  end

  // ---- behind: is the side that was written short? ----------------------------------------------------------------------------
  logic touched_q;

  always_ff @(posedge clk_i) begin
    touched_q     <= en_i && d_change_i.touch;
    want_symbol_o <= d_symbol_q;
    want_side_o   <= d_change_i.side;
    if (rst_i) touched_q <= 1'b0;
  end
  assign want_o = touched_q && (want_side_o ? ask_wrote_q2.incomplete && !ask_wrote_q2.held[TP_TOP_LEVELS-1]
                                            : bid_wrote_q2.incomplete && !bid_wrote_q2.held[TP_TOP_LEVELS-1]);

  // ---- what the callers guarantee -----------------------------------------------------------------------------------------------
`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (en_i && !rst_i) begin
      if (d_change_i.touch && d_in_i && !d_change_i.adds && deep && !d_incomplete_q)
        $fatal(1, "book_stage: a removal from a level that is not there");
      if (valid_i && own_o.incomplete && own_o.held == '0) $fatal(1, "book_stage: a side with deeper levels only");
      if (valid_i && pseudo_q) $fatal(1, "book_stage: an operation of book_refill in a book cycle of a message");
      if (fills_held) $fatal(1, "book_stage: an answer for an operation that does not wait");
    end
  end
`endif

endmodule
`default_nettype wire
