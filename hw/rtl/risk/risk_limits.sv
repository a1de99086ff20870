`include "risk/risk_types.svh"
`default_nettype none

/// What the checks need of all symbols together: gross, open orders, rate and the global limits, as flags and
/// differences made ahead of the verdict (SEM 5.1 checks 9 to 11, 5.2, 5.3).
///
/// Why: these change only when an order leaves or a command is done, so their comparisons need not be in the cycle of
/// the verdict.
/// Ordering: state changes in the cycle after its strobe (the gross one later, but not what is made of it), what is made of it
/// in the one after that: in time for the next operation that can order, two cycles behind. At most one strobe a cycle.
/// Configuration written to the active bank, and CONTROL, belong before the session.
module risk_limits (
    input  wire logic                  clk_i,
    input  wire logic                  rst_i,
    input  wire tp_cfg_t               cfg_i,
    input  wire logic                  bank_i,
    input  wire logic [TP_TIME_W-1:0]  stamp_i,
    input  wire logic                  enter_i,        // strobe: an order is sent
    input  wire logic                  cancel_i,       // strobe: a cancel is sent
    input  wire logic [63:0]           notional_i,     // of the order sent
    input  wire logic                  applied_i,      // strobe: FILL, DONE or POSITION takes effect
    input  wire logic                  freed_i,        // and frees an open order
    input  wire logic [TP_GROSS_W-1:0] gross_i,        // and leaves this
    output logic [31:0]                next_ref_o,
    output logic [12:0]                open_count_o,
    output logic [TP_GROSS_W-1:0]      gross_o,
    output logic [31:0]                b_duplicate_window_o,  // of the bank that is active now
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
  logic                       entered_q;  // an order was sent in the cycle before
  logic [63:0]                notional_q;
  logic [TP_GROSS_W-1:0]      gross_now;

  assign active    = bank_i ? global1_q : global0_q;
  assign tolerance = {2'd0, active.rate_tolerance[47:0]};
  assign b_duplicate_window_o = active.duplicate_window;
  assign gross_now = entered_q ? gross_o + {16'd0, notional_q} : gross_o;
  assign stamp     = {2'd0, stamp_i};

  always_ff @(posedge clk_i) begin
    if (enter_i) begin
      next_ref_o   <= next_ref_o + 1'b1;
      open_count_o <= open_count_o + 1'b1;
    end
    entered_q  <= enter_i;
    notional_q <= notional_i;
    gross_o    <= applied_i ? gross_i : gross_now;
    if (applied_i) begin
      if (freed_i) open_count_o <= open_count_o - 1'b1;
    end
    if (enter_i || cancel_i) tat_q <= (tat_q > stamp ? tat_q : stamp) + {18'd0, interval_q};

    interval_q         <= active.rate_interval;
    duplicate_window_o <= active.duplicate_window;
    orders_full_o      <= {19'd0, open_count_o} >= active.max_open_orders;
    rate_from_o        <= active.rate_interval == '0 || tat_q < tolerance ? '0 : tat_q - tolerance;
    gross_over_o       <= gross_now > {16'd0, active.max_gross};
    headroom_o         <= active.max_gross - gross_now[63:0];

    if (cfg_i.valid && cfg_i.table_id == TP_CFG_GLOBAL && cfg_i.word < 5'(GLOBAL_WORDS)) begin
      if (cfg_i.index == 16'd0) global0_q[{cfg_i.word[2:0], 5'd0}+:32] <= cfg_i.data;
      if (cfg_i.index == 16'd1) global1_q[{cfg_i.word[2:0], 5'd0}+:32] <= cfg_i.data;
    end
    if (cfg_i.valid && cfg_i.table_id == TP_CFG_CONTROL && cfg_i.word == 5'd1) next_ref_o <= cfg_i.data;

    if (rst_i) begin
      next_ref_o   <= '0;
      open_count_o <= '0;
      gross_o      <= '0;
      entered_q    <= 1'b0;
      tat_q        <= '0;
      global0_q    <= '0;
      global1_q    <= '0;
    end
  end

endmodule
`default_nettype wire
