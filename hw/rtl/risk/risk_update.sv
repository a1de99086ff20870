`include "risk/risk_types.svh"
`default_nettype none

/// The account and the open order as they are written back (SEM 5.2, 5.4, 5.5).
///
/// Why: what each event leaves behind, in one place. The values do not wait for the verdict, only the write does.
/// acked_i and applied_i come from a command, for which the pipeline stands still; otherwise it is the order or cancel
/// of the message in D1, should it be sent.
/// Latency: combinational.
module risk_update (
    input  wire logic           acked_i,
    input  wire logic           applied_i,      // FILL, DONE or POSITION
    input  wire logic           keeps_order_i,  // it is POSITION: no open order is touched
    input  wire logic           cancel_i,       // else: a cancel, or
    input  wire logic           side_i,         // an order
    input  wire logic [TP_SYM_W-1:0] symbol_i,
    input  wire logic [31:0]    price_i,
    input  wire logic [31:0]    quantity_i,
    input  wire logic [31:0]    open_i,         // shares of open orders of that side, with it
    input  wire logic [31:0]    own_i,          // and their most aggressive price
    input  wire logic [TP_TIME_W-1:0] stamp_i,
    input  wire logic [31:0]    user_ref_i,
    input  wire logic [31:0]    released_i,
    input  wire logic [31:0]    position_i,
    input  wire logic [63:0]    exposure_i,
    input  wire tp_account_t    account_i,
    input  wire tp_open_order_t order_i,
    output tp_account_t         account_o,
    output tp_open_order_t      order_o
);

  always_comb begin
    account_o = account_i;
    order_o   = order_i;
    if (applied_i) begin
      account_o.position = position_i;
      account_o.exposure = exposure_i;
      if (!keeps_order_i) begin
        order_o.leaves = order_i.leaves - released_i;
        order_o.valid  = order_i.leaves != released_i;
        if (order_i.side) account_o.open_sell = account_i.open_sell - released_i;
        else account_o.open_buy = account_i.open_buy - released_i;
        if (!order_o.valid && account_i.working.user_ref == order_i.user_ref) account_o.working.open = 1'b0;
      end
    end else if (acked_i) begin
      order_o.acked = 1'b1;
    end else if (cancel_i) begin
      account_o.working.cancel_sent = 1'b1;
    end else begin
      if (side_i) begin
        account_o.open_sell = open_i;
        account_o.own_sell  = own_i;
      end else begin
        account_o.open_buy = open_i;
        account_o.own_buy  = own_i;
      end
      account_o.last_valid          = 1'b1;
      account_o.last_side           = side_i;
      account_o.last_price          = price_i;
      account_o.last_quantity       = quantity_i;
      account_o.last_stamp          = stamp_i;
      account_o.working.open        = 1'b1;
      account_o.working.cancel_sent = 1'b0;
      account_o.working.side        = side_i;
      account_o.working.price       = price_i;
      account_o.working.user_ref    = user_ref_i;

      order_o.valid    = 1'b1;
      order_o.acked    = 1'b0;
      order_o.side     = side_i;
      order_o.symbol   = symbol_i;
      order_o.price    = price_i;
      order_o.leaves   = quantity_i;
      order_o.user_ref = user_ref_i;
    end
  end

endmodule
`default_nettype wire
