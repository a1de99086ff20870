`include "risk/risk_types.svh"
`default_nettype none

/// The account and the open order as they are written back (SEM 5.2, 5.4, 5.5).
///
/// Why: what each event leaves behind, in one place. At most one of sent_i, cancel_sent_i, acked_i and applied_i is
/// high; with none the records are 0, which is also what clears the memories.
/// Latency: combinational.
module risk_update (
    input  wire logic           sent_i,         // an order was sent
    input  wire logic           cancel_sent_i,
    input  wire logic           acked_i,
    input  wire logic           applied_i,      // FILL, DONE or POSITION
    input  wire logic           keeps_order_i,  // it is POSITION: no open order is touched
    input  wire tp_intent_t     intent_i,
    input  wire logic [31:0]    user_ref_i,     // of the order sent
    input  wire logic [31:0]    released_i,
    input  wire logic [31:0]    position_i,
    input  wire logic [63:0]    exposure_i,
    input  wire tp_account_t    account_i,
    input  wire tp_open_order_t order_i,
    output tp_account_t         account_o,
    output tp_open_order_t      order_o
);

  always_comb begin
    account_o = '0;
    order_o   = '0;
    if (applied_i) begin
      account_o          = account_i;
      account_o.position = position_i;
      account_o.exposure = exposure_i;
      if (!keeps_order_i) begin
        order_o        = order_i;
        order_o.leaves = order_i.leaves - released_i;
        order_o.valid  = order_i.leaves != released_i;
        if (order_i.side) account_o.open_sell = account_i.open_sell - released_i;
        else account_o.open_buy = account_i.open_buy - released_i;
        if (!order_o.valid && account_i.working.user_ref == order_i.user_ref) account_o.working.open = 1'b0;
      end
    end
    if (cancel_sent_i) begin
      account_o = account_i;
      account_o.working.cancel_sent = 1'b1;
    end
    if (acked_i) begin
      order_o       = order_i;
      order_o.acked = 1'b1;
    end
    if (sent_i) begin
      account_o = account_i;
      if (intent_i.side) begin
        account_o.open_sell = account_i.open_sell + intent_i.quantity;
        if (account_i.open_sell == '0 || intent_i.price < account_i.own_sell) account_o.own_sell = intent_i.price;
      end else begin
        account_o.open_buy = account_i.open_buy + intent_i.quantity;
        if (account_i.open_buy == '0 || intent_i.price > account_i.own_buy) account_o.own_buy = intent_i.price;
      end
      account_o.last_valid          = 1'b1;
      account_o.last_side           = intent_i.side;
      account_o.last_price          = intent_i.price;
      account_o.last_quantity       = intent_i.quantity;
      account_o.last_stamp          = intent_i.booked.msg.origin.stamp;
      account_o.working.open        = 1'b1;
      account_o.working.cancel_sent = 1'b0;
      account_o.working.side        = intent_i.side;
      account_o.working.price       = intent_i.price;
      account_o.working.user_ref    = user_ref_i;

      order_o.valid    = 1'b1;
      order_o.side     = intent_i.side;
      order_o.symbol   = intent_i.symbol;
      order_o.price    = intent_i.price;
      order_o.leaves   = intent_i.quantity;
      order_o.user_ref = user_ref_i;
    end
  end

endmodule
`default_nettype wire
