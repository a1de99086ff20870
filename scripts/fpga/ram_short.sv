`default_nettype none

/// Stand-in for mem/ram_sdp.sv when a block is placed on a small device: at most KEPT words.
///
/// Why: paths to and from the memory stay as they are, because the address bits that a short memory does not need end in
/// registers that are kept. What is lost is the columns of memories, which another device builds in another way anyway.
/// Not for simulation.
module ram_sdp #(
    parameter int WIDTH = 32,
    parameter int DEPTH = 512,
    localparam int KEPT = DEPTH > 512 ? 512 : DEPTH,
    localparam int ADDR_W = (DEPTH > 1) ? $clog2(DEPTH) : 1,
    localparam int KEPT_W = (KEPT > 1) ? $clog2(KEPT) : 1
) (
    input  wire logic              clk_i,
    input  wire logic              we_i,
    input  wire logic [ADDR_W-1:0] waddr_i,
    input  wire logic [WIDTH-1:0]  wdata_i,
    input  wire logic              re_i,
    input  wire logic [ADDR_W-1:0] raddr_i,
    output logic      [WIDTH-1:0]  rdata_o
);
  logic [WIDTH-1:0] mem[0:KEPT-1];

  always_ff @(posedge clk_i) begin
    if (we_i) mem[waddr_i[KEPT_W-1:0]] <= wdata_i;
    if (re_i) rdata_o <= mem[raddr_i[KEPT_W-1:0]];
  end

  generate
    if (ADDR_W > KEPT_W) begin : gen_rest
      (* keep *) logic [ADDR_W-KEPT_W-1:0] wrest_q;
      (* keep *) logic [ADDR_W-KEPT_W-1:0] rrest_q;
      always_ff @(posedge clk_i) begin
        if (we_i) wrest_q <= waddr_i[ADDR_W-1:KEPT_W];
        if (re_i) rrest_q <= raddr_i[ADDR_W-1:KEPT_W];
      end
    end
  endgenerate
endmodule
`default_nettype wire
