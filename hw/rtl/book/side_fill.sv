`include "book/book_types.svh"
`default_nettype none

/// A side of a book with what the depth store found behind its best levels.
///
/// Why: a level that emptied left a place here.
/// Safety: nothing changes while there is no place, or nothing deeper; found_i low says that nothing deeper is left.
/// Property: a found level comes behind all that are here, so what the side quotes never changes by it.
/// Latency: combinational.
module side_fill (
    input  wire tp_side_t    side_i,
    input  wire logic        fill_i,
    input  wire logic        found_i,
    input  wire logic [31:0] price_i,
    input  wire logic [31:0] quantity_i,
    output tp_side_t         side_o
);

  localparam int K = TP_TOP_LEVELS;

  logic            takes;
  logic [K-1:0]    place;
  logic [32*K-1:0] price;
  logic [32*K-1:0] quantity;

  assign takes = fill_i && side_i.incomplete && !side_i.held[K-1];
  assign place = takes && found_i ? ~side_i.held & {side_i.held[K-2:0], 1'b0} : '0;

  always_comb begin
    price    = side_i.price;
    quantity = side_i.quantity;
    for (int i = 0; i < K; i++) begin
      if (place[i]) begin
        price[32*i+:32]    = price_i;
        quantity[32*i+:32] = quantity_i;
      end
    end
    side_o            = side_i;
    side_o.price      = price;
    side_o.quantity   = quantity;
    side_o.held       = side_i.held | place;
    side_o.last       = side_i.last && !takes;
    side_o.incomplete = side_i.incomplete && !(takes && !found_i);
  end

endmodule
`default_nettype wire
