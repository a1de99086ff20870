`include "twinpath_types.svh"
`default_nettype none

/// Latency of orders by class: a histogram of 256 bins of one cycle each, count, shortest and longest.
///
/// Why: the claim that every order of a class takes the same cycles is checked in the running core, order by order.
/// A class is the TP_OP_ number of the message that caused the order, TP_OP_ADD to TP_OP_TRADE; other classes are
/// ignored. Latencies of 255 and more share the last bin; longest and shortest keep 16 bits.
/// An order can be recorded in every cycle: what the memories have not yet been told of the two orders before is taken from
/// the pipeline. All 32-bit numbers stop at their maximum.
/// Reset clears the memories in 2,048 cycles; until ready_o, orders are not recorded.
/// Reads: hold rd_valid_i with class and index until rd_done_o, which comes with rd_data_o for one cycle. With
/// rd_summary_i index 0 is count, 1 shortest (0xFFFF when none), 2 longest (0 when none); else the index is the bin.
/// Latency: a read that begins 4 cycles after hist_valid_i sees the order; a read takes 2 cycles, more while orders are
/// recorded, which go first.
module latency_histogram (
    input  wire logic        clk_i,
    input  wire logic        rst_i,
    output logic             ready_o,
    input  wire logic        hist_valid_i,
    input  wire logic [2:0]  hist_class_i,
    input  wire logic [15:0] hist_latency_i,   // cycles
    input  wire logic        rd_valid_i,
    input  wire logic        rd_summary_i,
    input  wire logic [2:0]  rd_class_i,
    input  wire logic [7:0]  rd_index_i,
    output logic             rd_done_o,
    output logic      [31:0] rd_data_o
);

  localparam int BINS_LOG2 = 8;
  localparam int ADDR_W = 3 + BINS_LOG2;
  localparam logic [2:0] FIRST_CLASS = TP_OP_ADD[2:0];
  localparam logic [2:0] LAST_CLASS = TP_OP_TRADE[2:0];

  // Of a class.
  typedef struct packed {
    logic [31:0] count;
    logic [15:0] shortest;
    logic [15:0] longest;
  } summary_t;
  localparam logic [63:0] NONE = {32'd0, 16'hFFFF, 16'd0};

  function automatic logic [31:0] one_more(input logic [31:0] value);
    logic        over;
    logic [31:0] sum;
    {over, sum} = {1'b0, value} + 33'd1;
    one_more    = sum | {32{over}};
  endfunction

  // ---- an order's way: 1 asks the memories, 2 has their answer, 3 writes ------------------------------------------
  logic              clearing_q;
  logic [ADDR_W-1:0] clear_addr_q;
  logic              known;
  logic [7:0]        bin;
  logic              rd_go;
  logic              valid1_q;
  logic              valid2_q;
  logic              valid3_q;
  logic [ADDR_W-1:0] addr1_q;
  logic [ADDR_W-1:0] addr2_q;
  logic [ADDR_W-1:0] addr3_q;
  logic [15:0]       latency1_q;
  logic [15:0]       latency2_q;
  logic [15:0]       latency3_q;

  assign ready_o = !clearing_q;
  assign known   = hist_class_i >= FIRST_CLASS && hist_class_i <= LAST_CLASS;
  assign bin     = (|hist_latency_i[15:8]) ? 8'hFF : hist_latency_i[7:0];

  always_ff @(posedge clk_i) begin
    valid1_q <= hist_valid_i && known && !clearing_q;
    valid2_q <= valid1_q;
    valid3_q <= valid2_q;
    if (hist_valid_i) {addr1_q, latency1_q} <= {hist_class_i, bin, hist_latency_i};
    if (valid1_q) {addr2_q, latency2_q} <= {addr1_q, latency1_q};
    if (valid2_q) {addr3_q, latency3_q} <= {addr2_q, latency2_q};
    if (clearing_q) begin
      clear_addr_q <= clear_addr_q + 1'b1;
      clearing_q   <= !(&clear_addr_q);
    end
    if (rst_i) begin
      clearing_q   <= 1'b1;
      clear_addr_q <= '0;
      valid1_q     <= 1'b0;
      valid2_q     <= 1'b0;
      valid3_q     <= 1'b0;
    end
  end

  // ---- memories, each with one port for reading and one for writing -----------------------------------------------
  logic [31:0] bin_read;
  logic [31:0] bin_q;      // the bin before the order in step 3
  logic [31:0] bin_next;
  logic [31:0] bin_last_q; // written the cycle before
  summary_t    summary_read;
  summary_t    summary_q;
  summary_t    summary_next;
  summary_t    summary_last_q;

  ram_sdp #(
      .WIDTH(32),
      .DEPTH(1 << ADDR_W)
  ) u_bins (
      .clk_i  (clk_i),
      .we_i   (clearing_q || valid3_q),
      .waddr_i(clearing_q ? clear_addr_q : addr3_q),
      .wdata_i(clearing_q ? 32'd0 : bin_next),
      .re_i   (valid1_q || rd_go),
      .raddr_i(valid1_q ? addr1_q : {rd_class_i, rd_index_i}),
      .rdata_o(bin_read)
  );

  ram_sdp #(
      .WIDTH(64),
      .DEPTH(8)
  ) u_summaries (
      .clk_i  (clk_i),
      .we_i   (clearing_q || valid3_q),
      .waddr_i(clearing_q ? clear_addr_q[2:0] : addr3_q[ADDR_W-1-:3]),
      .wdata_i(clearing_q ? NONE : summary_next),
      .re_i   (valid1_q || rd_go),
      .raddr_i(valid1_q ? addr1_q[ADDR_W-1-:3] : rd_class_i),
      .rdata_o(summary_read)
  );

  // What the read in step 1 misses: the order in step 2, which will be in step 3 when the answer is there, and the one in
  // step 3, which is written as the memory is read.
  logic bin_follows_q;
  logic bin_missed_q;
  logic class_follows_q;
  logic class_missed_q;

  always_ff @(posedge clk_i) begin
    bin_follows_q   <= valid2_q && addr1_q == addr2_q;
    bin_missed_q    <= valid3_q && addr1_q == addr3_q;
    class_follows_q <= valid2_q && addr1_q[ADDR_W-1-:3] == addr2_q[ADDR_W-1-:3];
    class_missed_q  <= valid3_q && addr1_q[ADDR_W-1-:3] == addr3_q[ADDR_W-1-:3];
  end

  always_comb begin
    bin_next              = one_more(bin_q);
    summary_next.count    = one_more(summary_q.count);
    summary_next.shortest = latency3_q < summary_q.shortest ? latency3_q : summary_q.shortest;
    summary_next.longest  = latency3_q > summary_q.longest ? latency3_q : summary_q.longest;
  end

  always_ff @(posedge clk_i) begin
    bin_q          <= bin_follows_q ? bin_next : bin_missed_q ? bin_last_q : bin_read;
    summary_q      <= class_follows_q ? summary_next : class_missed_q ? summary_last_q : summary_read;
    bin_last_q     <= bin_next;
    summary_last_q <= summary_next;
  end

  // ---- reading ----------------------------------------------------------------------------------------------------
  logic rd_busy_q;   // the memories answer
  logic rd_done_q;

  assign rd_go     = rd_valid_i && !rd_busy_q && !rd_done_q && !valid1_q && !clearing_q;
  assign rd_done_o = rd_done_q;

  always_ff @(posedge clk_i) begin
    rd_busy_q <= rd_go;
    rd_done_q <= rd_busy_q;
    if (!rd_summary_i) rd_data_o <= bin_read;
    else begin
      case (rd_index_i[1:0])
        2'd0: rd_data_o <= summary_read.count;
        2'd1: rd_data_o <= {16'd0, summary_read.shortest};
        default: rd_data_o <= {16'd0, summary_read.longest};
      endcase
    end
    if (rst_i) begin
      rd_busy_q <= 1'b0;
      rd_done_q <= 1'b0;
    end
  end

endmodule
`default_nettype wire
