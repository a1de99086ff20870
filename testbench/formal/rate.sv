`include "risk/risk_types.svh"
`default_nettype none

/// The rate of orders and cancels (SEM 5.3), with values of the given widths: from any order or cancel on, n of them need a time of which
/// n * interval <= tolerance + interval + time passed, here written with the first stamp on both sides. With tolerance = (burst - 1) * interval, as the host sets it, that is
/// n <= burst + time passed / interval.
/// The window opens with any order or cancel, where the solver likes, and ends when the limits in force change.
/// Assumed: stamps never decrease; no send in the cycle after a send, in the cycle in which the active bank is another,
/// nor in the cycle after a configuration write to the limits.
module rate_formal #(
    parameter int STAMP_W = TP_TIME_W,
    parameter int TOLERANCE_W = 48,
    parameter int INTERVAL_W = 32
) (
    input wire logic                 clk_i,
    input wire tp_cfg_t              cfg_i,
    input wire logic                 bank_i,
    input wire logic [STAMP_W-1:0]   stamp_i,
    input wire logic                 wanted_i,    // an order or cancel that passes all other checks
    input wire logic                 cancel_i,
    input wire logic                 open_i,      // the window opens with it
    input wire logic                 applied_i,
    input wire logic                 freed_i,
    input wire logic [63:0]          notional_i,
    input wire logic [TP_GROSS_W-1:0] gross_i
);

  localparam int W = TP_TAT_W + 2;
  localparam logic [W-1:0] TOLERANCE_END = W'(1) << TOLERANCE_W;
  localparam logic [W-1:0] INTERVAL_END = W'(1) << INTERVAL_W;

  logic running = 1'b0;
  always_ff @(posedge clk_i) running <= 1'b1;

  logic [TP_TAT_W-1:0] rate_from;
  logic [12:0]         mask;
  logic                send;
  logic                sent = 1'b0;  // in the cycle before
  // shown from inside
  logic [223:0]        active;
  logic [223:0]        limits0;
  logic [223:0]        limits1;
  logic [31:0]         interval;
  logic [TP_TAT_W-1:0] tat;

  risk_limits u_dut (
      .clk_i             (clk_i),
      .rst_i             (!running),
      .cfg_i             (cfg_i),
      .bank_i            (bank_i),
      .stamp_i           (TP_TIME_W'(stamp_i)),
      .enter_i           (send && !cancel_i),
      .cancel_i          (send && cancel_i),
      .notional_i        (notional_i),
      .applied_i         (applied_i && !send),
      .freed_i           (freed_i),
      .gross_i           (gross_i),
      .next_ref_o        (),
      .open_count_o      (),
      .gross_o           (),
      .duplicate_window_o(),
      .orders_full_o     (),
      .rate_from_o       (rate_from),
      .gross_over_o      (),
      .headroom_o        ()
  );

  // Only what a cancel is judged by: the rate.
  risk_checks u_checks (
      .valid_i            (1'b1),
      .cancel_i           (1'b1),
      .lead_i             (1'b0),
      .side_i             (1'b0),
      .price_i            (32'd0),
      .quantity_i         (32'd0),
      .stamp_i            (TP_TIME_W'(stamp_i)),
      .bbo0_i             ('0),
      .bbo1_i             ('0),
      .limits0_i          ('0),
      .limits1_i          ('0),
      .account0_i         ('0),
      .account1_i         ('0),
      .tradable_i         ('0),
      .collar_reference0_i('0),
      .collar_reference1_i('0),
      .kill_i             (1'b0),
      .closed_i           (1'b0),
      .orders_full_i      (1'b0),
      .slot_used_i        (1'b0),
      .rate_from_i        (rate_from),
      .duplicate_window_i ('0),
      .gross_over_i       (1'b0),
      .headroom_i         ('0),
      .pass_o             (),
      .mask_o             (mask),
      .notional_o         ()
  );

  assign send = current && !sent && wanted_i && !mask[10];

  // ---- what is configured -------------------------------------------------------------------------------------------------
  logic         bank = 1'b0;
  logic         written = 1'b1;  // the limits, in the cycle before
  logic         writes;
  logic         current;         // what the checks see is of the limits in force
  logic [W-1:0] step;
  logic [W-1:0] tolerance;

  assign writes    = cfg_i.valid && cfg_i.table_id == TP_CFG_GLOBAL;
  assign current   = running && !written && bank_i == bank;
  assign step      = W'(active[32*3+:32]);
  assign tolerance = W'(active[32*4+:48]);

  // ---- the window ---------------------------------------------------------------------------------------------------------
  logic [STAMP_W-1:0]   last = '0;      // stamp of the input before
  logic                 window = 1'b0;
  logic [W-1:0]         reached = '0;   // its first stamp + interval * orders and cancels in it
  logic                 opens;

  assign opens = send && open_i && !window;

  always_ff @(posedge clk_i) begin
    sent <= send;
    if (running) begin
      last    <= stamp_i;
      bank    <= bank_i;
      written <= writes;
      if (opens) reached <= W'(stamp_i) + step;
      else if (send) reached <= reached + step;
      window  <= (window || opens) && current && !writes;
    end else begin  // induction begins anywhere
      last    <= '0;
      bank    <= bank_i;
      written <= 1'b1;
      window  <= 1'b0;
      reached <= '0;
    end
  end

  always @(posedge clk_i) begin
    assume (stamp_i >= last);
    if (INTERVAL_W < 32) assume (cfg_i.word != 5'd3 || cfg_i.data >> (INTERVAL_W % 32) == '0);
    if (TOLERANCE_W < 32) assume (cfg_i.word != 5'd4 || cfg_i.data >> (TOLERANCE_W % 32) == '0);
    if (TOLERANCE_W < 32) assume (cfg_i.word != 5'd5 || cfg_i.data == '0);
  end

  always @(posedge clk_i) begin
    if (running) begin
      within_rate: assert (!window || !current || reached <= W'(last) + tolerance + step);
      // What the first rests on:
      state_covers_window: assert (!window || W'(tat) >= reached);
      state_bounded: assert (W'(tat) <= W'(last) + TOLERANCE_END + INTERVAL_END);
      answer_current:
      assert (!current || sent || rate_from == (step == '0 || W'(tat) < tolerance ? '0 : tat - tolerance[TP_TAT_W-1:0]));
      limits_in_range:
      assert (W'(limits0[32*3+:32]) < INTERVAL_END && W'(limits1[32*3+:32]) < INTERVAL_END &&
              W'(limits0[32*4+:48]) < TOLERANCE_END && W'(limits1[32*4+:48]) < TOLERANCE_END);
      interval_current: assert (!current || W'(interval) == step);
    end
  end

endmodule
`default_nettype wire
