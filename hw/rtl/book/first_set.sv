`include "twinpath_types.svh"
`default_nettype none

/// Index of the lowest set bit of 64; 0 when none is set.
///
/// Why: the next best level is the first occupied one. Three tiers of four, so that each choice is one 6-input table:
/// four levels of logic.
/// Latency: combinational.
module first_set (
    input  wire logic [63:0] bits_i,
    output logic      [5:0]  index_o
);

  function automatic logic [1:0] first4(input logic [3:0] b);
    first4 = {b[1:0] == '0 && b[3:2] != '0, !b[0] && (b[1] || (!b[2] && b[3]))};
  endfunction

  logic [15:0] any4;
  logic [31:0] low4;
  logic [3:0]  any16;
  logic [7:0]  mid16;
  logic [7:0]  low16;
  logic [1:0]  high;

  for (genvar i = 0; i < 16; i++) begin : g_four
    assign any4[i]      = bits_i[4*i+:4] != '0;
    assign low4[2*i+:2] = first4(bits_i[4*i+:4]);
  end
  for (genvar i = 0; i < 4; i++) begin : g_sixteen
    logic [7:0] lows;
    assign lows          = low4[8*i+:8];
    assign any16[i]      = any4[4*i+:4] != '0;
    assign mid16[2*i+:2] = first4(any4[4*i+:4]);
    assign low16[2*i+:2] = lows[{mid16[2*i+:2], 1'b0}+:2];
  end
  assign high    = first4(any16);
  assign index_o = {high, mid16[{high, 1'b0}+:2], low16[{high, 1'b0}+:2]};

endmodule
`default_nettype wire
