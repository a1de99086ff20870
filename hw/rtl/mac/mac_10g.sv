`include "twinpath_types.svh"
`default_nettype none

/// 10 Gbit/s Ethernet MAC between XGMII (64 bits at 156.25 MHz, a clock each way) and the core's streams.
///
/// Why: the core has its own clock; frames change it here, beat by beat, in both directions at once.
/// Safety: received, the wire does not wait and m_axis may: mac_rx.sv says what is lost then. Sent, s_axis has to bring the beats
/// of a frame without a pause of its own, at more than 156.25 M a second: mac_tx.sv says what becomes of a frame that does not.
/// While one side receives nothing (link_fault.sv), no frame is sent; when it is this side, the other is told.
/// core_rst_i is for at least 8 cycles of the slowest clock, all clocks running; the crossings are empty then.
/// Counts are of the core's clock, a few cycles behind: those of mac_rx and mac_tx, in the order of their ports.
/// Latency: received, a beat is at m_axis in the third or fourth cycle of core_clk_i behind the cycle of rx_clk_i in which
/// mac_rx has it. Sent, mac_tx has it in the third or fourth cycle of tx_clk_i behind the cycle of core_clk_i that took it.
module mac_10g #(
    parameter int MAX_BYTES = 9216,
    parameter int COUNT_W   = 32
) (
    input  wire logic               core_clk_i,
    input  wire logic               core_rst_i,
    output logic      [63:0]        m_axis_tdata_o,
    output logic      [7:0]         m_axis_tkeep_o,
    output logic                    m_axis_tvalid_o,
    input  wire logic               m_axis_tready_i,
    output logic                    m_axis_tlast_o,
    output logic                    m_axis_tuser_o,    // with tlast: the frame is damaged
    input  wire logic [63:0]        s_axis_tdata_i,
    input  wire logic [7:0]         s_axis_tkeep_i,
    input  wire logic               s_axis_tvalid_i,
    output logic                    s_axis_tready_o,
    input  wire logic               s_axis_tlast_i,
    input  wire logic               s_axis_tuser_i,    // with tlast: make the FCS wrong
    output logic      [7*COUNT_W-1:0] received_o,      // count_good first, in the lowest bits
    output logic      [4*COUNT_W-1:0] sent_o,          // count_sent first
    output logic                    local_fault_o,
    output logic                    remote_fault_o,

    input  wire logic               rx_clk_i,
    input  wire logic [63:0]        xgmii_rxd_i,
    input  wire logic [7:0]         xgmii_rxc_i,
    input  wire logic               tx_clk_i,
    output logic      [63:0]        xgmii_txd_o,
    output logic      [7:0]         xgmii_txc_o
);

  // ---- resets --------------------------------------------------------------------------------------------------------
  logic rx_rst;
  logic tx_rst;
  logic tx_rst_seen;   // by the core's side, which may push only when both sides are out of reset

  sync_bits u_rx_rst (
      .clk_i(rx_clk_i),
      .d_i  (core_rst_i),
      .q_o  (rx_rst)
  );
  sync_bits u_tx_rst (
      .clk_i(tx_clk_i),
      .d_i  (core_rst_i),
      .q_o  (tx_rst)
  );
  sync_bits u_tx_rst_seen (
      .clk_i(core_clk_i),
      .d_i  (tx_rst),
      .q_o  (tx_rst_seen)
  );

  // ---- receiving -----------------------------------------------------------------------------------------------------
  localparam int BEAT_W = 64 + 8 + 2;

  logic [6:0]        received;
  logic              rx_valid;
  logic              rx_ready;
  logic [BEAT_W-1:0] rx_beat;
  logic              rx_local;
  logic              rx_remote;

  mac_rx #(
      .MAX_BYTES(MAX_BYTES)
  ) u_rx (
      .clk_i           (rx_clk_i),
      .rst_i           (rx_rst),
      .xgmii_d_i       (xgmii_rxd_i),
      .xgmii_c_i       (xgmii_rxc_i),
      .m_valid_o       (rx_valid),
      .m_ready_i       (rx_ready),
      .m_data_o        (rx_beat[63:0]),
      .m_keep_o        (rx_beat[71:64]),
      .m_last_o        (rx_beat[72]),
      .m_error_o       (rx_beat[73]),
      .count_good_o    (received[0]),
      .count_fcs_o     (received[1]),
      .count_short_o   (received[2]),
      .count_long_o    (received[3]),
      .count_control_o (received[4]),
      .count_start_o   (received[5]),
      .count_overflow_o(received[6])
  );

  fifo_async #(
      .WIDTH(BEAT_W)
  ) u_rx_crossing (
      .s_clk_i  (rx_clk_i),
      .s_rst_i  (rx_rst),
      .s_valid_i(rx_valid),
      .s_ready_o(rx_ready),
      .s_data_i (rx_beat),
      .m_clk_i  (core_clk_i),
      .m_rst_i  (core_rst_i),
      .m_valid_o(m_axis_tvalid_o),
      .m_ready_i(m_axis_tready_i),
      .m_data_o ({m_axis_tuser_o, m_axis_tlast_o, m_axis_tkeep_o, m_axis_tdata_o})
  );

  link_fault u_fault (
      .clk_i    (rx_clk_i),
      .rst_i    (rx_rst),
      .xgmii_d_i(xgmii_rxd_i),
      .xgmii_c_i(xgmii_rxc_i),
      .local_o  (rx_local),
      .remote_o (rx_remote)
  );
  sync_bits #(
      .WIDTH(2)
  ) u_fault_core (
      .clk_i(core_clk_i),
      .d_i  ({rx_remote, rx_local}),
      .q_o  ({remote_fault_o, local_fault_o})
  );

  // ---- sending -------------------------------------------------------------------------------------------------------
  logic [3:0]        sent;
  logic              room;
  logic              tx_valid;
  logic              tx_ready;
  logic [BEAT_W-1:0] tx_beat;
  logic              tx_local;
  logic              tx_remote;

  assign s_axis_tready_o = room && !tx_rst_seen;

  fifo_async #(
      .WIDTH(BEAT_W)
  ) u_tx_crossing (
      .s_clk_i  (core_clk_i),
      .s_rst_i  (core_rst_i),
      .s_valid_i(s_axis_tvalid_i && !tx_rst_seen),
      .s_ready_o(room),
      .s_data_i ({s_axis_tuser_i, s_axis_tlast_i, s_axis_tkeep_i, s_axis_tdata_i}),
      .m_clk_i  (tx_clk_i),
      .m_rst_i  (tx_rst),
      .m_valid_o(tx_valid),
      .m_ready_i(tx_ready),
      .m_data_o (tx_beat)
  );

  sync_bits #(
      .WIDTH(2)
  ) u_fault_tx (
      .clk_i(tx_clk_i),
      .d_i  ({rx_remote, rx_local}),
      .q_o  ({tx_remote, tx_local})
  );

  mac_tx u_tx (
      .clk_i           (tx_clk_i),
      .rst_i           (tx_rst),
      .s_valid_i       (tx_valid),
      .s_ready_o       (tx_ready),
      .s_data_i        (tx_beat[63:0]),
      .s_keep_i        (tx_beat[71:64]),
      .s_last_i        (tx_beat[72]),
      .s_error_i       (tx_beat[73]),
      .silent_i        (tx_local || tx_remote),
      .remote_fault_i  (tx_local),
      .xgmii_d_o       (xgmii_txd_o),
      .xgmii_c_o       (xgmii_txc_o),
      .count_sent_o    (sent[0]),
      .count_poisoned_o(sent[1]),
      .count_underrun_o(sent[2]),
      .count_unsent_o  (sent[3])
  );

  // ---- counts --------------------------------------------------------------------------------------------------------
  for (genvar i = 0; i < 7; i = i + 1) begin : g_received
    logic [COUNT_W-1:0] own;
    count_crossing #(
        .WIDTH(COUNT_W)
    ) u_count (
        .s_clk_i  (rx_clk_i),
        .s_clear_i(rx_rst),
        .s_inc_i  (received[i]),
        .s_count_o(own),
        .m_clk_i  (core_clk_i),
        .m_count_o(received_o[COUNT_W*i+:COUNT_W])
    );
  end
  for (genvar i = 0; i < 4; i = i + 1) begin : g_sent
    logic [COUNT_W-1:0] own;
    count_crossing #(
        .WIDTH(COUNT_W)
    ) u_count (
        .s_clk_i  (tx_clk_i),
        .s_clear_i(tx_rst),
        .s_inc_i  (sent[i]),
        .s_count_o(own),
        .m_clk_i  (core_clk_i),
        .m_count_o(sent_o[COUNT_W*i+:COUNT_W])
    );
  end

endmodule
`default_nettype wire
