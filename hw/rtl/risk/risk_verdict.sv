`include "risk/risk_types.svh"
`default_nettype none

/// Whether the message in D1 sends an order or cancel, and, a cycle later, which (SEM 4.2, 5.1).
///
/// Why: every order there can be is judged (risk_quote, risk_wish) while the rules find which of them are wished; behind both
/// there is only the first wish, in one carry chain (risk_first). What the order says is chosen in D2, when it is known which it is.
/// Safety: pass_o is given only for an intent that counts and passes all thirteen checks; risk_checks says later which failed.
/// Ordering: a cancel comes before all wishes, a wish of a lower number before one of a higher (strategy_decide).
/// Timing: b_ inputs in B, with en_i; other inputs, fire_o and pass_o in D1; d2_ outputs in D2, whatever en_i.
module risk_verdict (
    input  wire logic           clk_i,
    input  wire logic           en_i,
    input  wire tp_outlook_t    b_outlook_i,
    input  wire tp_bbo_t        b_lag_bbo_i,        // means nothing where the lagging symbol is the message's own
    input  wire tp_rules_t      b_rules_i,
    // [0] of the message's symbol, [1] of the lagging one
    input  wire tp_limits_t     b_limits0_i,
    input  wire tp_limits_t     b_limits1_i,
    input  wire tp_account_t    b_account0_i,
    input  wire tp_account_t    b_account1_i,
    input  wire logic [32:0]    b_last_trade0_i,
    input  wire logic [32:0]    b_last_trade1_i,
    input  wire logic [31:0]    b_duplicate_window_i,
    // D1
    input  wire logic           counts_i,           // an order may leave by this message,
    input  wire logic           veto_i,             // unless this; both may be late
    input  wire logic           cancel_i,
    input  wire logic [7:0]     wish_i,
    input  wire logic [3:0]     picked_i,           // which case of the outlook it is, one hot
    input  wire logic [TP_TIME_W-1:0] stamp_i,
    input  wire logic [63:0]    max_notional0_i,
    input  wire logic [63:0]    max_notional1_i,
    input  wire tp_working_t    working_i,
    input  wire logic [1:0]     tradable_i,
    input  wire logic           trade_i,            // the message is a trade
    input  wire logic           lag_is_own_i,
    input  wire logic           kill_i,
    input  wire logic           closed_i,
    input  wire logic           orders_full_i,
    input  wire logic           slot_used_i,
    input  wire logic [TP_TAT_W-1:0] rate_from_i,
    input  wire logic           gross_over_i,
    input  wire logic [63:0]    headroom_i,
    output logic                fire_o,             // there is an intent
    output logic                pass_o,             // it counts, and passes
    // D2
    output logic                d2_cancel_o,
    output logic                d2_lead_o,          // it is of the lagging symbol
    output logic [2:0]          d2_rule_o,
    output logic [4:0]          d2_rules_o,         // the same, one hot
    output logic                d2_side_o,
    output logic [31:0]         d2_price_o,
    output logic [31:0]         d2_shares_o,        // means nothing for a cancel
    output logic [63:0]         d2_notional_o,
    output logic [31:0]         d2_own_o            // most aggressive price of that side's open orders, with it
);

  // ---- B: the quotes there may be: {lagging symbol, bid} -----------------------------------------------------------------
  // Where the lagging symbol is the message's own, wishes for it are judged by the message's own quotes, and records: in D1 it
  // is long known which, and the book's late answer goes to half as many comparisons. A quote of another symbol has one case.
  logic [4*96-1:0]  quote;
  logic [4*128-1:0] there;
  logic [127:0]     wanted;  // of rules 4 to 1
  assign wanted = {b_rules_i.leadlag_quantity, b_rules_i.momentum_quantity, b_rules_i.imbalance_quantity, b_rules_i.take_quantity};
  always_comb begin
    quote[191:0] = {{3{b_outlook_i.here.bid_price}}, {3{b_outlook_i.here.ask_price}}};
    there[255:0] = {{4{b_outlook_i.here.bid_quantity}}, {4{b_outlook_i.here.ask_quantity}}};
    if (b_outlook_i.side) begin
      quote[95:32]  = {b_outlook_i.ask_second_price, b_outlook_i.price};
      there[127:32] = {b_outlook_i.whole ? b_outlook_i.ask_rest : b_outlook_i.ask_other, b_outlook_i.ask_second_quantity,
                       b_outlook_i.shares};
    end else begin
      quote[191:128] = {b_outlook_i.bid_second_price, b_outlook_i.price};
      there[255:160] = {b_outlook_i.whole ? b_outlook_i.bid_rest : b_outlook_i.bid_other, b_outlook_i.bid_second_quantity,
                        b_outlook_i.shares};
    end
    quote[383:192] = {{3{b_lag_bbo_i.bid_price}}, {3{b_lag_bbo_i.ask_price}}};
    there[511:256] = {{4{b_lag_bbo_i.bid_quantity}}, {4{b_lag_bbo_i.ask_quantity}}};
  end

  // ---- D1: every quote and every wish judged -----------------------------------------------------------------------------
  logic            any;        // an order can leave at all
  logic            rate;
  // By wish; those for the lagging symbol twice: 6 and 7 of another symbol, 8 and 9 of the message's own.
  logic [9:0]       chosen;
  logic [9:0]       early;     // it fails
  logic [10*4-1:0]  late;      // and by case
  logic [10*32-1:0] quantity;
  logic [10*64-1:0] notional;
  logic [4*32-1:0] price;      // by quote
  logic [4*32-1:0] own;
  logic [4*32-1:0] shares;
  logic [4*64-1:0] shares_notional;
  logic [15:0]     bad;
  logic [15:0]     last;
  logic [15:0]     least;
  logic [15:0]     equal;
  logic [15:0]     over;
  logic [15:0]     costly;
  logic [15:0]     gross;
  logic [15:0]     position;
  logic [4*36-1:0] room;

  assign any  = !(kill_i || closed_i || orders_full_i || slot_used_i || gross_over_i);
  assign rate = {2'd0, stamp_i} < rate_from_i;

  for (genvar c = 0; c < 4; c = c + 1) begin : g_quote
    risk_quote #(
        .SIDE(c % 2 == 1)
    ) u_quote (
        .clk_i               (clk_i),
        .en_i                (en_i),
        .b_valid_i           (b_outlook_i.valid),
        .b_stamp_i           (b_outlook_i.stamp),
        .b_limits_i          (c < 2 ? b_limits0_i : b_limits1_i),
        .b_account_i         (c < 2 ? b_account0_i : b_account1_i),
        .b_last_trade_i      (c < 2 ? b_last_trade0_i : b_last_trade1_i),
        .b_trade_price_i     (b_outlook_i.trade_price),
        .b_duplicate_window_i(b_duplicate_window_i),
        .b_price_i           (quote[96*c+:96]),
        .b_there_i           (there[128*c+:128]),
        .b_mine_i            (c < 2 && b_outlook_i.side == (c % 2 == 1 ? 1'b0 : 1'b1)),
        .b_whole_i           (b_outlook_i.whole),
        .b_rest_i            (c % 2 == 1 ? b_outlook_i.bid_rest : b_outlook_i.ask_rest),
        .b_other_i           (c % 2 == 1 ? b_outlook_i.bid_other : b_outlook_i.ask_other),
        .picked_i            (c < 2 ? picked_i : 4'd1),
        .trade_i             (trade_i && c < 2),
        .max_notional_i      (c < 2 ? max_notional0_i : max_notional1_i),
        .headroom_i          (headroom_i),
        .bad_o               (bad[4*c+:4]),
        .last_o              (last[4*c+:4]),
        .least_o             (least[4*c+:4]),
        .equal_o             (equal[4*c+:4]),
        .b_over_o            (over[4*c+:4]),
        .costly_o            (costly[4*c+:4]),
        .gross_o             (gross[4*c+:4]),
        .position_o          (position[4*c+:4]),
        .room_o              (room[36*c+:36]),
        .price_o             (price[32*c+:32]),
        .there_o             (shares[32*c+:32]),
        .notional_o          (shares_notional[64*c+:64]),
        .own_o               (own[32*c+:32])
    );
  end

  for (genvar w = 0; w < 10; w = w + 1) begin : g_wish
    localparam int OWN = w < 6 || w >= 8 ? 1 : 0;        // of the message's symbol
    localparam int C = OWN != 0 ? w % 2 : 2 + w % 2;  // its quote
    risk_wish u_wish (
        .clk_i           (clk_i),
        .en_i            (en_i),
        .b_valid_i       (b_outlook_i.valid),
        .b_wanted_i      (wanted[32*(w<8?w/2:3)+:32]),
        .b_limits_i      (OWN != 0 ? b_limits0_i : b_limits1_i),
        .b_account_i     (OWN != 0 ? b_account0_i : b_account1_i),
        .b_price_i       (quote[96*C+:96]),
        .b_over_i        (over[4*C+:4]),
        .picked_i        (OWN != 0 ? picked_i : 4'd1),
        .blocked_i       (!any || !tradable_i[w/6]),
        .max_notional_i  (OWN != 0 ? max_notional0_i : max_notional1_i),
        .headroom_i      (headroom_i),
        .bad_i           (bad[4*C+:4]),
        .last_i          (last[4*C+:4]),
        .least_i         (least[4*C+:4]),
        .equal_i         (equal[4*C+:4]),
        .costly_i        (costly[4*C+:4]),
        .gross_i         (gross[4*C+:4]),
        .position_i      (position[4*C+:4]),
        .room_i          (room[36*C+:36]),
        .there_i         (shares[32*C+:32]),
        .there_notional_i(shares_notional[64*C+:64]),
        .early_o         (early[w]),
        .late_o          (late[4*w+:4]),
        .quantity_o      (quantity[32*w+:32]),
        .notional_o      (notional[64*w+:64])
    );
  end

  // ---- the verdict: whether any counts, the rate, a cancel, then the first wish ------------------------------------------
  logic        low;
  logic        passes;
  logic [53:0] asks;
  logic [53:0] answers;  // 1: it leaves

  assign chosen       = {{2{lag_is_own_i}} & wish_i[7:6], ~{2{lag_is_own_i}} & wish_i[7:6], wish_i[5:0]};
  assign asks[3:0]    = {cancel_i, rate, !counts_i, veto_i};
  assign answers[3:0] = 4'b1000;
  for (genvar w = 0; w < 10; w = w + 1) begin : g_asks
    localparam int AT = 4 + 5 * (w < 6 ? w : w < 8 ? 2 * w - 6 : 2 * w - 9);  // buys before sells
    assign asks[AT]         = chosen[w] && early[w];
    assign answers[AT]      = 1'b0;
    assign asks[AT+1+:4]    = {4{chosen[w]}} & (w < 6 || w >= 8 ? picked_i : 4'd1);
    assign answers[AT+1+:4] = ~late[4*w+:4];
  end

  risk_first #(
      .WIDTH(54)
  ) u_first (
      .asks_i   (asks),
      .answers_i(answers),
      .answer_o (passes)
  );
`ifdef SYNTHESIS
  assign pass_o = passes;
`else
  // To a simulator a sum is unknown as soon as one bit of it is, whatever decides in front of that bit.
  assign pass_o = passes === 1'bx && (veto_i || !counts_i) ? 1'b0 : passes;
`endif

  assign low    = cancel_i || wish_i[0] || wish_i[1];
  assign fire_o = cancel_i || wish_i != '0;

  // ---- D2: which it is ------------------------------------------------------------------------------------------------------
  logic            cancel_q;
  logic [2:0]      first_q;   // its wish
  logic [4:0]      rules_q;
  logic            side_q;
  logic [4*32-1:0] quantity_q;  // of the first of two wishes
  logic [8*64-1:0] notional_q;
  logic [4*32-1:0] price_q;
  logic [4*32-1:0] own_q;
  tp_working_t     working_q;
  logic [1:0]      first_quote;

  always_ff @(posedge clk_i) begin
    cancel_q   <= cancel_i;
    rules_q[0] <= cancel_i;
    rules_q[1] <= low && !cancel_i;
    rules_q[2] <= !low && (wish_i[2] || wish_i[3]);
    rules_q[3] <= !low && !wish_i[2] && !wish_i[3] && (wish_i[4] || wish_i[5]);
    rules_q[4] <= !low && wish_i[5:2] == '0;
    notional_q <= {lag_is_own_i ? notional[639:512] : notional[511:384], notional[383:0]};
    for (int n = 0; n < 3; n++) begin
      quantity_q[32*n+:32] <= wish_i[2*n] ? quantity[64*n+:32] : quantity[64*n+32+:32];
    end
    quantity_q[127:96] <= lag_is_own_i ? (wish_i[6] ? quantity[287:256] : quantity[319:288])
                                       : (wish_i[6] ? quantity[223:192] : quantity[255:224]);
    price_q    <= {lag_is_own_i ? price[63:0] : price[127:64], price[63:0]};
    own_q      <= {lag_is_own_i ? own[63:0] : own[127:64], own[63:0]};
    working_q  <= working_i;
    if (cancel_i) side_q <= working_i.side;
    else side_q <= !wish_i[0] && (wish_i[1] || (!wish_i[2] && (wish_i[3] || (!wish_i[4] && (wish_i[5] || !wish_i[6])))));
    first_q    <= wish_i[0] ? 3'd0 : wish_i[1] ? 3'd1 : wish_i[2] ? 3'd2 : wish_i[3] ? 3'd3
                : wish_i[4] ? 3'd4 : wish_i[5] ? 3'd5 : wish_i[6] ? 3'd6 : 3'd7;
  end

  assign d2_cancel_o   = cancel_q;
  assign d2_rules_o    = rules_q;
  assign d2_lead_o     = rules_q[4];
  assign d2_rule_o     = cancel_q ? 3'd0 : {1'b0, first_q[2:1]} + 3'd1;
  assign d2_side_o     = side_q;
  assign first_quote   = {rules_q[4], first_q[0]};  // but of a cancel
  assign d2_price_o    = cancel_q ? working_q.price : price_q[32*first_quote+:32];
  assign d2_shares_o   = quantity_q[32*first_q[2:1]+:32];
  assign d2_notional_o = notional_q[64*first_q+:64];
  assign d2_own_o      = own_q[32*first_quote+:32];

endmodule
`default_nettype wire
