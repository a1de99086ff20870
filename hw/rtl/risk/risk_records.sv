`include "risk/risk_types.svh"
`default_nettype none

/// The memories of risk: account, limits and last trade of a symbol, each in two copies, one read at the symbol of the
/// message in b - 1 and one at its lagging symbol; and open orders by slot, with a copy of their valid bits.
///
/// Why: whichever rule fires, the records its order is checked against are there in B. A command works through the
/// first copy while the pipeline stands still, and reads again for the operation in B at its end (back_i). Whether the slots
/// of the next order and of the one after it are in use is read every cycle, for their addresses are known long before.
/// Ordering: a write in the cycle of a read of the same account or last trade, or later, is in the data (ram_forward); of an
/// account by an order (sent_i) in the very cycle of the write. Records hold until the next cycle with re_i, cmd_re_i or back_i. While clear_i, everything but the limits is written with 0, a slot
/// and (in turn) a symbol a cycle.
/// Latency: 1 cycle from address to data.
module risk_records (
    input  wire logic                clk_i,
    input  wire tp_cfg_t             cfg_i,
    input  wire logic                clear_i,
    input  wire logic [TP_OPEN_SLOTS_W-1:0] clear_index_i,
    input  wire logic                bank_i,
    input  wire logic                re_i,            // the pipeline advances: both copies
    input  wire logic                back_i,          // the first copy, for the operation read last with re_i
    input  wire logic [TP_SYM_W-1:0] symbol0_i,
    input  wire logic [TP_SYM_W-1:0] symbol1_i,
    input  wire logic                cmd_re_i,        // a command reads copy 0 instead
    input  wire logic [TP_SYM_W-1:0] cmd_symbol_i,
    output tp_account_t              account0_o,
    output tp_account_t              account1_o,
    output tp_limits_t               limits0_o,
    output tp_limits_t               limits1_o,
    output logic [32:0]              last_trade0_o,   // [32] one was seen
    output logic [32:0]              last_trade1_o,
    input  wire logic                account_we_i,
    input  wire logic                account_lag_i,   // late: of account1_symbol_i
    input  wire logic [TP_SYM_W-1:0] account_symbol_i,
    input  wire logic [TP_SYM_W-1:0] account1_symbol_i,
    input  wire tp_account_t         account_i,
    input  wire logic                sent_i,          // this write is of an order or cancel,
    input  wire tp_account_t         sent_account_i,  // it is this,
    input  wire logic [TP_SYM_W-1:0] soon_symbol_i,   // and these were its symbols in the cycle before
    input  wire logic [TP_SYM_W-1:0] soon1_symbol_i,
    input  wire logic                trade_we_i,
    input  wire logic [TP_SYM_W-1:0] trade_symbol_i,
    input  wire logic [31:0]         trade_price_i,
    input  wire logic                order_re_i,
    input  wire logic [TP_OPEN_SLOTS_W-1:0] order_raddr_i,
    output tp_open_order_t           order_o,
    input  wire logic                order_we_i,
    input  wire logic [TP_OPEN_SLOTS_W-1:0] order_waddr_i,
    input  wire tp_open_order_t      order_i,
    input  wire logic [TP_OPEN_SLOTS_W-1:0] next_slot_i,
    output logic                     next_used_o,     // of the slot named in the cycle before
    output logic                     after_used_o     // of the one after it
);

  localparam int LIMIT_WORDS = 7;  // of tp_limits_t

  logic [TP_SYM_W-1:0]            symbol0_q;
  logic [TP_ACCOUNT_W-1:0]        account_wdata;
  logic [TP_SYM_W-1:0]            account_waddr;
  logic [TP_SYM_W-1:0]            trade_waddr;
  logic [32:0]                    trade_wdata;
  logic [TP_OPEN_ORDER_W-1:0]     order_data;
  logic [2*TP_ACCOUNT_W-1:0]      account_data;
  logic [2*32*LIMIT_WORDS-1:0]    limits_data;
  logic [65:0]                    trade_data;

  assign account_wdata = clear_i ? '0 : account_i;
  assign account_waddr = clear_i ? clear_index_i[TP_SYM_W-1:0] : account_symbol_i;
  assign trade_waddr   = clear_i ? clear_index_i[TP_SYM_W-1:0] : trade_symbol_i;
  assign trade_wdata   = clear_i ? 33'd0 : {1'b1, trade_price_i};
  assign account0_o    = account_data[0+:TP_ACCOUNT_W];
  assign account1_o    = account_data[TP_ACCOUNT_W+:TP_ACCOUNT_W];
  assign limits0_o     = limits_data[0+:32*LIMIT_WORDS];
  assign limits1_o     = limits_data[32*LIMIT_WORDS+:32*LIMIT_WORDS];
  assign last_trade0_o = trade_data[32:0];
  assign last_trade1_o = trade_data[65:33];
  assign order_o       = order_data;

  always_ff @(posedge clk_i) if (re_i) symbol0_q <= symbol0_i;

  for (genvar n = 0; n < 2; n = n + 1) begin : g_copy
    logic                re;
    logic                unused_accounts;
    logic                unused_trades;
    logic [TP_SYM_W-1:0] raddr;

    assign re    = re_i || (n == 0 && (cmd_re_i || back_i));
    assign raddr = n == 1 ? symbol1_i : cmd_re_i ? cmd_symbol_i : back_i ? symbol0_q : symbol0_i;

    ram_forward #(
        .WIDTH(TP_ACCOUNT_W),
        .DEPTH(TP_SYMBOLS),
        .LATE (1)
    ) u_accounts (
        .clk_i  (clk_i),
        .we_i   (clear_i || account_we_i),
        .waddr_i(account_waddr),
        .other_i(account_lag_i && !clear_i),
        .waddr1_i(account1_symbol_i),
        .wdata_i(account_wdata),
        .late_i (sent_i),
        .soon_i (soon_symbol_i),
        .soon1_i(soon1_symbol_i),
        .late_data_i(sent_account_i),
        .now_o  (unused_accounts),
        .re_i   (re),
        .raddr_i(raddr),
        .rdata_o(account_data[TP_ACCOUNT_W*n+:TP_ACCOUNT_W])
    );

    ram_forward #(
        .WIDTH(33),
        .DEPTH(TP_SYMBOLS)
    ) u_last_trade (
        .clk_i  (clk_i),
        .we_i   (clear_i || trade_we_i),
        .waddr_i(trade_waddr),
        .other_i(1'b0),
        .waddr1_i(8'd0),
        .wdata_i(trade_wdata),
        .late_i (1'b0),
        .soon_i (8'd0),
        .soon1_i(8'd0),
        .late_data_i(33'd0),
        .now_o  (unused_trades),
        .re_i   (re),
        .raddr_i(raddr),
        .rdata_o(trade_data[33*n+:33])
    );

    config_table #(
        .TABLE(TP_CFG_LIMITS),
        .WORDS(LIMIT_WORDS),
        .DEPTH(2 * TP_SYMBOLS)
    ) u_limits (
        .clk_i  (clk_i),
        .cfg_i  (cfg_i),
        .re_i   (re),
        .raddr_i({bank_i, raddr}),
        .rdata_o(limits_data[32*LIMIT_WORDS*n+:32*LIMIT_WORDS])
    );
  end

  ram_sdp #(
      .WIDTH(TP_OPEN_ORDER_W),
      .DEPTH(2 ** TP_OPEN_SLOTS_W)
  ) u_orders (
      .clk_i  (clk_i),
      .we_i   (clear_i || order_we_i),
      .waddr_i(clear_i ? clear_index_i : order_waddr_i),
      .wdata_i(clear_i ? '0 : order_i),
      .re_i   (order_re_i),
      .raddr_i(order_raddr_i),
      .rdata_o(order_data)
  );

  for (genvar n = 0; n < 2; n = n + 1) begin : g_used
    logic used;
    ram_sdp #(
        .WIDTH(1),
        .DEPTH(2 ** TP_OPEN_SLOTS_W)
    ) u_used (
        .clk_i  (clk_i),
        .we_i   (clear_i || order_we_i),
        .waddr_i(clear_i ? clear_index_i : order_waddr_i),
        .wdata_i(!clear_i && order_i.valid),
        .re_i   (1'b1),
        .raddr_i(next_slot_i + TP_OPEN_SLOTS_W'(n)),
        .rdata_o(used)
    );
    if (n == 0) assign next_used_o = used;
    else assign after_used_o = used;
  end

endmodule
`default_nettype wire
