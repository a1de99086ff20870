`include "book/book_types.svh"
`default_nettype none

/// A side of a book as an operation sees it: with the level that the depth store found, and what it quotes (SEM 3.4).
///
/// Property: a found level comes behind all that are here, so the best one never changes by it.
/// Latency: combinational.
module side_view (
    input  wire tp_side_t    side_state_i,
    input  wire logic        fill_i,      // an answer for this side is taken up
    input  wire logic        found_i,     // a level; else nothing deeper is left
    input  wire logic [31:0] price_i,
    input  wire logic [31:0] quantity_i,
    output tp_side_t         side_state_o,
    output logic      [65:0] quote_o      // state, price, quantity
);

  logic                        short_of;
  logic [32*TP_TOP_LEVELS-1:0] price;
  logic [32*TP_TOP_LEVELS-1:0] quantity;
  assign short_of = side_state_i.incomplete && side_state_i.count != 4'(TP_TOP_LEVELS);

  always_comb begin
    price    = side_state_i.price;
    quantity = side_state_i.quantity;
    for (int i = 0; i < TP_TOP_LEVELS; i++) begin
      if (fill_i && short_of && found_i && 4'(i) == side_state_i.count) begin
        price[32*i+:32]    = price_i;
        quantity[32*i+:32] = quantity_i;
      end
    end
  end

  always_comb begin
    side_state_o          = side_state_i;
    side_state_o.price    = price;
    side_state_o.quantity = quantity;
    if (fill_i && short_of) begin
      if (found_i) side_state_o.count = side_state_i.count + 1'b1;
      else side_state_o.incomplete = 1'b0;
    end
  end

  // With levels here an answer changes nothing of this; there is none for a side without.
  always_comb begin
    if (side_state_i.beyond_orders != '0) quote_o = {TP_SIDE_UNKNOWN, 64'd0};
    else if (side_state_i.count != '0) quote_o = {TP_SIDE_QUOTED, side_state_i.price[31:0], side_state_i.quantity[31:0]};
    else quote_o = {side_state_i.far_orders != '0 ? TP_SIDE_UNKNOWN : TP_SIDE_EMPTY, 64'd0};
  end

endmodule
`default_nettype wire
