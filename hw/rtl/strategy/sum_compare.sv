`default_nettype none

/// Whether a number reaches the sum of two others (AT_LEAST: a >= b + c), or stays within it (else: a <= b + c); exact.
///
/// Why: an addition and then a comparison are two carry chains, one behind the other. a - b - c as a difference and its
/// borrows, bit by bit, leaves one, and its sign is a carry.
/// Latency: combinational, 2 or 3 LUT levels.
module sum_compare #(
    parameter int   WIDTH    = 32,
    parameter logic AT_LEAST = 1'b1
) (
    input  wire logic [WIDTH-1:0] a_i,
    input  wire logic [WIDTH-1:0] b_i,
    input  wire logic [WIDTH-1:0] c_i,
    output logic                  holds_o
);

  logic [WIDTH+1:0] difference;
  logic [WIDTH+1:0] borrows;
  logic [WIDTH+1:0] left;  // a - b - c, less 1 unless AT_LEAST; two's complement

  assign difference = {2'd0, a_i ^ b_i ^ c_i};
  assign borrows    = {2'd0, (~a_i & (b_i | c_i)) | (b_i & c_i)};
  assign left       = difference - {borrows[WIDTH:0], AT_LEAST ? 1'b0 : 1'b1};
  assign holds_o    = left[WIDTH+1] != AT_LEAST;

endmodule
`default_nettype wire
