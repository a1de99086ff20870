`include "risk/risk_types.svh"
`default_nettype none

/// The checks of SEM 5.1 on one order there can be: of one symbol and side, for the quantity of one rule or what is
/// quoted, whichever is less.
///
/// Why: nothing waits for the choice of rule, nor for the lesser quantity. A limit on the lesser of two is broken only if
/// both break it, so both are judged at once, and the two multiplications are done beside everything else. What does
/// not depend on the quote is made in B.
/// Safety: every sum is wider than its operands and every comparison exact, so no check passes by wrapping.
/// Timing: b_ inputs in B, with en_i; all other inputs and the outputs in D1.
module risk_wish #(
    parameter logic SIDE = 1'b0  // 0 buy at the offer, 1 sell at the bid
) (
    input  wire logic           clk_i,
    input  wire logic           en_i,
    input  wire logic [TP_TIME_W-1:0] b_stamp_i,
    input  wire logic [31:0]    b_wanted_i,          // quantity of the rule
    input  wire tp_limits_t     b_limits_i,
    input  wire tp_account_t    b_account_i,
    input  wire logic [32:0]    b_last_trade_i,      // [32] one was seen
    input  wire logic [31:0]    b_duplicate_window_i,
    // D1
    input  wire logic           valid_i,             // only saves work
    input  wire logic [31:0]    price_i,             // the quote
    input  wire logic [31:0]    there_i,
    input  wire tp_limits_t     limits_i,
    input  wire tp_account_t    account_i,
    input  wire logic           tradable_i,
    input  wire logic           trade_i,             // the message is a trade of the symbol,
    input  wire logic [31:0]    trade_price_i,       // at this price
    input  wire logic [63:0]    headroom_i,
    output logic                pass_o,              // no check of this order fails; those of all orders are not in it
    output logic [31:0]         quantity_o,
    output logic [63:0]         notional_o,
    output logic [31:0]         open_o,              // what the account says if it is sent: shares of open orders
    output logic [31:0]         own_o                // and their most aggressive price
);

  // ---- B ---------------------------------------------------------------------------------------------------------------
  logic        forbidden_q;
  logic        duplicate_q;     // if price and quantity are the same
  logic        open_q;          // orders of this side are open
  logic        against_q;       // and of the other
  logic [35:0] room_q;          // most shares the position check allows; two's complement
  logic [33:0] collar_high_q;
  logic [33:0] collar_low_q;
  logic [31:0] wanted_q;
  logic        wanted_zero_q;
  logic        wanted_over_q;
  logic        wanted_last_q;   // as many as the last order
  logic        wanted_least_q;  // at least as many
  logic [31:0] wanted_open_q;
  logic [31:0] open;
  logic [31:0] reference;
  logic [35:0] position;
  logic [35:0] most;

  assign open      = SIDE ? b_account_i.open_sell : b_account_i.open_buy;
  assign reference = b_last_trade_i[32] ? b_last_trade_i[31:0] : b_limits_i.reference_price;
  assign position  = {{4{b_account_i.position[31]}}, b_account_i.position};
  assign most      = {5'd0, b_limits_i.max_position[30:0]};

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      forbidden_q    <= !(SIDE ? b_limits_i.flags[1] : b_limits_i.flags[0]);
      duplicate_q    <= b_account_i.last_valid && b_account_i.last_side == SIDE &&
                        {1'b0, b_stamp_i} < {1'b0, b_account_i.last_stamp} + {17'd0, b_duplicate_window_i};
      open_q         <= open != '0;
      against_q      <= (SIDE ? b_account_i.open_buy : b_account_i.open_sell) != '0;
      room_q         <= (SIDE ? most + position : most - position) - {4'd0, open};
      collar_high_q  <= {2'd0, reference} + {2'd0, b_limits_i.collar};
      collar_low_q   <= {2'd0, reference} - {2'd0, b_limits_i.collar};
      wanted_q       <= b_wanted_i;
      wanted_zero_q  <= b_wanted_i == '0;
      wanted_over_q  <= b_wanted_i > b_limits_i.max_quantity;
      wanted_last_q  <= b_wanted_i == b_account_i.last_quantity;
      wanted_least_q <= b_wanted_i >= b_account_i.last_quantity;
      wanted_open_q  <= open + b_wanted_i;
    end
  end

  // ---- D1 --------------------------------------------------------------------------------------------------------------
  logic [63:0] wanted_notional;
  logic [63:0] there_notional;
  logic        less;        // less is wanted than is there
  logic        quantity;    // failing checks
  logic        notional;
  logic        collar;
  logic        room;
  logic        gross;
  logic        duplicate;
  logic        self_trade;
  logic [31:0] own;

  assign own = SIDE ? account_i.own_sell : account_i.own_buy;

  always_comb begin
    wanted_notional = '0;
    there_notional  = '0;
    less            = 1'b0;
    quantity        = 1'b0;
    notional        = 1'b0;
    collar          = 1'b0;
    room            = 1'b0;
    gross           = 1'b0;
    duplicate       = 1'b0;
    self_trade      = 1'b0;
    open_o          = '0;
    own_o           = '0;
    if (valid_i) begin
      wanted_notional = {32'd0, price_i} * {32'd0, wanted_q};
      there_notional  = {32'd0, price_i} * {32'd0, there_i};
      less            = wanted_q < there_i;
      quantity        = wanted_zero_q || there_i == '0 || (wanted_over_q && there_i > limits_i.max_quantity);
      notional        = wanted_notional > limits_i.max_notional && there_notional > limits_i.max_notional;
      gross           = wanted_notional > headroom_i && there_notional > headroom_i;
      room            = $signed({4'd0, wanted_q}) > $signed(room_q) && $signed({4'd0, there_i}) > $signed(room_q);
      collar          = trade_i ? {1'b0, price_i} > {1'b0, trade_price_i} + {1'b0, limits_i.collar} ||
                                  {1'b0, price_i} + {1'b0, limits_i.collar} < {1'b0, trade_price_i}
                                : $signed({2'd0, price_i}) > $signed(collar_high_q) || $signed({2'd0, price_i}) < $signed(collar_low_q);
      duplicate       = duplicate_q && account_i.last_price == price_i &&
                        ((wanted_last_q && there_i >= account_i.last_quantity) || (wanted_least_q && there_i == account_i.last_quantity));
      self_trade      = against_q && (SIDE ? price_i <= account_i.own_buy : price_i >= account_i.own_sell);
      open_o          = less ? wanted_open_q : (SIDE ? account_i.open_sell : account_i.open_buy) + there_i;
      own_o           = !open_q || (SIDE ? price_i < own : price_i > own) ? price_i : own;
    end
  end

  assign quantity_o = less ? wanted_q : there_i;
  assign notional_o = less ? wanted_notional : there_notional;
  assign pass_o     = !(forbidden_q || !tradable_i || quantity || notional || collar || room || gross || duplicate || self_trade);

endmodule
`default_nettype wire
