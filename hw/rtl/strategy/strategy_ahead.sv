`include "twinpath_types.svh"
`default_nettype none

/// What the rules say of every best bid and offer there may be after the message in B (SEM 4.2).
///
/// Why: the book says in D1 which of them it is, so all that is left for D1 is to pick. Three are judged for their prices:
/// as it was (quantity apart), the message's price first, the second level first; four for their quantities.
/// Property: thresholds are two bits wider than a price and signed, so none wraps. What is said of a side without a level
/// means nothing.
/// Timing: inputs in B, outputs are registers in D1; they stay while en_i is low.
module strategy_ahead (
    input  wire logic                 clk_i,
    input  wire logic                 en_i,
    input  wire tp_outlook_t          outlook_i,
    input  wire tp_rules_t            rules_i,
    input  wire logic [5*(TP_TIME_W+1)-1:0] next_i,  // next time each rule may fire
    input  wire tp_working_t          working_i,
    output logic [4:0]                ready_o,       // enabled and cooled down
    output logic [5*(TP_TIME_W+1)-1:0] next_o,       // next time of each rule, should it fire
    // By price: [0] as it was, [1] the message's first, [2] the second level first
    output logic [2:0]                crossed_o,
    output logic [2:0]                narrow_o,      // spread for imbalance
    output logic [2:0]                away_o,        // of the working order
    output logic [2:0]                take_buy_o,
    output logic [2:0]                take_sell_o,
    output logic [2:0]                lead_buy_o,
    output logic [2:0]                lead_sell_o,
    // By quantity: [0], [1], [2] as above, [3] as it was with another quantity
    output logic [3:0]                heavy_buy_o,   // the bid outweighs the offer
    output logic [3:0]                heavy_sell_o,
    output logic [3:0]                moved_o,       // the side that may change is not as before
    // As it was
    output logic                      trade_up_o,    // the message's price is at the offer or above
    output logic                      trade_down_o
);

  localparam int NEXT_W = TP_TIME_W + 1;

  logic [159:0] cooldown;
  logic [33:0]  take_buy;
  logic [33:0]  take_sell;
  logic [33:0]  cancel_buy;
  logic [33:0]  cancel_sell;
  logic [33:0]  lead_buy;
  logic [33:0]  lead_sell;
  logic [47:0]  ratio;
  logic [31:0]  best_price;
  logic [31:0]  best_quantity;
  logic [127:0] own_price;     // by quantity
  logic [127:0] own_quantity;
  logic [31:0]  prior_price;
  logic [31:0]  prior_quantity;

  assign cooldown = {rules_i.leadlag_cooldown, rules_i.momentum_cooldown, rules_i.imbalance_cooldown, rules_i.take_cooldown,
                     rules_i.cancel_cooldown};
  assign take_buy    = {2'd0, rules_i.take_fair} - {2'd0, rules_i.take_edge};
  assign take_sell   = {2'd0, rules_i.take_fair} + {2'd0, rules_i.take_edge};
  assign cancel_buy  = {2'd0, working_i.price} + {2'd0, rules_i.cancel_distance};
  assign cancel_sell = {2'd0, working_i.price} - {2'd0, rules_i.cancel_distance};
  assign lead_buy    = {2'd0, outlook_i.prior.bid_price} + {2'd0, rules_i.leadlag_threshold};
  assign lead_sell   = {2'd0, outlook_i.prior.ask_price} - {2'd0, rules_i.leadlag_threshold};
  assign ratio       = {32'd0, rules_i.imbalance_ratio[15:0]};

  assign best_price     = outlook_i.side ? outlook_i.here.ask_price : outlook_i.here.bid_price;
  assign best_quantity  = outlook_i.side ? outlook_i.here.ask_quantity : outlook_i.here.bid_quantity;
  assign own_price      = {best_price, outlook_i.second_price, outlook_i.price, best_price};
  assign own_quantity   = {outlook_i.sum, outlook_i.second_quantity, outlook_i.shares, best_quantity};
  assign prior_price          = outlook_i.side ? outlook_i.prior.ask_price : outlook_i.prior.bid_price;
  assign prior_quantity       = outlook_i.side ? outlook_i.prior.ask_quantity : outlook_i.prior.bid_quantity;

  for (genvar n = 0; n < 4; n = n + 1) begin : g_case
    logic [31:0] bid;
    logic [31:0] ask;
    logic [31:0] bid_quantity;
    logic [31:0] ask_quantity;
    logic [47:0] bid_times;
    logic [47:0] ask_times;

    assign bid          = outlook_i.side ? outlook_i.here.bid_price : own_price[32*n+:32];
    assign ask          = outlook_i.side ? own_price[32*n+:32] : outlook_i.here.ask_price;
    assign bid_quantity = outlook_i.side ? outlook_i.here.bid_quantity : own_quantity[32*n+:32];
    assign ask_quantity = outlook_i.side ? own_quantity[32*n+:32] : outlook_i.here.ask_quantity;
    always_comb begin
      bid_times = '0;
      ask_times = '0;
      if (outlook_i.valid) begin
        bid_times = ratio * {16'd0, bid_quantity};
        ask_times = ratio * {16'd0, ask_quantity};
      end
    end

    always_ff @(posedge clk_i) begin
      if (en_i) begin
        heavy_buy_o[n]  <= bid_quantity >= rules_i.imbalance_min_qty && {8'd0, bid_quantity, 8'd0} >= ask_times;
        heavy_sell_o[n] <= ask_quantity >= rules_i.imbalance_min_qty && {8'd0, ask_quantity, 8'd0} >= bid_times;
        moved_o[n]      <= own_price[32*n+:32] != prior_price || own_quantity[32*n+:32] != prior_quantity;
      end
    end

    if (n < 3) begin : g_price
      always_ff @(posedge clk_i) begin
        if (en_i) begin
          crossed_o[n]   <= bid >= ask;
          narrow_o[n]    <= ask - bid <= rules_i.imbalance_max_spread;
          away_o[n]      <= working_i.side ? $signed({2'd0, bid}) < $signed(cancel_sell) : $signed({2'd0, ask}) > $signed(cancel_buy);
          take_buy_o[n]  <= $signed({2'd0, ask}) <= $signed(take_buy);
          take_sell_o[n] <= $signed({2'd0, bid}) >= $signed(take_sell);
          lead_buy_o[n]  <= $signed({2'd0, bid}) >= $signed(lead_buy);
          lead_sell_o[n] <= $signed({2'd0, ask}) <= $signed(lead_sell);
        end
      end
    end
  end

  for (genvar r = 0; r < 5; r = r + 1) begin : g_rule
    always_ff @(posedge clk_i) begin
      if (en_i) begin
        ready_o[r] <= rules_i.flags[r] && {1'b0, outlook_i.stamp} >= next_i[NEXT_W*r+:NEXT_W];
        next_o[NEXT_W*r+:NEXT_W] <= {1'b0, outlook_i.stamp} + {17'd0, cooldown[32*r+:32]};
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      trade_up_o   <= outlook_i.price >= outlook_i.here.ask_price;
      trade_down_o <= outlook_i.price <= outlook_i.here.bid_price;
    end
  end

endmodule
`default_nettype wire
