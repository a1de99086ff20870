`include "book/book_types.svh"
`default_nettype none

/// What a change of one in-window level does to the best levels of its side (SEM 3.3, 3.4).
///
/// Why: one cycle must give the new best bid and offer, whatever level empties; so the best TP_TOP_LEVELS levels are
/// compared and shifted in parallel, and deeper ones are somebody else's (depth_store).
/// Safety: the result is without a gap: a level worse than all here is taken in only while nothing deeper exists, else
/// deep_o says that the change was to a level that is only in the depth store; dropped_o that the worst level here made
/// room (it stays in the depth store). The caller sees to it that a removal takes no more than its level holds, and never
/// the last level here of an incomplete side.
/// Latency: combinational.
module top_levels (
    input  wire tp_side_t    side_state_i,
    input  wire logic        sell_i,      // offers: lower is better
    input  wire logic        add_i,       // 1 add, 0 remove
    input  wire logic [31:0] price_i,
    input  wire logic [31:0] shares_i,
    output tp_side_t         side_state_o,
    output logic             deep_o,
    output logic             dropped_o,
    output logic             best_o,      // the level was the best one
    output logic             emptied_o    // and it is gone
);

  localparam int K = TP_TOP_LEVELS;

  logic [K-1:0]    held;     // level i is occupied
  logic [K-1:0]    equal;
  logic [K-1:0]    ahead;   // level i is better than the price
  logic            found;
  logic [31:0]     at_price; // quantity there
  logic [31:0]     sum;
  logic [32*K-1:0] held_price;
  logic [32*K-1:0] held_quantity;
  logic [32*K-1:0] price;
  logic [32*K-1:0] quantity;
  logic            shift;    // from the level on

  assign held_price    = side_state_i.price;
  assign held_quantity = side_state_i.quantity;

  always_comb begin
    for (int i = 0; i < K; i++) begin
      held[i]   = 4'(i) < side_state_i.count;
      equal[i]  = held[i] && held_price[32*i+:32] == price_i;
      ahead[i] = held[i] && (sell_i ? held_price[32*i+:32] < price_i : held_price[32*i+:32] > price_i);
    end
    found    = equal != '0;
    at_price = '0;
    for (int i = 0; i < K; i++) at_price = at_price | (held_quantity[32*i+:32] & {32{equal[i]}});
    sum       = add_i ? at_price + shares_i : at_price - shares_i;
    emptied_o = found && !add_i && sum == '0;
    best_o    = equal[0];
    deep_o    = !found && (add_i ? ahead == '1 || (ahead == held && side_state_i.incomplete) : 1'b1);
    dropped_o = !found && add_i && ahead != held && held[K-1];

    price    = held_price;
    quantity = held_quantity;
    shift    = 1'b0;
    for (int i = 0; i < K; i++) begin
      if (equal[i]) quantity[32*i+:32] = sum;
      if (add_i && !found && !ahead[i]) begin
        price[32*i+:32]    = (i == 0 || ahead[(i+K-1)%K]) ? price_i : held_price[32*((i+K-1)%K)+:32];
        quantity[32*i+:32] = (i == 0 || ahead[(i+K-1)%K]) ? shares_i : held_quantity[32*((i+K-1)%K)+:32];
      end
      shift = shift || (emptied_o && equal[i]);
      if (shift && i != K - 1) begin
        price[32*i+:32]    = held_price[32*((i+1)%K)+:32];
        quantity[32*i+:32] = held_quantity[32*((i+1)%K)+:32];
      end
    end

    side_state_o = side_state_i;
    if (!deep_o) begin
      side_state_o.price    = price;
      side_state_o.quantity = quantity;
    end
    if (emptied_o) side_state_o.count = side_state_i.count - 1'b1;
    if (add_i && !found && !deep_o && !dropped_o) side_state_o.count = side_state_i.count + 1'b1;
    if (dropped_o || (deep_o && add_i)) side_state_o.incomplete = 1'b1;
    side_state_o.total = add_i ? side_state_i.total + shares_i : side_state_i.total - shares_i;
  end

endmodule
`default_nettype wire
