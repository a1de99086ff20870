`include "twinpath_types.svh"
`default_nettype none

/// The core as simulation clocks it: inputs pass a register, readers of orders and events are always ready.
///
/// Why: nothing behind a port is then combinational in it, so the simulator settles the core once a cycle, at the edge,
/// and not again for its inputs.
/// Ordering: a beat or command set before an edge is offered to the core after it; s_axis_tready_o and s_cmd_tready_o are
/// of what is offered, so the one that was set may be replaced when they are 1. All stream inputs and the time move by
/// the same cycle. AXI4-Lite inputs end in registers of the core and pass straight through.
module twinpath_core_sim #(
    parameter int DATA_W    = 64,
    parameter int SETS_LOG2 = 16,
    parameter int WAYS      = 8
) (
    input wire logic                 clk_i,
    input wire logic                 rst_i,
    input wire logic [TP_TIME_W-1:0] time_i,

    input  wire logic [DATA_W-1:0]   s_axis_tdata_i,
    input  wire logic [DATA_W/8-1:0] s_axis_tkeep_i,
    input  wire logic                s_axis_tvalid_i,
    output logic                     s_axis_tready_o,
    input  wire logic                s_axis_tlast_i,
    input  wire logic                s_axis_tuser_i,

    input  wire logic [127:0]        s_cmd_tdata_i,
    input  wire logic                s_cmd_tvalid_i,
    output logic                     s_cmd_tready_o,

    output logic [DATA_W-1:0]        m_axis_tdata_o,
    output logic [DATA_W/8-1:0]      m_axis_tkeep_o,
    output logic                     m_axis_tvalid_o,
    output logic                     m_axis_tlast_o,
    output logic                     m_axis_tuser_o,

    output logic [1023:0]            m_event_tdata_o,
    output logic                     m_event_tvalid_o,

    input  wire logic [15:0]         s_axil_awaddr_i,
    input  wire logic                s_axil_awvalid_i,
    output logic                     s_axil_awready_o,
    input  wire logic [31:0]         s_axil_wdata_i,
    input  wire logic [3:0]          s_axil_wstrb_i,
    input  wire logic                s_axil_wvalid_i,
    output logic                     s_axil_wready_o,
    output logic [1:0]               s_axil_bresp_o,
    output logic                     s_axil_bvalid_o,
    input  wire logic                s_axil_bready_i,
    input  wire logic [15:0]         s_axil_araddr_i,
    input  wire logic                s_axil_arvalid_i,
    output logic                     s_axil_arready_o,
    output logic [31:0]              s_axil_rdata_o,
    output logic [1:0]               s_axil_rresp_o,
    output logic                     s_axil_rvalid_o,
    input  wire logic                s_axil_rready_i,

    output logic                     ready_o,
    output logic                     idle_o
);

  logic                 rst_q;
  logic [TP_TIME_W-1:0] time_q;
  logic [DATA_W-1:0]    tdata_q;
  logic [DATA_W/8-1:0]  tkeep_q;
  logic                 tvalid_q;
  logic                 tlast_q;
  logic                 tuser_q;
  logic [127:0]         cmd_tdata_q;
  logic                 cmd_tvalid_q;

  always_ff @(posedge clk_i) begin
    rst_q        <= rst_i;
    time_q       <= time_i;
    tdata_q      <= s_axis_tdata_i;
    tkeep_q      <= s_axis_tkeep_i;
    tvalid_q     <= s_axis_tvalid_i;
    tlast_q      <= s_axis_tlast_i;
    tuser_q      <= s_axis_tuser_i;
    cmd_tdata_q  <= s_cmd_tdata_i;
    cmd_tvalid_q <= s_cmd_tvalid_i;
  end

  twinpath_core #(
      .DATA_W   (DATA_W),
      .SETS_LOG2(SETS_LOG2),
      .WAYS     (WAYS)
  ) u_core (
      .clk_i           (clk_i),
      .rst_i           (rst_q),
      .time_i          (time_q),
      .s_axis_tdata_i  (tdata_q),
      .s_axis_tkeep_i  (tkeep_q),
      .s_axis_tvalid_i (tvalid_q),
      .s_axis_tready_o (s_axis_tready_o),
      .s_axis_tlast_i  (tlast_q),
      .s_axis_tuser_i  (tuser_q),
      .s_cmd_tdata_i   (cmd_tdata_q),
      .s_cmd_tvalid_i  (cmd_tvalid_q),
      .s_cmd_tready_o  (s_cmd_tready_o),
      .m_axis_tdata_o  (m_axis_tdata_o),
      .m_axis_tkeep_o  (m_axis_tkeep_o),
      .m_axis_tvalid_o (m_axis_tvalid_o),
      .m_axis_tready_i (1'b1),
      .m_axis_tlast_o  (m_axis_tlast_o),
      .m_axis_tuser_o  (m_axis_tuser_o),
      .m_event_tdata_o (m_event_tdata_o),
      .m_event_tvalid_o(m_event_tvalid_o),
      .m_event_tready_i(1'b1),
      .s_axil_awaddr_i (s_axil_awaddr_i),
      .s_axil_awvalid_i(s_axil_awvalid_i),
      .s_axil_awready_o(s_axil_awready_o),
      .s_axil_wdata_i  (s_axil_wdata_i),
      .s_axil_wstrb_i  (s_axil_wstrb_i),
      .s_axil_wvalid_i (s_axil_wvalid_i),
      .s_axil_wready_o (s_axil_wready_o),
      .s_axil_bresp_o  (s_axil_bresp_o),
      .s_axil_bvalid_o (s_axil_bvalid_o),
      .s_axil_bready_i (s_axil_bready_i),
      .s_axil_araddr_i (s_axil_araddr_i),
      .s_axil_arvalid_i(s_axil_arvalid_i),
      .s_axil_arready_o(s_axil_arready_o),
      .s_axil_rdata_o  (s_axil_rdata_o),
      .s_axil_rresp_o  (s_axil_rresp_o),
      .s_axil_rvalid_o (s_axil_rvalid_o),
      .s_axil_rready_i (s_axil_rready_i),
      .ready_o         (ready_o),
      .idle_o          (idle_o)
  );

endmodule
`default_nettype wire
