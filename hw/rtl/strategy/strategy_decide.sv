`include "twinpath_types.svh"
`default_nettype none

/// What the message in D1 makes the strategy want: at most one intent, and the cool-downs it leaves (SEM 3.4, 4.2).
///
/// Why: it decides, risk judges.
/// Safety: nothing is evaluated unless armed, the message had effect and the symbol's book is trusted and not crossed.
/// Latency: combinational.
module strategy_decide (
    input  wire logic           valid_i,
    input  wire tp_booked_t     booked_i,
    input  wire logic           is_book_i,
    input  wire logic           armed_i,
    input  wire logic           feed_stale_i,
    input  wire tp_rules_t      rules_i,
    input  wire logic [5*(TP_TIME_W+1)-1:0] next_i,  // next time each rule may fire
    input  wire tp_working_t    working_i,           // of the message's symbol
    input  wire tp_bbo_t        lag_bbo_i,
    input  wire logic           lag_sticky_i,
    output logic                trusted_o,           // the message's symbol, after
    output logic                book_changed_o,      // best bid and offer or trust changed
    output logic                fire_o,
    output logic                cancel_o,
    output logic                lead_o,              // the order is for the lagging symbol
    output logic [2:0]          rule_o,
    output logic                side_o,
    output logic [31:0]         price_o,
    output logic [31:0]         quantity_o,
    output logic [5*(TP_TIME_W+1)-1:0] next_o        // if it fires
);

  localparam int NEXT_W = TP_TIME_W + 1;  // stamp + cool-down

  tp_bbo_t              prior;
  tp_bbo_t              after;
  logic                 trusted_before;
  logic                 crossed;
  logic [TP_TIME_W-1:0] stamp;
  logic [4:0]           cooled;
  logic [3:0]           hit;
  logic [3:0]           sell;
  logic                 lead_buy;
  logic                 lead_sell;
  logic [31:0]          cooldown;

  assign prior = booked_i.bbo_before;
  assign after = booked_i.bbo_after;
  assign stamp = booked_i.msg.origin.stamp;
  assign trusted_o = !feed_stale_i && !booked_i.sticky_after && after.bid_state != TP_SIDE_UNKNOWN &&
      after.ask_state != TP_SIDE_UNKNOWN;
  assign trusted_before = !feed_stale_i && !booked_i.sticky_before && prior.bid_state != TP_SIDE_UNKNOWN &&
      prior.ask_state != TP_SIDE_UNKNOWN;
  assign book_changed_o = is_book_i && (prior != after || trusted_o != trusted_before);
  assign crossed = after.bid_state == TP_SIDE_QUOTED && after.ask_state == TP_SIDE_QUOTED &&
      after.bid_price >= after.ask_price;

  always_comb begin
    cooled = '0;
    next_o = next_i;
    if (valid_i) begin
      for (int r = 0; r < 5; r = r + 1) begin
        cooled[r] = {1'b0, stamp} >= next_i[NEXT_W*r+:NEXT_W];
        if (rule_o == 3'(r)) next_o[NEXT_W*r+:NEXT_W] = {1'b0, stamp} + {17'd0, cooldown};
      end
    end
  end

  strategy_rules u_rules (
      .valid_i    (valid_i),
      .allow_i    (is_book_i && booked_i.effect && armed_i && trusted_o && !crossed),
      .booked_i   (booked_i),
      .rules_i    (rules_i),
      .working_i  (working_i),
      .cooled_i   (cooled),
      .hit_o      (hit),
      .sell_o     (sell),
      .lead_buy_o (lead_buy),
      .lead_sell_o(lead_sell)
  );

  strategy_select u_select (
      .hit_i          (hit),
      .sell_i         (sell),
      .lead_buy_i     (lead_buy),
      .lead_sell_i    (lead_sell),
      .rules_i        (rules_i),
      .own_i          (after),
      .lag_i          (lag_bbo_i),
      .lag_trusted_i  (!feed_stale_i && !lag_sticky_i),
      .working_price_i(working_i.price),
      .fire_o         (fire_o),
      .cancel_o       (cancel_o),
      .lead_o         (lead_o),
      .rule_o         (rule_o),
      .side_o         (side_o),
      .price_o        (price_o),
      .quantity_o     (quantity_o),
      .cooldown_o     (cooldown)
  );

endmodule
`default_nettype wire
