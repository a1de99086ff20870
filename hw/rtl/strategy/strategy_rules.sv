`include "twinpath_types.svh"
`default_nettype none

/// The conditions of the five rules for one message, all at once (SEM 4.2, 4.3).
///
/// Why: every rule compares the same best bid and offer with its own record, so all compare in parallel and the caller
/// takes the first hit. Lead-lag is judged here for the leader only; strategy_select adds the lagging symbol.
/// Property: a hit is only given for a rule that is enabled, has cooled down and may trade that side. Every comparison
/// is wider than its operands, so none wraps. allow_i is the last gate before the outputs, so that it may be late;
/// valid_i is early and only saves work.
/// Latency: combinational.
module strategy_rules (
    input  wire logic        valid_i,    // a message is there
    input  wire logic        allow_i,    // armed, trusted, not crossed, and the message had effect
    input  wire tp_booked_t  booked_i,
    input  wire tp_rules_t   rules_i,    // of the message's symbol, active bank
    input  wire tp_working_t working_i,  // working order of the message's symbol
    input  wire logic [4:0]  cooled_i,   // cool-down passed, by rule number
    output logic      [3:0]  hit_o,      // rules 0 to 3
    output logic      [3:0]  sell_o,     // side of each hit
    output logic             lead_buy_o,
    output logic             lead_sell_o
);

  tp_bbo_t     prior;
  tp_bbo_t     after;
  logic [31:0] flags;
  logic [4:0]  ready;
  logic        changed;
  logic        bid;
  logic        ask;
  logic        take_buy;
  logic        take_sell;
  logic        spread_ok;
  logic        imbalance_buy;
  logic        imbalance_sell;
  logic        trade_up;
  logic        trade_down;
  logic        trade_counts;
  logic        momentum_buy;
  logic        momentum_sell;
  logic [47:0] ratio;

  assign prior = booked_i.bbo_before;
  assign after  = booked_i.bbo_after;
  assign flags  = rules_i.flags;

  always_comb begin
    hit_o          = '0;
    sell_o         = '0;
    lead_buy_o     = 1'b0;
    lead_sell_o    = 1'b0;
    ready          = '0;
    changed        = 1'b0;
    bid            = 1'b0;
    ask            = 1'b0;
    take_buy       = 1'b0;
    take_sell      = 1'b0;
    spread_ok      = 1'b0;
    imbalance_buy  = 1'b0;
    imbalance_sell = 1'b0;
    trade_up       = 1'b0;
    trade_down     = 1'b0;
    trade_counts   = 1'b0;
    momentum_buy   = 1'b0;
    momentum_sell  = 1'b0;
    ratio          = '0;
    if (valid_i) begin
      ready   = flags[4:0] & cooled_i;
      changed = prior != after;
      bid     = after.bid_state == TP_SIDE_QUOTED;
      ask     = after.ask_state == TP_SIDE_QUOTED;

      // 0 cancel: the market has moved away from the working order.
      sell_o[0] = working_i.side;
      hit_o[0]  = allow_i && ready[0] && changed && working_i.open && !working_i.cancel_sent &&
          (working_i.side ? bid && {1'b0, after.bid_price} + {1'b0, rules_i.cancel_distance} < {1'b0, working_i.price}
                          : ask && {1'b0, after.ask_price} > {1'b0, working_i.price} + {1'b0, rules_i.cancel_distance});

      // 1 take: a quote is better than fair value by the edge.
      take_buy = flags[8] && ask && {1'b0, after.ask_price} + {1'b0, rules_i.take_edge} <= {1'b0, rules_i.take_fair};
      take_sell = flags[9] && bid && {1'b0, after.bid_price} >= {1'b0, rules_i.take_fair} + {1'b0, rules_i.take_edge};
      hit_o[1] = allow_i && ready[1] && changed && (take_buy || take_sell);
      sell_o[1] = !take_buy;

      // 2 imbalance: one side of a narrow market outweighs the other. The book is not crossed: the spread is positive.
      spread_ok = changed && bid && ask && after.ask_price - after.bid_price <= rules_i.imbalance_max_spread;
      ratio = {32'd0, rules_i.imbalance_ratio[15:0]};
      imbalance_buy = flags[10] && after.bid_quantity >= rules_i.imbalance_min_qty &&
          {8'd0, after.bid_quantity, 8'd0} >= ratio * {16'd0, after.ask_quantity};
      imbalance_sell = flags[11] && after.ask_quantity >= rules_i.imbalance_min_qty &&
          {8'd0, after.ask_quantity, 8'd0} >= ratio * {16'd0, after.bid_quantity};
      hit_o[2]  = allow_i && ready[2] && spread_ok && (imbalance_buy || imbalance_sell);
      sell_o[2] = !imbalance_buy;

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
      momentum_buy = flags[12] && trade_up && ask;
      momentum_sell = flags[13] && trade_down && bid;
      hit_o[3] = allow_i && ready[3] && trade_counts && (momentum_buy || momentum_sell);
      sell_o[3] = !momentum_buy;

      // 4 lead-lag: this symbol's quote moved, the lagging symbol's is to follow.
      lead_buy_o = allow_i && ready[4] && changed && flags[14] && bid && prior.bid_state == TP_SIDE_QUOTED &&
          {1'b0, after.bid_price} >= {1'b0, prior.bid_price} + {1'b0, rules_i.leadlag_threshold};
      lead_sell_o = allow_i && ready[4] && changed && flags[15] && ask && prior.ask_state == TP_SIDE_QUOTED &&
          {1'b0, after.ask_price} + {1'b0, rules_i.leadlag_threshold} <= {1'b0, prior.ask_price};
    end
  end

endmodule
`default_nettype wire
