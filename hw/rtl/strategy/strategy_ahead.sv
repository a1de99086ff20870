`include "twinpath_types.svh"
`default_nettype none

/// What the rules say of every best bid and offer there may be after the message in B (SEM 4.2, 4.3).
///
/// Why: the book says in D1 which of them it is, so all that is left for D1 is to pick. Four cases are judged: [0] as it was,
/// [1] the message's price first, [2] the second level first, [3] as it was with another quantity.
/// What it is that changes is late, and which other quantity it is latest of all: so both sides are judged, and both quantities,
/// and the choice is behind the comparisons. An order that goes whole always leaves another quantity than before.
/// Property: no threshold wraps. What is said of a side without a level, or of a crossed book but that it is one, means
/// nothing. Whether a rule is enabled, has cooled down and may trade a side is said apart from its comparisons.
/// Timing: inputs in B, outputs are registers in D1; they stay while en_i is low.
module strategy_ahead (
    input  wire logic                 clk_i,
    input  wire logic                 en_i,
    input  wire tp_outlook_t          outlook_i,
    input  wire tp_rules_t            rules_i,
    input  wire logic [5*(TP_TIME_W+1)-1:0] next_i,  // next time each rule may fire,
    input  wire logic [4:0]           fires_i,       // or, if it is said late that it has just fired,
    input  wire logic [5*(TP_TIME_W+1)-1:0] late_i,  // then
    input  wire tp_working_t          working_i,
    output logic [5*(TP_TIME_W+1)-1:0] fired_o,      // next time of each rule, should it fire
    // by case
    output logic [3:0]                crossed_o,     // if both sides have a level
    output logic [3:0]                moved_o,       // the side that may change is not as before, if it has a level
    output logic [3:0]                sell_away_o,   // rule 0, if it may and the working order is a sell,
    output logic [3:0]                buy_away_o,    // or a buy
    output logic [3:0]                take_buy_o,    // rule 1, if it may
    output logic [3:0]                take_sell_o,
    output logic [3:0]                heavy_buy_o,   // rule 2, if it may and
    output logic [3:0]                heavy_sell_o,
    output logic [3:0]                narrow_buy_o,  // this too
    output logic [3:0]                narrow_sell_o,
    output logic [3:0]                lead_buy_o,    // rule 4, if it may, for the leader
    output logic [3:0]                lead_sell_o,
    // in any case
    output logic                      may_cancel_o,  // rule 0
    output logic [4:1]                may_buy_o,     // the other rules
    output logic [4:1]                may_sell_o,
    output logic                      large_o,       // rule 3: the trade counts, should it be one
    output logic                      through_o,     // a trade through its level counts
    output logic                      trade_up_o,    // the message's price is at the offer or above
    output logic                      trade_down_o,
    output logic                      working_side_o
);

  localparam int NEXT_W = TP_TIME_W + 1;

  logic [159:0] cooldown;
  logic [4:0]   ready;         // enabled and cooled down
  logic [15:0]  ratio;
  // By case, should it be of that side.
  logic [127:0] bid_price;
  logic [127:0] ask_price;
  logic [127:0] bid_shares;
  logic [127:0] ask_shares;
  logic         bid_before;
  logic         ask_before;

  assign cooldown = {rules_i.leadlag_cooldown, rules_i.momentum_cooldown, rules_i.imbalance_cooldown, rules_i.take_cooldown,
                     rules_i.cancel_cooldown};
  assign ratio    = rules_i.imbalance_ratio[15:0];

  assign bid_price  = {outlook_i.here.bid_price, outlook_i.bid_second_price, outlook_i.price, outlook_i.here.bid_price};
  assign ask_price  = {outlook_i.here.ask_price, outlook_i.ask_second_price, outlook_i.price, outlook_i.here.ask_price};
  assign bid_shares = {outlook_i.whole ? outlook_i.bid_rest : outlook_i.bid_other, outlook_i.bid_second_quantity, outlook_i.shares,
                       outlook_i.here.bid_quantity};
  assign ask_shares = {outlook_i.whole ? outlook_i.ask_rest : outlook_i.ask_other, outlook_i.ask_second_quantity, outlook_i.shares,
                       outlook_i.here.ask_quantity};
  assign bid_before = outlook_i.prior.bid_state == TP_SIDE_QUOTED;
  assign ask_before = outlook_i.prior.ask_state == TP_SIDE_QUOTED;

  for (genvar r = 0; r < 5; r = r + 1) begin : g_rule
    logic [NEXT_W:0] since_next;  // negative: too early
    logic [NEXT_W:0] since_late;
    assign since_next = {2'd0, outlook_i.stamp} - {1'b0, next_i[NEXT_W*r+:NEXT_W]};
    assign since_late = {2'd0, outlook_i.stamp} - {1'b0, late_i[NEXT_W*r+:NEXT_W]};
    // Gates: two differences behind a multiplexer are made one, and what chooses comes late.
    assign ready[r]   = rules_i.flags[r] && !((fires_i[r] && since_late[NEXT_W]) || (!fires_i[r] && since_next[NEXT_W]));
    always_ff @(posedge clk_i) begin
      if (en_i) fired_o[NEXT_W*r+:NEXT_W] <= {1'b0, outlook_i.stamp} + {17'd0, cooldown[32*r+:32]};
    end
  end

  for (genvar n = 0; n < 4; n = n + 1) begin : g_case
    logic [31:0] bid;
    logic [31:0] ask;
    logic [31:0] bid_quantity;
    logic [31:0] ask_quantity;
    logic [31:0] bid_low;      // the ratio times the quantity's halves
    logic [31:0] bid_high;
    logic [31:0] ask_low;
    logic [31:0] ask_high;
    logic [47:0] bid_product;  // they together
    logic [47:0] ask_product;
    logic        heavy_buy;
    logic        heavy_sell;
    logic        take_buy;
    logic        take_sell;
    logic        lead_buy;
    logic        lead_sell;
    logic        sell_stays; // a working sell is not too far above
    logic        buy_stays;
    logic        narrow;
    logic        bid_enough;
    logic        ask_enough;
    logic        bid_moved;  // its quantity has
    logic        ask_moved;
    logic        moved;

    assign bid          = n % 3 == 0 || outlook_i.side ? outlook_i.here.bid_price : bid_price[32*n+:32];
    assign ask          = n % 3 == 0 || !outlook_i.side ? outlook_i.here.ask_price : ask_price[32*n+:32];
    assign bid_quantity = n == 0 || outlook_i.side ? outlook_i.here.bid_quantity : bid_shares[32*n+:32];
    assign ask_quantity = n == 0 || !outlook_i.side ? outlook_i.here.ask_quantity : ask_shares[32*n+:32];
    always_comb begin
      bid_low  = '0;
      bid_high = '0;
      ask_low  = '0;
      ask_high = '0;
      if (outlook_i.valid) begin
        bid_low  = {16'd0, ratio} * {16'd0, bid_quantity[15:0]};
        bid_high = {16'd0, ratio} * {16'd0, bid_quantity[31:16]};
        ask_low  = {16'd0, ratio} * {16'd0, ask_quantity[15:0]};
        ask_high = {16'd0, ratio} * {16'd0, ask_quantity[31:16]};
      end
    end

    assign bid_product = {bid_high, 16'd0} + {16'd0, bid_low};
    assign ask_product = {ask_high, 16'd0} + {16'd0, ask_low};

    // The other quantity is late: it is judged as both it may be, and chosen behind the comparisons.
    localparam int QUANTITIES = n == 3 ? 3 : 1;
    logic [QUANTITIES-1:0] buy;
    logic [QUANTITIES-1:0] sell;
    logic [QUANTITIES-1:0] of_bid;  // enough on that side
    logic [QUANTITIES-1:0] of_ask;

    for (genvar v = 0; v < QUANTITIES; v = v + 1) begin : g_quantity
      logic [31:0] of_bid_shares;
      logic [31:0] of_ask_shares;

      assign of_bid_shares = v == 2 ? outlook_i.bid_rest : v == 1 ? outlook_i.bid_other
                           : n == 3 ? outlook_i.here.bid_quantity : bid_quantity;
      assign of_ask_shares = v == 2 ? outlook_i.ask_rest : v == 1 ? outlook_i.ask_other
                           : n == 3 ? outlook_i.here.ask_quantity : ask_quantity;
      assign of_bid[v]     = of_bid_shares >= rules_i.imbalance_min_qty;
      assign of_ask[v]     = of_ask_shares >= rules_i.imbalance_min_qty;

      if (v == 0) begin : g_late_product
        sum_compare #(
            .WIDTH(48)
        ) u_heavy_buy (
            .a_i    ({8'd0, of_bid_shares, 8'd0}),
            .b_i    ({ask_high, 16'd0}),
            .c_i    ({16'd0, ask_low}),
            .holds_o(buy[v])
        );

        sum_compare #(
            .WIDTH(48)
        ) u_heavy_sell (
            .a_i    ({8'd0, of_ask_shares, 8'd0}),
            .b_i    ({bid_high, 16'd0}),
            .c_i    ({16'd0, bid_low}),
            .holds_o(sell[v])
        );
      end else begin : g_late_quantity
        // Where these are chosen, the product is of the other side, and early.
        logic [48:0] left_buy;   // negative: too few
        logic [48:0] left_sell;
        assign left_buy  = {9'd0, of_bid_shares, 8'd0} - {1'b0, ask_product};
        assign left_sell = {9'd0, of_ask_shares, 8'd0} - {1'b0, bid_product};
        assign buy[v]    = !left_buy[48];
        assign sell[v]   = !left_sell[48];
      end
    end

    if (n < 3) begin : g_early
      assign heavy_buy  = buy[0];
      assign heavy_sell = sell[0];
      assign bid_enough = of_bid[0];
      assign ask_enough = of_ask[0];
      assign bid_moved  = bid_shares[32*n+:32] != outlook_i.prior.bid_quantity;
      assign ask_moved  = ask_shares[32*n+:32] != outlook_i.prior.ask_quantity;
    end else begin : g_late
      assign heavy_buy  = outlook_i.side ? buy[0] : outlook_i.whole ? buy[2] : buy[1];
      assign heavy_sell = !outlook_i.side ? sell[0] : outlook_i.whole ? sell[2] : sell[1];
      assign bid_enough = outlook_i.side ? of_bid[0] : outlook_i.whole ? of_bid[2] : of_bid[1];
      assign ask_enough = !outlook_i.side ? of_ask[0] : outlook_i.whole ? of_ask[2] : of_ask[1];
      assign bid_moved  = outlook_i.whole || outlook_i.bid_other != outlook_i.prior.bid_quantity;
      assign ask_moved  = outlook_i.whole || outlook_i.ask_other != outlook_i.prior.ask_quantity;
    end
    assign moved = outlook_i.side ? ask_moved || ask_price[32*n+:32] != outlook_i.prior.ask_price
                                  : bid_moved || bid_price[32*n+:32] != outlook_i.prior.bid_price;

    // A working order may be of this very cycle.
    sum_compare #(
        .AT_LEAST(1'b0)
    ) u_sell_stays (
        .a_i    (working_i.price),
        .b_i    (bid),
        .c_i    (rules_i.cancel_distance),
        .holds_o(sell_stays)
    );

    sum_compare #(
        .AT_LEAST(1'b0)
    ) u_buy_stays (
        .a_i    (ask),
        .b_i    (working_i.price),
        .c_i    (rules_i.cancel_distance),
        .holds_o(buy_stays)
    );

    sum_compare #(
        .AT_LEAST(1'b0)
    ) u_narrow (
        .a_i    (ask),
        .b_i    (bid),
        .c_i    (rules_i.imbalance_max_spread),
        .holds_o(narrow)
    );

    sum_compare u_take_buy (
        .a_i    (rules_i.take_fair),
        .b_i    (rules_i.take_edge),
        .c_i    (ask),
        .holds_o(take_buy)
    );

    sum_compare u_take_sell (
        .a_i    (bid),
        .b_i    (rules_i.take_fair),
        .c_i    (rules_i.take_edge),
        .holds_o(take_sell)
    );

    sum_compare u_lead_buy (
        .a_i    (bid),
        .b_i    (outlook_i.prior.bid_price),
        .c_i    (rules_i.leadlag_threshold),
        .holds_o(lead_buy)
    );

    sum_compare u_lead_sell (
        .a_i    (outlook_i.prior.ask_price),
        .b_i    (rules_i.leadlag_threshold),
        .c_i    (ask),
        .holds_o(lead_sell)
    );

    always_ff @(posedge clk_i) begin
      if (en_i) begin
        crossed_o[n]    <= bid >= ask;
        moved_o[n]      <= moved;
        sell_away_o[n]  <= !sell_stays;
        buy_away_o[n]   <= !buy_stays;
        take_buy_o[n]   <= take_buy;
        take_sell_o[n]  <= take_sell;
        heavy_buy_o[n]  <= heavy_buy;
        heavy_sell_o[n] <= heavy_sell;
        narrow_buy_o[n]  <= narrow && bid_enough;
        narrow_sell_o[n] <= narrow && ask_enough;
        lead_buy_o[n]   <= bid_before && lead_buy;
        lead_sell_o[n]  <= ask_before && lead_sell;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      may_cancel_o   <= ready[0] && working_i.open && !working_i.cancel_sent;
      may_buy_o      <= ready[4:1] & {rules_i.flags[14], rules_i.flags[12], rules_i.flags[10], rules_i.flags[8]};
      may_sell_o     <= ready[4:1] & {rules_i.flags[15], rules_i.flags[13], rules_i.flags[11], rules_i.flags[9]};
      // Not counted: more than any quantity. As a bit of the comparison, nothing is behind it.
      large_o        <= {1'b0, outlook_i.trade_quantity} >= {!rules_i.flags[16], rules_i.momentum_min_shares};
      through_o      <= rules_i.flags[17];
      trade_up_o     <= outlook_i.price >= outlook_i.here.ask_price;
      trade_down_o   <= outlook_i.price <= outlook_i.here.bid_price;
      working_side_o <= working_i.side;
    end
  end

endmodule
`default_nettype wire
