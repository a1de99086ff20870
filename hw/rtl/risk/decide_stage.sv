`include "risk/risk_types.svh"
`default_nettype none

/// Strategy and risk as one in-order unit: booked messages in, events and orders out (SEM 2.7 to 2.9, 4, 5, 7).
///
/// Why: strategy reads the working orders that risk keeps, so the two are wired together once, here. Wiring only.
/// Ordering: everything leaves in the order the messages came.
/// Latency: from a booked message to its order 6 cycles, to its BOOK event 4 (3 when it is not evaluated).
module decide_stage (
    input  wire logic           clk_i,
    input  wire logic           rst_i,
    output logic                ready_o,          // memories are clear; no message is taken before
    input  wire logic [TP_CYC_W-1:0] cycle_i,
    input  wire tp_cfg_t        cfg_i,
    input  wire tp_booked_t     booked_i,
    input  wire logic           booked_valid_i,
    output logic                booked_ready_o,
    output logic                out_valid_o,
    input  wire logic           out_ready_i,
    output logic                out_has_order_o,
    output tp_order_t           out_order_o,
    output tp_event_t           out_event_o,
    output logic [TP_CYC_W-1:0] out_last_byte_o,  // cycle of the message's last byte
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o,  // one-cycle pulses by counter number
    output logic                idle_o
);

  tp_intent_t          intent;
  tp_working_t         working;
  logic                intent_valid;
  logic                intent_ready;
  logic                working_re;
  logic [TP_SYM_W-1:0] working_symbol;
  logic                strategy_ready;
  logic                risk_ready;
  logic                strategy_idle;
  logic                risk_idle;
  logic [twinpath_regs_pkg::COUNTERS-1:0] strategy_cnt;
  logic [twinpath_regs_pkg::COUNTERS-1:0] risk_cnt;

  assign ready_o = strategy_ready && risk_ready;
  assign idle_o  = strategy_idle && risk_idle;
  assign cnt_o   = strategy_cnt | risk_cnt;

  logic booked_ready;
  assign booked_ready_o = booked_ready && risk_ready;

  strategy_stage u_strategy (
      .clk_i           (clk_i),
      .rst_i           (rst_i),
      .ready_o         (strategy_ready),
      .cycle_i         (cycle_i),
      .cfg_i           (cfg_i),
      .booked_i        (booked_i),
      .booked_valid_i  (booked_valid_i && risk_ready),
      .booked_ready_o  (booked_ready),
      .working_re_o    (working_re),
      .working_symbol_o(working_symbol),
      .working_i       (working),
      .intent_o        (intent),
      .intent_valid_o  (intent_valid),
      .intent_ready_i  (intent_ready),
      .cnt_o           (strategy_cnt),
      .idle_o          (strategy_idle)
  );

  risk_stage u_risk (
      .clk_i           (clk_i),
      .rst_i           (rst_i),
      .ready_o         (risk_ready),
      .cycle_i         (cycle_i),
      .cfg_i           (cfg_i),
      .intent_i        (intent),
      .intent_valid_i  (intent_valid),
      .intent_ready_o  (intent_ready),
      .working_re_i    (working_re),
      .working_symbol_i(working_symbol),
      .working_o       (working),
      .out_valid_o     (out_valid_o),
      .out_ready_i     (out_ready_i),
      .out_has_order_o (out_has_order_o),
      .out_order_o     (out_order_o),
      .out_event_o     (out_event_o),
      .out_last_byte_o (out_last_byte_o),
      .cnt_o           (risk_cnt),
      .idle_o          (risk_idle)
  );

endmodule
`default_nettype wire
