// The MAC as a kernel for Alveo cards: mac_10g, and the vendor's PCS and transceiver on one lane of a QSFP cage.
//
// twinpath_pcs is made by scripts/fpga/package_mac.tcl: 10G/25G Ethernet Subsystem, "Ethernet PCS/PMA 64-bit", 10GBASE-R, the
// transceiver inside (PG210; "XGMII/25GMII Interface Ports", "PCS/PMA 64-bit Clocking"). Its receiving side is given the clock of
// the sending side, so that the MAC's clock goes on when the line is cut; its buffer makes up for the difference of the two.
// In Verilog, since the packager takes no SystemVerilog as the top of an IP. Not run in Vivado or on a card.
// Counts and faults of mac_10g are not connected yet: no register shows them.
`default_nettype none

module twinpath_mac (
    input  wire        ap_clk,
    input  wire        ap_rst_n,

    // Received frames, and frames to send, ap_clk.
    output wire [63:0] M_AXIS_tdata,
    output wire [7:0]  M_AXIS_tkeep,
    output wire        M_AXIS_tvalid,
    input  wire        M_AXIS_tready,
    output wire        M_AXIS_tlast,
    output wire        M_AXIS_tuser,
    input  wire [63:0] S_AXIS_tdata,
    input  wire [7:0]  S_AXIS_tkeep,
    input  wire        S_AXIS_tvalid,
    output wire        S_AXIS_tready,
    input  wire        S_AXIS_tlast,
    input  wire        S_AXIS_tuser,

    // The cage: four lanes, of which the first is used.
    input  wire        gt_refclk_clk_p,
    input  wire        gt_refclk_clk_n,
    input  wire [3:0]  gt_serial_port_grx_p,
    input  wire [3:0]  gt_serial_port_grx_n,
    output wire [3:0]  gt_serial_port_gtx_p,
    output wire [3:0]  gt_serial_port_gtx_n,
    input  wire        clk_gt_freerun
);

  wire        line_clk;
  wire        line_reset;
  wire        line_reset_seen;
  wire [63:0] rxd;
  wire [7:0]  rxc;
  wire [63:0] txd;
  wire [7:0]  txc;

  // The MAC's reset goes on until the line's clock has run for some time; after that it never comes again, so no frame is cut
  // without its end: a line that fails is the PCS's to report, as control characters.
  reg  [6:0]  started_q = 7'd0;
  wire        reset = !started_q[6];

  sync_bits #(
      .WIDTH(1)
  ) u_line_reset (
      .clk_i(ap_clk),
      .d_i  (line_reset),
      .q_o  (line_reset_seen)
  );
  always @(posedge ap_clk) begin
    if (reset && (!ap_rst_n || line_reset_seen)) started_q <= 7'd0;
    else if (reset) started_q <= started_q + 7'd1;
  end

  mac_10g u_mac (
      .core_clk_i     (ap_clk),
      .core_rst_i     (reset),
      .m_axis_tdata_o (M_AXIS_tdata),
      .m_axis_tkeep_o (M_AXIS_tkeep),
      .m_axis_tvalid_o(M_AXIS_tvalid),
      .m_axis_tready_i(M_AXIS_tready),
      .m_axis_tlast_o (M_AXIS_tlast),
      .m_axis_tuser_o (M_AXIS_tuser),
      .s_axis_tdata_i (S_AXIS_tdata),
      .s_axis_tkeep_i (S_AXIS_tkeep),
      .s_axis_tvalid_i(S_AXIS_tvalid),
      .s_axis_tready_o(S_AXIS_tready),
      .s_axis_tlast_i (S_AXIS_tlast),
      .s_axis_tuser_i (S_AXIS_tuser),
      .received_o     (),
      .sent_o         (),
      .local_fault_o  (),
      .remote_fault_o (),
      .rx_clk_i       (line_clk),
      .xgmii_rxd_i    (rxd),
      .xgmii_rxc_i    (rxc),
      .tx_clk_i       (line_clk),
      .xgmii_txd_o    (txd),
      .xgmii_txc_o    (txc)
  );

  // Clock selects: TXOUTCLK and RXOUTCLK from the programmable divider (UG578).
  twinpath_pcs u_pcs (
      .gt_rxp_in_0                        (gt_serial_port_grx_p[0]),
      .gt_rxn_in_0                        (gt_serial_port_grx_n[0]),
      .gt_txp_out_0                       (gt_serial_port_gtx_p[0]),
      .gt_txn_out_0                       (gt_serial_port_gtx_n[0]),
      .gt_refclk_p                        (gt_refclk_clk_p),
      .gt_refclk_n                        (gt_refclk_clk_n),
      .gt_refclk_out                      (),
      .dclk                               (clk_gt_freerun),
      .sys_reset                          (1'b0),
      .gtwiz_reset_tx_datapath_0          (1'b0),
      .gtwiz_reset_rx_datapath_0          (1'b0),
      .gtpowergood_out_0                  (),
      .txoutclksel_in_0                   (3'b101),
      .rxoutclksel_in_0                   (3'b101),
      .rxrecclkout_0                      (),
      .gt_loopback_in_0                   (3'b000),
      .qpllreset_in_0                     (1'b0),
      .tx_mii_clk_0                       (line_clk),
      .tx_reset_0                         (1'b0),
      .user_tx_reset_0                    (line_reset),
      .tx_mii_d_0                         (txd),
      .tx_mii_c_0                         (txc),
      .rx_core_clk_0                      (line_clk),
      .rx_clk_out_0                       (),
      .rx_reset_0                         (1'b0),
      .user_rx_reset_0                    (),
      .rx_mii_d_0                         (rxd),
      .rx_mii_c_0                         (rxc),
      .ctl_tx_test_pattern_0              (1'b0),
      .ctl_tx_test_pattern_enable_0       (1'b0),
      .ctl_tx_test_pattern_select_0       (1'b0),
      .ctl_tx_data_pattern_select_0       (1'b0),
      .ctl_tx_test_pattern_seed_a_0       (58'd0),
      .ctl_tx_test_pattern_seed_b_0       (58'd0),
      .ctl_tx_prbs31_test_pattern_enable_0(1'b0),
      .ctl_rx_test_pattern_0              (1'b0),
      .ctl_rx_test_pattern_enable_0       (1'b0),
      .ctl_rx_data_pattern_select_0       (1'b0),
      .ctl_rx_prbs31_test_pattern_enable_0(1'b0)
  );

  assign gt_serial_port_gtx_p[3:1] = 3'b000;
  assign gt_serial_port_gtx_n[3:1] = 3'b000;

endmodule
`default_nettype wire
