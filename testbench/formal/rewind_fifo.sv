`include "twinpath_types.svh"
`default_nettype none

/// What rewind_fifo promises, for one word that the solver marks: unless it is taken back it leaves unchanged, after exactly
/// the words before it. A word taken back is forgotten, whatever shows in its place.
/// Assumed, as its header demands: words are taken back only with a word in their place, and never the head.
module rewind_fifo_formal #(
    parameter int WIDTH = 2,
    parameter int DEPTH = 4,
    localparam int COUNT_W = $clog2(DEPTH + 1)
) (
    input wire logic               clk_i,
    input wire logic               s_valid_i,
    input wire logic [WIDTH-1:0]   s_data_i,
    input wire logic [COUNT_W-1:0] undo_i,
    input wire logic               m_ready_i,
    input wire logic               mark_i
);

  logic running = 1'b0;
  always_ff @(posedge clk_i) running <= 1'b1;

  logic               s_ready;
  logic               m_valid;
  logic [WIDTH-1:0]   m_data;
  logic [COUNT_W-1:0] count;

  rewind_fifo #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) u_dut (
      .clk_i    (clk_i),
      .rst_i    (!running),
      .s_valid_i(s_valid_i),
      .s_ready_o(s_ready),
      .s_data_i (s_data_i),
      .undo_i   (undo_i),
      .m_valid_o(m_valid),
      .m_ready_i(m_ready_i),
      .m_data_o (m_data),
      .count_o  (count)
  );

  logic             push;
  logic             pop;
  logic [COUNT_W:0] held = '0;
  logic [COUNT_W:0] kept;          // what is not taken back
  logic             marked = 1'b0;
  logic [COUNT_W:0] ahead = '0;    // words in front of the marked one
  logic [WIDTH-1:0] word;
  logic             waited = 1'b0;
  logic [WIDTH-1:0] offered;

  assign push = s_valid_i && (s_ready || undo_i != '0);
  assign pop  = m_valid && m_ready_i;
  assign kept = held - {1'b0, undo_i};

  always_ff @(posedge clk_i) begin
    waited  <= running && m_valid && !m_ready_i;
    offered <= m_data;
    if (running) begin
      held <= kept + (COUNT_W + 1)'(push) - (COUNT_W + 1)'(pop);
      if (push && mark_i && !(pop && kept == '0)) begin
        marked <= 1'b1;
        word   <= s_data_i;
        ahead  <= kept - (COUNT_W + 1)'(pop);
      end else if (marked) begin
        if (ahead >= kept) marked <= 1'b0;
        else if (pop && ahead == '0) marked <= 1'b0;
        else ahead <= ahead - (COUNT_W + 1)'(pop);
      end
    end
  end

  always @(posedge clk_i) begin
    if (running) assume (undo_i == '0 || (s_valid_i && {1'b0, undo_i} < held));
  end

  always @(posedge clk_i) begin
    if (running) begin
      count_right: assert ({1'b0, count} == held);
      not_overfull: assert (held <= (COUNT_W + 1)'(DEPTH));
      offers_what_it_has: assert (m_valid == (held != '0 || s_valid_i));
      straight_through: assert (held != '0 || !s_valid_i || m_data == s_data_i);
      takes_while_room: assert (s_ready == (held < (COUNT_W + 1)'(DEPTH)));
      word_in_turn: assert (!(marked && ahead == '0) || m_data == word);
      output_stable: assert (!waited || (m_valid && m_data == offered));
    end
  end

endmodule
`default_nettype wire
