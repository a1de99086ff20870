`include "net/packet_types.svh"
`default_nettype none

/// AXI4-Stream out of udp_parser, at both widths: a beat stays on offer, unchanged, until it is taken, and so does, with the first
/// beat of a packet, what is said of the packet, whatever frames come behind it. Frames and configuration are free.
module udp_parser_formal (
    input wire logic                clk_i,
    input wire tp_cfg_t             cfg_i,
    input wire logic                meta_valid_i,
    input wire tp_frame_meta_t      meta_i,
    input wire logic                beat_valid_i,
    input wire logic [63:0]         beat_data_i,
    input wire logic [3:0]          beat_bytes_i,
    input wire logic                beat_last_i,
    input wire logic                beat_error_i,
    input wire logic                beat_dropped_i,
    input wire logic [TP_CYC_W-1:0] beat_cycle_i,
    input wire logic                m_ready_i
);

  logic running = 1'b0;
  always_ff @(posedge clk_i) running <= 1'b1;

  logic [1:0] beat_same;
  logic [1:0] packet_same;

  for (genvar w = 0; w < 2; w = w + 1) begin : g_width
    localparam int DATA_W = 32 << w;
    localparam int BYTES_W = $clog2(DATA_W / 8 + 1);
    logic                valid;
    logic                first;
    logic [DATA_W-1:0]   data;
    logic [BYTES_W-1:0]  bytes;
    logic                last;
    logic                error;
    logic [TP_CYC_W-1:0] cycle;
    tp_packet_t          packet;

    udp_parser #(
        .DATA_W(DATA_W)
    ) u_dut (
        .clk_i         (clk_i),
        .rst_i         (!running),
        .cfg_i         (cfg_i),
        .meta_valid_i  (meta_valid_i),
        .meta_ready_o  (),
        .meta_i        (meta_i),
        .beat_valid_i  (beat_valid_i),
        .beat_ready_o  (),
        .beat_data_i   (beat_data_i[DATA_W-1:0]),
        .beat_bytes_i  (beat_bytes_i[BYTES_W-1:0]),
        .beat_last_i   (beat_last_i),
        .beat_error_i  (beat_error_i),
        .beat_dropped_i(beat_dropped_i),
        .beat_cycle_i  (beat_cycle_i),
        .m_valid_o     (valid),
        .m_ready_i     (m_ready_i),
        .m_first_o     (first),
        .m_data_o      (data),
        .m_bytes_o     (bytes),
        .m_last_o      (last),
        .m_error_o     (error),
        .m_cycle_o     (cycle),
        .packet_o      (packet),
        .pending_o     (),
        .pending_meta_o(),
        .cnt_o         (),
        .idle_o        ()
    );

    logic                waited = 1'b0;
    logic                was_first;
    logic [DATA_W-1:0]   was_data;
    logic [BYTES_W-1:0]  was_bytes;
    logic                was_last;
    logic                was_error;
    logic [TP_CYC_W-1:0] was_cycle;
    tp_packet_t          was_packet;

    always_ff @(posedge clk_i) begin
      waited     <= running && valid && !m_ready_i;
      was_first  <= first;
      was_data   <= data;
      was_bytes  <= bytes;
      was_last   <= last;
      was_error  <= error;
      was_cycle  <= cycle;
      was_packet <= packet;
    end
    assign beat_same[w] = !waited || (valid && {first, data, bytes, last, error, cycle} == {was_first, was_data, was_bytes, was_last, was_error, was_cycle});
    assign packet_same[w] = !waited || !was_first || packet == was_packet;
  end

  always @(posedge clk_i) begin
    if (running) begin
      beat_held: assert (beat_same == '1);
      packet_held: assert (packet_same == '1);
    end
  end

endmodule
`default_nettype wire
