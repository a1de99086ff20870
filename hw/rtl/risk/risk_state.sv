`include "risk/risk_types.svh"
`default_nettype none

/// All that risk keeps: records, limits over all symbols, session and trading states; read for the checks in D1, changed
/// at its end by state messages, in D2 by the order sent, and by host commands (SEM 2.6 to 2.9, 5.2 to 5.5).
///
/// Why: whatever a verdict reads of a symbol is there in B, for the message's symbol (0) and for its lagging symbol (1).
/// Ordering: B sees every commit, an order's in that very cycle included. While busy_o, a command works on the records and the
/// pipeline must stand still.
/// Timing: next_ in b - 1, b_ in B, others in D1; commit_i in D1; send_i and what comes with it in D2; commands as in risk_command. ready_o rises 4,096 cycles
/// after reset, when the memories are clear.
module risk_state (
    input  wire logic                clk_i,
    input  wire logic                rst_i,
    output logic                     ready_o,
    input  wire tp_cfg_t             cfg_i,
    input  wire logic                en_i,
    input  wire logic                bank_i,
    input  wire logic                next_bank_i,
    input  wire logic [TP_SYM_W-1:0] next_symbol0_i,
    input  wire logic [TP_SYM_W-1:0] next_symbol1_i, // its lagging symbol
    input  wire logic [TP_SYM_W-1:0] b_symbol0_i,
    input  wire logic [TP_SYM_W-1:0] b_symbol1_i,
    output tp_account_t              b_account0_o,
    output tp_account_t              b_account1_o,
    output tp_limits_t               b_limits0_o,
    output tp_limits_t               b_limits1_o,
    output logic [32:0]              b_last_trade0_o, // [32] one was seen
    output logic [32:0]              b_last_trade1_o,
    // D1: what the checks read
    input  wire logic                lag_is_own_i,
    input  wire logic [TP_SYM_W-1:0] lag_symbol_i,
    input  wire tp_booked_t          booked_i,
    output tp_account_t              account0_o,
    output tp_account_t              account1_o,
    output tp_limits_t               limits0_o,
    output tp_limits_t               limits1_o,
    output logic [31:0]              collar0_o,     // collar references
    output logic [31:0]              collar1_o,
    output logic [1:0]               tradable_o,
    output logic                     kill_o,
    output logic                     closed_o,
    output logic                     orders_full_o,
    output logic                     slot_used_o,
    output logic [TP_TAT_W-1:0]      rate_from_o,
    output logic [31:0]              b_duplicate_window_o,
    output logic [31:0]              duplicate_window_o,
    output logic                     gross_over_o,
    output logic [63:0]              headroom_o,
    output logic [31:0]              next_ref_o,
    output logic [12:0]              open_count_o,
    output logic [TP_GROSS_W-1:0]    gross_o,
    // what changes
    input  wire logic                commit_i,      // D1: the operation takes effect
    input  wire logic                send_i,        // D2: it sends
    input  wire logic                cancel_i,      // a cancel, or
    input  wire logic                lead_i,        // an order (of the lagging symbol)
    input  wire logic                side_i,
    input  wire logic [TP_SYM_W-1:0] symbol_i,      // the message's
    input  wire logic [TP_SYM_W-1:0] lag_i,
    input  wire logic [TP_TIME_W-1:0] stamp_i,
    input  wire logic [31:0]         price_i,
    input  wire logic [31:0]         quantity_i,
    input  wire logic [63:0]         notional_i,
    input  wire logic [31:0]         own_i,
    input  wire tp_account_t         sent0_i,       // the accounts it was judged by
    input  wire tp_account_t         sent1_i,
    // commands
    output logic                     bad_command_o, // the one in D1
    output logic                     slow_o,        // it will take longer than D1
    input  wire logic [127:0]        command_i,     // it, from the cycle behind D1 on
    output logic                     busy_o,
    output logic                     done_o,        // in the last cycle of busy_o
    output tp_finding_t              finding_o,     // with done_o: the account then, 0 without effect
    output logic                     unknown_o,
    output logic                     overfill_o,
    output logic                     saturated_o
);

  logic                       clearing_q;
  logic [TP_OPEN_SLOTS_W-1:0] clear_q;
  logic                       is_book;
  logic                       is_command;
  logic [7:0]                 op;
  logic [15:0]                target;
  logic [32:0]                last_trade0_q;
  logic [32:0]                last_trade1_q;
  logic [TP_ACCOUNT_W-1:0]    account0_q;
  logic [TP_ACCOUNT_W-1:0]    account1_q;
  logic [32*7-1:0]            limits0_q;
  logic [32*7-1:0]            limits1_q;
  tp_account_t                account_d;   // as the command leaves it
  tp_account_t                account_sent;
  tp_open_order_t             slot;
  tp_open_order_t             slot_d;
  tp_open_order_t             slot_sent;
  logic                       enter;
  logic                       entered_q;
  logic                       slot_we;
  logic                       slot_wrote_q;  // the next order's, in the cycle before
  logic [TP_OPEN_SLOTS_W-1:0] slot_waddr;
  logic                       next_used;
  logic                       after_used;
  logic                       account_re;   // by a command
  logic [TP_SYM_W-1:0]        cmd_symbol;
  logic                       acked;
  logic                       applied;
  logic                       keeps_order;
  logic                       freed;
  logic [31:0]                released;
  logic [31:0]                position;
  logic [63:0]                exposure;
  logic [TP_GROSS_W-1:0]      gross_d;

  assign ready_o    = !clearing_q;
  assign is_book    = booked_i.msg.op >= TP_OP_ADD && booked_i.msg.op <= TP_OP_TRADE;
  assign is_command = booked_i.msg.op == TP_OP_COMMAND;
  assign op         = booked_i.msg.command[127:120];
  assign target     = booked_i.msg.command[111:96];
  assign bad_command_o = op == 8'd0 || op > twinpath_regs_pkg::CMD_RESUME ||
      (op == twinpath_regs_pkg::CMD_TRUST && target >= 16'(TP_SYMBOLS) && target != 16'hFFFF) ||
      (op == twinpath_regs_pkg::CMD_POSITION && target >= 16'(TP_SYMBOLS));
  assign slow_o = is_command &&
      (op == twinpath_regs_pkg::CMD_ACK || op == twinpath_regs_pkg::CMD_FILL || op == twinpath_regs_pkg::CMD_DONE ||
       (op == twinpath_regs_pkg::CMD_POSITION && target < 16'(TP_SYMBOLS)));
  assign freed  = applied && !keeps_order && !slot_d.valid;
  assign enter  = send_i && !cancel_i;

  // A trade of the order's symbol by this very message is its last trade already.
  assign collar0_o = booked_i.trade ? booked_i.trade_price :
      last_trade0_q[32] ? last_trade0_q[31:0] : limits0_o.reference_price;
  assign collar1_o = booked_i.trade && lag_is_own_i ? booked_i.trade_price :
      last_trade1_q[32] ? last_trade1_q[31:0] : limits1_o.reference_price;

  assign account0_o = account0_q;
  assign account1_o = account1_q;
  assign limits0_o  = limits0_q;
  assign limits1_o  = limits1_q;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      account0_q    <= b_account0_o;
      account1_q    <= b_account1_o;
      limits0_q     <= b_limits0_o;
      limits1_q     <= b_limits1_o;
      last_trade0_q <= b_last_trade0_o;
      last_trade1_q <= b_last_trade1_o;
    end
    if (clearing_q) begin
      clear_q    <= clear_q + 1'b1;
      clearing_q <= clear_q != '1;
    end
    // What the memory says is a cycle old, and of the slot that was the next one then.
    entered_q    <= enter;
    slot_wrote_q <= slot_we && slot_waddr == next_ref_o[TP_OPEN_SLOTS_W-1:0];
    if (enter) slot_used_o <= after_used;
    else if (slot_we && slot_waddr == next_ref_o[TP_OPEN_SLOTS_W-1:0]) slot_used_o <= slot_d.valid;
    else if (!entered_q && !slot_wrote_q) slot_used_o <= next_used;
    if (rst_i) begin
      clearing_q   <= 1'b1;
      clear_q      <= '0;
      entered_q    <= 1'b0;
      slot_wrote_q <= 1'b0;
    end
  end
  assign slot_we    = acked || (applied && !keeps_order);
  assign slot_waddr = command_i[64+:TP_OPEN_SLOTS_W];

  always_comb begin
    finding_o = '0;
    if (applied) begin
      finding_o.position   = position;
      finding_o.open_buy   = account_d.open_buy;
      finding_o.open_sell  = account_d.open_sell;
      finding_o.gross      = gross_d;
      finding_o.open_count = {3'd0, open_count_o} - {15'd0, freed};
    end
  end

  risk_command u_command (
      .clk_i        (clk_i),
      .rst_i        (rst_i),
      .start_i      (commit_i && slow_o),
      .command_i    (command_i),
      .order_i      (slot),
      .account_i    (b_account0_o),
      .limits_i     (b_limits0_o),
      .gross_i      (gross_o),
      .busy_o       (busy_o),
      .account_re_o (account_re),
      .symbol_o     (cmd_symbol),
      .done_o       (done_o),
      .acked_o      (acked),
      .applied_o    (applied),
      .keeps_order_o(keeps_order),
      .unknown_o    (unknown_o),
      .overfill_o   (overfill_o),
      .saturated_o  (saturated_o),
      .released_o   (released),
      .position_o   (position),
      .exposure_o   (exposure),
      .gross_o      (gross_d)
  );

  risk_sent u_sent (
      .cancel_i  (cancel_i),
      .lead_i    (lead_i),
      .side_i    (side_i),
      .symbol_i  (lead_i ? lag_i : symbol_i),
      .price_i   (price_i),
      .quantity_i(quantity_i),
      .own_i     (own_i),
      .stamp_i   (stamp_i),
      .user_ref_i(next_ref_o),
      .account0_i(sent0_i),
      .account1_i(sent1_i),
      .account_o (account_sent),
      .order_o   (slot_sent)
  );

  risk_update u_update (
      .applied_i    (applied),
      .keeps_order_i(keeps_order),
      .released_i   (released),
      .position_i   (position),
      .exposure_i   (exposure),
      .account_i    (b_account0_o),
      .order_i      (slot),
      .account_o    (account_d),
      .order_o      (slot_d)
  );

  risk_records u_records (
      .clk_i           (clk_i),
      .cfg_i           (cfg_i),
      .clear_i         (clearing_q),
      .clear_index_i   (clear_q),
      .bank_i          (next_bank_i),
      .re_i            (en_i),
      .back_i          (applied),
      .symbol0_i       (next_symbol0_i),
      .symbol1_i       (next_symbol1_i),
      .cmd_re_i        (account_re),
      .cmd_symbol_i    (cmd_symbol),
      .account0_o      (b_account0_o),
      .account1_o      (b_account1_o),
      .limits0_o       (b_limits0_o),
      .limits1_o       (b_limits1_o),
      .last_trade0_o   (b_last_trade0_o),
      .last_trade1_o   (b_last_trade1_o),
      .account_we_i    (send_i || applied),
      .account_lag_i   (lead_i && !busy_o),
      .account_symbol_i(busy_o ? cmd_symbol : symbol_i),
      .account1_symbol_i(lag_i),
      .account_i       (busy_o ? account_d : account_sent),
      .sent_i          (send_i),
      .sent_account_i  (account_sent),
      .soon_symbol_i   (booked_i.msg.symbol),
      .soon1_symbol_i  (lag_symbol_i),
      .trade_we_i      (commit_i && is_book && booked_i.trade),
      .trade_symbol_i  (booked_i.msg.symbol),
      .trade_price_i   (booked_i.trade_price),
      .order_re_i      (commit_i && is_command),
      .order_raddr_i   (booked_i.msg.command[64+:TP_OPEN_SLOTS_W]),
      .order_o         (slot),
      .order_we_i      (enter || slot_we),
      .order_waddr_i   (busy_o ? slot_waddr : next_ref_o[TP_OPEN_SLOTS_W-1:0]),
      .order_i         (busy_o ? slot_d : slot_sent),
      .next_slot_i     (next_ref_o[TP_OPEN_SLOTS_W-1:0]),
      .next_used_o     (next_used),
      .after_used_o    (after_used)
  );

  risk_limits u_limits (
      .clk_i             (clk_i),
      .rst_i             (rst_i),
      .cfg_i             (cfg_i),
      .bank_i            (bank_i),
      .next_bank_i       (next_bank_i),
      .stamp_i           (booked_i.msg.origin.stamp),
      .enter_i           (enter),
      .cancel_i          (send_i && cancel_i),
      .notional_i        (notional_i),
      .applied_i         (applied),
      .freed_i           (freed),
      .gross_i           (gross_d),
      .next_ref_o        (next_ref_o),
      .open_count_o      (open_count_o),
      .gross_o           (gross_o),
      .b_duplicate_window_o(b_duplicate_window_o),
      .duplicate_window_o(duplicate_window_o),
      .orders_full_o     (orders_full_o),
      .rate_from_o       (rate_from_o),
      .gross_over_o      (gross_over_o),
      .headroom_o        (headroom_o)
  );

  risk_session u_session (
      .clk_i         (clk_i),
      .rst_i         (rst_i),
      .cfg_i         (cfg_i),
      .state_i       (commit_i && booked_i.msg.op == TP_OP_STATE),
      .reason_i      (booked_i.msg.reason),
      .argument_i    (booked_i.msg.argument),
      .state_symbol_i(booked_i.msg.symbol),
      .command_i     (commit_i && is_command),
      .command_op_i  (op),
      .lookup_i      (en_i),
      .symbols_i     ({b_symbol1_i, b_symbol0_i}),
      .kill_o        (kill_o),
      .closed_o      (closed_o),
      .tradable_o    (tradable_o)
  );

endmodule
`default_nettype wire
