`include "twinpath_types.svh"
`default_nettype none

/// First-word-fall-through FIFO of 2^DEPTH_LOG2 words between two clocks.
///
/// Why: the one way for streams to change their clock.
/// Ordering: words leave in the order they came; m_data_o is stable until accepted and m_valid_o does not wait for
/// m_ready_i. s_ready_o may stay low a few cycles after room was made, m_valid_o comes a few cycles after a push; neither
/// is ever high too early.
/// Safety: only Gray-coded counts cross. Both sides are to be reset together, and no word may be pushed or popped until
/// both resets have ended.
/// Latency: 3 to 4 cycles of m_clk_i behind the cycle of s_clk_i that pushed.
module fifo_async #(
    parameter int WIDTH      = 32,
    parameter int DEPTH_LOG2 = 4
) (
    input  wire logic             s_clk_i,
    input  wire logic             s_rst_i,
    input  wire logic             s_valid_i,
    output logic                  s_ready_o,
    input  wire logic [WIDTH-1:0] s_data_i,

    input  wire logic             m_clk_i,
    input  wire logic             m_rst_i,
    output logic                  m_valid_o,
    input  wire logic             m_ready_i,
    output logic      [WIDTH-1:0] m_data_o
);

  initial begin
    if (WIDTH < 1) $fatal(1, "fifo_async: WIDTH must be at least 1");
    if (DEPTH_LOG2 < 2) $fatal(1, "fifo_async: DEPTH_LOG2 must be at least 2");
  end

  // Counts of words have one bit more than addresses.
  localparam int COUNT_W = DEPTH_LOG2 + 1;
  localparam logic [COUNT_W-1:0] TOP_TWO = COUNT_W'(3 << (DEPTH_LOG2 - 1));

  logic [WIDTH-1:0]   mem[0:(1<<DEPTH_LOG2)-1];
  logic [COUNT_W-1:0] write_q;
  logic [COUNT_W-1:0] write_next;
  logic [COUNT_W-1:0] write_gray_q;
  logic [COUNT_W-1:0] write_gray_m;
  logic [COUNT_W-1:0] read_q;
  logic [COUNT_W-1:0] read_next;
  logic [COUNT_W-1:0] read_gray_q;
  logic [COUNT_W-1:0] read_gray_s;
  logic               valid_q;
  logic [WIDTH-1:0]   data_q;
  logic               push;
  logic               load;

  // ---- the side that writes: full when the counts differ by the depth, in Gray code the two upper bits ----
  assign s_ready_o  = write_gray_q != (read_gray_s ^ TOP_TWO);
  assign push       = s_valid_i && s_ready_o;
  assign write_next = write_q + 1'b1;

  always_ff @(posedge s_clk_i) begin
    if (push) begin
      mem[write_q[DEPTH_LOG2-1:0]] <= s_data_i;
      write_q                      <= write_next;
      write_gray_q                 <= write_next ^ (write_next >> 1);
    end
    if (s_rst_i) begin
      write_q      <= '0;
      write_gray_q <= '0;
    end
  end

  sync_bits #(
      .WIDTH(COUNT_W)
  ) u_read (
      .clk_i(s_clk_i),
      .d_i  (read_gray_q),
      .q_o  (read_gray_s)
  );

  // ---- the side that reads: one word waits in a register ----
  assign load      = read_gray_q != write_gray_m && (!valid_q || m_ready_i);
  assign read_next = read_q + 1'b1;
  assign m_valid_o = valid_q;
  assign m_data_o  = data_q;

  always_ff @(posedge m_clk_i) begin
    if (m_ready_i) valid_q <= 1'b0;
    if (load) begin
      data_q      <= mem[read_q[DEPTH_LOG2-1:0]];
      valid_q     <= 1'b1;
      read_q      <= read_next;
      read_gray_q <= read_next ^ (read_next >> 1);
    end
    if (m_rst_i) begin
      valid_q     <= 1'b0;
      read_q      <= '0;
      read_gray_q <= '0;
    end
  end

  sync_bits #(
      .WIDTH(COUNT_W)
  ) u_write (
      .clk_i(m_clk_i),
      .d_i  (write_gray_q),
      .q_o  (write_gray_m)
  );

endmodule
`default_nettype wire
