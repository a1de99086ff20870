`include "twinpath_types.svh"
`default_nettype none

/// First-word-fall-through FIFO of DEPTH words, one clock.
///
/// Why: one queue for every place that needs elasticity, over ram_sdp so that any depth maps to the right memory.
/// Ordering: words leave in the order they came; s_ready_o depends on the fill only, m_valid_o does not wait for
/// m_ready_i, and m_data_o is stable until accepted. A word and its successor may pass in consecutive cycles.
/// Both handshakes come from registers, so that they cost whoever waits for them nothing.
/// The head is read ahead of time; a word written while it is the next to leave bypasses the memory, which would
/// return old data.
/// Latency: 1 cycle from acceptance to m_valid_o when empty.
module fifo #(
    parameter int WIDTH = 32,
    parameter int DEPTH = 16,
    localparam int COUNT_W = $clog2(DEPTH + 1)
) (
    input  wire logic               clk_i,
    input  wire logic               rst_i,
    input  wire logic               s_valid_i,
    output logic                    s_ready_o,
    input  wire logic [WIDTH-1:0]   s_data_i,
    output logic                    m_valid_o,
    input  wire logic               m_ready_i,
    output logic      [WIDTH-1:0]   m_data_o,
    output logic      [COUNT_W-1:0] count_o
);

  initial begin
    if (WIDTH < 1) $fatal(1, "fifo: WIDTH must be at least 1");
    if (DEPTH < 2) $fatal(1, "fifo: DEPTH must be at least 2");
  end

  localparam int ADDR_W = $clog2(DEPTH);
  localparam logic [ADDR_W-1:0] LAST = ADDR_W'(DEPTH - 1);

  logic [ADDR_W-1:0]  write_q;
  logic [ADDR_W-1:0]  read_q;
  logic [ADDR_W-1:0]  read_next;
  logic [COUNT_W-1:0] count_q;
  logic               ready_q;   // not full
  logic               valid_q;   // not empty
  logic               bypass_q;
  logic [WIDTH-1:0]   bypass_data_q;
  logic [WIDTH-1:0]   rdata;
  logic               push;
  logic               pop;
  logic               one;
  logic               push_becomes_head;

  assign s_ready_o         = ready_q;
  assign m_valid_o         = valid_q;
  assign m_data_o          = bypass_q ? bypass_data_q : rdata;
  assign count_o           = count_q;
  assign push              = s_valid_i && ready_q;
  assign pop               = valid_q && m_ready_i;
  assign one               = count_q == COUNT_W'(1);
  assign read_next         = (read_q == LAST) ? '0 : read_q + 1'b1;
  assign push_becomes_head = push && (!valid_q || (one && pop));

  ram_sdp #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) u_ram (
      .clk_i  (clk_i),
      .we_i   (push),
      .waddr_i(write_q),
      .wdata_i(s_data_i),
      .re_i   (pop),
      .raddr_i(read_next),
      .rdata_o(rdata)
  );

  always_ff @(posedge clk_i) begin
    if (push) write_q <= (write_q == LAST) ? '0 : write_q + 1'b1;
    if (pop) read_q <= read_next;
    if (push != pop) count_q <= push ? count_q + 1'b1 : count_q - 1'b1;
    if (push) valid_q <= 1'b1;
    else if (pop && one) valid_q <= 1'b0;
    if (push && !pop && count_q == COUNT_W'(DEPTH - 1)) ready_q <= 1'b0;
    else if (pop && !push) ready_q <= 1'b1;
    if (push_becomes_head) bypass_data_q <= s_data_i;
    if (push_becomes_head) bypass_q <= 1'b1;
    else if (pop) bypass_q <= 1'b0;
    if (rst_i) begin
      write_q  <= '0;
      read_q   <= '0;
      count_q  <= '0;
      ready_q  <= 1'b1;
      valid_q  <= 1'b0;
      bypass_q <= 1'b0;
    end
  end

endmodule
`default_nettype wire
