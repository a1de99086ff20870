`include "twinpath_types.svh"
`default_nettype none

/// ram_sdp for a reader that must not miss a write: what is written to the address that was read, in the cycle of the
/// read or while its data is held, shows in the data.
///
/// Why: records are read a cycle before the operation ahead of them commits. It may decide late which of two addresses it
/// writes, so both are compared.
/// Latency: 1 cycle from re_i to rdata_o; a write shows in the cycle after it.
module ram_forward #(
    parameter int WIDTH = 32,
    parameter int DEPTH = 256,
    localparam int ADDR_W = (DEPTH > 1) ? $clog2(DEPTH) : 1
) (
    input  wire logic              clk_i,
    input  wire logic              we_i,
    input  wire logic [ADDR_W-1:0] waddr_i,
    input  wire logic              other_i,   // writes to waddr1_i instead
    input  wire logic [ADDR_W-1:0] waddr1_i,
    input  wire logic [WIDTH-1:0]  wdata_i,
    input  wire logic              re_i,
    input  wire logic [ADDR_W-1:0] raddr_i,
    output logic      [WIDTH-1:0]  rdata_o
);

  logic [ADDR_W-1:0] read_q;
  logic              newer_q;
  logic [WIDTH-1:0]  newer_data_q;
  logic [WIDTH-1:0]  data;
  logic              same;

  logic              same0;
  logic              same1;
  assign same0   = re_i ? waddr_i == raddr_i : waddr_i == read_q;
  assign same1   = re_i ? waddr1_i == raddr_i : waddr1_i == read_q;
  assign same    = other_i ? same1 : same0;
  assign rdata_o = newer_q ? newer_data_q : data;

  always_ff @(posedge clk_i) begin
    if (re_i) read_q <= raddr_i;
    if (re_i || (we_i && same)) newer_q <= we_i && same;
    if (we_i && same) newer_data_q <= wdata_i;
  end

  ram_sdp #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) u_ram (
      .clk_i  (clk_i),
      .we_i   (we_i),
      .waddr_i(other_i ? waddr1_i : waddr_i),
      .wdata_i(wdata_i),
      .re_i   (re_i),
      .raddr_i(raddr_i),
      .rdata_o(data)
  );

endmodule
`default_nettype wire
