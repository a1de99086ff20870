`include "risk/risk_types.svh"
`default_nettype none

/// Whether the message in D1 sends an order or cancel, and which (SEM 4.2, 5.1).
///
/// Why: every order there can be is judged (risk_wish) while the rules find which of them are wished; behind both there is
/// only the choice of the first wish. What concerns all orders is judged once.
/// Safety: pass_o is given only for an intent that passes all thirteen checks; risk_checks says later which failed.
/// Ordering: a cancel comes before all wishes, a wish of a lower number before one of a higher (strategy_decide).
/// Timing: b_ inputs in B, with en_i; the others and the outputs in D1.
module risk_verdict (
    input  wire logic           clk_i,
    input  wire logic           en_i,
    input  wire tp_outlook_t    b_outlook_i,
    input  wire logic           b_lag_is_own_i,
    input  wire tp_bbo_t        b_lag_bbo_i,        // unless it is the message's own
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
    input  wire logic           valid_i,            // only saves work
    input  wire logic           cancel_i,
    input  wire logic [7:0]     wish_i,
    input  wire logic [TP_TIME_W-1:0] stamp_i,
    input  wire logic [2:0]     pick_i,             // which of the outlook it is
    input  wire tp_limits_t     limits0_i,
    input  wire tp_limits_t     limits1_i,
    input  wire tp_account_t    account0_i,
    input  wire tp_account_t    account1_i,
    input  wire logic [1:0]     tradable_i,
    input  wire logic           trade_i,            // the message is a trade
    input  wire logic [31:0]    trade_price_i,
    input  wire logic           lag_is_own_i,
    input  wire logic           kill_i,
    input  wire logic           closed_i,
    input  wire logic           orders_full_i,
    input  wire logic           slot_used_i,
    input  wire logic [TP_TAT_W-1:0] rate_from_i,
    input  wire logic           gross_over_i,
    input  wire logic [63:0]    headroom_i,
    output logic                fire_o,             // there is an intent
    output logic                pass_o,             // and it passes
    output logic                lead_o,             // it is of the lagging symbol
    output logic [2:0]          rule_o,
    output logic                side_o,
    output logic [31:0]         price_o,
    output logic [31:0]         quantity_o,
    output logic [63:0]         notional_o,
    output logic [31:0]         open_o,
    output logic [31:0]         own_o
);

  logic [7:0]    pass;      // by wish
  logic [8*32-1:0] price;
  logic [8*32-1:0] quantity;
  logic [8*64-1:0] notional;
  logic [8*32-1:0] open;
  logic [8*32-1:0] own;
  logic [127:0]  wanted;    // of rules 4 to 1

  assign wanted = {b_rules_i.leadlag_quantity, b_rules_i.momentum_quantity, b_rules_i.imbalance_quantity, b_rules_i.take_quantity};

  // ---- B: the quotes there may be, of the offer [0] and the bid [1]; which it is --------------------------------------
  logic [2*96-1:0]  quote;
  logic [2*128-1:0] there;
  logic [2:0]       picked_price;
  logic [3:0]       picked_there;

  assign picked_price = {pick_i[TP_PICK_SECOND], pick_i[TP_PICK_FRESH], !pick_i[TP_PICK_SECOND] && !pick_i[TP_PICK_FRESH]};
  assign picked_there = {pick_i[TP_PICK_SUM], picked_price[2:1], pick_i == '0};
  always_comb begin
    quote = {{3{b_outlook_i.here.bid_price}}, {3{b_outlook_i.here.ask_price}}};
    there = {{4{b_outlook_i.here.bid_quantity}}, {4{b_outlook_i.here.ask_quantity}}};
    if (b_outlook_i.side) begin
      quote[95:32]  = {b_outlook_i.second_price, b_outlook_i.price};
      there[127:32] = {b_outlook_i.sum, b_outlook_i.second_quantity, b_outlook_i.shares};
    end else begin
      quote[191:128] = {b_outlook_i.second_price, b_outlook_i.price};
      there[255:160] = {b_outlook_i.sum, b_outlook_i.second_quantity, b_outlook_i.shares};
    end
  end

  for (genvar w = 0; w < 8; w = w + 1) begin : g_wish
    logic [31:0] lag_price;
    logic [31:0] lag_there;
    assign lag_price = w % 2 == 1 ? b_lag_bbo_i.bid_price : b_lag_bbo_i.ask_price;
    assign lag_there = w % 2 == 1 ? b_lag_bbo_i.bid_quantity : b_lag_bbo_i.ask_quantity;

    risk_wish #(
        .SIDE(w % 2 == 1)
    ) u_wish (
        .clk_i               (clk_i),
        .en_i                (en_i),
        .b_stamp_i           (b_outlook_i.stamp),
        .b_wanted_i          (wanted[32*(w/2)+:32]),
        .b_limits_i          (w < 6 ? b_limits0_i : b_limits1_i),
        .b_account_i         (w < 6 ? b_account0_i : b_account1_i),
        .b_last_trade_i      (w < 6 ? b_last_trade0_i : b_last_trade1_i),
        .b_duplicate_window_i(b_duplicate_window_i),
        .b_valid_i           (b_outlook_i.valid),
        .b_price_i           (w < 6 || b_lag_is_own_i ? quote[96*(w%2)+:96] : {3{lag_price}}),
        .b_there_i           (w < 6 || b_lag_is_own_i ? there[128*(w%2)+:128] : {4{lag_there}}),
        .valid_i             (valid_i),
        .price_i             (picked_price),
        .there_i             (picked_there),
        .limits_i            (w < 6 ? limits0_i : limits1_i),
        .account_i           (w < 6 ? account0_i : account1_i),
        .tradable_i          (tradable_i[w/6]),
        .trade_i             (trade_i && (w < 6 || lag_is_own_i)),
        .trade_price_i       (trade_price_i),
        .headroom_i          (headroom_i),
        .pass_o              (pass[w]),
        .price_o             (price[32*w+:32]),
        .quantity_o          (quantity[32*w+:32]),
        .notional_o          (notional[64*w+:64]),
        .open_o              (open[32*w+:32]),
        .own_o               (own[32*w+:32])
    );
  end

  // ---- the verdict on the first of two wishes, of two of these, of the rest ---------------------------------------------
  logic       rate;
  logic       any;       // order can leave at all
  logic [3:0] pair;      // one of the two is wished
  logic [3:0] pair_pass;
  logic       low;
  logic       low_pass;
  logic       high_pass;

  assign rate = {2'd0, stamp_i} < rate_from_i;
  assign any  = !(kill_i || closed_i || orders_full_i || slot_used_i || gross_over_i);
  always_comb begin
    for (int n = 0; n < 4; n++) begin
      pair[n]      = wish_i[2*n] || wish_i[2*n+1];
      pair_pass[n] = wish_i[2*n] ? pass[2*n] : wish_i[2*n+1] && pass[2*n+1];
    end
  end
  assign low       = pair[1] || pair[0];
  assign low_pass  = pair[0] ? pair_pass[0] : pair_pass[1];
  assign high_pass = pair[2] ? pair_pass[2] : pair_pass[3];
  assign fire_o    = cancel_i || wish_i != '0;
  assign pass_o    = !rate && (cancel_i || (any && (low ? low_pass : high_pass)));

  // ---- which: chosen in the same three steps ------------------------------------------------------------------------------
  localparam int ORDER_W = 1 + 4 * 32 + 64;  // side, price, quantity, open, own, notional
  logic [4*ORDER_W-1:0] of_pair;
  logic [ORDER_W-1:0]   of_low;
  logic [ORDER_W-1:0]   of_high;
  logic                 side;
  logic [31:0]          enter_price;
  logic [31:0]          enter_quantity;

  always_comb begin
    for (int n = 0; n < 4; n++) begin
      of_pair[ORDER_W*n+:ORDER_W] = wish_i[2*n]
          ? {1'b0, price[64*n+:32], quantity[64*n+:32], open[64*n+:32], own[64*n+:32], notional[128*n+:64]}
          : {1'b1, price[64*n+32+:32], quantity[64*n+32+:32], open[64*n+32+:32], own[64*n+32+:32], notional[128*n+64+:64]};
    end
  end
  assign of_low  = pair[0] ? of_pair[0+:ORDER_W] : of_pair[ORDER_W+:ORDER_W];
  assign of_high = pair[2] ? of_pair[2*ORDER_W+:ORDER_W] : of_pair[3*ORDER_W+:ORDER_W];
  assign {side, enter_price, enter_quantity, open_o, own_o, notional_o} = low ? of_low : of_high;

  assign lead_o     = !cancel_i && !low && !pair[2] && pair[3];
  assign rule_o     = cancel_i ? 3'd0 : pair[0] ? 3'd1 : pair[1] ? 3'd2 : pair[2] ? 3'd3 : pair[3] ? 3'd4 : 3'd0;
  assign side_o     = cancel_i ? account0_i.working.side : side;
  assign price_o    = cancel_i ? account0_i.working.price : enter_price;
  assign quantity_o = cancel_i ? '0 : enter_quantity;

endmodule
`default_nettype wire
