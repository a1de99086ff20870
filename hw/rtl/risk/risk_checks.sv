`include "risk/risk_types.svh"
`default_nettype none

/// The thirteen checks of SEM 5.1 on one intent, all computed whatever the others say.
///
/// Why: no order leaves that did not pass every check; the mask explains a rejection in full, its lowest bit names it.
/// Safety: every sum is wider than its operands and every comparison exact, so no check passes by wrapping.
/// Timing: start_i with the intent (multiplies), check_i in the next cycle with the records, mask_o in the cycle after,
/// stable until the next check_i. Intent, limits and the state inputs are stable from start_i until mask_o was used.
module risk_checks (
    input  wire logic                  clk_i,
    input  wire logic                  start_i,
    input  wire logic                  check_i,
    input  wire tp_intent_t            intent_i,
    input  wire tp_limits_t            limits_i,            // of the order's symbol
    input  wire tp_global_limits_t     global_i,
    input  wire tp_account_t           account_i,           // of the order's symbol
    input  wire logic                  kill_i,
    input  wire logic                  session_closed_i,
    input  wire logic                  tradable_i,          // the order's symbol
    input  wire logic [31:0]           collar_reference_i,
    input  wire logic [TP_GROSS_W-1:0] gross_i,
    input  wire logic [15:0]           open_count_i,
    input  wire logic                  slot_used_i,         // slot of the next user_ref
    input  wire logic [TP_TAT_W-1:0]   tat_i,
    output logic      [12:0]           mask_o,              // bit n-1: check n fails
    output logic      [63:0]           notional_o
);

  logic [12:0]            fails_d;
  logic [12:0]            fails_q;
  logic [63:0]            product_q;
  logic [63:0]            notional_q;
  logic                   cancel_q;
  logic [32:0]            price;
  logic [35:0]            position;   // all of the position check is 36-bit two's complement
  logic [35:0]            buy_after;
  logic [35:0]            sell_after;
  logic [35:0]            max_position;
  logic [TP_TIME_W:0]     stamp;
  logic [TP_TAT_W-1:0]    rate_limit;

  always_comb begin
    fails_d      = '0;
    price        = {1'b0, intent_i.price};
    position     = {{4{account_i.position[31]}}, account_i.position};
    max_position = {5'd0, limits_i.max_position[30:0]};
    buy_after    = '0;
    sell_after   = '0;
    stamp        = {1'b0, intent_i.booked.msg.origin.stamp};
    rate_limit   = '0;
    if (check_i) begin
      buy_after  = position + {4'd0, account_i.open_buy} + {4'd0, intent_i.quantity};
      sell_after = {4'd0, account_i.open_sell} + {4'd0, intent_i.quantity} - position;
      rate_limit = {1'b0, stamp} + {2'd0, global_i.rate_tolerance[47:0]};
      fails_d[0] = kill_i;
      fails_d[1] = !(intent_i.side ? limits_i.flags[1] : limits_i.flags[0]);
      fails_d[2] = session_closed_i;
      fails_d[3] = !tradable_i;
      fails_d[4] = intent_i.quantity == '0 || intent_i.quantity > limits_i.max_quantity;
      fails_d[6] = price > {1'b0, collar_reference_i} + {1'b0, limits_i.collar} ||
          price + {1'b0, limits_i.collar} < {1'b0, collar_reference_i};
      fails_d[7] = $signed(intent_i.side ? sell_after : buy_after) > $signed(max_position);
      fails_d[9] = {16'd0, open_count_i} >= global_i.max_open_orders || slot_used_i;
      fails_d[10] = global_i.rate_interval != '0 && tat_i > rate_limit;
      fails_d[11] = account_i.last_valid && account_i.last_side == intent_i.side &&
          account_i.last_price == intent_i.price && account_i.last_quantity == intent_i.quantity &&
          stamp < {1'b0, account_i.last_stamp} + {17'd0, global_i.duplicate_window};
      fails_d[12] = intent_i.side ? account_i.open_buy != '0 && intent_i.price <= account_i.own_buy
                                  : account_i.open_sell != '0 && intent_i.price >= account_i.own_sell;
      if (intent_i.cancel) fails_d = fails_d & 13'h0400;
    end
  end

  // Two registers behind the multiplication, for synthesis to spread it over.
  always_ff @(posedge clk_i) begin
    if (start_i) product_q <= {32'd0, intent_i.price} * {32'd0, intent_i.quantity};
    if (check_i) begin
      notional_q <= product_q;
      fails_q    <= fails_d;
      cancel_q   <= intent_i.cancel;
    end
  end

  assign notional_o = notional_q;
  always_comb begin
    mask_o    = fails_q;
    mask_o[5] = !cancel_q && notional_q > limits_i.max_notional;
    mask_o[8] = !cancel_q && {1'b0, gross_i} + {17'd0, notional_q} > {17'd0, global_i.max_gross};
  end

endmodule
`default_nettype wire
