`include "twinpath_types.svh"
`default_nettype none

/// What rewind_fifo promises, for one word that the solver watches: unless it is taken back it leaves unchanged, after exactly
/// the words before it. A word taken back is forgotten, whatever shows in its place.
/// Assumed, as its header demands: words are taken back only while another is before the marked one.
module rewind_fifo_formal #(
    parameter int WIDTH = 2,
    parameter int DEPTH = 4,
    localparam int COUNT_W = $clog2(DEPTH + 1)
) (
    input wire logic               clk_i,
    input wire logic               s_valid_i,
    input wire logic [WIDTH-1:0]   s_data_i,
    input wire logic               mark_i,
    input wire logic               rewind_i,
    input wire logic               m_ready_i,
    input wire logic               watch_i
);

  logic running = 1'b0;
  always_ff @(posedge clk_i) running <= 1'b1;

  logic               s_ready;
  logic               behind;
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
      .mark_i   (mark_i),
      .rewind_i (rewind_i),
      .behind_o (behind),
      .m_valid_o(m_valid),
      .m_ready_i(m_ready_i),
      .m_data_o (m_data),
      .count_o  (count)
  );

  logic             push;
  logic             pop;
  logic [COUNT_W:0] held = '0;
  logic [COUNT_W:0] mark = '0;      // words in front of the marked one
  logic [COUNT_W:0] kept;           // what is not taken back
  logic             watched = 1'b0;
  logic [COUNT_W:0] ahead = '0;     // words in front of the watched one
  logic [WIDTH-1:0] word;
  logic             waited = 1'b0;
  logic [WIDTH-1:0] offered;

  assign push = rewind_i || (s_valid_i && s_ready);
  assign pop  = m_valid && m_ready_i;
  assign kept = rewind_i ? mark : held;

  always_ff @(posedge clk_i) begin
    waited  <= running && m_valid && !m_ready_i;
    offered <= m_data;
    if (running) begin
      held <= kept + (COUNT_W + 1)'(push) - (COUNT_W + 1)'(pop);
      if (mark_i && s_valid_i && s_ready) mark <= held - (COUNT_W + 1)'(pop && held != '0);
      else if (pop && mark != '0) mark <= mark - 1'b1;
      if (push && watch_i && !(pop && kept == '0)) begin
        watched <= 1'b1;
        word    <= s_data_i;
        ahead   <= kept - (COUNT_W + 1)'(pop);
      end else if (watched) begin
        if (ahead >= kept) watched <= 1'b0;
        else if (pop && ahead == '0) watched <= 1'b0;
        else ahead <= ahead - (COUNT_W + 1)'(pop);
      end
    end
  end

  always @(posedge clk_i) begin
    if (running) assume (!rewind_i || (mark != '0 && !mark_i));
  end

  always @(posedge clk_i) begin
    if (running) begin
      mark_right: assert (behind == (mark != '0));
      count_right: assert ({1'b0, count} == held);
      not_overfull: assert (held <= (COUNT_W + 1)'(DEPTH));
      offers_what_it_has: assert (m_valid == (held != '0 || s_valid_i));
      straight_through: assert (held != '0 || !s_valid_i || m_data == s_data_i);
      takes_while_room: assert (s_ready == (held < (COUNT_W + 1)'(DEPTH)));
      word_in_turn: assert (!(watched && ahead == '0) || m_data == word);
      output_stable: assert (!waited || (m_valid && m_data == offered));
    end
  end

endmodule
`default_nettype wire
