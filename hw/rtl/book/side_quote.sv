`include "book/book_types.svh"
`default_nettype none

/// What a side shows: its state, and price and quantity of its best level (SEM 3.4), as in tp_bbo_t.
///
/// Latency: combinational.
module side_quote (
    input  wire tp_side_t    side_i,
    output logic      [65:0] quote_o
);

  logic unknown;
  logic quoted;

  assign quoted  = side_i.beyond_orders == '0 && side_i.count != '0;
  assign unknown = side_i.beyond_orders != '0 || (side_i.count == '0 && side_i.far_orders != '0);
  assign quote_o = quoted ? {TP_SIDE_QUOTED, side_i.price[31:0], side_i.quantity[31:0]}
                          : {unknown ? TP_SIDE_UNKNOWN : TP_SIDE_EMPTY, 64'd0};

endmodule
`default_nettype wire
