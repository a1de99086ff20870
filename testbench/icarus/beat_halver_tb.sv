`default_nettype none
`timescale 1ns / 1ns

/// beat_halver: random frames of wide beats must come out as the same bytes in narrow beats, `last` on the last of a frame.
///
/// The core under test in this folder has a 64-bit datapath and no halver; this is the wider one's front. Bytes beyond a
/// beat's number are X on the way in, so that any use of them shows. Prints `passed` and how much.
module beat_halver_tb;
  parameter int FRAMES = 2000;
  localparam int DATA_W = 64;
  localparam int B = DATA_W / 8;
  localparam int SPACE = 4096;

  logic              clk = 1'b0;
  logic              rst = 1'b1;
  logic              s_valid = 1'b0;
  logic              s_ready;
  logic [2*DATA_W-1:0]         s_data = '0;
  logic [$clog2(2*B+1)-1:0]    s_bytes = '0;
  logic              s_last = 1'b0;
  logic              m_valid;
  logic              m_ready = 1'b0;
  logic [DATA_W-1:0] m_data;
  logic [$clog2(B+1)-1:0]      m_bytes;
  logic              m_last;

  beat_halver #(
      .DATA_W(DATA_W)
  ) u_halver (
      .clk_i    (clk),
      .rst_i    (rst),
      .s_valid_i(s_valid),
      .s_ready_o(s_ready),
      .s_data_i (s_data),
      .s_bytes_i(s_bytes),
      .s_last_i (s_last),
      .m_valid_o(m_valid),
      .m_ready_i(m_ready),
      .m_data_o (m_data),
      .m_bytes_o(m_bytes),
      .m_last_o (m_last)
  );

  // Bytes that were offered and have not come out; [8] marks the last of a frame.
  logic [8:0] queue [0:SPACE-1];
  int head = 0;
  int tail = 0;
  int left = 0;     // bytes of the frame still to be offered
  int offered;
  logic taken;
  int frames = 0;
  int bytes = 0;
  int failures = 0;
  int i;

  task check(input logic right, input [8*40-1:0] what);
    if (right !== 1'b1) begin
      $display("frame %0d, byte %0d: %0s", frames, bytes, what);
      failures = failures + 1;
    end
  endtask

  initial begin
    repeat (3) begin
      #5 clk = 1'b1;
      #5 clk = 1'b0;
    end
    rst = 1'b0;
    while ((frames < FRAMES || head != tail) && failures == 0) begin
      // An offer stands until it is taken.
      if (!s_valid && frames < FRAMES && $urandom_range(3) != 0) begin
        if (left == 0) left = 1 + $urandom_range(90);
        offered = left < 2 * B ? left : 2 * B;
        s_valid = 1'b1;
        s_bytes = offered;
        s_last  = left == offered;
        s_data  = 'x;
        for (i = 0; i < offered; i = i + 1) begin
          s_data[8*i+:8] = $urandom;
          queue[tail]    = {s_last && i == offered - 1, s_data[8*i+:8]};
          tail           = (tail + 1) % SPACE;
        end
        left = left - offered;
        if (s_last) frames = frames + 1;
      end
      m_ready = $urandom_range(3) != 0;
      #4;
      if (m_valid && m_ready) begin
        check(m_bytes >= 1 && m_bytes <= B, "beat without bytes");
        check(m_bytes == B || m_last, "short beat that is not the last");
        for (i = 0; i < m_bytes; i = i + 1) begin
          check((head != tail) && m_data[8*i+:8] === queue[head][7:0], "wrong byte");
          check(queue[head][8] === (m_last && i == m_bytes - 1), "frame ends elsewhere");
          head  = (head + 1) % SPACE;
          bytes = bytes + 1;
        end
      end
      #1;
      taken = s_valid && s_ready;
      clk   = 1'b1;
      #5;
      if (taken) s_valid = 1'b0;
      clk = 1'b0;
    end
    if (failures == 0) $display("passed: %0d frames, %0d bytes", frames, bytes);
    else $display("failed");
    $finish;
  end
endmodule

`default_nettype wire
