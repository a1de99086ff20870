`include "twinpath_types.svh"
`include "book/book_types.svh"
`default_nettype none

/// Keeps the books: turns each message into what it did to its symbol's best bid and offer (SEM 3, 4.3, 2.9 TRUST).
///
/// Why: strategy and risk see only the best bid and offer before and after, the trade, and whether the book is trusted.
/// Structure: order table -> price window -> price levels -> output register; the message itself waits in a
/// small memory. A replace goes through as two changes, a removal and an addition, and leaves as one output.
/// Safety: exactly one output for each message, in order; no stage starts before the state it reads is written (see the
/// blocks); a change starts in the levels only when the output register will take its result.
/// Latency, from acceptance to booked_valid_o without stalls: 5 cycles; a best level that empties adds 1, or 2 when the
/// next best is more than a group of 64 levels away; a replace adds 2. Throughput: a message every 2 cycles, a replace
/// every 4.
module book_stage #(
    parameter int SETS_LOG2 = 16,
    parameter int WAYS = 8
) (
    input  wire logic                                    clk_i,
    input  wire logic                                    rst_i,
    output logic                                         ready_o,         // memories are cleared after reset
    input  wire logic    [TP_CYC_W-1:0]                  cycle_i,         // free-running, for the stamps
    input  wire tp_cfg_t                                 cfg_i,

    input  wire tp_msg_t                                 msg_i,
    input  wire logic                                    msg_valid_i,
    output logic                                         msg_ready_o,

    output tp_booked_t                                   booked_o,
    output logic                                         booked_valid_o,
    input  wire logic                                    booked_ready_i,

    output logic      [twinpath_regs_pkg::COUNTERS-1:0]  cnt_o,           // one-cycle increments
    output logic                                         idle_o           // nothing is under way
);

  localparam int MSG_W = 631;  // of tp_msg_t
  localparam int COUNT_W = SETS_LOG2 + $clog2(WAYS) + 1;

  initial begin
    if (MSG_W != $bits(msg_i)) $fatal(1, "book_stage: MSG_W must be the width of tp_msg_t");
  end

  logic table_ready;
  logic levels_ready;
  assign ready_o = table_ready && levels_ready;

  // ---- messages wait here while the table looks their orders up --------------------------------------------------------
  // At most two wait: one in the table's compare, one in its answer. A message is fetched when its answer moves on, two
  // cycles or more after it was written, and stays at the memory's output until the next is fetched.
  tp_msg_t    msg;
  logic       accept;
  logic       take;     // the table's answer moves on
  logic       done;     // the levels answer
  logic       last;     // the latest change completes its message
  logic       fetch;
  logic [1:0] write_q;
  logic [1:0] read_q;

  assign fetch = take && last;  // the second half of a replace is of the message already here

  ram_sdp #(
      .WIDTH(MSG_W),
      .DEPTH(4)
  ) u_msg (
      .clk_i  (clk_i),
      .we_i   (accept),
      .waddr_i(write_q),
      .wdata_i(msg_i),
      .re_i   (fetch),
      .raddr_i(read_q),
      .rdata_o(msg)
  );

  always_ff @(posedge clk_i) begin
    if (accept) write_q <= write_q + 1'b1;
    if (fetch) read_q <= read_q + 1'b1;
    if (rst_i) begin
      write_q <= '0;
      read_q  <= '0;
    end
  end

  // ---- order table: the second half of a replace goes first -----------------------------------------------------------
  logic                replacing_q;  // a replace's removal is in the table, its addition follows
  logic [63:0]         new_ref_q;
  logic [31:0]         new_shares_q;
  logic [31:0]         new_price_q;
  logic                table_free;
  logic                second_half;
  logic [1:0]          first_op;

  logic                t_valid;
  logic                t_ready;
  logic [1:0]          t_op;
  logic                t_replace;
  logic [TP_SYM_W-1:0] t_symbol;
  logic                t_known;
  logic                t_zero;
  logic                t_dup;
  logic                t_full;
  logic                t_over;
  logic                t_gone;
  logic                t_side;
  logic [31:0]         t_price;
  logic [31:0]         t_shares;
  logic                compare;
  logic [TP_SYM_W-1:0] compare_symbol;

  // The removal is answered in the first cycle in which the table is free again, and the answer says whether there is
  // an order to replace, and its side.
  assign second_half = replacing_q && table_free && t_known;
  assign msg_ready_o = ready_o && table_free && !replacing_q;
  assign accept      = msg_valid_i && msg_ready_o;

  always_comb begin
    case (msg_i.op)
      TP_OP_ADD:                   first_op = TP_TABLE_INSERT;
      TP_OP_EXECUTE, TP_OP_CANCEL: first_op = TP_TABLE_REDUCE;
      TP_OP_DELETE, TP_OP_REPLACE: first_op = TP_TABLE_REMOVE;
      default:                     first_op = TP_TABLE_NONE;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (accept && msg_i.op == TP_OP_REPLACE) begin
      new_ref_q    <= msg_i.new_order_ref;
      new_shares_q <= msg_i.shares;
      new_price_q  <= msg_i.price;
    end
    if (accept) replacing_q <= msg_i.op == TP_OP_REPLACE;
    else if (table_free) replacing_q <= 1'b0;
    if (rst_i) replacing_q <= 1'b0;
  end

  order_table #(
      .SETS_LOG2(SETS_LOG2),
      .WAYS     (WAYS)
  ) u_table (
      .clk_i           (clk_i),
      .rst_i           (rst_i),
      .ready_o         (table_ready),
      .s_valid_i       (second_half || accept),
      .s_ready_o       (table_free),
      .s_op_i          (second_half ? TP_TABLE_INSERT : first_op),
      .s_tag_i         (!second_half && msg_i.op == TP_OP_REPLACE),
      .s_ref_i         (second_half ? new_ref_q : msg_i.order_ref),
      .s_symbol_i      (second_half ? t_symbol : msg_i.symbol),
      .s_side_i        (second_half ? t_side : msg_i.side),
      .s_shares_i      (second_half ? new_shares_q : msg_i.shares),
      .s_price_i       (second_half ? new_price_q : msg_i.price),
      .compare_o       (compare),
      .compare_symbol_o(compare_symbol),
      .m_valid_o       (t_valid),
      .m_ready_i       (t_ready),
      .m_op_o          (t_op),
      .m_tag_o         (t_replace),
      .m_symbol_o      (t_symbol),
      .m_known_o       (t_known),
      .m_zero_o        (t_zero),
      .m_dup_o         (t_dup),
      .m_full_o        (t_full),
      .m_over_o        (t_over),
      .m_gone_o        (t_gone),
      .m_side_o        (t_side),
      .m_price_o       (t_price),
      .m_shares_o      (t_shares)
  );

  // ---- price window, configured a symbol; read while the table compares ------------------------------------------------
  logic [31:0]         window_base;
  logic                window_tick100;
  logic [TP_CYC_W-1:0] looked_up_q;

  ram_sdp #(
      .WIDTH(32),
      .DEPTH(TP_SYMBOLS)
  ) u_base (
      .clk_i  (clk_i),
      .we_i   (cfg_i.valid && cfg_i.table_id == TP_CFG_SYMBOL && cfg_i.word == 5'd0),
      .waddr_i(cfg_i.index[TP_SYM_W-1:0]),
      .wdata_i(cfg_i.data),
      .re_i   (compare),
      .raddr_i(compare_symbol),
      .rdata_o(window_base)
  );
  ram_sdp #(
      .WIDTH(1),
      .DEPTH(TP_SYMBOLS)
  ) u_tick (
      .clk_i  (clk_i),
      .we_i   (cfg_i.valid && cfg_i.table_id == TP_CFG_SYMBOL && cfg_i.word == 5'd1),
      .waddr_i(cfg_i.index[TP_SYM_W-1:0]),
      .wdata_i(cfg_i.data[0]),
      .re_i   (compare),
      .raddr_i(compare_symbol),
      .rdata_o(window_tick100)
  );
  always_ff @(posedge clk_i) if (compare) looked_up_q <= cycle_i;

  // ---- change: the table's answer, held until the levels have answered too ---------------------------------------------
  logic                  valid_q;
  logic [1:0]            op_q;
  logic                  replace_q;
  logic [TP_SYM_W-1:0]   symbol_q;
  logic                  known_q;
  logic                  zero_q;
  logic                  dup_q;
  logic                  full_q;
  logic                  over_q;
  logic                  gone_q;
  logic                  side_q;
  logic [31:0]           price_q;
  logic [31:0]           shares_q;
  logic [31:0]           base_q;
  logic                  tick100_q;
  logic [TP_CYC_W-1:0]   change_looked_up_q;
  logic [1:0]            price_class;
  logic [TP_LEVEL_W-1:0] level;

  assign t_ready = !valid_q || done;
  assign take    = t_valid && t_ready;

  always_ff @(posedge clk_i) begin
    if (take) begin
      op_q               <= t_op;
      replace_q          <= t_replace;
      symbol_q           <= t_symbol;
      known_q            <= t_known;
      zero_q             <= t_zero;
      dup_q              <= t_dup;
      full_q             <= t_full;
      over_q             <= t_over;
      gone_q             <= t_gone;
      side_q             <= t_side;
      price_q            <= t_price;
      shares_q           <= t_shares;
      base_q             <= window_base;
      tick100_q          <= window_tick100;
      change_looked_up_q <= looked_up_q;
    end
    if (take) valid_q <= 1'b1;
    else if (done) valid_q <= 1'b0;
    if (rst_i) begin
      valid_q   <= 1'b0;
      replace_q <= 1'b0;
    end
  end

  price_window u_window (
      .clk_i    (clk_i),
      .en_i     (take),
      .side_i   (t_side),
      .price_i  (t_price),
      .base_i   (window_base),
      .tick100_i(window_tick100),
      .class_o  (price_class),
      .level_o  (level)
  );

  // ---- levels ----------------------------------------------------------------------------------------------------------
  logic    levels_free;
  logic    output_free;
  logic    inserted;
  tp_bbo_t bbo_before;
  tp_bbo_t bbo_after;
  logic    overflow;
  logic    underflow;

  assign output_free = !booked_valid_o || booked_ready_i;
  assign inserted    = op_q == TP_TABLE_INSERT && !zero_q && !dup_q && !full_q;

  price_levels #(
      .COUNT_W(COUNT_W)
  ) u_levels (
      .clk_i      (clk_i),
      .rst_i      (rst_i),
      .ready_o    (levels_ready),
      .s_valid_i  (valid_q && output_free),
      .s_ready_o  (levels_free),
      .symbol_i   (symbol_q),
      .touch_i    (inserted || (known_q && shares_q != '0)),
      .add_i      (op_q == TP_TABLE_INSERT),
      .side_i     (side_q),
      .class_i    (price_class),
      .level_i    (level),
      .price_i    (price_q),
      .shares_i   (shares_q),
      .gone_i     (gone_q),
      .base_i     (base_q),
      .tick100_i  (tick100_q),
      .done_o     (done),
      .before_o   (bbo_before),
      .after_o    (bbo_after),
      .overflow_o (overflow),
      .underflow_o(underflow)
  );

  // ---- trust -----------------------------------------------------------------------------------------------------------
  logic [TP_SYMBOLS-1:0] sticky_q;
  logic                  sticky;
  logic                  sticky_set;
  logic                  sticky_next;
  logic                  trust;
  logic                  trust_all;
  logic [15:0]           trust_symbol;

  assign trust        = done && msg.op == TP_OP_COMMAND && msg.command[127:120] == twinpath_regs_pkg::CMD_TRUST;
  assign trust_symbol = msg.command[111:96];
  assign trust_all    = trust && trust_symbol == 16'hFFFF;
  assign sticky       = sticky_q[symbol_q];
  assign sticky_set   = dup_q || full_q || over_q || overflow || underflow;
  assign sticky_next  = (sticky || sticky_set) && !trust_all && !(trust && trust_symbol == 16'(symbol_q));

  always_ff @(posedge clk_i) begin
    if (done && sticky_set) sticky_q[symbol_q] <= 1'b1;
    if (trust && trust_symbol < 16'(TP_SYMBOLS)) sticky_q[trust_symbol[TP_SYM_W-1:0]] <= 1'b0;
    if (rst_i || trust_all) sticky_q <= '0;
  end

  // ---- output ----------------------------------------------------------------------------------------------------------
  logic        second_q;  // the removal of a replace is done, its addition follows
  tp_bbo_t     first_before_q;
  logic        first_sticky_q;
  logic        book_op;
  logic        execution;
  logic        traded;
  logic        worse;
  logic        quoted;

  assign last      = !(replace_q && known_q);
  assign book_op   = msg.op != TP_OP_STATE && msg.op != TP_OP_COMMAND;
  assign execution = msg.op == TP_OP_EXECUTE && known_q && msg.printable && shares_q != '0;
  assign traded    = execution || msg.op == TP_OP_TRADE;
  assign quoted    = (side_q ? bbo_after.ask_state : bbo_after.bid_state) == TP_SIDE_QUOTED;
  assign worse     = side_q ? bbo_after.ask_price > price_q : bbo_after.bid_price < price_q;

  always_ff @(posedge clk_i) begin
    if (done && !last) begin
      first_before_q <= bbo_before;
      first_sticky_q <= sticky;
    end
    if (done) second_q <= !last;
    if (rst_i) second_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (done && last) begin
      booked_o.msg                  <= msg;
      booked_o.msg.stamps.looked_up <= change_looked_up_q;
      booked_o.msg.stamps.booked    <= cycle_i;
      booked_o.effect               <= msg.op == TP_OP_TRADE || inserted || known_q || second_q;
      booked_o.bbo_before           <= !book_op ? '0 : second_q ? first_before_q : bbo_before;
      booked_o.bbo_after            <= !book_op ? '0 : bbo_after;
      booked_o.sticky_before        <= second_q ? first_sticky_q : sticky;
      booked_o.sticky_after         <= sticky_next;
      booked_o.trade                <= traded;
      booked_o.trade_side           <= execution && side_q;
      booked_o.trade_price          <= !traded ? '0 : (execution && !msg.priced) ? price_q : msg.price;
      booked_o.trade_quantity       <= !traded ? '0 : execution ? shares_q : msg.shares;
      booked_o.trade_through        <= execution && (!quoted || worse);
    end
    if (done && last) booked_valid_o <= 1'b1;
    else if (booked_ready_i) booked_valid_o <= 1'b0;
    if (rst_i) booked_valid_o <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    cnt_o                                             <= '0;
    if (done) begin
      cnt_o[twinpath_regs_pkg::CNT_UNKNOWN_REFERENCE]   <= op_q[1] && !known_q;
      cnt_o[twinpath_regs_pkg::CNT_DUPLICATE_REFERENCE] <= dup_q;
      cnt_o[twinpath_regs_pkg::CNT_ORDER_TABLE_FULL]    <= full_q;
      cnt_o[twinpath_regs_pkg::CNT_OVER_REDUCTION]      <= over_q;
      cnt_o[twinpath_regs_pkg::CNT_ZERO_QUANTITY]       <= zero_q;
      cnt_o[twinpath_regs_pkg::CNT_LEVEL_OVERFLOW]      <= overflow;
      cnt_o[twinpath_regs_pkg::CNT_LEVEL_UNDERFLOW]     <= underflow;
    end
    if (rst_i) cnt_o <= '0;
  end

  assign idle_o = ready_o && table_free && !t_valid && !valid_q && !booked_valid_o;

endmodule
`default_nettype wire
