`include "risk/risk_types.svh"
`default_nettype none

/// Whether trading is allowed at all: kill switch, session, circuit breaker, and the trading state of every symbol
/// (SEM 2.6, 2.7, 2.9, 5.1 checks 1, 3 and 4).
///
/// Why: these flags change by messages and commands only, and the checks see three answers.
/// Safety: after a reset nothing is allowed: no symbol trades until CONTROL or a trading action says so. A feed that
/// has ended stays ended.
/// A configuration write of CONTROL word 0 sets the trading flag of every symbol, so it belongs before the session.
/// Timing: flags change in the cycle after their strobe. The trading states of two symbols are looked up in B and
/// answered in D1, with a change by the operation then in D1 (which may be one cycle ahead) taken in.
module risk_session (
    input  wire logic       clk_i,
    input  wire logic       rst_i,
    input  wire tp_cfg_t    cfg_i,
    input  wire logic       state_i,         // strobe: a STATE message takes effect
    input  wire logic [7:0] reason_i,
    input  wire logic [7:0] argument_i,
    input  wire logic [TP_SYM_W-1:0] state_symbol_i,
    input  wire logic       command_i,       // strobe: a command takes effect
    input  wire logic [7:0] command_op_i,
    input  wire logic       lookup_i,        // the pipeline advances
    input  wire logic [2*TP_SYM_W-1:0] symbols_i,  // whose trading states are asked for
    output logic            kill_o,
    output logic            closed_o,
    output logic [1:0]      tradable_o
);

  logic                  kill_q;
  logic                  any_session_q;
  logic                  market_open_q;
  logic                  feed_ended_q;
  logic                  breaker_q;
  logic [TP_SYMBOLS-1:0] trading_q;
  logic [TP_SYMBOLS-1:0] auction_q;
  logic [TP_SYMBOLS-1:0] halted_q;

  assign kill_o     = kill_q;
  assign closed_o   = feed_ended_q || breaker_q || (!market_open_q && !any_session_q);

  for (genvar n = 0; n < 2; n = n + 1) begin : g_symbol
    logic [TP_SYM_W-1:0] symbol;
    logic                trading;
    logic                auction;
    logic                halted;

    assign symbol = symbols_i[TP_SYM_W*n+:TP_SYM_W];
    always_comb begin
      trading = trading_q[symbol];
      auction = auction_q[symbol];
      halted  = halted_q[symbol];
      if (state_i && state_symbol_i == symbol) begin
        case (reason_i)
          twinpath_regs_pkg::STATE_TRADING_ACTION: begin
            trading = argument_i == "T";
            auction = 1'b0;
          end
          twinpath_regs_pkg::STATE_LULD_COLLAR: auction = 1'b1;
          twinpath_regs_pkg::STATE_OPERATIONAL_HALT: halted = argument_i == "H";
          default: ;
        endcase
      end
    end
    always_ff @(posedge clk_i) if (lookup_i) tradable_o[n] <= trading && !auction && !halted;
  end

  always_ff @(posedge clk_i) begin
    if (state_i) begin
      case (reason_i)
        twinpath_regs_pkg::STATE_SYSTEM_EVENT: begin
          if (argument_i == "Q") market_open_q <= 1'b1;
          if (argument_i == "M") market_open_q <= 1'b0;
        end
        twinpath_regs_pkg::STATE_TRADING_ACTION: begin
          trading_q[state_symbol_i] <= argument_i == "T";
          auction_q[state_symbol_i] <= 1'b0;
        end
        twinpath_regs_pkg::STATE_LULD_COLLAR: auction_q[state_symbol_i] <= 1'b1;
        twinpath_regs_pkg::STATE_OPERATIONAL_HALT: halted_q[state_symbol_i] <= argument_i == "H";
        twinpath_regs_pkg::STATE_MWCB_STATUS: breaker_q <= 1'b1;
        twinpath_regs_pkg::STATE_END_OF_SESSION: feed_ended_q <= 1'b1;
        default: ;  // what makes the feed stale is for strategy
      endcase
    end
    if (command_i) begin
      if (command_op_i == twinpath_regs_pkg::CMD_KILL) kill_q <= 1'b1;
      if (command_op_i == twinpath_regs_pkg::CMD_RELEASE) kill_q <= 1'b0;
      if (command_op_i == twinpath_regs_pkg::CMD_RESUME) breaker_q <= 1'b0;
    end
    if (cfg_i.valid && cfg_i.table_id == TP_CFG_CONTROL && cfg_i.word == 5'd0) begin
      trading_q     <= {TP_SYMBOLS{cfg_i.data[0]}};
      any_session_q <= cfg_i.data[1];
    end
    if (rst_i) begin
      kill_q        <= 1'b0;
      any_session_q <= 1'b0;
      market_open_q <= 1'b0;
      feed_ended_q  <= 1'b0;
      breaker_q     <= 1'b0;
      trading_q     <= '0;
      auction_q     <= '0;
      halted_q      <= '0;
    end
  end

endmodule
`default_nettype wire
