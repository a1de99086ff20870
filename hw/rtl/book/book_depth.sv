`include "book/book_types.svh"
`default_nettype none

/// The depth of all books behind the best levels: stored, and brought up again when the best ones empty (SEM 3.3).
///
/// Ordering: a change reaches depth_store a cycle after its D; a look of book_refill that saw it is followed by a search
/// two cycles later at the earliest, so the search knows it.
/// Latency: as depth_store and book_refill say.
module book_depth (
    input  wire logic                  clk_i,
    input  wire logic                  rst_i,
    output logic                       ready_o,
    output logic                       idle_o,
    input  wire tp_cfg_t               cfg_i,
    // D: a change of a level
    input  wire logic                  change_valid_i,
    input  wire tp_change_t            change_i,
    input  wire logic [TP_SYM_W-1:0]   symbol_i,
    input  wire logic [TP_LEVEL_W-1:0] level_i,
    // book_refill
    input  wire logic                  want_i,
    input  wire logic [TP_SYM_W-1:0]   want_symbol_i,
    input  wire logic                  want_side_i,
    input  wire logic                  disturb_i,       // of the change in D
    output logic                       inject_o,
    output logic [TP_SYM_W-1:0]        inject_symbol_o,
    input  wire logic                  inject_taken_i,
    input  wire logic                  own_i,
    input  wire logic                  own_lost_i,
    input  wire tp_side_t              bid_i,
    input  wire tp_side_t              ask_i,
    input  wire logic                  hold_i,
    input  wire logic [TP_SYM_W-1:0]   hold_symbol_i,
    input  wire logic                  hold_side_i,
    output logic                       rsp_valid_o,
    output logic [TP_SYM_W-1:0]        rsp_symbol_o,
    output logic                       rsp_side_o,
    output logic                       rsp_found_o,
    output logic [31:0]                rsp_price_o,
    output logic [31:0]                rsp_quantity_o,
    input  wire logic                  rsp_taken_i
);

  logic                  op_valid_q;
  logic [TP_SYM_W-1:0]   op_symbol_q;
  logic                  op_side_q;
  logic                  op_add_q;
  logic [TP_LEVEL_W-1:0] op_rank_q;
  logic [31:0]           op_shares_q;
  logic                  store_idle;
  logic                  refill_idle;
  logic                  search_valid;
  logic                  search_ready;
  logic [TP_LEVEL_W-1:0] search_after;
  logic                  found_valid;
  logic                  found_ready;
  logic                  found;
  logic [TP_LEVEL_W-1:0] found_rank;
  logic [31:0]           found_quantity;

  always_ff @(posedge clk_i) begin
    op_valid_q  <= change_valid_i;
    op_symbol_q <= symbol_i;
    op_side_q   <= change_i.side;
    op_add_q    <= change_i.adds;
    op_rank_q   <= change_i.side ? level_i : ~level_i;
    op_shares_q <= change_i.shares;
    if (rst_i) op_valid_q <= 1'b0;
  end
  assign idle_o = !op_valid_q && store_idle && refill_idle;

  depth_store u_store (
      .clk_i           (clk_i),
      .rst_i           (rst_i),
      .ready_o         (ready_o),
      .op_valid_i      (op_valid_q),
      .op_symbol_i     (op_symbol_q),
      .op_side_i       (op_side_q),
      .op_add_i        (op_add_q),
      .op_rank_i       (op_rank_q),
      .op_shares_i     (op_shares_q),
      .req_valid_i     (search_valid),
      .req_ready_o     (search_ready),
      .req_symbol_i    (rsp_symbol_o),
      .req_side_i      (rsp_side_o),
      .req_after_i     (search_after),
      .req_from_start_i(1'b0),
      .rsp_valid_o     (found_valid),
      .rsp_ready_i     (found_ready),
      .rsp_found_o     (found),
      .rsp_rank_o      (found_rank),
      .rsp_quantity_o  (found_quantity),
      .idle_o          (store_idle)
  );

  book_refill u_refill (
      .clk_i           (clk_i),
      .rst_i           (rst_i),
      .cfg_i           (cfg_i),
      .want_i          (want_i),
      .want_symbol_i   (want_symbol_i),
      .want_side_i     (want_side_i),
      .disturb_i       (disturb_i),
      .disturb_symbol_i(symbol_i),
      .disturb_side_i  (change_i.side),
      .inject_o        (inject_o),
      .inject_symbol_o (inject_symbol_o),
      .inject_taken_i  (inject_taken_i),
      .own_i           (own_i),
      .own_lost_i      (own_lost_i),
      .bid_i           (bid_i),
      .ask_i           (ask_i),
      .hold_i          (hold_i),
      .hold_symbol_i   (hold_symbol_i),
      .hold_side_i     (hold_side_i),
      .rsp_valid_o     (rsp_valid_o),
      .rsp_symbol_o    (rsp_symbol_o),
      .rsp_side_o      (rsp_side_o),
      .rsp_found_o     (rsp_found_o),
      .rsp_price_o     (rsp_price_o),
      .rsp_quantity_o  (rsp_quantity_o),
      .rsp_taken_i     (rsp_taken_i),
      .search_valid_o  (search_valid),
      .search_ready_i  (search_ready),
      .search_after_o  (search_after),
      .found_valid_i   (found_valid),
      .found_ready_o   (found_ready),
      .found_i         (found),
      .found_rank_i    (found_rank),
      .found_quantity_i(found_quantity),
      .idle_o          (refill_idle)
  );

endmodule
`default_nettype wire
