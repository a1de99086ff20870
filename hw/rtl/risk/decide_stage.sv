`include "risk/risk_types.svh"
`default_nettype none

/// Strategy and risk in one cycle: booked messages in, orders out in the same cycle, events behind (SEM 2.7 to 2.9, 4, 5, 7).
///
/// Why: rules, checks and verdict are combinational in D1, and all state is written at its end, so every order of a class
/// of messages takes the same time. What does not depend on the book's answer is made in B (strategy_ahead, risk_wish),
/// and why an order did not leave is found in D2 (risk_checks), when it is known that it did not.
/// Safety: an order leaves when, and only when, no check failed on the state that all older messages and commands left
/// behind; its state is committed in that very cycle. After KILL nothing but cancels leaves.
/// Ordering: one operation in D1 at a time. Operations with a book or records are at least two cycles apart, so that a
/// read in b - 1 meets at most one commit, which is forwarded; a STATE operation may be one cycle from its neighbours.
/// With en_i low nothing moves and nothing commits; hold_o asks for that, from registers only.
/// Timing: b - 1 next_symbol_i, reads; b outlook_i; D1 = b + 1 booked_i, order_o; event_valid_o from D1 + 3. Commands: hold_o is
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
    input  wire tp_outlook_t    outlook_i,       // of the operation in B
    input  wire logic           booked_valid_i,
    input  wire tp_booked_t     booked_i,
    input  wire tp_bbo_t        likely_i,        // booked_i.bbo_after, unless
    input  wire logic [2:0]     pick_i,          // which of the outlook that is
    input  wire logic           veto_i,          // the book's answer is one that fires no rule; late
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
  logic decided_q;   // one is in D2
  logic is_book;

  assign ready_o = strategy_ready && risk_ready;
  assign hold_o  = !risk_ready || command_busy || events_full || !room_q;
  assign idle_o  = risk_ready && !b_valid_q && !booked_valid_i && !command_busy && !decided_q && events_idle;
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
  logic [TP_SYM_W-1:0]   next_lag;
  logic                  next_bank;
  logic [TP_SYM_W-1:0]   b_symbol;
  logic [TP_SYM_W-1:0]   b_lag;
  tp_rules_t             b_rules;
  logic [5*NEXT_W-1:0]   b_next;
  logic                  b_lag_is_own;
  tp_bbo_t               b_lag_bbo;
  logic                  b_lag_sticky;
  tp_account_t           b_account0;
  tp_account_t           b_account1;
  tp_limits_t            b_limits0;
  tp_limits_t            b_limits1;
  logic [32:0]           b_last_trade0;
  logic [32:0]           b_last_trade1;
  logic                  bank;
  logic                  armed;
  logic                  feed_stale;
  tp_rules_t             rules;
  logic [5*NEXT_W-1:0]   next_data;
  logic [5*NEXT_W-1:0]   next_fired;
  logic [5*NEXT_W-1:0]   next_d;
  tp_bbo_t               lag_read;  // as lag_bbo, unless the symbol is the message's
  logic                  lag_crossed;
  logic                  lag_read_sticky;
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
  logic [31:0]           b_duplicate_window;
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
  logic                  wished;  // there is an intent, without a veto
  logic                  pass;
  logic [63:0]           notional;
  logic [31:0]           open;
  logic [31:0]           own;
  logic [7:0]            wish;
  logic [4:0]            ready;
  logic                  outlook_side_q;
  logic [2:0]            crossed;
  logic [2:0]            narrow;
  logic [2:0]            away;
  logic [2:0]            take_buy;
  logic [2:0]            take_sell;
  logic [2:0]            lead_buy;
  logic [2:0]            lead_sell;
  logic [3:0]            heavy_buy;
  logic [3:0]            heavy_sell;
  logic [3:0]            moved;
  logic                  trade_up;
  logic                  trade_down;
  logic                  send;

  assign symbol        = lead ? lag_symbol : booked_i.msg.symbol;
  assign fire          = wished && !veto_i;
  assign send          = commit && pass && !veto_i;
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
      .next_lag_o   (next_lag),
      .next_bank_o  (next_bank),
      .bank_o       (bank),
      .armed_o      (armed),
      .feed_stale_o (feed_stale),
      .b_symbol_o   (b_symbol),
      .b_lag_o      (b_lag),
      .b_enabled_o  (enabled),
      .b_rules_o    (b_rules),
      .b_next_o     (b_next),
      .b_lag_is_own_o(b_lag_is_own),
      .b_lag_bbo_o  (b_lag_bbo),
      .b_lag_sticky_o(b_lag_sticky),
      .rules_o      (rules),
      .next_o       (next_data),
      .lag_symbol_o (lag_symbol),
      .lag_is_own_o (lag_is_own),
      .lag_bbo_o    (lag_bbo),
      .lag_read_o   (lag_read),
      .lag_crossed_o(lag_crossed),
      .lag_read_sticky_o(lag_read_sticky),
      .lag_sticky_o (lag_sticky),
      .commit_i     (commit),
      .booked_valid_i(booked_valid_i),
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
      .next_bank_i       (next_bank),
      .next_symbol0_i    (next_symbol_i),
      .next_symbol1_i    (next_lag),
      .b_symbol0_i       (b_symbol),
      .b_symbol1_i       (b_lag),
      .b_account0_o      (b_account0),
      .b_account1_o      (b_account1),
      .b_limits0_o       (b_limits0),
      .b_limits1_o       (b_limits1),
      .b_last_trade0_o   (b_last_trade0),
      .b_last_trade1_o   (b_last_trade1),
      .lag_is_own_i      (lag_is_own),
      .lag_symbol_i      (lag_symbol),
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
      .b_duplicate_window_o(b_duplicate_window),
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
      .open_i            (open),
      .own_i             (own),
      .bad_command_o     (bad_command),
      .slow_o            (slow_command),
      .command_i         (intent_q.booked.msg.command),
      .busy_o            (command_busy),
      .done_o            (late_done),
      .finding_o         (late_finding),
      .unknown_o         (late_unknown),
      .overfill_o        (late_overfill),
      .saturated_o       (late_saturated)
  );

  strategy_ahead u_ahead (
      .clk_i       (clk_i),
      .en_i        (en_i),
      .outlook_i   (outlook_i),
      .rules_i     (b_rules),
      .next_i      (b_next),
      .working_i   (b_account0.working),
      .next_o      (next_fired),
      .ready_o     (ready),
      .crossed_o   (crossed),
      .narrow_o    (narrow),
      .away_o      (away),
      .take_buy_o  (take_buy),
      .take_sell_o (take_sell),
      .lead_buy_o  (lead_buy),
      .lead_sell_o (lead_sell),
      .heavy_buy_o (heavy_buy),
      .heavy_sell_o(heavy_sell),
      .moved_o     (moved),
      .trade_up_o  (trade_up),
      .trade_down_o(trade_down)
  );

  always_ff @(posedge clk_i) if (en_i) outlook_side_q <= outlook_i.side;

  strategy_decide u_strategy (
      .booked_i      (booked_i),
      .likely_i      (likely_i),
      .pick_i        (pick_i),
      .side_i        (outlook_side_q),
      .is_book_i     (is_book),
      .armed_i       (armed),
      .feed_stale_i  (feed_stale),
      .rules_i       (rules),
      .working_i     (account0.working),
      .lag_is_own_i  (lag_is_own),
      .lag_bbo_i     (lag_read),
      .lag_crossed_i (lag_crossed),
      .lag_sticky_i  (lag_read_sticky),
      .ready_i       (ready),
      .crossed_i     (crossed),
      .narrow_i      (narrow),
      .away_i        (away),
      .take_buy_i    (take_buy),
      .take_sell_i   (take_sell),
      .lead_buy_i    (lead_buy),
      .lead_sell_i   (lead_sell),
      .heavy_buy_i   (heavy_buy),
      .heavy_sell_i  (heavy_sell),
      .moved_i       (moved),
      .trade_up_i    (trade_up),
      .trade_down_i  (trade_down),
      .trusted_o     (trusted),
      .book_changed_o(book_changed),
      .cancel_o      (cancel),
      .wish_o        (wish)
  );

  always_comb begin
    next_d = next_data;
    for (int r = 0; r < 5; r++) if (rule == 3'(r)) next_d[NEXT_W*r+:NEXT_W] = next_fired[NEXT_W*r+:NEXT_W];
  end

  risk_verdict u_verdict (
      .clk_i               (clk_i),
      .en_i                (en_i),
      .b_outlook_i         (outlook_i),
      .b_lag_is_own_i      (b_lag_is_own),
      .b_lag_bbo_i         (b_lag_bbo),
      .b_rules_i           (b_rules),
      .b_limits0_i         (b_limits0),
      .b_limits1_i         (b_limits1),
      .b_account0_i        (b_account0),
      .b_account1_i        (b_account1),
      .b_last_trade0_i     (b_last_trade0),
      .b_last_trade1_i     (b_last_trade1),
      .b_duplicate_window_i(b_duplicate_window),
      .valid_i             (booked_valid_i),
      .cancel_i            (cancel),
      .wish_i              (wish),
      .stamp_i             (booked_i.msg.origin.stamp),
      .pick_i              (pick_i),
      .limits0_i           (limits0),
      .limits1_i           (limits1),
      .account0_i          (account0),
      .account1_i          (account1),
      .tradable_i          (tradable),
      .trade_i             (booked_i.trade),
      .trade_price_i       (booked_i.trade_price),
      .lag_is_own_i        (lag_is_own),
      .kill_i              (kill),
      .closed_i            (closed),
      .orders_full_i       (orders_full),
      .slot_used_i         (slot_used),
      .rate_from_i         (rate_from),
      .gross_over_i        (gross_over),
      .headroom_i          (headroom),
      .fire_o              (wished),
      .pass_o              (pass),
      .lead_o              (lead),
      .rule_o              (rule),
      .side_o              (side),
      .price_o             (price),
      .quantity_o          (quantity),
      .notional_o          (notional),
      .open_o              (open),
      .own_o               (own)
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
        finding.position         = lead ? account1.position : account0.position;
        finding.open_buy         = lead ? account1.open_buy : account0.open_buy;
        finding.open_sell        = lead ? account1.open_sell : account0.open_sell;
        finding.collar_reference = lead ? collar1 : collar0;
        finding.gross            = gross;
        finding.open_count       = {3'd0, open_count};
      end
    end
  end

  // ---- D2: which checks failed ---------------------------------------------------------------------------------------
  tp_intent_t          intent_q;
  tp_finding_t         finding_q;
  tp_finding_t         found;
  logic                emit_q;
  logic                bad_command_q;
  logic                is_book_q;
  logic                lead_q;
  tp_bbo_t             bbo0_q;
  tp_bbo_t             bbo1_q;
  tp_limits_t          limits0_q;
  tp_limits_t          limits1_q;
  tp_account_t         account0_q;
  tp_account_t         account1_q;
  logic [1:0]          tradable_q;
  logic [31:0]         collar0_q;
  logic [31:0]         collar1_q;
  logic                kill_q;
  logic                closed_q;
  logic                orders_full_q;
  logic                slot_used_q;
  logic [TP_TAT_W-1:0] rate_from_q;
  logic [31:0]         duplicate_window_q;
  logic                gross_over_q;
  logic [63:0]         headroom_q;
  logic                sent_q;
  logic                explained;  // no check failed
  logic [12:0]         mask;
  logic [63:0]         unused_notional;

  always_ff @(posedge clk_i) begin
    decided_q <= commit;
    if (commit) begin
      intent_q           <= intent;
      finding_q          <= finding;
      emit_q             <= is_book ? book_event || fire : !slow_command;
      bad_command_q      <= bad_command;
      is_book_q          <= is_book;
      lead_q             <= lead;
      bbo0_q             <= booked_i.bbo_after;
      bbo1_q             <= lag_bbo;
      limits0_q          <= limits0;
      limits1_q          <= limits1;
      account0_q         <= account0;
      account1_q         <= account1;
      tradable_q         <= tradable;
      collar0_q          <= collar0;
      collar1_q          <= collar1;
      kill_q             <= kill;
      closed_q           <= closed;
      orders_full_q      <= orders_full;
      slot_used_q        <= slot_used;
      rate_from_q        <= rate_from;
      duplicate_window_q <= duplicate_window;
      gross_over_q       <= gross_over;
      headroom_q         <= headroom;
      sent_q             <= send;
    end
    if (rst_i) decided_q <= 1'b0;
  end

  risk_checks u_checks (
      .valid_i            (decided_q),
      .cancel_i           (intent_q.cancel),
      .lead_i             (lead_q),
      .side_i             (intent_q.side),
      .price_i            (intent_q.price),
      .quantity_i         (intent_q.quantity),
      .stamp_i            (intent_q.booked.msg.origin.stamp),
      .bbo0_i             (bbo0_q),
      .bbo1_i             (bbo1_q),
      .limits0_i          (limits0_q),
      .limits1_i          (limits1_q),
      .account0_i         (account0_q),
      .account1_i         (account1_q),
      .tradable_i         (tradable_q),
      .collar_reference0_i(collar0_q),
      .collar_reference1_i(collar1_q),
      .kill_i             (kill_q),
      .closed_i           (closed_q),
      .orders_full_i      (orders_full_q),
      .slot_used_i        (slot_used_q),
      .rate_from_i        (rate_from_q),
      .duplicate_window_i (duplicate_window_q),
      .gross_over_i       (gross_over_q),
      .headroom_i         (headroom_q),
      .pass_o             (explained),
      .mask_o             (mask),
      .notional_o         (unused_notional)
  );

  always_comb begin
    found = finding_q;
    if (is_book_q) found.check_mask = {19'd0, mask};
  end

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (!rst_i && decided_q && intent_q.intent && sent_q != explained) $fatal(1, "decide_stage: the verdict and its explanation differ");
    if (!rst_i && commit && is_book && !veto_i && likely_i != booked_i.bbo_after) $fatal(1, "decide_stage: no veto, and another book");
  end
`endif

  decide_events u_events (
      .clk_i            (clk_i),
      .rst_i            (rst_i),
      .load_i           (decided_q),
      .emit_i           (emit_q),
      .intent_i         (intent_q),
      .finding_i        (found),
      .bad_command_i    (bad_command_q),
      .finish_i         (late_done),
      .finished_i       (late_finding),
      .unknown_i        (late_unknown),
      .overfill_i       (late_overfill),
      .saturated_i      (late_saturated),
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
