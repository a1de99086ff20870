`include "twinpath_types.svh"
`default_nettype none

/// Which books are not to be trusted until the host says otherwise (SEM 3.5, 2.9 TRUST).
///
/// Ordering: looked up in B, with what the operation in D does meanwhile; set and cleared in D.
/// Latency: sticky_o and after_o in D.
module book_trust (
    input  wire logic                clk_i,
    input  wire logic                rst_i,
    input  wire logic                en_i,
    input  wire logic [TP_SYM_W-1:0] b_symbol_i,
    input  wire logic                same_i,      // the operation in D is of the symbol in B
    // D
    input  wire logic                valid_i,
    input  wire logic                set_i,       // the operation shows that its book is wrong
    input  wire logic [TP_SYM_W-1:0] symbol_i,
    input  wire logic                trust_i,     // a TRUST command, of
    input  wire logic [15:0]         trust_symbol_i,
    input  wire logic                trust_all_i,
    output logic                     sticky_o,    // of the operation's symbol, before
    output logic                     after_o
);

  logic [TP_SYMBOLS-1:0] sticky_q;
  logic                  sticky_q2;
  logic                  trust_here;  // of a symbol that there is

  assign trust_here = trust_i && trust_symbol_i[15:TP_SYM_W] == '0;
  assign sticky_o   = sticky_q2;
  assign after_o    = (sticky_q2 || set_i) && !trust_all_i && !(trust_here && trust_symbol_i[TP_SYM_W-1:0] == symbol_i);

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      sticky_q2 <= (sticky_q[b_symbol_i] || (valid_i && set_i && same_i)) && !trust_all_i &&
                   !(trust_here && trust_symbol_i[TP_SYM_W-1:0] == b_symbol_i);
    end
    if (en_i && valid_i && set_i) sticky_q[symbol_i] <= 1'b1;
    if (en_i && trust_here) sticky_q[trust_symbol_i[TP_SYM_W-1:0]] <= 1'b0;
    if (rst_i || (en_i && trust_all_i)) sticky_q <= '0;
  end

endmodule
`default_nettype wire
