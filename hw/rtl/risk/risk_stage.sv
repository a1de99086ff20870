`include "risk/risk_types.svh"
`default_nettype none

/// Risk: checks every intent, keeps all that the checks read, executes host commands, and says everything in events
/// (SEM 2.6 to 2.9, 4.3, 5, 7).
///
/// Why: it is the only way to an order. An order leaves when, and only when, no check failed on the state that all
/// older messages and commands left behind.
/// Safety: after KILL nothing but cancels leaves. The state of an order is committed in the cycle its event is handed
/// out, so state and events never disagree.
/// Ordering: one message at a time, held at the input until all its effects are written; the working order that
/// strategy reads is therefore complete once the input has moved on (a read in the cycle of acceptance is still old).
/// Events come in message order, BOOK before ORDER, REJECT or CANCEL; an order is handed out together with its event.
/// Timing: a message without intent 1 cycle, an intent 3, FILL and DONE 5, POSITION 4; the output is registered.
/// ready_o rises 4,096 cycles after reset, when the memories are clear.
module risk_stage (
    input  wire logic           clk_i,
    input  wire logic           rst_i,
    output logic                ready_o,
    input  wire logic [TP_CYC_W-1:0] cycle_i,
    input  wire tp_cfg_t        cfg_i,
    input  wire tp_intent_t     intent_i,
    input  wire logic           intent_valid_i,
    output logic                intent_ready_o,
    input  wire logic           working_re_i,      // read port of the working orders; answers in the next cycle
    input  wire logic [TP_SYM_W-1:0] working_symbol_i,
    output tp_working_t         working_o,
    output logic                out_valid_o,
    input  wire logic           out_ready_i,
    output logic                out_has_order_o,   // out_order_o goes on the wire
    output tp_order_t           out_order_o,
    output tp_event_t           out_event_o,
    output logic [TP_CYC_W-1:0] out_last_byte_o,   // cycle of the message's last byte
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o,  // one-cycle pulses by counter number
    output logic                idle_o
);

  localparam int GLOBAL_WORDS = 7;  // of tp_global_limits_t

  localparam logic [2:0] S_CLEAR    = 3'd0;
  localparam logic [2:0] S_ACCEPT   = 3'd1;  // look at the input; finish it at once or read
  localparam logic [2:0] S_CHECK    = 3'd2;  // intent: records arrive, checks
  localparam logic [2:0] S_COMMIT   = 3'd3;  // intent: mask known, send or reject
  localparam logic [2:0] S_SLOT     = 3'd4;  // ACK, FILL, DONE: open order arrives
  localparam logic [2:0] S_UPDATE   = 3'd5;  // FILL, DONE, POSITION: account arrives
  localparam logic [2:0] S_EXPOSURE = 3'd6;
  localparam logic [2:0] S_APPLY    = 3'd7;

  logic [2:0]                 state_q;
  logic [TP_OPEN_SLOTS_W-1:0] clear_q;

  // ---- state of SEM 2 and 5 ----------------------------------------------------------------------------------------
  logic                       bank_q;
  logic                       book_events_q;
  logic [31:0]                next_ref_q;
  logic [12:0]                open_count_q;
  logic [TP_GROSS_W-1:0]      gross_q;
  logic [TP_TAT_W-1:0]        tat_q;
  logic [32*GLOBAL_WORDS-1:0] global0_q;
  logic [32*GLOBAL_WORDS-1:0] global1_q;
  tp_global_limits_t          active;

  // ---- the input, taken apart --------------------------------------------------------------------------------------
  logic [3:0]          op;
  logic [TP_SYM_W-1:0] msg_symbol;
  logic [7:0]          command;
  logic [15:0]         target;
  logic [31:0]         cmd_ref;
  logic [31:0]         cmd_quantity;
  logic [31:0]         cmd_price;
  logic                is_book;
  logic                needs_slot;
  logic                bad_command;
  logic                out_free;

  assign op           = intent_i.booked.msg.op;
  assign msg_symbol   = intent_i.booked.msg.symbol;
  assign command      = intent_i.booked.msg.command[127:120];
  assign target       = intent_i.booked.msg.command[111:96];
  assign cmd_ref      = intent_i.booked.msg.command[95:64];
  assign cmd_quantity = intent_i.booked.msg.command[63:32];
  assign cmd_price    = intent_i.booked.msg.command[31:0];
  assign is_book      = op >= TP_OP_ADD && op <= TP_OP_TRADE;
  assign needs_slot   = command == twinpath_regs_pkg::CMD_ACK || command == twinpath_regs_pkg::CMD_FILL ||
      command == twinpath_regs_pkg::CMD_DONE;
  assign bad_command  = command == 8'd0 || command > twinpath_regs_pkg::CMD_RESUME ||
      (command == twinpath_regs_pkg::CMD_TRUST && target >= 16'(TP_SYMBOLS) && target != 16'hFFFF) ||
      (command == twinpath_regs_pkg::CMD_POSITION && target >= 16'(TP_SYMBOLS));
  assign active       = bank_q ? global1_q : global0_q;
  assign out_free     = !out_valid_o || out_ready_i;

  // ---- records -----------------------------------------------------------------------------------------------------
  logic                       clearing;
  logic                       account_re;
  logic                       account_we;
  logic [TP_SYM_W-1:0]        account_symbol;  // read and written
  tp_account_t                account;
  tp_account_t                account_d;
  logic                       slot_re;
  logic                       slot_we;
  logic [TP_OPEN_SLOTS_W-1:0] slot_index;      // read and written
  tp_open_order_t             slot;
  tp_open_order_t             slot_d;
  logic                       last_trade_we;
  logic [32:0]                last_trade;      // [32] seen
  tp_limits_t                 limits;

  assign clearing = state_q == S_CLEAR;

  risk_records u_records (
      .clk_i           (clk_i),
      .cfg_i           (cfg_i),
      .clear_i         (clearing),
      .clear_index_i   (clear_q),
      .bank_i          (bank_q),
      .account_re_i    (account_re),
      .account_we_i    (account_we),
      .symbol_i        (account_symbol),
      .account_i       (account_d),
      .account_o       (account),
      .limits_o        (limits),
      .order_re_i      (slot_re),
      .order_we_i      (slot_we),
      .order_index_i   (slot_index),
      .order_i         (slot_d),
      .order_o         (slot),
      .trade_we_i      (last_trade_we),
      .trade_symbol_i  (msg_symbol),
      .trade_price_i   (intent_i.booked.trade_price),
      .last_trade_o    (last_trade),
      .working_re_i    (working_re_i),
      .working_symbol_i(working_symbol_i),
      .working_o       (working_o)
  );

  // ---- control signals (below) -------------------------------------------------------------------------------------
  logic        accept;      // the input is finished
  logic        emit;        // an event leaves
  logic        send;        // with an order or cancel
  logic        apply;       // a command takes effect, all but ACK, FILL, DONE, POSITION
  logic        unknown;     // command names no open order

  // ---- checks ------------------------------------------------------------------------------------------------------
  logic [12:0] mask;
  logic [63:0] order_notional;
  logic [31:0] collar_reference;
  logic        own_trade;  // this message traded the order's symbol: its price is the last trade already

  assign own_trade        = intent_i.booked.trade && is_book && intent_i.symbol == msg_symbol;
  assign collar_reference = own_trade ? intent_i.booked.trade_price :
      last_trade[32] ? last_trade[31:0] : limits.reference_price;

  logic        kill;
  logic        closed;
  logic        tradable;

  risk_session u_session (
      .clk_i         (clk_i),
      .rst_i         (rst_i),
      .cfg_i         (cfg_i),
      .state_i       (accept && op == TP_OP_STATE),
      .reason_i      (intent_i.booked.msg.reason),
      .argument_i    (intent_i.booked.msg.argument),
      .state_symbol_i(msg_symbol),
      .command_i     (apply),
      .command_op_i  (command),
      .symbol_i      (intent_i.symbol),
      .kill_o        (kill),
      .closed_o      (closed),
      .tradable_o    (tradable)
  );

  risk_checks u_checks (
      .clk_i             (clk_i),
      .start_i           (state_q == S_ACCEPT && intent_valid_i && intent_i.intent),
      .check_i           (state_q == S_CHECK),
      .intent_i          (intent_i),
      .limits_i          (limits),
      .global_i          (active),
      .account_i         (account),
      .kill_i            (kill),
      .session_closed_i  (closed),
      .tradable_i        (tradable),
      .collar_reference_i(collar_reference),
      .gross_i           (gross_q),
      .open_count_i      ({3'd0, open_count_q}),
      .slot_used_i       (slot.valid),
      .tat_i             (tat_q),
      .mask_o            (mask),
      .notional_o        (order_notional)
  );

  // ---- fills, ends of orders, positions set by the host (SEM 5.4, 5.5, 2.9) --------------------------------
  logic        is_fill;
  logic        is_set;         // POSITION
  logic        slot_hit;
  logic [31:0] released;       // shares that leave the open order
  logic [63:0] released_notional;
  logic [31:0] new_position;
  logic [63:0] new_exposure;
  logic        saturated;
  logic [TP_GROSS_W-1:0] gross_applied;

  assign is_fill       = command == twinpath_regs_pkg::CMD_FILL;
  assign is_set        = command == twinpath_regs_pkg::CMD_POSITION;
  assign slot_hit      = slot.valid && slot.user_ref == cmd_ref;
  assign gross_applied = gross_q - {16'd0, released_notional} - {16'd0, account.exposure} + {16'd0, new_exposure};

  risk_fill u_fill (
      .clk_i            (clk_i),
      .update_i         (state_q == S_UPDATE),
      .expose_i         (state_q == S_EXPOSURE),
      .fill_i           (is_fill),
      .set_i            (is_set),
      .quantity_i       (cmd_quantity),
      .price_i          (cmd_price),
      .reference_price_i(limits.reference_price),
      .account_i        (account),
      .order_i          (slot),
      .released_o       (released),
      .notional_o       (released_notional),
      .position_o       (new_position),
      .saturated_o      (saturated),
      .exposure_o       (new_exposure)
  );

  // ---- control -----------------------------------------------------------------------------------------------------
  logic [2:0]  state_d;
  tp_finding_t finding;
  tp_event_t   event_d;
  logic [TP_TAT_W-1:0] tat_base;

  always_comb begin
    state_d        = state_q;
    accept         = 1'b0;
    emit           = 1'b0;
    send           = 1'b0;
    apply          = 1'b0;
    unknown        = 1'b0;
    account_re     = 1'b0;
    account_we     = 1'b0;
    account_symbol = intent_i.symbol;
    slot_re        = 1'b0;
    slot_we        = 1'b0;
    slot_index     = next_ref_q[TP_OPEN_SLOTS_W-1:0];
    last_trade_we  = 1'b0;
    case (state_q)
      S_CLEAR: if (clear_q == '1) state_d = S_ACCEPT;
      S_ACCEPT: begin
        if (intent_valid_i && op == TP_OP_COMMAND) begin
          account_symbol = target[TP_SYM_W-1:0];
          slot_index     = cmd_ref[TP_OPEN_SLOTS_W-1:0];
          if (needs_slot) begin
            slot_re = 1'b1;
            state_d = S_SLOT;
          end else if (is_set && !bad_command) begin
            account_re = 1'b1;
            state_d    = S_UPDATE;
          end else if (out_free) begin
            emit   = 1'b1;
            apply  = !bad_command;
            accept = 1'b1;
          end
        end else if (intent_valid_i && op == TP_OP_STATE) begin
          emit   = out_free;
          accept = out_free;
        end else if (intent_valid_i && is_book) begin
          if (out_free || !(intent_i.book_changed && book_events_q)) begin
            emit          = intent_i.book_changed && book_events_q;
            last_trade_we = intent_i.booked.trade;
            account_re    = intent_i.intent;
            slot_re       = intent_i.intent;
            accept        = !intent_i.intent;
            if (intent_i.intent) state_d = S_CHECK;
          end
        end else begin
          accept = intent_valid_i;  // no other op exists
        end
      end
      S_CHECK: state_d = S_COMMIT;
      S_COMMIT: begin
        if (out_free) begin
          emit       = 1'b1;
          send       = mask == '0;
          account_we = send;
          slot_we    = send && !intent_i.cancel;
          accept     = 1'b1;
          state_d    = S_ACCEPT;
        end
      end
      S_SLOT: begin
        account_symbol = slot.symbol;
        slot_index     = cmd_ref[TP_OPEN_SLOTS_W-1:0];
        if (slot_hit && command != twinpath_regs_pkg::CMD_ACK) begin
          account_re = 1'b1;
          state_d    = S_UPDATE;
        end else if (out_free) begin
          emit    = 1'b1;
          unknown = !slot_hit;
          slot_we = slot_hit;
          accept  = 1'b1;
          state_d = S_ACCEPT;
        end
      end
      S_UPDATE: state_d = S_EXPOSURE;
      S_EXPOSURE: state_d = S_APPLY;
      S_APPLY: begin
        account_symbol = is_set ? target[TP_SYM_W-1:0] : slot.symbol;
        slot_index     = cmd_ref[TP_OPEN_SLOTS_W-1:0];
        if (out_free) begin
          emit       = 1'b1;
          account_we = 1'b1;
          slot_we    = !is_set;
          accept     = 1'b1;
          state_d    = S_ACCEPT;
        end
      end
      default: state_d = S_CLEAR;
    endcase
  end

  risk_update u_update (
      .sent_i          (send && !intent_i.cancel),
      .cancel_sent_i   (send && intent_i.cancel),
      .acked_i         (state_q == S_SLOT && slot_we),
      .applied_i       (state_q == S_APPLY && account_we),
      .keeps_order_i   (is_set),
      .intent_i        (intent_i),
      .user_ref_i      (next_ref_q),
      .released_i      (released),
      .position_i      (new_position),
      .exposure_i      (new_exposure),
      .account_i       (account),
      .order_i         (slot),
      .account_o       (account_d),
      .order_o         (slot_d)
  );

  // What the event says.
  logic [7:0] reason;

  always_comb begin
    reason = '0;
    for (int n = 12; n >= 0; n = n - 1) begin
      if (mask[n]) reason = 8'(n + 1);
    end
  end

  always_comb begin
    finding = '0;
    if (emit) begin
      if (state_q == S_COMMIT) begin
        finding.kind             = mask != '0 ? TP_EVENT_REJECT : intent_i.cancel ? TP_EVENT_CANCEL : TP_EVENT_ORDER;
        finding.reason           = reason;
        finding.user_ref         = intent_i.cancel ? account.working.user_ref : mask != '0 ? '0 : next_ref_q;
        finding.check_mask       = {19'd0, mask};
        finding.position         = account.position;
        finding.open_buy         = account.open_buy;
        finding.open_sell        = account.open_sell;
        finding.collar_reference = collar_reference;
        finding.gross            = gross_q;
        finding.open_count       = {3'd0, open_count_q};
      end else if (is_book) begin
        finding.kind = TP_EVENT_BOOK;
      end else if (op == TP_OP_STATE) begin
        finding.kind   = TP_EVENT_STATE;
        finding.reason = intent_i.booked.msg.reason;
      end else begin
        finding.kind   = TP_EVENT_COMMAND;
        finding.reason = command;
        if (state_q == S_APPLY) begin
          finding.position   = new_position;
          finding.open_buy   = account_d.open_buy;
          finding.open_sell  = account_d.open_sell;
          finding.gross      = gross_applied;
          finding.open_count = {3'd0, open_count_q} - {15'd0, !slot_d.valid && !is_set};
        end
      end
    end
  end

  risk_event u_event (
      .en_i     (emit),
      .cycle_i  (cycle_i),
      .intent_i (intent_i),
      .finding_i(finding),
      .event_o  (event_d)
  );

  assign tat_base = tat_q > {2'd0, intent_i.booked.msg.origin.stamp} ? tat_q : {2'd0, intent_i.booked.msg.origin.stamp};

  assign intent_ready_o = accept;
  assign ready_o        = !clearing;
  assign idle_o         = state_q == S_ACCEPT && !intent_valid_i && !out_valid_o;

  always_ff @(posedge clk_i) begin
    cnt_o   <= '0;
    state_q <= state_d;
    if (clearing) clear_q <= clear_q + 1'b1;

    if (out_ready_i) out_valid_o <= 1'b0;
    if (emit) begin
      out_valid_o          <= 1'b1;
      out_has_order_o      <= send;
      out_event_o          <= event_d;
      out_last_byte_o      <= intent_i.booked.msg.stamps.last_byte;
      out_order_o.cancel   <= intent_i.cancel;
      out_order_o.side     <= intent_i.side;
      out_order_o.symbol   <= intent_i.symbol;
      out_order_o.user_ref <= finding.user_ref;
      out_order_o.quantity <= intent_i.quantity;
      out_order_o.price    <= intent_i.price;
    end

    if (accept && op == TP_OP_COMMAND) begin
      cnt_o[twinpath_regs_pkg::CNT_COMMANDS]           <= 1'b1;
      cnt_o[twinpath_regs_pkg::CNT_BAD_COMMAND]        <= bad_command;
      cnt_o[twinpath_regs_pkg::CNT_UNKNOWN_ORDER]      <= unknown;
      cnt_o[twinpath_regs_pkg::CNT_OVERFILL]           <= state_q == S_APPLY && is_fill && cmd_quantity > slot.leaves;
      cnt_o[twinpath_regs_pkg::CNT_POSITION_SATURATED] <= state_q == S_APPLY && saturated;
    end
    if (apply && command == twinpath_regs_pkg::CMD_SWAP) bank_q <= !bank_q;

    if (emit && state_q == S_APPLY) begin
      gross_q <= gross_applied;
      if (!is_set && !slot_d.valid) open_count_q <= open_count_q - 1'b1;
    end

    if (emit && state_q == S_COMMIT) begin
      if (mask != '0) begin
        cnt_o[twinpath_regs_pkg::CNT_REJECT_KILL-1+32'(reason)] <= 1'b1;
      end else if (intent_i.cancel) begin
        cnt_o[twinpath_regs_pkg::CNT_CANCELS] <= 1'b1;
      end else begin
        cnt_o[twinpath_regs_pkg::CNT_ORDERS] <= 1'b1;
        next_ref_q   <= next_ref_q + 1'b1;
        open_count_q <= open_count_q + 1'b1;
        gross_q      <= gross_q + {16'd0, order_notional};
      end
    end
    if (send) tat_q <= tat_base + {18'd0, active.rate_interval};

    // Configuration: the global limits, and the initial state.
    if (cfg_i.valid && cfg_i.table_id == TP_CFG_GLOBAL && cfg_i.word < 5'(GLOBAL_WORDS)) begin
      if (cfg_i.index == 16'd0) global0_q[{cfg_i.word[2:0], 5'd0}+:32] <= cfg_i.data;
      if (cfg_i.index == 16'd1) global1_q[{cfg_i.word[2:0], 5'd0}+:32] <= cfg_i.data;
    end
    if (cfg_i.valid && cfg_i.table_id == TP_CFG_CONTROL) begin
      if (cfg_i.word == 5'd0) book_events_q <= cfg_i.data[2];
      if (cfg_i.word == 5'd1) next_ref_q <= cfg_i.data;
    end

    if (rst_i) begin
      state_q       <= S_CLEAR;
      clear_q       <= '0;
      out_valid_o   <= 1'b0;
      cnt_o         <= '0;
      bank_q        <= 1'b0;
      book_events_q <= 1'b0;
      next_ref_q    <= '0;
      open_count_q  <= '0;
      gross_q       <= '0;
      tat_q         <= '0;
      global0_q     <= '0;
      global1_q     <= '0;
    end
  end

endmodule
`default_nettype wire
