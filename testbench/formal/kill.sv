`include "risk/risk_types.svh"
`default_nettype none

/// decide_stage: never an order while killed, from the cycle after the KILL command takes effect until RELEASE does; and an
/// order only of a book message, while the pipeline moves. What memories, rules and all checks of records answer is free, so
/// the proof holds whatever they say.
/// Assumed: the pipeline does not move while the stage asks to hold it.
module kill_formal (
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

  logic running = 1'b0;
  always_ff @(posedge clk_i) running <= 1'b1;

  logic      ready;
  logic      hold;
  logic      order_valid;
  logic      order_cancel;
  tp_order_t order;

  decide_stage u_dut (
      .clk_i            (clk_i),
      .rst_i            (!running),
      .ready_o          (ready),
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

  logic       takes_effect;
  logic [7:0] op;
  logic       killed = 1'b0;
  logic       left = 1'b0;         // an order or cancel, in the cycle before
  logic       left_cancel = 1'b0;

  assign takes_effect = running && booked_valid_i && en_i && booked_i.msg.op == TP_OP_COMMAND;
  assign op           = booked_i.msg.command[127:120];

  always_ff @(posedge clk_i) begin
    if (takes_effect && op == twinpath_regs_pkg::CMD_KILL) killed <= 1'b1;
    if (takes_effect && op == twinpath_regs_pkg::CMD_RELEASE) killed <= 1'b0;
    left        <= running && order_valid;
    left_cancel <= order_cancel;
  end

  always @(posedge clk_i) assume (!(en_i && hold));

  always @(posedge clk_i) begin
    if (running && order_valid) begin
      no_order_while_killed: assert (order_cancel || !killed);
      of_a_book_message: assert (booked_valid_i && booked_i.msg.op >= TP_OP_ADD && booked_i.msg.op <= TP_OP_TRADE);
      not_vetoed: assert (!veto_i);
      pipeline_moves: assert (en_i && !hold);
    end
    if (left) begin
      cancel_as_said: assert (order.cancel == left_cancel);
    end
  end

endmodule

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

/// Stands for the arithmetic of fills.
module risk_fill (
    input  wire logic           clk_i,
    input  wire logic           update_i,
    input  wire logic           expose_i,
    input  wire logic           fill_i,
    input  wire logic           set_i,
    input  wire logic [31:0]    quantity_i,
    input  wire logic [31:0]    price_i,
    input  wire logic [31:0]    reference_price_i,
    input  wire tp_account_t    account_i,
    input  wire tp_open_order_t order_i,
    output logic [31:0]         released_o,
    output logic [63:0]         notional_o,
    output logic [31:0]         position_o,
    output logic                saturated_o,
    output logic [63:0]         exposure_o
);
  (* anyseq *) logic [160:0] anything;
  assign {released_o, notional_o, position_o, saturated_o, exposure_o} = anything[160:0];
endmodule

/// Stands for the text of events, which no order depends on.
module risk_event (
    input  wire logic                en_i,
    input  wire tp_intent_t          intent_i,
    input  wire tp_finding_t         finding_i,
    output tp_event_t                event_o
);
  assign event_o = '0;
endmodule
/// Stands for the checks of records on one quote.
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
  (* anyseq *) logic [227:0] anything;
  assign {bad_o, last_o, least_o, equal_o, b_over_o, costly_o, gross_o, position_o, room_o, price_o, there_o, notional_o, own_o} =
      anything[227:0];
endmodule

/// Stands for the comparisons of the rules.
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
  localparam int NEXT_W = 5 * (TP_TIME_W + 1);
  (* anyseq *) logic [NEXT_W+68:0] anything;
  assign {fired_o, crossed_o, moved_o, sell_away_o, buy_away_o, take_buy_o, take_sell_o, heavy_buy_o, heavy_sell_o, narrow_buy_o, narrow_sell_o,
          lead_buy_o, lead_sell_o, may_cancel_o, may_buy_o, may_sell_o, large_o, through_o, trade_up_o, trade_down_o, working_side_o} = anything;
endmodule
`default_nettype wire
