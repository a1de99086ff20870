`include "twinpath_types.svh"
`default_nettype none

/// Host commands from a ring in device memory into the core, in order.
///
/// Why: a command is one write to memory and one posted write of the doorbell for any number of them.
/// Record, 64 bytes, little-endian: 0 the command as tp_msg_t.command (16 bytes, price lowest), 16 stamp (u64, cycles), 24
/// number (u32: records before it since run, modulo 2^32), the rest 0.
/// SAFETY: a record whose number is not the one that is due, or that the memory refuses, is not given, nor is any after it:
/// what was left in the ring from before never acts. So is nothing after a doorbell that is more than the ring ahead.
/// ORDERING: records are given in order, each not before time_i has reached its stamp; the one behind it waits.
/// Reads: one beat of 64 bytes at a multiple of 64 bytes, at most 2^QUEUE_LOG2 ahead of the core.
/// Latency: doorbell to core about 10 cycles and the memory's own.
/// Implements AMBA AXI Protocol IHI 0022, part A (AXI4), reads, one ID.
module doorbell_ring #(
    parameter int QUEUE_LOG2 = 4
) (
    input  wire logic                 clk_i,
    input  wire logic                 rst_i,
    input  wire logic                 run_i,
    input  wire logic [63:0]          base_i,
    input  wire logic [4:0]           log2_i,
    input  wire logic [31:0]          producer_i,
    output logic      [31:0]          consumer_o,
    output logic                      settled_o,       // every record has been taken by the core
    output logic                      stopped_o,       // run_i is 0 and nothing is on the bus
    output logic                      number_error_o,
    output logic                      overrun_o,
    output logic                      read_error_o,

    output logic      [63:0]          m_axi_araddr_o,
    output logic                      m_axi_arvalid_o,
    input  wire logic                 m_axi_arready_i,
    input  wire logic [511:0]         m_axi_rdata_i,
    input  wire logic [1:0]           m_axi_rresp_i,
    input  wire logic                 m_axi_rvalid_i,
    output logic                      m_axi_rready_o,

    input  wire logic                 core_clk_i,
    input  wire logic                 core_rst_i,
    input  wire logic                 core_run_i,
    input  wire logic [TP_TIME_W-1:0] time_i,
    output logic      [127:0]         m_cmd_tdata_o,
    output logic                      m_cmd_tvalid_o,
    input  wire logic                 m_cmd_tready_i
);

  localparam int WIDTH = 128 + TP_TIME_W;
  localparam logic [31:0] CREDIT = 32'd1 << QUEUE_LOG2;
  localparam logic [TP_TIME_W-1:0] NEVER = '1;

  // ---- the host's clock: reads ----------------------------------------------------------------------------------------------
  logic             ar_q;
  logic [31:0]      issued_q;
  logic [31:0]      received_q;
  logic             number_error_q;
  logic             overrun_q;
  logic             read_error_q;
  logic             error;
  logic             issue;
  logic             right;
  logic             push;
  logic             queue_ready;
  logic [31:0]      slot;
  logic [31:0]      number;
  logic [63:0]      stamp;
  logic [TP_TIME_W-1:0] not_before;

  assign error  = number_error_q || overrun_q || read_error_q;
  assign slot   = issued_q & ((32'd1 << log2_i) - 32'd1);
  // What was asked for has room in the queue.
  assign issue  = run_i && !error && !ar_q && issued_q != producer_i && issued_q - consumer_o < CREDIT;
  assign number = m_axi_rdata_i[223:192];
  assign stamp  = m_axi_rdata_i[191:128];
  assign right  = number == received_q;
  assign push   = m_axi_rvalid_i && run_i && !error && right && !m_axi_rresp_i[1];
  // Time never passes its width.
  assign not_before = (|stamp[63:TP_TIME_W]) ? NEVER : stamp[TP_TIME_W-1:0];

  assign m_axi_arvalid_o = ar_q;
  assign m_axi_rready_o  = 1'b1;
  assign number_error_o  = number_error_q;
  assign overrun_o       = overrun_q;
  assign read_error_o    = read_error_q;
  assign settled_o       = !ar_q && issued_q == producer_i && consumer_o == producer_i;
  assign stopped_o       = !run_i && !ar_q && issued_q == received_q;

  always_ff @(posedge clk_i) begin
    if (ar_q && m_axi_arready_i) ar_q <= 1'b0;
    if (issue) begin
      ar_q           <= 1'b1;
      m_axi_araddr_o <= base_i + {26'd0, slot, 6'd0};
      issued_q       <= issued_q + 1'b1;
    end
    if (m_axi_rvalid_i) received_q <= received_q + 1'b1;
    if (m_axi_rvalid_i && run_i && !error) begin
      if (m_axi_rresp_i[1]) read_error_q <= 1'b1;
      else if (!right) number_error_q <= 1'b1;
    end
    if (run_i && producer_i - consumer_o > (32'd1 << log2_i)) overrun_q <= 1'b1;
    if (stopped_o || rst_i) begin
      issued_q       <= '0;
      received_q     <= '0;
      number_error_q <= 1'b0;
      overrun_q      <= 1'b0;
      read_error_q   <= 1'b0;
    end
    if (rst_i) ar_q <= 1'b0;
  end

`ifndef SYNTHESIS
  always @(posedge clk_i) if (push && !queue_ready && !rst_i) $fatal(1, "doorbell_ring: a record found no room");
`endif

  // ---- the core's clock: each when its time has come ----------------------------------------------------------------------
  logic             head_valid;
  logic             head_pop;
  logic [WIDTH-1:0] head;
  logic             go_q;
  logic             taken;
  logic [31:0]      taken_core;

  fifo_async #(
      .WIDTH     (WIDTH),
      .DEPTH_LOG2(QUEUE_LOG2)
  ) u_queue (
      .s_clk_i  (clk_i),
      .s_rst_i  (rst_i),
      .s_valid_i(push),
      .s_ready_o(queue_ready),
      .s_data_i ({not_before, m_axi_rdata_i[127:0]}),
      .m_clk_i  (core_clk_i),
      .m_rst_i  (core_rst_i),
      .m_valid_o(head_valid),
      .m_ready_i(head_pop),
      .m_data_o (head)
  );

  assign taken          = go_q && m_cmd_tready_i;
  assign head_pop       = taken || !core_run_i;
  assign m_cmd_tdata_o  = head[127:0];
  assign m_cmd_tvalid_o = go_q;

  always_ff @(posedge core_clk_i) go_q <= core_run_i && !core_rst_i && head_valid && !taken && (go_q || head[WIDTH-1:128] <= time_i);

  count_crossing #(
      .WIDTH(32)
  ) u_taken (
      .s_clk_i  (core_clk_i),
      .s_clear_i(core_rst_i || !core_run_i),
      .s_inc_i  (taken),
      .s_count_o(taken_core),
      .m_clk_i  (clk_i),
      .m_count_o(consumer_o)
  );

endmodule
`default_nettype wire
