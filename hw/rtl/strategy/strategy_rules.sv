`include "twinpath_types.svh"
`default_nettype none

/// The conditions of the five rules for one message, all at once, buys and sells apart (SEM 4.2, 4.3).
///
/// Why: every rule compares the same best bid and offer with its own record, so all compare in parallel and the caller
/// takes the first hit. Lead-lag is judged here for the leader only; strategy_decide adds the lagging symbol.
/// Property: a hit is only given for a rule that is enabled, has cooled down and may trade that side. Every comparison
/// is wider than its operands, so none wraps. allow_i is the last gate before the outputs, so that it may be late;
/// valid_i is early and only saves work.
/// Latency: combinational.
module strategy_rules (
    input  wire logic        valid_i,    // a message is there
    input  wire logic        allow_i,    // armed, trusted, not crossed, and the message had effect
    input  wire tp_booked_t  booked_i,
    input  wire tp_bbo_t     after_i,    // best bid and offer after it, or any, should they be vetoed
    input  wire tp_rules_t   rules_i,    // of the message's symbol, active bank
    input  wire tp_working_t working_i,  // working order of the message's symbol
    // from strategy_ahead
    input  wire logic [4:0]  ready_i,
    input  wire logic [33:0] take_buy_i,
    input  wire logic [33:0] take_sell_i,
    input  wire logic [33:0] cancel_buy_i,
    input  wire logic [33:0] cancel_sell_i,
    output logic             cancel_o,   // rule 0
    output logic      [3:1]  buy_o,      // rules 1 to 3
    output logic      [3:1]  sell_o,
    output logic             lead_buy_o,
    output logic             lead_sell_o
);

  tp_bbo_t     prior;
  tp_bbo_t     after;
  logic [31:0] flags;
  logic        changed;
  logic        bid;
  logic        ask;
  logic        spread_ok;
  logic        trade_up;
  logic        trade_down;
  logic        trade_counts;
  logic [47:0] ratio;

  assign prior = booked_i.bbo_before;
  assign after = after_i;
  assign flags = rules_i.flags;

  always_comb begin
    cancel_o     = 1'b0;
    buy_o        = '0;
    sell_o       = '0;
    lead_buy_o   = 1'b0;
    lead_sell_o  = 1'b0;
    changed      = 1'b0;
    bid          = 1'b0;
    ask          = 1'b0;
    spread_ok    = 1'b0;
    trade_up     = 1'b0;
    trade_down   = 1'b0;
    trade_counts = 1'b0;
    ratio        = '0;
    if (valid_i) begin
      changed = prior != after;
      bid     = after.bid_state == TP_SIDE_QUOTED;
      ask     = after.ask_state == TP_SIDE_QUOTED;

      // 0 cancel: the market has moved away from the working order.
      cancel_o = allow_i && ready_i[0] && changed && working_i.open && !working_i.cancel_sent &&
          (working_i.side ? bid && $signed({2'd0, after.bid_price}) < $signed(cancel_sell_i)
                          : ask && $signed({2'd0, after.ask_price}) > $signed(cancel_buy_i));

      // 1 take: a quote is better than fair value by the edge.
      buy_o[1]  = allow_i && ready_i[1] && changed && flags[8] && ask && $signed({2'd0, after.ask_price}) <= $signed(take_buy_i);
      sell_o[1] = allow_i && ready_i[1] && changed && flags[9] && bid && $signed({2'd0, after.bid_price}) >= $signed(take_sell_i);

      // 2 imbalance: one side of a narrow market outweighs the other. The book is not crossed: the spread is positive.
      spread_ok = changed && bid && ask && after.ask_price - after.bid_price <= rules_i.imbalance_max_spread;
      ratio     = {32'd0, rules_i.imbalance_ratio[15:0]};
      buy_o[2]  = allow_i && ready_i[2] && spread_ok && flags[10] && after.bid_quantity >= rules_i.imbalance_min_qty &&
          {8'd0, after.bid_quantity, 8'd0} >= ratio * {16'd0, after.ask_quantity};
      sell_o[2] = allow_i && ready_i[2] && spread_ok && flags[11] && after.ask_quantity >= rules_i.imbalance_min_qty &&
          {8'd0, after.ask_quantity, 8'd0} >= ratio * {16'd0, after.bid_quantity};

      // 3 momentum: follow a trade that was large or went through its level.
      if (booked_i.msg.op == TP_OP_TRADE) begin
        trade_up   = ask && booked_i.trade_price >= after.ask_price;
        trade_down = !trade_up && bid && booked_i.trade_price <= after.bid_price;
      end else begin
        trade_up   = booked_i.trade_side;
        trade_down = !booked_i.trade_side;
      end
      trade_counts = booked_i.trade && ((flags[16] && booked_i.trade_quantity >= rules_i.momentum_min_shares) ||
                                        (flags[17] && booked_i.trade_through));
      buy_o[3]  = allow_i && ready_i[3] && trade_counts && flags[12] && trade_up && ask;
      sell_o[3] = allow_i && ready_i[3] && trade_counts && flags[13] && trade_down && bid;

      // 4 lead-lag: this symbol's quote moved, the lagging symbol's is to follow.
      lead_buy_o = allow_i && ready_i[4] && changed && flags[14] && bid && prior.bid_state == TP_SIDE_QUOTED &&
          {1'b0, after.bid_price} >= {1'b0, prior.bid_price} + {1'b0, rules_i.leadlag_threshold};
      lead_sell_o = allow_i && ready_i[4] && changed && flags[15] && ask && prior.ask_state == TP_SIDE_QUOTED &&
          {1'b0, after.ask_price} + {1'b0, rules_i.leadlag_threshold} <= {1'b0, prior.ask_price};
    end
  end

endmodule
`default_nettype wire
