`include "twinpath_types.svh"
`default_nettype none

/// A count that goes up by one at a time, in another clock: never ahead, a few cycles behind.
///
/// Safety: it crosses in Gray code, so what arrives is a value that it had. s_clear_i sets it to zero; what the other side
/// sees in the cycles around a clear means nothing, users clear only while nobody looks.
/// Latency: 1 cycle of s_clk_i and 3 to 4 of m_clk_i.
module count_crossing #(
    parameter int WIDTH = 32
) (
    input  wire logic             s_clk_i,
    input  wire logic             s_clear_i,
    input  wire logic             s_inc_i,
    output logic      [WIDTH-1:0] s_count_o,
    input  wire logic             m_clk_i,
    output logic      [WIDTH-1:0] m_count_o
);

  logic [WIDTH-1:0] count_q;
  logic [WIDTH-1:0] next;
  logic [WIDTH-1:0] gray_q;
  logic [WIDTH-1:0] gray_m;
  logic [WIDTH-1:0] binary;
  logic [WIDTH-1:0] count_m_q;

  assign s_count_o = count_q;
  assign next      = count_q + 1'b1;

  always_ff @(posedge s_clk_i) begin
    if (s_inc_i) begin
      count_q <= next;
      gray_q  <= next ^ (next >> 1);
    end
    if (s_clear_i) begin
      count_q <= '0;
      gray_q  <= '0;
    end
  end

  sync_bits #(
      .WIDTH(WIDTH)
  ) u_gray (
      .clk_i(m_clk_i),
      .d_i  (gray_q),
      .q_o  (gray_m)
  );

  // Each bit is the parity of the Gray code's bits from it upward.
  always_comb begin
    binary = '0;
    for (int i = 0; i < WIDTH; i++) binary[i] = ^(gray_m >> i);
  end
  always_ff @(posedge m_clk_i) count_m_q <= binary;
  assign m_count_o = count_m_q;

endmodule
`default_nettype wire
