`default_nettype none

/// One held answer of order_table: what the table says of a reference, kept true while others write to its set.
///
/// Why: an answer is used cycles after it was compared, and a write made in between must show in it.
/// Safety: every write of the table passes here; one to the answer's set changes which ways are used, one of the
/// answer's reference also whether and what it hits. A write that a loaded answer does not yet know is in it already
/// (order_table forwards it), so loading wins.
/// Latency: a commit in cycle c, written in c + 1, is seen in c + 2; an answer loaded in t in t + 1. Nothing moves while
/// en_i is 0.
module order_answer #(
    parameter int SETS_LOG2 = 16,
    parameter int WAYS = 8,
    parameter int BODY_W = 74
) (
    input  wire logic                 clk_i,
    input  wire logic                 rst_i,
    input  wire logic                 en_i,

    input  wire logic                 load_i,
    input  wire logic [63:0]          load_ref_i,
    input  wire logic [SETS_LOG2-1:0] load_set_i,
    input  wire logic [WAYS-1:0]      load_used_i,
    input  wire logic                 load_hit_i,
    input  wire logic [WAYS-1:0]      load_ways_i,
    input  wire logic [BODY_W-1:0]    load_body_i,

    input  wire logic                 commit_i,      // becomes the write of the next cycle
    input  wire logic [63:0]          commit_ref_i,
    input  wire logic [SETS_LOG2-1:0] commit_set_i,
    input  wire logic                 write_live_i,  // 0: the way is freed
    input  wire logic [WAYS-1:0]      write_ways_i,  // one-hot
    input  wire logic [BODY_W-1:0]    write_body_i,

    output logic      [63:0]          ref_o,
    output logic      [SETS_LOG2-1:0] set_o,
    output logic      [WAYS-1:0]      used_o,
    output logic                      hit_o,
    output logic      [WAYS-1:0]      ways_o,        // one-hot: the way that is hit; meaningful with hit_o
    output logic      [BODY_W-1:0]    body_o         // meaningful with hit_o
);

  // Whether the write concerns the answer is compared while it is committed, with what the answer will then be of.
  logic same_set_q;
  logic same_ref_q;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      same_set_q <= commit_i && (load_i ? commit_set_i == load_set_i : commit_set_i == set_o);
      same_ref_q <= commit_i && (load_i ? commit_ref_i == load_ref_i : commit_ref_i == ref_o);
      if (load_i) begin
        ref_o  <= load_ref_i;
        set_o  <= load_set_i;
        used_o <= load_used_i;
        hit_o  <= load_hit_i;
        ways_o <= load_ways_i;
        body_o <= load_body_i;
      end else begin
        if (same_set_q) used_o <= (used_o & ~write_ways_i) | (write_live_i ? write_ways_i : '0);
        if (same_ref_q) begin
          hit_o  <= write_live_i;
          ways_o <= write_ways_i;
          body_o <= write_body_i;
        end
      end
    end
    // Nothing fits before the first answer.
    if (rst_i) begin
      same_set_q <= 1'b0;
      same_ref_q <= 1'b0;
      used_o <= '1;
      hit_o  <= 1'b0;
    end
  end

endmodule
`default_nettype wire
