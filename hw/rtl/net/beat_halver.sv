`include "net/packet_types.svh"
`default_nettype none

/// Splits beats of 2 x DATA_W bits, low half first.
///
/// Why: behind the queue the core walks blocks in beats shorter than the shortest block (SEM 2.5).
/// Ordering: beats in order; a high half without bytes is left out.
/// Latency: 0 cycles.
module beat_halver #(
    parameter int DATA_W = 64,
    localparam int BYTES_W = $clog2(DATA_W / 8 + 1)
) (
    input  wire logic                clk_i,
    input  wire logic                rst_i,
    input  wire logic                s_valid_i,
    output logic                     s_ready_o,
    input  wire logic [2*DATA_W-1:0] s_data_i,
    input  wire logic [BYTES_W:0]    s_bytes_i,
    input  wire logic                s_last_i,
    output logic                     m_valid_o,
    input  wire logic                m_ready_i,
    output logic [DATA_W-1:0]        m_data_o,
    output logic [BYTES_W-1:0]       m_bytes_o,
    output logic                     m_last_o
);

  initial if (DATA_W < 8 || DATA_W % 8 != 0) $fatal(1, "beat_halver: DATA_W must be whole bytes");

  localparam logic [BYTES_W:0] HALF = (BYTES_W + 1)'(DATA_W / 8);

  logic             high_q;
  logic             two;
  logic [BYTES_W:0] bytes;

  assign two       = s_bytes_i > HALF || !s_last_i;
  assign bytes     = high_q ? s_bytes_i - HALF : s_bytes_i > HALF ? HALF : s_bytes_i;
  assign m_valid_o = s_valid_i;
  assign m_data_o  = high_q ? s_data_i[2*DATA_W-1:DATA_W] : s_data_i[DATA_W-1:0];
  assign m_bytes_o = bytes[BYTES_W-1:0];
  assign m_last_o  = s_last_i && (high_q || !two);
  assign s_ready_o = m_ready_i && (high_q || !two);

  always_ff @(posedge clk_i) begin
    if (s_valid_i && m_ready_i) high_q <= two && !high_q;
    if (rst_i) high_q <= 1'b0;
  end

endmodule
`default_nettype wire
