`include "book/book_types.svh"
`default_nettype none

/// Keeps the books: turns each message into what it did to its symbol's best bid and offer (SEM 3, 4.3, 2.9 TRUST).
///
/// Why: strategy and risk see only the best bid and offer before and after, the trade, and whether the book is trusted.
/// Structure: two pipelines that meet. An add or a trade goes straight to the book cycle B; what must ask the order table,
/// and what touches no book, waits two cycles more, so that the table's answer is there (it was asked when the reference
/// arrived, req_*). A replace passes B twice: its removal at once (its reference came two beats before its end), its
/// addition two cycles later. In B the best levels of the symbol change (top_levels), in D, a cycle later, all is
/// committed and the result is offered; the depth store follows behind, and refills the best levels (book_refill).
/// Timing, from msg_valid_i in cycle t: B in t (add, trade) or t + 2, D one cycle later, booked_valid_o in D. ahead_* name
/// the operation one cycle before its B. outlook_o says in B what the best bid and offer can become, pick_o in D which of it
/// they did: both are early in their cycle. Only the place of an add in the window is late: veto_o.
/// Why this is safe: two operations that change a book are at least two cycles apart in B, whatever the feed brings at a
/// beat of 64 bits a cycle: after a message ends, an add ends 4 beats later or more, a replace 4, a removal 2. So what B
/// reads is what D committed last, or one cycle old and forwarded. A message of 12 bytes, which changes no book, may be
/// one cycle apart. Asserted below.
/// Safety: exactly one output for each message, in order. hold_o asks everybody to stand still: the best levels of a side
/// that is about to lose its last one here are waited for. Rare: it takes 8 best levels that empty faster than the
/// depth store finds others.
/// With en_i low nothing moves.
module book_stage #(
    parameter int SETS_LOG2 = 16,
    parameter int WAYS = 8
) (
    input  wire logic                 clk_i,
    input  wire logic                 rst_i,
    output logic                      ready_o,        // memories are cleared after reset
    input  wire logic [TP_CYC_W-1:0]  cycle_i,        // free-running, for the stamps
    input  wire tp_cfg_t              cfg_i,
    input  wire logic                 en_i,
    output logic                      hold_o,
    input  wire logic                 req_valid_i,    // an order reference has arrived (one cycle before msg_valid_i at the latest)
    input  wire logic                 req_second_i,
    input  wire logic [63:0]          req_ref_i,
    input  wire logic                 next_valid_i,   // the next message, a cycle ahead
    input  wire logic [3:0]           next_op_i,
    input  wire logic [TP_SYM_W-1:0]  next_symbol_i,
    input  wire tp_msg_t              msg_i,
    input  wire logic                 msg_valid_i,
    output logic                      ahead_valid_o,
    output logic [TP_SYM_W-1:0]       ahead_symbol_o,
    output tp_outlook_t               outlook_o,      // B
    output logic                      moves_o,        // the message in B changes the best levels, or is a trade
    output tp_booked_t                booked_o,
    output logic                      booked_valid_o, // for one cycle with en_i
    output tp_bbo_t                   likely_o,       // best bid and offer after, if an add lies in the window; early
    output logic [2:0]                pick_o,         // which of the outlook it is, TP_PICK_*
    output logic                      veto_o,         // it does not, so that it fires no rule; late
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o, // one-cycle increments
    output logic                      idle_o          // nothing is under way
);

  // ---- the long way ------------------------------------------------------------------------------------------------------
  tp_msg_t m3_q;
  tp_msg_t m4_q;
  logic    v3_q;
  logic    v4_q;
  logic    is_short;
  logic    is_first;   // a replace's removal is in B

  // What B does is known a cycle ahead.
  logic    short_q;
  logic    first_q;
  logic    valid_q;     // b_valid
  logic    removes_q;
  logic    reduces_q;
  logic    add_q;       // of a new order
  logic    replaces_q;  // the addition of a replace
  assign is_short = short_q;
  assign is_first = first_q;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      short_q    <= next_valid_i && (next_op_i == TP_OP_ADD || next_op_i == TP_OP_TRADE);
      first_q    <= next_valid_i && next_op_i == TP_OP_REPLACE;
      add_q      <= next_valid_i && next_op_i == TP_OP_ADD;
      valid_q    <= v3_q || next_in_b;
      removes_q  <= (next_valid_i && next_op_i == TP_OP_REPLACE) ||
                    (v3_q && (m3_q.op == TP_OP_EXECUTE || m3_q.op == TP_OP_CANCEL || m3_q.op == TP_OP_DELETE));
      reduces_q  <= v3_q && (m3_q.op == TP_OP_EXECUTE || m3_q.op == TP_OP_CANCEL);
      replaces_q <= v3_q && m3_q.op == TP_OP_REPLACE;
    end
    if (rst_i) begin
      short_q    <= 1'b0;
      first_q    <= 1'b0;
      add_q      <= 1'b0;
      valid_q    <= 1'b0;
      removes_q  <= 1'b0;
      reduces_q  <= 1'b0;
      replaces_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      v3_q <= msg_valid_i && !is_short;
      v4_q <= v3_q;
      if (msg_valid_i) m3_q <= msg_i;
      if (v3_q) m4_q <= m3_q;
    end
    if (rst_i) begin
      v3_q <= 1'b0;
      v4_q <= 1'b0;
    end
  end

  // ---- order table -------------------------------------------------------------------------------------------------------
  logic                table_ready;
  logic                first_hit;
  logic                first_full;
  logic [TP_SYM_W-1:0] first_symbol;
  logic                first_side;
  logic [31:0]         first_shares;
  logic [31:0]         first_price;
  logic [1:0]          first_class;
  logic                second_hit;
  logic                second_full;
  logic [TP_SYM_W-1:0] second_symbol;  // the new order of a replace must not be there: only that is asked
  logic                second_side;
  logic [31:0]         second_shares;
  logic [31:0]         second_price;
  logic [1:0]          second_class;
  logic                unused;
  assign unused = &{1'b0, second_symbol, second_side, second_shares, second_price, second_class};
  logic                commit_valid;
  logic                commit_second;
  logic                commit_insert;
  logic                commit_live;
  logic [TP_SYM_W-1:0] commit_symbol;
  logic                commit_side;
  logic [31:0]         commit_shares;
  logic [31:0]         commit_price;
  logic [1:0]          commit_class;

  order_table #(
      .SETS_LOG2(SETS_LOG2),
      .WAYS     (WAYS)
  ) u_table (
      .clk_i          (clk_i),
      .rst_i          (rst_i),
      .ready_o        (table_ready),
      .en_i           (en_i),
      .req_valid_i    (req_valid_i),
      .req_second_i   (req_second_i),
      .req_ref_i      (req_ref_i),
      .first_hit_o    (first_hit),
      .first_symbol_o (first_symbol),
      .first_side_o   (first_side),
      .first_shares_o (first_shares),
      .first_price_o  (first_price),
      .first_class_o  (first_class),
      .first_full_o   (first_full),
      .second_hit_o   (second_hit),
      .second_symbol_o(second_symbol),
      .second_side_o  (second_side),
      .second_shares_o(second_shares),
      .second_price_o (second_price),
      .second_class_o (second_class),
      .second_full_o  (second_full),
      .commit_valid_i (commit_valid),
      .commit_second_i(commit_second),
      .commit_insert_i(commit_insert),
      .commit_live_i  (commit_live),
      .commit_symbol_i(commit_symbol),
      .commit_side_i  (commit_side),
      .commit_shares_i(commit_shares),
      .commit_price_i (commit_price),
      .commit_class_i (commit_class)
  );

  // ---- B: the operation ----------------------------------------------------------------------------------------------------
  logic                pseudo_q;         // an operation of book_refill, without effect
  logic [TP_SYM_W-1:0] symbol_q;         // of the operation in B, a pseudo one included
  tp_msg_t             msg;
  logic                b_valid;
  logic [TP_SYM_W-1:0] b_symbol;
  logic                is_add;           // adds to a level
  logic                is_replace;       // the addition of a replace
  logic                removes;
  logic                reduces;
  logic                known;
  logic                replaced_known_q; // of the replace under way: its order was there
  logic                replaced_side_q;
  logic                side;
  logic [31:0]         price;
  logic [31:0]         shares;
  logic                over_reduced;
  logic                whole;            // all of the order goes
  logic                gone;
  logic [31:0]         asked;            // shares a reduction asks for
  logic                adds;             // an addition, unless of a replace without its order
  logic                zero;
  logic                dup;
  logic                full;
  logic                touch;            // a level or a count changes
  logic [1:0]          place;            // TP_PRICE_*; of an add it is known in D only
  logic                window_in;
  logic                window_far;
  logic [1:0]          window_class;
  logic [TP_LEVEL_W-1:0] window_level;

  assign b_valid    = valid_q;
  assign msg        = v4_q ? m4_q : msg_i;
  assign b_symbol   = symbol_q;
  assign is_replace = replaces_q;
  assign is_add     = add_q || replaces_q;
  assign reduces    = reduces_q;
  assign removes    = removes_q;
  assign known      = removes && first_hit && first_symbol == b_symbol;

  // Only what came the long way reduces.
  assign asked        = m4_q.shares;
  assign whole        = removes && (!reduces || asked >= first_shares);
  assign over_reduced = reduces && known && asked > first_shares;
  assign side         = removes ? first_side : is_replace ? replaced_side_q : msg.side;
  assign price        = removes ? first_price : msg.price;
  assign shares       = whole ? first_shares : msg.shares;
  assign gone         = whole;

  assign adds   = is_add && (!is_replace || replaced_known_q);
  assign zero   = adds && msg.shares == '0;
  assign dup    = adds && msg.shares != '0 && (is_replace ? second_hit : first_hit);
  assign full   = adds && msg.shares != '0 && (is_replace ? !second_hit && second_full : !first_hit && first_full);
  assign touch  = removes ? known && first_shares != '0 && (!reduces || asked != '0)
                          : adds && msg.shares != '0 && (is_replace ? !second_hit && !second_full : !first_hit && !first_full);
  assign place  = is_replace ? window_class : first_class;

  always_ff @(posedge clk_i) begin
    if (en_i && is_first) begin
      replaced_known_q <= known;
      replaced_side_q  <= first_side;
    end
  end

  // ---- memories read a cycle ahead -----------------------------------------------------------------------------------------
  logic                inject;
  logic                inject_taken;
  logic [TP_SYM_W-1:0] inject_symbol;
  logic                next_in_b;     // the next message goes to B at once
  logic [TP_SYM_W-1:0] ahead;
  logic [TP_SYM_W-1:0] read_symbol;
  tp_side_t            bid_read;
  tp_side_t            ask_read;
  logic [31:0]         base;
  logic                tick100;
  logic                bid_we;
  logic                ask_we;
  logic [TP_SYM_W-1:0] d_symbol;
  tp_side_t            bid_next;
  tp_side_t            ask_next;
  logic [TP_SYM_W:0]   clear_q;
  logic                clearing;
  logic                depth_ready;

  assign next_in_b      = next_valid_i && (next_op_i == TP_OP_ADD || next_op_i == TP_OP_TRADE || next_op_i == TP_OP_REPLACE);
  assign ahead          = v3_q ? m3_q.symbol : next_in_b ? next_symbol_i : inject_symbol;
  assign read_symbol    = en_i ? ahead : b_symbol;
  assign inject_taken   = inject && en_i && !v3_q && !next_in_b;
  assign ahead_valid_o  = v3_q || (next_in_b && next_op_i != TP_OP_REPLACE);
  assign ahead_symbol_o = v3_q ? m3_q.symbol : next_symbol_i;

  assign clearing = !clear_q[TP_SYM_W];
  assign ready_o  = table_ready && depth_ready && !clearing;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      pseudo_q <= inject_taken;
      symbol_q <= ahead;
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
      .waddr_i(clearing ? clear_q[TP_SYM_W-1:0] : d_symbol),
      .wdata_i(clearing ? '0 : bid_next),
      .re_i   (1'b1),
      .raddr_i(read_symbol),
      .rdata_o(bid_read)
  );
  ram_sdp #(
      .WIDTH(TP_SIDE_W),
      .DEPTH(TP_SYMBOLS)
  ) u_ask (
      .clk_i  (clk_i),
      .we_i   (clearing || ask_we),
      .waddr_i(clearing ? clear_q[TP_SYM_W-1:0] : d_symbol),
      .wdata_i(clearing ? '0 : ask_next),
      .re_i   (1'b1),
      .raddr_i(read_symbol),
      .rdata_o(ask_read)
  );
  ram_sdp #(
      .WIDTH(32),
      .DEPTH(TP_SYMBOLS)
  ) u_base (
      .clk_i  (clk_i),
      .we_i   (cfg_i.valid && cfg_i.table_id == TP_CFG_SYMBOL && cfg_i.word == 5'd0),
      .waddr_i(cfg_i.index[TP_SYM_W-1:0]),
      .wdata_i(cfg_i.data),
      .re_i   (1'b1),
      .raddr_i(read_symbol),
      .rdata_o(base)
  );
  ram_sdp #(
      .WIDTH(1),
      .DEPTH(TP_SYMBOLS)
  ) u_tick (
      .clk_i  (clk_i),
      .we_i   (cfg_i.valid && cfg_i.table_id == TP_CFG_SYMBOL && cfg_i.word == 5'd1),
      .waddr_i(cfg_i.index[TP_SYM_W-1:0]),
      .wdata_i(cfg_i.data[0]),
      .re_i   (1'b1),
      .raddr_i(read_symbol),
      .rdata_o(tick100)
  );

  // ---- the price's place in the window: an order's in B, a replace's new price between its two B cycles ----------------
  logic [31:0] base_q;
  logic        tick100_q;
  logic        between;

  assign between = v3_q && m3_q.op == TP_OP_REPLACE;
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      base_q    <= base;
      tick100_q <= tick100;
    end
  end

  price_window u_window (
      .clk_i    (clk_i),
      .en_i     (en_i && (between || removes || (is_short && is_add))),
      .side_i   (between ? replaced_side_q : side),
      .price_i  (between ? m3_q.price : price),
      .base_i   (between ? base_q : base),
      .tick100_i(between ? tick100_q : tick100),
      .in_o     (window_in),
      .far_o    (window_far),
      .class_o  (window_class),
      .level_o  (window_level)
  );

  // ---- B: both sides as they are: forwarded, and with what the depth store found ------------------------------------------
  logic                bid_behind_q;   // what was read is a write behind
  logic                ask_behind_q;
  tp_side_t            bid_wrote_q2;
  tp_side_t            ask_wrote_q2;
  logic                bid_last;
  logic                ask_last;
  tp_side_t            bid_seen;
  tp_side_t            ask_seen;
  tp_side_t            bid;
  tp_side_t            ask;
  logic                rsp_valid;
  logic [TP_SYM_W-1:0] rsp_symbol;
  logic                rsp_side;
  logic                rsp_found;
  logic [31:0]         rsp_price;
  logic [31:0]         rsp_quantity;
  logic                lost;         // our pseudo operation is too close behind one of its symbol
  logic                fills;        // the answer is taken up
  logic                fill_symbol_q; // it is of the symbol in B
  logic                stateless_q;  // the message in B is of no book
  logic                same_q;       // the operation before was of the symbol in B
  logic                d_valid_q;
  logic                d_changes_q;

  assign bid_seen = bid_behind_q ? bid_wrote_q2 : bid_read;
  assign ask_seen = ask_behind_q ? ask_wrote_q2 : ask_read;
  assign lost     = d_changes_q && same_q;
  assign fills    = rsp_valid && fill_symbol_q && (b_valid ? !stateless_q : pseudo_q && !lost);

  // The symbol of an answer is settled long before the answer.
  always_ff @(posedge clk_i) begin
    fill_symbol_q <= rsp_symbol == read_symbol;
    if (en_i) begin
      same_q      <= b_symbol == ahead;
      stateless_q <= v3_q && (m3_q.op == TP_OP_STATE || m3_q.op == TP_OP_COMMAND);
    end
  end

  logic [65:0] bid_quote;
  logic [65:0] ask_quote;

  side_view u_bid_view (
      .side_state_i(bid_seen),
      .fill_i      (fills && !rsp_side),
      .found_i     (rsp_found),
      .price_i     (rsp_price),
      .quantity_i  (rsp_quantity),
      .side_state_o(bid),
      .quote_o     (bid_quote)
  );
  side_view u_ask_view (
      .side_state_i(ask_seen),
      .fill_i      (fills && rsp_side),
      .found_i     (rsp_found),
      .price_i     (rsp_price),
      .quantity_i  (rsp_quantity),
      .side_state_o(ask),
      .quote_o     (ask_quote)
  );

  // ---- B: the change ---------------------------------------------------------------------------------------------------------
  tp_side_t own_seen;
  tp_side_t own_in;
  logic     best;        // its level is the best one
  logic     front;       // or before it
  logic     best_goes;
  logic     deep_now;
  logic     deep;
  logic     dropped;
  logic     emptied;
  logic     over;        // the side's total has no room for it
  logic [32:0] total;

  assign own_seen = side ? ask_seen : bid_seen;
  assign total = {1'b0, own_seen.total} + {1'b0, msg.shares};
  assign over  = is_add && total[32];

  top_levels u_top (
      .clk_i         (clk_i),
      .en_i          (en_i && b_valid),
      .side_state_i  (own_seen),
      .fill_i        (fills && rsp_found && rsp_side == side),
      .ends_i        (fills && !rsp_found && rsp_side == side),
      .fill_price_i  (rsp_price),
      .fill_quantity_i(rsp_quantity),
      .sell_i        (side),
      .add_i         (is_add),
      .price_i       (price),
      .asked_i       (asked),
      .order_i       (first_shares),
      .whole_i       (whole),
      .best_o        (best),
      .front_o       (front),
      .best_goes_o   (best_goes),
      .deep_now_o    (deep_now),
      .d_side_state_i(d_own),
      .d_add_i       (d_adds_q),
      .d_price_i     (d_price_q),
      .d_shares_i    (d_shares_q),
      .side_state_o  (own_in),
      .deep_o        (deep),
      .dropped_o     (dropped),
      .emptied_o     (emptied)
  );

  assign moves_o = en_i && b_valid && !is_first && ((touch && !deep_now && (is_add || in_now)) || msg.op == TP_OP_TRADE);

  // The last level here of a side that has deeper ones may go: wait until another one is here.
  assign bid_last = bid_seen.incomplete && bid_seen.count == 4'd1 && !(fills && !rsp_side);
  assign ask_last = ask_seen.incomplete && ask_seen.count == 4'd1 && !(fills && rsp_side);
  assign hold_o   = removes && known && in_now && (first_side ? ask_last : bid_last);

  // The side's state after, from what is known in B: of an addition, should it lie in the window, and should it lie far.
  logic       in_now;
  logic       down;
  logic       beyond_after;
  logic       far_after;
  logic       held_after;
  logic [1:0] state_after;
  logic [1:0] state_far;

  assign in_now       = first_class == TP_PRICE_IN;  // of a removal
  assign down         = touch && removes && gone;
  assign beyond_after = down && first_class == TP_PRICE_BEYOND ? own_seen.beyond_orders != TP_ORDERS_W'(1) : own_seen.beyond_orders != '0;
  assign far_after    = down && first_class == TP_PRICE_FAR ? own_seen.far_orders != TP_ORDERS_W'(1) : own_seen.far_orders != '0;
  assign held_after   = removes ? own_seen.count != '0
                                   && !(touch && in_now && best_goes && own_seen.count == 4'd1 && !(own_seen.incomplete && rsp_found))
                                : own_seen.count != '0 || (touch && is_add);
  assign state_after  = beyond_after ? TP_SIDE_UNKNOWN : held_after ? TP_SIDE_QUOTED : far_after ? TP_SIDE_UNKNOWN : TP_SIDE_EMPTY;
  assign state_far    = own_seen.beyond_orders == '0 && own_seen.count != '0 ? TP_SIDE_QUOTED : TP_SIDE_UNKNOWN;

  // Price and quantity then are one of four.
  logic in_after;  // a level here may change
  logic [31:0] best_sum;  // shares at the best price with, or without, these
  assign in_after = touch && (is_add || in_now);
  assign best_sum = is_add ? own_seen.quantity[31:0] + msg.shares
                  : whole ? own_seen.quantity[31:0] - first_shares : own_seen.quantity[31:0] - asked;

  // ---- D registers -------------------------------------------------------------------------------------------------------------
  tp_msg_t     d_msg_q;
  logic        d_final_q;     // completes its message
  logic        d_touch_q;
  logic        d_add_q;       // an add: the order table takes it now
  logic        d_adds_q;
  logic        d_known_q;
  logic        d_replaced_q;  // the second half of a replace whose order was there
  logic        d_side_q;
  logic [31:0] d_price_q;
  logic [31:0] d_shares_q;
  logic [1:0]  d_place_q;
  logic        d_over_q;
  logic        d_zero_q;
  logic        d_dup_q;
  logic        d_full_q;
  logic        d_over_reduced_q;
  logic        d_unknown_q;
  logic        d_fills_q;     // the other side, or the untouched one, took up an answer
  logic        d_fill_side_q;
  tp_side_t    d_bid_q;
  tp_side_t    d_ask_q;
  tp_bbo_t     d_before_q;
  logic        d_gone_q;      // the order
  logic        d_fresh_q;     // its own side after: this price is the best,
  logic        d_quantity_q;  // it is the best with another quantity,
  logic        d_second_q;    // the second level is; or none of these
  logic [31:0] d_best_sum_q;
  logic [1:0]  d_state_q;
  logic [1:0]  d_state_far_q; // if it lies far
  logic [TP_CYC_W-1:0] d_looked_up_q;
  logic [TP_SYM_W-1:0] d_symbol_q;
  tp_bbo_t     first_before_q;

  assign d_symbol = d_symbol_q;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      d_valid_q   <= b_valid;
      d_changes_q <= (b_valid && touch) || fills;
      d_symbol_q  <= b_symbol;
      d_fills_q   <= fills;
      d_fill_side_q <= rsp_side;
      d_touch_q   <= b_valid && touch;
      d_final_q   <= b_valid && !is_first;
      if (b_valid || pseudo_q) begin
        d_bid_q <= bid;
        d_ask_q <= ask;
      end
      if (b_valid) begin
        d_msg_q          <= msg;
        d_add_q          <= is_short && is_add;
        d_adds_q         <= is_add;
        d_known_q        <= known;
        d_replaced_q     <= is_replace && replaced_known_q;
        d_side_q         <= side;
        d_price_q        <= price;
        d_shares_q       <= shares;
        d_place_q        <= place;
        d_over_q         <= over;
        d_zero_q         <= zero;
        d_dup_q          <= dup;
        d_full_q         <= full;
        d_over_reduced_q <= over_reduced;
        d_unknown_q      <= removes && !known;
        d_gone_q         <= removes && gone;
        d_fresh_q        <= in_after && is_add && front;
        d_quantity_q     <= in_after && best && !(removes && best_goes);
        d_second_q       <= in_after && removes && best_goes;
        d_best_sum_q     <= best_sum;
        d_state_q        <= state_after;
        d_state_far_q    <= state_far;
        d_before_q       <= {bid_quote, ask_quote};
        d_looked_up_q    <= cycle_i;
        if (is_first) first_before_q <= {bid_quote, ask_quote};
      end
    end
    if (rst_i) begin
      d_valid_q   <= 1'b0;
      d_changes_q <= 1'b0;
      d_touch_q   <= 1'b0;
      d_final_q   <= 1'b0;
      d_fills_q   <= 1'b0;
    end
  end

  // ---- D: the place of an addition is known, all is committed ----------------------------------------------------------
  logic [1:0]  d_place;
  logic        d_over;
  logic        d_in;
  logic        d_far;
  logic [1:0]  d_state;
  tp_side_t    d_own;
  tp_side_t    d_next;
  logic [65:0] d_quote;      // own side, after

  assign d_place  = d_add_q ? window_class : d_place_q;
  assign d_over   = d_over_q && d_place == TP_PRICE_IN;
  assign d_in     = (d_add_q ? window_in : d_place_q == TP_PRICE_IN) && !d_over_q;
  assign d_far    = d_add_q ? window_far : d_place_q == TP_PRICE_FAR;
  assign d_own    = d_side_q ? d_ask_q : d_bid_q;
  assign d_state  = !(d_adds_q && d_touch_q) || d_in ? d_state_q : d_far ? d_state_far_q : TP_SIDE_UNKNOWN;

  always_comb begin
    d_next = d_own;
    if (d_far) d_next.far_orders = d_own.far_orders + TP_ORDERS_W'(d_adds_q) - TP_ORDERS_W'(d_gone_q);
    else d_next.beyond_orders = d_own.beyond_orders + TP_ORDERS_W'(d_adds_q) - TP_ORDERS_W'(d_gone_q);
    if (d_in) d_next = own_in;
    d_quote = {d_state, 64'd0};
    if (d_state == TP_SIDE_QUOTED) begin
      if (d_fresh_q && d_in) d_quote[63:0] = {d_price_q, d_shares_q};
      else if (d_second_q) d_quote[63:0] = {d_own.price[63:32], d_own.quantity[63:32]};
      else d_quote[63:0] = {d_own.price[31:0], d_quantity_q && d_in ? d_best_sum_q : d_own.quantity[31:0]};
    end
    bid_we   = en_i && ((d_touch_q && !d_side_q) || (d_fills_q && !d_fill_side_q));
    ask_we   = en_i && ((d_touch_q && d_side_q) || (d_fills_q && d_fill_side_q));
    // The levels change only in the window; elsewhere the side's own are as they were.
    bid_next = d_bid_q;
    ask_next = d_ask_q;
    if (d_touch_q && !d_side_q) begin
      bid_next       = d_next;
      bid_next.price = d_in ? own_in.price : d_bid_q.price;
      bid_next.quantity = d_in ? own_in.quantity : d_bid_q.quantity;
    end
    if (d_touch_q && d_side_q) begin
      ask_next       = d_next;
      ask_next.price = d_in ? own_in.price : d_ask_q.price;
      ask_next.quantity = d_in ? own_in.quantity : d_ask_q.quantity;
    end
  end

  always_ff @(posedge clk_i) begin
    bid_behind_q <= bid_we && d_symbol_q == read_symbol;
    ask_behind_q <= ask_we && d_symbol_q == read_symbol;
    if (bid_we) bid_wrote_q2 <= bid_next;
    if (ask_we) ask_wrote_q2 <= ask_next;
    if (rst_i) begin
      bid_behind_q <= 1'b0;
      ask_behind_q <= 1'b0;
    end
  end

  // The order table: removals and a replace's new order in B, an add in D.
  always_comb begin
    commit_valid  = en_i && ((b_valid && touch && (removes || is_replace)) || (d_add_q && d_touch_q));
    commit_second = 1'b0;
    commit_insert = 1'b1;
    commit_live   = 1'b1;
    commit_symbol = d_symbol_q;
    commit_side   = d_side_q;
    commit_shares = d_shares_q;
    commit_price  = d_price_q;
    commit_class  = d_over ? TP_PRICE_BEYOND : d_place;
    if (removes || is_replace) begin
      commit_second = is_replace;
      commit_insert = is_replace;
      commit_live   = is_replace || !gone;
      commit_symbol = msg.symbol;
      commit_side   = side;
      commit_shares = is_replace ? shares : first_shares - shares;
      commit_price  = price;
      commit_class  = is_replace && over && place == TP_PRICE_IN ? TP_PRICE_BEYOND : place;
    end
  end

  // ---- behind: the depth store, and what it finds ---------------------------------------------------------------------------
  logic                  op_valid_q;
  logic [TP_SYM_W-1:0]   op_symbol_q;
  logic                  op_side_q;
  logic                  op_add_q;
  logic [TP_LEVEL_W-1:0] op_rank_q;
  logic [31:0]           op_shares_q;
  logic                  depth_idle;
  logic                  refill_idle;
  logic                  search_valid;
  logic                  search_ready;
  logic [TP_LEVEL_W-1:0] search_after;
  logic                  found_valid;
  logic                  found_ready;
  logic                  found;
  logic [TP_LEVEL_W-1:0] found_rank;
  logic [31:0]           found_quantity;
  logic                  want;
  logic                  want_in;
  logic                  want_out;

  always_ff @(posedge clk_i) begin
    op_valid_q  <= en_i && d_touch_q && d_in;
    op_symbol_q <= d_symbol_q;
    op_side_q   <= d_side_q;
    op_add_q    <= d_adds_q;
    op_rank_q   <= d_side_q ? window_level : ~window_level;
    op_shares_q <= d_shares_q;
    if (rst_i) op_valid_q <= 1'b0;
  end

  depth_store u_depth (
      .clk_i           (clk_i),
      .rst_i           (rst_i),
      .ready_o         (depth_ready),
      .op_valid_i      (op_valid_q),
      .op_symbol_i     (op_symbol_q),
      .op_side_i       (op_side_q),
      .op_add_i        (op_add_q),
      .op_rank_i       (op_rank_q),
      .op_shares_i     (op_shares_q),
      .req_valid_i     (search_valid),
      .req_ready_o     (search_ready),
      .req_symbol_i    (rsp_symbol),
      .req_side_i      (rsp_side),
      .req_after_i     (search_after),
      .req_from_start_i(1'b0),
      .rsp_valid_o     (found_valid),
      .rsp_ready_i     (found_ready),
      .rsp_found_o     (found),
      .rsp_rank_o      (found_rank),
      .rsp_quantity_o  (found_quantity),
      .idle_o          (depth_idle)
  );

  assign want_in  = own_in.incomplete && own_in.count != 4'(TP_TOP_LEVELS);
  assign want_out = d_own.incomplete && d_own.count != 4'(TP_TOP_LEVELS);
  assign want     = en_i && d_touch_q && (d_in ? want_in : want_out);

  book_refill u_refill (
      .clk_i           (clk_i),
      .rst_i           (rst_i),
      .cfg_i           (cfg_i),
      .want_i          (want),
      .disturb_i       (en_i && d_touch_q && d_in && (deep || dropped)),
      .commit_symbol_i (d_symbol_q),
      .commit_side_i   (d_side_q),
      .inject_o        (inject),
      .inject_symbol_o (inject_symbol),
      .inject_taken_i  (inject_taken),
      .own_i           (pseudo_q && en_i && !b_valid && !lost),
      .own_lost_i      (pseudo_q && en_i && (b_valid || lost)),
      .bid_i           (bid_seen),
      .ask_i           (ask_seen),
      .hold_i          (hold_o),
      .hold_symbol_i   (msg.symbol),
      .hold_side_i     (side),
      .rsp_valid_o     (rsp_valid),
      .rsp_symbol_o    (rsp_symbol),
      .rsp_side_o      (rsp_side),
      .rsp_found_o     (rsp_found),
      .rsp_price_o     (rsp_price),
      .rsp_quantity_o  (rsp_quantity),
      .rsp_taken_i     (fills && en_i),
      .search_valid_o  (search_valid),
      .search_ready_i  (search_ready),
      .search_after_o  (search_after),
      .found_valid_i   (found_valid),
      .found_ready_o   (found_ready),
      .found_i         (found),
      .found_rank_i    (found_rank),
      .found_quantity_i(found_quantity),
      .idle_o          (refill_idle)
  );

  // ---- trust -----------------------------------------------------------------------------------------------------------
  logic [TP_SYMBOLS-1:0] sticky_q;
  logic                  sticky;
  logic                  sticky_q2;  // of the symbol in D, looked up in B
  logic                  sticky_set;
  logic                  sticky_next;
  logic                  trust;
  logic                  trust_all;
  logic [15:0]           trust_symbol;

  assign trust        = d_final_q && d_msg_q.op == TP_OP_COMMAND && d_msg_q.command[127:120] == twinpath_regs_pkg::CMD_TRUST;
  assign trust_symbol = d_msg_q.command[111:96];
  assign trust_all    = trust && trust_symbol == 16'hFFFF;
  assign sticky       = sticky_q2;
  assign sticky_set   = d_dup_q || d_full_q || d_over_reduced_q;
  assign sticky_next  = (sticky || sticky_set) && !trust_all && !(trust && trust_symbol == 16'(d_symbol_q));

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      sticky_q2 <= (sticky_q[b_symbol] || (d_valid_q && sticky_set && same_q)) && !trust_all &&
                   !(trust && trust_symbol == 16'(b_symbol));
    end
    if (en_i && d_valid_q && sticky_set) sticky_q[d_symbol_q] <= 1'b1;
    if (en_i && trust && trust_symbol < 16'(TP_SYMBOLS)) sticky_q[trust_symbol[TP_SYM_W-1:0]] <= 1'b0;
    if (rst_i || (en_i && trust_all)) sticky_q <= '0;
  end

  // ---- output ----------------------------------------------------------------------------------------------------------
  logic    book_op;
  logic    execution;
  logic    traded;
  tp_bbo_t after;
  logic        in_early;
  logic [1:0]  state_early;
  logic [65:0] quote_early;
  logic    quoted;
  logic    worse;

  assign book_op   = d_msg_q.op != TP_OP_STATE && d_msg_q.op != TP_OP_COMMAND;
  assign execution = d_msg_q.op == TP_OP_EXECUTE && d_known_q && d_msg_q.printable && d_shares_q != '0;
  assign traded    = execution || d_msg_q.op == TP_OP_TRADE;
  assign quoted    = quote_early[65:64] == TP_SIDE_QUOTED;  // an execution is no addition
  // A level of the window: its price is the best or behind it, unless it emptied. Others may lie anywhere.
  assign worse     = d_place_q == TP_PRICE_IN ? d_second_q
                   : d_side_q ? quote_early[63:32] > d_price_q : quote_early[63:32] < d_price_q;

  always_comb begin
    after = {d_touch_q && !d_side_q ? d_quote : d_before_q[131:66], d_touch_q && d_side_q ? d_quote : d_before_q[65:0]};
    booked_o                      = '0;
    booked_o.msg                  = d_msg_q;
    booked_o.msg.stamps.looked_up = d_looked_up_q;
    booked_o.msg.stamps.booked    = cycle_i;
    booked_o.effect               = d_msg_q.op == TP_OP_TRADE || (d_adds_q && d_touch_q) || d_known_q || d_replaced_q;
    booked_o.bbo_before           = !book_op ? '0 : d_msg_q.op == TP_OP_REPLACE ? first_before_q : d_before_q;
    booked_o.bbo_after            = !book_op ? '0 : after;
    booked_o.sticky_before        = sticky;
    booked_o.sticky_after         = sticky_next;
    booked_o.trade                = traded;
    booked_o.trade_side           = execution && d_side_q;
    booked_o.trade_price          = !traded ? '0 : (execution && !d_msg_q.priced) ? d_price_q : d_msg_q.price;
    booked_o.trade_quantity       = !traded ? '0 : execution ? d_shares_q : d_msg_q.shares;
    booked_o.trade_through        = execution && (!quoted || worse);
  end
  assign booked_valid_o = d_final_q;

  // What it is if an add lies in the window: another leaves the best bid and offer as they are, or unknown.
  assign in_early    = !d_adds_q || d_add_q || (d_place_q == TP_PRICE_IN && !d_over_q);
  assign state_early = in_early || !d_touch_q ? d_state_q : d_place_q == TP_PRICE_FAR ? d_state_far_q : TP_SIDE_UNKNOWN;
  always_comb begin
    quote_early = {state_early, 64'd0};
    if (state_early == TP_SIDE_QUOTED) begin
      if (d_fresh_q && in_early) quote_early[63:0] = {d_price_q, d_shares_q};
      else if (d_second_q) quote_early[63:0] = {d_own.price[63:32], d_own.quantity[63:32]};
      else quote_early[63:0] = {d_own.price[31:0], d_quantity_q && in_early ? d_best_sum_q : d_own.quantity[31:0]};
    end
    likely_o = !book_op ? '0
             : {d_touch_q && !d_side_q ? quote_early : d_before_q[131:66], d_touch_q && d_side_q ? quote_early : d_before_q[65:0]};
  end
  assign veto_o    = d_add_q && d_touch_q && !d_in;
  assign pick_o    = {d_second_q, d_fresh_q && in_early, d_quantity_q && in_early};

  always_comb begin
    outlook_o.valid           = b_valid;
    outlook_o.side            = side;
    outlook_o.prior           = is_replace ? first_before_q : {bid_quote, ask_quote};
    outlook_o.here            = {2'd0, bid_seen.price[31:0], bid_seen.quantity[31:0], 2'd0, ask_seen.price[31:0], ask_seen.quantity[31:0]};
    outlook_o.sum             = best_sum;
    outlook_o.price           = msg.price;
    outlook_o.shares          = msg.shares;
    outlook_o.second_price    = side ? ask.price[63:32] : bid.price[63:32];
    outlook_o.second_quantity = side ? ask.quantity[63:32] : bid.quantity[63:32];
    outlook_o.trade_price     = removes && !msg.priced ? first_price : msg.price;
    outlook_o.trade_quantity  = shares;
    outlook_o.stamp           = msg.origin.stamp;
  end

  always_ff @(posedge clk_i) begin
    cnt_o <= '0;
    if (en_i && d_valid_q) begin
      cnt_o[twinpath_regs_pkg::CNT_UNKNOWN_REFERENCE]   <= d_unknown_q;
      cnt_o[twinpath_regs_pkg::CNT_DUPLICATE_REFERENCE] <= d_dup_q;
      cnt_o[twinpath_regs_pkg::CNT_ORDER_TABLE_FULL]    <= d_full_q;
      cnt_o[twinpath_regs_pkg::CNT_OVER_REDUCTION]      <= d_over_reduced_q;
      cnt_o[twinpath_regs_pkg::CNT_ZERO_QUANTITY]       <= d_zero_q;
      cnt_o[twinpath_regs_pkg::CNT_LEVEL_OVERFLOW]      <= d_touch_q && d_adds_q && d_over;
    end
    if (rst_i) cnt_o <= '0;
  end

  assign idle_o = ready_o && !msg_valid_i && !v3_q && !v4_q && !pseudo_q && !d_valid_q && !op_valid_q && depth_idle && refill_idle;

  // ---- what the callers guarantee, and what follows from it ------------------------------------------------------------
`ifndef SYNTHESIS
  logic b_book;        // the operation in B may change a book
  logic d_book_q;      // and so did the one in D
  assign b_book = b_valid && msg.op != TP_OP_STATE && msg.op != TP_OP_COMMAND;

  always @(posedge clk_i) begin
    if (en_i) d_book_q <= b_book;
    if (rst_i) d_book_q <= 1'b0;
    if (en_i && !rst_i) begin
      if (msg_valid_i && !ready_o) $fatal(1, "book_stage: a message before ready_o");
      if (v4_q && (is_short || is_first)) $fatal(1, "book_stage: two operations in one book cycle");
      if (b_book && d_book_q) $fatal(1, "book_stage: two operations on books in successive cycles");
      if (b_valid && touch && (removes || is_replace) && d_add_q && d_touch_q)
        $fatal(1, "book_stage: two commits to the order table");
      if (d_valid_q && d_touch_q && d_in && !d_adds_q && deep && !d_own.incomplete)
        $fatal(1, "book_stage: a removal from a level that is not there");
      if (b_valid && own_seen.incomplete && own_seen.count == '0) $fatal(1, "book_stage: a side with deeper levels only");
    end
  end
`endif

endmodule
`default_nettype wire
