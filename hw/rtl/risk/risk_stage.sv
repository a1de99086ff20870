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

  localparam int LIMIT_WORDS = 7;   // of tp_limits_t
  localparam int GLOBAL_WORDS = 7;  // of tp_global_limits_t
  localparam int WORKING_W = 67;    // of tp_working_t

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
  logic                       any_session_q;
  logic                       book_events_q;
  logic                       kill_q;
  logic                       market_open_q;
  logic                       feed_ended_q;
  logic                       breaker_q;
  logic [TP_SYMBOLS-1:0]      trading_q;
  logic [TP_SYMBOLS-1:0]      auction_q;
  logic [TP_SYMBOLS-1:0]      halted_q;
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

  // ---- memories ----------------------------------------------------------------------------------------------------
  logic                       clearing;
  logic                       account_re;
  logic [TP_SYM_W-1:0]        account_symbol;  // read and written
  logic                       account_we;
  logic [TP_ACCOUNT_W-1:0]    account_data;
  tp_account_t                account;
  tp_account_t                account_d;
  logic [WORKING_W-1:0]       working_data;
  logic                       slot_re;
  logic                       slot_we;
  logic [TP_OPEN_SLOTS_W-1:0] slot_index;      // read and written
  logic [TP_OPEN_ORDER_W-1:0] slot_data;
  tp_open_order_t             slot;
  tp_open_order_t             slot_d;
  logic                       last_trade_we;
  logic [32:0]                last_trade;      // [32] seen
  logic [32*LIMIT_WORDS-1:0]  limits_data;
  tp_limits_t                 limits;

  assign clearing  = state_q == S_CLEAR;
  assign account   = account_data;
  assign slot      = slot_data;
  assign limits    = limits_data;
  assign working_o = working_data;

  ram_sdp #(
      .WIDTH(TP_ACCOUNT_W),
      .DEPTH(TP_SYMBOLS)
  ) u_accounts (
      .clk_i  (clk_i),
      .we_i   (clearing || account_we),
      .waddr_i(clearing ? clear_q[TP_SYM_W-1:0] : account_symbol),
      .wdata_i(account_d),
      .re_i   (account_re),
      .raddr_i(account_symbol),
      .rdata_o(account_data)
  );

  // A second copy of the accounts' working orders, for strategy to read.
  ram_sdp #(
      .WIDTH(WORKING_W),
      .DEPTH(TP_SYMBOLS)
  ) u_working (
      .clk_i  (clk_i),
      .we_i   (clearing || account_we),
      .waddr_i(clearing ? clear_q[TP_SYM_W-1:0] : account_symbol),
      .wdata_i(account_d.working),
      .re_i   (working_re_i),
      .raddr_i(working_symbol_i),
      .rdata_o(working_data)
  );

  ram_sdp #(
      .WIDTH(TP_OPEN_ORDER_W),
      .DEPTH(2 ** TP_OPEN_SLOTS_W)
  ) u_slots (
      .clk_i  (clk_i),
      .we_i   (clearing || slot_we),
      .waddr_i(clearing ? clear_q : slot_index),
      .wdata_i(slot_d),
      .re_i   (slot_re),
      .raddr_i(slot_index),
      .rdata_o(slot_data)
  );

  ram_sdp #(
      .WIDTH(33),
      .DEPTH(TP_SYMBOLS)
  ) u_last_trade (
      .clk_i  (clk_i),
      .we_i   (clearing || last_trade_we),
      .waddr_i(clearing ? clear_q[TP_SYM_W-1:0] : msg_symbol),
      .wdata_i(clearing ? 33'd0 : {1'b1, intent_i.booked.trade_price}),
      .re_i   (account_re),
      .raddr_i(account_symbol),
      .rdata_o(last_trade)
  );

  config_table #(
      .TABLE(TP_CFG_LIMITS),
      .WORDS(LIMIT_WORDS),
      .DEPTH(2 * TP_SYMBOLS)
  ) u_limits (
      .clk_i  (clk_i),
      .cfg_i  (cfg_i),
      .re_i   (account_re),
      .raddr_i({bank_q, account_symbol}),
      .rdata_o(limits_data)
  );

  // ---- checks ------------------------------------------------------------------------------------------------------
  logic [12:0] mask;
  logic [63:0] order_notional;
  logic [31:0] collar_reference;
  logic        own_trade;  // this message traded the order's symbol: its price is the last trade already

  assign own_trade        = intent_i.booked.trade && is_book && intent_i.symbol == msg_symbol;
  assign collar_reference = own_trade ? intent_i.booked.trade_price :
      last_trade[32] ? last_trade[31:0] : limits.reference_price;

  risk_checks u_checks (
      .clk_i             (clk_i),
      .start_i           (state_q == S_ACCEPT && intent_valid_i && intent_i.intent),
      .check_i           (state_q == S_CHECK),
      .intent_i          (intent_i),
      .limits_i          (limits),
      .global_i          (active),
      .account_i         (account),
      .kill_i            (kill_q),
      .session_closed_i  (feed_ended_q || breaker_q || (!market_open_q && !any_session_q)),
      .tradable_i        (trading_q[intent_i.symbol] && !auction_q[intent_i.symbol] && !halted_q[intent_i.symbol]),
      .collar_reference_i(collar_reference),
      .gross_i           (gross_q),
      .open_count_i      ({3'd0, open_count_q}),
      .slot_used_i       (slot.valid),
      .tat_i             (tat_q),
      .mask_o            (mask),
      .notional_o        (order_notional)
  );

  // ---- fills, ends of orders, positions set by the host (SEM 5.4, 5.5, 2.9) -------------------------------------------
  logic        is_fill;
  logic        is_set;         // POSITION
  logic        slot_hit;
  logic [31:0] reduce_q;       // shares that leave the open order
  logic [63:0] released_q;     // their notional
  logic [31:0] position_q;
  logic        saturated_q;
  logic [63:0] exposure_q;
  logic [31:0] reduce;
  logic [33:0] moved;          // position after the fill, two's complement
  logic [33:0] signed_fill;
  logic [31:0] magnitude;
  logic [TP_GROSS_W-1:0] gross_applied;

  assign is_fill   = command == twinpath_regs_pkg::CMD_FILL;
  assign is_set    = command == twinpath_regs_pkg::CMD_POSITION;
  assign slot_hit  = slot.valid && slot.user_ref == cmd_ref;
  assign reduce    = is_fill && cmd_quantity < slot.leaves ? cmd_quantity : slot.leaves;
  assign signed_fill = slot.side ? -{2'd0, reduce} : {2'd0, reduce};
  assign moved     = {{2{account.position[31]}}, account.position} + signed_fill;
  assign magnitude = position_q[31] ? -position_q : position_q;
  assign gross_applied = gross_q - {16'd0, released_q} - {16'd0, account.exposure} + {16'd0, exposure_q};

  always_ff @(posedge clk_i) begin
    if (state_q == S_UPDATE) begin
      reduce_q    <= is_set ? '0 : reduce;
      released_q  <= is_set ? '0 : {32'd0, slot.price} * {32'd0, reduce};
      saturated_q <= 1'b0;
      position_q  <= is_set ? cmd_price : account.position;
      if (is_fill) begin
        position_q <= moved[31:0];
        if ($signed(moved) > 34'sh0_7FFF_FFFF) begin
          position_q  <= 32'h7FFF_FFFF;
          saturated_q <= 1'b1;
        end
        if ($signed(moved) < -34'sh0_7FFF_FFFF) begin
          position_q  <= 32'h8000_0001;
          saturated_q <= 1'b1;
        end
      end
    end
    if (state_q == S_EXPOSURE) begin
      exposure_q <= account.exposure;
      if (is_fill) exposure_q <= {32'd0, magnitude} * {32'd0, cmd_price};
      if (is_set) exposure_q <= {32'd0, magnitude} * {32'd0, limits.reference_price};
    end
  end

  // ---- control -----------------------------------------------------------------------------------------------------
  logic        accept;      // the input is finished
  logic        emit;        // an event leaves
  logic        send;        // with an order or cancel
  logic        apply;       // a command takes effect, all but ACK, FILL, DONE, POSITION
  logic        unknown;     // command names no open order
  logic [2:0]  state_d;
  tp_finding_t finding;
  tp_event_t   event_d;
  logic        step_rate;
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

  // What is written back.
  always_comb begin
    account_d = '0;
    slot_d    = '0;
    if (account_we) begin
      account_d = account;
      if (state_q == S_APPLY) begin
        account_d.position = position_q;
        account_d.exposure = exposure_q;
        if (!is_set) begin
          if (slot.side) account_d.open_sell = account.open_sell - reduce_q;
          else account_d.open_buy = account.open_buy - reduce_q;
          if (slot.leaves == reduce_q && account.working.user_ref == slot.user_ref) account_d.working.open = 1'b0;
        end
      end else if (intent_i.cancel) begin
        account_d.working.cancel_sent = 1'b1;
      end else begin
        if (intent_i.side) begin
          account_d.open_sell = account.open_sell + intent_i.quantity;
          if (account.open_sell == '0 || intent_i.price < account.own_sell) account_d.own_sell = intent_i.price;
        end else begin
          account_d.open_buy = account.open_buy + intent_i.quantity;
          if (account.open_buy == '0 || intent_i.price > account.own_buy) account_d.own_buy = intent_i.price;
        end
        account_d.last_valid          = 1'b1;
        account_d.last_side           = intent_i.side;
        account_d.last_price          = intent_i.price;
        account_d.last_quantity       = intent_i.quantity;
        account_d.last_stamp          = intent_i.booked.msg.origin.stamp;
        account_d.working.open        = 1'b1;
        account_d.working.cancel_sent = 1'b0;
        account_d.working.side        = intent_i.side;
        account_d.working.price       = intent_i.price;
        account_d.working.user_ref    = next_ref_q;
      end
    end
    if (slot_we) begin
      slot_d = slot;
      if (state_q == S_SLOT) begin
        slot_d.acked = 1'b1;
      end else if (state_q == S_APPLY) begin
        slot_d.leaves = slot.leaves - reduce_q;
        slot_d.valid  = slot.leaves != reduce_q;
      end else begin
        slot_d.valid    = 1'b1;
        slot_d.acked    = 1'b0;
        slot_d.side     = intent_i.side;
        slot_d.symbol   = intent_i.symbol;
        slot_d.price    = intent_i.price;
        slot_d.leaves   = intent_i.quantity;
        slot_d.user_ref = next_ref_q;
      end
    end
  end

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
          finding.position   = position_q;
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

  assign step_rate = send;
  assign tat_base  = tat_q > {2'd0, intent_i.booked.msg.origin.stamp} ? tat_q : {2'd0, intent_i.booked.msg.origin.stamp};

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

    // Messages that change the session or a symbol's state (SEM 2.6).
    if (accept && op == TP_OP_STATE) begin
      case (intent_i.booked.msg.reason)
        twinpath_regs_pkg::STATE_SYSTEM_EVENT: begin
          if (intent_i.booked.msg.argument == "Q") market_open_q <= 1'b1;
          if (intent_i.booked.msg.argument == "M") market_open_q <= 1'b0;
        end
        twinpath_regs_pkg::STATE_TRADING_ACTION: begin
          trading_q[msg_symbol] <= intent_i.booked.msg.argument == "T";
          auction_q[msg_symbol] <= 1'b0;
        end
        twinpath_regs_pkg::STATE_LULD_COLLAR: auction_q[msg_symbol] <= 1'b1;
        twinpath_regs_pkg::STATE_OPERATIONAL_HALT: halted_q[msg_symbol] <= intent_i.booked.msg.argument == "H";
        twinpath_regs_pkg::STATE_MWCB_STATUS: breaker_q <= 1'b1;
        twinpath_regs_pkg::STATE_END_OF_SESSION: feed_ended_q <= 1'b1;
        default: ;
      endcase
    end

    if (accept && op == TP_OP_COMMAND) begin
      cnt_o[twinpath_regs_pkg::CNT_COMMANDS]           <= 1'b1;
      cnt_o[twinpath_regs_pkg::CNT_BAD_COMMAND]        <= bad_command;
      cnt_o[twinpath_regs_pkg::CNT_UNKNOWN_ORDER]      <= unknown;
      cnt_o[twinpath_regs_pkg::CNT_OVERFILL]           <= state_q == S_APPLY && is_fill && cmd_quantity > slot.leaves;
      cnt_o[twinpath_regs_pkg::CNT_POSITION_SATURATED] <= state_q == S_APPLY && saturated_q;
    end
    if (apply) begin
      case (command)
        twinpath_regs_pkg::CMD_KILL: kill_q <= 1'b1;
        twinpath_regs_pkg::CMD_RELEASE: kill_q <= 1'b0;
        twinpath_regs_pkg::CMD_SWAP: bank_q <= !bank_q;
        twinpath_regs_pkg::CMD_RESUME: breaker_q <= 1'b0;
        default: ;  // TRUST, ARM and DISARM are for strategy
      endcase
    end

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
    if (step_rate) tat_q <= tat_base + {18'd0, active.rate_interval};

    // Configuration: the global limits, and the initial state (a write of CONTROL word 0 sets every symbol's trading state).
    if (cfg_i.valid && cfg_i.table_id == TP_CFG_GLOBAL && cfg_i.word < 5'(GLOBAL_WORDS)) begin
      if (cfg_i.index == 16'd0) global0_q[{cfg_i.word[2:0], 5'd0}+:32] <= cfg_i.data;
      if (cfg_i.index == 16'd1) global1_q[{cfg_i.word[2:0], 5'd0}+:32] <= cfg_i.data;
    end
    if (cfg_i.valid && cfg_i.table_id == TP_CFG_CONTROL) begin
      if (cfg_i.word == 5'd0) begin
        trading_q     <= {TP_SYMBOLS{cfg_i.data[0]}};
        any_session_q <= cfg_i.data[1];
        book_events_q <= cfg_i.data[2];
      end
      if (cfg_i.word == 5'd1) next_ref_q <= cfg_i.data;
    end

    if (rst_i) begin
      state_q       <= S_CLEAR;
      clear_q       <= '0;
      out_valid_o   <= 1'b0;
      cnt_o         <= '0;
      bank_q        <= 1'b0;
      any_session_q <= 1'b0;
      book_events_q <= 1'b0;
      kill_q        <= 1'b0;
      market_open_q <= 1'b0;
      feed_ended_q  <= 1'b0;
      breaker_q     <= 1'b0;
      trading_q     <= '0;
      auction_q     <= '0;
      halted_q      <= '0;
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
