`include "twinpath_types.svh"
`include "book/book_types.svh"
`default_nettype none

/// Places a price in its symbol's window: in (with its level), far or beyond (SEM 3.3).
///
/// Why: levels are addressed by number, and dividing by the tick must be exact. With tick 100 the two lowest bits of the
/// distance must be 0, and the rest, below 4096 * 25, is divided by 25 in two ways at once. Whether it divides: its three
/// digits to the base 64 count 1, 14 and 21 modulo 25. What the quotient is, if it divides: below 4096, so the product
/// with 3113, the inverse of 25 modulo 4096, is exact there. The window ends at 4096 ticks: 25 times 2^14, or 2^12.
/// Latency: 1 cycle from en_i; the outputs hold while en_i is low. level_o is late, the others are early.
module price_window (
    input  wire logic                  clk_i,
    input  wire logic                  en_i,
    input  wire logic                  side_i,     // 0 bid, 1 offer
    input  wire logic [31:0]           price_i,
    input  wire logic [31:0]           base_i,
    input  wire logic                  tick100_i,  // tick 100, else 1
    output logic                       in_o,       // class_o is TP_PRICE_IN
    output logic                       far_o,      // or TP_PRICE_FAR
    output logic      [1:0]            class_o,    // TP_PRICE_*
    output logic      [TP_LEVEL_W-1:0] level_o     // means nothing unless in
);

  // The residue modulo 25 of `digit` times `weight`.
  function automatic logic [4:0] residue(input logic [5:0] digit, input int weight);
    residue = '0;
    for (int n = 0; n < 64; n++) if (digit == 6'(n)) residue = 5'((n * weight) % 25);
  endfunction
  // What is missing to a multiple of 25, and to the next one.
  function automatic logic [5:0] missing(input logic [4:0] digit, input int weight);
    missing = '0;
    for (int n = 0; n < 32; n++) if (digit == 5'(n)) missing = 6'((25 * weight - n * weight % 25) % 25);
  endfunction
  function automatic logic [5:0] missing_more(input logic [4:0] digit, input int weight);
    missing_more = '0;
    for (int n = 0; n < 32; n++) if (digit == 5'(n)) missing_more = 6'((25 * weight - n * weight % 25) % 25 + 25);
  endfunction

  logic [31:0]           distance;
  logic                  below_q;
  logic                  above_q;    // means nothing when below
  logic                  side_q;
  logic                  tick100_q;
  logic [TP_LEVEL_W+1:0] diff_q;
  logic                  odd_q;      // no multiple of 4, and must be one
  logic [5:0]            sum_q;      // of the residues of two digits,
  logic [5:0]            missing_q;  // which makes a multiple of 25 with the third, if it is this,
  logic [5:0]            missing_q2; // or this
  logic                  on_grid;
  logic [TP_LEVEL_W-1:0] quotient;
  logic [TP_LEVEL_W-1:0] quarter;

  assign distance = price_i - base_i;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      below_q    <= price_i < base_i;
      above_q    <= distance[31:19] != '0 || (tick100_i ? distance[18:14] > 5'd24 : distance[18:12] != '0);
      diff_q     <= distance[TP_LEVEL_W+1:0];
      side_q     <= side_i;
      tick100_q  <= tick100_i;
      odd_q      <= tick100_i && distance[1:0] != 2'd0;
      sum_q      <= {1'b0, residue(distance[7:2], 1)} + {1'b0, residue(distance[13:8], 14)};
      missing_q  <= missing(distance[18:14], 21);
      missing_q2 <= missing_more(distance[18:14], 21);
    end
  end

  assign on_grid = !tick100_q || sum_q == missing_q || sum_q == missing_q2;

  assign in_o  = !below_q && !above_q && !odd_q && on_grid;
  assign far_o = side_q ? !below_q && above_q : below_q;
  always_comb begin
    if (below_q) class_o = side_q ? TP_PRICE_BEYOND : TP_PRICE_FAR;
    else if (above_q) class_o = side_q ? TP_PRICE_FAR : TP_PRICE_BEYOND;
    else class_o = in_o ? TP_PRICE_IN : TP_PRICE_BEYOND;
  end

  // times 3113 = 1 + 8 + 32 + 1024 + 2048
  assign quarter  = diff_q[TP_LEVEL_W+1:2];
  assign quotient = (quarter + {quarter[8:0], 3'd0}) + ({quarter[6:0], 5'd0} + {quarter[1:0] + {quarter[0], 1'b0}, 10'd0});
  assign level_o  = tick100_q ? quotient : diff_q[TP_LEVEL_W-1:0];

endmodule
`default_nettype wire
