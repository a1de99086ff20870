`include "twinpath_types.svh"
`default_nettype none

/// Strategy: turns each booked message into at most one intent, by the rules the host loaded (SEM 2.8, 4).
///
/// Why: it decides, risk judges. Every message flows through, with or without an intent, so that events stay in order.
/// Safety: nothing is evaluated unless armed and the symbol's book is trusted and not crossed.
/// Ordering: a message is evaluated only with reads (rules, cool-downs, working order) that were issued after every
/// older message that could change them had left risk: while an intent or a command is under way they are repeated.
/// The copy of every symbol's best bid and offer is written as messages are accepted, so that a lead-lag rule sees the
/// lagging symbol as of this message.
/// Timing: cycle 0 accept and read, 1 compare (and read the lagging symbol), 2 select; intent_valid_o in cycle 3.
/// A message a cycle without evaluation, one in two cycles with; an intent or command holds the next evaluation until
/// risk has taken it. ready_o rises 256 cycles after reset, when the memories are clear.
module strategy_stage (
    input  wire logic           clk_i,
    input  wire logic           rst_i,
    output logic                ready_o,
    input  wire logic [TP_CYC_W-1:0] cycle_i,
    input  wire tp_cfg_t        cfg_i,
    input  wire tp_booked_t     booked_i,
    input  wire logic           booked_valid_i,
    output logic                booked_ready_o,
    // Working orders, kept by risk: working_i answers one cycle after working_re_o and holds.
    output logic                working_re_o,
    output logic [TP_SYM_W-1:0] working_symbol_o,
    input  wire tp_working_t    working_i,
    output tp_intent_t          intent_o,
    output logic                intent_valid_o,
    input  wire logic           intent_ready_i,
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o,  // one-cycle pulses by counter number
    output logic                idle_o
);

  localparam int RULES = 5;
  localparam int NEXT_W = TP_TIME_W + 1;  // stamp + cool-down
  localparam int RULE_WORDS = 18;         // of tp_rules_t
  localparam int BBO_W = 132;             // of tp_bbo_t

  // ---- flags and the clearing of memories after reset -------------------------------------------------------------
  logic                  clearing_q;
  logic [TP_SYM_W-1:0]   clear_q;
  logic                  armed_q;
  logic                  feed_stale_q;
  logic                  bank_q;
  logic [TP_SYMBOLS-1:0] sticky_q;  // copy of every book's untrusted flag

  // ---- the message in evaluation -----------------------------------------------------------------------------------
  tp_booked_t            m_q;
  logic                  valid_q;
  logic                  select_q;       // compared; this cycle selects
  logic                  fresh_q;        // the reads issued last cycle saw every older message's effects
  logic [3:0]            hit_q;
  logic [3:0]            sell_q;
  logic                  lead_buy_q;
  logic                  lead_sell_q;
  logic                  lag_sticky_q;
  logic                  intent_valid_q;
  tp_intent_t            intent_q;

  logic                  accept;
  logic                  accept_book;    // accepted message has a book
  logic                  accept_eval;    // accepted message is to be evaluated
  logic                  done;           // message moves to the intent register
  logic                  fire;           // it becomes an intent
  logic                  is_command;
  logic                  is_book;
  logic                  hazard;
  logic                  compare;
  logic                  read;
  logic [TP_SYM_W-1:0]   read_symbol;
  logic [32*RULE_WORDS-1:0] rules_data;
  tp_rules_t             rules;
  logic [RULES*NEXT_W-1:0] next_data;    // next time each rule may fire
  logic [RULES*NEXT_W-1:0] next_d;
  logic [BBO_W-1:0] lag_data;
  tp_bbo_t               lag;

  assign is_command     = m_q.msg.op == TP_OP_COMMAND;
  assign is_book        = m_q.msg.op >= TP_OP_ADD && m_q.msg.op <= TP_OP_TRADE;
  assign done           = valid_q && select_q && (!intent_valid_q || intent_ready_i);
  assign booked_ready_o = !clearing_q && (!valid_q || done);
  assign accept         = booked_valid_i && booked_ready_o;
  assign accept_book    = accept && booked_i.msg.op >= TP_OP_ADD && booked_i.msg.op <= TP_OP_TRADE;
  assign accept_eval    = accept_book && booked_i.effect;
  assign compare        = valid_q && !select_q && fresh_q;
  assign read           = accept_eval || (valid_q && !select_q && !fresh_q);
  assign read_symbol    = (valid_q && !select_q) ? m_q.msg.symbol : booked_i.msg.symbol;
  assign ready_o        = !clearing_q;
  assign idle_o         = !clearing_q && !valid_q && !intent_valid_q;

  assign working_re_o     = read;
  assign working_symbol_o = read_symbol;

  // ---- memories ----------------------------------------------------------------------------------------------------
  config_table #(
      .TABLE(TP_CFG_RULES),
      .WORDS(RULE_WORDS),
      .DEPTH(2 * TP_SYMBOLS)
  ) u_rules (
      .clk_i  (clk_i),
      .cfg_i  (cfg_i),
      .re_i   (read),
      .raddr_i({bank_q, read_symbol}),
      .rdata_o(rules_data)
  );
  assign rules = rules_data;

  ram_sdp #(
      .WIDTH(RULES * NEXT_W),
      .DEPTH(TP_SYMBOLS)
  ) u_next (
      .clk_i  (clk_i),
      .we_i   (clearing_q || (done && fire)),
      .waddr_i(clearing_q ? clear_q : m_q.msg.symbol),
      .wdata_i(next_d),
      .re_i   (read),
      .raddr_i(read_symbol),
      .rdata_o(next_data)
  );

  ram_sdp #(
      .WIDTH(BBO_W),
      .DEPTH(TP_SYMBOLS)
  ) u_bbo (
      .clk_i  (clk_i),
      .we_i   (clearing_q || accept_book),
      .waddr_i(clearing_q ? clear_q : booked_i.msg.symbol),
      .wdata_i(clearing_q ? '0 : booked_i.bbo_after),
      .re_i   (compare && rules.flags[4]),
      .raddr_i(rules.flags[31:24]),
      .rdata_o(lag_data)
  );
  assign lag = lag_data;

  // ---- compare -----------------------------------------------------------------------------------------------------
  logic       sides_known;
  logic       crossed;
  logic       trusted;
  logic [4:0] cooled;
  logic [3:0] hit;
  logic [3:0] sell;
  logic       lead_buy;
  logic       lead_sell;

  assign sides_known = m_q.bbo_after.bid_state != TP_SIDE_UNKNOWN && m_q.bbo_after.ask_state != TP_SIDE_UNKNOWN;
  assign trusted     = !feed_stale_q && !m_q.sticky_after && sides_known;
  assign crossed     = m_q.bbo_after.bid_state == TP_SIDE_QUOTED && m_q.bbo_after.ask_state == TP_SIDE_QUOTED &&
      m_q.bbo_after.bid_price >= m_q.bbo_after.ask_price;

  always_comb begin
    cooled = '0;
    if (compare) begin
      for (int r = 0; r < RULES; r = r + 1) begin
        cooled[r] = {1'b0, m_q.msg.origin.stamp} >= next_data[NEXT_W*r+:NEXT_W];
      end
    end
  end

  strategy_rules u_compare (
      .en_i       (compare && armed_q && trusted && !crossed),
      .booked_i   (m_q),
      .rules_i    (rules),
      .working_i  (working_i),
      .cooled_i   (cooled),
      .hit_o      (hit),
      .sell_o     (sell),
      .lead_buy_o (lead_buy),
      .lead_sell_o(lead_sell)
  );

  // ---- select ------------------------------------------------------------------------------------------------------
  logic        lag_ok;
  logic        lag_buy;
  logic        lag_sell;
  logic [2:0]  rule;
  logic        side;
  logic [31:0] cooldown;
  logic [31:0] limit;   // the rule's quantity
  tp_bbo_t     bbo;     // of the order's symbol
  logic [31:0] there;   // quantity at the price taken
  tp_intent_t  intent_d;

  assign lag_ok = !feed_stale_q && !lag_sticky_q &&
      lag.bid_state != TP_SIDE_UNKNOWN && lag.ask_state != TP_SIDE_UNKNOWN &&
      !(lag.bid_state == TP_SIDE_QUOTED && lag.ask_state == TP_SIDE_QUOTED && lag.bid_price >= lag.ask_price);
  assign lag_buy  = lead_buy_q && lag_ok && lag.ask_state == TP_SIDE_QUOTED;
  assign lag_sell = lead_sell_q && lag_ok && lag.bid_state == TP_SIDE_QUOTED;
  assign fire     = valid_q && select_q && (hit_q != '0 || lag_buy || lag_sell);

  always_comb begin
    rule     = twinpath_regs_pkg::RULE_LEAD_LAG;
    side     = !lag_buy;
    cooldown = rules.leadlag_cooldown;
    limit    = rules.leadlag_quantity;
    if (hit_q[0]) begin
      rule     = twinpath_regs_pkg::RULE_CANCEL;
      side     = sell_q[0];
      cooldown = rules.cancel_cooldown;
      limit    = '0;
    end else if (hit_q[1]) begin
      rule     = twinpath_regs_pkg::RULE_TAKE;
      side     = sell_q[1];
      cooldown = rules.take_cooldown;
      limit    = rules.take_quantity;
    end else if (hit_q[2]) begin
      rule     = twinpath_regs_pkg::RULE_IMBALANCE;
      side     = sell_q[2];
      cooldown = rules.imbalance_cooldown;
      limit    = rules.imbalance_quantity;
    end else if (hit_q[3]) begin
      rule     = twinpath_regs_pkg::RULE_MOMENTUM;
      side     = sell_q[3];
      cooldown = rules.momentum_cooldown;
      limit    = rules.momentum_quantity;
    end
  end

  always_comb begin
    next_d = '0;
    if (fire) begin
      for (int r = 0; r < RULES; r = r + 1) begin
        next_d[NEXT_W*r+:NEXT_W] =
            rule == 3'(r) ? {1'b0, m_q.msg.origin.stamp} + {17'd0, cooldown} : next_data[NEXT_W*r+:NEXT_W];
      end
    end
  end

  always_comb begin
    intent_d = '0;
    bbo      = '0;
    there    = '0;
    if (done) begin
      intent_d.booked = m_q;
      intent_d.booked.msg.stamps.decided = cycle_i;
      intent_d.trusted = is_book && trusted;
      intent_d.book_changed = is_book &&
          (m_q.bbo_before != m_q.bbo_after ||
           trusted != (!feed_stale_q && !m_q.sticky_before && m_q.bbo_before.bid_state != TP_SIDE_UNKNOWN &&
                       m_q.bbo_before.ask_state != TP_SIDE_UNKNOWN));
      if (fire) begin
        bbo = rule == twinpath_regs_pkg::RULE_LEAD_LAG ? lag : m_q.bbo_after;
        there = side ? bbo.bid_quantity : bbo.ask_quantity;
        intent_d.intent = 1'b1;
        intent_d.cancel = rule == twinpath_regs_pkg::RULE_CANCEL;
        intent_d.rule = rule;
        intent_d.side = side;
        intent_d.symbol = rule == twinpath_regs_pkg::RULE_LEAD_LAG ? rules.flags[31:24] : m_q.msg.symbol;
        intent_d.price = intent_d.cancel ? working_i.price : side ? bbo.bid_price : bbo.ask_price;
        intent_d.quantity = limit < there ? limit : there;
        intent_d.bbo = bbo;
        intent_d.bbo_trusted = 1'b1;
      end
    end
  end

  // Older messages that may still change what a read issued in this cycle returns. The memories return old data for a
  // write in the same cycle, so an intent or command counts until the cycle after risk has taken it.
  assign hazard = (valid_q && select_q && (fire || is_command)) ||
      (intent_valid_q && (intent_q.intent || intent_q.booked.msg.op == TP_OP_COMMAND));

  // ---- state -------------------------------------------------------------------------------------------------------
  logic [7:0]  accept_command;
  logic [15:0] accept_target;
  logic [7:0]  command;
  logic [15:0] target;

  assign accept_command = booked_i.msg.command[127:120];
  assign accept_target  = booked_i.msg.command[111:96];
  assign command        = m_q.msg.command[127:120];
  assign target         = m_q.msg.command[111:96];

  assign intent_o       = intent_q;
  assign intent_valid_o = intent_valid_q;

  always_ff @(posedge clk_i) begin
    cnt_o <= '0;
    if (clearing_q) begin
      clear_q    <= clear_q + 1'b1;
      clearing_q <= clear_q != '1;
    end

    if (intent_ready_i) intent_valid_q <= 1'b0;
    if (done) begin
      intent_q       <= intent_d;
      intent_valid_q <= 1'b1;
      valid_q        <= 1'b0;
      if (fire) cnt_o[twinpath_regs_pkg::CNT_RULE_CANCEL+32'(rule)] <= 1'b1;
      if (m_q.msg.op == TP_OP_STATE && (m_q.msg.reason == twinpath_regs_pkg::STATE_GAP_LOST ||
                                        m_q.msg.reason == twinpath_regs_pkg::STATE_FCS_ERROR)) begin
        feed_stale_q <= 1'b1;
      end
      if (is_command) begin
        if (command == twinpath_regs_pkg::CMD_SWAP) bank_q <= !bank_q;
        if (command == twinpath_regs_pkg::CMD_ARM) armed_q <= 1'b1;
        if (command == twinpath_regs_pkg::CMD_DISARM) armed_q <= 1'b0;
        if (command == twinpath_regs_pkg::CMD_TRUST && target == 16'hFFFF) feed_stale_q <= 1'b0;
      end
    end

    if (compare) begin
      select_q     <= 1'b1;
      hit_q        <= hit;
      sell_q       <= sell;
      lead_buy_q   <= lead_buy;
      lead_sell_q  <= lead_sell;
      lag_sticky_q <= sticky_q[rules.flags[31:24]];
    end
    fresh_q <= !hazard;

    if (accept) begin
      m_q         <= booked_i;
      valid_q     <= 1'b1;
      select_q    <= !accept_eval;
      hit_q       <= '0;
      lead_buy_q  <= 1'b0;
      lead_sell_q <= 1'b0;
      if (accept_book) sticky_q[booked_i.msg.symbol] <= booked_i.sticky_after;
      if (booked_i.msg.op == TP_OP_COMMAND && accept_command == twinpath_regs_pkg::CMD_TRUST) begin
        if (accept_target == 16'hFFFF) sticky_q <= '0;
        else if (accept_target < 16'(TP_SYMBOLS)) sticky_q[accept_target[TP_SYM_W-1:0]] <= 1'b0;
      end
    end

    if (cfg_i.valid && cfg_i.table_id == TP_CFG_CONTROL && cfg_i.word == 5'd0) armed_q <= cfg_i.data[3];

    if (rst_i) begin
      clearing_q     <= 1'b1;
      clear_q        <= '0;
      armed_q        <= 1'b0;
      feed_stale_q   <= 1'b0;
      bank_q         <= 1'b0;
      sticky_q       <= '0;
      valid_q        <= 1'b0;
      select_q       <= 1'b0;
      fresh_q        <= 1'b0;
      intent_valid_q <= 1'b0;
      cnt_o          <= '0;
    end
  end

endmodule
`default_nettype wire
