`include "book/book_types.svh"
`default_nettype none

/// What a change of one in-window level does to the best levels of its side (SEM 3.3, 3.4).
///
/// Why: one cycle must give the new best bid and offer, whatever level empties; so the best TP_TOP_LEVELS levels are
/// compared in parallel in B. What only the next operation reads is left to D, with the comparisons in registers: each
/// level then stays, or takes the change's own, the one before it or the one behind it (side_update).
/// Safety: the result is without a gap: a level worse than all here is taken in only while nothing deeper exists, else
/// deep_o says that the change was to a level that is only in the depth store; dropped_o that the worst level here made
/// room (it stays in the depth store). The caller sees to it that a removal takes no more than its level holds, and never
/// the last level here of an incomplete side.
/// Property: levels are sorted, so those ahead of the price come first, and an equal one right behind them. A level empties
/// only when an order leaves that has all its shares; since it never has more, they are compared one way.
/// Timing: what is asked in B; the vectors of B are registered with en_i, and with the caller's registers of the same
/// operation they give the moves in D.
module top_levels (
    input  wire logic                        clk_i,
    input  wire logic                        en_i,
    // B
    input  wire logic [TP_TOP_LEVELS-1:0]    held_i,
    input  wire logic [32*TP_TOP_LEVELS-1:0] price_i,
    input  wire logic [32*TP_TOP_LEVELS-1:0] quantity_i,
    input  wire logic                        sell_i,        // offers: lower is better
    input  wire logic [31:0]                 own_price_i,   // the change's
    input  wire logic [31:0]                 order_i,       // shares of an order that leaves
    // D
    input  wire logic [TP_TOP_LEVELS-1:0]    d_held_i,
    input  wire logic                        d_incomplete_i,
    input  wire logic                        d_add_i,       // 1 add, 0 remove
    input  wire logic                        d_gone_i,      // all of the order
    output logic [2*TP_TOP_LEVELS-1:0]       move_o,        // TP_LEVEL_* of level n in bits 2n+1..2n
    output logic [TP_TOP_LEVELS-1:0]         at_o,          // level n is the change's
    output logic                             inserts_o,     // a level more, or another one
    output logic                             emptied_o,     // the level is gone
    output logic                             deep_o,
    output logic                             dropped_o
);

  localparam int K = TP_TOP_LEVELS;

  logic [K-1:0] below;   // level i has a lower price,
  logic [K-1:0] above;   // or a higher one
  logic [K-1:0] equal;
  logic [K-1:0] ahead;   // level i is better than the price
  logic [K-1:0] whole;   // level i has no more shares than the order
  logic [K-1:0] equal_q;
  logic [K-1:0] ahead_q;
  logic [K-1:0] whole_q;

  // Every comparison is a single carry chain: "less than", and nothing else.
  always_comb begin
    for (int i = 0; i < K; i++) begin
      below[i] = price_i[32*i+:32] < own_price_i;
      above[i] = own_price_i < price_i[32*i+:32];
      equal[i] = held_i[i] && !below[i] && !above[i];
      ahead[i] = held_i[i] && (sell_i ? below[i] : above[i]);
      whole[i] = !(order_i < quantity_i[32*i+:32]);
    end
  end

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      equal_q <= equal;
      ahead_q <= ahead;
      whole_q <= whole;
    end
  end

  // ---- D ---------------------------------------------------------------------------------------------------------------
  logic         found;
  logic [K-1:0] edges;    // the price's place is here
  logic         fits;     // a level at that place can be taken in
  logic         fresh;    // an addition of a level

  always_comb begin
    for (int i = 0; i < K; i++) edges[i] = !ahead_q[i] && (i == 0 || ahead_q[(i+K-1)%K]);
  end
  assign found     = equal_q != '0;
  assign fits      = (edges & (d_held_i | {K{!d_incomplete_i}})) != '0;
  assign fresh     = d_add_i && !found;
  assign emptied_o = !d_add_i && d_gone_i && (equal_q & whole_q) != '0;
  assign inserts_o = fresh && fits;
  assign deep_o    = !found && (!d_add_i || !fits);
  assign dropped_o = fresh && d_held_i[K-1] && !ahead_q[K-1];
  assign at_o      = equal_q;

  // Behind the place of a level that is not taken in there is nothing, so whatever moves there does not matter.
  always_comb begin
    for (int i = 0; i < K; i++) begin
      move_o[2*i+:2] = TP_LEVEL_STAYS;
      if (edges[i]) begin
        if (equal_q[i]) move_o[2*i+:2] = whole_q[i] && d_gone_i && !d_add_i ? TP_LEVEL_FORTH : TP_LEVEL_OWN;
        else if (d_add_i && (d_held_i[i] || !d_incomplete_i)) move_o[2*i+:2] = TP_LEVEL_OWN;
      end else if (!ahead_q[i]) begin
        if (fresh) move_o[2*i+:2] = TP_LEVEL_BACK;
        else if (emptied_o) move_o[2*i+:2] = TP_LEVEL_FORTH;
      end
    end
  end

endmodule
`default_nettype wire
