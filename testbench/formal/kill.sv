`include "risk/risk_types.svh"
`default_nettype none

/// decide_stage: an order leaves only when every check passed for that very order, and never while killed: from the cycle
/// after the KILL command takes effect until RELEASE does. What memories, products and fills answer is free, so the
/// proof holds whatever the records say.
/// Assumed: the pipeline does not move while the stage asks to hold it.
module kill_formal (
    input wire logic                clk_i,
    input wire logic [TP_CYC_W-1:0] cycle_i,
    input wire tp_cfg_t             cfg_i,
    input wire logic                en_i,
    input wire logic                next_valid_i,
    input wire logic [TP_SYM_W-1:0] next_symbol_i,
    input wire logic                booked_valid_i,
    input wire tp_booked_t          booked_i,
    input wire logic                order_room_i,
    input wire logic                event_ready_i
);

  logic running = 1'b0;
  always_ff @(posedge clk_i) running <= 1'b1;

  logic        ready;
  logic        hold;
  logic        order_valid;
  tp_order_t   order;
  // shown from inside
  logic [12:0] mask;
  logic        lead;
  tp_bbo_t     lag_bbo;
  logic [31:0] checked_price;
  logic [31:0] checked_quantity;
  logic        checked_side;

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
      .booked_valid_i   (booked_valid_i),
      .booked_i         (booked_i),
      .order_valid_o    (order_valid),
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
  tp_bbo_t    bbo;

  assign takes_effect = running && booked_valid_i && en_i && booked_i.msg.op == TP_OP_COMMAND;
  assign op           = booked_i.msg.command[127:120];
  assign bbo          = lead ? lag_bbo : booked_i.bbo_after;

  always_ff @(posedge clk_i) begin
    if (takes_effect && op == twinpath_regs_pkg::CMD_KILL) killed <= 1'b1;
    if (takes_effect && op == twinpath_regs_pkg::CMD_RELEASE) killed <= 1'b0;
  end

  always @(posedge clk_i) assume (!(en_i && hold));

  always @(posedge clk_i) begin
    if (running && order_valid) begin
      no_order_while_killed: assert (order.cancel || !killed);
      passed_every_check: assert (mask == '0);
      of_a_book_message: assert (booked_valid_i && booked_i.msg.op >= TP_OP_ADD && booked_i.msg.op <= TP_OP_TRADE);
      pipeline_moves: assert (en_i && !hold);
      checked_as_sent:
      assert (order.cancel ||
              (order.price == checked_price && order.quantity == checked_quantity && order.side == checked_side));
      price_is_the_quote: assert (order.cancel || order.price == (order.side ? bbo.bid_price : bbo.ask_price));
      symbol_is_own_or_lagging: assert (lead || order.symbol == booked_i.msg.symbol);
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
    input  wire logic           fill_i,             // FILL
    input  wire logic           set_i,              // POSITION; neither: DONE
    input  wire logic [31:0]    quantity_i,
    input  wire logic [31:0]    price_i,            // FILL: of the fill; POSITION: the position
    input  wire logic [31:0]    reference_price_i,
    input  wire tp_account_t    account_i,
    input  wire tp_open_order_t order_i,
    output logic [31:0]         released_o,         // shares that leave the open order
    output logic [63:0]         notional_o,         // theirs, at the limit price
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
`default_nettype wire
