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

  // ---- clearing, holding -------------------------------------------------------------------------------------------
  logic                       clearing_q;
  logic [TP_OPEN_SLOTS_W-1:0] clear_q;
  logic                       room_q;
  logic                       b_valid_q;
  logic                       book_events_q;
  logic                       state_ready;
  logic                       command_busy;
  logic                       events_full;
  logic                       events_idle;

  assign ready_o = !clearing_q && state_ready;
  assign hold_o  = clearing_q || command_busy || events_full || !room_q;
  assign idle_o  = !clearing_q && !b_valid_q && !booked_valid_i && !command_busy && events_idle;

  always_ff @(posedge clk_i) begin
    room_q <= order_room_i;
    if (en_i) b_valid_q <= next_valid_i;
    if (clearing_q) begin
      clear_q    <= clear_q + 1'b1;
      clearing_q <= clear_q != '1;
    end
    if (cfg_i.valid && cfg_i.table_id == TP_CFG_CONTROL && cfg_i.word == 5'd0) book_events_q <= cfg_i.data[2];
    if (rst_i) begin
      room_q        <= 1'b0;
      b_valid_q     <= 1'b0;
      clearing_q    <= 1'b1;
      clear_q       <= '0;
      book_events_q <= 1'b0;
    end
  end

  // ---- the operation in D1 -----------------------------------------------------------------------------------------
  logic        commit;
  logic        is_book;
  logic        is_command;
  logic        bad_command;
  logic        slow_command;
  logic [7:0]  command;
  logic [15:0] target;
  logic [TP_TIME_W-1:0] stamp;

  assign commit      = booked_valid_i && en_i;
  assign is_book     = booked_i.msg.op >= TP_OP_ADD && booked_i.msg.op <= TP_OP_TRADE;
  assign is_command  = booked_i.msg.op == TP_OP_COMMAND;
  assign stamp       = booked_i.msg.origin.stamp;
  assign command     = booked_i.msg.command[127:120];
  assign target      = booked_i.msg.command[111:96];
  assign bad_command = command == 8'd0 || command > twinpath_regs_pkg::CMD_RESUME ||
      (command == twinpath_regs_pkg::CMD_TRUST && target >= 16'(TP_SYMBOLS) && target != 16'hFFFF) ||
      (command == twinpath_regs_pkg::CMD_POSITION && target >= 16'(TP_SYMBOLS));
  assign slow_command = is_command && !bad_command &&
      (command == twinpath_regs_pkg::CMD_ACK || command == twinpath_regs_pkg::CMD_FILL ||
       command == twinpath_regs_pkg::CMD_DONE || command == twinpath_regs_pkg::CMD_POSITION);

  // ---- what the rules read -----------------------------------------------------------------------------------------
  logic [TP_SYM_W-1:0] b_symbol;
  logic [TP_SYM_W-1:0] b_lag;
  logic                bank;
  logic                armed;
  logic                feed_stale;
  tp_rules_t           rules;
  logic [5*NEXT_W-1:0] next_data;
  logic [5*NEXT_W-1:0] next_d;
  logic [TP_SYM_W-1:0] lag_symbol;
  logic                lag_is_own;
  tp_bbo_t             lag_bbo;
  logic                lag_sticky;
  logic                fire;

  strategy_state u_state (
      .clk_i        (clk_i),
      .rst_i        (rst_i),
      .ready_o      (state_ready),
      .cfg_i        (cfg_i),
      .en_i         (en_i),
      .next_symbol_i(next_symbol_i),
      .symbol_o     (b_symbol),
      .lag_o        (b_lag),
      .bank_o       (bank),
      .armed_o      (armed),
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

  // ---- what the checks read ----------------------------------------------------------------------------------------
  tp_account_t           account0;
  tp_account_t           account1;
  tp_account_t           account_d;
  tp_limits_t            limits0;
  tp_limits_t            limits1;
  logic [32:0]           last_trade0;
  logic [32:0]           last_trade1;
  logic [31:0]           collar0;
  logic [31:0]           collar1;
  tp_open_order_t        slot;
  tp_open_order_t        slot_d;
  logic                  slot_used;
  logic [31:0]           next_ref;
  logic [12:0]           open_count;
  logic [TP_GROSS_W-1:0] gross;
  logic [31:0]           duplicate_window;
  logic                  orders_full;
  logic [TP_TAT_W-1:0]   rate_from;
  logic                  gross_over;
  logic [63:0]           headroom;
  logic                  kill;
  logic                  closed;
  logic [1:0]            tradable;

  // ---- rules -------------------------------------------------------------------------------------------------------
  logic        trusted;
  logic        book_changed;
  logic        cancel;
  logic        lead;
  logic [2:0]  rule;
  logic        side;
  logic [31:0] price;
  logic [31:0] quantity;
  logic [TP_SYM_W-1:0] symbol;  // the order's

  assign symbol = lead ? lag_symbol : booked_i.msg.symbol;

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

  // ---- verdict -----------------------------------------------------------------------------------------------------
  logic        pass;
  logic [12:0] mask;
  logic [63:0] notional;
  logic        send;
  logic        send_enter;
  logic        send_cancel;

  // A trade of the order's symbol by this very message is its last trade already.
  assign collar0 = booked_i.trade ? booked_i.trade_price : last_trade0[32] ? last_trade0[31:0] : limits0.reference_price;
  assign collar1 = booked_i.trade && lag_is_own ? booked_i.trade_price :
      last_trade1[32] ? last_trade1[31:0] : limits1.reference_price;

  risk_checks u_checks (
      .valid_i            (booked_valid_i),
      .cancel_i           (cancel),
      .lead_i             (lead),
      .side_i             (side),
      .price_i            (price),
      .quantity_i         (quantity),
      .stamp_i            (stamp),
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

  assign send          = commit && fire && pass;
  assign send_enter    = send && !cancel;
  assign send_cancel   = send && cancel;
  assign order_valid_o = send;

  always_comb begin
    order_o          = '0;
    order_o.cancel   = cancel;
    order_o.side     = side;
    order_o.symbol   = symbol;
    order_o.user_ref = cancel ? account0.working.user_ref : next_ref;
    order_o.quantity = quantity;
    order_o.price    = price;
  end

  // ---- commands that take longer than D1 ---------------------------------------------------------------------------
  logic [127:0]          late_command;
  logic                  late_re;
  logic [TP_SYM_W-1:0]   late_symbol;
  logic                  late_done;
  logic                  late_acked;
  logic                  late_applied;
  logic                  late_keeps;
  logic                  late_unknown;
  logic                  late_overfill;
  logic                  late_saturated;
  logic                  late_freed;
  logic [31:0]           released;
  logic [31:0]           position;
  logic [63:0]           exposure;
  logic [TP_GROSS_W-1:0] gross_d;

  assign late_freed = late_applied && !late_keeps && !slot_d.valid;

  risk_command u_command (
      .clk_i        (clk_i),
      .rst_i        (rst_i),
      .start_i      (commit && slow_command),
      .command_i    (late_command),
      .order_i      (slot),
      .account_i    (account0),
      .limits_i     (limits0),
      .gross_i      (gross),
      .busy_o       (command_busy),
      .account_re_o (late_re),
      .symbol_o     (late_symbol),
      .done_o       (late_done),
      .acked_o      (late_acked),
      .applied_o    (late_applied),
      .keeps_order_o(late_keeps),
      .unknown_o    (late_unknown),
      .overfill_o   (late_overfill),
      .saturated_o  (late_saturated),
      .released_o   (released),
      .position_o   (position),
      .exposure_o   (exposure),
      .gross_o      (gross_d)
  );

  // ---- state, written at the end of D1 or of a command -------------------------------------------------------------
  risk_update u_update (
      .acked_i      (late_acked),
      .applied_i    (late_applied),
      .keeps_order_i(late_keeps),
      .cancel_i     (cancel),
      .side_i       (side),
      .symbol_i     (symbol),
      .price_i      (price),
      .quantity_i   (quantity),
      .stamp_i      (stamp),
      .user_ref_i   (next_ref),
      .released_i   (released),
      .position_i   (position),
      .exposure_i   (exposure),
      .account_i    (lead && !command_busy ? account1 : account0),
      .order_i      (slot),
      .account_o    (account_d),
      .order_o      (slot_d)
  );

  risk_records u_records (
      .clk_i           (clk_i),
      .cfg_i           (cfg_i),
      .clear_i         (clearing_q),
      .clear_index_i   (clear_q),
      .bank_i          (bank),
      .re_i            (en_i),
      .symbol0_i       (b_symbol),
      .symbol1_i       (b_lag),
      .cmd_re_i        (late_re),
      .cmd_symbol_i    (late_symbol),
      .account0_o      (account0),
      .account1_o      (account1),
      .limits0_o       (limits0),
      .limits1_o       (limits1),
      .last_trade0_o   (last_trade0),
      .last_trade1_o   (last_trade1),
      .account_we_i    (send || late_applied),
      .account_symbol_i(command_busy ? late_symbol : symbol),
      .account_i       (account_d),
      .trade_we_i      (commit && is_book && booked_i.trade),
      .trade_symbol_i  (booked_i.msg.symbol),
      .trade_price_i   (booked_i.trade_price),
      .order_re_i      (commit && is_command),
      .order_raddr_i   (booked_i.msg.command[64+:TP_OPEN_SLOTS_W]),
      .order_o         (slot),
      .order_we_i      (send_enter || late_acked || (late_applied && !late_keeps)),
      .order_waddr_i   (command_busy ? late_command[64+:TP_OPEN_SLOTS_W] : next_ref[TP_OPEN_SLOTS_W-1:0]),
      .order_i         (slot_d),
      .next_slot_i     (next_ref[TP_OPEN_SLOTS_W-1:0]),
      .next_used_o     (slot_used)
  );

  risk_limits u_limits (
      .clk_i             (clk_i),
      .rst_i             (rst_i),
      .cfg_i             (cfg_i),
      .bank_i            (bank),
      .stamp_i           (stamp),
      .enter_i           (send_enter),
      .cancel_i          (send_cancel),
      .notional_i        (notional),
      .applied_i         (late_applied),
      .freed_i           (late_freed),
      .gross_i           (gross_d),
      .next_ref_o        (next_ref),
      .open_count_o      (open_count),
      .gross_o           (gross),
      .duplicate_window_o(duplicate_window),
      .orders_full_o     (orders_full),
      .rate_from_o       (rate_from),
      .gross_over_o      (gross_over),
      .headroom_o        (headroom)
  );

  risk_session u_session (
      .clk_i         (clk_i),
      .rst_i         (rst_i),
      .cfg_i         (cfg_i),
      .state_i       (commit && booked_i.msg.op == TP_OP_STATE),
      .reason_i      (booked_i.msg.reason),
      .argument_i    (booked_i.msg.argument),
      .state_symbol_i(booked_i.msg.symbol),
      .command_i     (commit && is_command),
      .command_op_i  (command),
      .lookup_i      (en_i),
      .symbols_i     ({b_lag, b_symbol}),
      .kill_o        (kill),
      .closed_o      (closed),
      .tradable_o    (tradable)
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
      .applied_i        (late_applied),
      .unknown_i        (late_unknown),
      .overfill_i       (late_overfill),
      .saturated_i      (late_saturated),
      .position_i       (position),
      .open_buy_i       (account_d.open_buy),
      .open_sell_i      (account_d.open_sell),
      .gross_i          (gross_d),
      .open_count_i     ({3'd0, open_count} - {15'd0, late_freed}),
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
