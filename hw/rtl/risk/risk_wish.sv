`include "risk/risk_types.svh"
`default_nettype none

/// The checks of SEM 5.1 on one order there can be: what one rule wants of one quote, or what is quoted, whichever is less.
///
/// Why: nothing waits for the choice of rule. See risk_quote, which judges the quote alone.
/// Safety: the order passes only if neither early_o nor late_o of the case that is picked is there.
/// Timing: b_ inputs in B, with en_i; all other inputs and the outputs in D1. late_o is one LUT behind a comparison.
module risk_wish (
    input  wire logic             clk_i,
    input  wire logic             en_i,
    input  wire logic             b_valid_i,      // only saves work
    input  wire logic [31:0]      b_wanted_i,     // quantity of the rule
    input  wire tp_limits_t       b_limits_i,
    input  wire tp_account_t      b_account_i,
    input  wire logic [3*32-1:0]  b_price_i,      // of the quote: cases 0 and 3, 1, 2
    input  wire logic [3:0]       b_over_i,       // of risk_quote
    // D1
    input  wire logic [3:0]       picked_i,       // which case it is, one hot
    input  wire logic             blocked_i,      // no order of the symbol may leave
    input  wire logic [63:0]      max_notional_i,
    input  wire logic [63:0]      headroom_i,
    // of risk_quote
    input  wire logic [3:0]       bad_i,
    input  wire logic [3:0]       last_i,
    input  wire logic [3:0]       least_i,
    input  wire logic [3:0]       equal_i,
    input  wire logic [3:0]       costly_i,
    input  wire logic [3:0]       gross_i,
    input  wire logic [3:0]       position_i,
    input  wire logic [35:0]      room_i,
    input  wire logic [31:0]      there_i,        // picked
    input  wire logic [63:0]      there_notional_i,
    output logic                  early_o,        // it fails, by what registers say, in the case that is picked
    output logic [3:0]            late_o,         // it fails, by a comparison of D1, by case
    output logic [31:0]           quantity_o,
    output logic [63:0]           notional_o
);

  logic [31:0]     wanted_q;
  logic            zero_q;      // nothing is wanted
  logic [3:0]      over_q;      // more than one order may have, by case
  logic            equal_q;     // as many as the last order
  logic            least_q;     // at least as many
  logic            over;
  logic [3*64-1:0] notional_q;

  for (genvar n = 0; n < 3; n = n + 1) begin : g_price
    logic [63:0] notional;
    always_comb begin
      notional = '0;
      if (b_valid_i) notional = {32'd0, b_price_i[32*n+:32]} * {32'd0, b_wanted_i};
    end
    always_ff @(posedge clk_i) if (en_i) notional_q[64*n+:64] <= notional;
  end

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      wanted_q   <= b_wanted_i;
      zero_q     <= b_wanted_i == '0;
      over_q     <= {4{over}} & b_over_i;
      equal_q    <= b_wanted_i == b_account_i.last_quantity;
      least_q    <= b_wanted_i >= b_account_i.last_quantity;
    end
  end
  assign over = b_wanted_i > b_limits_i.max_quantity;

  // ---- D1 --------------------------------------------------------------------------------------------------------------
  logic [35:0] left;
  logic        position;  // what is wanted breaks the limit
  logic [64:0] under_limit;     // negative: it does
  logic [64:0] under_headroom;
  logic [2:0]  costly;
  logic [2:0]  gross;
  // By case:
  logic [3:0]  last;      // the lesser is the quantity of the last order
  logic [3:0]  early;
  logic [63:0] wanted_notional;

  always_comb begin
    left     = room_i - {4'd0, wanted_q};
    position = left[35];
    for (int p = 0; p < 3; p++) begin
      under_limit    = {1'b0, max_notional_i} - {1'b0, notional_q[64*p+:64]};
      under_headroom = {1'b0, headroom_i} - {1'b0, notional_q[64*p+:64]};
      costly[p]      = under_limit[64];
      gross[p]       = under_headroom[64];
    end
    wanted_notional = '0;
    for (int n = 0; n < 4; n++) begin
      last[n]   = (equal_q && least_i[n]) || (least_q && equal_i[n]);
      early[n]  = bad_i[n] || over_q[n] || (last_i[n] && last[n]);
      late_o[n] = (costly[n%3] && costly_i[n]) || (gross[n%3] && gross_i[n]) || (position && position_i[n]);
      if (picked_i[n]) wanted_notional = wanted_notional | notional_q[64*(n%3)+:64];
    end
  end

  logic less;   // less is wanted than is there
  assign less       = wanted_q < there_i;
  assign early_o    = blocked_i || zero_q || (picked_i & early) != '0;
  assign quantity_o = less ? wanted_q : there_i;
  assign notional_o = less ? wanted_notional : there_notional_i;

endmodule
`default_nettype wire
