`include "net/packet_types.svh"
`default_nettype none

/// What beat_halver promises, for the byte at a place in the frame that the solver chooses.
/// Assumed of the input: AXI4-Stream (a beat stays until taken), only the last beat of a frame is not full, and none is empty.
module beat_halver_formal #(
    parameter int DATA_W = 16,
    localparam int BYTES_W = $clog2(DATA_W / 8 + 1),
    localparam int AT_W = 8
) (
    input wire logic                clk_i,
    input wire logic                s_valid_i,
    input wire logic [2*DATA_W-1:0] s_data_i,
    input wire logic [BYTES_W:0]    s_bytes_i,
    input wire logic                s_last_i,
    input wire logic                m_ready_i
);

  localparam int B = DATA_W / 8;

  logic running = 1'b0;
  always_ff @(posedge clk_i) running <= 1'b1;

  logic               s_ready;
  logic               m_valid;
  logic [DATA_W-1:0]  m_data;
  logic [BYTES_W-1:0] m_bytes;
  logic               m_last;

  beat_halver #(
      .DATA_W(DATA_W)
  ) u_dut (
      .clk_i    (clk_i),
      .rst_i    (!running),
      .s_valid_i(s_valid_i),
      .s_ready_o(s_ready),
      .s_data_i (s_data_i),
      .s_bytes_i(s_bytes_i),
      .s_last_i (s_last_i),
      .m_valid_o(m_valid),
      .m_ready_i(m_ready_i),
      .m_data_o (m_data),
      .m_bytes_o(m_bytes),
      .m_last_o (m_last)
  );

  (* anyconst *) logic [AT_W-1:0] place;  // of the byte looked at

  logic [AT_W-1:0]     in_at = '0;   // place of the first byte of the beat at the input
  logic [AT_W-1:0]     out_at = '0;  // and at the output
  logic [AT_W-1:0]     in_end;
  logic [AT_W-1:0]     out_end;
  logic [AT_W-1:0]     in_lane;
  logic [AT_W-1:0]     out_lane;
  logic [2*DATA_W-1:0] in_byte;
  logic [DATA_W-1:0]   out_byte;
  logic                here;         // the byte looked at is at the output
  logic                taken;

  assign in_end   = in_at + AT_W'(s_bytes_i);
  assign out_end  = out_at + AT_W'(m_bytes);
  assign in_lane  = place - in_at;
  assign out_lane = place - out_at;
  assign in_byte  = s_data_i >> {in_lane, 3'd0};
  assign out_byte = m_data >> {out_lane, 3'd0};
  assign here     = m_valid && place >= out_at && place < out_end;
  assign taken    = s_valid_i && s_ready;

  logic                waited = 1'b0;
  logic [DATA_W-1:0]   offered_data;
  logic [BYTES_W-1:0]  offered_bytes;
  logic                offered_last;
  logic                held = 1'b0;
  logic [2*DATA_W-1:0] held_data;
  logic [BYTES_W:0]    held_bytes;
  logic                held_last;

  always_ff @(posedge clk_i) begin
    waited        <= running && m_valid && !m_ready_i;
    offered_data  <= m_data;
    offered_bytes <= m_bytes;
    offered_last  <= m_last;
    held          <= running && s_valid_i && !s_ready;
    held_data     <= s_data_i;
    held_bytes    <= s_bytes_i;
    held_last     <= s_last_i;
    if (running) begin
      if (m_valid && m_ready_i) out_at <= m_last ? '0 : out_end;
      if (taken) in_at <= s_last_i ? '0 : in_end;
    end
  end

  always @(posedge clk_i) begin
    if (running) begin
      assume (s_bytes_i <= (BYTES_W + 1)'(2 * B) && s_bytes_i != '0);
      assume (s_last_i || s_bytes_i == (BYTES_W + 1)'(2 * B));
      assume (!held || (s_valid_i && s_data_i == held_data && s_bytes_i == held_bytes && s_last_i == held_last));
      assume (in_at < AT_W'(128));  // longer frames wrap the counters of this harness
    end
  end

  always @(posedge clk_i) begin
    if (running) begin
      bytes_in_order: assert (!here || (place >= in_at && place < in_end && in_byte[7:0] == out_byte[7:0]));
      none_invented: assert (!m_valid || (s_valid_i && out_at >= in_at && out_end <= in_end));
      none_left_out: assert (!taken || (m_valid && m_ready_i && out_end == in_end));
      no_empty_beat: assert (!m_valid || m_bytes != '0);
      ends_with_the_frame: assert (!m_valid || m_last == (s_last_i && out_end == in_end));
      output_stable:
      assert (!waited || (m_valid && m_data == offered_data && m_bytes == offered_bytes && m_last == offered_last));
    end
  end

endmodule
`default_nettype wire
