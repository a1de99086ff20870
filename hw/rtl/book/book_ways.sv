`include "book/book_types.svh"
`default_nettype none

/// The two ways of a message to the book cycle B: what is there, and whose turn it is next.
///
/// Why: an add or a trade goes straight to B; what must ask the order table, and what touches no book, waits two cycles
/// more, so that the table's answer is there. A replace passes B twice: its removal at once, its addition two cycles later.
/// Ordering: messages leave as they came, since a short one never ends two cycles behind a long one (asserted below).
/// Operations of book_refill take the cycles in which no message is next.
/// Timing: kind_o and long_o in B from registers, msg_o chooses between long_o and msg_i; ahead_* one cycle before B.
module book_ways (
    input  wire logic                clk_i,
    input  wire logic                rst_i,
    input  wire logic                en_i,
    input  wire logic                next_valid_i,     // the next message, a cycle ahead
    input  wire logic [3:0]          next_op_i,
    input  wire logic [TP_SYM_W-1:0] next_symbol_i,
    input  wire tp_msg_t             msg_i,
    input  wire logic                msg_valid_i,
    input  wire logic                inject_i,         // an operation of book_refill wants to go
    input  wire logic [TP_SYM_W-1:0] inject_symbol_i,
    output logic                     inject_taken_o,
    output logic                     ahead_valid_o,    // a message for a rule is in B in the next cycle
    output logic [TP_SYM_W-1:0]      ahead_symbol_o,
    output logic                     next_goes_o,      // the next message is in B then; late
    output logic [TP_SYM_W-1:0]      other_symbol_o,   // of what else is, an operation of book_refill included
    output logic                     waits_o,          // messages are on the long way
    output logic                     between_o,        // a replace is between its two cycles in B,
    output logic [31:0]              between_price_o,  // with this new price
    // B
    output tp_kind_t                 kind_o,
    output tp_msg_t                  msg_o,
    output tp_msg_t                  long_o            // msg_o, should it have come the long way
);

  tp_msg_t  m3_q;
  tp_msg_t  m4_q;
  logic     v3_q;
  logic     v4_q;
  logic     between_q;
  tp_kind_t kind;
  tp_kind_t kind_q;
  logic     next_in_b;   // the next message goes to B at once
  logic     next_short;
  logic     next_replace;
  logic     m3_reduces;

  assign next_short   = next_valid_i && (next_op_i == TP_OP_ADD || next_op_i == TP_OP_TRADE);
  assign next_replace = next_valid_i && next_op_i == TP_OP_REPLACE;
  assign next_in_b    = next_valid_i && (next_op_i == TP_OP_ADD || next_op_i == TP_OP_TRADE || next_op_i == TP_OP_REPLACE);
  assign m3_reduces   = m3_q.op == TP_OP_EXECUTE || m3_q.op == TP_OP_CANCEL;

  always_comb begin
    kind.valid     = v3_q || next_in_b;
    kind.direct      = next_short;
    kind.first     = next_replace;
    kind.add       = next_valid_i && next_op_i == TP_OP_ADD;
    kind.replaces  = v3_q && m3_q.op == TP_OP_REPLACE;
    kind.removes   = next_replace || (v3_q && (m3_reduces || m3_q.op == TP_OP_DELETE));
    kind.reduces   = v3_q && m3_reduces;
    kind.executes  = v3_q && m3_q.op == TP_OP_EXECUTE;
    kind.asks      = m3_q.shares != '0;
    kind.trade     = next_valid_i && next_op_i == TP_OP_TRADE;
    kind.stateless = v3_q && (m3_q.op == TP_OP_STATE || m3_q.op == TP_OP_COMMAND);
  end

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      kind_q    <= kind;
      between_q <= kind_q.first;
      v3_q      <= msg_valid_i && !kind_q.direct;
      v4_q      <= v3_q;
      if (msg_valid_i) m3_q <= msg_i;
      if (v3_q) m4_q <= m3_q;
    end
    if (rst_i) begin
      kind_q    <= '0;
      between_q <= 1'b0;
      v3_q      <= 1'b0;
      v4_q      <= 1'b0;
    end
  end

  assign kind_o          = kind_q;
  assign msg_o           = v4_q ? m4_q : msg_i;
  assign long_o          = m4_q;
  assign waits_o         = v3_q || v4_q;
  assign between_o       = between_q;
  assign between_price_o = m3_q.price;
  assign next_goes_o     = next_in_b && !v3_q;
  assign other_symbol_o  = v3_q ? m3_q.symbol : inject_symbol_i;
  assign inject_taken_o  = inject_i && en_i && !v3_q && !next_in_b;
  assign ahead_valid_o   = v3_q || next_short;
  assign ahead_symbol_o  = v3_q ? m3_q.symbol : next_symbol_i;

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (en_i && !rst_i && v4_q && (kind_q.direct || kind_q.first)) $fatal(1, "book_stage: two operations in one book cycle");
  end
`endif

endmodule
`default_nettype wire
