`default_nettype none

/// The answer of the first that asks, the lowest number first; 0 when none asks.
///
/// Why: the sum of two numbers carries a 1, or none, past every bit where they differ: so the choice among many is one carry
/// chain, however many they are, and an answer that is late is late for nothing but the chain.
/// Latency: combinational, 2 LUT levels.
module risk_first #(
    parameter int WIDTH = 8
) (
    input  wire logic [WIDTH-1:0] asks_i,
    input  wire logic [WIDTH-1:0] answers_i,
    output logic                  answer_o
);

  logic [WIDTH-1:0] a;
  logic [WIDTH-1:0] b;
  logic [WIDTH:0]   sum;

  // Where one asks, both bits are its answer; elsewhere they differ, whatever the answer is.
  for (genvar n = 0; n < WIDTH; n = n + 1) begin : g_bit
    assign a[WIDTH-1-n] = answers_i[n] || !asks_i[n];
    assign b[WIDTH-1-n] = answers_i[n] && asks_i[n];
  end
  assign sum      = {1'b0, a} + {1'b0, b};
  assign answer_o = sum[WIDTH];

endmodule
`default_nettype wire
