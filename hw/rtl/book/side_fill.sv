`include "book/book_types.svh"
`default_nettype none

/// Takes up what the depth store found behind the best levels of a side.
///
/// Why: a level that emptied left a place here.
/// Safety: nothing changes while there is no place, or nothing deeper; found_i low says that nothing deeper is left.
/// Latency: combinational.
module side_fill (
    input  wire tp_side_t    side_i,
    input  wire logic        fill_i,
    input  wire logic        found_i,
    input  wire logic [31:0] price_i,
    input  wire logic [31:0] quantity_i,
    output tp_side_t         side_o
);

  logic                        takes;
  logic [32*TP_TOP_LEVELS-1:0] price;
  logic [32*TP_TOP_LEVELS-1:0] quantity;

  assign takes = fill_i && side_i.incomplete && side_i.count != 4'(TP_TOP_LEVELS);

  always_comb begin
    price    = side_i.price;
    quantity = side_i.quantity;
    for (int i = 0; i < TP_TOP_LEVELS; i++) begin
      if (takes && found_i && 4'(i) == side_i.count) begin
        price[32*i+:32]    = price_i;
        quantity[32*i+:32] = quantity_i;
      end
    end
    side_o          = side_i;
    side_o.price    = price;
    side_o.quantity = quantity;
    if (takes && found_i) side_o.count = side_i.count + 1'b1;
    if (takes && !found_i) side_o.incomplete = 1'b0;
  end

endmodule
`default_nettype wire
