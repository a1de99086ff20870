`include "risk/risk_types.svh"
`default_nettype none

/// What the checks of SEM 5.1 can say about an order of one symbol and side before it is known whether there will be
/// one, and for how much: the price is the quote it would trade at.
///
/// Why: every enter intent is one of four (side, own or lagging symbol). Judging all four beside the rules leaves only
/// the choice and what depends on the quantity behind them.
/// Safety: every sum is wider than its operands and every comparison exact, so no check passes by wrapping.
/// Latency: combinational.
module risk_candidate (
    input  wire logic           side_i,
    input  wire logic [31:0]    price_i,
    input  wire logic [TP_TIME_W-1:0] stamp_i,
    input  wire tp_limits_t     limits_i,
    input  wire tp_account_t    account_i,
    input  wire logic           tradable_i,
    input  wire logic [31:0]    collar_reference_i,
    input  wire logic [31:0]    duplicate_window_i,
    output logic                permission_o,  // fails, as all below
    output logic                halt_o,
    output logic                collar_o,
    output logic                self_trade_o,
    output logic                duplicate_o,   // if the quantity is last_quantity
    output logic [35:0]         room_o         // most shares the position check allows; two's complement
);

  logic [35:0] position;
  logic [35:0] most;

  assign position = {{4{account_i.position[31]}}, account_i.position};
  assign most     = {5'd0, limits_i.max_position[30:0]};

  assign permission_o = !(side_i ? limits_i.flags[1] : limits_i.flags[0]);
  assign halt_o       = !tradable_i;
  assign collar_o     = {1'b0, price_i} > {1'b0, collar_reference_i} + {1'b0, limits_i.collar} ||
      {1'b0, price_i} + {1'b0, limits_i.collar} < {1'b0, collar_reference_i};
  assign self_trade_o = side_i ? account_i.open_buy != '0 && price_i <= account_i.own_buy
                               : account_i.open_sell != '0 && price_i >= account_i.own_sell;
  assign duplicate_o  = account_i.last_valid && account_i.last_side == side_i && account_i.last_price == price_i &&
      {1'b0, stamp_i} < {1'b0, account_i.last_stamp} + {17'd0, duplicate_window_i};
  assign room_o       = side_i ? most + position - {4'd0, account_i.open_sell}
                               : most - position - {4'd0, account_i.open_buy};

endmodule
`default_nettype wire
