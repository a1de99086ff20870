`include "risk/risk_types.svh"
`default_nettype none

/// The memories of risk: a symbol's account, limits and last trade, read together; open orders by slot; and a second
/// copy of the working orders for strategy to read.
///
/// Why: all that a check reads arrives in the same cycle, and strategy's reads do not disturb risk's.
/// Ordering: a read in the cycle of a write to the same record returns the old one. Outputs hold until the next read.
/// While clear_i, everything but the limits is written with 0, a slot and (in turn) a symbol a cycle.
/// Latency: 1 cycle from re to data.
module risk_records (
    input  wire logic                clk_i,
    input  wire tp_cfg_t             cfg_i,
    input  wire logic                clear_i,
    input  wire logic [TP_OPEN_SLOTS_W-1:0] clear_index_i,
    input  wire logic                bank_i,
    input  wire logic                account_re_i,    // account, limits and last trade of symbol_i
    input  wire logic                account_we_i,
    input  wire logic [TP_SYM_W-1:0] symbol_i,
    input  wire tp_account_t         account_i,       // 0 while clear_i
    output tp_account_t              account_o,
    output tp_limits_t               limits_o,
    input  wire logic                order_re_i,
    input  wire logic                order_we_i,
    input  wire logic [TP_OPEN_SLOTS_W-1:0] order_index_i,
    input  wire tp_open_order_t      order_i,         // 0 while clear_i
    output tp_open_order_t           order_o,
    input  wire logic                trade_we_i,
    input  wire logic [TP_SYM_W-1:0] trade_symbol_i,
    input  wire logic [31:0]         trade_price_i,
    output logic [32:0]              last_trade_o,    // [32] one was seen
    input  wire logic                working_re_i,
    input  wire logic [TP_SYM_W-1:0] working_symbol_i,
    output tp_working_t              working_o
);

  localparam int LIMIT_WORDS = 7;  // of tp_limits_t
  localparam int WORKING_W = 67;   // of tp_working_t

  logic [TP_ACCOUNT_W-1:0]    account_data;
  logic [WORKING_W-1:0]       working_data;
  logic [TP_OPEN_ORDER_W-1:0] order_data;
  logic [32*LIMIT_WORDS-1:0]  limits_data;
  logic [TP_SYM_W-1:0]        account_waddr;

  assign account_waddr = clear_i ? clear_index_i[TP_SYM_W-1:0] : symbol_i;
  assign account_o     = account_data;
  assign order_o       = order_data;
  assign limits_o      = limits_data;
  assign working_o     = working_data;

  ram_sdp #(
      .WIDTH(TP_ACCOUNT_W),
      .DEPTH(TP_SYMBOLS)
  ) u_accounts (
      .clk_i  (clk_i),
      .we_i   (clear_i || account_we_i),
      .waddr_i(account_waddr),
      .wdata_i(account_i),
      .re_i   (account_re_i),
      .raddr_i(symbol_i),
      .rdata_o(account_data)
  );

  ram_sdp #(
      .WIDTH(WORKING_W),
      .DEPTH(TP_SYMBOLS)
  ) u_working (
      .clk_i  (clk_i),
      .we_i   (clear_i || account_we_i),
      .waddr_i(account_waddr),
      .wdata_i(account_i.working),
      .re_i   (working_re_i),
      .raddr_i(working_symbol_i),
      .rdata_o(working_data)
  );

  ram_sdp #(
      .WIDTH(TP_OPEN_ORDER_W),
      .DEPTH(2 ** TP_OPEN_SLOTS_W)
  ) u_orders (
      .clk_i  (clk_i),
      .we_i   (clear_i || order_we_i),
      .waddr_i(clear_i ? clear_index_i : order_index_i),
      .wdata_i(order_i),
      .re_i   (order_re_i),
      .raddr_i(order_index_i),
      .rdata_o(order_data)
  );

  ram_sdp #(
      .WIDTH(33),
      .DEPTH(TP_SYMBOLS)
  ) u_last_trade (
      .clk_i  (clk_i),
      .we_i   (clear_i || trade_we_i),
      .waddr_i(clear_i ? clear_index_i[TP_SYM_W-1:0] : trade_symbol_i),
      .wdata_i(clear_i ? 33'd0 : {1'b1, trade_price_i}),
      .re_i   (account_re_i),
      .raddr_i(symbol_i),
      .rdata_o(last_trade_o)
  );

  config_table #(
      .TABLE(TP_CFG_LIMITS),
      .WORDS(LIMIT_WORDS),
      .DEPTH(2 * TP_SYMBOLS)
  ) u_limits (
      .clk_i  (clk_i),
      .cfg_i  (cfg_i),
      .re_i   (account_re_i),
      .raddr_i({bank_i, symbol_i}),
      .rdata_o(limits_data)
  );

endmodule
`default_nettype wire
