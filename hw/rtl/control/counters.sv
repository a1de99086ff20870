`include "twinpath_types.svh"
`default_nettype none

/// The counters of SEM 8: 64 bits each, one pulse input a counter, and amounts for the two that grow by more than one.
///
/// Why: every drop, rejection and message has a number that both twins must agree on, so counting is exact: any
/// combination of pulses in one cycle counts, in every cycle.
/// Pulses of CNT_DUPLICATE_MESSAGES and CNT_LOST_MESSAGES are ignored; duplicate_inc_i and lost_inc_i, 0 in cycles
/// without any, are added instead.
/// Reset clears all of them. A counter wraps at 2^64, which no run reaches.
/// Latency: a pulse is in rdata_o of a read 2 cycles later; rdata_o comes 1 cycle after re_i and is held.
/// Reading an index beyond the last counter gives 0.
module counters (
    input  wire logic                                    clk_i,
    input  wire logic                                    rst_i,
    input  wire logic [twinpath_regs_pkg::COUNTERS-1:0]  cnt_i,
    input  wire logic [15:0]                             duplicate_inc_i,
    input  wire logic [63:0]                             lost_inc_i,
    input  wire logic                                    re_i,
    input  wire logic [6:0]                              raddr_i,
    output logic      [63:0]                             rdata_o
);

  // Counters are stored in groups of eight and padded to whole groups. Only groups with a pulse are looked at, which
  // is a hint to the simulator; in hardware each counter is its register, its adder and its enable. They are assigned
  // with = because a simulator copies what it assigns with <= in every cycle, here 700 bytes; nothing outside this
  // process reads them, and it reads before it writes, so the register that results is the same.
  localparam int COUNTERS = twinpath_regs_pkg::COUNTERS;
  localparam int GROUPS = (COUNTERS + 7) / 8;
  localparam int DUPLICATE = twinpath_regs_pkg::CNT_DUPLICATE_MESSAGES;
  localparam int LOST = twinpath_regs_pkg::CNT_LOST_MESSAGES;

  initial begin
    if (COUNTERS > 128) $fatal(1, "counters: raddr_i reaches 128 counters");
  end

  logic [GROUPS*8-1:0]    pulse_q;
  logic                   any_q;
  logic [15:0]            duplicate_inc_q;
  logic [63:0]            lost_inc_q;
  logic [GROUPS*8*64-1:0] count;

  always_ff @(posedge clk_i) begin
    pulse_q            <= {{(GROUPS * 8 - COUNTERS) {1'b0}}, cnt_i};
    pulse_q[DUPLICATE] <= duplicate_inc_i != '0;
    pulse_q[LOST]      <= lost_inc_i != '0;
    any_q              <= (|cnt_i) || (duplicate_inc_i != '0) || (lost_inc_i != '0);
    duplicate_inc_q    <= duplicate_inc_i;
    lost_inc_q         <= lost_inc_i;

    if (re_i) rdata_o <= (32'(raddr_i) < COUNTERS) ? count[32'(raddr_i)*64 +: 64] : '0;

    if (any_q) begin
      for (int g = 0; g < GROUPS; g++) begin
        if (|pulse_q[g*8 +: 8]) begin
          for (int i = 0; i < 8; i++) begin
            if (pulse_q[g*8+i]) begin
              count[(g*8+i)*64 +: 64] = count[(g*8+i)*64 +: 64] +
                  (g * 8 + i == DUPLICATE ? {48'd0, duplicate_inc_q} : g * 8 + i == LOST ? lost_inc_q : 64'd1);
            end
          end
        end
      end
    end

    if (rst_i) begin
      pulse_q <= '0;
      any_q   <= 1'b0;
      count    = '0;
    end
  end

endmodule
`default_nettype wire
