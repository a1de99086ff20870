`include "risk/risk_types.svh"
`default_nettype none

/// From what D1 found to events and counters (SEM 7, 8).
///
/// Why: the verdict must not wait for its explanation. D3 leaves the message, the intent and the failing checks in a
/// register; reason, kind and the record of 128 bytes are made from there, behind a queue, so that D1 never waits for a
/// reader of events that is slow for a moment.
/// Safety: an event says ORDER or CANCEL when, and only when, one left, whatever its check_mask says. Nothing is
/// ever dropped: nearly_full_o (a register) rises while there is room for all that can still come before the pipeline
/// stands still.
/// Ordering: events leave in the order of their operations, one a cycle; of one message BOOK before ORDER, REJECT or
/// CANCEL. A command that takes longer is loaded with emit_i low and finished by finish_i, in the same cycle or later, with
/// nothing loaded between.
/// Timing: load_i in D3, event_valid_o from 2 cycles later, counters 3.
module decide_events (
    input  wire logic           clk_i,
    input  wire logic           rst_i,
    input  wire logic           load_i,        // an operation leaves D3
    input  wire logic           emit_i,        // and is complete
    input  wire logic           sent_i,        // its order or cancel left
    input  wire tp_intent_t     intent_i,      // book_changed only where a BOOK event is to be sent
    input  wire tp_finding_t    finding_i,     // kind and reason are made here; check_mask bit n-1: check n fails
    input  wire logic           bad_command_i,
    input  wire logic           finish_i,      // the command is complete
    input  wire tp_finding_t    finished_i,    // what its event says of the account
    input  wire logic           unknown_i,
    input  wire logic           overfill_i,
    input  wire logic           saturated_i,
    output logic                nearly_full_o,
    output tp_event_t           event_o,
    output logic                event_valid_o,
    input  wire logic           event_ready_i,
    output logic                event_order_o, // an order or cancel was sent
    output logic [TP_CYC_W-1:0] event_last_byte_o,
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o,
    output logic                idle_o
);

  localparam int DEPTH = 8;
  localparam int NEARLY = 3;  // four more can be on their way when the count exceeds it
  localparam int COUNT_W = $clog2(DEPTH + 1);
  localparam int RECORD_W = TP_INTENT_W + TP_FINDING_W;

  // ---- the register behind D3 --------------------------------------------------------------------------------------
  logic        valid_q;
  logic        sent_q;
  tp_intent_t  intent_q;
  tp_finding_t found_q;
  logic        bad_command_q;
  logic        unknown_q;
  logic        overfill_q;
  logic        saturated_q;
  logic        valid_q2;
  logic        counted_q;     // cnt_o may pulse

  logic [3:0]  op;
  logic        is_command;
  logic        is_state;
  logic [12:0] fails;
  logic [7:0]  reason;
  tp_finding_t found;

  assign op         = intent_q.booked.msg.op;
  assign is_command = op == TP_OP_COMMAND;
  assign is_state   = op == TP_OP_STATE;

  always_ff @(posedge clk_i) begin
    valid_q <= 1'b0;
    if (load_i) begin
      valid_q       <= emit_i;
      sent_q        <= sent_i;
      intent_q      <= intent_i;
      found_q       <= finding_i;
      bad_command_q <= bad_command_i;
      unknown_q     <= 1'b0;
      overfill_q    <= 1'b0;
      saturated_q   <= 1'b0;
    end
    if (finish_i) begin
      valid_q     <= 1'b1;
      unknown_q   <= unknown_i;
      overfill_q  <= overfill_i;
      saturated_q <= saturated_i;
      found_q     <= finished_i;
    end
    if (rst_i) valid_q <= 1'b0;
  end

  // ---- kind, reason, counters --------------------------------------------------------------------------------------
  assign fails = found_q.check_mask[12:0];
  always_comb begin
    reason = '0;
    for (int n = 12; n >= 0; n = n - 1) begin
      if (fails[n]) reason = 8'(n + 1);
    end
  end

  always_comb begin
    found = '0;
    if (valid_q) begin
      found = found_q;
      if (is_command) begin
        found.kind   = TP_EVENT_COMMAND;
        found.reason = intent_q.booked.msg.command[127:120];
      end else if (is_state) begin
        found.kind   = TP_EVENT_STATE;
        found.reason = intent_q.booked.msg.reason;
      end else begin
        found.reason = reason;
        found.kind   = !sent_q ? TP_EVENT_REJECT : intent_q.cancel ? TP_EVENT_CANCEL : TP_EVENT_ORDER;
        if (!sent_q && !intent_q.cancel) found.user_ref = '0;
      end
    end
  end

  // Counters a cycle later: which of them is one more step.
  logic       of_command_q2;
  logic       of_intent_q2;
  logic       sent_q2;
  logic       cancel_q2;
  logic [2:0] rule_q2;
  logic [7:0] reason_q2;
  logic       bad_command_q2;
  logic       unknown_q2;
  logic       overfill_q2;
  logic       saturated_q2;

  always_ff @(posedge clk_i) begin
    cnt_o          <= '0;
    valid_q2       <= valid_q;
    counted_q      <= valid_q2;
    of_command_q2  <= valid_q && is_command;
    of_intent_q2   <= valid_q && intent_q.intent;
    sent_q2        <= sent_q;
    cancel_q2      <= intent_q.cancel;
    rule_q2        <= intent_q.rule;
    reason_q2      <= reason;
    bad_command_q2 <= bad_command_q;
    unknown_q2     <= unknown_q;
    overfill_q2    <= overfill_q;
    saturated_q2   <= saturated_q;
    if (of_command_q2) begin
      cnt_o[twinpath_regs_pkg::CNT_COMMANDS]           <= 1'b1;
      cnt_o[twinpath_regs_pkg::CNT_BAD_COMMAND]        <= bad_command_q2;
      cnt_o[twinpath_regs_pkg::CNT_UNKNOWN_ORDER]      <= unknown_q2;
      cnt_o[twinpath_regs_pkg::CNT_OVERFILL]           <= overfill_q2;
      cnt_o[twinpath_regs_pkg::CNT_POSITION_SATURATED] <= saturated_q2;
    end
    if (of_intent_q2) begin
      for (int r = 0; r < 5; r++) cnt_o[twinpath_regs_pkg::CNT_RULE_CANCEL+r] <= rule_q2 == 3'(r);
      for (int n = 1; n <= 13; n++) cnt_o[twinpath_regs_pkg::CNT_REJECT_KILL-1+n] <= !sent_q2 && reason_q2 == 8'(n);
      cnt_o[twinpath_regs_pkg::CNT_CANCELS] <= sent_q2 && cancel_q2;
      cnt_o[twinpath_regs_pkg::CNT_ORDERS]  <= sent_q2 && !cancel_q2;
    end
    if (rst_i) begin
      cnt_o         <= '0;
      valid_q2      <= 1'b0;
      counted_q     <= 1'b0;
      of_command_q2 <= 1'b0;
      of_intent_q2  <= 1'b0;
    end
  end

  // ---- queue ---------------------------------------------------------------------------------------------------------
  logic                head_valid;
  logic                head_ready;
  logic [RECORD_W-1:0] head;
  logic [COUNT_W-1:0]  count;
  logic                queue_ready;

  fifo #(
      .WIDTH(RECORD_W),
      .DEPTH(DEPTH)
  ) u_queue (
      .clk_i    (clk_i),
      .rst_i    (rst_i),
      .s_valid_i(valid_q),
      .s_ready_o(queue_ready),  // nearly_full_o keeps it high
      .s_data_i ({intent_q, found}),
      .m_valid_o(head_valid),
      .m_ready_i(head_ready),
      .m_data_o (head),
      .count_o  (count)
  );

  always_ff @(posedge clk_i) nearly_full_o <= !rst_i && count > COUNT_W'(NEARLY);

  // ---- events: of a message with both, BOOK first ----------------------------------------------------------------------
  logic        book_done_q;
  logic        book_now;
  logic        two;
  tp_intent_t  head_intent;
  tp_finding_t head_found;
  tp_finding_t said;

  assign head_intent = head[TP_FINDING_W+:TP_INTENT_W];
  assign head_found  = head[0+:TP_FINDING_W];
  assign two         = head_intent.book_changed && head_intent.intent;
  assign book_now    = head_intent.book_changed && !(two && book_done_q);
  assign head_ready  = event_ready_i && !(two && !book_done_q);

  always_comb begin
    said = head_found;
    if (book_now) begin
      said      = '0;
      said.kind = TP_EVENT_BOOK;
    end
  end

  risk_event u_event (
      .en_i     (head_valid),
      .intent_i (head_intent),
      .finding_i(said),
      .event_o  (event_o)
  );

  assign event_valid_o     = head_valid;
  assign event_order_o     = said.kind == TP_EVENT_ORDER || said.kind == TP_EVENT_CANCEL;
  assign event_last_byte_o = head_intent.booked.msg.stamps.last_byte;
  assign idle_o            = !valid_q && !valid_q2 && !head_valid && !counted_q;

  always_ff @(posedge clk_i) begin
    if (head_valid && event_ready_i) book_done_q <= two && !book_done_q;
    if (rst_i) book_done_q <= 1'b0;
  end

endmodule
`default_nettype wire
