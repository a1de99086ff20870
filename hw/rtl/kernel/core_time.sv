`include "twinpath_types.svh"
`default_nettype none

/// The time (SEM 1): core clock cycles since reset.
///
/// Why: a module of its own, so that a simulation can put in its place one that lets the time jump while nothing happens
/// (sim/xrt/core_time.sv); nothing else differs between the two.
module core_time (
    input  wire logic                  clk_i,
    input  wire logic                  rst_i,
    output logic      [TP_TIME_W-1:0]  time_o
);

  always_ff @(posedge clk_i) time_o <= rst_i ? '0 : time_o + 1'b1;

endmodule
`default_nettype wire
