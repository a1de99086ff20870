`include "risk/risk_types.svh"
`default_nettype none

/// The thirteen checks of SEM 5.1 on one intent, all computed whatever the others say.
///
/// Why: the mask explains a rejection in full, its lowest bit names it. The verdict (risk_verdict) is older by two cycles and found
/// otherwise; the simulation compares the two.
/// Safety: exact arithmetic throughout; every sum and difference is wide enough for its sign.
/// Latency: combinational. Outputs mean nothing without an intent.
module risk_checks (
    input  wire logic                  valid_i,             // a message is there; only saves work
    input  wire logic                  cancel_i,
    input  wire logic                  side_i,
    input  wire logic [31:0]           price_i,
    input  wire logic [31:0]           quantity_i,
    input  wire logic [63:0]           notional_i,          // price times quantity
    input  wire logic [TP_TIME_W-1:0]  stamp_i,
    // of the order's symbol
    input  wire tp_limits_t            limits_i,
    input  wire tp_account_t           account_i,
    input  wire logic                  tradable_i,
    input  wire logic [31:0]           collar_reference_i,
    // of all symbols
    input  wire logic                  kill_i,
    input  wire logic                  closed_i,
    input  wire logic                  orders_full_i,       // as many orders are open as may be
    input  wire logic                  slot_used_i,         // slot of the next user_ref
    input  wire logic [TP_TAT_W-1:0]   rate_from_i,         // first stamp the rate allows
    input  wire logic [31:0]           duplicate_window_i,
    input  wire logic                  gross_over_i,        // gross exceeds its limit already
    input  wire logic [63:0]           headroom_i,          // else what is left
    output logic                       pass_o,
    output logic [12:0]                mask_o               // bit n-1: check n fails
);

  logic        collar;
  logic        self_trade;
  logic        duplicate;
  logic        same;      // price and quantity as of the last order; as carry chains, which leave no tree of gates
  logic [35:0] position;  // two's complement, as all below
  logic [35:0] most;
  logic [35:0] allowed;   // open shares of this side
  logic [35:0] open;      // with the order
  logic [35:0] room;
  logic [49:0] since;     // the duplicate window

  assign position   = {{4{account_i.position[31]}}, account_i.position};
  assign most       = {5'd0, limits_i.max_position[30:0]};
  assign allowed    = side_i ? most + position : most - position;
  assign open       = {4'd0, side_i ? account_i.open_sell : account_i.open_buy} + {4'd0, quantity_i};
  assign room       = allowed - open;
  assign collar     = {1'b0, price_i} > {1'b0, collar_reference_i} + {1'b0, limits_i.collar} ||
      {1'b0, price_i} + {1'b0, limits_i.collar} < {1'b0, collar_reference_i};
  assign self_trade = side_i ? account_i.open_buy != '0 && price_i <= account_i.own_buy
                             : account_i.open_sell != '0 && price_i >= account_i.own_sell;
  assign since      = ({2'd0, stamp_i} - {2'd0, account_i.last_stamp}) - {18'd0, duplicate_window_i};
  assign same       = !(price_i < account_i.last_price) && !(account_i.last_price < price_i) &&
      !(quantity_i < account_i.last_quantity) && !(account_i.last_quantity < quantity_i);
  assign duplicate  = account_i.last_valid && account_i.last_side == side_i && same && since[49];

  always_comb begin
    mask_o = '0;
    if (valid_i) begin
      mask_o[10] = {2'd0, stamp_i} < rate_from_i;
      if (!cancel_i) begin
        mask_o[0]  = kill_i;
        mask_o[1]  = !(side_i ? limits_i.flags[1] : limits_i.flags[0]);
        mask_o[2]  = closed_i;
        mask_o[3]  = !tradable_i;
        mask_o[4]  = quantity_i == '0 || quantity_i > limits_i.max_quantity;
        mask_o[5]  = notional_i > limits_i.max_notional;
        mask_o[6]  = collar;
        mask_o[7]  = room[35];
        mask_o[8]  = gross_over_i || notional_i > headroom_i;
        mask_o[9]  = orders_full_i || slot_used_i;
        mask_o[11] = duplicate;
        mask_o[12] = self_trade;
      end
    end
  end
  assign pass_o = mask_o == '0;

endmodule
`default_nettype wire
