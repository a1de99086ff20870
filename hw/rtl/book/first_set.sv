`include "twinpath_types.svh"
`default_nettype none

/// Index of the lowest set bit of 64; 0 when none is set.
///
/// Why: the next best level is the first occupied one; six halvings give the index in six levels of logic.
/// Latency: combinational.
module first_set (
    input  wire logic [63:0] bits_i,
    output logic      [5:0]  index_o
);

  logic        in_32;
  logic        in_16;
  logic        in_8;
  logic        in_4;
  logic        in_2;
  logic        in_1;
  logic [31:0] half_32;
  logic [15:0] half_16;
  logic [7:0]  half_8;
  logic [3:0]  half_4;
  logic [1:0]  half_2;

  assign in_32   = bits_i[31:0] == '0 && bits_i[63:32] != '0;
  assign half_32 = in_32 ? bits_i[63:32] : bits_i[31:0];
  assign in_16   = half_32[15:0] == '0 && half_32[31:16] != '0;
  assign half_16 = in_16 ? half_32[31:16] : half_32[15:0];
  assign in_8    = half_16[7:0] == '0 && half_16[15:8] != '0;
  assign half_8  = in_8 ? half_16[15:8] : half_16[7:0];
  assign in_4    = half_8[3:0] == '0 && half_8[7:4] != '0;
  assign half_4  = in_4 ? half_8[7:4] : half_8[3:0];
  assign in_2    = half_4[1:0] == '0 && half_4[3:2] != '0;
  assign half_2  = in_2 ? half_4[3:2] : half_4[1:0];
  assign in_1    = !half_2[0] && half_2[1];
  assign index_o = {in_32, in_16, in_8, in_4, in_2, in_1};

endmodule
`default_nettype wire
