`include "twinpath_types.svh"
`default_nettype none

/// discard_budget: from any discard on, where the solver opens a window, there are at most burst discards and one more for each
/// whole interval since; none before a configuration, and a spent budget comes back.
/// What is given back in excess of what was spent is forgotten here: where the two are even a shorter window begins, which
/// may hold as much. A write of the configuration ends the window; the discard of a frame begun before it is not counted.
/// Assumed: as order_tx does, a frame is begun only with may_o, judged in the next cycle, and none is begun in that cycle.
module discard_budget_formal #(
    parameter int VALUE_W = 2,  // bits of burst and interval that are used
    parameter int UNIT = 2      // cycles that the interval counts, 1,024 in the block
) (
    input wire logic        clk_i,
    input wire tp_cfg_t     cfg_i,
    input wire logic        begin_i,
    input wire logic        discard_i,
    input wire logic        open_i
);

  logic running = 1'b0;
  always_ff @(posedge clk_i) running <= 1'b1;

  logic may;
  logic spend;

  discard_budget u_dut (
      .clk_i  (clk_i),
      .rst_i  (!running),
      .cfg_i  (cfg_i),
      .spend_i(spend),
      .may_o  (may)
  );

  // ---- the configuration in force -----------------------------------------------------------------------------------------
  logic               write;
  logic               written = 1'b0;
  logic               enable;
  logic [VALUE_W-1:0] burst;
  logic [VALUE_W-1:0] interval;

  assign write = cfg_i.valid && cfg_i.table_id == TP_CFG_CONTROL && cfg_i.word == 5'd2;

  always_ff @(posedge clk_i) begin
    if (running && write) begin
      written  <= 1'b1;
      enable   <= cfg_i.data[0];
      burst    <= cfg_i.data[8+:VALUE_W];
      interval <= cfg_i.data[16+:VALUE_W];
    end
  end

  always @(posedge clk_i) assume (cfg_i.data[15:8] >> VALUE_W == '0 && cfg_i.data[31:16] >> VALUE_W == '0);

  // ---- frames begun before their verdict ----------------------------------------------------------------------------------
  logic begun = 1'b0;  // in the cycle before
  logic begun_under;   // under the configuration in force

  assign spend = begun && discard_i;

  always_ff @(posedge clk_i) begin
    begun       <= running && begin_i && may && !begun;
    begun_under <= !write;
  end

  // ---- the window -----------------------------------------------------------------------------------------------------------
  localparam int COUNT_W = VALUE_W + 4;
  logic               window = 1'b0;
  logic [COUNT_W-1:0] phase;   // cycles since the last whole interval
  logic [COUNT_W-1:0] spent;   // less what was given back
  logic               counted;
  logic               opens;
  logic               whole;

  assign counted = running && spend && begun_under;
  assign opens   = counted && open_i && !window;
  assign whole   = interval != '0 && phase == COUNT_W'(interval) * COUNT_W'(UNIT) - 1'b1;

  always_ff @(posedge clk_i) begin
    if (opens) begin
      phase <= '0;
      spent <= COUNT_W'(1);
    end else begin
      phase <= whole ? '0 : phase + 1'b1;
      if (counted && !whole) spent <= spent + 1'b1;
      if (!counted && whole && spent != '0) spent <= spent - 1'b1;
    end
    window <= running && (window || opens) && !write;
  end

  // ---- what comes back ------------------------------------------------------------------------------------------------------
  logic [COUNT_W-1:0] refused = '0;  // cycles in a row without a discard to spend

  always_ff @(posedge clk_i) refused <= (running && written && enable && !may && !write) ? refused + 1'b1 : '0;

  logic was_written = 1'b0;  // in the cycle before
  always_ff @(posedge clk_i) was_written <= running && write;

  always @(posedge clk_i) begin
    if (running) begin
      within_budget: assert (!window || spent <= COUNT_W'(burst));
      off_until_written: assert (!may || (written && enable));
      comes_back:
      assert (burst == '0 || interval == '0 || !written || refused <= COUNT_W'(interval) * COUNT_W'(UNIT));
      full_at_once: assert (!was_written || !enable || burst == '0 || may);
    end
  end

endmodule
`default_nettype wire
