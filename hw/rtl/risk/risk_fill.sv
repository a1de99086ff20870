`include "risk/risk_types.svh"
`default_nettype none

/// What a FILL, DONE or POSITION makes of an open order and its symbol's account (SEM 5.4, 5.5, 2.9).
///
/// Why: two multiplications in a row (what is released, then the exposure of the position that follows) get a cycle
/// each; the position is moved in the first and saturated in the second.
/// Safety: the position saturates at +-(2^31 - 1) and says so; nothing wraps.
/// Timing: update_i with the records, expose_i in a later cycle, all results valid from the cycle after expose_i until
/// the next update_i. The inputs are stable meanwhile.
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

  localparam logic [31:0] MAX_POSITION = 32'h7FFF_FFFF;

  logic [31:0] shares;
  logic [33:0] moved_q;        // position after the whole fill, beyond what was open too; two's complement
  logic        above;          // 2^31 - 1
  logic        below;          // -(2^31 - 1)
  logic [31:0] clamped;
  logic [31:0] next;           // the new position
  logic [31:0] magnitude;      // of the new position

  assign shares    = fill_i && quantity_i < order_i.leaves ? quantity_i : order_i.leaves;
  assign above     = !moved_q[33] && moved_q[32:31] != 2'b00;
  assign below     = moved_q[33] && (moved_q[32:31] != 2'b11 || moved_q[30:0] == '0);
  assign clamped   = above ? MAX_POSITION : below ? -MAX_POSITION : moved_q[31:0];
  assign next      = fill_i ? clamped : moved_q[31:0];
  assign magnitude = fill_i && (above || below) ? MAX_POSITION : moved_q[33] ? -moved_q[31:0] : moved_q[31:0];

  always_ff @(posedge clk_i) begin
    if (update_i) begin
      released_o  <= set_i ? '0 : shares;
      notional_o  <= set_i ? '0 : {32'd0, order_i.price} * {32'd0, shares};
      if (set_i) moved_q <= {{2{price_i[31]}}, price_i};
      else if (!fill_i) moved_q <= {{2{account_i.position[31]}}, account_i.position};
      else if (order_i.side) moved_q <= {{2{account_i.position[31]}}, account_i.position} - {2'd0, quantity_i};
      else moved_q <= {{2{account_i.position[31]}}, account_i.position} + {2'd0, quantity_i};
    end
    if (expose_i) begin
      saturated_o <= fill_i && (above || below);
      position_o  <= next;
      exposure_o <= account_i.exposure;
      if (fill_i || set_i) exposure_o <= {32'd0, magnitude} * {32'd0, set_i ? reference_price_i : price_i};
    end
  end

endmodule
`default_nettype wire
