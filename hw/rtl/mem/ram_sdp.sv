`include "twinpath_types.svh"
`default_nettype none

/// Simple dual-port RAM: one write port, one read port, one clock.
///
/// Why: the only place that infers a block or ultra RAM, so that simulation and synthesis read the same code.
/// Ordering: a read in the cycle of a write to the same address returns the OLD data; users that need the new
/// data forward it themselves. rdata_o keeps its value while re_i is low. Contents are undefined until written.
/// Latency: 1 cycle from re_i to rdata_o.
module ram_sdp #(
    parameter int WIDTH = 32,
    parameter int DEPTH = 512,
    localparam int ADDR_W = (DEPTH > 1) ? $clog2(DEPTH) : 1
) (
    input  wire logic              clk_i,
    input  wire logic              we_i,
    input  wire logic [ADDR_W-1:0] waddr_i,
    input  wire logic [WIDTH-1:0]  wdata_i,
    input  wire logic              re_i,
    input  wire logic [ADDR_W-1:0] raddr_i,
    output logic      [WIDTH-1:0]  rdata_o
);

  initial begin
    if (WIDTH < 1) $fatal(1, "ram_sdp: WIDTH must be at least 1");
    if (DEPTH < 1) $fatal(1, "ram_sdp: DEPTH must be at least 1");
  end

  logic [WIDTH-1:0] mem[0:DEPTH-1];

  always_ff @(posedge clk_i) begin
    if (we_i) mem[waddr_i] <= wdata_i;
    if (re_i) rdata_o <= mem[raddr_i];
  end

endmodule
`default_nettype wire
