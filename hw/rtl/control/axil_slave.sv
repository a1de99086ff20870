`include "twinpath_types.svh"
`default_nettype none

/// AXI4-Lite slave: turns the five channels into one write strobe and one read request for a register file behind it.
///
/// Why: the handshakes are the same for every register file, so the map behind it is pure decoding.
/// Writes: address and data may come in either order, apart or together. The write is presented for one cycle on
/// wr_valid_o and wr_error_i answers in that cycle. A write that does not strobe all four bytes, or is unaligned, is
/// never presented and answers SLVERR.
/// Reads: rd_valid_o and rd_addr_o hold until rd_done_i, which comes with rd_data_i and rd_error_i. An unaligned read
/// is never presented and answers SLVERR; data of a failed read is 0.
/// Ordering: a write or read is presented only after the response to the one before was taken; a read accepted after a
/// write was answered sees it. Address and data of one more write may be accepted while a response waits.
/// Latency: write strobe 1 cycle after the later of address and data, response 1 after that; read request 1 cycle
/// after the address, response 1 after rd_done_i.
/// Implements AMBA AXI Protocol IHI 0022, part B (AXI4-Lite); protection bits are not used.
module axil_slave #(
    parameter int ADDR_W = 16
) (
    input  wire logic              clk_i,
    input  wire logic              rst_i,
    input  wire logic [ADDR_W-1:0] s_axil_awaddr_i,
    input  wire logic              s_axil_awvalid_i,
    output logic                   s_axil_awready_o,
    input  wire logic [31:0]       s_axil_wdata_i,
    input  wire logic [3:0]        s_axil_wstrb_i,
    input  wire logic              s_axil_wvalid_i,
    output logic                   s_axil_wready_o,
    output logic      [1:0]        s_axil_bresp_o,
    output logic                   s_axil_bvalid_o,
    input  wire logic              s_axil_bready_i,
    input  wire logic [ADDR_W-1:0] s_axil_araddr_i,
    input  wire logic              s_axil_arvalid_i,
    output logic                   s_axil_arready_o,
    output logic      [31:0]       s_axil_rdata_o,
    output logic      [1:0]        s_axil_rresp_o,
    output logic                   s_axil_rvalid_o,
    input  wire logic              s_axil_rready_i,

    output logic                   wr_valid_o,
    output logic      [ADDR_W-1:0] wr_addr_o,
    output logic      [31:0]       wr_data_o,
    input  wire logic              wr_error_i,
    output logic                   rd_valid_o,
    output logic      [ADDR_W-1:0] rd_addr_o,
    input  wire logic              rd_done_i,
    input  wire logic [31:0]       rd_data_i,
    input  wire logic              rd_error_i
);

  initial begin
    if (ADDR_W < 3) $fatal(1, "axil_slave: ADDR_W must be at least 3");
  end

  // AXI responses
  localparam logic [1:0] OKAY = 2'b00;
  localparam logic [1:0] SLVERR = 2'b10;

  // ---- write ----
  logic [ADDR_W-1:0] awaddr_q;
  logic              aw_q;
  logic [31:0]       wdata_q;
  logic [3:0]        wstrb_q;
  logic              w_q;
  logic              b_q;
  logic [1:0]        bresp_q;
  logic              wr_go;
  logic              wr_whole;

  assign s_axil_awready_o = !aw_q;
  assign s_axil_wready_o  = !w_q;
  assign s_axil_bvalid_o  = b_q;
  assign s_axil_bresp_o   = bresp_q;

  assign wr_go            = aw_q && w_q && !b_q;
  assign wr_whole         = (&wstrb_q) && (awaddr_q[1:0] == 2'b00);
  assign wr_valid_o       = wr_go && wr_whole;
  assign wr_addr_o        = awaddr_q;
  assign wr_data_o        = wdata_q;

  always_ff @(posedge clk_i) begin
    if (s_axil_awvalid_i && !aw_q) begin
      aw_q     <= 1'b1;
      awaddr_q <= s_axil_awaddr_i;
    end
    if (s_axil_wvalid_i && !w_q) begin
      w_q     <= 1'b1;
      wdata_q <= s_axil_wdata_i;
      wstrb_q <= s_axil_wstrb_i;
    end
    if (wr_go) begin
      aw_q    <= 1'b0;
      w_q     <= 1'b0;
      b_q     <= 1'b1;
      bresp_q <= (wr_whole && !wr_error_i) ? OKAY : SLVERR;
    end
    if (b_q && s_axil_bready_i) b_q <= 1'b0;
    if (rst_i) begin
      aw_q <= 1'b0;
      w_q  <= 1'b0;
      b_q  <= 1'b0;
    end
  end

  // ---- read ----
  logic [ADDR_W-1:0] araddr_q;
  logic              ar_q;
  logic              r_q;
  logic [31:0]       rdata_q;
  logic [1:0]        rresp_q;
  logic              rd_aligned;

  assign s_axil_arready_o = !ar_q && !r_q;
  assign s_axil_rvalid_o  = r_q;
  assign s_axil_rdata_o   = rdata_q;
  assign s_axil_rresp_o   = rresp_q;

  assign rd_aligned       = araddr_q[1:0] == 2'b00;
  assign rd_valid_o       = ar_q && rd_aligned;
  assign rd_addr_o        = araddr_q;

  always_ff @(posedge clk_i) begin
    if (s_axil_arvalid_i && s_axil_arready_o) begin
      ar_q     <= 1'b1;
      araddr_q <= s_axil_araddr_i;
    end
    if (ar_q && (rd_done_i || !rd_aligned)) begin
      ar_q    <= 1'b0;
      r_q     <= 1'b1;
      rdata_q <= (rd_aligned && !rd_error_i) ? rd_data_i : '0;
      rresp_q <= (rd_aligned && !rd_error_i) ? OKAY : SLVERR;
    end
    if (r_q && s_axil_rready_i) r_q <= 1'b0;
    if (rst_i) begin
      ar_q <= 1'b0;
      r_q  <= 1'b0;
    end
  end

endmodule
`default_nettype wire
