// Ports of the vendor's PCS as twinpath_mac.v uses it: PG210, "Ethernet PCS/PMA 64-bit", 10GBASE-R, one core, transceiver
// and shared logic inside. Outputs that nobody needs are left out.
(* blackbox *)
module twinpath_pcs (
    input  wire        gt_rxp_in_0, gt_rxn_in_0,
    output wire        gt_txp_out_0, gt_txn_out_0,
    input  wire        gt_refclk_p, gt_refclk_n,
    output wire        gt_refclk_out,
    input  wire        dclk, sys_reset, gtwiz_reset_tx_datapath_0, gtwiz_reset_rx_datapath_0,
    output wire        gtpowergood_out_0,
    input  wire [2:0]  txoutclksel_in_0, rxoutclksel_in_0,
    output wire        rxrecclkout_0,
    input  wire [2:0]  gt_loopback_in_0,
    input  wire        qpllreset_in_0,
    output wire        tx_mii_clk_0,
    input  wire        tx_reset_0,
    output wire        user_tx_reset_0,
    input  wire [63:0] tx_mii_d_0,
    input  wire [7:0]  tx_mii_c_0,
    input  wire        rx_core_clk_0,
    output wire        rx_clk_out_0,
    input  wire        rx_reset_0,
    output wire        user_rx_reset_0,
    output wire [63:0] rx_mii_d_0,
    output wire [7:0]  rx_mii_c_0,
    input  wire        ctl_tx_test_pattern_0, ctl_tx_test_pattern_enable_0, ctl_tx_test_pattern_select_0,
    input  wire        ctl_tx_data_pattern_select_0,
    input  wire [57:0] ctl_tx_test_pattern_seed_a_0, ctl_tx_test_pattern_seed_b_0,
    input  wire        ctl_tx_prbs31_test_pattern_enable_0,
    input  wire        ctl_rx_test_pattern_0, ctl_rx_test_pattern_enable_0, ctl_rx_data_pattern_select_0,
    input  wire        ctl_rx_prbs31_test_pattern_enable_0
);
endmodule
