`include "risk/risk_types.svh"
`default_nettype none

/// The checks of SEM 5.1 on what is quoted on one side of one symbol, whichever quote it turns out to be.
///
/// Why: an order is for what a rule wants or what is quoted there, whichever is less, at the quoted price. Nothing waits for
/// the choice: a limit on the lesser of two is broken only if both break it, so both are judged at once, here and in
/// risk_wish. Every case the book may answer (strategy_ahead) is multiplied and compared in B; D1 picks.
/// Safety: every sum is wider than its operands and every comparison exact, so no check passes by wrapping.
/// Timing: b_ inputs in B, with en_i; what b_account_i says of orders may be late. All else in D1, at most 2 LUT levels from
/// a register but for the picked values.
module risk_quote #(
    parameter logic SIDE = 1'b0  // 0 the offer, where buys go; 1 the bid
) (
    input  wire logic             clk_i,
    input  wire logic             en_i,
    input  wire logic             b_valid_i,             // only saves work
    input  wire logic [TP_TIME_W-1:0] b_stamp_i,
    input  wire tp_limits_t       b_limits_i,
    input  wire tp_account_t      b_account_i,
    input  wire logic [32:0]      b_last_trade_i,        // [32] one was seen
    input  wire logic [31:0]      b_trade_price_i,       // of the message, should it be a trade of the symbol
    input  wire logic [31:0]      b_duplicate_window_i,
    input  wire logic [3*32-1:0]  b_price_i,             // cases 0 and 3, 1, 2
    input  wire logic [4*32-1:0]  b_there_i,             // shares there, by case
    input  wire logic             b_mine_i,              // case 3 is another quantity, else as case 0: late in b_there_i, so also
    input  wire logic             b_whole_i,             // the one of these that it is, then
    input  wire logic [31:0]      b_rest_i,
    input  wire logic [31:0]      b_other_i,
    // D1
    input  wire logic [3:0]       picked_i,              // which case it is, one hot
    input  wire logic             trade_i,               // the message is a trade of the symbol
    input  wire logic [63:0]      max_notional_i,
    input  wire logic [63:0]      headroom_i,
    output logic [3:0]            bad_o,                 // however much is wanted
    output logic [3:0]            last_o,                // price of the last order of this side, of late
    output logic [3:0]            least_o,               // at least as many as the last order
    output logic [3:0]            equal_o,               // exactly as many
    output logic [3:0]            b_over_o,              // B: more than one order may have
    output logic [3:0]            costly_o,              // all of it breaks the limit of an order's notional
    output logic [3:0]            gross_o,               // that of all
    output logic [3:0]            position_o,            // that of the position
    output logic [35:0]           room_o,                // most shares the position check allows; two's complement
    output logic [31:0]           price_o,               // picked
    output logic [31:0]           there_o,
    output logic [63:0]           notional_o,
    output logic [31:0]           own_o                  // most aggressive price of our open orders, with one more
);

  // ---- B ---------------------------------------------------------------------------------------------------------------
  logic [31:0] open;       // of orders of this side
  logic [31:0] against;    // and of the other
  logic [31:0] own;
  logic [31:0] meets;      // most aggressive price of orders it would meet
  logic [31:0] reference;
  logic [49:0] since;      // a last order after this is a recent one; two's complement
  logic [35:0] position;
  logic [35:0] most;
  logic [49:0] passed;     // negative: after that
  logic        forbidden_q;
  logic        recent_q;
  logic        open_q;
  logic        against_q;
  logic [31:0] own_q;

  assign open      = SIDE ? b_account_i.open_sell : b_account_i.open_buy;
  assign against   = SIDE ? b_account_i.open_buy : b_account_i.open_sell;
  assign own       = SIDE ? b_account_i.own_sell : b_account_i.own_buy;
  assign meets     = SIDE ? b_account_i.own_buy : b_account_i.own_sell;
  assign reference = b_last_trade_i[32] ? b_last_trade_i[31:0] : b_limits_i.reference_price;
  // A difference's sign is a carry; a signed comparison would take a level more.
  assign since     = {2'd0, b_stamp_i} - {18'd0, b_duplicate_window_i};
  assign passed    = since - {2'd0, b_account_i.last_stamp};
  assign position  = {{4{b_account_i.position[31]}}, b_account_i.position};
  assign most      = {5'd0, b_limits_i.max_position[30:0]};

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      forbidden_q <= !(SIDE ? b_limits_i.flags[1] : b_limits_i.flags[0]);
      recent_q    <= b_account_i.last_valid && b_account_i.last_side == SIDE && passed[49];
      open_q      <= open != '0;
      against_q   <= against != '0;
      own_q       <= own;
      room_o      <= (SIDE ? most + position : most - position) - {4'd0, open};
    end
  end

  logic [33:0]     high;
  logic [33:0]     low;
  logic [3*32-1:0] price_q;
  logic [4*32-1:0] there_q;
  logic [4*64-1:0] notional_q;
  logic [2:0]      far_q;        // too far from the last trade
  logic [2:0]      trade_far_q;  // too far from this one
  logic [2:0]      last_q;       // price of the last order
  logic [2:0]      self_q;       // would meet an order of ours
  logic [2:0]      better_q;     // is the most aggressive, should orders of this side be open
  logic [3:0]      none_q;

  assign high = {2'd0, reference} + {2'd0, b_limits_i.collar};
  assign low  = {2'd0, reference} - {2'd0, b_limits_i.collar};

  for (genvar n = 0; n < 3; n = n + 1) begin : g_price
    logic [31:0] price;
    logic [33:0] above;        // negative: too far
    logic [33:0] below;
    logic        not_over;     // within the collar around the trade
    logic        not_under;
    assign price       = b_price_i[32*n+:32];
    assign above       = high - {2'd0, price};
    assign below       = {2'd0, price} - low;

    sum_compare #(
        .AT_LEAST(1'b0)
    ) u_not_over (
        .a_i    (price),
        .b_i    (b_trade_price_i),
        .c_i    (b_limits_i.collar),
        .holds_o(not_over)
    );

    sum_compare #(
        .AT_LEAST(1'b0)
    ) u_not_under (
        .a_i    (b_trade_price_i),
        .b_i    (price),
        .c_i    (b_limits_i.collar),
        .holds_o(not_under)
    );

    always_ff @(posedge clk_i) begin
      if (en_i) begin
        price_q[32*n+:32] <= price;
        far_q[n]          <= above[33] || below[33];
        trade_far_q[n]    <= !not_over || !not_under;
        last_q[n]         <= price == b_account_i.last_price;
        self_q[n]         <= SIDE ? price <= meets : price >= meets;
        better_q[n]       <= SIDE ? price < own : price > own;
      end
    end
  end

  // Cases 0 to 2 as they are; of case 3 both that it may be, and the late choice is behind the comparisons.
  logic [4:0] none;
  logic [4:0] least;
  logic [4:0] equal;
  logic [4:0] over;

  for (genvar n = 0; n < 5; n = n + 1) begin : g_shares
    logic [31:0] shares;
    logic [32:0] unequal;  // less 1: negative when it is none; a carry chain, where a comparison would be a tree
    assign shares   = n == 4 ? b_rest_i : n == 3 ? b_other_i : b_there_i[32*(n%3)+:32];
    assign none[n]  = shares == '0;
    assign least[n] = shares >= b_account_i.last_quantity;
    assign unequal  = {1'b0, shares ^ b_account_i.last_quantity} - 1'b1;
    assign equal[n] = unequal[32];
    assign over[n]  = shares > b_limits_i.max_quantity;
  end

  for (genvar n = 0; n < 4; n = n + 1) begin : g_case
    logic [31:0] there;
    logic [63:0] notional;
    logic [64:0] under_limit;     // negative: it breaks it
    logic [64:0] under_headroom;
    logic [35:0] left;
    assign there = b_there_i[32*n+:32];
    always_comb begin
      notional = '0;
      if (b_valid_i) notional = {32'd0, b_price_i[32*(n%3)+:32]} * {32'd0, there};
    end
    always_ff @(posedge clk_i) begin
      if (en_i) begin
        there_q[32*n+:32]    <= there;
        notional_q[64*n+:64] <= notional;
        none_q[n]            <= n < 3 ? none[n] : !b_mine_i ? none[0] : b_whole_i ? none[4] : none[3];
        least_o[n]           <= n < 3 ? least[n] : !b_mine_i ? least[0] : b_whole_i ? least[4] : least[3];
        equal_o[n]           <= n < 3 ? equal[n] : !b_mine_i ? equal[0] : b_whole_i ? equal[4] : equal[3];
      end
    end

    assign b_over_o[n] = n < 3 ? over[n] : !b_mine_i ? over[0] : b_whole_i ? over[4] : over[3];

    // ---- D1 ------------------------------------------------------------------------------------------------------------
    assign last_o[n]     = recent_q && last_q[n%3];
    assign bad_o[n]      = forbidden_q || none_q[n] || (against_q && self_q[n%3]) || (trade_i ? trade_far_q[n%3] : far_q[n%3]);
    assign under_limit    = {1'b0, max_notional_i} - {1'b0, notional_q[64*n+:64]};
    assign under_headroom = {1'b0, headroom_i} - {1'b0, notional_q[64*n+:64]};
    assign costly_o[n]    = under_limit[64];
    assign gross_o[n]     = under_headroom[64];
    assign left          = room_o - {4'd0, there_q[32*n+:32]};
    assign position_o[n] = left[35];
  end

  always_comb begin
    price_o    = '0;
    there_o    = '0;
    notional_o = '0;
    for (int n = 0; n < 4; n++) begin
      if (picked_i[n]) begin
        price_o    = price_o | price_q[32*(n%3)+:32];
        there_o    = there_o | there_q[32*n+:32];
        notional_o = notional_o | notional_q[64*n+:64];
      end
    end
    own_o = !open_q || (better_q & {picked_i[2:1], picked_i[3] || picked_i[0]}) != '0 ? price_o : own_q;
  end

endmodule
`default_nettype wire
