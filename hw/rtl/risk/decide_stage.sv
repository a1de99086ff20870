`include "risk/risk_types.svh"
`default_nettype none

/// Strategy and risk: booked messages in, orders out in the same cycle, what they say and events behind (SEM 2.7 to 2.9, 4, 5, 7).
///
/// Why: whether an order leaves is known in D1, so every order of a class of messages takes the same time. Everything else
/// waits: what does not depend on the book's answer is made in B (strategy_ahead, risk_quote, risk_wish), what the order says and
/// what it leaves behind in D2 (risk_verdict, risk_state), and why one did not leave in D3 (decide_explain).
/// Safety: an order leaves when, and only when, no check failed on the state that all older messages and commands left
/// behind; the next operation's B is D2 at the earliest, and what D2 writes is forwarded to it. After KILL nothing but cancels
/// leaves.
/// Ordering: one operation in D1 at a time. Operations with a book or records are at least two cycles apart, so that a
/// read in b - 1 meets at most one commit, which is forwarded; a STATE operation may be one cycle from its neighbours.
/// With en_i low nothing moves and nothing commits; hold_o asks for that, from registers only.
/// Timing: b - 1 next_symbol_i, reads; b outlook_i; D1 = b + 1 booked_i, order_valid_o; D2 order_o; event_valid_o from D1 + 4.
/// With en_i low, what is in D2 and behind goes on. Commands: hold_o is
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
    output logic                order_cancel_o,  // with it: it is a cancel
    output tp_order_t           order_o,         // in the cycle after order_valid_o
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
  logic explained;   // nothing is on its way to an event
  logic commit;      // the operation in D1 takes effect
  logic is_book;

  assign ready_o = strategy_ready && risk_ready;
  assign hold_o  = !risk_ready || command_busy || events_full || !room_q;
  assign idle_o  = risk_ready && !b_valid_q && !booked_valid_i && !command_busy && explained;
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
  logic [4:0]            b_fires;
  logic [5*NEXT_W-1:0]   b_fired;
  tp_bbo_t               b_lag_bbo;
  tp_account_t           b_account0;
  tp_account_t           b_account1;
  tp_limits_t            b_limits0;
  tp_limits_t            b_limits1;
  logic [32:0]           b_last_trade0;
  logic [32:0]           b_last_trade1;
  logic [31:0]           b_duplicate_window;
  logic                  bank;
  logic                  armed;
  logic                  enabled;
  logic                  feed_stale;
  tp_bbo_t               lag_read;  // as lag_bbo, unless the symbol is the message's
  logic                  lag_crossed;
  logic                  lag_sticky;
  logic [TP_SYM_W-1:0]   lag_symbol;
  logic                  lag_is_own;
  tp_bbo_t               lag_bbo;
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
  logic                  done;
  tp_finding_t           done_finding;
  logic                  done_unknown;
  logic                  done_overfill;
  logic                  done_saturated;

  // ---- D1: the verdict -------------------------------------------------------------------------------------------------
  logic [3:0]            picked;    // which case of the outlook it is, one hot
  logic                  evaluate;
  logic                  cancel;
  logic [7:0]            wish;
  logic                  intent;    // there is one, should it count
  logic                  counts;    // an order may leave, unless it is vetoed
  logic                  pass;      // it counts, and passes
  logic                  send;

  assign picked        = {pick_i[TP_PICK_SUM], pick_i[TP_PICK_SECOND], pick_i[TP_PICK_FRESH], pick_i == '0};
  assign counts        = commit && evaluate;
  assign send          = pass;
  assign order_valid_o = send;
  assign order_cancel_o = cancel;
  assign armed_o       = armed && enabled && !kill;

  // ---- D2: what left -----------------------------------------------------------------------------------------------------
  tp_booked_t            d2_booked_q;
  logic                  d2_fire_q;
  logic                  d2_send_q;
  logic                  d2_cancel;
  logic                  d2_lead;
  logic [2:0]            d2_rule;
  logic [4:0]            d2_rules;
  logic                  d2_side;
  logic [31:0]           d2_price;
  logic [31:0]           d2_shares;     // but of a cancel
  logic [31:0]           d2_quantity;
  logic [63:0]           d2_notional;
  logic [31:0]           d2_own;
  logic [TP_SYM_W-1:0]   d2_lag_q;
  logic [TP_SYM_W-1:0]   d2_symbol;     // the order's
  tp_account_t           d2_account0_q;
  tp_account_t           d2_account1_q;

  assign d2_quantity = d2_cancel ? '0 : d2_shares;
  assign d2_symbol = d2_lead ? d2_lag_q : d2_booked_q.msg.symbol;
  always_comb begin
    order_o          = '0;
    order_o.cancel   = d2_cancel;
    order_o.side     = d2_side;
    order_o.symbol   = d2_symbol;
    order_o.user_ref = d2_cancel ? d2_account0_q.working.user_ref : next_ref;
    order_o.quantity = d2_quantity;
    order_o.price    = d2_price;
  end

  strategy_state u_strategy_state (
      .clk_i         (clk_i),
      .rst_i         (rst_i),
      .ready_o       (strategy_ready),
      .cfg_i         (cfg_i),
      .en_i          (en_i),
      .next_symbol_i (next_symbol_i),
      .next_lag_o    (next_lag),
      .next_bank_o   (next_bank),
      .bank_o        (bank),
      .armed_o       (armed),
      .feed_stale_o  (feed_stale),
      .b_symbol_o    (b_symbol),
      .b_lag_o       (b_lag),
      .b_enabled_o   (enabled),
      .b_rules_o     (b_rules),
      .b_next_o      (b_next),
      .b_fires_o     (b_fires),
      .b_fired_o     (b_fired),
      .b_lag_bbo_o   (b_lag_bbo),
      .lag_symbol_o  (lag_symbol),
      .lag_is_own_o  (lag_is_own),
      .lag_bbo_o     (lag_bbo),
      .lag_read_o    (lag_read),
      .lag_crossed_o (lag_crossed),
      .lag_sticky_o  (lag_sticky),
      .commit_i      (commit),
      .booked_valid_i(booked_valid_i),
      .booked_i      (booked_i),
      .fired_i       (fired),
      .d2_fire_i     (d2_fire_q),
      .d2_rules_i    (d2_rules),
      .d2_symbol_i   (d2_booked_q.msg.symbol)
  );

  risk_state u_risk_state (
      .clk_i               (clk_i),
      .rst_i               (rst_i),
      .ready_o             (risk_ready),
      .cfg_i               (cfg_i),
      .en_i                (en_i),
      .bank_i              (bank),
      .next_bank_i         (next_bank),
      .next_symbol0_i      (next_symbol_i),
      .next_symbol1_i      (next_lag),
      .b_symbol0_i         (b_symbol),
      .b_symbol1_i         (b_lag),
      .b_account0_o        (b_account0),
      .b_account1_o        (b_account1),
      .b_limits0_o         (b_limits0),
      .b_limits1_o         (b_limits1),
      .b_last_trade0_o     (b_last_trade0),
      .b_last_trade1_o     (b_last_trade1),
      .lag_is_own_i        (lag_is_own),
      .lag_symbol_i        (lag_symbol),
      .booked_i            (booked_i),
      .account0_o          (account0),
      .account1_o          (account1),
      .limits0_o           (limits0),
      .limits1_o           (limits1),
      .collar0_o           (collar0),
      .collar1_o           (collar1),
      .tradable_o          (tradable),
      .kill_o              (kill),
      .closed_o            (closed),
      .orders_full_o       (orders_full),
      .slot_used_o         (slot_used),
      .rate_from_o         (rate_from),
      .b_duplicate_window_o(b_duplicate_window),
      .duplicate_window_o  (duplicate_window),
      .gross_over_o        (gross_over),
      .headroom_o          (headroom),
      .next_ref_o          (next_ref),
      .open_count_o        (open_count),
      .gross_o             (gross),
      .commit_i            (commit),
      .send_i              (d2_send_q),
      .cancel_i            (d2_cancel),
      .lead_i              (d2_lead),
      .side_i              (d2_side),
      .symbol_i            (d2_booked_q.msg.symbol),
      .lag_i               (d2_lag_q),
      .stamp_i             (d2_booked_q.msg.origin.stamp),
      .price_i             (d2_price),
      .quantity_i          (d2_shares),
      .notional_i          (d2_notional),
      .own_i               (d2_own),
      .sent0_i             (d2_account0_q),
      .sent1_i             (d2_account1_q),
      .bad_command_o       (bad_command),
      .slow_o              (slow_command),
      .command_i           (d2_booked_q.msg.command),
      .busy_o              (command_busy),
      .done_o              (done),
      .finding_o           (done_finding),
      .unknown_o           (done_unknown),
      .overfill_o          (done_overfill),
      .saturated_o         (done_saturated)
  );

  // ---- B and D1: what is wished --------------------------------------------------------------------------------------------
  logic [5*NEXT_W-1:0] fired;
  logic                outlook_side_q;
  logic [3:0]          crossed;
  logic [3:0]          moved;
  logic [3:0]          sell_away;
  logic [3:0]          buy_away;
  logic [3:0]          take_buy;
  logic [3:0]          take_sell;
  logic [3:0]          heavy_buy;
  logic [3:0]          heavy_sell;
  logic [3:0]          narrow_buy;
  logic [3:0]          narrow_sell;
  logic [3:0]          lead_buy;
  logic [3:0]          lead_sell;
  logic                may_cancel;
  logic [4:1]          may_buy;
  logic [4:1]          may_sell;
  logic                big_trade;
  logic                through;
  logic                trade_up;
  logic                trade_down;
  logic                working_side;

  always_ff @(posedge clk_i) if (en_i) outlook_side_q <= outlook_i.side;

  strategy_ahead u_ahead (
      .clk_i         (clk_i),
      .en_i          (en_i),
      .outlook_i     (outlook_i),
      .rules_i       (b_rules),
      .next_i        (b_next),
      .fires_i       (b_fires),
      .late_i        (b_fired),
      .working_i     (b_account0.working),
      .fired_o       (fired),
      .crossed_o     (crossed),
      .moved_o       (moved),
      .sell_away_o   (sell_away),
      .buy_away_o    (buy_away),
      .take_buy_o    (take_buy),
      .take_sell_o   (take_sell),
      .heavy_buy_o   (heavy_buy),
      .heavy_sell_o  (heavy_sell),
      .narrow_buy_o  (narrow_buy),
      .narrow_sell_o (narrow_sell),
      .lead_buy_o    (lead_buy),
      .lead_sell_o   (lead_sell),
      .may_cancel_o  (may_cancel),
      .may_buy_o     (may_buy),
      .may_sell_o    (may_sell),
      .large_o       (big_trade),
      .through_o     (through),
      .trade_up_o    (trade_up),
      .trade_down_o  (trade_down),
      .working_side_o(working_side)
  );

  strategy_decide u_strategy (
      .booked_i        (booked_i),
      .likely_i        (likely_i),
      .picked_i        (picked),
      .side_i          (outlook_side_q),
      .is_book_i       (is_book),
      .armed_i         (armed),
      .feed_stale_i    (feed_stale),
      .lag_is_own_i    (lag_is_own),
      .lag_bbo_i       (lag_read),
      .lag_crossed_i   (lag_crossed),
      .lag_sticky_i    (lag_sticky),
      .crossed_i       (crossed),
      .moved_i         (moved),
      .sell_away_i     (sell_away),
      .buy_away_i      (buy_away),
      .take_buy_i      (take_buy),
      .take_sell_i     (take_sell),
      .heavy_buy_i     (heavy_buy),
      .heavy_sell_i    (heavy_sell),
      .narrow_buy_i    (narrow_buy),
      .narrow_sell_i   (narrow_sell),
      .lead_buy_i      (lead_buy),
      .lead_sell_i     (lead_sell),
      .may_cancel_i    (may_cancel),
      .may_buy_i       (may_buy),
      .may_sell_i      (may_sell),
      .large_i         (big_trade),
      .through_counts_i(through),
      .trade_up_i      (trade_up),
      .trade_down_i    (trade_down),
      .working_side_i  (working_side),
      .evaluate_o      (evaluate),
      .cancel_o        (cancel),
      .wish_o          (wish)
  );

  risk_verdict u_verdict (
      .clk_i               (clk_i),
      .en_i                (en_i),
      .b_outlook_i         (outlook_i),
      .b_lag_bbo_i         (b_lag_bbo),
      .b_rules_i           (b_rules),
      .b_limits0_i         (b_limits0),
      .b_limits1_i         (b_limits1),
      .b_account0_i        (b_account0),
      .b_account1_i        (b_account1),
      .b_last_trade0_i     (b_last_trade0),
      .b_last_trade1_i     (b_last_trade1),
      .b_duplicate_window_i(b_duplicate_window),
      .counts_i            (counts),
      .veto_i              (veto_i),
      .cancel_i            (cancel),
      .wish_i              (wish),
      .picked_i            (picked),
      .stamp_i             (booked_i.msg.origin.stamp),
      .max_notional0_i     (limits0.max_notional),
      .max_notional1_i     (limits1.max_notional),
      .working_i           (account0.working),
      .tradable_i          (tradable),
      .trade_i             (booked_i.trade),
      .lag_is_own_i        (lag_is_own),
      .kill_i              (kill),
      .closed_i            (closed),
      .orders_full_i       (orders_full),
      .slot_used_i         (slot_used),
      .rate_from_i         (rate_from),
      .gross_over_i        (gross_over),
      .headroom_i          (headroom),
      .fire_o              (intent),
      .pass_o              (pass),
      .d2_cancel_o         (d2_cancel),
      .d2_lead_o           (d2_lead),
      .d2_rule_o           (d2_rule),
      .d2_rules_o          (d2_rules),
      .d2_side_o           (d2_side),
      .d2_price_o          (d2_price),
      .d2_shares_o         (d2_shares),
      .d2_notional_o       (d2_notional),
      .d2_own_o            (d2_own)
  );

  // ---- D2: what left, and why ------------------------------------------------------------------------------------------------
  always_ff @(posedge clk_i) begin
    d2_fire_q <= counts && !veto_i && intent;
    d2_send_q <= send;
    if (commit) begin
      d2_booked_q   <= booked_i;
      d2_lag_q      <= lag_symbol;
      d2_account0_q <= account0;
      d2_account1_q <= account1;
    end
    if (rst_i) begin
      d2_fire_q <= 1'b0;
      d2_send_q <= 1'b0;
    end
  end

  decide_explain u_explain (
      .clk_i             (clk_i),
      .rst_i             (rst_i),
      .commit_i          (commit),
      .cycle_i           (cycle_i),
      .is_book_i         (is_book),
      .book_events_i     (book_events_q),
      .feed_stale_i      (feed_stale),
      .slow_command_i    (slow_command),
      .bad_command_i     (bad_command),
      .lag_bbo_i         (lag_bbo),
      .limits0_i         (limits0),
      .limits1_i         (limits1),
      .collar0_i         (collar0),
      .collar1_i         (collar1),
      .tradable_i        (tradable),
      .kill_i            (kill),
      .closed_i          (closed),
      .orders_full_i     (orders_full),
      .slot_used_i       (slot_used),
      .rate_from_i       (rate_from),
      .duplicate_window_i(duplicate_window),
      .gross_over_i      (gross_over),
      .headroom_i        (headroom),
      .gross_i           (gross),
      .open_count_i      (open_count),
      .next_ref_i        (next_ref),
      .d2_fire_i         (d2_fire_q),
      .d2_send_i         (d2_send_q),
      .d2_booked_i       (d2_booked_q),
      .d2_account0_i     (d2_account0_q),
      .d2_account1_i     (d2_account1_q),
      .d2_cancel_i       (d2_cancel),
      .d2_lead_i         (d2_lead),
      .d2_rule_i         (d2_rule),
      .d2_side_i         (d2_side),
      .d2_symbol_i       (d2_symbol),
      .d2_price_i        (d2_price),
      .d2_quantity_i     (d2_quantity),
      .d2_notional_i     (d2_notional),
      .done_i            (done),
      .done_finding_i    (done_finding),
      .done_unknown_i    (done_unknown),
      .done_overfill_i   (done_overfill),
      .done_saturated_i  (done_saturated),
      .nearly_full_o     (events_full),
      .event_valid_o     (event_valid_o),
      .event_ready_i     (event_ready_i),
      .event_o           (event_o),
      .event_order_o     (event_order_o),
      .event_last_byte_o (event_last_byte_o),
      .cnt_o             (cnt_o),
      .idle_o            (explained)
  );

`ifndef SYNTHESIS
  logic [31:0] trade_price_q;
  logic [31:0] trade_quantity_q;
  always @(posedge clk_i) begin
    if (en_i) {trade_price_q, trade_quantity_q} <= {outlook_i.trade_price, outlook_i.trade_quantity};
    if (!rst_i && commit && is_book && !veto_i && likely_i != booked_i.bbo_after) $fatal(1, "decide_stage: no veto, and another book");
    if (!rst_i && commit && is_book && lag_is_own && {account0, limits0, collar0} != {account1, limits1, collar1})
      $fatal(1, "decide_stage: two answers about one symbol");
    if (!rst_i && commit && booked_i.trade && {trade_price_q, trade_quantity_q} != {booked_i.trade_price, booked_i.trade_quantity})
      $fatal(1, "decide_stage: a trade other than foreseen");
  end
`endif

endmodule
`default_nettype wire
