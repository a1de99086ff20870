`include "twinpath_types.svh"
`default_nettype none

/// What the message in D1 makes the strategy want: at most one intent (SEM 3.4, 4.2).
///
/// Why: it decides, risk judges, both at once: every order there can be is offered to risk with its wish, and the first
/// wish in the order of rules, buy before sell, is the intent. There are eight of them, two a rule:
/// wish 0 take, buy; 1 take, sell; 2, 3 imbalance; 4, 5 momentum; 6, 7 lead-lag, which is of the lagging symbol.
/// A buy is always at the best offer of the order's symbol, a sell at its best bid.
/// Safety: without evaluate_o no wish counts: the strategy must be armed, the message have had effect, and the symbol's book be
/// trusted and not crossed. A veto of the book leaves no wish either; it is given late, for an addition outside the window,
/// which cannot fire a rule, whatever likely_i says.
/// Latency: combinational.
module strategy_decide (
    input  wire tp_booked_t booked_i,
    input  wire tp_bbo_t    likely_i,      // best bid and offer after the message, unless it is vetoed; states only
    input  wire logic [3:0] picked_i,      // which case of strategy_ahead it is, one hot
    input  wire logic       side_i,        // of the outlook
    input  wire logic       is_book_i,
    input  wire logic       armed_i,
    input  wire logic       feed_stale_i,
    input  wire logic       lag_is_own_i,  // the lagging symbol is the message's,
    input  wire tp_bbo_t    lag_bbo_i,     // or else this is its book; states only
    input  wire logic       lag_crossed_i,
    input  wire logic       lag_sticky_i,
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
    output logic            evaluate_o,    // wishes count
    output logic            cancel_o,      // the working order is to be cancelled: comes before all wishes
    output logic [7:0]      wish_o
);

  logic       crossing;
  logic       lag_ok;
  logic       lag_bid;
  logic       lag_ask;
  logic       lead_buy;
  logic       lead_sell;
  logic [3:1] buy;
  logic [3:1] sell;

  strategy_rules u_rules (
      .likely_i        (likely_i),
      .prior_i         (booked_i.bbo_before),
      .picked_i        (picked_i),
      .side_i          (side_i),
      .trade_i         (booked_i.trade),
      .cross_i         (booked_i.msg.op == TP_OP_TRADE),
      .resting_i       (booked_i.trade_side),
      .through_i       (booked_i.trade_through),
      .crossed_i       (crossed_i),
      .moved_i         (moved_i),
      .sell_away_i     (sell_away_i),
      .buy_away_i      (buy_away_i),
      .take_buy_i      (take_buy_i),
      .take_sell_i     (take_sell_i),
      .heavy_buy_i     (heavy_buy_i),
      .heavy_sell_i    (heavy_sell_i),
      .narrow_buy_i    (narrow_buy_i),
      .narrow_sell_i   (narrow_sell_i),
      .lead_buy_i      (lead_buy_i),
      .lead_sell_i     (lead_sell_i),
      .may_cancel_i    (may_cancel_i),
      .may_buy_i       (may_buy_i),
      .may_sell_i      (may_sell_i),
      .large_i         (large_i),
      .through_counts_i(through_counts_i),
      .trade_up_i      (trade_up_i),
      .trade_down_i    (trade_down_i),
      .working_side_i  (working_side_i),
      .crossing_o      (crossing),
      .cancel_o        (cancel_o),
      .buy_o           (buy),
      .sell_o          (sell),
      .lead_buy_o      (lead_buy),
      .lead_sell_o     (lead_sell)
  );

  // Of the states, each bit is that of one of them: the lower one quoted, the upper one unknown.
  assign evaluate_o = is_book_i && booked_i.effect && armed_i && !feed_stale_i && !booked_i.sticky_after &&
      !likely_i.bid_state[1] && !likely_i.ask_state[1] && !crossing;

  // What is asked of the lagging symbol's book is asked of the message's own anyway.
  assign lag_ok  = lag_is_own_i || (!lag_sticky_i && lag_bbo_i.bid_state != TP_SIDE_UNKNOWN &&
      lag_bbo_i.ask_state != TP_SIDE_UNKNOWN &&
      !(lag_bbo_i.bid_state == TP_SIDE_QUOTED && lag_bbo_i.ask_state == TP_SIDE_QUOTED && lag_crossed_i));
  assign lag_bid = lag_is_own_i ? likely_i.bid_state[0] : lag_bbo_i.bid_state == TP_SIDE_QUOTED;
  assign lag_ask = lag_is_own_i ? likely_i.ask_state[0] : lag_bbo_i.ask_state == TP_SIDE_QUOTED;
  assign wish_o  = {lead_sell && lag_ok && lag_bid, lead_buy && lag_ok && lag_ask, sell[3], buy[3], sell[2], buy[2], sell[1], buy[1]};

endmodule
`default_nettype wire
