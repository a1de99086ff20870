`include "twinpath_types.svh"
`default_nettype none

/// Bits of another clock, seen two cycles of this clock later.
///
/// Why: the only place where a signal enters another clock, so that timing constraints find every one by its name.
/// Safety: bits arrive apart. Users pass single bits, Gray codes, or values that hold until they are acknowledged.
/// Latency: 2 to 3 cycles of clk_i.
module sync_bits #(
    parameter int WIDTH = 1
) (
    input  wire logic             clk_i,
    input  wire logic [WIDTH-1:0] d_i,
    output logic      [WIDTH-1:0] q_o
);

  initial if (WIDTH < 1) $fatal(1, "sync_bits: WIDTH must be at least 1");

  (* ASYNC_REG = "TRUE" *) logic [WIDTH-1:0] first_q;
  (* ASYNC_REG = "TRUE" *) logic [WIDTH-1:0] second_q;

  always_ff @(posedge clk_i) begin
    first_q  <= d_i;
    second_q <= first_q;
  end
  assign q_o = second_q;

endmodule
`default_nettype wire
