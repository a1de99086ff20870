`include "twinpath_types.svh"
`default_nettype none

/// One table of host configuration: DEPTH records of WORDS 32-bit words, written a word at a time over the
/// configuration bus and read a whole record at once.
///
/// Why: rule and limit records are written by word and needed at once, so every word is a memory column of its own.
/// Word FIRST_WORD + n of the bus is word n of the record (bits 32n+31..32n of rdata_o). Writes to other words, other
/// tables or an index of DEPTH or more are not for this table and change nothing.
/// Ordering: a read in the cycle of a write returns the old word. Contents are undefined until the host has written
/// them, and survive a reset; the host writes every record it uses before it arms the core, and later only records of
/// the bank that is not active (SEM 4.1).
/// Latency: 1 cycle from re_i to rdata_o, which then holds until the next read.
module config_table #(
    parameter logic [3:0] TABLE = TP_CFG_RULES,
    parameter int FIRST_WORD = 0,
    parameter int WORDS = 1,
    parameter int DEPTH = 2 * TP_SYMBOLS,
    localparam int ADDR_W = $clog2(DEPTH)
) (
    input  wire logic                clk_i,
    input  wire tp_cfg_t             cfg_i,
    input  wire logic                re_i,
    input  wire logic [ADDR_W-1:0]   raddr_i,
    output logic      [32*WORDS-1:0] rdata_o
);

  initial begin
    if (WORDS < 1 || FIRST_WORD < 0 || FIRST_WORD + WORDS > 32) $fatal(1, "config_table: words must be within 0 to 31");
    if (DEPTH < 2 || DEPTH > 65536) $fatal(1, "config_table: DEPTH must be 2 to 65,536");
  end

  logic selected;

  assign selected = cfg_i.valid && cfg_i.table_id == TABLE && (cfg_i.index >> ADDR_W) == '0;

  for (genvar n = 0; n < WORDS; n = n + 1) begin : g_word
    ram_sdp #(
        .WIDTH(32),
        .DEPTH(DEPTH)
    ) u_column (
        .clk_i  (clk_i),
        .we_i   (selected && cfg_i.word == 5'(FIRST_WORD + n)),
        .waddr_i(cfg_i.index[ADDR_W-1:0]),
        .wdata_i(cfg_i.data),
        .re_i   (re_i),
        .raddr_i(raddr_i),
        .rdata_o(rdata_o[32*n+:32])
    );
  end

endmodule
`default_nettype wire
