`include "risk/risk_types.svh"
`default_nettype none

/// The rate of orders and cancels (SEM 5.3), with values of the given widths: from any order or cancel on, n of them need a time of which
/// n * interval <= tolerance + interval + time passed, here written with the first stamp on both sides. With tolerance = (burst - 1) * interval, as the host sets it, that is
/// n <= burst + time passed / interval.
/// The window opens with any order or cancel, where the solver likes, and ends when the limits in force change.
/// What is sent is the verdict's word in D1; risk_limits hears of it in D2.
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
  logic                pass;
  logic                send;                // in D1
  logic                sent = 1'b0;         // in D2
  logic                sent_cancel = 1'b0;
  // shown from inside
  logic [223:0]        active;
  logic [223:0]        limits0;
  logic [223:0]        limits1;
  logic [31:0]         interval;
  logic [TP_TAT_W-1:0] tat;
  logic [TP_TAT_W-1:0] sent_tat;

  risk_limits u_dut (
      .clk_i             (clk_i),
      .rst_i             (!running),
      .cfg_i             (cfg_i),
      .bank_i            (bank_i),
      .next_bank_i       (bank_i),
      .stamp_i           (TP_TIME_W'(stamp_i)),
      .enter_i           (sent && !sent_cancel),
      .cancel_i          (sent && sent_cancel),
      .notional_i        (notional_i),
      .applied_i         (applied_i && !sent),
      .freed_i           (freed_i),
      .gross_i           (gross_i),
      .b_duplicate_window_o(),
      .next_ref_o        (),
      .open_count_o      (),
      .gross_o           (),
      .duplicate_window_o(),
      .orders_full_o     (),
      .rate_from_o       (rate_from),
      .gross_over_o      (),
      .headroom_o        ()
  );

  // The verdict on a cancel, which is judged by the rate alone.
  risk_verdict u_verdict (
      .clk_i               (clk_i),
      .en_i                (1'b0),
      .b_outlook_i         ('0),
      .b_lag_bbo_i         ('0),
      .b_rules_i           ('0),
      .b_limits0_i         ('0),
      .b_limits1_i         ('0),
      .b_account0_i        ('0),
      .b_account1_i        ('0),
      .b_last_trade0_i     ('0),
      .b_last_trade1_i     ('0),
      .b_duplicate_window_i('0),
      .counts_i            (1'b1),
      .veto_i              (1'b0),
      .cancel_i            (1'b1),
      .wish_i              ('0),
      .picked_i            (4'd1),
      .stamp_i             (TP_TIME_W'(stamp_i)),
      .max_notional0_i     ('0),
      .max_notional1_i     ('0),
      .working_i           ('0),
      .tradable_i          ('0),
      .trade_i             (1'b0),
      .lag_is_own_i        (1'b0),
      .kill_i              (1'b0),
      .closed_i            (1'b0),
      .orders_full_i       (1'b0),
      .slot_used_i         (1'b0),
      .rate_from_i         (rate_from),
      .gross_over_i        (1'b0),
      .headroom_i          ('0),
      .fire_o              (),
      .pass_o              (pass),
      .d2_cancel_o         (),
      .d2_lead_o           (),
      .d2_rule_o           (),
      .d2_rules_o          (),
      .d2_side_o           (),
      .d2_price_o          (),
      .d2_shares_o         (),
      .d2_notional_o       (),
      .d2_own_o            ()
  );

  assign send = current && !sent && wanted_i && pass;

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

  assign opens = sent && current && open_i && !window;  // last is the stamp it was sent with

  always_ff @(posedge clk_i) begin
    sent        <= send;
    sent_cancel <= cancel_i;
    if (running) begin
      last    <= stamp_i;
      bank    <= bank_i;
      written <= writes;
      if (opens) reached <= W'(last) + step;
      else if (sent) reached <= reached + step;
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
      sent_in_time: assert (!(sent && current) || step == '0 || W'(tat) <= W'(last) + tolerance);
      next_state_covers: assert (!(sent && current) || (W'(sent_tat) >= W'(tat) + step && W'(sent_tat) >= W'(last) + step));
      next_state_bounded: assert (!sent || W'(sent_tat) <= W'(last) + TOLERANCE_END + INTERVAL_END);
      answer_current:
      assert (!current || rate_from == (step == '0 || W'(tat) < tolerance ? '0 : tat - tolerance[TP_TAT_W-1:0]));
      limits_in_range:
      assert (W'(limits0[32*3+:32]) < INTERVAL_END && W'(limits1[32*3+:32]) < INTERVAL_END &&
              W'(limits0[32*4+:48]) < TOLERANCE_END && W'(limits1[32*4+:48]) < TOLERANCE_END);
      interval_current: assert (!current || W'(interval) == step);
    end
  end

endmodule
`default_nettype wire
