`default_nettype none

/// Where a packet with the messages S to S + N - 1 stands against the next one expected, E (SEM 2.3).
///
/// Why: three numbers go through one carry chain, which is fewer levels than S + N first and E behind it.
/// Safety: no number follows the last one, so S + N is taken modulo 2^64, and a packet that passes it is never in order.
/// Latency: combinational.
module sequence_place (
    input  wire logic [63:0] expected_i, // E
    input  wire logic [63:0] first_i,    // S
    input  wire logic [15:0] count_i,    // N
    output logic             ahead_o,    // S > E
    output logic             reached_o, // E >= S + N modulo 2^64; unless ahead
    output logic             wraps_o    // S + N is 2^64 or more
);

  logic [65:0] e;
  logic [65:0] not_s;
  logic [65:0] not_n;
  logic [65:0] sums;    // of their bits, and the carries of those
  logic [65:0] carries;
  logic [66:0] beyond;  // E - S - N, above a bit that makes the carry
  logic [16:0] low_end; // S + N of the lowest bits

  assign e         = {2'b00, expected_i};
  assign not_s     = ~{2'b00, first_i};
  assign not_n     = ~{50'd0, count_i};
  assign sums      = e ^ not_s ^ not_n;
  assign carries   = (e & not_s) | (e & not_n) | (not_s & not_n);
  assign beyond    = {sums, 1'b1} + {carries[64:0], 1'b1, 1'b1};
  assign low_end   = 17'(first_i[15:0]) + 17'(count_i);
  assign wraps_o   = &first_i[63:16] && low_end[16];
  assign ahead_o   = first_i > expected_i;
  assign reached_o = !beyond[66] || wraps_o;

endmodule
`default_nettype wire
