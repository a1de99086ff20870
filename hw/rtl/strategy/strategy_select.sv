`include "twinpath_types.svh"
`default_nettype none

/// The first rule that fires, and the intent it makes (SEM 4.2).
///
/// Why: side and symbol decide which records risk reads, so they come straight from the hits; the quantity each rule
/// would trade is computed beside the hits and only picked by them.
/// Property: with no hit fire_o is low and the rest says nothing. An enter intent is always at the best offer (buy) or
/// bid (sell) of the order's symbol, a cancel at the price of the working order.
/// Latency: combinational.
module strategy_select (
    input  wire logic [3:0]          hit_i,         // rules 0 to 3
    input  wire logic [3:0]          sell_i,
    input  wire logic                lead_buy_i,    // rule 4, as far as the leader goes
    input  wire logic                lead_sell_i,
    input  wire tp_rules_t           rules_i,
    input  wire tp_bbo_t             own_i,         // best bid and offer of the message's symbol, after
    input  wire tp_bbo_t             lag_i,         // of the lagging symbol
    input  wire logic                lag_trusted_i, // as far as flags go
    input  wire logic [31:0]         working_price_i,
    output logic                     fire_o,
    output logic                     cancel_o,
    output logic                     lead_o,        // the order is for the lagging symbol
    output logic [2:0]               rule_o,
    output logic                     side_o,
    output logic [31:0]              price_o,
    output logic [31:0]              quantity_o,
    output logic [31:0]              cooldown_o
);

  logic        lag_ok;
  logic        lag_buy;
  logic        lag_sell;
  logic [4:0]  first;       // one hot
  logic [31:0] limit;       // quantity of rule r
  logic [31:0] cooldown;
  logic [31:0] ask_there;
  logic [31:0] bid_there;

  assign lag_ok = lag_trusted_i && lag_i.bid_state != TP_SIDE_UNKNOWN && lag_i.ask_state != TP_SIDE_UNKNOWN &&
      !(lag_i.bid_state == TP_SIDE_QUOTED && lag_i.ask_state == TP_SIDE_QUOTED && lag_i.bid_price >= lag_i.ask_price);
  assign lag_buy  = lead_buy_i && lag_ok && lag_i.ask_state == TP_SIDE_QUOTED;
  assign lag_sell = lead_sell_i && lag_ok && lag_i.bid_state == TP_SIDE_QUOTED;
  assign first[0] = hit_i[0];
  assign first[1] = hit_i[1:0] == 2'b10;
  assign first[2] = hit_i[2:0] == 3'b100;
  assign first[3] = hit_i == 4'b1000;
  assign first[4] = hit_i == 4'b0000 && (lag_buy || lag_sell);
  assign fire_o   = hit_i != '0 || lag_buy || lag_sell;
  assign cancel_o = first[0];
  assign lead_o   = first[4];
  assign rule_o   = {first[4], first[3] || first[2], first[3] || first[1]};
  assign side_o   = (first[3:0] & sell_i) != '0 || (first[4] && !lag_buy);

  always_comb begin
    if (first[0]) price_o = working_price_i;
    else if (first[4]) price_o = side_o ? lag_i.bid_price : lag_i.ask_price;
    else price_o = side_o ? own_i.bid_price : own_i.ask_price;
  end

  always_comb begin
    quantity_o = '0;
    cooldown_o = '0;
    limit      = '0;
    cooldown   = '0;
    ask_there  = '0;
    bid_there  = '0;
    for (int r = 0; r < 5; r = r + 1) begin
      case (r)
        0: begin
          limit    = '0;
          cooldown = rules_i.cancel_cooldown;
        end
        1: begin
          limit    = rules_i.take_quantity;
          cooldown = rules_i.take_cooldown;
        end
        2: begin
          limit    = rules_i.imbalance_quantity;
          cooldown = rules_i.imbalance_cooldown;
        end
        3: begin
          limit    = rules_i.momentum_quantity;
          cooldown = rules_i.momentum_cooldown;
        end
        default: begin
          limit    = rules_i.leadlag_quantity;
          cooldown = rules_i.leadlag_cooldown;
        end
      endcase
      ask_there = r == 4 ? lag_i.ask_quantity : own_i.ask_quantity;
      bid_there = r == 4 ? lag_i.bid_quantity : own_i.bid_quantity;
      if (limit < ask_there) ask_there = limit;
      if (limit < bid_there) bid_there = limit;
      if (first[r]) begin
        quantity_o = side_o ? bid_there : ask_there;
        cooldown_o = cooldown;
      end
    end
  end

endmodule
`default_nettype wire
