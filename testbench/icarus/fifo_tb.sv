`default_nettype none
`timescale 1ns / 1ns

/// fifo and rewind_fifo under random traffic against an array of what they hold, in a four-state simulator.
///
/// Both are checked every cycle: the handshakes, the fill, and the head when there is one; rewind_fifo also while words are
/// taken back. Nothing that an output shows may come from a word that was never written. Prints `passed` and how much.
module fifo_tb;
  parameter int DEPTH = 8;
  parameter int CYCLES = 20000;
  localparam int WIDTH = 32;
  localparam int COUNT_W = $clog2(DEPTH + 1);

  logic               clk = 1'b0;
  logic               rst = 1'b1;
  logic               push = 1'b0;
  logic               pop = 1'b0;
  logic [WIDTH-1:0]   data = '0;
  logic               mark = 1'b0;
  logic               rewind = 1'b0;

  logic               f_ready, f_valid, r_ready, r_valid, r_behind;
  logic [WIDTH-1:0]   f_data, r_data;
  logic [COUNT_W-1:0] f_count, r_count;

  fifo #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) u_fifo (
      .clk_i    (clk),
      .rst_i    (rst),
      .s_valid_i(push),
      .s_ready_o(f_ready),
      .s_data_i (data),
      .m_valid_o(f_valid),
      .m_ready_i(pop),
      .m_data_o (f_data),
      .count_o  (f_count)
  );

  rewind_fifo #(
      .WIDTH(WIDTH),
      .DEPTH(DEPTH)
  ) u_rewind (
      .clk_i    (clk),
      .rst_i    (rst),
      .s_valid_i(push),
      .s_ready_o(r_ready),
      .s_data_i (data),
      .mark_i   (mark),
      .rewind_i (rewind),
      .behind_o (r_behind),
      .m_valid_o(r_valid),
      .m_ready_i(pop),
      .m_data_o (r_data),
      .count_o  (r_count)
  );

  // What each should hold: the word n places behind the head at [n].
  logic [WIDTH-1:0] f_model [0:DEPTH];
  logic [WIDTH-1:0] r_model [0:DEPTH];
  int f_n = 0;
  int r_n = 0;
  int r_mark = 0;  // words before the marked one
  int i;
  int cycle;
  int words = 0;
  int undone = 0;
  int failures = 0;
  int eagerness;  // of pushing against popping, so that both ends are met

  task check(input logic right, input [8*40-1:0] what);
    if (right !== 1'b1) begin
      $display("cycle %0d: %0s is wrong (fifo holds %0d of %0d, rewind_fifo %0d of %0d)", cycle, what, f_count, f_n, r_count, r_n);
      failures = failures + 1;
      if (failures > 10) $finish;
    end
  endtask

  task model_pop_f;
    begin
      for (i = 1; i < f_n; i = i + 1) f_model[i-1] = f_model[i];
      f_n = f_n - 1;
    end
  endtask

  task model_pop_r;
    begin
      for (i = 1; i < r_n; i = i + 1) r_model[i-1] = r_model[i];
      r_n = r_n - 1;
      if (r_mark > 0) r_mark = r_mark - 1;
    end
  endtask

  initial begin
    repeat (3) begin
      #5 clk = 1'b1;
      #5 clk = 1'b0;
    end
    rst = 1'b0;
    for (cycle = 0; cycle < CYCLES; cycle = cycle + 1) begin
      if (cycle % 100 == 0) eagerness = $urandom_range(10);
      push = $urandom_range(10) < eagerness;
      pop  = $urandom_range(10) < 10 - eagerness;
      data = $urandom;
      mark = $urandom_range(1) == 0;
      // Words may be taken back while the marked one is not the head.
      rewind = r_mark > 0 && $urandom_range(3) == 0;
      if (rewind) mark = 1'b0;
      #4;
      check(f_ready === (f_n < DEPTH), "fifo s_ready_o");
      check(f_valid === (f_n > 0), "fifo m_valid_o");
      check(f_count === f_n, "fifo count_o");
      if (f_n > 0) check(f_data === f_model[0], "fifo m_data_o");
      check(r_ready === (r_n < DEPTH), "rewind_fifo s_ready_o");
      check(r_valid === (r_n > 0 || push), "rewind_fifo m_valid_o");
      check(r_behind === (r_mark > 0), "rewind_fifo behind_o");
      check(r_count === r_n, "rewind_fifo count_o");
      if (r_n > 0) check(r_data === r_model[0], "rewind_fifo m_data_o");
      else if (push) check(r_data === data, "rewind_fifo m_data_o of a word passing through");

      if (push && f_n < DEPTH) begin
        f_model[f_n] = data;
        f_n = f_n + 1;
        words = words + 1;
        if (pop && f_n > 1) model_pop_f;
      end else if (pop && f_n > 0) model_pop_f;

      if (rewind) begin
        undone = undone + r_n - r_mark;
        r_model[r_mark] = data;
        r_n = r_mark + 1;
      end else if (push && r_n < DEPTH) begin
        if (mark) r_mark = r_n;
        r_model[r_n] = data;
        r_n = r_n + 1;
      end
      if (pop && r_n > 0) model_pop_r;
      #1 clk = 1'b1;
      #5 clk = 1'b0;
    end
    if (failures == 0 && words > CYCLES / 8 && undone > CYCLES / 50)
      $display("passed: %0d words, %0d taken back", words, undone);
    else $display("failed: %0d wrong, %0d words, %0d taken back", failures, words, undone);
    $finish;
  end
endmodule

`default_nettype wire
