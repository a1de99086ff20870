`include "twinpath_types.svh"
`default_nettype none

/// What the rules read: rule records, cool-downs, every symbol's best bid and offer and trust, and the flags armed,
/// feed-stale and active bank (SEM 2.8, 2.9, 4.1, 4.2).
///
/// Why: all of it is ready in B, a cycle before the book's answer, so that rules are judged for every answer there may be.
/// The lagging symbol's number is looked up in the same cycle from a small memory without a cycle of its own, so that its
/// book is read together with the rules.
/// Ordering: an operation's read in b - 1 sees every commit: operations with a book or records are two cycles apart, so
/// one at most commits in the very cycle of the read, and it is forwarded; so is a swap of banks. While en_i is low the
/// operation in B stays, and nothing it read changes. A lagging symbol that is the message's own is seen as of this message.
/// Timing: next_symbol_i in b - 1, b_ outputs in B, the other outputs in D1; commit_i at the end of D1, a cool-down, which is
/// forwarded in that very cycle, in D2.
/// ready_o rises 256 cycles after reset, when the memories are clear.
module strategy_state (
    input  wire logic                clk_i,
    input  wire logic                rst_i,
    output logic                     ready_o,
    input  wire tp_cfg_t             cfg_i,
    input  wire logic                en_i,
    input  wire logic [TP_SYM_W-1:0] next_symbol_i,
    output logic      [TP_SYM_W-1:0] next_lag_o,     // b - 1: its lagging symbol
    output logic                     next_bank_o,    // b - 1: the active bank, a swap in D1 taken in
    output logic                     bank_o,
    output logic                     armed_o,
    output logic                     feed_stale_o,
    output logic      [TP_SYM_W-1:0] b_symbol_o,
    output logic      [TP_SYM_W-1:0] b_lag_o,
    output logic                     b_enabled_o,    // some rule of the symbol in B is enabled
    output tp_rules_t                b_rules_o,
    output logic [5*(TP_TIME_W+1)-1:0] b_next_o,     // next time each rule may fire,
    output logic [4:0]               b_fires_o,      // unless it fires in this very cycle:
    output logic [5*(TP_TIME_W+1)-1:0] b_fired_o,    // then
    output tp_bbo_t                  b_lag_bbo_o,    // unless it is the message's own
    output logic      [TP_SYM_W-1:0] lag_symbol_o,
    output logic                     lag_is_own_o,
    output tp_bbo_t                  lag_bbo_o,
    output tp_bbo_t                  lag_read_o,     // unless it is the message's own
    output logic                     lag_crossed_o,
    output logic                     lag_sticky_o,   // the same
    input  wire logic                commit_i,       // the operation in D1 takes effect
    input  wire logic                booked_valid_i,
    input  wire tp_booked_t          booked_i,
    input  wire logic [5*(TP_TIME_W+1)-1:0] fired_i, // D1: next time of each rule, should it fire
    input  wire logic                d2_fire_i,      // a rule fires: its cool-down starts
    input  wire logic [4:0]          d2_rules_i,     // which, one hot
    input  wire logic [TP_SYM_W-1:0] d2_symbol_i
);

  localparam int RULE_W = TP_TIME_W + 1;
  localparam int NEXT_W = 5 * RULE_W;
  localparam int RULE_WORDS = 18;  // of tp_rules_t
  localparam int BBO_W = 132;      // of tp_bbo_t

  logic                  clearing_q;
  logic [TP_SYM_W-1:0]   clear_q;
  logic                  armed_q;
  logic                  feed_stale_q;
  logic                  bank_q;
  logic [TP_SYMBOLS-1:0] sticky_q;  // copy of every book's untrusted flag
  logic [TP_SYM_W-1:0]   symbol_q;
  logic [TP_SYM_W-1:0]   lag_symbol_q;
  logic                  b_lag_is_own_q;
  logic                  lag_is_own_q;
  logic                  lag_sticky_q;

  logic                  is_book;
  logic                  lag_cfg;
  logic                  bank_now;
  logic [TP_SYM_W+1:0]   lag_memory[0:2*TP_SYMBOLS-1];  // it is the message's own; lagging symbol; some rule is enabled
  logic [TP_SYM_W+1:0]   next_lag;
  logic [TP_SYM_W-1:0]   lag_q;
  logic                  enabled_q;
  logic [32*RULE_WORDS-1:0] rules_data;
  logic [NEXT_W-1:0]     next_data;
  logic [NEXT_W-1:0]     next_q;
  logic [NEXT_W-1:0]     next_q2;
  logic [NEXT_W-1:0]     fired_q2;
  logic [NEXT_W-1:0]     next_fired;
  logic                  fires;
  logic                  unused_now;
  logic [BBO_W-1:0]      lag_data;
  logic [BBO_W-1:0]      lag_data_q;
  logic [7:0]            command;
  logic [15:0]           target;
  logic                  trusts;
  logic                  all_symbols;

  assign ready_o      = !clearing_q;
  assign next_lag_o   = next_lag[TP_SYM_W:1];
  assign next_bank_o  = bank_now;
  assign bank_o       = bank_q;
  assign armed_o      = armed_q;
  assign feed_stale_o = feed_stale_q;
  assign b_symbol_o   = symbol_q;
  assign b_lag_o      = lag_q;
  assign b_enabled_o  = enabled_q;
  assign b_rules_o    = rules_data;
  assign b_next_o     = next_data;
  assign b_fires_o    = {5{fires}} & d2_rules_i;
  assign b_fired_o    = fired_q2;
  assign b_lag_bbo_o  = lag_data;
  assign lag_symbol_o = lag_symbol_q;
  assign lag_is_own_o = lag_is_own_q;
  assign lag_read_o   = lag_data_q;
  assign lag_bbo_o    = lag_is_own_q ? booked_i.bbo_after : lag_data_q;
  assign lag_sticky_o = lag_sticky_q;
  assign is_book      = booked_i.msg.op >= TP_OP_ADD && booked_i.msg.op <= TP_OP_TRADE;
  assign command      = booked_i.msg.command[127:120];
  assign target       = booked_i.msg.command[111:96];
  assign all_symbols  = target == 16'hFFFF;
  assign trusts       = booked_i.msg.op == TP_OP_COMMAND && command == twinpath_regs_pkg::CMD_TRUST;

  // ---- b - 1: the lagging symbol is [31:24] of rule word 0 ----------------------------------------------------------------
  assign lag_cfg  = cfg_i.valid && cfg_i.table_id == TP_CFG_RULES && cfg_i.word == 5'd0 && cfg_i.index[15:9] == '0;
  assign bank_now = bank_q ^ (booked_valid_i && booked_i.msg.op == TP_OP_COMMAND && command == twinpath_regs_pkg::CMD_SWAP);
  assign next_lag = lag_memory[{bank_now, next_symbol_i}];

  always_ff @(posedge clk_i) begin
    if (lag_cfg) lag_memory[cfg_i.index[TP_SYM_W:0]] <= {cfg_i.data[31:24] == cfg_i.index[TP_SYM_W-1:0], cfg_i.data[31:24], cfg_i.data[4:0] != '0};
  end

  config_table #(
      .TABLE(TP_CFG_RULES),
      .WORDS(RULE_WORDS),
      .DEPTH(2 * TP_SYMBOLS)
  ) u_rules (
      .clk_i  (clk_i),
      .cfg_i  (cfg_i),
      .re_i   (en_i),
      .raddr_i({bank_now, next_symbol_i}),
      .rdata_o(rules_data)
  );

  ram_forward #(
      .WIDTH(NEXT_W),
      .DEPTH(TP_SYMBOLS)
  ) u_next (
      .clk_i  (clk_i),
      .we_i   (clearing_q || d2_fire_i),
      .waddr_i(clearing_q ? clear_q : d2_symbol_i),
      .other_i(1'b0),
      .waddr1_i(8'd0),
      .wdata_i(clearing_q ? '0 : next_fired),
      .late_i (d2_fire_i),
      .soon_i (booked_i.msg.symbol),
      .soon1_i(8'd0),
      .late_data_i(next_fired),
      .now_o  (fires),
      .re_i   (en_i),
      .raddr_i(next_symbol_i),
      .rdata_o(next_data)
  );

  ram_forward #(
      .WIDTH(BBO_W),
      .DEPTH(TP_SYMBOLS)
  ) u_bbo (
      .clk_i  (clk_i),
      .we_i   (clearing_q || (commit_i && is_book)),
      .waddr_i(clearing_q ? clear_q : booked_i.msg.symbol),
      .other_i(1'b0),
      .waddr1_i(8'd0),
      .wdata_i(clearing_q ? '0 : booked_i.bbo_after),
      .late_i (1'b0),
      .soon_i (8'd0),
      .soon1_i(8'd0),
      .late_data_i(132'd0),
      .now_o  (unused_now),
      .re_i   (en_i),
      .raddr_i(next_lag_o),
      .rdata_o(lag_data)
  );

  always_comb begin
    next_fired = next_q2;
    for (int r = 0; r < 5; r++) if (d2_rules_i[r]) next_fired[RULE_W*r+:RULE_W] = fired_q2[RULE_W*r+:RULE_W];
  end

  always_ff @(posedge clk_i) begin
    next_q2  <= next_q;
    fired_q2 <= fired_i;
    if (clearing_q) begin
      clear_q    <= clear_q + 1'b1;
      clearing_q <= clear_q != '1;
    end
    if (en_i) begin
      symbol_q     <= next_symbol_i;
      {b_lag_is_own_q, lag_q, enabled_q} <= next_lag;
      next_q       <= fires ? next_fired : next_data;
      lag_data_q   <= lag_data;
      lag_crossed_o <= b_lag_bbo_o.bid_price >= b_lag_bbo_o.ask_price;
      lag_symbol_q <= lag_q;
      lag_is_own_q <= b_lag_is_own_q;
      lag_sticky_q <= sticky_q[lag_q];
    end
    if (commit_i && is_book) sticky_q[booked_i.msg.symbol] <= booked_i.sticky_after;
    if (commit_i && trusts && all_symbols) sticky_q <= '0;
    else if (commit_i && trusts && target < 16'(TP_SYMBOLS)) sticky_q[target[TP_SYM_W-1:0]] <= 1'b0;
    if (commit_i) begin
      if (booked_i.msg.op == TP_OP_STATE && (booked_i.msg.reason == twinpath_regs_pkg::STATE_GAP_LOST ||
                                             booked_i.msg.reason == twinpath_regs_pkg::STATE_FCS_ERROR)) begin
        feed_stale_q <= 1'b1;
      end
      if (booked_i.msg.op == TP_OP_COMMAND) begin
        if (command == twinpath_regs_pkg::CMD_SWAP) bank_q <= !bank_q;
        if (command == twinpath_regs_pkg::CMD_ARM) armed_q <= 1'b1;
        if (command == twinpath_regs_pkg::CMD_DISARM) armed_q <= 1'b0;
        if (command == twinpath_regs_pkg::CMD_TRUST) begin
          if (all_symbols) feed_stale_q <= 1'b0;
        end
      end
    end
    if (cfg_i.valid && cfg_i.table_id == TP_CFG_CONTROL && cfg_i.word == 5'd0) armed_q <= cfg_i.data[3];

    if (rst_i) begin
      clearing_q   <= 1'b1;
      clear_q      <= '0;
      armed_q      <= 1'b0;
      feed_stale_q <= 1'b0;
      bank_q       <= 1'b0;
      sticky_q     <= '0;
    end
  end

endmodule
`default_nettype wire
