`include "twinpath_types.svh"
`include "book/book_types.svh"
`default_nettype none

/// Places a price in its symbol's window: in (with its level), far or beyond (SEM 3.3).
///
/// Why: levels are addressed by number, and dividing by the tick must be exact. With tick 100, diff * 335545 / 2^25 is
/// exact for every diff below 4096 * 100: 335545 * 100 = 2^25 + 68, so for diff = 100 k + r the quotient is k and the
/// fraction is 68 k + 335545 r, which is below 335545 only when r = 0. The fraction thus also tells a price off the grid.
/// Latency: 1 cycle from en_i; the outputs hold while en_i is low.
module price_window (
    input  wire logic                  clk_i,
    input  wire logic                  en_i,
    input  wire logic                  side_i,     // 0 bid, 1 offer
    input  wire logic [31:0]           price_i,
    input  wire logic [31:0]           base_i,
    input  wire logic                  tick100_i,  // tick 100, else 1
    output logic                       in_o,       // class_o is TP_PRICE_IN
    output logic                       far_o,      // or TP_PRICE_FAR; early
    output logic      [1:0]            class_o,    // TP_PRICE_*
    output logic      [TP_LEVEL_W-1:0] level_o     // 0 unless in
);

  localparam logic [31:0] SPAN_1 = 32'd1 << TP_LEVEL_W;
  localparam logic [31:0] SPAN_100 = 32'd100 << TP_LEVEL_W;
  localparam int DIFF_W = 19;  // SPAN_100 < 2^19
  localparam logic [18:0] RECIPROCAL = 19'd335545;
  localparam logic [16:0] FIFTH = 17'd67109;  // of it: 22 x 17 bits are one DSP block

  logic [31:0]        distance;
  logic               below_q;
  logic               above_q;
  logic               side_q;
  logic               tick100_q;
  logic [DIFF_W-1:0]  diff_q;
  logic [21:0]        five;
  logic [37:0]        product;
  logic               on_grid;

  assign distance = price_i - base_i;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      below_q   <= price_i < base_i;
      above_q   <= distance >= (tick100_i ? SPAN_100 : SPAN_1);  // means nothing when below
      diff_q    <= distance[DIFF_W-1:0];
      side_q    <= side_i;
      tick100_q <= tick100_i;
    end
  end

  assign five    = {3'd0, diff_q} + {1'b0, diff_q, 2'd0};
  assign product = {16'd0, five} * {21'd0, FIFTH};
  assign on_grid = !tick100_q || (product[24:0] < {6'd0, RECIPROCAL});

  assign in_o  = !below_q && !above_q && on_grid;
  assign far_o = side_q ? !below_q && above_q : below_q;
  always_comb begin
    if (below_q) class_o = side_q ? TP_PRICE_BEYOND : TP_PRICE_FAR;
    else if (above_q) class_o = side_q ? TP_PRICE_FAR : TP_PRICE_BEYOND;
    else class_o = on_grid ? TP_PRICE_IN : TP_PRICE_BEYOND;
    if (class_o != TP_PRICE_IN) level_o = '0;
    else level_o = tick100_q ? product[25+:TP_LEVEL_W] : diff_q[TP_LEVEL_W-1:0];
  end

endmodule
`default_nettype wire
