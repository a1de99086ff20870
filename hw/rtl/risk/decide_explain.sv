`include "risk/risk_types.svh"
`default_nettype none

/// Why an operation sent what it did, or nothing: its intent, the checks that failed, its events (SEM 5.1, 7).
///
/// Why: none of it is needed for the verdict, so all of it is behind: what an operation was judged by is kept in D2, beside the
/// verdict, and checked once more in D3, check by check. The simulation compares the two.
/// Timing: D1, D2 as they are named; event_valid_o from D1 + 4. What is in D2 and behind goes on while the pipeline stands.
module decide_explain (
    input  wire logic                  clk_i,
    input  wire logic                  rst_i,
    // D1: the operation that takes effect, and what it is judged by
    input  wire logic                  commit_i,
    input  wire logic [TP_CYC_W-1:0]   cycle_i,
    input  wire logic                  is_book_i,
    input  wire logic                  book_events_i,           // BOOK events are on
    input  wire logic                  feed_stale_i,
    input  wire logic                  slow_command_i,          // a command whose event comes later
    input  wire logic                  bad_command_i,
    input  wire tp_bbo_t               lag_bbo_i,               // 0: of the message's symbol, 1: of its lagging symbol
    input  wire tp_limits_t            limits0_i,
    input  wire tp_limits_t            limits1_i,
    input  wire logic [31:0]           collar0_i,
    input  wire logic [31:0]           collar1_i,
    input  wire logic [1:0]            tradable_i,
    input  wire logic                  kill_i,
    input  wire logic                  closed_i,
    input  wire logic                  orders_full_i,
    input  wire logic                  slot_used_i,
    input  wire logic [TP_TAT_W-1:0]   rate_from_i,
    input  wire logic [31:0]           duplicate_window_i,
    input  wire logic                  gross_over_i,
    input  wire logic [63:0]           headroom_i,
    input  wire logic [TP_GROSS_W-1:0] gross_i,
    input  wire logic [12:0]           open_count_i,
    input  wire logic [31:0]           next_ref_i,
    // D2: the verdict on it
    input  wire logic                  d2_fire_i,               // there was an intent
    input  wire logic                  d2_send_i,               // it left
    input  wire tp_booked_t            d2_booked_i,
    input  wire tp_account_t           d2_account0_i,
    input  wire tp_account_t           d2_account1_i,
    input  wire logic                  d2_cancel_i,
    input  wire logic                  d2_lead_i,               // of the lagging symbol
    input  wire logic [2:0]            d2_rule_i,
    input  wire logic                  d2_side_i,
    input  wire logic [TP_SYM_W-1:0]   d2_symbol_i,
    input  wire logic [31:0]           d2_price_i,
    input  wire logic [31:0]           d2_quantity_i,
    input  wire logic [63:0]           d2_notional_i,
    // a command that took longer, when it is done
    input  wire logic                  done_i,
    input  wire tp_finding_t           done_finding_i,
    input  wire logic                  done_unknown_i,
    input  wire logic                  done_overfill_i,
    input  wire logic                  done_saturated_i,
    // events
    output logic                       nearly_full_o,           // hold the pipeline
    output logic                       event_valid_o,
    input  wire logic                  event_ready_i,
    output tp_event_t                  event_o,
    output logic                       event_order_o,           // of an order or cancel that left
    output logic [TP_CYC_W-1:0]        event_last_byte_o,       // cycle of the message's last byte
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o,       // one-cycle pulses by counter number
    output logic                       idle_o
);

  // ---- D2: the intent, and what it was judged by ---------------------------------------------------------------------------
  logic                  decided_q;  // one is in D2
  logic                  explain_q;  // one is in D3
  logic                  done_q;     // a command that took longer
  logic                  d2_is_book_q;
  logic                  events_idle;
  logic [TP_CYC_W-1:0]   d2_cycle_q;
  logic                  d2_feed_stale_q;
  logic                  d2_slow_q;
  logic                  d2_bad_command_q;
  tp_bbo_t               d2_lag_bbo_q;
  tp_limits_t            d2_limits0_q;
  tp_limits_t            d2_limits1_q;
  logic [31:0]           d2_collar0_q;
  logic [31:0]           d2_collar1_q;
  logic [1:0]            d2_tradable_q;
  logic                  d2_kill_q;
  logic                  d2_closed_q;
  logic                  d2_orders_full_q;
  logic                  d2_slot_used_q;
  logic [TP_TAT_W-1:0]   d2_rate_from_q;
  logic [31:0]           d2_duplicate_window_q;
  logic                  d2_gross_over_q;
  logic [63:0]           d2_headroom_q;
  logic [TP_GROSS_W-1:0] d2_gross_q;
  logic [12:0]           d2_open_count_q;
  logic [31:0]           d2_ref_q;
  logic                  trusted_before;
  logic                  trusted_after;
  logic                  book_event;  // one is to be sent
  tp_account_t           d2_account;
  tp_intent_t            d2_intent;
  tp_finding_t           d2_finding;

  always_ff @(posedge clk_i) begin
    decided_q <= commit_i;
    if (commit_i) begin
      d2_cycle_q            <= cycle_i;
      d2_is_book_q          <= is_book_i;
      d2_feed_stale_q       <= feed_stale_i;
      d2_slow_q             <= slow_command_i;
      d2_bad_command_q      <= bad_command_i;
      d2_lag_bbo_q          <= lag_bbo_i;
      d2_limits0_q          <= limits0_i;
      d2_limits1_q          <= limits1_i;
      d2_collar0_q          <= collar0_i;
      d2_collar1_q          <= collar1_i;
      d2_tradable_q         <= tradable_i;
      d2_kill_q             <= kill_i;
      d2_closed_q           <= closed_i;
      d2_orders_full_q      <= orders_full_i;
      d2_slot_used_q        <= slot_used_i;
      d2_rate_from_q        <= rate_from_i;
      d2_duplicate_window_q <= duplicate_window_i;
      d2_gross_over_q       <= gross_over_i;
      d2_headroom_q         <= headroom_i;
      d2_gross_q            <= gross_i;
      d2_open_count_q       <= open_count_i;
      d2_ref_q              <= next_ref_i;
    end
    if (rst_i) decided_q <= 1'b0;
  end

  assign trusted_before = !d2_feed_stale_q && !d2_booked_i.sticky_before && d2_booked_i.bbo_before.bid_state != TP_SIDE_UNKNOWN &&
      d2_booked_i.bbo_before.ask_state != TP_SIDE_UNKNOWN;
  assign trusted_after = !d2_feed_stale_q && !d2_booked_i.sticky_after && d2_booked_i.bbo_after.bid_state != TP_SIDE_UNKNOWN &&
      d2_booked_i.bbo_after.ask_state != TP_SIDE_UNKNOWN;
  assign book_event = book_events_i && d2_is_book_q && (d2_booked_i.bbo_before != d2_booked_i.bbo_after || trusted_before != trusted_after);
  assign d2_account = d2_lead_i ? d2_account1_i : d2_account0_i;

  always_comb begin
    d2_intent  = '0;
    d2_finding = '0;
    if (decided_q) begin
      d2_intent.booked                    = d2_booked_i;
      d2_intent.booked.msg.stamps.decided = d2_cycle_q;
      d2_intent.booked.msg.stamps.checked = d2_cycle_q;
      d2_intent.book_changed              = book_event;
      d2_intent.trusted                   = trusted_after;
      d2_intent.intent                    = d2_fire_i;
      d2_intent.cancel                    = d2_fire_i && d2_cancel_i;
      d2_intent.rule                      = d2_rule_i;
      d2_intent.side                      = d2_side_i;
      d2_intent.symbol                    = d2_fire_i ? d2_symbol_i : d2_booked_i.msg.symbol;
      d2_intent.price                     = d2_price_i;
      d2_intent.quantity                  = d2_quantity_i;
      d2_intent.bbo                       = d2_fire_i && d2_lead_i ? d2_lag_bbo_q : d2_booked_i.bbo_after;
      d2_intent.bbo_trusted               = 1'b1;
      if (d2_is_book_q) begin
        d2_finding.user_ref         = d2_cancel_i ? d2_account.working.user_ref : d2_ref_q;
        d2_finding.position         = d2_account.position;
        d2_finding.open_buy         = d2_account.open_buy;
        d2_finding.open_sell        = d2_account.open_sell;
        d2_finding.collar_reference = d2_lead_i ? d2_collar1_q : d2_collar0_q;
        d2_finding.gross            = d2_gross_q;
        d2_finding.open_count       = {3'd0, d2_open_count_q};
      end
    end
  end

  // ---- D3: which checks failed ---------------------------------------------------------------------------------------
  tp_intent_t            intent_q;
  tp_finding_t           finding_q;
  tp_finding_t           found;
  logic                  emit_q;
  logic                  bad_command_q;
  logic                  is_book_q;
  logic                  sent_q;
  logic [63:0]           notional_q;
  tp_limits_t            limits_q;
  tp_account_t           account_q;
  logic                  tradable_q;
  logic [31:0]           collar_q;
  logic                  kill_q;
  logic                  closed_q;
  logic                  orders_full_q;
  logic                  slot_used_q;
  logic [TP_TAT_W-1:0]   rate_from_q;
  logic [31:0]           duplicate_window_q;
  logic                  gross_over_q;
  logic [63:0]           headroom_q;
  tp_finding_t           done_finding_q;
  logic                  done_unknown_q;
  logic                  done_overfill_q;
  logic                  done_saturated_q;
  logic                  explained;  // no check failed
  logic [12:0]           mask;

  always_ff @(posedge clk_i) begin
    explain_q <= decided_q;
    if (decided_q) begin
      intent_q           <= d2_intent;
      finding_q          <= d2_finding;
      emit_q             <= d2_is_book_q ? book_event || d2_fire_i : !d2_slow_q;
      bad_command_q      <= d2_bad_command_q;
      is_book_q          <= d2_is_book_q;
      sent_q             <= d2_send_i;
      notional_q         <= d2_notional_i;
      limits_q           <= d2_lead_i ? d2_limits1_q : d2_limits0_q;
      account_q          <= d2_account;
      tradable_q         <= d2_tradable_q[d2_lead_i];
      collar_q           <= d2_lead_i ? d2_collar1_q : d2_collar0_q;
      kill_q             <= d2_kill_q;
      closed_q           <= d2_closed_q;
      orders_full_q      <= d2_orders_full_q;
      slot_used_q        <= d2_slot_used_q;
      rate_from_q        <= d2_rate_from_q;
      duplicate_window_q <= d2_duplicate_window_q;
      gross_over_q       <= d2_gross_over_q;
      headroom_q         <= d2_headroom_q;
    end
    done_q           <= done_i;
    done_finding_q   <= done_finding_i;
    done_unknown_q   <= done_unknown_i;
    done_overfill_q  <= done_overfill_i;
    done_saturated_q <= done_saturated_i;
    if (rst_i) begin
      explain_q <= 1'b0;
      done_q    <= 1'b0;
    end
  end

  risk_checks u_checks (
      .valid_i           (explain_q),
      .cancel_i          (intent_q.cancel),
      .side_i            (intent_q.side),
      .price_i           (intent_q.price),
      .quantity_i        (intent_q.quantity),
      .notional_i        (notional_q),
      .stamp_i           (intent_q.booked.msg.origin.stamp),
      .limits_i          (limits_q),
      .account_i         (account_q),
      .tradable_i        (tradable_q),
      .collar_reference_i(collar_q),
      .kill_i            (kill_q),
      .closed_i          (closed_q),
      .orders_full_i     (orders_full_q),
      .slot_used_i       (slot_used_q),
      .rate_from_i       (rate_from_q),
      .duplicate_window_i(duplicate_window_q),
      .gross_over_i      (gross_over_q),
      .headroom_i        (headroom_q),
      .pass_o            (explained),
      .mask_o            (mask)
  );

  always_comb begin
    found = finding_q;
    if (is_book_q) found.check_mask = {19'd0, mask};
  end

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (!rst_i && explain_q && intent_q.intent && sent_q != explained) $fatal(1, "decide_explain: the verdict and its explanation differ");
    if (!rst_i && explain_q && intent_q.intent && !intent_q.cancel && notional_q != {32'd0, intent_q.price} * {32'd0, intent_q.quantity})
      $fatal(1, "decide_explain: a notional other than price times quantity");
  end
`endif

  decide_events u_events (
      .clk_i            (clk_i),
      .rst_i            (rst_i),
      .load_i           (explain_q),
      .emit_i           (emit_q),
      .sent_i           (sent_q),
      .intent_i         (intent_q),
      .finding_i        (found),
      .bad_command_i    (bad_command_q),
      .finish_i         (done_q),
      .finished_i       (done_finding_q),
      .unknown_i        (done_unknown_q),
      .overfill_i       (done_overfill_q),
      .saturated_i      (done_saturated_q),
      .nearly_full_o    (nearly_full_o),
      .event_o          (event_o),
      .event_valid_o    (event_valid_o),
      .event_ready_i    (event_ready_i),
      .event_order_o    (event_order_o),
      .event_last_byte_o(event_last_byte_o),
      .cnt_o            (cnt_o),
      .idle_o           (events_idle)
  );

  assign idle_o = !decided_q && !explain_q && !done_q && events_idle;

endmodule
`default_nettype wire
