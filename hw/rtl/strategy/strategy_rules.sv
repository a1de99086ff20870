`include "twinpath_types.svh"
`default_nettype none

/// The conditions of the five rules for one message, all at once, buys and sells apart (SEM 4.2, 4.3).
///
/// Why: strategy_ahead has compared every best bid and offer there might have been; here they are picked and gated. Lead-lag
/// is judged here for the leader only; strategy_decide adds the lagging symbol.
/// Property: a hit is only given for a rule that is enabled, has cooled down and may trade that side.
/// Latency: combinational.
module strategy_rules (
    input  wire logic        allow_i,    // armed, trusted, and the message had effect
    input  wire tp_booked_t  booked_i,
    input  wire tp_bbo_t     after_i,    // best bid and offer after it, or any, should they be vetoed; states only
    input  wire logic [2:0]  pick_i,     // which of the outlook they are
    input  wire logic        side_i,     // that may have changed
    input  wire tp_rules_t   rules_i,    // of the message's symbol, active bank
    input  wire tp_working_t working_i,  // working order of the message's symbol
    // from strategy_ahead
    input  wire logic [4:0]  ready_i,
    input  wire logic [2:0]  crossed_i,
    input  wire logic [2:0]  narrow_i,
    input  wire logic [2:0]  away_i,
    input  wire logic [2:0]  take_buy_i,
    input  wire logic [2:0]  take_sell_i,
    input  wire logic [2:0]  lead_buy_i,
    input  wire logic [2:0]  lead_sell_i,
    input  wire logic [3:0]  heavy_buy_i,
    input  wire logic [3:0]  heavy_sell_i,
    input  wire logic [3:0]  moved_i,
    input  wire logic        trade_up_i,
    input  wire logic        trade_down_i,
    output logic             cancel_o,   // rule 0
    output logic      [3:1]  buy_o,      // rules 1 to 3
    output logic      [3:1]  sell_o,
    output logic             lead_buy_o,
    output logic             lead_sell_o
);

  tp_bbo_t     prior;
  logic [31:0] flags;
  logic [2:0]  price;     // one hot
  logic [3:0]  quantity;  // one hot
  logic        bid;
  logic        ask;
  logic        allow;
  logic        changed;
  logic        trade_up;
  logic        trade_down;
  logic        trade_counts;

  assign prior    = booked_i.bbo_before;
  assign flags    = rules_i.flags;
  assign price    = {pick_i[TP_PICK_SECOND], pick_i[TP_PICK_FRESH], !pick_i[TP_PICK_SECOND] && !pick_i[TP_PICK_FRESH]};
  assign quantity = {pick_i[TP_PICK_SUM], price[2:1], pick_i == '0};

  always_comb begin
    bid   = after_i.bid_state == TP_SIDE_QUOTED;
    ask   = after_i.ask_state == TP_SIDE_QUOTED;
    allow = allow_i && !(bid && ask && (price & crossed_i) != '0);
    changed = after_i.bid_state != prior.bid_state || after_i.ask_state != prior.ask_state ||
        ((side_i ? ask : bid) && (quantity & moved_i) != '0);

    // 0 cancel: the market has moved away from the working order.
    cancel_o = allow && ready_i[0] && changed && working_i.open && !working_i.cancel_sent && (working_i.side ? bid : ask) &&
        (price & away_i) != '0;

    // 1 take: a quote is better than fair value by the edge.
    buy_o[1]  = allow && ready_i[1] && changed && flags[8] && ask && (price & take_buy_i) != '0;
    sell_o[1] = allow && ready_i[1] && changed && flags[9] && bid && (price & take_sell_i) != '0;

    // 2 imbalance: one side of a narrow market outweighs the other. The book is not crossed: the spread is positive.
    buy_o[2]  = allow && ready_i[2] && changed && flags[10] && bid && ask && (price & narrow_i) != '0 && (quantity & heavy_buy_i) != '0;
    sell_o[2] = allow && ready_i[2] && changed && flags[11] && bid && ask && (price & narrow_i) != '0 && (quantity & heavy_sell_i) != '0;

    // 3 momentum: follow a trade that was large or went through its level.
    if (booked_i.msg.op == TP_OP_TRADE) begin
      trade_up   = ask && trade_up_i;
      trade_down = !trade_up && bid && trade_down_i;
    end else begin
      trade_up   = booked_i.trade_side;
      trade_down = !booked_i.trade_side;
    end
    trade_counts = booked_i.trade && ((flags[16] && booked_i.trade_quantity >= rules_i.momentum_min_shares) ||
                                      (flags[17] && booked_i.trade_through));
    buy_o[3]  = allow && ready_i[3] && trade_counts && flags[12] && trade_up && ask;
    sell_o[3] = allow && ready_i[3] && trade_counts && flags[13] && trade_down && bid;

    // 4 lead-lag: this symbol's quote moved, the lagging symbol's is to follow.
    lead_buy_o = allow && ready_i[4] && changed && flags[14] && bid && prior.bid_state == TP_SIDE_QUOTED && (price & lead_buy_i) != '0;
    lead_sell_o = allow && ready_i[4] && changed && flags[15] && ask && prior.ask_state == TP_SIDE_QUOTED && (price & lead_sell_i) != '0;
  end

endmodule
`default_nettype wire
