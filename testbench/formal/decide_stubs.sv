`include "risk/risk_types.svh"
`default_nettype none

// What stands in decide.sv's proof for the rest of the core; parts that are judged by show by what.

// What a wish must have of its quote.
typedef struct packed {
  logic            en;
  logic            valid;         // in B, as all to over
  logic [3*32-1:0] prices;
  tp_limits_t      limits;
  tp_account_t     account;
  logic [3:0]      over;
  logic [3:0]      picked;        // in D1, as all below
  logic [63:0]     max_notional;
  logic [63:0]     headroom;
  logic [27:0]     fails;         // bad, last, least, equal, costly, gross, position
  logic [35:0]     room;
  logic [31:0]     there;
  logic [63:0]     notional;
} decide_shared_t;

// What a quote is judged by besides.
typedef struct packed {
  logic                 side;
  logic [TP_TIME_W-1:0] stamp;        // in B, as all to split
  logic [32:0]          last_trade;
  logic [31:0]          trade_price;
  logic [31:0]          window;
  logic                 split;        // the other quantity is what b_mine_i and those after it make it
  logic                 trade;        // in D1, as all below
  logic [31:0]          price;
  logic [31:0]          own;
} decide_quote_t;

/// Stands for every memory: a read answers anything.
module ram_sdp #(
    parameter int WIDTH = 32,
    parameter int DEPTH = 512,
    localparam int ADDR_W = (DEPTH > 1) ? $clog2(DEPTH) : 1
) (
    input  wire logic              clk_i,
    input  wire logic              we_i,
    input  wire logic [ADDR_W-1:0] waddr_i,
    input  wire logic [WIDTH-1:0]  wdata_i,
    input  wire logic              re_i,
    input  wire logic [ADDR_W-1:0] raddr_i,
    output logic      [WIDTH-1:0]  rdata_o
);
  (* anyseq *) logic [WIDTH-1:0] anything;
  assign rdata_o = anything;
endmodule

/// Stands for the records of risk: a read answers anything.
module risk_records (
    input  wire logic                clk_i,
    input  wire tp_cfg_t             cfg_i,
    input  wire logic                clear_i,
    input  wire logic [TP_OPEN_SLOTS_W-1:0] clear_index_i,
    input  wire logic                bank_i,
    input  wire logic                re_i,
    input  wire logic                back_i,
    input  wire logic [TP_SYM_W-1:0] symbol0_i,
    input  wire logic [TP_SYM_W-1:0] symbol1_i,
    input  wire logic                cmd_re_i,
    input  wire logic [TP_SYM_W-1:0] cmd_symbol_i,
    output tp_account_t              account0_o,
    output tp_account_t              account1_o,
    output tp_limits_t               limits0_o,
    output tp_limits_t               limits1_o,
    output logic [32:0]              last_trade0_o,
    output logic [32:0]              last_trade1_o,
    input  wire logic                account_we_i,
    input  wire logic                account_lag_i,
    input  wire logic [TP_SYM_W-1:0] account_symbol_i,
    input  wire logic [TP_SYM_W-1:0] account1_symbol_i,
    input  wire tp_account_t         account_i,
    input  wire logic                sent_i,
    input  wire tp_account_t         sent_account_i,
    input  wire logic [TP_SYM_W-1:0] soon_symbol_i,
    input  wire logic [TP_SYM_W-1:0] soon1_symbol_i,
    input  wire logic                trade_we_i,
    input  wire logic [TP_SYM_W-1:0] trade_symbol_i,
    input  wire logic [31:0]         trade_price_i,
    input  wire logic                order_re_i,
    input  wire logic [TP_OPEN_SLOTS_W-1:0] order_raddr_i,
    output tp_open_order_t           order_o,
    input  wire logic                order_we_i,
    input  wire logic [TP_OPEN_SLOTS_W-1:0] order_waddr_i,
    input  wire tp_open_order_t      order_i,
    input  wire logic [TP_OPEN_SLOTS_W-1:0] next_slot_i,
    output logic                     next_used_o,
    output logic                     after_used_o
);
  (* anyseq *) logic [2*TP_ACCOUNT_W+2*224+66+TP_OPEN_ORDER_W+1:0] anything;
  assign {account0_o, account1_o, limits0_o, limits1_o, last_trade0_o, last_trade1_o, order_o, next_used_o, after_used_o} = anything;
endmodule

/// Stands for kill switch, session and trading states: any answer at any time.
module risk_session (
    input  wire logic       clk_i,
    input  wire logic       rst_i,
    input  wire tp_cfg_t    cfg_i,
    input  wire logic       state_i,
    input  wire logic [7:0] reason_i,
    input  wire logic [7:0] argument_i,
    input  wire logic [TP_SYM_W-1:0] state_symbol_i,
    input  wire logic       command_i,
    input  wire logic [7:0] command_op_i,
    input  wire logic       lookup_i,
    input  wire logic [2*TP_SYM_W-1:0] symbols_i,
    output logic            kill_o,
    output logic            closed_o,
    output logic [1:0]      tradable_o
);
  (* anyseq *) logic [3:0] anything;
  assign {kill_o, closed_o, tradable_o} = anything;
endmodule

/// Stands for commands that take longer.
module risk_command (
    input  wire logic           clk_i,
    input  wire logic           rst_i,
    input  wire logic           start_i,
    input  wire logic [127:0]   command_i,
    input  wire tp_open_order_t order_i,
    input  wire tp_account_t    account_i,
    input  wire tp_limits_t     limits_i,
    input  wire logic [TP_GROSS_W-1:0] gross_i,
    output logic                busy_o,
    output logic                account_re_o,
    output logic [TP_SYM_W-1:0] symbol_o,
    output logic                done_o,
    output logic                acked_o,
    output logic                applied_o,
    output logic                keeps_order_o,
    output logic                unknown_o,
    output logic                overfill_o,
    output logic                saturated_o,
    output logic [31:0]         released_o,
    output logic [31:0]         position_o,
    output logic [63:0]         exposure_o,
    output logic [TP_GROSS_W-1:0] gross_o
);
  (* anyseq *) logic [8+32+32+64+TP_GROSS_W+TP_SYM_W:0] anything;
  assign {busy_o, account_re_o, symbol_o, done_o, acked_o, applied_o, keeps_order_o, unknown_o, overfill_o, saturated_o, released_o,
          position_o, exposure_o, gross_o} = anything;
endmodule

/// Stands for the rules: any wish at any time.
module strategy_decide (
    input  wire tp_booked_t booked_i,
    input  wire tp_bbo_t    likely_i,
    input  wire logic [3:0] picked_i,
    input  wire logic       side_i,
    input  wire logic       is_book_i,
    input  wire logic       armed_i,
    input  wire logic       feed_stale_i,
    input  wire logic       lag_is_own_i,
    input  wire tp_bbo_t    lag_bbo_i,
    input  wire logic       lag_crossed_i,
    input  wire logic       lag_sticky_i,

    input  wire logic [3:0] crossed_i,
    input  wire logic [3:0] moved_i,
    input  wire logic [3:0] sell_away_i,
    input  wire logic [3:0] buy_away_i,
    input  wire logic [3:0] take_buy_i,
    input  wire logic [3:0] take_sell_i,
    input  wire logic [3:0] heavy_buy_i,
    input  wire logic [3:0] heavy_sell_i,
    input  wire logic [3:0] narrow_buy_i,
    input  wire logic [3:0] narrow_sell_i,
    input  wire logic [3:0] lead_buy_i,
    input  wire logic [3:0] lead_sell_i,
    input  wire logic       may_cancel_i,
    input  wire logic [4:1] may_buy_i,
    input  wire logic [4:1] may_sell_i,
    input  wire logic       large_i,
    input  wire logic       through_counts_i,
    input  wire logic       trade_up_i,
    input  wire logic       trade_down_i,
    input  wire logic       working_side_i,
    output logic            evaluate_o,
    output logic            cancel_o,
    output logic [7:0]      wish_o
);
  (* anyseq *) logic [9:0] anything;
  assign {evaluate_o, cancel_o, wish_o} = anything;
endmodule

/// Stands for what the rules compare in B, which nothing here depends on.
module strategy_ahead (
    input  wire logic                 clk_i,
    input  wire logic                 en_i,
    input  wire tp_outlook_t          outlook_i,
    input  wire tp_rules_t            rules_i,
    input  wire logic [5*(TP_TIME_W+1)-1:0] next_i,
    input  wire logic [4:0]           fires_i,
    input  wire logic [5*(TP_TIME_W+1)-1:0] late_i,
    input  wire tp_working_t          working_i,
    output logic [5*(TP_TIME_W+1)-1:0] fired_o,

    output logic [3:0]                crossed_o,
    output logic [3:0]                moved_o,
    output logic [3:0]                sell_away_o,
    output logic [3:0]                buy_away_o,
    output logic [3:0]                take_buy_o,
    output logic [3:0]                take_sell_o,
    output logic [3:0]                heavy_buy_o,
    output logic [3:0]                heavy_sell_o,
    output logic [3:0]                narrow_buy_o,
    output logic [3:0]                narrow_sell_o,
    output logic [3:0]                lead_buy_o,
    output logic [3:0]                lead_sell_o,

    output logic                      may_cancel_o,
    output logic [4:1]                may_buy_o,
    output logic [4:1]                may_sell_o,
    output logic                      large_o,
    output logic                      through_o,
    output logic                      trade_up_o,
    output logic                      trade_down_o,
    output logic                      working_side_o
);
  assign {fired_o, crossed_o, moved_o, sell_away_o, buy_away_o, take_buy_o, take_sell_o, heavy_buy_o, heavy_sell_o, narrow_buy_o,
          narrow_sell_o, lead_buy_o, lead_sell_o, may_cancel_o, may_buy_o, may_sell_o, large_o, through_o, trade_up_o, trade_down_o, working_side_o} = '0;
endmodule

/// Stands for what is judged of a quote. Shows what of.
module risk_quote #(
    parameter logic SIDE = 1'b0
) (
    input  wire logic             clk_i,
    input  wire logic             en_i,
    input  wire logic             b_valid_i,
    input  wire logic [TP_TIME_W-1:0] b_stamp_i,
    input  wire tp_limits_t       b_limits_i,
    input  wire tp_account_t      b_account_i,
    input  wire logic [32:0]      b_last_trade_i,
    input  wire logic [31:0]      b_trade_price_i,
    input  wire logic [31:0]      b_duplicate_window_i,
    input  wire logic [3*32-1:0]  b_price_i,
    input  wire logic [4*32-1:0]  b_there_i,
    input  wire logic             b_mine_i,
    input  wire logic             b_whole_i,
    input  wire logic [31:0]      b_rest_i,
    input  wire logic [31:0]      b_other_i,

    input  wire logic [3:0]       picked_i,
    input  wire logic             trade_i,
    input  wire logic [63:0]      max_notional_i,
    input  wire logic [63:0]      headroom_i,
    output logic [3:0]            bad_o,
    output logic [3:0]            last_o,
    output logic [3:0]            least_o,
    output logic [3:0]            equal_o,
    output logic [3:0]            b_over_o,
    output logic [3:0]            costly_o,
    output logic [3:0]            gross_o,
    output logic [3:0]            position_o,
    output logic [35:0]           room_o,
    output logic [31:0]           price_o,
    output logic [31:0]           there_o,
    output logic [63:0]           notional_o,
    output logic [31:0]           own_o
);

  (* anyseq *) logic [99:0] anything;
  decide_shared_t  said;
  decide_quote_t   quote;
  logic            split;
  logic [3*32-1:0] price_q;
  logic [4*32-1:0] there_q;

  assign {b_over_o, bad_o, last_o, least_o, equal_o, costly_o, gross_o, position_o, room_o, own_o} = anything;
  assign notional_o = {price_o, there_o};
  assign said  = {en_i, b_valid_i, b_price_i, b_limits_i, b_account_i, b_over_o, picked_i, max_notional_i,
                  headroom_i, bad_o, last_o, least_o, equal_o, costly_o, gross_o, position_o, room_o, there_o, notional_o};
  assign split = b_there_i[127:96] == (!b_mine_i ? b_there_i[31:0] : b_whole_i ? b_rest_i : b_other_i);
  assign quote = {SIDE, b_stamp_i, b_last_trade_i, b_trade_price_i, b_duplicate_window_i, split, trade_i, price_o, own_o};

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      price_q <= b_price_i;
      there_q <= b_there_i;
    end
  end

  always_comb begin
    price_o = price_q[31:0];
    there_o = there_q[31:0];
    if (picked_i[1]) {price_o, there_o} = {price_q[63:32], there_q[63:32]};
    if (picked_i[2]) {price_o, there_o} = {price_q[95:64], there_q[95:64]};
    if (picked_i[3]) there_o = there_q[127:96];
  end
endmodule

/// Stands for what is judged of a wish, which passes or not. Shows what it was told.
module risk_wish (
    input  wire logic             clk_i,
    input  wire logic             en_i,
    input  wire logic             b_valid_i,
    input  wire logic [31:0]      b_wanted_i,
    input  wire tp_limits_t       b_limits_i,
    input  wire tp_account_t      b_account_i,
    input  wire logic [3*32-1:0]  b_price_i,
    input  wire logic [3:0]       b_over_i,

    input  wire logic [3:0]       picked_i,
    input  wire logic             blocked_i,
    input  wire logic [63:0]      max_notional_i,
    input  wire logic [63:0]      headroom_i,

    input  wire logic [3:0]       bad_i,
    input  wire logic [3:0]       last_i,
    input  wire logic [3:0]       least_i,
    input  wire logic [3:0]       equal_i,
    input  wire logic [3:0]       costly_i,
    input  wire logic [3:0]       gross_i,
    input  wire logic [3:0]       position_i,
    input  wire logic [35:0]      room_i,
    input  wire logic [31:0]      there_i,
    input  wire logic [63:0]      there_notional_i,
    output logic                  early_o,
    output logic [3:0]            late_o,
    output logic [31:0]           quantity_o,
    output logic [63:0]           notional_o
);

  (* anyseq *) logic [4:0] anything;
  decide_shared_t told;
  logic [32:0]    asked;
  logic [31:0]    wanted_q;

  assign {early_o, late_o} = anything;
  assign quantity_o = wanted_q < there_i ? wanted_q : there_i;
  assign notional_o = {there_notional_i[63:32], quantity_o};
  assign told  = {en_i, b_valid_i, b_price_i, b_limits_i, b_account_i, b_over_i, picked_i, max_notional_i,
                  headroom_i, bad_i, last_i, least_i, equal_i, costly_i, gross_i, position_i, room_i, there_i, there_notional_i};
  assign asked = {blocked_i, b_wanted_i};

  always_ff @(posedge clk_i) if (en_i) wanted_q <= b_wanted_i;
endmodule

/// Stands for the queue of events, which may be full at any time.
module decide_events (
    input  wire logic           clk_i,
    input  wire logic           rst_i,
    input  wire logic           load_i,
    input  wire logic           emit_i,
    input  wire logic           sent_i,
    input  wire tp_intent_t     intent_i,
    input  wire tp_finding_t    finding_i,
    input  wire logic           bad_command_i,
    input  wire logic           finish_i,
    input  wire tp_finding_t    finished_i,
    input  wire logic           unknown_i,
    input  wire logic           overfill_i,
    input  wire logic           saturated_i,
    output logic                nearly_full_o,
    output tp_event_t           event_o,
    output logic                event_valid_o,
    input  wire logic           event_ready_i,
    output logic                event_order_o,
    output logic [TP_CYC_W-1:0] event_last_byte_o,
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o,
    output logic                idle_o
);
  (* anyseq *) logic full;
  assign nearly_full_o = full;
  assign {event_o, event_valid_o, event_order_o, event_last_byte_o, cnt_o, idle_o} = '0;
endmodule
`default_nettype wire
