`include "risk/risk_types.svh"
`default_nettype none

/// Strategy and risk in one cycle: booked messages in, orders out in the same cycle, events behind (SEM 2.7 to 2.9, 4, 5, 7).
///
/// Why: rules, checks and verdict are combinational in D1, and all state is written at its end, so every order of a class
/// of messages takes the same time. Whatever a verdict reads is in a register or memory output when D1 begins.
/// Safety: an order leaves when, and only when, no check failed on the state that all older messages and commands left
/// behind; its state is committed in that very cycle. After KILL nothing but cancels leaves.
/// Ordering: one operation in D1 at a time. Operations with a book or records are at least two cycles apart, so that a
/// read in B sees the commit of the one before; a STATE operation may be one cycle from its neighbours.
/// With en_i low nothing moves and nothing commits; hold_o asks for that, from registers only.
/// Timing: b - 1 next_symbol_i; b reads; D1 = b + 1 booked_i, order_o; event_valid_o from D1 + 2. Commands: hold_o is
/// high for 1 cycle after the D1 of an ACK, or of a FILL or DONE of an unknown order; for 4 cycles after that of any
/// other FILL or DONE and of a POSITION; for none otherwise.
/// ready_o rises 4,096 cycles after reset, when the memories are clear. A configuration write of CONTROL, or to the
/// active bank, belongs before the session.
module decide_stage (
    input  wire logic           clk_i,
    input  wire logic           rst_i,
    output logic                ready_o,
    input  wire logic [TP_CYC_W-1:0] cycle_i,
    input  wire tp_cfg_t        cfg_i,
    input  wire logic           en_i,            // the pipeline advances; includes !hold_o
    output logic                hold_o,
    input  wire logic           next_valid_i,    // with en_i: this operation is in B in the next cycle
    input  wire logic [TP_SYM_W-1:0] next_symbol_i,
    output logic                armed_o,         // trading is on, and some rule of the symbol in B is enabled
    input  wire logic           booked_valid_i,
    input  wire tp_booked_t     booked_i,
    output logic                order_valid_o,   // an order or cancel leaves
    output tp_order_t           order_o,
    input  wire logic           order_room_i,    // there is room for 4 more
    output logic                event_valid_o,
    input  wire logic           event_ready_i,
    output tp_event_t           event_o,
    output logic                event_order_o,   // of an order or cancel that left
    output logic [TP_CYC_W-1:0] event_last_byte_o,  // cycle of the message's last byte
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o,  // one-cycle pulses by counter number
    output logic                idle_o
);

  localparam int NEXT_W = TP_TIME_W + 1;  // stamp + cool-down

  // ---- holding -----------------------------------------------------------------------------------------------------
  logic room_q;
  logic b_valid_q;
  logic book_events_q;
  logic strategy_ready;
  logic risk_ready;
  logic command_busy;
  logic events_full;
  logic events_idle;
  logic commit;      // the operation in D1 takes effect
  logic is_book;

  assign ready_o = strategy_ready && risk_ready;
  assign hold_o  = !risk_ready || command_busy || events_full || !room_q;
  assign idle_o  = risk_ready && !b_valid_q && !booked_valid_i && !command_busy && events_idle;
  assign commit  = booked_valid_i && en_i;
  assign is_book = booked_i.msg.op >= TP_OP_ADD && booked_i.msg.op <= TP_OP_TRADE;

  always_ff @(posedge clk_i) begin
    room_q <= order_room_i;
    if (en_i) b_valid_q <= next_valid_i;
    if (cfg_i.valid && cfg_i.table_id == TP_CFG_CONTROL && cfg_i.word == 5'd0) book_events_q <= cfg_i.data[2];
    if (rst_i) begin
      room_q        <= 1'b0;
      b_valid_q     <= 1'b0;
      book_events_q <= 1'b0;
    end
  end

  // ---- what strategy and risk keep ---------------------------------------------------------------------------------
  logic [TP_SYM_W-1:0]   b_symbol;
  logic [TP_SYM_W-1:0]   b_lag;
  logic                  bank;
  logic                  armed;
  logic                  feed_stale;
  tp_rules_t             rules;
  logic [5*NEXT_W-1:0]   next_data;
  logic [5*NEXT_W-1:0]   next_d;
  logic [TP_SYM_W-1:0]   lag_symbol;
  logic                  lag_is_own;
  tp_bbo_t               lag_bbo;
  logic                  lag_sticky;
  tp_account_t           account0;  // 0: of the message's symbol, 1: of its lagging symbol
  tp_account_t           account1;
  tp_limits_t            limits0;
  tp_limits_t            limits1;
  logic [31:0]           collar0;
  logic [31:0]           collar1;
  logic [1:0]            tradable;
  logic                  kill;
  logic                  closed;
  logic                  orders_full;
  logic                  slot_used;
  logic [TP_TAT_W-1:0]   rate_from;
  logic [31:0]           duplicate_window;
  logic                  gross_over;
  logic [63:0]           headroom;
  logic [31:0]           next_ref;
  logic [12:0]           open_count;
  logic [TP_GROSS_W-1:0] gross;
  logic                  bad_command;
  logic                  slow_command;
  logic [127:0]          late_command;
  logic                  late_done;
  tp_finding_t           late_finding;
  logic                  late_unknown;
  logic                  late_overfill;
  logic                  late_saturated;

  // ---- the intent and the verdict ----------------------------------------------------------------------------------
  logic                  enabled;
  logic                  trusted;
  logic                  book_changed;
  logic                  fire;
  logic                  cancel;
  logic                  lead;
  logic [2:0]            rule;
  logic                  side;
  logic [31:0]           price;
  logic [31:0]           quantity;
  logic [TP_SYM_W-1:0]   symbol;  // the order's
  logic                  pass;
  logic [12:0]           mask;
  logic [63:0]           notional;
  logic                  send;

  assign symbol        = lead ? lag_symbol : booked_i.msg.symbol;
  assign send          = commit && fire && pass;
  assign order_valid_o = send;
  assign armed_o       = armed && enabled && !kill;

  always_comb begin
    order_o          = '0;
    order_o.cancel   = cancel;
    order_o.side     = side;
    order_o.symbol   = symbol;
    order_o.user_ref = cancel ? account0.working.user_ref : next_ref;
    order_o.quantity = quantity;
    order_o.price    = price;
  end

  strategy_state u_strategy_state (
      .clk_i        (clk_i),
      .rst_i        (rst_i),
      .ready_o      (strategy_ready),
      .cfg_i        (cfg_i),
      .en_i         (en_i),
      .next_symbol_i(next_symbol_i),
      .symbol_o     (b_symbol),
      .lag_o        (b_lag),
      .bank_o       (bank),
      .armed_o      (armed),
      .enabled_o    (enabled),
      .feed_stale_o (feed_stale),
      .rules_o      (rules),
      .next_o       (next_data),
      .lag_symbol_o (lag_symbol),
      .lag_is_own_o (lag_is_own),
      .lag_bbo_o    (lag_bbo),
      .lag_sticky_o (lag_sticky),
      .commit_i     (commit),
      .booked_i     (booked_i),
      .fire_i       (fire),
      .next_i       (next_d)
  );

  risk_state u_risk_state (
      .clk_i             (clk_i),
      .rst_i             (rst_i),
      .ready_o           (risk_ready),
      .cfg_i             (cfg_i),
      .en_i              (en_i),
      .bank_i            (bank),
      .symbol0_i         (b_symbol),
      .symbol1_i         (b_lag),
      .lag_is_own_i      (lag_is_own),
      .booked_i          (booked_i),
      .account0_o        (account0),
      .account1_o        (account1),
      .limits0_o         (limits0),
      .limits1_o         (limits1),
      .collar0_o         (collar0),
      .collar1_o         (collar1),
      .tradable_o        (tradable),
      .kill_o            (kill),
      .closed_o          (closed),
      .orders_full_o     (orders_full),
      .slot_used_o       (slot_used),
      .rate_from_o       (rate_from),
      .duplicate_window_o(duplicate_window),
      .gross_over_o      (gross_over),
      .headroom_o        (headroom),
      .next_ref_o        (next_ref),
      .open_count_o      (open_count),
      .gross_o           (gross),
      .commit_i          (commit),
      .send_i            (send),
      .cancel_i          (cancel),
      .lead_i            (lead),
      .side_i            (side),
      .symbol_i          (symbol),
      .price_i           (price),
      .quantity_i        (quantity),
      .notional_i        (notional),
      .bad_command_o     (bad_command),
      .slow_o            (slow_command),
      .command_i         (late_command),
      .busy_o            (command_busy),
      .done_o            (late_done),
      .finding_o         (late_finding),
      .unknown_o         (late_unknown),
      .overfill_o        (late_overfill),
      .saturated_o       (late_saturated)
  );

  strategy_decide u_strategy (
      .valid_i       (booked_valid_i),
      .booked_i      (booked_i),
      .is_book_i     (is_book),
      .armed_i       (armed),
      .feed_stale_i  (feed_stale),
      .rules_i       (rules),
      .next_i        (next_data),
      .working_i     (account0.working),
      .lag_bbo_i     (lag_bbo),
      .lag_sticky_i  (lag_sticky),
      .trusted_o     (trusted),
      .book_changed_o(book_changed),
      .fire_o        (fire),
      .cancel_o      (cancel),
      .lead_o        (lead),
      .rule_o        (rule),
      .side_o        (side),
      .price_o       (price),
      .quantity_o    (quantity),
      .next_o        (next_d)
  );

  risk_checks u_checks (
      .valid_i            (booked_valid_i),
      .cancel_i           (cancel),
      .lead_i             (lead),
      .side_i             (side),
      .price_i            (price),
      .quantity_i         (quantity),
      .stamp_i            (booked_i.msg.origin.stamp),
      .bbo0_i             (booked_i.bbo_after),
      .bbo1_i             (lag_bbo),
      .limits0_i          (limits0),
      .limits1_i          (limits1),
      .account0_i         (account0),
      .account1_i         (account1),
      .tradable_i         (tradable),
      .collar_reference0_i(collar0),
      .collar_reference1_i(collar1),
      .kill_i             (kill),
      .closed_i           (closed),
      .orders_full_i      (orders_full),
      .slot_used_i        (slot_used),
      .rate_from_i        (rate_from),
      .duplicate_window_i (duplicate_window),
      .gross_over_i       (gross_over),
      .headroom_i         (headroom),
      .pass_o             (pass),
      .mask_o             (mask),
      .notional_o         (notional)
  );

  // ---- events ------------------------------------------------------------------------------------------------------
  tp_intent_t  intent;
  tp_finding_t finding;
  logic        book_event;  // one is to be sent

  assign book_event = book_changed && book_events_q;

  always_comb begin
    intent  = '0;
    finding = '0;
    if (commit) begin
      intent.booked                    = booked_i;
      intent.booked.msg.stamps.decided = cycle_i;
      intent.booked.msg.stamps.checked = cycle_i;
      intent.book_changed              = book_event;
      intent.trusted                   = trusted;
      intent.intent                    = fire;
      intent.cancel                    = cancel;
      intent.rule                      = rule;
      intent.side                      = side;
      intent.symbol                    = symbol;
      intent.price                     = price;
      intent.quantity                  = quantity;
      intent.bbo                       = lead ? lag_bbo : booked_i.bbo_after;
      intent.bbo_trusted               = 1'b1;
      if (is_book) begin
        finding.user_ref         = cancel ? account0.working.user_ref : next_ref;
        finding.check_mask       = {19'd0, mask};
        finding.position         = lead ? account1.position : account0.position;
        finding.open_buy         = lead ? account1.open_buy : account0.open_buy;
        finding.open_sell        = lead ? account1.open_sell : account0.open_sell;
        finding.collar_reference = lead ? collar1 : collar0;
        finding.gross            = gross;
        finding.open_count       = {3'd0, open_count};
      end
    end
  end

  decide_events u_events (
      .clk_i            (clk_i),
      .rst_i            (rst_i),
      .load_i           (commit),
      .emit_i           (is_book ? book_event || fire : !slow_command),
      .intent_i         (intent),
      .finding_i        (finding),
      .bad_command_i    (bad_command),
      .finish_i         (late_done),
      .finished_i       (late_finding),
      .unknown_i        (late_unknown),
      .overfill_i       (late_overfill),
      .saturated_i      (late_saturated),
      .command_o        (late_command),
      .nearly_full_o    (events_full),
      .event_o          (event_o),
      .event_valid_o    (event_valid_o),
      .event_ready_i    (event_ready_i),
      .event_order_o    (event_order_o),
      .event_last_byte_o(event_last_byte_o),
      .cnt_o            (cnt_o),
      .idle_o           (events_idle)
  );

endmodule
`default_nettype wire
