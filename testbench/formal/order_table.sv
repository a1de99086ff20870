`include "book/book_types.svh"
`default_nettype none

/// order_table, for one reference that the solver chooses: from its insertion to its removal it is found, with what was last
/// committed for it, and at no other time; and what is said of free ways is so. Both as of two cycles before the answer is
/// seen. A cycle without en_i does not count.
/// Assumed: requests after ready_o; commits fit the answer they are for, and two to a set are two cycles apart.
module order_table_formal #(
    parameter int SETS_LOG2 = 1,
    parameter int WAYS = 2,
    parameter int REF_W = 3,
    parameter int SHARES_W = 2
) (
    input wire logic                clk_i,
    input wire logic                en_i,
    input wire logic                req_valid_i,
    input wire logic                req_second_i,
    input wire logic [REF_W-1:0]    req_ref_i,
    input wire logic                commit_valid_i,
    input wire logic                commit_second_i,
    input wire logic                commit_insert_i,
    input wire logic                commit_live_i,
    input wire logic [SHARES_W-1:0] commit_shares_i
);

  logic running = 1'b0;
  always_ff @(posedge clk_i) running <= 1'b1;

  logic        ready;
  logic        first_hit;
  logic [31:0] first_shares;
  logic        first_full;
  logic        second_hit;
  logic [31:0] second_shares;
  logic        second_full;

  order_table #(
      .SETS_LOG2(SETS_LOG2),
      .WAYS     (WAYS)
  ) u_dut (
      .clk_i          (clk_i),
      .rst_i          (!running),
      .ready_o        (ready),
      .en_i           (en_i),
      .req_valid_i    (req_valid_i),
      .req_second_i   (req_second_i),
      .req_ref_i      (64'(req_ref_i)),
      .first_hit_o    (first_hit),
      .first_symbol_o (),
      .first_side_o   (),
      .first_shares_o (first_shares),
      .first_price_o  (),
      .first_class_o  (),
      .first_full_o   (first_full),
      .second_hit_o   (second_hit),
      .second_symbol_o(),
      .second_side_o  (),
      .second_shares_o(second_shares),
      .second_price_o (),
      .second_class_o (),
      .second_full_o  (second_full),
      .commit_valid_i (commit_valid_i),
      .commit_second_i(commit_second_i),
      .commit_insert_i(commit_insert_i),
      .commit_live_i  (commit_live_i),
      .commit_symbol_i('0),
      .commit_side_i  (1'b0),
      .commit_shares_i(32'(commit_shares_i)),
      .commit_price_i ('0),
      .commit_class_i ('0)
  );

  // SEM 3.1; with one set bit and references below 2^REF_W.
  function automatic logic set_of(input logic [REF_W-1:0] reference);
    set_of = reference[0] ^ reference[1];
  endfunction

  // ---- requests, until their answer is there -----------------------------------------------------------------------------
  logic [2:0]         asked = '0;  // [n]: n + 1 cycles ago
  logic [2:0]         asked_second;
  logic [3*REF_W-1:0] asked_ref;
  logic               first = 1'b0;  // there is a first answer
  logic               second = 1'b0;
  logic [REF_W-1:0]   first_ref;
  logic [REF_W-1:0]   second_ref;

  always_ff @(posedge clk_i) begin
    if (running && en_i) begin
      asked        <= {asked[1:0], req_valid_i};
      asked_second <= {asked_second[1:0], req_second_i};
      asked_ref    <= {asked_ref[2*REF_W-1:0], req_ref_i};
      if (asked[1] && !asked_second[1]) begin
        first     <= 1'b1;
        first_ref <= asked_ref[REF_W+:REF_W];
      end
      if (asked[1] && asked_second[1]) begin
        second     <= 1'b1;
        second_ref <= asked_ref[REF_W+:REF_W];
      end
    end
  end

  // ---- commits ------------------------------------------------------------------------------------------------------------
  logic             commits;
  logic [REF_W-1:0] commit_ref;
  logic             commit_hit;
  logic             commit_full;
  logic             before = 1'b0;  // a commit in the cycle before
  logic             before_set;

  assign commits     = commit_valid_i && en_i;
  assign commit_ref  = commit_second_i ? second_ref : first_ref;
  assign commit_hit  = commit_second_i ? second_hit : first_hit;
  assign commit_full = commit_second_i ? second_full : first_full;

  always_ff @(posedge clk_i) begin
    if (running && en_i) begin
      before     <= commits;
      before_set <= set_of(commit_ref);
    end
  end

  always @(posedge clk_i) begin
    if (req_valid_i) assume (running && ready);
    if (commit_valid_i) begin
      assume (running && (commit_second_i ? second : first));
      assume (commit_insert_i ? !commit_hit && !commit_full : commit_hit);
      assume (!(before && before_set == set_of(commit_ref)));
    end
  end

  // ---- the reference looked at, and its set --------------------------------------------------------------------------------
  (* anyconst *) logic [REF_W-1:0] reference;
  logic                live = 1'b0;
  logic [SHARES_W-1:0] shares;
  logic [3:0]          used = '0;    // entries in its set
  logic                live_seen = 1'b0;
  logic [SHARES_W-1:0] shares_seen;
  logic [3:0]          used_seen = '0;

  always_ff @(posedge clk_i) begin
    if (running && en_i) begin
      live_seen   <= live;
      shares_seen <= shares;
      used_seen   <= used;
      if (commits && commit_ref == reference) begin
        live   <= commit_insert_i || commit_live_i;
        shares <= commit_shares_i;
      end
      if (commits && set_of(commit_ref) == set_of(reference)) begin
        if (commit_insert_i) used <= used + 1'b1;
        else if (!commit_live_i) used <= used - 1'b1;
      end
    end
  end

  always @(posedge clk_i) begin
    if (running && ready) begin
      first_found: assert (!(first && first_ref == reference) || first_hit == live_seen);
      first_as_committed:
      assert (!(first && first_ref == reference && first_hit) || first_shares == 32'(shares_seen));
      first_room: assert (!(first && first_ref == reference) || first_full == (used_seen == 4'(WAYS)));
      second_found: assert (!(second && second_ref == reference) || second_hit == live_seen);
      second_as_committed:
      assert (!(second && second_ref == reference && second_hit) || second_shares == 32'(shares_seen));
      second_room: assert (!(second && second_ref == reference) || second_full == (used_seen == 4'(WAYS)));
    end
  end

endmodule
`default_nettype wire
