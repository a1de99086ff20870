`include "twinpath_types.svh"
`default_nettype none

/// The conditions of the five rules for one message, all at once, buys and sells apart (SEM 4.2, 4.3).
///
/// Why: strategy_ahead has judged every best bid and offer there might have been; here one case is picked, and what depends
/// on which sides have a level is added. Lead-lag is judged here for the leader only; strategy_decide adds the lagging symbol.
/// Property: no wish depends on whether rules are evaluated at all: that gates all of them alike, behind their choice.
/// Latency: combinational, 4 LUT levels from likely_i at most.
module strategy_rules (
    input  wire tp_bbo_t    likely_i,   // best bid and offer after the message, states only
    input  wire tp_bbo_t    prior_i,    // and before, states only
    input  wire logic [3:0] picked_i,   // which case it is, one hot
    input  wire logic       side_i,     // that may have changed
    // the message, as a trade
    input  wire logic       trade_i,
    input  wire logic       cross_i,    // one of hidden orders (P): its side is told by its price
    input  wire logic       resting_i,  // else: side of the resting order
    input  wire logic       through_i,
    // from strategy_ahead
    input  wire logic [3:0] crossed_i,
    input  wire logic [3:0] moved_i,
    input  wire logic [3:0] sell_away_i,
    input  wire logic [3:0] buy_away_i,
    input  wire logic [3:0] take_buy_i,
    input  wire logic [3:0] take_sell_i,
    input  wire logic [3:0] heavy_buy_i,
    input  wire logic [3:0] heavy_sell_i,
    input  wire logic [3:0] narrow_buy_i,
    input  wire logic [3:0] narrow_sell_i,
    input  wire logic [3:0] lead_buy_i,
    input  wire logic [3:0] lead_sell_i,
    input  wire logic       may_cancel_i,
    input  wire logic [4:1] may_buy_i,
    input  wire logic [4:1] may_sell_i,
    input  wire logic       large_i,
    input  wire logic       through_counts_i,
    input  wire logic       trade_up_i,
    input  wire logic       trade_down_i,
    input  wire logic       working_side_i,
    output logic            crossing_o, // no rule is evaluated
    output logic            cancel_o,   // rule 0
    output logic      [3:1] buy_o,      // rules 1 to 3
    output logic      [3:1] sell_o,
    output logic            lead_buy_o,
    output logic            lead_sell_o
);

  logic bid;
  logic ask;
  logic changed;
  logic counts;
  logic up;
  logic down;

  always_comb begin
    bid        = likely_i.bid_state[0];  // the lower bit is that of TP_SIDE_QUOTED alone
    ask        = likely_i.ask_state[0];
    changed    = likely_i.bid_state != prior_i.bid_state || likely_i.ask_state != prior_i.ask_state ||
        ((side_i ? ask : bid) && (picked_i & moved_i) != '0);
    crossing_o = bid && ask && (picked_i & crossed_i) != '0;

    // 0 cancel: the market has moved away from the working order.
    cancel_o = may_cancel_i && changed && (working_side_i ? bid && (picked_i & sell_away_i) != '0 : ask && (picked_i & buy_away_i) != '0);

    // 1 take: a quote is better than fair value by the edge.
    buy_o[1]  = may_buy_i[1] && changed && ask && (picked_i & take_buy_i) != '0;
    sell_o[1] = may_sell_i[1] && changed && bid && (picked_i & take_sell_i) != '0;

    // 2 imbalance: one side of a narrow market outweighs the other. The book is not crossed: the spread is positive.
    buy_o[2]  = may_buy_i[2] && changed && bid && ask && (picked_i & heavy_buy_i & narrow_buy_i) != '0;
    sell_o[2] = may_sell_i[2] && changed && bid && ask && (picked_i & heavy_sell_i & narrow_sell_i) != '0;

    // 3 momentum: follow a trade that was large or went through its level.
    up        = cross_i ? ask && trade_up_i : resting_i;
    down      = cross_i ? bid && trade_down_i && !(ask && trade_up_i) : !resting_i;
    counts    = trade_i && (large_i || (through_counts_i && through_i));
    buy_o[3]  = may_buy_i[3] && counts && up && ask;
    sell_o[3] = may_sell_i[3] && counts && down && bid;

    // 4 lead-lag: this symbol's quote moved, the lagging symbol's is to follow.
    lead_buy_o  = may_buy_i[4] && changed && bid && (picked_i & lead_buy_i) != '0;
    lead_sell_o = may_sell_i[4] && changed && ask && (picked_i & lead_sell_i) != '0;
  end

endmodule
`default_nettype wire
