`include "risk/risk_types.svh"
`default_nettype none

/// The commands that need records: ACK, FILL, DONE and POSITION (SEM 2.9, 5.4, 5.5).
///
/// Why: an open order is found by its number, its symbol's account behind it, and two multiplications follow; that is
/// no work for D1. The pipeline stands still meanwhile (busy_o), so nothing else reads or writes records.
/// Timing: start_i in D1 (cycle t) with the slot's read; busy_o is high from t + 1. ACK, and any that names no open order,
/// is done in t + 1: 1 cycle. FILL, DONE and POSITION are done in t + 4: 4 cycles. done_o is high in the last of them.
module risk_command (
    input  wire logic           clk_i,
    input  wire logic           rst_i,
    input  wire logic           start_i,
    input  wire logic [127:0]   command_i,      // the command, stable from the cycle after start_i
    input  wire tp_open_order_t order_i,        // the slot it names
    input  wire tp_account_t    account_i,      // answers account_re_o in the next cycle
    input  wire tp_limits_t     limits_i,
    input  wire logic [TP_GROSS_W-1:0] gross_i,
    output logic                busy_o,
    output logic                account_re_o,
    output logic [TP_SYM_W-1:0] symbol_o,
    output logic                done_o,
    output logic                acked_o,        // strobes with done_o: the open order is acknowledged
    output logic                applied_o,      // account, and open order unless keeps_order_o, are written
    output logic                keeps_order_o,
    output logic                unknown_o,
    output logic                overfill_o,
    output logic                saturated_o,
    output logic [31:0]         released_o,
    output logic [31:0]         position_o,
    output logic [63:0]         exposure_o,
    output logic [TP_GROSS_W-1:0] gross_o
);

  localparam logic [2:0] C_IDLE     = 3'd0;
  localparam logic [2:0] C_SLOT     = 3'd1;  // the open order is there
  localparam logic [2:0] C_ACCOUNT  = 3'd2;  // the account is there
  localparam logic [2:0] C_EXPOSURE = 3'd3;
  localparam logic [2:0] C_APPLY    = 3'd4;

  logic [2:0]  state_q;
  logic [7:0]  op;
  logic        is_fill;
  logic        is_set;   // POSITION
  logic        hit;
  logic        saturated;
  logic [63:0] released_notional;

  assign op            = command_i[127:120];
  assign is_fill       = op == twinpath_regs_pkg::CMD_FILL;
  assign is_set        = op == twinpath_regs_pkg::CMD_POSITION;
  assign hit           = order_i.valid && order_i.user_ref == command_i[95:64];
  assign busy_o        = state_q != C_IDLE;
  assign account_re_o  = state_q == C_SLOT && op != twinpath_regs_pkg::CMD_ACK && (is_set || hit);
  assign symbol_o      = is_set ? command_i[96+:TP_SYM_W] : order_i.symbol;
  assign acked_o       = state_q == C_SLOT && op == twinpath_regs_pkg::CMD_ACK && hit;
  assign unknown_o     = state_q == C_SLOT && !is_set && !hit;
  assign applied_o     = state_q == C_APPLY;
  assign keeps_order_o = is_set;
  assign done_o        = acked_o || unknown_o || applied_o;
  assign overfill_o    = applied_o && is_fill && command_i[63:32] > order_i.leaves;
  assign saturated_o   = applied_o && saturated;
  assign gross_o       = gross_i - {16'd0, released_notional} - {16'd0, account_i.exposure} + {16'd0, exposure_o};

  risk_fill u_fill (
      .clk_i            (clk_i),
      .update_i         (state_q == C_ACCOUNT),
      .expose_i         (state_q == C_EXPOSURE),
      .fill_i           (is_fill),
      .set_i            (is_set),
      .quantity_i       (command_i[63:32]),
      .price_i          (command_i[31:0]),
      .reference_price_i(limits_i.reference_price),
      .account_i        (account_i),
      .order_i          (order_i),
      .released_o       (released_o),
      .notional_o       (released_notional),
      .position_o       (position_o),
      .saturated_o      (saturated),
      .exposure_o       (exposure_o)
  );

  always_ff @(posedge clk_i) begin
    case (state_q)
      C_IDLE: if (start_i) state_q <= C_SLOT;
      C_SLOT: state_q <= done_o ? C_IDLE : C_ACCOUNT;
      C_ACCOUNT: state_q <= C_EXPOSURE;
      C_EXPOSURE: state_q <= C_APPLY;
      default: state_q <= C_IDLE;
    endcase
    if (rst_i) state_q <= C_IDLE;
  end

endmodule
`default_nettype wire
