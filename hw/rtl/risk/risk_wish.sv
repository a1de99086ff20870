`include "risk/risk_types.svh"
`default_nettype none

/// The checks of SEM 5.1 on one order there can be: of one symbol and side, for the quantity of one rule or what is
/// quoted, whichever is less.
///
/// Why: nothing waits for the choice of rule, nor for the lesser quantity. A limit on the lesser of two is broken only if
/// both break it, so both are judged at once. Every quote there may be is multiplied and compared in B (strategy_ahead says
/// which they are); D1 picks.
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
    input  wire logic           b_valid_i,           // only saves work
    input  wire logic [3*32-1:0] b_price_i,          // the quote: as it was, the message's, the second level
    input  wire logic [4*32-1:0] b_there_i,          // and as it was with another quantity
    // D1
    input  wire logic           valid_i,             // only saves work
    input  wire logic [2:0]     price_i,             // which price, one hot
    input  wire logic [3:0]     there_i,             // which quantity, one hot
    input  wire tp_limits_t     limits_i,
    input  wire tp_account_t    account_i,
    input  wire logic           tradable_i,
    input  wire logic           trade_i,             // the message is a trade of the symbol,
    input  wire logic [31:0]    trade_price_i,       // at this price
    input  wire logic [63:0]    headroom_i,
    output logic                pass_o,              // no check of this order fails; those of all orders are not in it
    output logic [31:0]         price_o,
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
  logic [31:0] collar_q;
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
      wanted_q       <= b_wanted_i;
      wanted_zero_q  <= b_wanted_i == '0;
      wanted_over_q  <= b_wanted_i > b_limits_i.max_quantity;
      wanted_last_q  <= b_wanted_i == b_account_i.last_quantity;
      wanted_least_q <= b_wanted_i >= b_account_i.last_quantity;
      wanted_open_q  <= open + b_wanted_i;
      collar_q       <= b_limits_i.collar;
    end
  end

  logic [3*64-1:0] wanted_notional_q;
  logic [4*64-1:0] there_notional_q;
  logic [3*32-1:0] price_q;
  logic [4*32-1:0] there_q;
  logic [2:0]      collar_q2;     // too far from the reference
  logic [2:0]      last_price_q;  // that of the last order
  logic [2:0]      self_q;        // would meet an order of ours
  logic [2:0]      better_q;      // is the most aggressive, should orders of this side be open
  logic [33:0]     high;
  logic [33:0]     low;

  assign high = {2'd0, reference} + {2'd0, b_limits_i.collar};
  assign low  = {2'd0, reference} - {2'd0, b_limits_i.collar};

  for (genvar n = 0; n < 4; n = n + 1) begin : g_quote
    logic [31:0] price;
    logic [31:0] there;
    logic [63:0] there_notional;

    assign price = b_price_i[32*(n%3)+:32];  // of 3 as of 0
    assign there = b_there_i[32*n+:32];
    always_comb begin
      there_notional = '0;
      if (b_valid_i) there_notional = {32'd0, price} * {32'd0, there};
    end
    always_ff @(posedge clk_i) begin
      if (en_i) begin
        there_q[32*n+:32]          <= there;
        there_notional_q[64*n+:64] <= there_notional;
      end
    end

    if (n < 3) begin : g_price
      logic [63:0] wanted_notional;
      always_comb begin
        wanted_notional = '0;
        if (b_valid_i) wanted_notional = {32'd0, price} * {32'd0, b_wanted_i};
      end
      always_ff @(posedge clk_i) begin
        if (en_i) begin
          price_q[32*n+:32]           <= price;
          wanted_notional_q[64*n+:64] <= wanted_notional;
          collar_q2[n]    <= $signed({2'd0, price}) > $signed(high) || $signed({2'd0, price}) < $signed(low);
          last_price_q[n] <= price == b_account_i.last_price;
          self_q[n]       <= SIDE ? price <= b_account_i.own_buy : price >= b_account_i.own_sell;
          better_q[n]     <= SIDE ? price < b_account_i.own_sell : price > b_account_i.own_buy;
        end
      end
    end
  end

  // ---- D1 --------------------------------------------------------------------------------------------------------------
  logic [31:0] price;
  logic [31:0] there;
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
    price           = '0;
    there           = '0;
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
      for (int n = 0; n < 4; n++) begin
        if (there_i[n]) there          = there | there_q[32*n+:32];
        if (there_i[n]) there_notional = there_notional | there_notional_q[64*n+:64];
      end
      for (int n = 0; n < 3; n++) begin
        if (price_i[n]) price           = price | price_q[32*n+:32];
        if (price_i[n]) wanted_notional = wanted_notional | wanted_notional_q[64*n+:64];
      end
      less            = wanted_q < there;
      quantity        = wanted_zero_q || there == '0 || (wanted_over_q && there > limits_i.max_quantity);
      notional        = wanted_notional > limits_i.max_notional && there_notional > limits_i.max_notional;
      gross           = wanted_notional > headroom_i && there_notional > headroom_i;
      room            = $signed({4'd0, wanted_q}) > $signed(room_q) && $signed({4'd0, there}) > $signed(room_q);
      collar          = trade_i ? {1'b0, price} > {1'b0, trade_price_i} + {1'b0, collar_q} ||
                                  {1'b0, price} + {1'b0, collar_q} < {1'b0, trade_price_i}
                                : (price_i & collar_q2) != '0;
      duplicate       = duplicate_q && (price_i & last_price_q) != '0 &&
                        ((wanted_last_q && there >= account_i.last_quantity) || (wanted_least_q && there == account_i.last_quantity));
      self_trade      = against_q && (price_i & self_q) != '0;
      open_o          = less ? wanted_open_q : (SIDE ? account_i.open_sell : account_i.open_buy) + there;
      own_o           = !open_q || (price_i & better_q) != '0 ? price : own;
    end
  end

  assign price_o    = price;
  assign quantity_o = less ? wanted_q : there;
  assign notional_o = less ? wanted_notional : there_notional;
  assign pass_o     = !(forbidden_q || !tradable_i || quantity || notional || collar || room || gross || duplicate || self_trade);

endmodule
`default_nettype wire
