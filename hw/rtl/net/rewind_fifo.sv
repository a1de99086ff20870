`include "twinpath_types.svh"
`default_nettype none

/// First-word-fall-through FIFO that passes its input straight through while it is empty, and whose latest words can be
/// taken back as far as a mark.
///
/// Why: a frame must begin downstream in the cycle it arrives when nothing waits, and a frame that turns out not to fit
/// must leave again without a trace in the words before it. A mark, not a number of words: what the queue is like without
/// the words taken back is then in registers, and nothing has to be subtracted in the cycle that takes them.
/// Ordering: words leave in the order they came. mark_i marks the word accepted with it. With rewind_i that word and all
/// behind it are taken back and s_data_i takes their place, whether or not s_valid_i and s_ready_o; the mark stays there.
/// The caller gives rewind_i only with behind_o, so that the head is never taken back.
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
    input  wire logic               mark_i,
    input  wire logic               rewind_i,
    output logic                    behind_o, // the marked word waits behind another
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
  logic [ADDR_W-1:0]  mark_q;       // where the marked word is
  logic [ADDR_W-1:0]  read_q;
  logic [COUNT_W-1:0] count_q;
  logic [COUNT_W-1:0] before_q;     // words before the mark
  logic               ready_q;      // not full
  logic               empty_q;
  logic               behind_q;
  logic               head_q;       // the head is in head_data_q, not in the memory's output
  logic [WIDTH-1:0]   head_data_q;
  logic [WIDTH-1:0]   rdata;
  logic [ADDR_W-1:0]  waddr;
  logic               accept;
  logic               push;         // accepted, and not straight out again
  logic               pop;
  logic               one;
  logic               becomes_head;

  assign s_ready_o    = ready_q;
  assign behind_o     = behind_q;
  assign m_valid_o    = !empty_q || s_valid_i;
  assign m_data_o     = empty_q ? s_data_i : head_q ? head_data_q : rdata;
  assign count_o      = count_q;
  assign accept       = s_valid_i && ready_q;
  assign push         = accept && !(empty_q && m_ready_i);
  assign pop          = !empty_q && m_ready_i;
  assign one          = count_q == COUNT_W'(1);
  assign waddr        = rewind_i ? mark_q : write_q;
  assign becomes_head = rewind_i ? pop && before_q == COUNT_W'(1) : push && (empty_q || (one && pop));

  // A word that goes straight through is written too, where the next one will be.
  ram_sdp #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) u_ram (
      .clk_i  (clk_i),
      .we_i   (accept || rewind_i),
      .waddr_i(waddr),
      .wdata_i(s_data_i),
      .re_i   (pop),
      .raddr_i(read_q + 1'b1),
      .rdata_o(rdata)
  );

  always_ff @(posedge clk_i) begin
    if (push || rewind_i) write_q <= waddr + 1'b1;
    if (pop) read_q <= read_q + 1'b1;

    if (rewind_i) count_q <= pop ? before_q : before_q + 1'b1;
    else if (push != pop) count_q <= accept ? count_q + 1'b1 : count_q - 1'b1; // accept, because m_ready_i comes late
    if (push || rewind_i) empty_q <= 1'b0;
    else if (pop && one) empty_q <= 1'b1;
    if (rewind_i) ready_q <= pop || before_q != COUNT_W'(DEPTH - 1);
    else if (push && !pop && count_q == COUNT_W'(DEPTH - 1)) ready_q <= 1'b0;
    else if (pop && !push) ready_q <= 1'b1;

    if (accept && mark_i) mark_q <= write_q;
    if (accept && mark_i) before_q <= pop ? count_q - 1'b1 : count_q;
    else if (pop && behind_q) before_q <= before_q - 1'b1;
    if (accept && mark_i) behind_q <= !empty_q && !(one && pop);
    else if (pop && before_q == COUNT_W'(1)) behind_q <= 1'b0;

    if (becomes_head) head_data_q <= s_data_i;
    if (becomes_head) head_q <= 1'b1;
    else if (pop) head_q <= 1'b0;
    if (rst_i) begin
      write_q  <= '0;
      read_q   <= '0;
      count_q  <= '0;
      before_q <= '0;
      ready_q  <= 1'b1;
      empty_q  <= 1'b1;
      behind_q <= 1'b0;
      head_q   <= 1'b0;
    end
  end

endmodule
`default_nettype wire
