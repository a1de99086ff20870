`include "twinpath_types.svh"
`default_nettype none

/// ram_sdp for a reader that must not miss a write: what is written to the address that was read, in the cycle of the
/// read or while its data is held, shows in the data.
///
/// Why: records are read a cycle before the operation ahead of them commits. It may decide late which of two addresses it
/// writes, so both are compared. With LATE, the writes that late_i marks show in their own cycle already: for a reader that
/// takes the data in the very cycle of the write. Where such a write may go is told a cycle ahead (soon_i), so that nothing
/// but a multiplexer stands between its data and the reader. raddr_i may be late: whether it is written to is one carry chain.
/// Latency: 1 cycle from re_i to rdata_o; a write shows in the cycle after it, one that late_i marks at once.
module ram_forward #(
    parameter int WIDTH = 32,
    parameter int DEPTH = 256,
    parameter int LATE  = 0,   // 1: late writes show at once
    localparam int ADDR_W = (DEPTH > 1) ? $clog2(DEPTH) : 1
) (
    input  wire logic              clk_i,
    input  wire logic              we_i,
    input  wire logic [ADDR_W-1:0] waddr_i,
    input  wire logic              other_i,   // writes to waddr1_i instead
    input  wire logic [ADDR_W-1:0] waddr1_i,
    input  wire logic [WIDTH-1:0]  wdata_i,
    input  wire logic              late_i,    // with we_i: this write is one that was told a cycle ahead
    input  wire logic [ADDR_W-1:0] soon_i,    // waddr_i, waddr1_i of such a write in the next cycle
    input  wire logic [ADDR_W-1:0] soon1_i,
    input  wire logic [WIDTH-1:0]  late_data_i,  // wdata_i of such a write
    input  wire logic              re_i,
    input  wire logic [ADDR_W-1:0] raddr_i,
    output logic                   now_o,     // late_i's write shows in this cycle; unless LATE it shows only in the next
    output logic      [WIDTH-1:0]  rdata_o
);

  logic [ADDR_W-1:0] read_q;
  logic [ADDR_W-1:0] read;         // address of the data of the next cycle
  logic              newer_q;
  logic [WIDTH-1:0]  newer_data_q;
  logic [WIDTH-1:0]  data;
  logic [ADDR_W-1:0] written;
  logic              meets;        // a read and a write
  logic              same_held;    // what is written is the address of the data that is held,
  logic              stays_newer;  // which stays held, and is newer then
  logic [ADDR_W+2:0] misses;       // negative: a write of what is read, or stays_newer
  logic              soon_same_q;
  logic              soon_same1_q;

  assign read        = re_i ? raddr_i : read_q;
  assign meets       = re_i && we_i;
  assign written     = other_i ? waddr1_i : waddr_i;
  assign same_held   = other_i ? waddr1_i == read_q : waddr_i == read_q;
  assign stays_newer = !re_i && (newer_q || (we_i && same_held));
  assign misses      = {2'd0, !meets, (written ^ raddr_i) & {ADDR_W{meets}}} - {1'b0, stays_newer, {ADDR_W{1'b0}}, 1'b1};
  assign now_o       = late_i && (other_i ? soon_same1_q : soon_same_q);
  assign rdata_o     = LATE != 0 && now_o ? late_data_i : newer_q ? newer_data_q : data;

  always_ff @(posedge clk_i) begin
    if (re_i) read_q <= raddr_i;
    newer_q <= misses[ADDR_W+2];
    // Means nothing unless newer_q.
    if (we_i && (re_i || same_held)) newer_data_q <= wdata_i;
    soon_same_q  <= soon_i == read;
    soon_same1_q <= soon1_i == read;
  end

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (late_i && (!we_i || wdata_i != late_data_i || soon_same_q != (waddr_i == read_q) || soon_same1_q != (waddr1_i == read_q)))
      $fatal(1, "ram_forward: a late write other than it was told");
  end
`endif

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
