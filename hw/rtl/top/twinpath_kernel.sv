`include "twinpath_types.svh"
`default_nettype none

/// The tick-to-trade core as a Vitis RTL kernel (hwControlProtocol user_managed). Wiring, the time, and resets.
///
///   s_axi_control -> kernel_control -+-> register_crossing -> core registers       ap_clk:   host side
///   m_axi <- event_ring <------------|---------- core events                       ap_clk_2: core, network
///   m_axi -> doorbell_ring ----------|---------> core commands
///   s_axis ------------------------------------> core frames in, order frames out -> m_axis
///
/// Why two clocks: frames arrive and orders leave in the network's clock (322.265625 MHz), so between wire and order there
/// is no crossing; the memory and the host have the platform's clock.
/// Nothing of the host's side can hold a frame or an order up: events that find no room are lost and counted (event_ring).
/// Rules and limits come over s_axi_control like all configuration: they are written into the bank that is not active, so
/// how long it takes does not matter, and one way to configure is the same for every path with RTL in it.
/// Port names are those that Vivado's packager groups into interfaces by itself; both resets are low active, synchronous,
/// and end together or in any order before the first access.
/// Not run on a card or through Vivado: simulation only.
module twinpath_kernel #(
    parameter int DATA_W       = 64,
    parameter int SETS_LOG2    = 16,
    parameter int WAYS         = 8,
    parameter int TIMEOUT_LOG2 = 16   // cycles of ap_clk that a register of the core may take
) (
    input  wire logic                ap_clk,
    input  wire logic                ap_rst_n,
    input  wire logic                ap_clk_2,
    input  wire logic                ap_rst_n_2,

    // Network, ap_clk_2. tuser with tlast: a wrong FCS, found or to be made (twinpath_core).
    input  wire logic [DATA_W-1:0]   s_axis_tdata,
    input  wire logic [DATA_W/8-1:0] s_axis_tkeep,
    input  wire logic                s_axis_tvalid,
    output logic                     s_axis_tready,
    input  wire logic                s_axis_tlast,
    input  wire logic                s_axis_tuser,
    output logic      [DATA_W-1:0]   m_axis_tdata,
    output logic      [DATA_W/8-1:0] m_axis_tkeep,
    output logic                     m_axis_tvalid,
    input  wire logic                m_axis_tready,
    output logic                     m_axis_tlast,
    output logic                     m_axis_tuser,

    // Registers (control/REGISTERS.md), ap_clk.
    input  wire logic [15:0]         s_axi_control_awaddr,
    input  wire logic                s_axi_control_awvalid,
    output logic                     s_axi_control_awready,
    input  wire logic [31:0]         s_axi_control_wdata,
    input  wire logic [3:0]          s_axi_control_wstrb,
    input  wire logic                s_axi_control_wvalid,
    output logic                     s_axi_control_wready,
    output logic      [1:0]          s_axi_control_bresp,
    output logic                     s_axi_control_bvalid,
    input  wire logic                s_axi_control_bready,
    input  wire logic [15:0]         s_axi_control_araddr,
    input  wire logic                s_axi_control_arvalid,
    output logic                     s_axi_control_arready,
    output logic      [31:0]         s_axi_control_rdata,
    output logic      [1:0]          s_axi_control_rresp,
    output logic                     s_axi_control_rvalid,
    input  wire logic                s_axi_control_rready,

    // Rings in device memory, ap_clk.
    output logic      [63:0]         m_axi_awaddr,
    output logic      [7:0]          m_axi_awlen,
    output logic      [2:0]          m_axi_awsize,
    output logic      [1:0]          m_axi_awburst,
    output logic                     m_axi_awvalid,
    input  wire logic                m_axi_awready,
    output logic      [511:0]        m_axi_wdata,
    output logic      [63:0]         m_axi_wstrb,
    output logic                     m_axi_wlast,
    output logic                     m_axi_wvalid,
    input  wire logic                m_axi_wready,
    input  wire logic [1:0]          m_axi_bresp,
    input  wire logic                m_axi_bvalid,
    output logic                     m_axi_bready,
    output logic      [63:0]         m_axi_araddr,
    output logic      [7:0]          m_axi_arlen,
    output logic      [2:0]          m_axi_arsize,
    output logic      [1:0]          m_axi_arburst,
    output logic                     m_axi_arvalid,
    input  wire logic                m_axi_arready,
    input  wire logic [511:0]        m_axi_rdata,
    input  wire logic [1:0]          m_axi_rresp,
    input  wire logic                m_axi_rlast,
    input  wire logic                m_axi_rvalid,
    output logic                     m_axi_rready
);

  localparam logic [2:0] SIZE_64 = 3'd6;
  localparam logic [1:0] INCR = 2'b01;

  logic                 rst_q;
  logic                 core_rst_q;
  logic [TP_TIME_W-1:0] now;

  always_ff @(posedge ap_clk) rst_q <= !ap_rst_n;
  always_ff @(posedge ap_clk_2) core_rst_q <= !ap_rst_n_2;

  core_time u_time (
      .clk_i (ap_clk_2),
      .rst_i (core_rst_q),
      .time_o(now)
  );

  // ---- registers --------------------------------------------------------------------------------------------------------
  logic        access_valid;
  logic        access_write;
  logic [15:0] access_addr;
  logic [31:0] access_wdata;
  logic        access_done;
  logic [31:0] access_rdata;
  logic        access_error;
  logic [31:0] timeouts;
  logic        run;
  logic [63:0] event_base;
  logic [4:0]  event_log2;
  logic [31:0] event_consumer;
  logic [63:0] doorbell_base;
  logic [4:0]  doorbell_log2;
  logic [31:0] doorbell_producer;
  logic [63:0] mailbox_base;
  logic [7:0]  status;
  logic [31:0] event_producer;
  logic [31:0] events_lost;
  logic [31:0] doorbell_consumer;

  kernel_control u_control (
      .clk_i              (ap_clk),
      .rst_i              (rst_q),
      .s_axil_awaddr_i    (s_axi_control_awaddr),
      .s_axil_awvalid_i   (s_axi_control_awvalid),
      .s_axil_awready_o   (s_axi_control_awready),
      .s_axil_wdata_i     (s_axi_control_wdata),
      .s_axil_wstrb_i     (s_axi_control_wstrb),
      .s_axil_wvalid_i    (s_axi_control_wvalid),
      .s_axil_wready_o    (s_axi_control_wready),
      .s_axil_bresp_o     (s_axi_control_bresp),
      .s_axil_bvalid_o    (s_axi_control_bvalid),
      .s_axil_bready_i    (s_axi_control_bready),
      .s_axil_araddr_i    (s_axi_control_araddr),
      .s_axil_arvalid_i   (s_axi_control_arvalid),
      .s_axil_arready_o   (s_axi_control_arready),
      .s_axil_rdata_o     (s_axi_control_rdata),
      .s_axil_rresp_o     (s_axi_control_rresp),
      .s_axil_rvalid_o    (s_axi_control_rvalid),
      .s_axil_rready_i    (s_axi_control_rready),
      .core_valid_o       (access_valid),
      .core_write_o       (access_write),
      .core_addr_o        (access_addr),
      .core_data_o        (access_wdata),
      .core_done_i        (access_done),
      .core_data_i        (access_rdata),
      .core_error_i       (access_error),
      .core_timeouts_i    (timeouts),
      .run_o              (run),
      .event_base_o       (event_base),
      .event_log2_o       (event_log2),
      .event_consumer_o   (event_consumer),
      .doorbell_base_o    (doorbell_base),
      .doorbell_log2_o    (doorbell_log2),
      .doorbell_producer_o(doorbell_producer),
      .mailbox_base_o     (mailbox_base),
      .status_i           (status),
      .event_producer_i   (event_producer),
      .events_lost_i      (events_lost),
      .doorbell_consumer_i(doorbell_consumer)
  );

  logic [15:0] axil_awaddr;
  logic        axil_awvalid;
  logic        axil_awready;
  logic [31:0] axil_wdata;
  logic [3:0]  axil_wstrb;
  logic        axil_wvalid;
  logic        axil_wready;
  logic [1:0]  axil_bresp;
  logic        axil_bvalid;
  logic        axil_bready;
  logic [15:0] axil_araddr;
  logic        axil_arvalid;
  logic        axil_arready;
  logic [31:0] axil_rdata;
  logic [1:0]  axil_rresp;
  logic        axil_rvalid;
  logic        axil_rready;

  register_crossing #(
      .ADDR_W      (16),
      .TIMEOUT_LOG2(TIMEOUT_LOG2)
  ) u_registers (
      .clk_i           (ap_clk),
      .rst_i           (rst_q),
      .req_valid_i     (access_valid),
      .req_write_i     (access_write),
      .req_addr_i      (access_addr),
      .req_data_i      (access_wdata),
      .done_o          (access_done),
      .data_o          (access_rdata),
      .error_o         (access_error),
      .timeouts_o      (timeouts),
      .core_clk_i      (ap_clk_2),
      .core_rst_i      (core_rst_q),
      .m_axil_awaddr_o (axil_awaddr),
      .m_axil_awvalid_o(axil_awvalid),
      .m_axil_awready_i(axil_awready),
      .m_axil_wdata_o  (axil_wdata),
      .m_axil_wstrb_o  (axil_wstrb),
      .m_axil_wvalid_o (axil_wvalid),
      .m_axil_wready_i (axil_wready),
      .m_axil_bresp_i  (axil_bresp),
      .m_axil_bvalid_i (axil_bvalid),
      .m_axil_bready_o (axil_bready),
      .m_axil_araddr_o (axil_araddr),
      .m_axil_arvalid_o(axil_arvalid),
      .m_axil_arready_i(axil_arready),
      .m_axil_rdata_i  (axil_rdata),
      .m_axil_rresp_i  (axil_rresp),
      .m_axil_rvalid_i (axil_rvalid),
      .m_axil_rready_o (axil_rready)
  );

  // ---- rings ------------------------------------------------------------------------------------------------------------
  logic          core_run;
  logic          core_run_seen;
  logic [1023:0] event_tdata;
  logic          event_tvalid;
  logic          event_tready;
  logic [127:0]  cmd_tdata;
  logic          cmd_tvalid;
  logic          cmd_tready;
  logic          events_settled;
  logic          events_stopped;
  logic          write_error;
  logic          doorbell_settled;
  logic          doorbell_stopped;
  logic          number_error;
  logic          overrun;
  logic          read_error;
  logic [3:0]    errors;
  logic [3:0]    still_q;   // cycles for which everything has stood still, up to 15

  sync_bits u_run (
      .clk_i(ap_clk_2),
      .d_i  (run),
      .q_o  (core_run)
  );
  sync_bits u_run_seen (
      .clk_i(ap_clk),
      .d_i  (core_run),
      .q_o  (core_run_seen)
  );

  always_ff @(posedge ap_clk) begin
    if (rst_q || run || core_run_seen || !events_stopped || !doorbell_stopped) still_q <= '0;
    else if (still_q != '1) still_q <= still_q + 1'b1;
  end

  // In the order of twinpath.rdl, kernel.status.
  assign errors = {read_error, write_error, overrun, number_error};
  assign status = {errors, doorbell_settled, events_settled, &still_q, core_run_seen};

  event_ring u_events (
      .core_clk_i         (ap_clk_2),
      .core_rst_i         (core_rst_q),
      .s_event_tdata_i    (event_tdata),
      .s_event_tvalid_i   (event_tvalid),
      .s_event_tready_o   (event_tready),
      .core_run_i         (core_run),
      .clk_i              (ap_clk),
      .rst_i              (rst_q),
      .run_i              (run),
      .base_i             (event_base),
      .log2_i             (event_log2),
      .consumer_i         (event_consumer),
      .mailbox_base_i     (mailbox_base),
      .doorbell_consumer_i(doorbell_consumer),
      .errors_i           (errors),
      .producer_o         (event_producer),
      .lost_o             (events_lost),
      .settled_o          (events_settled),
      .stopped_o          (events_stopped),
      .error_o            (write_error),
      .m_axi_awaddr_o     (m_axi_awaddr),
      .m_axi_awlen_o      (m_axi_awlen),
      .m_axi_awvalid_o    (m_axi_awvalid),
      .m_axi_awready_i    (m_axi_awready),
      .m_axi_wdata_o      (m_axi_wdata),
      .m_axi_wlast_o      (m_axi_wlast),
      .m_axi_wvalid_o     (m_axi_wvalid),
      .m_axi_wready_i     (m_axi_wready),
      .m_axi_bresp_i      (m_axi_bresp),
      .m_axi_bvalid_i     (m_axi_bvalid),
      .m_axi_bready_o     (m_axi_bready)
  );
  assign m_axi_awsize  = SIZE_64;
  assign m_axi_awburst = INCR;
  assign m_axi_wstrb   = '1;

  doorbell_ring u_doorbell (
      .clk_i          (ap_clk),
      .rst_i          (rst_q),
      .run_i          (run),
      .base_i         (doorbell_base),
      .log2_i         (doorbell_log2),
      .producer_i     (doorbell_producer),
      .consumer_o     (doorbell_consumer),
      .settled_o      (doorbell_settled),
      .stopped_o      (doorbell_stopped),
      .number_error_o (number_error),
      .overrun_o      (overrun),
      .read_error_o   (read_error),
      .m_axi_araddr_o (m_axi_araddr),
      .m_axi_arvalid_o(m_axi_arvalid),
      .m_axi_arready_i(m_axi_arready),
      .m_axi_rdata_i  (m_axi_rdata),
      .m_axi_rresp_i  (m_axi_rresp),
      .m_axi_rvalid_i (m_axi_rvalid),
      .m_axi_rready_o (m_axi_rready),
      .core_clk_i     (ap_clk_2),
      .core_rst_i     (core_rst_q),
      .core_run_i     (core_run),
      .time_i         (now),
      .m_cmd_tdata_o  (cmd_tdata),
      .m_cmd_tvalid_o (cmd_tvalid),
      .m_cmd_tready_i (cmd_tready)
  );
  assign m_axi_arlen   = 8'd0;
  assign m_axi_arsize  = SIZE_64;
  assign m_axi_arburst = INCR;

  // ---- the core ---------------------------------------------------------------------------------------------------------
  logic core_ready;
  logic core_idle;

  twinpath_core #(
      .DATA_W   (DATA_W),
      .SETS_LOG2(SETS_LOG2),
      .WAYS     (WAYS)
  ) u_core (
      .clk_i           (ap_clk_2),
      .rst_i           (core_rst_q),
      .time_i          (now),
      .s_axis_tdata_i  (s_axis_tdata),
      .s_axis_tkeep_i  (s_axis_tkeep),
      .s_axis_tvalid_i (s_axis_tvalid),
      .s_axis_tready_o (s_axis_tready),
      .s_axis_tlast_i  (s_axis_tlast),
      .s_axis_tuser_i  (s_axis_tuser),
      .s_cmd_tdata_i   (cmd_tdata),
      .s_cmd_tvalid_i  (cmd_tvalid),
      .s_cmd_tready_o  (cmd_tready),
      .m_axis_tdata_o  (m_axis_tdata),
      .m_axis_tkeep_o  (m_axis_tkeep),
      .m_axis_tvalid_o (m_axis_tvalid),
      .m_axis_tready_i (m_axis_tready),
      .m_axis_tlast_o  (m_axis_tlast),
      .m_axis_tuser_o  (m_axis_tuser),
      .m_event_tdata_o (event_tdata),
      .m_event_tvalid_o(event_tvalid),
      .m_event_tready_i(event_tready),
      .s_axil_awaddr_i (axil_awaddr),
      .s_axil_awvalid_i(axil_awvalid),
      .s_axil_awready_o(axil_awready),
      .s_axil_wdata_i  (axil_wdata),
      .s_axil_wstrb_i  (axil_wstrb),
      .s_axil_wvalid_i (axil_wvalid),
      .s_axil_wready_o (axil_wready),
      .s_axil_bresp_o  (axil_bresp),
      .s_axil_bvalid_o (axil_bvalid),
      .s_axil_bready_i (axil_bready),
      .s_axil_araddr_i (axil_araddr),
      .s_axil_arvalid_i(axil_arvalid),
      .s_axil_arready_o(axil_arready),
      .s_axil_rdata_o  (axil_rdata),
      .s_axil_rresp_o  (axil_rresp),
      .s_axil_rvalid_o (axil_rvalid),
      .s_axil_rready_i (axil_rready),
      .ready_o         (core_ready),
      .idle_o          (core_idle)
  );

endmodule
`default_nettype wire
