`include "book/book_types.svh"
`default_nettype none

/// What the operation in D did, as strategy and risk get it, and what is counted (SEM 3, 4.3, 8).
///
/// Ordering: one result for each message, in the cycle in which the operation that completes it is in D.
/// Latency: combinational from registers of D; cnt_o one cycle later.
module book_result (
    input  wire logic                clk_i,
    input  wire logic                rst_i,
    input  wire logic                en_i,
    input  wire logic [TP_CYC_W-1:0] cycle_i,
    // B
    input  wire logic                b_valid_i,
    input  wire tp_msg_t             b_msg_i,
    input  wire tp_change_t          b_change_i,
    input  wire logic [31:0]         b_trade_price_i,    // should the message be a trade
    input  wire logic [31:0]         b_trade_quantity_i,
    // D
    input  wire logic                valid_i,
    input  wire tp_change_t          change_i,
    input  wire logic                over_i,        // it had no room
    input  wire tp_bbo_t             before_i,
    input  wire tp_bbo_t             after_i,
    input  wire logic                through_i,
    input  wire logic                sticky_i,
    input  wire logic                sticky_after_i,
    output tp_msg_t                  msg_o,
    output tp_booked_t               booked_o,
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o
);

  tp_msg_t             msg_q;
  logic [TP_CYC_W-1:0] looked_up_q;
  logic                effect_q;
  logic                trade_q;
  logic                executed_q;   // an execution that is a trade
  logic [31:0]         trade_price_q;
  logic [31:0]         trade_quantity_q;
  logic                is_trade;

  assign msg_o    = msg_q;
  assign is_trade = b_msg_i.op == TP_OP_TRADE;

  always_ff @(posedge clk_i) begin
    if (en_i && b_valid_i) begin
      msg_q            <= b_msg_i;
      looked_up_q      <= cycle_i;
      effect_q         <= is_trade || (b_change_i.adds && b_change_i.touch) || b_change_i.known || b_change_i.replaced;
      executed_q       <= b_change_i.trade;
      trade_q          <= b_change_i.trade || is_trade;
      trade_price_q    <= '0;
      trade_quantity_q <= '0;
      if (b_change_i.trade || is_trade) begin
        trade_price_q    <= b_trade_price_i;
        trade_quantity_q <= b_trade_quantity_i;
      end
    end
  end

  always_comb begin
    booked_o                      = '0;
    booked_o.msg                  = msg_q;
    booked_o.msg.stamps.looked_up = looked_up_q;
    booked_o.msg.stamps.booked    = cycle_i;
    booked_o.effect               = effect_q;
    booked_o.bbo_before           = before_i;
    booked_o.bbo_after            = after_i;
    booked_o.sticky_before        = sticky_i;
    booked_o.sticky_after         = sticky_after_i;
    booked_o.trade                = trade_q;
    booked_o.trade_side           = executed_q && change_i.side;
    booked_o.trade_price          = trade_price_q;
    booked_o.trade_quantity       = trade_quantity_q;
    booked_o.trade_through        = executed_q && through_i;
  end

  always_ff @(posedge clk_i) begin
    cnt_o <= '0;
    if (en_i && valid_i) begin
      cnt_o[twinpath_regs_pkg::CNT_UNKNOWN_REFERENCE]   <= change_i.unknown;
      cnt_o[twinpath_regs_pkg::CNT_DUPLICATE_REFERENCE] <= change_i.dup;
      cnt_o[twinpath_regs_pkg::CNT_ORDER_TABLE_FULL]    <= change_i.full;
      cnt_o[twinpath_regs_pkg::CNT_OVER_REDUCTION]      <= change_i.over_reduced;
      cnt_o[twinpath_regs_pkg::CNT_ZERO_QUANTITY]       <= change_i.zero;
      cnt_o[twinpath_regs_pkg::CNT_LEVEL_OVERFLOW]      <= change_i.touch && change_i.adds && over_i;
    end
    if (rst_i) cnt_o <= '0;
  end

endmodule
`default_nettype wire
