`include "twinpath_types.svh"
`default_nettype none

/// Latency of orders by class: a histogram of 256 bins of one cycle each, count, shortest and longest.
///
/// Why: the claim that every order of a class takes the same cycles is checked in the running core, order by order.
/// A class is the TP_OP_ number of the message that caused the order, TP_OP_ADD to TP_OP_TRADE; other classes are
/// ignored. Latencies of 255 and more share the last bin; longest and shortest keep 16 bits.
/// An order can be recorded in every cycle; one that follows another to the same bin uses the value just written,
/// since the memory returns old data. All 32-bit numbers stop at their maximum.
/// Reset clears the memory in 2,048 cycles; until ready_o, orders are not recorded.
/// Reads: hold rd_valid_i with class and index until rd_done_o, which comes with rd_data_o for one cycle. With
/// rd_summary_i index 0 is count, 1 shortest (0xFFFF when none), 2 longest (0 when none); else the index is the bin.
/// Latency: recorded 2 cycles after hist_valid_i; a read 1 cycle, later while orders are recorded, which go first.
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

  // ---- memory of bins, one port for reading and one for writing ---------------------------------------------------
  logic              clearing_q;
  logic [ADDR_W-1:0] clear_addr_q;
  logic              record;
  logic [7:0]        bin;
  logic              rd_go;
  logic              rd_busy_q;
  logic              rd_summary_q;
  logic              valid_q;
  logic [ADDR_W-1:0] addr_q;
  logic [15:0]       latency_q;
  logic [31:0]       rdata;
  logic [31:0]       bin_value;
  logic [31:0]       bin_next;
  logic              last_valid_q;
  logic [ADDR_W-1:0] last_addr_q;
  logic [31:0]       last_value_q;

  assign ready_o   = !clearing_q;
  assign record    = hist_valid_i && !clearing_q && hist_class_i >= FIRST_CLASS && hist_class_i <= LAST_CLASS;
  assign bin       = (|hist_latency_i[15:8]) ? 8'hFF : hist_latency_i[7:0];
  assign rd_go     = rd_valid_i && !rd_busy_q && !record && !clearing_q;

  assign bin_value = (last_valid_q && last_addr_q == addr_q) ? last_value_q : rdata;
  assign bin_next  = (&bin_value) ? bin_value : bin_value + 32'd1;

  ram_sdp #(
      .WIDTH(32),
      .DEPTH(1 << ADDR_W)
  ) u_bins (
      .clk_i  (clk_i),
      .we_i   (clearing_q || valid_q),
      .waddr_i(clearing_q ? clear_addr_q : addr_q),
      .wdata_i(clearing_q ? 32'd0 : bin_next),
      .re_i   (record || rd_go),
      .raddr_i(record ? {hist_class_i, bin} : {rd_class_i, rd_index_i}),
      .rdata_o(rdata)
  );

  always_ff @(posedge clk_i) begin
    valid_q      <= record;
    last_valid_q <= valid_q;
    if (record) begin
      addr_q    <= {hist_class_i, bin};
      latency_q <= hist_latency_i;
    end
    if (valid_q) begin
      last_addr_q  <= addr_q;
      last_value_q <= bin_next;
    end
    if (clearing_q) begin
      clear_addr_q <= clear_addr_q + 1'b1;
      clearing_q   <= !(&clear_addr_q);
    end
    if (rst_i) begin
      clearing_q   <= 1'b1;
      clear_addr_q <= '0;
      valid_q      <= 1'b0;
      last_valid_q <= 1'b0;
    end
  end

  // ---- summaries, class c in element c ----------------------------------------------------------------------------
  logic [8*32-1:0] count_q;
  logic [8*16-1:0] min_q;
  logic [8*16-1:0] max_q;
  logic [2:0]      class_q;

  assign class_q = addr_q[ADDR_W-1 -: 3];

  always_ff @(posedge clk_i) begin
    if (valid_q) begin
      if (!(&count_q[class_q*32 +: 32])) count_q[class_q*32 +: 32] <= count_q[class_q*32 +: 32] + 32'd1;
      if (latency_q < min_q[class_q*16 +: 16]) min_q[class_q*16 +: 16] <= latency_q;
      if (latency_q > max_q[class_q*16 +: 16]) max_q[class_q*16 +: 16] <= latency_q;
    end
    if (rst_i) begin
      count_q <= '0;
      min_q   <= '1;
      max_q   <= '0;
    end
  end

  // ---- reading ----------------------------------------------------------------------------------------------------
  logic [31:0] summary_q;

  assign rd_done_o = rd_busy_q;
  assign rd_data_o = rd_summary_q ? summary_q : rdata;

  always_ff @(posedge clk_i) begin
    rd_busy_q <= rd_go;
    if (rd_go) begin
      rd_summary_q <= rd_summary_i;
      case (rd_index_i[1:0])
        2'd0: summary_q <= count_q[rd_class_i*32 +: 32];
        2'd1: summary_q <= {16'd0, min_q[rd_class_i*16 +: 16]};
        default: summary_q <= {16'd0, max_q[rd_class_i*16 +: 16]};
      endcase
    end
    if (rst_i) rd_busy_q <= 1'b0;
  end

endmodule
`default_nettype wire
