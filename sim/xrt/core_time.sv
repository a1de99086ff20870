`include "twinpath_types.svh"
`default_nettype none

/// In place of hw/rtl/kernel/core_time.sv: a register that the simulated card sets for each cycle (kernel_public.vlt).
module core_time (
    input  wire logic                  clk_i,
    input  wire logic                  rst_i,
    output logic      [TP_TIME_W-1:0]  time_o
);

  logic [TP_TIME_W-1:0] next_time;
  initial next_time = '0;

  always_ff @(posedge clk_i) time_o <= rst_i ? '0 : next_time;

endmodule
`default_nettype wire
