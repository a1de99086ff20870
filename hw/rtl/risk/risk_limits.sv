`include "risk/risk_types.svh"
`default_nettype none

/// What the checks need of all symbols together: gross, open orders, rate and the global limits, as flags and
/// differences made ahead of the verdict (SEM 5.1 checks 9 to 11, 5.2, 5.3).
///
/// Why: these change only when an order leaves or a command is done, so their comparisons need not be in the cycle of
/// the verdict.
/// Ordering: of an order or cancel, state and what is made of it change in the cycle after its strobe, in time for the next
/// operation that can order; of a command, state changes then, and what is made of it in the cycle after that. At most one
/// strobe a cycle, and of orders and cancels never two in a row.
/// Configuration written to the active bank, and CONTROL, belong before the session.
module risk_limits (
    input  wire logic                  clk_i,
    input  wire logic                  rst_i,
    input  wire tp_cfg_t               cfg_i,
    input  wire logic                  bank_i,
    input  wire logic                  next_bank_i,    // in the next cycle
    input  wire logic [TP_TIME_W-1:0]  stamp_i,        // of the operation in D1
    input  wire logic                  enter_i,        // strobe, D2: an order is sent
    input  wire logic                  cancel_i,       // strobe, D2: a cancel is sent
    input  wire logic [63:0]           notional_i,     // of the order sent
    input  wire logic                  applied_i,      // strobe: FILL, DONE or POSITION takes effect
    input  wire logic                  freed_i,        // and frees an open order
    input  wire logic [TP_GROSS_W-1:0] gross_i,        // and leaves this
    output logic [31:0]                next_ref_o,
    output logic [12:0]                open_count_o,
    output logic [TP_GROSS_W-1:0]      gross_o,
    output logic [31:0]                b_duplicate_window_o,  // early enough for the operation behind a swap
    output logic [31:0]                duplicate_window_o,
    output logic                       orders_full_o,
    output logic [TP_TAT_W-1:0]        rate_from_o,    // first stamp the rate allows
    output logic                       gross_over_o,
    output logic [63:0]                headroom_o
);

  localparam int GLOBAL_WORDS = 7;  // of tp_global_limits_t

  logic [32*GLOBAL_WORDS-1:0] global0_q;
  logic [32*GLOBAL_WORDS-1:0] global1_q;
  logic [TP_TAT_W-1:0]        tat_q;
  logic [31:0]                interval_q;  // of the active bank
  logic [TP_TAT_W-1:0]        tolerance;
  logic [TP_TAT_W-1:0]        stamp;
  tp_global_limits_t          active;
  tp_global_limits_t          next;
  logic [TP_TAT_W-1:0]        sent_tat_q;  // tat, should the operation that was in D1 send
  logic [TP_TAT_W-1:0]        tat;
  logic [TP_TAT_W:0]          from;        // negative: any stamp
  logic [12:0]                count;
  logic [TP_GROSS_W:0]        headroom_q;  // negative: gross exceeds its limit

  assign active    = bank_i ? global1_q : global0_q;
  assign next      = next_bank_i ? global1_q : global0_q;
  assign tolerance = {2'd0, active.rate_tolerance[47:0]};
  assign stamp     = {2'd0, stamp_i};
  assign tat       = enter_i || cancel_i ? sent_tat_q : tat_q;
  assign from      = {1'b0, tat} - {1'b0, tolerance};
  assign count     = open_count_o + 13'(enter_i);

  assign gross_over_o = headroom_q[TP_GROSS_W];
  assign headroom_o   = headroom_q[63:0];

  always_ff @(posedge clk_i) begin
    if (enter_i) next_ref_o <= next_ref_o + 1'b1;
    open_count_o <= freed_i ? open_count_o - 1'b1 : count;
    if (applied_i) gross_o <= gross_i;
    else if (enter_i) gross_o <= gross_o + {16'd0, notional_i};
    headroom_q <= enter_i ? headroom_q - {17'd0, notional_i} : {17'd0, active.max_gross} - {1'b0, gross_o};
    sent_tat_q <= (tat_q > stamp ? tat_q : stamp) + {18'd0, interval_q};
    tat_q      <= tat;

    interval_q         <= active.rate_interval;
    b_duplicate_window_o <= next.duplicate_window;
    duplicate_window_o   <= b_duplicate_window_o;
    orders_full_o      <= {19'd0, count} >= active.max_open_orders;
    rate_from_o        <= active.rate_interval == '0 || from[TP_TAT_W] ? '0 : from[TP_TAT_W-1:0];

    if (cfg_i.valid && cfg_i.table_id == TP_CFG_GLOBAL && cfg_i.word < 5'(GLOBAL_WORDS)) begin
      if (cfg_i.index == 16'd0) global0_q[{cfg_i.word[2:0], 5'd0}+:32] <= cfg_i.data;
      if (cfg_i.index == 16'd1) global1_q[{cfg_i.word[2:0], 5'd0}+:32] <= cfg_i.data;
    end
    if (cfg_i.valid && cfg_i.table_id == TP_CFG_CONTROL && cfg_i.word == 5'd1) next_ref_o <= cfg_i.data;

    if (rst_i) begin
      next_ref_o   <= '0;
      open_count_o <= '0;
      gross_o      <= '0;
      tat_q        <= '0;
      global0_q    <= '0;
      global1_q    <= '0;
    end
  end

endmodule
`default_nettype wire
