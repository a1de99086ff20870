`include "twinpath_types.svh"
`default_nettype none

/// First-word-fall-through FIFO that passes its input straight through while it is empty, and whose latest words can be
/// taken back.
///
/// Why: a frame must begin downstream in the cycle it arrives when nothing waits, and a frame that turns out not to fit
/// must leave again without a trace in the words before it.
/// Ordering: words leave in the order they came. With undo_i = n > 0 the last n words accepted are taken back and
/// s_data_i takes their place, whether or not s_ready_o; the caller guarantees n < count_o, so the head is never
/// among them. undo_i is 0 otherwise.
/// Latency: 0 cycles when empty and m_ready_i, 1 cycle when empty and not.
module rewind_fifo #(
    parameter int WIDTH = 32,
    parameter int DEPTH = 16,
    localparam int COUNT_W = $clog2(DEPTH + 1)
) (
    input  wire logic               clk_i,
    input  wire logic               rst_i,
    input  wire logic               s_valid_i,
    output logic                    s_ready_o,
    input  wire logic [WIDTH-1:0]   s_data_i,
    input  wire logic [COUNT_W-1:0] undo_i,
    output logic                    m_valid_o,
    input  wire logic               m_ready_i,
    output logic      [WIDTH-1:0]   m_data_o,
    output logic      [COUNT_W-1:0] count_o
);

  initial begin
    if (WIDTH < 1) $fatal(1, "rewind_fifo: WIDTH must be at least 1");
    if (DEPTH < 2 || (DEPTH & (DEPTH - 1)) != 0) $fatal(1, "rewind_fifo: DEPTH must be a power of two");
  end

  localparam int ADDR_W = $clog2(DEPTH);

  logic [ADDR_W-1:0]  write_q;
  logic [ADDR_W-1:0]  read_q;
  logic [COUNT_W-1:0] count_q;
  logic               head_q;       // the head is in head_data_q, not in the memory's output
  logic [WIDTH-1:0]   head_data_q;
  logic [WIDTH-1:0]   rdata;
  logic [ADDR_W-1:0]  waddr;
  logic [COUNT_W-1:0] kept;
  logic               empty;
  logic               push;
  logic               pop;
  logic               becomes_head;

  assign empty        = count_q == '0;
  assign s_ready_o    = count_q != COUNT_W'(DEPTH);
  assign m_valid_o    = !empty || s_valid_i;
  assign m_data_o     = empty ? s_data_i : head_q ? head_data_q : rdata;
  assign count_o      = count_q;
  assign push         = s_valid_i && (s_ready_o || undo_i != '0) && !(empty && m_ready_i);
  assign pop          = !empty && m_ready_i;
  assign kept         = count_q - undo_i;
  assign waddr        = write_q - undo_i[ADDR_W-1:0];
  assign becomes_head = push && (kept == (pop ? COUNT_W'(1) : '0));

  ram_sdp #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) u_ram (
      .clk_i  (clk_i),
      .we_i   (push),
      .waddr_i(waddr),
      .wdata_i(s_data_i),
      .re_i   (pop),
      .raddr_i(read_q + 1'b1),
      .rdata_o(rdata)
  );

  always_ff @(posedge clk_i) begin
    if (push) write_q <= waddr + 1'b1;
    if (pop) read_q <= read_q + 1'b1;
    count_q <= kept + COUNT_W'(push) - COUNT_W'(pop);
    if (becomes_head) head_data_q <= s_data_i;
    if (becomes_head) head_q <= 1'b1;
    else if (pop) head_q <= 1'b0;
    if (rst_i) begin
      write_q <= '0;
      read_q  <= '0;
      count_q <= '0;
      head_q  <= 1'b0;
    end
  end

endmodule
`default_nettype wire
