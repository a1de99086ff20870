`include "twinpath_types.svh"
`default_nettype none

/// Budget of discarded frames: may the next frame be started before its verdict?
///
/// Why: a discarded frame reaches the venue's port as a frame with a bad check sequence; a fault or an odd market must
/// not turn the line into a stream of them, so hardware bounds their number whatever the host does.
/// Configuration, TP_CFG_CONTROL word 2: [0] enable, [15:8] burst (discards allowed at once, 1 to 255), [31:16] interval:
/// one discard is given back every interval * 1,024 cycles, 0: never. A write fills the budget.
/// Safety: off after a reset and until written. Any W cycles see at most burst + W / (interval * 1,024) discards: the
/// interval is counted only while something is spent, so no credit is saved up beyond the burst.
/// Ordering: spend_i is seen by may_o in the next cycle.
/// Latency: may_o depends on registers only. spend_i may be late: it is remembered, and taken from the credit in the next cycle.
module discard_budget (
    input  wire logic    clk_i,
    input  wire logic    rst_i,
    input  wire tp_cfg_t cfg_i,
    input  wire logic    spend_i,  // a frame is discarded
    output logic         may_o
);

  localparam int TIMER_W = 26;

  logic               enable_q;
  logic [7:0]         burst_q;
  logic [15:0]        interval_q;
  logic [7:0]         credit_q;  // before the cycle
  logic               spent_q;   // of it, in the cycle before
  logic [TIMER_W-1:0] timer_q;
  logic               full;
  logic               give;
  logic               write;
  logic [7:0]         credit;

  assign credit = credit_q - {7'd0, spent_q};
  assign may_o = enable_q && credit_q != '0 && !(spent_q && credit_q == 8'd1);
  assign full  = credit == burst_q;
  assign give  = !full && interval_q != '0 && timer_q == {interval_q, 10'd0} - 1'b1;
  assign write = cfg_i.valid && cfg_i.table_id == TP_CFG_CONTROL && cfg_i.word == 5'd2;

  always_ff @(posedge clk_i) begin
    timer_q  <= (full || give) ? '0 : timer_q + 1'b1;
    credit_q <= give ? credit + 1'b1 : credit;
    spent_q  <= spend_i && credit != '0 && !write;
    if (write) begin
      enable_q   <= cfg_i.data[0];
      burst_q    <= cfg_i.data[15:8];
      interval_q <= cfg_i.data[31:16];
      credit_q   <= cfg_i.data[15:8];
      timer_q    <= '0;
    end
    if (rst_i) begin
      enable_q   <= 1'b0;
      burst_q    <= '0;
      interval_q <= '0;
      credit_q   <= '0;
      spent_q    <= 1'b0;
      timer_q    <= '0;
    end
  end

endmodule
`default_nettype wire
