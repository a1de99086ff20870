`include "risk/risk_types.svh"
`default_nettype none

/// The account and the open order as an order or cancel leaves them that is sent (SEM 5.2).
///
/// Why: apart from what commands change, because the next operation may already be comparing with it: quantity, then the
/// addition, then nothing but a multiplexer.
/// Latency: combinational, in D2.
module risk_sent (
    input  wire logic           cancel_i,
    input  wire logic           lead_i,
    input  wire logic           side_i,
    input  wire logic [TP_SYM_W-1:0] symbol_i,
    input  wire logic [31:0]    price_i,
    input  wire logic [31:0]    quantity_i,
    input  wire logic [31:0]    own_i,       // most aggressive price of the open orders of that side, with it
    input  wire logic [TP_TIME_W-1:0] stamp_i,
    input  wire logic [31:0]    user_ref_i,
    input  wire tp_account_t    account0_i,  // of the message's symbol
    input  wire tp_account_t    account1_i,  // of its lagging symbol
    output tp_account_t         account_o,
    output tp_open_order_t      order_o
);

  tp_account_t account;
  logic [31:0] open;

  assign account = lead_i ? account1_i : account0_i;
  assign open    = (side_i ? account.open_sell : account.open_buy) + quantity_i;

  always_comb begin
    account_o = account;
    if (cancel_i) account_o.working.cancel_sent = 1'b1;
    else begin
      if (side_i) begin
        account_o.open_sell = open;
        account_o.own_sell  = own_i;
      end else begin
        account_o.open_buy = open;
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
    end
    order_o          = '0;
    order_o.valid    = 1'b1;
    order_o.side     = side_i;
    order_o.symbol   = symbol_i;
    order_o.price    = price_i;
    order_o.leaves   = quantity_i;
    order_o.user_ref = user_ref_i;
  end

endmodule
`default_nettype wire
