`include "risk/risk_types.svh"
`default_nettype none

/// risk_quote and risk_wish, for buys and for sells: a wish passes when, and only when, no order of the symbol is blocked and the
/// checks of risk_checks pass for what it would send: at the price of the case that is picked, what the rule wants or what is
/// there, whichever is less. And this quantity, its notional and the most aggressive price with it are what is said in D1.
/// Record, limits, last trade and quote are free. Kill, session, halt, open orders and a gross beyond its limit are in
/// blocked_i, and the rate is the same for all: decide.sv has them.
/// Assumed, as decide.sv proves: the wish has the record, the limits and the signals of its quote; the fourth quantity is what
/// is told of it apart; one case is picked; the outlook is valid; max_notional is that of the limits.
/// In place of each product stand its two factors side by side: the same in verdict and checks, and for one price
/// growing with the quantity as the product does. Nothing is done with products but compare them with limits, which are free,
/// and choose among them.
module wish_formal (
    input wire logic           clk_i,
    input wire logic [TP_TIME_W-1:0] stamp_i,
    input wire tp_limits_t     limits_i,
    input wire tp_account_t    account_i,
    input wire logic [32:0]    last_trade_i,
    input wire logic [31:0]    trade_price_i,
    input wire logic [31:0]    window_i,
    input wire logic [31:0]    wanted_i,
    input wire logic [3*32-1:0] price_i,
    input wire logic [3*32-1:0] there_i,
    input wire logic           mine_i,
    input wire logic           whole_i,
    input wire logic [31:0]    rest_i,
    input wire logic [31:0]    other_i,
    input wire logic [1:0]     case_i,
    input wire logic           trade_i,
    input wire logic           blocked_i,
    input wire logic [63:0]    headroom_i
);

  // There is no reset: registers begin with any value, so what holds from the second cycle on holds in every state.
  logic        running = 1'b0;
  logic [TP_TIME_W-1:0] stamp;
  tp_limits_t  limits;
  tp_account_t account;
  logic [32:0] last_trade;
  logic [31:0] trade_price;
  logic [31:0] window;
  logic [31:0] wanted;
  logic [3*32-1:0] prices;
  logic [4*32-1:0] b_theres;
  logic [4*32-1:0] theres;

  assign b_theres = {mine_i ? whole_i ? rest_i : other_i : there_i[31:0], there_i};

  always_ff @(posedge clk_i) begin
    running     <= 1'b1;
    stamp       <= stamp_i;
    limits      <= limits_i;
    account     <= account_i;
    last_trade  <= last_trade_i;
    trade_price <= trade_price_i;
    window      <= window_i;
    wanted      <= wanted_i;
    prices      <= price_i;
    theres      <= b_theres;
  end

  logic [1:0]   pass;       // [1] of sells: fails neither early nor late
  logic [63:0]  said_quantity;
  logic [127:0] said_notional;
  logic [63:0]  said_price;
  logic [63:0]  said_own;
  logic [31:0]  price;
  logic [31:0]  there;
  logic [31:0]  quantity;
  logic [31:0]  collar;
  logic [1:0]   passes;

  always_comb begin
    case (case_i)
      2'd0: {price, there} = {prices[31:0], theres[31:0]};
      2'd1: {price, there} = {prices[63:32], theres[63:32]};
      2'd2: {price, there} = {prices[95:64], theres[95:64]};
      default: {price, there} = {prices[31:0], theres[127:96]};
    endcase
    quantity = wanted < there ? wanted : there;
    collar   = trade_i ? trade_price : last_trade[32] ? last_trade[31:0] : limits.reference_price;
  end

  for (genvar s = 0; s < 2; s = s + 1) begin : g_side
    logic [3:0]  bad;
    logic [3:0]  last;
    logic [3:0]  least;
    logic [3:0]  equal;
    logic [3:0]  over;
    logic        early;
    logic [3:0]  late;
    logic [3:0]  costly;
    logic [3:0]  gross;
    logic [3:0]  position;
    logic [35:0] room;
    logic [31:0] shares;
    logic [63:0] shares_notional;

    risk_quote #(
        .SIDE(s == 1)
    ) u_quote (
        .clk_i               (clk_i),
        .en_i                (1'b1),
        .b_valid_i           (1'b1),
        .b_stamp_i           (stamp_i),
        .b_limits_i          (limits_i),
        .b_account_i         (account_i),
        .b_last_trade_i      (last_trade_i),
        .b_trade_price_i     (trade_price_i),
        .b_duplicate_window_i(window_i),
        .b_price_i           (price_i),
        .b_there_i           (b_theres),
        .b_mine_i            (mine_i),
        .b_whole_i           (whole_i),
        .b_rest_i            (rest_i),
        .b_other_i           (other_i),
        .picked_i            (4'd1 << case_i),
        .trade_i             (trade_i),
        .max_notional_i      (limits.max_notional),
        .headroom_i          (headroom_i),
        .bad_o               (bad),
        .last_o              (last),
        .least_o             (least),
        .equal_o             (equal),
        .b_over_o            (over),
        .costly_o            (costly),
        .gross_o             (gross),
        .position_o          (position),
        .room_o              (room),
        .price_o             (said_price[32*s+:32]),
        .there_o             (shares),
        .notional_o          (shares_notional),
        .own_o               (said_own[32*s+:32])
    );

    risk_wish u_wish (
        .clk_i           (clk_i),
        .en_i            (1'b1),
        .b_valid_i       (1'b1),
        .b_wanted_i      (wanted_i),
        .b_limits_i      (limits_i),
        .b_account_i     (account_i),
        .b_price_i       (price_i),
        .b_over_i        (over),
        .picked_i        (4'd1 << case_i),
        .blocked_i       (blocked_i),
        .max_notional_i  (limits.max_notional),
        .headroom_i      (headroom_i),
        .bad_i           (bad),
        .last_i          (last),
        .least_i         (least),
        .equal_i         (equal),
        .costly_i        (costly),
        .gross_i         (gross),
        .position_i      (position),
        .room_i          (room),
        .there_i         (shares),
        .there_notional_i(shares_notional),
        .early_o         (early),
        .late_o          (late),
        .quantity_o      (said_quantity[32*s+:32]),
        .notional_o      (said_notional[64*s+:64])
    );

    assign pass[s] = !early && !late[case_i];

    risk_checks u_checks (
        .valid_i           (1'b1),
        .cancel_i          (1'b0),
        .side_i            (s == 1),
        .price_i           (price),
        .quantity_i        (quantity),
        .notional_i        ({price, quantity}),
        .stamp_i           (stamp),
        .limits_i          (limits),
        .account_i         (account),
        .tradable_i        (1'b1),
        .collar_reference_i(collar),
        .kill_i            (1'b0),
        .closed_i          (1'b0),
        .orders_full_i     (1'b0),
        .slot_used_i       (1'b0),
        .rate_from_i       ('0),
        .duplicate_window_i(window),
        .gross_over_i      (1'b0),
        .headroom_i        (headroom_i),
        .pass_o            (passes[s]),
        .mask_o            ()
    );
  end

  // ---- the most aggressive price, with the order ----------------------------------------------------------------------------
  logic [31:0] own_buy;
  logic [31:0] own_sell;
  assign own_buy  = account.open_buy != '0 && account.own_buy > price ? account.own_buy : price;
  assign own_sell = account.open_sell != '0 && account.own_sell < price ? account.own_sell : price;

  always @(posedge clk_i) begin
    if (running) begin
      none_if_blocked: assert (pass == '0 || !blocked_i);
      buy_passes_only_if_all_do: assert (!pass[0] || passes[0]);
      sell_passes_only_if_all_do: assert (!pass[1] || passes[1]);
      buy_passes_if_all_do: assert (pass[0] || blocked_i || !passes[0]);
      sell_passes_if_all_do: assert (pass[1] || blocked_i || !passes[1]);
      at_the_price_picked: assert (said_price == {2{price}});
      quantity_is_the_lesser: assert (said_quantity == {2{quantity}});
      notional_is_the_product: assert (said_notional == {2{price, quantity}});
      own_is_most_aggressive: assert (said_own == {own_sell, own_buy});
    end
  end

endmodule
`default_nettype wire
