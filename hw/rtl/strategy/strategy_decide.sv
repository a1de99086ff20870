`include "twinpath_types.svh"
`default_nettype none

/// What the message in D1 makes the strategy want: at most one intent (SEM 3.4, 4.2).
///
/// Why: it decides, risk judges, both at once: every order there can be is offered to risk with its wish, and the first
/// wish in the order of rules, buy before sell, is the intent. There are eight of them, two a rule:
/// wish 0 take, buy; 1 take, sell; 2, 3 imbalance; 4, 5 momentum; 6, 7 lead-lag, which is of the lagging symbol.
/// A buy is always at the best offer of the order's symbol, a sell at its best bid.
/// Safety: nothing is evaluated unless armed, the message had effect and the symbol's book is trusted and not crossed.
/// Property: a veto leaves no wish. The book gives it late, for an addition outside the window; such a message cannot fire a
/// rule, whatever likely_i says.
/// Latency: combinational.
module strategy_decide (
    input  wire tp_booked_t     booked_i,
    input  wire tp_bbo_t        likely_i,            // best bid and offer after the message, unless it is vetoed
    input  wire logic [2:0]     pick_i,              // which of the outlook it is
    input  wire logic           side_i,              // of the outlook
    input  wire logic           is_book_i,
    input  wire logic           armed_i,
    input  wire logic           feed_stale_i,
    input  wire tp_rules_t      rules_i,
    input  wire tp_working_t    working_i,           // of the message's symbol
    input  wire logic           lag_is_own_i,        // the lagging symbol is the message's,
    input  wire tp_bbo_t        lag_bbo_i,           // or else this is its book; states only
    input  wire logic           lag_crossed_i,
    input  wire logic           lag_sticky_i,
    // from strategy_ahead
    input  wire logic [4:0]     ready_i,
    input  wire logic [2:0]     crossed_i,
    input  wire logic [2:0]     narrow_i,
    input  wire logic [2:0]     away_i,
    input  wire logic [2:0]     take_buy_i,
    input  wire logic [2:0]     take_sell_i,
    input  wire logic [2:0]     lead_buy_i,
    input  wire logic [2:0]     lead_sell_i,
    input  wire logic [3:0]     heavy_buy_i,
    input  wire logic [3:0]     heavy_sell_i,
    input  wire logic [3:0]     moved_i,
    input  wire logic           trade_up_i,
    input  wire logic           trade_down_i,
    output logic                trusted_o,           // the message's symbol, after
    output logic                book_changed_o,      // best bid and offer or trust changed
    output logic                cancel_o,            // the working order is to be cancelled: comes before all wishes
    output logic [7:0]          wish_o
);

  tp_bbo_t prior;
  tp_bbo_t after;
  logic    trusted_before;
  logic    trusted_likely;
  logic    lag_ok;
  logic    lag_bid;
  logic    lag_ask;
  logic    lead_buy;
  logic    lead_sell;
  logic [3:1] buy;
  logic [3:1] sell;

  assign prior = booked_i.bbo_before;
  assign after = booked_i.bbo_after;
  assign trusted_o = !feed_stale_i && !booked_i.sticky_after && after.bid_state != TP_SIDE_UNKNOWN &&
      after.ask_state != TP_SIDE_UNKNOWN;
  assign trusted_before = !feed_stale_i && !booked_i.sticky_before && prior.bid_state != TP_SIDE_UNKNOWN &&
      prior.ask_state != TP_SIDE_UNKNOWN;
  assign book_changed_o = is_book_i && (prior != after || trusted_o != trusted_before);

  assign trusted_likely = !feed_stale_i && !booked_i.sticky_after && likely_i.bid_state != TP_SIDE_UNKNOWN &&
      likely_i.ask_state != TP_SIDE_UNKNOWN;

  strategy_rules u_rules (
      .allow_i      (is_book_i && booked_i.effect && armed_i && trusted_likely),
      .booked_i     (booked_i),
      .after_i      (likely_i),
      .pick_i       (pick_i),
      .side_i       (side_i),
      .rules_i      (rules_i),
      .working_i    (working_i),
      .ready_i      (ready_i),
      .crossed_i    (crossed_i),
      .narrow_i     (narrow_i),
      .away_i       (away_i),
      .take_buy_i   (take_buy_i),
      .take_sell_i  (take_sell_i),
      .lead_buy_i   (lead_buy_i),
      .lead_sell_i  (lead_sell_i),
      .heavy_buy_i  (heavy_buy_i),
      .heavy_sell_i (heavy_sell_i),
      .moved_i      (moved_i),
      .trade_up_i   (trade_up_i),
      .trade_down_i (trade_down_i),
      .cancel_o     (cancel_o),
      .buy_o        (buy),
      .sell_o       (sell),
      .lead_buy_o   (lead_buy),
      .lead_sell_o  (lead_sell)
  );

  // What is asked of the lagging symbol's book is asked of the message's own anyway.
  assign lag_ok  = lag_is_own_i || (!feed_stale_i && !lag_sticky_i && lag_bbo_i.bid_state != TP_SIDE_UNKNOWN &&
      lag_bbo_i.ask_state != TP_SIDE_UNKNOWN &&
      !(lag_bbo_i.bid_state == TP_SIDE_QUOTED && lag_bbo_i.ask_state == TP_SIDE_QUOTED && lag_crossed_i));
  assign lag_bid = lag_is_own_i ? likely_i.bid_state == TP_SIDE_QUOTED : lag_bbo_i.bid_state == TP_SIDE_QUOTED;
  assign lag_ask = lag_is_own_i ? likely_i.ask_state == TP_SIDE_QUOTED : lag_bbo_i.ask_state == TP_SIDE_QUOTED;
  assign wish_o  = {lead_sell && lag_ok && lag_bid, lead_buy && lag_ok && lag_ask, sell[3], buy[3], sell[2], buy[2], sell[1], buy[1]};

endmodule
`default_nettype wire
