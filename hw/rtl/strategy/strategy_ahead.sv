`include "twinpath_types.svh"
`default_nettype none

/// What the rules can know of a message before its best bid and offer: which have cooled down, the prices that they wait
/// for, and their next times should they fire (SEM 4.2).
///
/// Why: what is made in B leaves one comparison for each rule to D1.
/// Property: thresholds are two bits wider than a price and signed, so none wraps.
/// Timing: inputs in B, outputs are registers in D1; they stay while en_i is low.
module strategy_ahead (
    input  wire logic                 clk_i,
    input  wire logic                 en_i,
    input  wire logic [TP_TIME_W-1:0] stamp_i,
    input  wire tp_rules_t            rules_i,
    input  wire logic [5*(TP_TIME_W+1)-1:0] next_i,  // next time each rule may fire
    input  wire tp_working_t          working_i,
    output logic [4:0]                ready_o,       // enabled and cooled down
    output logic [33:0]               take_buy_o,    // an offer is at most this
    output logic [33:0]               take_sell_o,   // a bid is at least this
    output logic [33:0]               cancel_buy_o,  // a working buy: an offer above this
    output logic [33:0]               cancel_sell_o, // a working sell: a bid below this
    output logic [5*(TP_TIME_W+1)-1:0] next_o        // next time of each rule, should it fire
);

  localparam int NEXT_W = TP_TIME_W + 1;

  logic [159:0] cooldown;
  assign cooldown = {rules_i.leadlag_cooldown, rules_i.momentum_cooldown, rules_i.imbalance_cooldown, rules_i.take_cooldown,
                     rules_i.cancel_cooldown};

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      for (int r = 0; r < 5; r++) begin
        ready_o[r] <= rules_i.flags[r] && {1'b0, stamp_i} >= next_i[NEXT_W*r+:NEXT_W];
        next_o[NEXT_W*r+:NEXT_W] <= {1'b0, stamp_i} + {17'd0, cooldown[32*r+:32]};
      end
      take_buy_o    <= {2'd0, rules_i.take_fair} - {2'd0, rules_i.take_edge};
      take_sell_o   <= {2'd0, rules_i.take_fair} + {2'd0, rules_i.take_edge};
      cancel_buy_o  <= {2'd0, working_i.price} + {2'd0, rules_i.cancel_distance};
      cancel_sell_o <= {2'd0, working_i.price} - {2'd0, rules_i.cancel_distance};
    end
  end

endmodule
`default_nettype wire
