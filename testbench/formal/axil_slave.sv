`include "twinpath_types.svh"
`default_nettype none

/// What axil_slave promises to its manager (AXI4-Lite handshakes) and to the registers behind it. The manager is free: it may
/// even withdraw a request that was not taken.
module axil_slave_formal #(
    parameter int ADDR_W = 4
) (
    input wire logic              clk_i,
    input wire logic [ADDR_W-1:0] awaddr_i,
    input wire logic              awvalid_i,
    input wire logic [31:0]       wdata_i,
    input wire logic [3:0]        wstrb_i,
    input wire logic              wvalid_i,
    input wire logic              bready_i,
    input wire logic [ADDR_W-1:0] araddr_i,
    input wire logic              arvalid_i,
    input wire logic              rready_i,
    input wire logic              wr_error_i,
    input wire logic              rd_done_i,
    input wire logic [31:0]       rd_data_i,
    input wire logic              rd_error_i
);

  localparam logic [1:0] OKAY = 2'b00;
  localparam logic [1:0] SLVERR = 2'b10;

  logic running = 1'b0;
  always_ff @(posedge clk_i) running <= 1'b1;

  logic              awready;
  logic              wready;
  logic [1:0]        bresp;
  logic              bvalid;
  logic              arready;
  logic [31:0]       rdata;
  logic [1:0]        rresp;
  logic              rvalid;
  logic              wr_valid;
  logic [ADDR_W-1:0] wr_addr;
  logic [31:0]       wr_data;
  logic              rd_valid;
  logic [ADDR_W-1:0] rd_addr;

  axil_slave #(
      .ADDR_W(ADDR_W)
  ) u_dut (
      .clk_i           (clk_i),
      .rst_i           (!running),
      .s_axil_awaddr_i (awaddr_i),
      .s_axil_awvalid_i(awvalid_i),
      .s_axil_awready_o(awready),
      .s_axil_wdata_i  (wdata_i),
      .s_axil_wstrb_i  (wstrb_i),
      .s_axil_wvalid_i (wvalid_i),
      .s_axil_wready_o (wready),
      .s_axil_bresp_o  (bresp),
      .s_axil_bvalid_o (bvalid),
      .s_axil_bready_i (bready_i),
      .s_axil_araddr_i (araddr_i),
      .s_axil_arvalid_i(arvalid_i),
      .s_axil_arready_o(arready),
      .s_axil_rdata_o  (rdata),
      .s_axil_rresp_o  (rresp),
      .s_axil_rvalid_o (rvalid),
      .s_axil_rready_i (rready_i),
      .wr_valid_o      (wr_valid),
      .wr_addr_o       (wr_addr),
      .wr_data_o       (wr_data),
      .wr_error_i      (wr_error_i),
      .rd_valid_o      (rd_valid),
      .rd_addr_o       (rd_addr),
      .rd_done_i       (rd_done_i),
      .rd_data_i       (rd_data_i),
      .rd_error_i      (rd_error_i)
  );

  // ---- writes -------------------------------------------------------------------------------------------------------------
  logic              aw = 1'b0;       // an address was taken and not answered yet
  logic              w = 1'b0;
  logic [ADDR_W-1:0] address;
  logic [31:0]       data;
  logic [3:0]        strobes;
  logic              whole;
  logic              due;             // the write at hand is to be carried out now
  logic              due_last = 1'b0;
  logic [1:0]        response;        // of that write
  logic              b_last = 1'b0;
  logic              b_waited = 1'b0;
  logic [1:0]        b_offered;

  assign whole = strobes == '1 && address[1:0] == '0;
  assign due   = aw && w && !bvalid;

  always_ff @(posedge clk_i) begin
    b_last    <= bvalid;
    b_waited  <= running && bvalid && !bready_i;
    b_offered <= bresp;
    due_last  <= running && due;
    response  <= whole && !wr_error_i ? OKAY : SLVERR;
    if (running) begin
      if (due) aw <= 1'b0;
      if (due) w <= 1'b0;
      if (awvalid_i && awready) begin
        aw      <= 1'b1;
        address <= awaddr_i;
      end
      if (wvalid_i && wready) begin
        w       <= 1'b1;
        data    <= wdata_i;
        strobes <= wstrb_i;
      end
    end
  end

  always @(posedge clk_i) begin
    if (running) begin
      one_address_at_a_time: assert (!(aw && awready));
      one_word_at_a_time: assert (!(w && wready));
      write_presented_once: assert (wr_valid == (due && whole));
      write_unchanged: assert (!wr_valid || (wr_addr == address && wr_data == data));
      one_response_a_write: assert ((bvalid && !b_last) == due_last);
      response_right: assert (!due_last || bresp == response);
      response_held: assert (!b_waited || (bvalid && bresp == b_offered));
    end
  end

  // ---- reads --------------------------------------------------------------------------------------------------------------
  logic              ar = 1'b0;       // an address was taken and not answered yet
  logic [ADDR_W-1:0] from;
  logic              aligned;
  logic              done;
  logic              done_last = 1'b0;
  logic [31:0]       answer;
  logic              answer_fails;
  logic              r_last = 1'b0;
  logic              r_waited = 1'b0;
  logic [31:0]       r_offered;
  logic [1:0]        r_offered_response;

  assign aligned = from[1:0] == '0;
  assign done    = ar && (rd_done_i || !aligned);

  always_ff @(posedge clk_i) begin
    r_last             <= rvalid;
    r_waited           <= running && rvalid && !rready_i;
    r_offered          <= rdata;
    r_offered_response <= rresp;
    done_last          <= running && done;
    answer             <= rd_data_i;
    answer_fails       <= rd_error_i || !aligned;
    if (running) begin
      if (done) ar <= 1'b0;
      if (arvalid_i && arready) begin
        ar   <= 1'b1;
        from <= araddr_i;
      end
    end
  end

  always @(posedge clk_i) begin
    if (running) begin
      one_read_at_a_time: assert (!(arready && (ar || rvalid)));
      read_presented_until_done: assert (rd_valid == (ar && aligned));
      read_unchanged: assert (!rd_valid || rd_addr == from);
      one_response_a_read: assert ((rvalid && !r_last) == done_last);
      answer_right:
      assert (!done_last || (answer_fails ? rresp == SLVERR && rdata == '0 : rresp == OKAY && rdata == answer));
      answer_held: assert (!r_waited || (rvalid && rdata == r_offered && rresp == r_offered_response));
    end
  end

endmodule
`default_nettype wire
