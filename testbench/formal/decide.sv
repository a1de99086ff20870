`include "risk/risk_types.svh"
`default_nettype none

/// decide_stage: an order leaves when, and only when, all thirteen checks pass for that very order: the verdict in D1 is what
/// risk_checks finds in D3 for the price, quantity, symbol and side that are sent in D2. Records, limits, flags, quotes and
/// wishes are free; wish.sv proves what is assumed here of a single wish, checks.sv that risk_checks says what SEM 5.1 says,
/// kill.sv what goes before.
/// No arithmetic is looked into: whether a wish passes is free, but the same whenever that which it is judged by is the same
/// (wish.sv: it passes when nothing blocks it and the checks pass). So what is to be shown is that the checks in D3 have the
/// inputs the wish had in D1, and that the order is that wish. In place of a product stand its two factors side by side.
/// Assumed, by the contract of the ports: of the book's cases one is picked; stamp and trade price are those of the outlook,
/// which is valid for a book message; a book message is two cycles behind a command; what is in D1 stays while the pipeline
/// stands; no limits are written on the way. And of the records, which are read twice: a symbol's are alike in both copies
/// (decide_stage asserts it in simulation).
module decide_formal (
    input wire logic                clk_i,
    input wire logic [TP_CYC_W-1:0] cycle_i,
    input wire tp_cfg_t             cfg_i,
    input wire logic                en_i,
    input wire logic                next_valid_i,
    input wire logic [TP_SYM_W-1:0] next_symbol_i,
    input wire tp_outlook_t         outlook_i,
    input wire logic                booked_valid_i,
    input wire tp_booked_t          booked_i,
    input wire tp_bbo_t             likely_i,
    input wire logic [2:0]          pick_i,
    input wire logic                veto_i,
    input wire logic                order_room_i,
    input wire logic                event_ready_i
);

  // There is no reset: registers begin with any value, so what holds from the second cycle on holds in every state.
  logic        hold;
  logic        order_valid;
  logic        order_cancel;
  tp_order_t   order;
  // shown from inside
  tp_rules_t   b_rules;
  tp_bbo_t     b_lag_bbo;
  logic        b_lag_is_own;
  logic [7:0]  b_lag;
  tp_limits_t  b_limits0;
  tp_limits_t  b_limits1;
  tp_account_t b_account0;
  tp_account_t b_account1;
  logic        intent;
  logic        cancel;
  logic [7:0]  wish;
  logic        counts;
  logic [2:0]  rule;
  logic [4:0]  rule_hot;
  logic [31:0] kept_own;
  logic [32:0]    b_last_trade0;
  logic [32:0]    b_last_trade1;
  logic [31:0]    b_window;
  logic [1:0]     tradable;
  logic           kill;
  logic           closed;
  logic           orders_full;
  logic           slot_used;
  logic           gross_over;
  logic [63:0]    headroom;
  logic [3:0]     picked;
  logic [9:0]     early;     // by wish; 8 and 9 are 6 and 7 where the lagging symbol is the message's own
  logic [39:0]    late;
  decide_shared_t said0;
  decide_shared_t said1;
  decide_shared_t said2;
  decide_shared_t said3;
  decide_quote_t  quote0;
  decide_quote_t  quote1;
  decide_quote_t  quote2;
  decide_quote_t  quote3;
  decide_shared_t told0;
  decide_shared_t told1;
  decide_shared_t told2;
  decide_shared_t told3;
  decide_shared_t told4;
  decide_shared_t told5;
  decide_shared_t told6;
  decide_shared_t told7;
  decide_shared_t told8;
  decide_shared_t told9;
  logic [32:0]    asked0;  // blocked, wanted
  logic [32:0]    asked1;
  logic [32:0]    asked2;
  logic [32:0]    asked3;
  logic [32:0]    asked4;
  logic [32:0]    asked5;
  logic [32:0]    asked6;
  logic [32:0]    asked7;
  logic [32:0]    asked8;
  logic [32:0]    asked9;
  logic           explained;
  logic [12:0]    mask;
  logic [31:0]    checked_price;
  logic [31:0]    checked_quantity;
  logic [63:0]    checked_notional;
  logic           checked_side;
  logic           checked_cancel;
  logic [TP_TIME_W-1:0] checked_stamp;
  tp_limits_t     checked_limits;
  tp_account_t    checked_account;
  logic [31:0]    checked_collar;
  logic           checked_tradable;
  logic           checked_kill;
  logic           checked_closed;
  logic           checked_full;
  logic           checked_slot;
  logic           checked_over;
  logic [31:0]    checked_window;
  logic [63:0]    checked_headroom;

  decide_stage u_dut (
      .clk_i            (clk_i),
      .rst_i            (1'b0),
      .ready_o          (),
      .cycle_i          (cycle_i),
      .cfg_i            (cfg_i),
      .en_i             (en_i),
      .hold_o           (hold),
      .next_valid_i     (next_valid_i),
      .next_symbol_i    (next_symbol_i),
      .armed_o          (),
      .outlook_i        (outlook_i),
      .booked_valid_i   (booked_valid_i),
      .booked_i         (booked_i),
      .likely_i         (likely_i),
      .pick_i           (pick_i),
      .veto_i           (veto_i),
      .order_valid_o    (order_valid),
      .order_cancel_o   (order_cancel),
      .order_o          (order),
      .order_room_i     (order_room_i),
      .event_valid_o    (),
      .event_ready_i    (event_ready_i),
      .event_o          (),
      .event_order_o    (),
      .event_last_byte_o(),
      .cnt_o            (),
      .idle_o           ()
  );

  // ---- what was read in B -------------------------------------------------------------------------------------------------
  logic        running = 1'b0;
  logic        loaded = 1'b0;
  logic        stood;              // the pipeline did, in the cycle before, with this in D1
  logic        stood_valid;
  logic [3:0]  stood_op;
  logic [7:0]  stood_command;
  logic        behind_command;
  tp_outlook_t outlook;
  tp_rules_t   rules;
  tp_bbo_t     lag_bbo;
  logic        lag_is_own;
  logic [7:0]  lag;
  tp_limits_t  limits0;
  tp_limits_t  limits1;
  tp_account_t account0;
  tp_account_t account1;
  logic [32:0] last_trade0;
  logic [32:0] last_trade1;
  logic [31:0] window;
  logic        trade;
  logic [31:0] collar0;
  logic [31:0] collar1;

  always_ff @(posedge clk_i) begin
    running       <= 1'b1;
    stood         <= !en_i;
    stood_valid   <= booked_valid_i;
    stood_op      <= booked_i.msg.op;
    stood_command <= booked_i.msg.command[127:120];
    if (en_i) begin
      loaded         <= running;
      behind_command <= booked_valid_i && booked_i.msg.op == TP_OP_COMMAND;
      outlook        <= outlook_i;
      rules          <= b_rules;
      lag_bbo        <= b_lag_bbo;
      lag_is_own     <= b_lag_is_own;
      lag            <= b_lag;
      limits0        <= b_limits0;
      limits1        <= b_limits1;
      account0       <= b_account0;
      account1       <= b_account1;
      last_trade0    <= b_last_trade0;
      last_trade1    <= b_last_trade1;
      window         <= b_window;
    end
  end

  // wish.sv: the collar is around the last trade, which may be this message, or else the reference price.
  assign trade   = booked_i.trade;
  assign collar0 = trade ? outlook.trade_price : last_trade0[32] ? last_trade0[31:0] : limits0.reference_price;
  assign collar1 = trade && lag_is_own ? outlook.trade_price : last_trade1[32] ? last_trade1[31:0] : limits1.reference_price;

  // ---- D1: what each wish is judged by ---------------------------------------------------------------------------------------
  logic           commit;
  tp_bbo_t        after;      // of the message's symbol
  logic [31:0]    price;      // of the side that may change
  logic [31:0]    there;
  logic [9:0]     told;       // by wish
  logic [3:0]     b_recorded; // by quote
  logic [3:0]     split;
  logic [3:0]     recorded;
  logic [3:0]     priced;
  logic           any_blocks;

  assign commit = loaded && booked_valid_i && en_i && booked_i.msg.op >= TP_OP_ADD && booked_i.msg.op <= TP_OP_TRADE;
  always_comb begin
    price = outlook.side ? outlook.here.ask_price : outlook.here.bid_price;
    there = outlook.side ? outlook.here.ask_quantity : outlook.here.bid_quantity;
    if (pick_i[TP_PICK_SUM] && outlook.side) there = outlook.whole ? outlook.ask_rest : outlook.ask_other;
    if (pick_i[TP_PICK_SUM] && !outlook.side) there = outlook.whole ? outlook.bid_rest : outlook.bid_other;
    if (pick_i[TP_PICK_FRESH]) {price, there} = {outlook.price, outlook.shares};
    if (pick_i[TP_PICK_SECOND]) begin
      {price, there} = outlook.side ? {outlook.ask_second_price, outlook.ask_second_quantity}
                                    : {outlook.bid_second_price, outlook.bid_second_quantity};
    end
    after = outlook.here;
    if (outlook.side) {after.ask_price, after.ask_quantity} = {price, there};
    else {after.bid_price, after.bid_quantity} = {price, there};
  end

  assign any_blocks = kill || closed || orders_full || slot_used || gross_over;
  assign told = {told9 == said1 && asked9 == {any_blocks || !tradable[1], b_rules.leadlag_quantity},
                 told8 == said0 && asked8 == {any_blocks || !tradable[1], b_rules.leadlag_quantity},
                 told7 == said3 && asked7 == {any_blocks || !tradable[1], b_rules.leadlag_quantity},
                 told6 == said2 && asked6 == {any_blocks || !tradable[1], b_rules.leadlag_quantity},
                 told5 == said1 && asked5 == {any_blocks || !tradable[0], b_rules.momentum_quantity},
                 told4 == said0 && asked4 == {any_blocks || !tradable[0], b_rules.momentum_quantity},
                 told3 == said1 && asked3 == {any_blocks || !tradable[0], b_rules.imbalance_quantity},
                 told2 == said0 && asked2 == {any_blocks || !tradable[0], b_rules.imbalance_quantity},
                 told1 == said1 && asked1 == {any_blocks || !tradable[0], b_rules.take_quantity},
                 told0 == said0 && asked0 == {any_blocks || !tradable[0], b_rules.take_quantity}};

  decide_records u_records0 (.lead_i(1'b0), .side_i(1'b0), .said_i(said0), .quote_i(quote0), .b_ok_o(b_recorded[0]), .ok_o(recorded[0]), .*);
  decide_records u_records1 (.lead_i(1'b0), .side_i(1'b1), .said_i(said1), .quote_i(quote1), .b_ok_o(b_recorded[1]), .ok_o(recorded[1]), .*);
  decide_records u_records2 (.lead_i(1'b1), .side_i(1'b0), .said_i(said2), .quote_i(quote2), .b_ok_o(b_recorded[2]), .ok_o(recorded[2]), .*);
  decide_records u_records3 (.lead_i(1'b1), .side_i(1'b1), .said_i(said3), .quote_i(quote3), .b_ok_o(b_recorded[3]), .ok_o(recorded[3]), .*);

  assign split  = {quote3.split, quote2.split, quote1.split, quote0.split};
  assign priced = {{quote3.price, said3.there} == {lag_bbo.bid_price, lag_bbo.bid_quantity},
                   {quote2.price, said2.there} == {lag_bbo.ask_price, lag_bbo.ask_quantity},
                   {quote1.price, said1.there} == {after.bid_price, after.bid_quantity},
                   {quote0.price, said0.there} == {after.ask_price, after.ask_quantity}};

  always @(posedge clk_i) begin
    assume (!(en_i && hold));
    assume (pick_i == 3'd0 || pick_i == 3'd1 || pick_i == 3'd2 || pick_i == 3'd4);
    assume (!(cfg_i.valid && cfg_i.table_id == TP_CFG_GLOBAL));
    // The records of a symbol are read twice, alike.
    if (en_i && b_lag_is_own) assume (b_limits0 == b_limits1 && b_account0 == b_account1 && b_last_trade0 == b_last_trade1);
    if (running && stood) begin
      assume (booked_valid_i == stood_valid && booked_i.msg.op == stood_op && booked_i.msg.command[127:120] == stood_command);
    end
    if (commit) begin
      assume (outlook.valid && !behind_command && booked_i.msg.origin.stamp == outlook.stamp);
      assume (!booked_i.trade || booked_i.trade_price == outlook.trade_price);
    end
  end

  always @(posedge clk_i) begin
    told_by_its_quote: assert (told == '1);
    other_quantity_is_split: assert (split == '1);
    judged_by_its_records: assert (b_recorded == '1);
    if (commit) begin
      judged_by_its_state: assert (recorded == '1);
      judged_at_the_quote: assert (priced == '1);
    end
  end

  // ---- D1: the first wish ---------------------------------------------------------------------------------------------------
  logic [2:0]  first;
  logic [3:0]  judged; // as which it is
  logic        side;
  logic        lead;
  logic        other;  // it is of another symbol
  logic [31:0] wanted;
  logic        pass;   // wish.sv: it fails neither early nor late

  always_comb begin
    first = wish[0] ? 3'd0 : wish[1] ? 3'd1 : wish[2] ? 3'd2 : wish[3] ? 3'd3 : wish[4] ? 3'd4 : wish[5] ? 3'd5 : wish[6] ? 3'd6 : 3'd7;
    case (first[2:1])
      2'd0: wanted = rules.take_quantity;
      2'd1: wanted = rules.imbalance_quantity;
      2'd2: wanted = rules.momentum_quantity;
      default: wanted = rules.leadlag_quantity;
    endcase
  end
  assign side   = first[0];
  assign judged = first[2:1] == 2'd3 && lag_is_own ? 4'd8 + 4'(first[0]) : {1'b0, first};
  assign other  = first[2:1] == 2'd3 && !lag_is_own;
  assign pass   = !early[judged] && (late[4*judged+:4] & (other ? 4'd1 : picked)) == '0;
  assign lead   = !cancel && first[2:1] == 2'd3;

  // ---- D2: what leaves ----------------------------------------------------------------------------------------------------
  logic        d2_intent = 1'b0;
  logic        d2_sent = 1'b0;
  logic        d2_pass;        // what the wish was found
  logic        d2_cancel;
  logic [2:0]  d2_first;
  logic [31:0] d2_price;
  logic [31:0] d2_there;
  logic [31:0] d2_wanted;
  logic [31:0] d2_own;
  logic [7:0]  d2_symbol;
  logic [7:0]  d2_symbol_own;  // the message's
  tp_limits_t  d2_limits;
  tp_account_t d2_account;
  logic [TP_TIME_W-1:0] d2_stamp;
  logic [31:0] d2_collar;
  logic [31:0] d2_window;
  logic [63:0] d2_headroom;
  logic        d2_blocks;
  logic [31:0] d2_quantity;

  always_ff @(posedge clk_i) begin
    d2_intent <= commit && counts && !veto_i && intent;
    d2_sent   <= commit && order_valid;
    if (booked_valid_i && en_i) begin
      d2_pass       <= pass;
      d2_cancel     <= cancel;
      d2_first      <= first;
      d2_price      <= lead && other ? side ? quote3.price : quote2.price : side ? quote1.price : quote0.price;
      d2_there      <= lead && other ? side ? said3.there : said2.there : side ? said1.there : said0.there;
      d2_own        <= lead && other ? side ? quote3.own : quote2.own : side ? quote1.own : quote0.own;
      d2_wanted     <= wanted;
      d2_symbol     <= lead ? lag : booked_i.msg.symbol;
      d2_symbol_own <= booked_i.msg.symbol;
      d2_limits     <= lead && other ? limits1 : limits0;
      d2_account    <= lead && other ? account1 : account0;
      d2_stamp      <= outlook.stamp;
      d2_collar     <= lead && other ? collar1 : collar0;
      d2_window     <= window;
      d2_headroom   <= headroom;
      d2_blocks     <= any_blocks || !tradable[lead];
    end
  end
  assign d2_quantity = d2_wanted < d2_there ? d2_wanted : d2_there;

  always @(posedge clk_i) begin
    if (d2_sent) begin
      by_intent_only: assert (d2_intent && order.cancel == d2_cancel);
      one_rule: assert (rule_hot == 5'd1 << rule);
    end
    if (d2_sent && d2_cancel) begin
      cancels_the_working_order: assert (order.user_ref == d2_account.working.user_ref && order.symbol == d2_symbol_own);
    end
    if (d2_sent && !d2_cancel) begin
      first_wish_is_sent: assert (order.side == d2_first[0] && order.symbol == d2_symbol && rule == 3'(d2_first[2:1]) + 3'd1);
      price_is_the_quote: assert (order.price == d2_price);
      quantity_is_the_lesser: assert (order.quantity == d2_quantity);
      own_is_kept: assert (kept_own == d2_own);
    end
  end

  // ---- D3: what the checks say of it -----------------------------------------------------------------------------------------
  logic        d3_intent = 1'b0;
  logic        d3_sent = 1'b0;
  logic        d3_pass;
  logic        d3_cancel;
  logic [31:0] d3_price;     // as sent
  logic [31:0] d3_quantity;
  logic        d3_side;
  tp_limits_t  d3_limits;
  tp_account_t d3_account;
  logic [TP_TIME_W-1:0] d3_stamp;
  logic [31:0] d3_collar;
  logic [31:0] d3_window;
  logic [63:0] d3_headroom;
  logic        d3_blocks;
  logic        sent_same;    // the order
  logic        product;      // its notional is of this price and quantity
  logic        record_same;  // what it is judged by
  logic        blocks;

  always_ff @(posedge clk_i) begin
    d3_intent <= d2_intent;
    d3_sent   <= d2_sent;
    if (d2_intent) begin
      d3_pass     <= d2_pass;
      d3_cancel   <= d2_cancel;
      d3_price    <= order.price;
      d3_quantity <= order.quantity;
      d3_side     <= order.side;
      d3_limits   <= d2_limits;
      d3_account  <= d2_account;
      d3_stamp    <= d2_stamp;
      d3_collar   <= d2_collar;
      d3_window   <= d2_window;
      d3_headroom <= d2_headroom;
      d3_blocks   <= d2_blocks;
    end
  end

  assign blocks      = checked_kill || checked_closed || !checked_tradable || checked_full || checked_slot || checked_over;
  assign sent_same   = checked_cancel == d3_cancel && checked_side == d3_side && checked_price == d3_price && checked_quantity == d3_quantity;
  assign product     = checked_notional == {d3_price, d3_quantity};
  assign record_same = checked_limits == d3_limits && checked_account == d3_account && checked_stamp == d3_stamp &&
      checked_collar == d3_collar && checked_window == d3_window && checked_headroom == d3_headroom && blocks == d3_blocks;

  // wish.sv: the same is found of the same. Where nothing blocks, the flags are 0 that wish.sv has as 0. The rate, bit 10, is
  // not the wish's.
  always @(posedge clk_i) begin
    if (d3_intent && !d3_cancel && sent_same && product && record_same) begin
      assume (d3_pass == (!blocks && {mask[12:11], mask[9:0]} == '0));
    end
  end

  always @(posedge clk_i) begin
    if (d3_intent) begin
      sent_when_all_pass: assert (d3_sent == explained);
      checked_as_sent: assert (sent_same);
    end
    if (d3_intent && !d3_cancel) begin
      checked_as_judged: assert (record_same);
      notional_is_the_product: assert (product);
    end
  end

endmodule

/// Whether one quote is judged by what is read for its symbol: in B, for the operation there, and in D1.
module decide_records (
    input  wire logic           lead_i,
    input  wire logic           side_i,
    input  wire decide_shared_t said_i,
    input  wire decide_quote_t  quote_i,
    input  wire logic           en_i,
    input  wire tp_outlook_t    outlook_i,
    input  wire tp_limits_t     b_limits0,
    input  wire tp_limits_t     b_limits1,
    input  wire tp_account_t    b_account0,
    input  wire tp_account_t    b_account1,
    input  wire logic [32:0]    b_last_trade0,
    input  wire logic [32:0]    b_last_trade1,
    input  wire logic [31:0]    b_window,
    input  wire tp_limits_t     limits0,
    input  wire tp_limits_t     limits1,
    input  wire logic           trade,
    input  wire logic [63:0]    headroom,
    output logic                b_ok_o,
    output logic                ok_o
);
  assign b_ok_o = said_i.en == en_i && said_i.valid == outlook_i.valid && said_i.limits == (lead_i ? b_limits1 : b_limits0) &&
      said_i.account == (lead_i ? b_account1 : b_account0) && quote_i.side == side_i && quote_i.stamp == outlook_i.stamp &&
      quote_i.last_trade == (lead_i ? b_last_trade1 : b_last_trade0) && quote_i.trade_price == outlook_i.trade_price &&
      quote_i.window == b_window;
  assign ok_o = said_i.max_notional == (lead_i ? limits1.max_notional : limits0.max_notional) && said_i.headroom == headroom &&
      quote_i.trade == (trade && !lead_i);
endmodule
`default_nettype wire
