`include "risk/risk_types.svh"
`default_nettype none

/// The account and the open order as a command leaves them (SEM 5.2, 5.4, 5.5); risk_sent has what an order leaves.
///
/// Latency: combinational.
module risk_update (
    input  wire logic           applied_i,      // FILL, DONE or POSITION; else ACK
    input  wire logic           keeps_order_i,  // it is POSITION: no open order is touched
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
    end else begin
      order_o.acked = 1'b1;
    end
  end

endmodule
`default_nettype wire
