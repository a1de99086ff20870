`include "book/book_types.svh"
`default_nettype none

/// What the operation in B does to a book, from its message and the order table's answer (SEM 3.1, 3.2, 4.3).
///
/// Why: everything that can be said without the book's levels is said here, and early.
/// Safety: nothing is touched unless the order table can follow: an addition needs a free way and an unused reference, a
/// removal an order of this very symbol, of which no more goes than is left.
/// Latency: combinational, but for what the addition of a replace must know of its removal.
module book_operation (
    input  wire logic                clk_i,
    input  wire logic                en_i,
    input  wire tp_kind_t            kind_i,
    input  wire logic [TP_SYM_W-1:0] symbol_i,
    // The message, should it have come the short way,
    input  wire logic                short_side_i,
    input  wire logic [31:0]         short_shares_i,
    input  wire logic [31:0]         short_price_i,
    // or the long one
    input  wire logic [31:0]         asked_i,         // shares
    input  wire logic [31:0]         long_price_i,
    input  wire logic                trades_i,        // printable, should it be an execution
    // The order table: the order, the new reference of a replace
    input  wire logic                first_hit_i,
    input  wire logic                first_full_i,
    input  wire logic [TP_SYM_W-1:0] first_symbol_i,
    input  wire logic                first_side_i,
    input  wire logic [31:0]         first_shares_i,
    input  wire logic [31:0]         first_price_i,
    input  wire logic [1:0]          first_class_i,
    input  wire logic                second_hit_i,
    input  wire logic                second_full_i,
    input  wire logic [1:0]          window_class_i,  // where the addition of a replace lies
    output logic                     whole_o,         // all of the order goes
    output logic                     replaced_side_o, // of the replace under way
    output tp_change_t               change_o         // but for `over`
);

  logic replaced_known_q;
  logic replaced_side_q;
  logic known;
  logic whole;
  logic adds;        // unless of a replace without its order
  logic hit;
  logic full;
  logic any;
  logic trade;

  assign known = kind_i.removes && first_hit_i && first_symbol_i == symbol_i;
  assign whole = kind_i.removes && (!kind_i.reduces || !(asked_i < first_shares_i));
  assign adds  = kind_i.add || (kind_i.replaces && replaced_known_q);
  assign any   = kind_i.replaces ? kind_i.asks : short_shares_i != '0;
  assign hit   = kind_i.replaces ? second_hit_i : first_hit_i;
  assign full  = kind_i.replaces ? second_full_i : first_full_i;
  assign trade = kind_i.executes && known && trades_i && kind_i.asks;

  assign whole_o         = whole;
  assign replaced_side_o = replaced_side_q;

  always_comb begin
    change_o              = '0;
    change_o.adds         = kind_i.add || kind_i.replaces;
    change_o.late         = kind_i.add;
    change_o.removes      = kind_i.removes;
    change_o.touch        = kind_i.removes ? known && (!kind_i.reduces || kind_i.asks) : adds && any && !hit && !full;
    change_o.known        = known;
    change_o.gone         = whole;
    change_o.replaced     = kind_i.replaces && replaced_known_q;
    change_o.side         = kind_i.removes ? first_side_i : kind_i.replaces ? replaced_side_q : short_side_i;
    change_o.price        = kind_i.removes ? first_price_i : kind_i.direct ? short_price_i : long_price_i;
    change_o.shares       = whole ? first_shares_i : kind_i.direct ? short_shares_i : asked_i;
    change_o.place        = kind_i.removes ? first_class_i : window_class_i;
    change_o.trade        = trade;
    change_o.zero         = adds && !any;
    change_o.dup          = adds && any && hit;
    change_o.full         = adds && any && !hit && full;
    change_o.over_reduced = kind_i.reduces && known && first_shares_i < asked_i;
    change_o.unknown      = kind_i.removes && !known;
  end

  always_ff @(posedge clk_i) begin
    if (en_i && kind_i.first) begin
      replaced_known_q <= known;
      replaced_side_q  <= first_side_i;
    end
  end

`ifndef SYNTHESIS
  always @(posedge clk_i) if (en_i && known && first_shares_i == '0) $fatal(1, "book_operation: an order without shares is live");
`endif

endmodule
`default_nettype wire
