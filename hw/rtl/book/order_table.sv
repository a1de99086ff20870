`include "twinpath_types.svh"
`default_nettype none

/// Live orders by reference: set-associative, one set read and compared in parallel (SEM 3.1). Lookup and commit are
/// separate: the caller sees an answer, decides, and commits an insertion, a rewrite or a removal.
///
/// Why: every execution, cancel and delete names an order only by its reference.
/// Safety: an answer as seen in cycle y reflects every commit made in a cycle <= y - 2. Three commits can be too late
/// for a read and are forwarded to its compare; later ones patch the answers that are held. Two commits to one set are
/// at least two cycles apart, since the second would not see the first; that, and a commit that does not fit its
/// answer, is an error in simulation. Entries that a reset left behind are invalidated, a set a cycle, before ready_o
/// rises; no request is made before.
/// Ordering: answers come in the order of requests. The first and the second answer are held independently, each until
/// a later request of its kind is answered. `second` is for the new reference of a replace.
/// Latency: requested in cycle x, answer from x + 3. A cycle with en_i = 0 does not count: nothing moves in it but the
/// clearing. Throughput: one lookup and one commit a cycle.
///
///   cycle       x        x+1      x+2       x+3         c         c+1         c+2
///   lookup      set,     output   compare   answer...   commit_*  RAM write,  patched answers
///               read     register                                 patch       seen
///
/// Memory: 2^SETS_LOG2 x WAYS entries of 140 bits (valid, reference, symbol, side, class, shares, price), a RAM a way:
/// 65,536 x 8 x 140 by default, which is 8 x 16 x 2 = 256 UltraRAMs of 4,096 x 72 (140 bits take two columns).
module order_table #(
    parameter int SETS_LOG2 = 16,  // 1 to 16
    parameter int WAYS = 8         // 1 to 16
) (
    input  wire logic                clk_i,
    input  wire logic                rst_i,
    output logic                     ready_o,          // entries are cleared
    input  wire logic                en_i,             // 0: nothing moves, nothing commits

    input  wire logic                req_valid_i,
    input  wire logic                req_second_i,     // which answer it is for
    input  wire logic [63:0]         req_ref_i,

    output logic                     first_hit_o,      // the reference is live; its entry:
    output logic      [TP_SYM_W-1:0] first_symbol_o,
    output logic                     first_side_o,
    output logic      [31:0]         first_shares_o,
    output logic      [31:0]         first_price_o,
    output logic      [1:0]          first_class_o,    // stored with the entry
    output logic                     first_full_o,     // no free way in the set of the reference

    output logic                     second_hit_o,
    output logic      [TP_SYM_W-1:0] second_symbol_o,
    output logic                     second_side_o,
    output logic      [31:0]         second_shares_o,
    output logic      [31:0]         second_price_o,
    output logic      [1:0]          second_class_o,
    output logic                     second_full_o,

    input  wire logic                commit_valid_i,
    input  wire logic                commit_second_i,  // for which answer's reference, as it stands in this cycle
    input  wire logic                commit_insert_i,  // 1: into the lowest free way; 0: to the way that was hit
    input  wire logic                commit_live_i,    // 0: free the way that was hit
    input  wire logic [TP_SYM_W-1:0] commit_symbol_i,
    input  wire logic                commit_side_i,
    input  wire logic [31:0]         commit_shares_i,
    input  wire logic [31:0]         commit_price_i,
    input  wire logic [1:0]          commit_class_i
);

  initial begin
    if (SETS_LOG2 < 1 || SETS_LOG2 > 16) $fatal(1, "order_table: SETS_LOG2 must be 1 to 16");
    if (WAYS < 1 || WAYS > 16) $fatal(1, "order_table: WAYS must be 1 to 16");
  end

  localparam int BODY_W = TP_SYM_W + 1 + 2 + 32 + 32;  // symbol, side, class, shares, price
  localparam int ENTRY_W = 1 + 64 + BODY_W;            // valid, reference, body
  localparam int SHIFT = (SETS_LOG2 < 16) ? SETS_LOG2 : 15;
  localparam int MISSED = 3;  // commits that a read can miss: made in the cycle before it, with it, and after it

  function automatic logic [SETS_LOG2-1:0] set_of(input logic [63:0] order_ref);
    logic [15:0] x;
    x = order_ref[63:48] ^ order_ref[47:32] ^ order_ref[31:16] ^ order_ref[15:0];
    if (SETS_LOG2 < 16) x = x ^ (x >> SHIFT);
    set_of = x[SETS_LOG2-1:0];
  endfunction

  // ---- clearing after reset ----------------------------------------------------------------------------------------
  logic [SETS_LOG2:0] clear_q;
  logic               clearing;
  assign clearing = !clear_q[SETS_LOG2];
  assign ready_o  = !clearing;

  always_ff @(posedge clk_i) begin
    if (clearing) clear_q <= clear_q + 1'b1;
    if (rst_i) clear_q <= '0;
  end

  // ---- request: x reads, x + 1 (q) has the set in the memories' latches, x + 2 (q2) compares -------------------------
  logic [SETS_LOG2-1:0] read_set;
  logic                 valid_q;
  logic                 second_q;
  logic [63:0]          ref_q;
  logic [SETS_LOG2-1:0] set_q;
  logic                 valid_q2;
  logic                 second_q2;
  logic [63:0]          ref_q2;
  logic [SETS_LOG2-1:0] set_q2;
  assign read_set = set_of(req_ref_i);

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      valid_q  <= req_valid_i;
      valid_q2 <= valid_q;
      if (req_valid_i) begin
        second_q <= req_second_i;
        ref_q    <= req_ref_i;
        set_q    <= read_set;
      end
      if (valid_q) begin
        second_q2 <= second_q;
        ref_q2    <= ref_q;
        set_q2    <= set_q;
      end
    end
    if (rst_i) begin
      valid_q  <= 1'b0;
      valid_q2 <= 1'b0;
    end
  end

  // ---- commit: the last writes, the one at the memories in the lowest bits -------------------------------------------
  logic [MISSED-1:0]           write_q;
  logic [MISSED-1:0]           write_live_q;
  logic [MISSED*SETS_LOG2-1:0] write_set_q;
  logic [MISSED*WAYS-1:0]      write_ways_q;  // one-hot each
  logic [2*64-1:0]             write_ref_q;   // nobody asks the oldest
  logic [MISSED*BODY_W-1:0]    write_body_q;

  logic [63:0]          first_ref;
  logic [SETS_LOG2-1:0] first_set;
  logic [WAYS-1:0]      first_used;
  logic [WAYS-1:0]      first_ways;
  logic [63:0]          second_ref;
  logic [SETS_LOG2-1:0] second_set;
  logic [WAYS-1:0]      second_used;
  logic [WAYS-1:0]      second_ways;

  logic [63:0]          commit_ref;
  logic [SETS_LOG2-1:0] commit_set;
  logic [WAYS-1:0]      commit_used;
  logic [WAYS-1:0]      commit_ways;
  assign commit_ref  = commit_second_i ? second_ref : first_ref;
  assign commit_set  = commit_second_i ? second_set : first_set;
  assign commit_used = commit_second_i ? second_used : first_used;
  assign commit_ways = commit_insert_i ? ~commit_used & (commit_used + 1'b1)  // lowest free
                     : commit_second_i ? second_ways : first_ways;

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      write_q      <= {write_q[MISSED-2:0], commit_valid_i};
      write_live_q <= {write_live_q[MISSED-2:0], commit_insert_i || commit_live_i};
      write_set_q  <= {write_set_q[(MISSED-1)*SETS_LOG2-1:0], commit_set};
      write_ways_q <= {write_ways_q[(MISSED-1)*WAYS-1:0], commit_ways};
      write_ref_q  <= {write_ref_q[63:0], commit_ref};
      write_body_q <= {
        write_body_q[(MISSED-1)*BODY_W-1:0],
        commit_symbol_i, commit_side_i, commit_class_i, commit_shares_i, commit_price_i
      };
    end
    if (rst_i) write_q <= '0;
  end

  // ---- memories ------------------------------------------------------------------------------------------------------
  logic [WAYS-1:0]        way_valid;
  logic [WAYS-1:0]        way_hit;
  logic [WAYS*BODY_W-1:0] way_body;

  genvar w;
  generate
    for (w = 0; w < WAYS; w = w + 1) begin : gen_way
      logic [ENTRY_W-1:0] entry;
      logic [ENTRY_W-1:0] entry_q2;

      ram_sdp #(
          .WIDTH(ENTRY_W),
          .DEPTH(1 << SETS_LOG2)
      ) u_entries (
          .clk_i  (clk_i),
          .we_i   (clearing || (en_i && write_q[0] && write_ways_q[w])),
          .waddr_i(clearing ? clear_q[SETS_LOG2-1:0] : write_set_q[SETS_LOG2-1:0]),
          .wdata_i({write_live_q[0] && !clearing, write_ref_q[63:0], write_body_q[BODY_W-1:0]}),
          .re_i   (en_i && req_valid_i),
          .raddr_i(read_set),
          .rdata_o(entry)
      );

      always_ff @(posedge clk_i) begin
        if (en_i && valid_q) entry_q2 <= entry;
      end

      assign way_valid[w]                 = entry_q2[ENTRY_W-1];
      assign way_hit[w]                   = entry_q2[ENTRY_W-1] && entry_q2[BODY_W+:64] == ref_q2;
      assign way_body[w*BODY_W+:BODY_W]   = entry_q2[BODY_W-1:0];
    end
  endgenerate

  // ---- compare -------------------------------------------------------------------------------------------------------
  // A write of the reference itself says all there is to say of it, the newest first. Of the other writes to the set
  // only the ways they used or freed matter: they cannot have touched the way of a reference that is live.
  // Which writes these will be in the compare cycle is known in the cycle before, in which the newest is committed.
  logic [MISSED-1:0] write_same_q2;  // wrote the reference
  logic [MISSED-1:0] write_near_q2;  // wrote to the set

  always_ff @(posedge clk_i) begin
    if (en_i && valid_q) begin
      write_same_q2[0] <= commit_valid_i && commit_ref == ref_q;
      write_near_q2[0] <= commit_valid_i && commit_set == set_q;
      for (int k = 1; k < MISSED; k++) begin
        write_same_q2[k] <= write_q[k-1] && write_ref_q[(k-1)*64+:64] == ref_q;
        write_near_q2[k] <= write_q[k-1] && write_set_q[(k-1)*SETS_LOG2+:SETS_LOG2] == set_q;
      end
    end
  end

  logic [MISSED-1:0] newest;  // one-hot of write_same_q2
  logic              known;   // there is one
  logic              hit;
  logic [WAYS-1:0]   hit_ways;
  logic [WAYS-1:0]   used;
  logic [BODY_W-1:0] hit_body;
  logic [WAYS-1:0]   known_ways;
  logic [BODY_W-1:0] known_body;
  logic [BODY_W-1:0] read_body;

  assign newest   = write_same_q2 & (~write_same_q2 + 1'b1);
  assign known    = write_same_q2 != '0;
  assign hit      = known ? (newest & write_live_q) != '0 : way_hit != '0;
  assign hit_ways = known ? known_ways : way_hit;
  assign hit_body = known ? known_body : read_body;

  always_comb begin
    used       = way_valid;
    known_ways = '0;
    known_body = '0;
    read_body  = '0;
    if (valid_q2) begin  // for the simulator's sake
      for (int k = MISSED - 1; k >= 0; k--) begin
        if (write_near_q2[k]) begin
          used = (used & ~write_ways_q[k*WAYS+:WAYS]) | (write_live_q[k] ? write_ways_q[k*WAYS+:WAYS] : '0);
        end
        if (newest[k]) begin
          known_ways = known_ways | write_ways_q[k*WAYS+:WAYS];
          known_body = known_body | write_body_q[k*BODY_W+:BODY_W];
        end
      end
      for (int i = 0; i < WAYS; i++) begin
        if (way_hit[i]) read_body = read_body | way_body[i*BODY_W+:BODY_W];
      end
    end
  end

  // ---- answers -------------------------------------------------------------------------------------------------------
  logic [BODY_W-1:0] first_body;
  logic [BODY_W-1:0] second_body;
  assign {first_symbol_o, first_side_o, first_class_o, first_shares_o, first_price_o}      = first_body;
  assign {second_symbol_o, second_side_o, second_class_o, second_shares_o, second_price_o} = second_body;
  assign first_full_o  = first_used == '1;
  assign second_full_o = second_used == '1;

  order_answer #(
      .SETS_LOG2(SETS_LOG2),
      .WAYS     (WAYS),
      .BODY_W   (BODY_W)
  ) u_first (
      .clk_i       (clk_i),
      .rst_i       (rst_i),
      .en_i        (en_i),
      .load_i      (valid_q2 && !second_q2),
      .load_ref_i  (ref_q2),
      .load_set_i  (set_q2),
      .load_used_i (used),
      .load_hit_i  (hit),
      .load_ways_i (hit_ways),
      .load_body_i (hit_body),
      .commit_i    (commit_valid_i),
      .commit_ref_i(commit_ref),
      .commit_set_i(commit_set),
      .write_live_i(write_live_q[0]),
      .write_ways_i(write_ways_q[WAYS-1:0]),
      .write_body_i(write_body_q[BODY_W-1:0]),
      .ref_o       (first_ref),
      .set_o       (first_set),
      .used_o      (first_used),
      .hit_o       (first_hit_o),
      .ways_o      (first_ways),
      .body_o      (first_body)
  );

  order_answer #(
      .SETS_LOG2(SETS_LOG2),
      .WAYS     (WAYS),
      .BODY_W   (BODY_W)
  ) u_second (
      .clk_i       (clk_i),
      .rst_i       (rst_i),
      .en_i        (en_i),
      .load_i      (valid_q2 && second_q2),
      .load_ref_i  (ref_q2),
      .load_set_i  (set_q2),
      .load_used_i (used),
      .load_hit_i  (hit),
      .load_ways_i (hit_ways),
      .load_body_i (hit_body),
      .commit_i    (commit_valid_i),
      .commit_ref_i(commit_ref),
      .commit_set_i(commit_set),
      .write_live_i(write_live_q[0]),
      .write_ways_i(write_ways_q[WAYS-1:0]),
      .write_body_i(write_body_q[BODY_W-1:0]),
      .ref_o       (second_ref),
      .set_o       (second_set),
      .used_o      (second_used),
      .hit_o       (second_hit_o),
      .ways_o      (second_ways),
      .body_o      (second_body)
  );

  // ---- what the caller must keep to ----------------------------------------------------------------------------------
`ifndef SYNTHESIS
  logic commit_hit;
  assign commit_hit = commit_second_i ? second_hit_o : first_hit_o;

  always @(posedge clk_i) begin
    if (en_i && !rst_i) begin
      if (req_valid_i && clearing) $error("order_table: request before ready_o");
      if (commit_valid_i) begin
        if (commit_insert_i && commit_hit) $error("order_table: insertion of a live reference");
        if (commit_insert_i && commit_used == '1) $error("order_table: insertion into a full set");
        if (!commit_insert_i && !commit_hit) $error("order_table: rewrite or removal of an unknown reference");
        if (write_q[0] && write_set_q[SETS_LOG2-1:0] == commit_set) $error("order_table: the set was committed to a cycle ago");
      end
    end
  end
`endif

endmodule
`default_nettype wire
