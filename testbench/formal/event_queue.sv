`include "twinpath_types.svh"
`default_nettype none

/// event_queue, for one event that the solver marks, with its start report if a frame belongs to it: the event leaves once,
/// after exactly the events before it, unchanged but for stages 5 and 7, which are those of its own report; not before that
/// report, and at once when it can. With the counts right, no event is lost, invented or overtaken.
/// Its report may come before the event: then the solver marks the report.
/// Assumed: fewer than DEPTH reports are ahead of their events.
/// An event has VALUE_W bits here that say which it is, and numbers of VALUE_W bits for cycles; the others are 0.
module event_queue_formal #(
    parameter int DEPTH = 2,
    parameter int VALUE_W = 2
) (
    input wire logic               clk_i,
    input wire logic               event_valid_i,
    input wire logic               event_kind_i,     // 0: order, 1: cancel
    input wire logic               event_order_i,
    input wire logic [VALUE_W-1:0] event_tag_i,
    input wire logic [VALUE_W-1:0] event_checked_i,
    input wire logic [VALUE_W-1:0] event_last_byte_i,
    input wire logic               started_valid_i,
    input wire logic [VALUE_W-1:0] started_cycle_i,
    input wire logic               m_event_tready_i,
    input wire logic               mark_i
);

  localparam int COUNT_W = $clog2(2 * DEPTH) + 2;

  logic running = 1'b0;
  always_ff @(posedge clk_i) running <= 1'b1;

  logic              event_ready;
  tp_event_t         event_in;
  tp_event_t         event_out;
  logic              tvalid;
  logic              hist_valid;
  logic [15:0]       hist_latency;
  logic              idle;
  // shown from inside
  logic              report_ready;

  always_comb begin
    event_in                  = '0;
    event_in.kind             = event_kind_i ? TP_EVENT_CANCEL : TP_EVENT_ORDER;
    event_in.user_ref         = 32'(event_tag_i);
    event_in.stages[4*16+:16] = 16'(event_checked_i);
    event_in.stages[7*16+:16] = 16'(event_tag_i);
  end

  event_queue #(
      .DEPTH(DEPTH)
  ) u_dut (
      .clk_i            (clk_i),
      .rst_i            (!running),
      .event_valid_i    (event_valid_i),
      .event_ready_o    (event_ready),
      .event_i          (event_in),
      .event_order_i    (event_order_i),
      .event_last_byte_i(TP_CYC_W'(event_last_byte_i)),
      .started_valid_i  (started_valid_i),
      .started_cycle_i  (TP_CYC_W'(started_cycle_i)),
      .m_event_tdata_o  (event_out),
      .m_event_tvalid_o (tvalid),
      .m_event_tready_i (m_event_tready_i),
      .hist_valid_o     (hist_valid),
      .hist_class_o     (),
      .hist_latency_o   (hist_latency),
      .idle_o           (idle)
  );

  // ---- counts -------------------------------------------------------------------------------------------------------------
  logic                      push;
  logic                      push_order;
  logic                      pop;
  logic        [COUNT_W-1:0] held = '0;
  logic signed [COUNT_W-1:0] early = '0;  // reports less events with a frame

  assign push       = running && event_valid_i && event_ready;
  assign push_order = push && event_order_i;
  assign pop        = running && tvalid && m_event_tready_i;

  always_ff @(posedge clk_i) begin
    held  <= held + COUNT_W'(push) - COUNT_W'(pop);
    early <= early + COUNT_W'(started_valid_i) - COUNT_W'(push_order);
  end

  always @(posedge clk_i) assume (!started_valid_i || (running && early < $signed(COUNT_W'(DEPTH - 1))));

  // ---- the marked event and its report ------------------------------------------------------------------------------------
  logic               here = 1'b0;      // the event is in the queue
  logic               told = 1'b0;      // its report came
  logic               ordered;          // a frame belongs to it
  logic               kind;
  logic [VALUE_W-1:0] tag;
  logic [VALUE_W-1:0] checked;
  logic [VALUE_W-1:0] last_byte;
  logic [VALUE_W-1:0] report;
  logic [COUNT_W-1:0] ahead;            // events before it
  logic [COUNT_W-1:0] events_to_come;   // told and not here: events with a frame before it
  logic [COUNT_W-1:0] reports_to_come;  // here and not told: reports before its own
  logic               mark;
  logic               mark_event;
  logic               mark_report;
  logic               event_comes;
  logic               report_comes;

  assign mark         = running && mark_i && !here && !told;
  assign mark_event   = mark && push && (!event_order_i || early <= 0);
  assign mark_report  = mark && started_valid_i && early >= 0;
  assign event_comes  = told && !here && push_order && events_to_come == '0;
  assign report_comes = here && ordered && !told && started_valid_i && reports_to_come == '0;

  always_ff @(posedge clk_i) begin
    if (mark_event || event_comes) begin
      here      <= 1'b1;
      ordered   <= event_order_i;
      kind      <= event_kind_i;
      tag       <= event_tag_i;
      checked   <= event_checked_i;
      last_byte <= event_last_byte_i;
      ahead     <= held - COUNT_W'(pop);
    end else if (here && pop) begin
      ahead <= ahead - 1'b1;
      if (ahead == '0) begin
        here <= 1'b0;
        told <= 1'b0;
      end
    end
    if (mark_event) begin
      told            <= event_order_i && early == 0 && started_valid_i;
      report          <= started_cycle_i;
      reports_to_come <= COUNT_W'(-early) - COUNT_W'(started_valid_i);
    end else if (mark_report) begin
      told           <= 1'b1;
      report         <= started_cycle_i;
      events_to_come <= COUNT_W'(early) - COUNT_W'(push_order);
    end else if (report_comes) begin
      told   <= 1'b1;
      report <= started_cycle_i;
    end else if (started_valid_i) begin
      reports_to_come <= reports_to_come - 1'b1;
    end
    if (!mark_report && push_order) events_to_come <= events_to_come - 1'b1;
  end

  // ---- what is seen of it -------------------------------------------------------------------------------------------------
  logic        next;            // it is the next to leave
  logic        complete = 1'b0; // it could leave, but for those before it, in the cycle before
  logic        waited = 1'b0;
  tp_event_t   offered;
  logic [15:0] first_beat;
  logic [15:0] late;
  tp_event_t   expected;

  assign next       = here && ahead == '0;
  assign first_beat = 16'(report) - 16'(last_byte);
  assign late       = first_beat - 16'(checked);

  always_comb begin
    expected                  = '0;
    expected.kind             = kind ? TP_EVENT_CANCEL : TP_EVENT_ORDER;
    expected.user_ref         = 32'(tag);
    expected.stages[4*16+:16] = 16'(checked);
    expected.stages[5*16+:16] = ordered ? first_beat : 16'd0;
    expected.stages[7*16+:16] = !ordered ? 16'(tag) : late == 16'd0 ? 16'd0 : late - 16'd1;
  end

  always_ff @(posedge clk_i) begin
    complete <= running && here && (told || !ordered);
    waited   <= running && tvalid && !m_event_tready_i;
    offered  <= event_out;
  end

  always @(posedge clk_i) begin
    if (running) begin
      none_invented: assert (!tvalid || held != '0);
      in_turn: assert (!(next && tvalid) || event_out.user_ref == expected.user_ref);
      completed_by_its_report: assert (!(next && tvalid) || event_out == expected);
      after_its_report: assert (!(next && tvalid) || !ordered || told);
      offered_at_once: assert (!(next && complete) || tvalid);
      output_stable: assert (!waited || (tvalid && event_out == offered));
      idle_when_empty: assert (!idle || held == '0);
      not_idle_before_its_event: assert (!idle || early <= 0);
      reports_find_room: assert (!started_valid_i || report_ready);
      recorded_as_offered: assert (!hist_valid || (tvalid && !waited));
      orders_recorded: assert (!(next && tvalid && !waited) || hist_valid == !kind);
      recorded_latency: assert (!(next && hist_valid) || hist_latency == expected.stages[5*16+:16]);
    end
  end

endmodule
`default_nettype wire
