`include "twinpath_types.svh"
`default_nettype none

/// One register access at a time, from the host's clock to an AXI4-Lite slave in the core's clock.
///
/// Why: the core's clock comes from the network's transceivers and may stand still; a host that asks then must get an
/// answer all the same, or the bus behind it hangs.
/// Ordering: req_valid_i and its operands hold until done_o, one cycle, which comes with data_o and error_o.
/// Safety: an access that is not answered within 2^TIMEOUT_LOG2 cycles of clk_i ends with error_o and counts in
/// timeouts_o. Such a write may still take effect later; the next access waits for it first. Both sides are to be reset
/// together.
/// Latency: about 6 cycles of each clock, and the slave's own.
module register_crossing #(
    parameter int ADDR_W       = 16,
    parameter int TIMEOUT_LOG2 = 16
) (
    input  wire logic              clk_i,
    input  wire logic              rst_i,
    input  wire logic              req_valid_i,
    input  wire logic              req_write_i,
    input  wire logic [ADDR_W-1:0] req_addr_i,
    input  wire logic [31:0]       req_data_i,
    output logic                   done_o,
    output logic      [31:0]       data_o,
    output logic                   error_o,
    output logic      [31:0]       timeouts_o,

    input  wire logic              core_clk_i,
    input  wire logic              core_rst_i,
    output logic      [ADDR_W-1:0] m_axil_awaddr_o,
    output logic                   m_axil_awvalid_o,
    input  wire logic              m_axil_awready_i,
    output logic      [31:0]       m_axil_wdata_o,
    output logic      [3:0]        m_axil_wstrb_o,
    output logic                   m_axil_wvalid_o,
    input  wire logic              m_axil_wready_i,
    input  wire logic [1:0]        m_axil_bresp_i,
    input  wire logic              m_axil_bvalid_i,
    output logic                   m_axil_bready_o,
    output logic      [ADDR_W-1:0] m_axil_araddr_o,
    output logic                   m_axil_arvalid_o,
    input  wire logic              m_axil_arready_i,
    input  wire logic [31:0]       m_axil_rdata_i,
    input  wire logic [1:0]        m_axil_rresp_i,
    input  wire logic              m_axil_rvalid_i,
    output logic                   m_axil_rready_o
);

  initial if (TIMEOUT_LOG2 < 4) $fatal(1, "register_crossing: TIMEOUT_LOG2 must be at least 4");

  // A request is a change of ask_q, its answer the same change of answer_q. What they speak of holds until then.
  logic                    ask_q;
  logic                    ask_core;
  logic                    answer_q;
  logic                    answer_host;
  logic                    busy;

  // ---- the host's clock ----
  logic                    sent_q;
  logic                    write_q;
  logic [ADDR_W-1:0]       addr_q;
  logic [31:0]             wdata_q;
  logic [TIMEOUT_LOG2-1:0] timer_q;
  logic [31:0]             timeouts_q;
  logic                    late;
  logic [31:0]             rdata_core_q;
  logic                    error_core_q;

  assign busy       = ask_q != answer_host;
  assign late       = &timer_q;
  assign done_o     = req_valid_i && ((sent_q && !busy) || late);
  assign error_o    = !(sent_q && !busy) || error_core_q;
  assign data_o     = error_o ? '0 : rdata_core_q;
  assign timeouts_o = timeouts_q;

  always_ff @(posedge clk_i) begin
    timer_q <= (req_valid_i && !done_o) ? timer_q + 1'b1 : '0;
    if (done_o) sent_q <= 1'b0;
    else if (req_valid_i && !sent_q && !busy) begin
      sent_q  <= 1'b1;
      ask_q   <= !ask_q;
      write_q <= req_write_i;
      addr_q  <= req_addr_i;
      wdata_q <= req_data_i;
    end
    if (done_o && !(sent_q && !busy) && timeouts_q != '1) timeouts_q <= timeouts_q + 1'b1;
    if (rst_i) begin
      ask_q      <= 1'b0;
      sent_q     <= 1'b0;
      timer_q    <= '0;
      timeouts_q <= '0;
    end
  end

  sync_bits u_ask (
      .clk_i(core_clk_i),
      .d_i  (ask_q),
      .q_o  (ask_core)
  );
  sync_bits u_answer (
      .clk_i(clk_i),
      .d_i  (answer_q),
      .q_o  (answer_host)
  );

  // ---- the core's clock ----
  logic       working_q;
  logic       aw_q;
  logic       w_q;
  logic       ar_q;

  assign m_axil_awaddr_o  = addr_q;
  assign m_axil_awvalid_o = aw_q;
  assign m_axil_wdata_o   = wdata_q;
  assign m_axil_wstrb_o   = 4'b1111;
  assign m_axil_wvalid_o  = w_q;
  assign m_axil_bready_o  = working_q && write_q;
  assign m_axil_araddr_o  = addr_q;
  assign m_axil_arvalid_o = ar_q;
  assign m_axil_rready_o  = working_q && !write_q;

  always_ff @(posedge core_clk_i) begin
    if (m_axil_awready_i) aw_q <= 1'b0;
    if (m_axil_wready_i) w_q <= 1'b0;
    if (m_axil_arready_i) ar_q <= 1'b0;
    if (!working_q && ask_core != answer_q) begin
      working_q <= 1'b1;
      aw_q      <= write_q;
      w_q       <= write_q;
      ar_q      <= !write_q;
    end else if (working_q && (write_q ? m_axil_bvalid_i : m_axil_rvalid_i)) begin
      working_q    <= 1'b0;
      answer_q     <= !answer_q;
      rdata_core_q <= m_axil_rdata_i;
      error_core_q <= write_q ? m_axil_bresp_i[1] : m_axil_rresp_i[1];
    end
    if (core_rst_i) begin
      working_q <= 1'b0;
      answer_q  <= 1'b0;
      aw_q      <= 1'b0;
      w_q       <= 1'b0;
      ar_q      <= 1'b0;
    end
  end

endmodule
`default_nettype wire
