`include "book/book_types.svh"
`default_nettype none

/// What a change of one in-window level does to the best levels of its side (SEM 3.3, 3.4).
///
/// Why: one cycle must give the new best bid and offer, whatever level empties; so the best TP_TOP_LEVELS levels are
/// compared in parallel in B. What only the next operation reads is left to D: the levels are shifted there, with the
/// comparisons in registers.
/// Safety: the result is without a gap: a level worse than all here is taken in only while nothing deeper exists, else
/// deep_o says that the change was to a level that is only in the depth store; dropped_o that the worst level here made
/// room (it stays in the depth store). The caller sees to it that a removal takes no more than its level holds, and never
/// the last level here of an incomplete side.
/// Timing: what is asked in B; the vectors of B are registered with en_i, and with the caller's registers of the same
/// operation they give the result in D.
module top_levels (
    input  wire logic        clk_i,
    input  wire logic        en_i,
    // B
    input  wire tp_side_t    side_state_i, // without the level that is found in this cycle,
    input  wire logic        fill_i,       // if one is:
    input  wire logic        ends_i,       // or it is found that there is none
    input  wire logic [31:0] fill_price_i,
    input  wire logic [31:0] fill_quantity_i,
    input  wire logic        sell_i,       // offers: lower is better
    input  wire logic        add_i,        // 1 add, 0 remove
    input  wire logic [31:0] price_i,
    input  wire logic [31:0] asked_i,      // shares, or
    input  wire logic [31:0] order_i,      // those of the order instead
    input  wire logic        whole_i,
    output logic             best_o,       // it is the best level
    output logic             front_o,      // it is better than the best level, or there is none
    output logic             best_goes_o,  // it is the best level, and nothing of it is left if it is a removal
    output logic             deep_now_o,   // as deep_o, for an order that is in the book
    // D
    input  wire tp_side_t    d_side_state_i,
    input  wire logic        d_add_i,
    input  wire logic [31:0] d_price_i,
    input  wire logic [31:0] d_shares_i,
    output tp_side_t         side_state_o,
    output logic             deep_o,
    output logic             dropped_o,
    output logic             emptied_o     // the level is gone
);

  localparam int K = TP_TOP_LEVELS;

  logic [32*K-1:0] b_price;
  logic [32*K-1:0] b_quantity;
  logic [32*K-1:0] d_price;
  logic [32*K-1:0] d_quantity;
  assign b_price    = side_state_i.price;
  assign b_quantity = side_state_i.quantity;
  assign d_price    = d_side_state_i.price;
  assign d_quantity = d_side_state_i.quantity;

  logic            fill_equal;
  logic            fill_ahead;
  logic            fill_whole;
  logic [K-1:0]    fill;      // level i is the one found
  logic [K-1:0]    held;      // level i is occupied
  logic [K-1:0]    last;      // and it is the worst here
  logic [K-1:0]    equal;
  logic [K-1:0]    ahead;     // level i is better than the price
  logic [K-1:0]    whole;     // level i has as many shares
  logic [K-1:0]    held_q;
  logic [K-1:0]    equal_q;
  logic [K-1:0]    ahead_q;
  logic [K-1:0]    whole_q;

  // A level that is found comes behind those held.
  assign fill_equal = fill_price_i == price_i;
  assign fill_ahead = sell_i ? fill_price_i < price_i : fill_price_i > price_i;
  assign fill_whole = whole_i ? fill_quantity_i == order_i : fill_quantity_i == asked_i;
  always_comb begin
    for (int i = 0; i < K; i++) begin
      fill[i]  = fill_i && side_state_i.incomplete && 4'(i) == side_state_i.count;
      held[i]  = 4'(i) < side_state_i.count || fill[i];
      last[i]  = fill[i] || (4'(i + 1) == side_state_i.count && !(fill_i && side_state_i.incomplete && i != K - 1));
      equal[i] = fill[i] ? fill_equal : 4'(i) < side_state_i.count && b_price[32*i+:32] == price_i;
      ahead[i] = fill[i] ? fill_ahead
               : 4'(i) < side_state_i.count && (sell_i ? b_price[32*i+:32] < price_i : b_price[32*i+:32] > price_i);
      whole[i] = fill[i] ? fill_whole
               : whole_i ? b_quantity[32*i+:32] == order_i : b_quantity[32*i+:32] == asked_i;
    end
  end
  assign best_o      = equal[0];
  assign front_o     = side_state_i.count == '0 ||
      (sell_i ? price_i < b_price[31:0] : price_i > b_price[31:0]);
  assign best_goes_o = equal[0] && whole[0];
  // An order of the book whose price is behind all levels here lies deeper, or its addition goes behind them.
  assign deep_now_o  = (last & ahead) != '0 && (!add_i || (side_state_i.incomplete && !ends_i) || held[K-1]);

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      held_q  <= held;
      equal_q <= equal;
      ahead_q <= ahead;
      whole_q <= whole;
    end
  end

  // ---- D ---------------------------------------------------------------------------------------------------------------
  // Each level stays, takes another quantity, takes the place of the one before it or behind it, or is the change's own.
  logic            found;
  logic            inserts;
  logic            going;    // this level or one before it
  logic [K-1:0]    sums;     // takes another quantity
  logic [K-1:0]    back;     // takes the one before
  logic [K-1:0]    fresh;
  logic [K-1:0]    forth;    // takes the one behind
  logic [K-1:0]    stays;
  logic [31:0]     was_price;
  logic [31:0]     was;
  logic [31:0]     sum;
  logic [32*K-1:0] price;
  logic [32*K-1:0] quantity;

  always_comb begin
    found     = equal_q != '0;
    emptied_o = !d_add_i && (equal_q & whole_q) != '0;
    deep_o    = !found && (!d_add_i || ahead_q == '1 || (ahead_q == held_q && d_side_state_i.incomplete));
    dropped_o = !found && d_add_i && ahead_q != held_q && held_q[K-1];
    inserts   = !found && d_add_i && !deep_o;
    sums      = '0;
    back      = '0;
    fresh     = '0;
    forth     = '0;
    going     = 1'b0;
    for (int i = 0; i < K; i++) begin
      going    = going || (!d_add_i && equal_q[i] && whole_q[i]);
      forth[i] = going;
      sums[i]  = equal_q[i];
      fresh[i] = inserts && !ahead_q[i] && (i == 0 || ahead_q[(i+K-1)%K]);
      back[i]  = inserts && !ahead_q[i] && !(i == 0 || ahead_q[(i+K-1)%K]);
    end
    forth[K-1] = 1'b0;
    stays      = ~(forth | fresh | back | sums);

    price    = '0;
    quantity = '0;
    was_price = '0;
    was       = '0;
    sum       = '0;
    for (int i = 0; i < K; i++) begin
      was_price = d_price[32*i+:32];
      was       = d_quantity[32*i+:32];
      sum       = d_add_i ? was + d_shares_i : was - d_shares_i;
      price[32*i+:32] = ({32{stays[i] || (sums[i] && !forth[i])}} & was_price) | ({32{fresh[i]}} & d_price_i) |
          ({32{back[i]}} & d_price[32*((i+K-1)%K)+:32]) | ({32{forth[i]}} & d_price[32*((i+1)%K)+:32]);
      quantity[32*i+:32] = ({32{stays[i]}} & was) | ({32{sums[i] && !forth[i]}} & sum) | ({32{fresh[i]}} & d_shares_i) |
          ({32{back[i]}} & d_quantity[32*((i+K-1)%K)+:32]) | ({32{forth[i]}} & d_quantity[32*((i+1)%K)+:32]);
    end

    side_state_o          = d_side_state_i;
    side_state_o.price    = price;
    side_state_o.quantity = quantity;
    if (emptied_o) side_state_o.count = d_side_state_i.count - 1'b1;
    if (inserts && !dropped_o) side_state_o.count = d_side_state_i.count + 1'b1;
    if (dropped_o || (deep_o && d_add_i)) side_state_o.incomplete = 1'b1;
    side_state_o.total = d_add_i ? d_side_state_i.total + d_shares_i : d_side_state_i.total - d_shares_i;
  end

endmodule
`default_nettype wire
