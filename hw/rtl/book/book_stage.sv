`include "book/book_types.svh"
`default_nettype none

/// Keeps the books: turns each message into what it did to its symbol's best bid and offer (SEM 3, 4.3, 2.9 TRUST).
///
/// Why: strategy and risk see only the best bid and offer before and after, the trade, and whether the book is trusted.
/// Structure: two ways that meet in the book cycle B (book_ways), and what they meet in: book_operation (what the message
/// does), book_sides (the books), book_outlook (what the best bid and offer become), book_trust, book_result; order_table and
/// book_depth around them. The order table was asked when the reference arrived (req_*). In B the best levels of the symbol
/// are compared (top_levels), in D, a cycle later, all is committed and the result is offered; the depth store follows
/// behind, and refills the best levels (book_refill).
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

  // ---- the two ways to B ---------------------------------------------------------------------------------------------------
  tp_kind_t            kind;           // of what is in B
  tp_msg_t             msg;
  tp_msg_t             long_msg;       // as msg, should it have come the long way
  logic                waits;
  logic                between;        // a replace is between its two cycles in B
  logic [31:0]         between_price;
  logic                next_goes;      // what is in B in the next cycle is the next message,
  logic [TP_SYM_W-1:0] other_symbol;   // or of this symbol
  logic [TP_SYM_W-1:0] ahead;          // symbol of it
  logic                inject;
  logic                inject_taken;
  logic [TP_SYM_W-1:0] inject_symbol;

  book_ways u_ways (
      .clk_i          (clk_i),
      .rst_i          (rst_i),
      .en_i           (en_i),
      .next_valid_i   (next_valid_i),
      .next_op_i      (next_op_i),
      .next_symbol_i  (next_symbol_i),
      .msg_i          (msg_i),
      .msg_valid_i    (msg_valid_i),
      .inject_i       (inject),
      .inject_symbol_i(inject_symbol),
      .inject_taken_o (inject_taken),
      .ahead_valid_o  (ahead_valid_o),
      .ahead_symbol_o (ahead_symbol_o),
      .next_goes_o    (next_goes),
      .other_symbol_o (other_symbol),
      .waits_o        (waits),
      .between_o      (between),
      .between_price_o(between_price),
      .kind_o         (kind),
      .msg_o          (msg),
      .long_o         (long_msg)
  );

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
  logic [TP_SYM_W-1:0] symbol;         // of the operation in B, one of book_refill included
  tp_change_t          operation;      // but for `over`
  tp_change_t          change;
  logic                whole;
  logic                replaced_side;  // of the replace under way
  logic [32:0]         total;          // of its side, should it be an addition
  tp_side_t            bid;
  tp_side_t            ask;
  tp_side_t            own;
  logic                window_in;
  logic                window_far;
  logic [1:0]          window_class;
  logic [TP_LEVEL_W-1:0] window_level;
  logic                in_now;         // of a removal, and of the addition of a replace

  book_operation u_operation (
      .clk_i          (clk_i),
      .en_i           (en_i),
      .kind_i         (kind),
      .symbol_i       (symbol),
      .short_side_i   (msg_i.side),
      .short_shares_i (msg_i.shares),
      .short_price_i  (msg_i.price),
      .asked_i        (long_msg.shares),
      .long_price_i   (long_msg.price),
      .trades_i       (long_msg.printable),
      .first_hit_i    (first_hit),
      .first_full_i   (first_full),
      .first_symbol_i (first_symbol),
      .first_side_i   (first_side),
      .first_shares_i (first_shares),
      .first_price_i  (first_price),
      .first_class_i  (first_class),
      .second_hit_i   (second_hit),
      .second_full_i  (second_full),
      .window_class_i (window_class),
      .whole_o        (whole),
      .replaced_side_o(replaced_side),
      .change_o       (operation)
  );

  assign total  = {1'b0, own.total} + {1'b0, msg.shares};
  assign in_now = kind.removes ? first_class == TP_PRICE_IN : window_in;
  always_comb begin
    change      = operation;
    change.over = operation.adds && total[32];
  end

  // ---- D: its place in the window is known, all is committed --------------------------------------------------------------
  logic                d_valid_q;
  logic                d_final_q;  // completes its message
  tp_change_t          change_q;
  logic                in_q;       // it lies in the window, unless it is late
  tp_change_t          d_change;
  logic [1:0]          d_place;
  logic                d_in;
  logic                d_far;
  logic                d_over;
  logic [1:0]          d_state;
  logic [TP_SYM_W-1:0] d_symbol;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      d_valid_q <= kind.valid;
      d_final_q <= kind.valid && !kind.first;
      if (kind.valid) begin
        change_q <= change;
        in_q     <= in_now;
      end
      change_q.touch <= kind.valid && operation.touch;
    end
    if (rst_i) begin
      d_valid_q      <= 1'b0;
      d_final_q      <= 1'b0;
      change_q.touch <= 1'b0;
    end
  end

  assign d_change = change_q;
  assign d_place  = change_q.late ? window_class : change_q.place;
  assign d_in     = (change_q.late ? window_in : in_q) && !change_q.over;
  assign d_far    = change_q.late ? window_far : change_q.place == TP_PRICE_FAR;
  assign d_over   = change_q.over && d_place == TP_PRICE_IN;
  assign veto_o   = change_q.late && change_q.touch && !(window_in && !change_q.over);

  assign booked_valid_o = d_final_q;

  // The order table: removals and a replace's new order in B, an add in D.
  always_comb begin
    commit_valid  = (operation.touch && !kind.add && kind.valid) || (change_q.late && change_q.touch);
    commit_second = 1'b0;
    commit_insert = 1'b1;
    commit_live   = 1'b1;
    commit_symbol = d_symbol;
    commit_side   = change_q.side;
    commit_shares = change_q.shares;
    commit_price  = change_q.price;
    commit_class  = d_over ? TP_PRICE_BEYOND : d_place;
    if (kind.removes || kind.replaces) begin
      commit_second = kind.replaces;
      commit_insert = kind.replaces;
      commit_live   = kind.replaces || !whole;
      commit_symbol = symbol;
      commit_side   = operation.side;
      commit_shares = kind.replaces ? msg.shares : first_shares - msg.shares;
      commit_price  = operation.price;
      commit_class  = operation.place;
    end
    // Known last: a replace's new order without room.
    if (kind.replaces && window_in && change.over) commit_class = TP_PRICE_BEYOND;
  end

  // ---- the price's place in the window: an order's in B, a replace's new price between its two B cycles ----------------
  logic [31:0]         base;
  logic                tick100;
  logic [31:0]         base_q;
  logic                tick100_q;

  ram_sdp #(
      .WIDTH(32),
      .DEPTH(TP_SYMBOLS)
  ) u_base (
      .clk_i  (clk_i),
      .we_i   (cfg_i.valid && cfg_i.table_id == TP_CFG_SYMBOL && cfg_i.word == 5'd0),
      .waddr_i(cfg_i.index[TP_SYM_W-1:0]),
      .wdata_i(cfg_i.data),
      .re_i   (en_i),
      .raddr_i(ahead),
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
      .re_i   (en_i),
      .raddr_i(ahead),
      .rdata_o(tick100)
  );

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      base_q    <= base;
      tick100_q <= tick100;
    end
  end

  price_window u_window (
      .clk_i    (clk_i),
      .en_i     (en_i && (between || kind.removes || kind.add)),
      .side_i   (between ? replaced_side : operation.side),
      .price_i  (between ? between_price : kind.removes ? first_price : msg_i.price),
      .base_i   (between ? base_q : base),
      .tick100_i(between ? tick100_q : tick100),
      .in_o     (window_in),
      .far_o    (window_far),
      .class_o  (window_class),
      .level_o  (window_level)
  );

  // ---- the books ------------------------------------------------------------------------------------------------------------
  logic                sides_ready;
  logic                same;
  logic                pseudo;
  logic                lost;
  logic                rsp_valid;
  logic [TP_SYM_W-1:0] rsp_symbol;
  logic                rsp_side;
  logic                rsp_found;
  logic [31:0]         rsp_price;
  logic [31:0]         rsp_quantity;
  logic                rsp_taken;
  logic                disturb;
  logic                want;
  logic [TP_SYM_W-1:0] want_symbol;
  logic                want_side;

  book_sides u_sides (
      .clk_i         (clk_i),
      .rst_i         (rst_i),
      .ready_o       (sides_ready),
      .en_i          (en_i),
      .next_goes_i   (next_goes),
      .next_symbol_i (next_symbol_i),
      .other_symbol_i(other_symbol),
      .ahead_o       (ahead),
      .pseudo_ahead_i(inject_taken),
      .symbol_o      (symbol),
      .same_o        (same),
      .valid_i       (kind.valid),
      .hold_if_i     (operation.known && first_class == TP_PRICE_IN),
      .change_i      (operation),
      .order_side_i  (first_side),
      .order_i       (first_shares),
      .hold_o        (hold_o),
      .bid_o         (bid),
      .ask_o         (ask),
      .own_o         (own),
      .pseudo_o      (pseudo),
      .lost_o        (lost),
      .rsp_valid_i   (rsp_valid),
      .rsp_symbol_i  (rsp_symbol),
      .rsp_side_i    (rsp_side),
      .rsp_found_i   (rsp_found),
      .rsp_price_i   (rsp_price),
      .rsp_quantity_i(rsp_quantity),
      .rsp_taken_o   (rsp_taken),
      .d_change_i    (d_change),
      .d_in_i        (d_in),
      .d_far_i       (d_far),
      .d_state_i     (d_state),
      .d_symbol_o    (d_symbol),
      .disturb_o     (disturb),
      .want_o        (want),
      .want_symbol_o (want_symbol),
      .want_side_o   (want_side)
  );

  // ---- what becomes of the best bid and offer, and the result -----------------------------------------------------------------
  tp_bbo_t     bbo_before;
  tp_bbo_t     bbo_after;
  logic        through;
  tp_msg_t     d_msg;
  logic        trust_q;      // what is in D is a TRUST command,
  logic        trust_all_q;  // of all symbols
  logic [15:0] trust_symbol;
  logic        sticky;
  logic        sticky_after;

  book_outlook u_outlook (
      .clk_i      (clk_i),
      .en_i       (en_i),
      .kind_i     (kind),
      .change_i   (change),
      .whole_i    (whole),
      .in_i       (in_now),
      .far_i      (window_far),
      .price_i    (msg.price),
      .shares_i   (msg.shares),
      .short_shares_i(msg_i.shares),
      .long_shares_i(long_msg.shares),
      .priced_i   (msg.priced),
      .order_i    (first_shares),
      .stamp_i    (msg.origin.stamp),
      .bid_i      (bid),
      .ask_i      (ask),
      .own_i      (own),
      .outlook_o  (outlook_o),
      .moves_o    (moves_o),
      .d_change_i (d_change),
      .d_in_i     (d_in),
      .d_far_i    (d_far),
      .pick_o     (pick_o),
      .likely_o   (likely_o),
      .through_o  (through),
      .state_o    (d_state),
      .before_o   (bbo_before),
      .after_o    (bbo_after)
  );

  assign trust_symbol = d_msg.command[111:96];

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      trust_q     <= kind.valid && msg.op == TP_OP_COMMAND && msg.command[127:120] == twinpath_regs_pkg::CMD_TRUST;
      trust_all_q <= kind.valid && msg.op == TP_OP_COMMAND && msg.command[127:120] == twinpath_regs_pkg::CMD_TRUST &&
          msg.command[111:96] == 16'hFFFF;
    end
    if (rst_i) begin
      trust_q     <= 1'b0;
      trust_all_q <= 1'b0;
    end
  end

  book_trust u_trust (
      .clk_i         (clk_i),
      .rst_i         (rst_i),
      .en_i          (en_i),
      .b_symbol_i    (symbol),
      .same_i        (same),
      .valid_i       (d_valid_q),
      .set_i         (change_q.dup || change_q.full || change_q.over_reduced),
      .symbol_i      (d_symbol),
      .trust_i       (trust_q),
      .trust_symbol_i(trust_symbol),
      .trust_all_i   (trust_all_q),
      .sticky_o      (sticky),
      .after_o       (sticky_after)
  );

  book_result u_result (
      .clk_i             (clk_i),
      .rst_i             (rst_i),
      .en_i              (en_i),
      .cycle_i           (cycle_i),
      .b_valid_i         (kind.valid),
      .b_msg_i           (msg),
      .b_change_i        (operation),
      .b_trade_price_i   (outlook_o.trade_price),
      .b_trade_quantity_i(outlook_o.trade_quantity),
      .valid_i           (d_valid_q),
      .change_i          (d_change),
      .over_i            (d_over),
      .before_i          (bbo_before),
      .after_i           (bbo_after),
      .through_i         (through),
      .sticky_i          (sticky),
      .sticky_after_i    (sticky_after),
      .msg_o             (d_msg),
      .booked_o          (booked_o),
      .cnt_o             (cnt_o)
  );

  // ---- behind: the depth store, and what it finds ---------------------------------------------------------------------------
  logic depth_ready;
  logic depth_idle;

  book_depth u_depth (
      .clk_i           (clk_i),
      .rst_i           (rst_i),
      .ready_o         (depth_ready),
      .idle_o          (depth_idle),
      .cfg_i           (cfg_i),
      .change_valid_i  (en_i && change_q.touch && d_in),
      .change_i        (d_change),
      .symbol_i        (d_symbol),
      .level_i         (window_level),
      .want_i          (want),
      .want_symbol_i   (want_symbol),
      .want_side_i     (want_side),
      .disturb_i       (disturb),
      .inject_o        (inject),
      .inject_symbol_o (inject_symbol),
      .inject_taken_i  (inject_taken),
      .own_i           (pseudo && en_i && !lost),
      .own_lost_i      (pseudo && en_i && lost),
      .bid_i           (bid),
      .ask_i           (ask),
      .hold_i          (hold_o),
      .hold_symbol_i   (symbol),
      .hold_side_i     (first_side),
      .rsp_valid_o     (rsp_valid),
      .rsp_symbol_o    (rsp_symbol),
      .rsp_side_o      (rsp_side),
      .rsp_found_o     (rsp_found),
      .rsp_price_o     (rsp_price),
      .rsp_quantity_o  (rsp_quantity),
      .rsp_taken_i     (rsp_taken)
  );

  assign ready_o = table_ready && depth_ready && sides_ready;
  assign idle_o  = ready_o && !msg_valid_i && !waits && !pseudo && !d_valid_q && !want && depth_idle;

  // ---- what the callers guarantee, and what follows from it ------------------------------------------------------------
`ifndef SYNTHESIS
  logic b_book;        // the operation in B may change a book
  logic d_book_q;      // and so did the one in D
  assign b_book = kind.valid && !kind.stateless;

  always @(posedge clk_i) begin
    if (en_i) d_book_q <= b_book;
    if (rst_i) d_book_q <= 1'b0;
    if (en_i && !rst_i) begin
      if (msg_valid_i && !ready_o) $fatal(1, "book_stage: a message before ready_o");
      if (b_book && d_book_q) $fatal(1, "book_stage: two operations on books in successive cycles");
      if (kind.valid && operation.touch && !kind.add && change_q.late && change_q.touch)
        $fatal(1, "book_stage: two commits to the order table");
    end
  end
`endif

endmodule
`default_nettype wire
