`include "twinpath_types.svh"
`include "book/book_types.svh"
`default_nettype none

/// Live orders by reference: set-associative, one set read and compared in parallel (SEM 3.1, 3.2).
///
/// Why: every execution, cancel and delete names an order only by its reference.
/// Safety: an answer reflects all earlier requests. Requests start at least two cycles apart, so the only write that a
/// read can miss is the one made in the cycle of the read, which is forwarded to the compare. Entries that a reset left
/// behind are invalidated, a set a cycle, before ready_o and s_ready_o rise.
/// Ordering: answers leave in the order of requests; a request of TP_TABLE_NONE only keeps its place.
/// Latency: request accepted in cycle t, compared in t + 1, answer in t + 2 (where the write is made as well).
/// Throughput: one request every 2 cycles.
module order_table #(
    parameter int SETS_LOG2 = 16,  // 1 to 16
    parameter int WAYS = 8         // 1 to 16
) (
    input  wire logic                clk_i,
    input  wire logic                rst_i,
    output logic                     ready_o,    // entries are cleared

    input  wire logic                s_valid_i,
    output logic                     s_ready_o,
    input  wire logic [1:0]          s_op_i,     // TP_TABLE_*
    input  wire logic                s_tag_i,    // handed through
    input  wire logic [63:0]         s_ref_i,
    input  wire logic [TP_SYM_W-1:0] s_symbol_i,
    input  wire logic                s_side_i,   // insert
    input  wire logic [31:0]         s_shares_i, // insert: the order's; reduce: to take
    input  wire logic [31:0]         s_price_i,  // insert

    output logic                     compare_o,  // the request in the compare cycle is answered in the next cycle
    output logic      [TP_SYM_W-1:0] compare_symbol_o,

    output logic                     m_valid_o,
    input  wire logic                m_ready_i,
    output logic      [1:0]          m_op_o,
    output logic                     m_tag_o,
    output logic      [TP_SYM_W-1:0] m_symbol_o,
    output logic                     m_known_o,  // reduce, remove: the reference is live and of this symbol
    output logic                     m_zero_o,   // insert refused: no shares
    output logic                     m_dup_o,    // insert refused: already live
    output logic                     m_full_o,   // insert refused: no free way
    output logic                     m_over_o,   // reduce: more shares than remained
    output logic                     m_gone_o,   // the entry was removed
    output logic                     m_side_o,   // of the entry
    output logic      [31:0]         m_price_o,  // of the entry
    output logic      [31:0]         m_shares_o  // insert: inserted; reduce, remove: taken
);

  initial begin
    if (SETS_LOG2 < 1 || SETS_LOG2 > 16) $fatal(1, "order_table: SETS_LOG2 must be 1 to 16");
    if (WAYS < 1 || WAYS > 16) $fatal(1, "order_table: WAYS must be 1 to 16");
  end

  localparam int KEY_W = TP_SYM_W + 64;     // symbol, reference
  localparam int BODY_W = 1 + 1 + 32 + 32;  // valid, side, price, shares
  localparam int SHIFT = (SETS_LOG2 < 16) ? SETS_LOG2 : 15;

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

  // ---- read ----------------------------------------------------------------------------------------------------------
  logic                 compare_valid_q;
  logic                 start;
  logic                 read;
  logic [SETS_LOG2-1:0] read_set;
  assign s_ready_o = !clearing && !compare_valid_q;
  assign start     = s_valid_i && s_ready_o;
  assign read      = start && (s_op_i != TP_TABLE_NONE);
  assign read_set  = set_of(s_ref_i);

  // ---- compare: request registers, set contents, and the write that the read missed -----------------------------------
  logic [1:0]           c_op_q;
  logic                 c_tag_q;
  logic [63:0]          c_ref_q;
  logic [TP_SYM_W-1:0]  c_symbol_q;
  logic                 c_side_q;
  logic [31:0]          c_shares_q;
  logic [31:0]          c_price_q;
  logic [SETS_LOG2-1:0] c_set_q;
  logic [WAYS-1:0]      c_forward_q;  // one-hot: this way was written in the cycle of the read
  logic [KEY_W-1:0]     c_forward_key_q;
  logic [BODY_W-1:0]    c_forward_body_q;

  logic                 write;
  logic [SETS_LOG2-1:0] write_set;
  logic [WAYS-1:0]      write_ways;
  logic [KEY_W-1:0]     write_key;
  logic [BODY_W-1:0]    write_body;

  logic [WAYS-1:0]          way_hit;
  logic [WAYS-1:0]          way_free;
  logic [WAYS*TP_SYM_W-1:0] way_symbol;
  logic [WAYS-1:0]          way_side;
  logic [WAYS*32-1:0]       way_price;
  logic [WAYS*32-1:0]       way_shares;
  logic                     forward_hit;

  assign forward_hit = c_forward_body_q[BODY_W-1] && c_forward_key_q[63:0] == c_ref_q;

  genvar w;
  generate
    for (w = 0; w < WAYS; w = w + 1) begin : gen_way
      logic [KEY_W-1:0]  key;
      logic [BODY_W-1:0] body;

      ram_sdp #(
          .WIDTH(KEY_W),
          .DEPTH(1 << SETS_LOG2)
      ) u_key (
          .clk_i  (clk_i),
          .we_i   (write && write_ways[w]),
          .waddr_i(write_set),
          .wdata_i(write_key),
          .re_i   (read),
          .raddr_i(read_set),
          .rdata_o(key)
      );
      ram_sdp #(
          .WIDTH(BODY_W),
          .DEPTH(1 << SETS_LOG2)
      ) u_body (
          .clk_i  (clk_i),
          .we_i   (clearing || (write && write_ways[w])),
          .waddr_i(clearing ? clear_q[SETS_LOG2-1:0] : write_set),
          .wdata_i(clearing ? '0 : write_body),
          .re_i   (read),
          .raddr_i(read_set),
          .rdata_o(body)
      );

      assign way_hit[w]  = c_forward_q[w] ? forward_hit : (body[BODY_W-1] && key[63:0] == c_ref_q);
      assign way_free[w] = c_forward_q[w] ? !c_forward_body_q[BODY_W-1] : !body[BODY_W-1];
      assign way_symbol[w*TP_SYM_W+:TP_SYM_W] = key[64+:TP_SYM_W];
      assign way_side[w]                      = body[64];
      assign way_price[w*32+:32]              = body[32+:32];
      assign way_shares[w*32+:32]             = body[31:0];
    end
  endgenerate

  logic                hit;
  logic                hit_forward;
  logic [WAYS-1:0]     lowest_free;
  logic [TP_SYM_W-1:0] hit_symbol;
  logic                hit_side;
  logic [31:0]         hit_price;
  logic [31:0]         hit_shares;
  logic                insert;
  logic                advance;

  assign hit         = way_hit != '0;
  assign hit_forward = (way_hit & c_forward_q) != '0;
  assign lowest_free = way_free & (~way_free + 1'b1);
  assign insert      = c_op_q == TP_TABLE_INSERT;
  assign advance     = compare_valid_q && (!m_valid_o || m_ready_i);

  always_comb begin
    hit_symbol = hit_forward ? c_forward_key_q[64+:TP_SYM_W] : '0;
    hit_side   = hit_forward && c_forward_body_q[64];
    hit_price  = hit_forward ? c_forward_body_q[32+:32] : '0;
    hit_shares = hit_forward ? c_forward_body_q[31:0] : '0;
    if (compare_valid_q) begin
      for (int i = 0; i < WAYS; i++) begin
        if (way_hit[i] && !c_forward_q[i]) begin
          hit_symbol = hit_symbol | way_symbol[i*TP_SYM_W+:TP_SYM_W];
          hit_side   = hit_side | way_side[i];
          hit_price  = hit_price | way_price[i*32+:32];
          hit_shares = hit_shares | way_shares[i*32+:32];
        end
      end
    end
  end

  assign compare_o        = advance;
  assign compare_symbol_o = c_symbol_q;

  always_ff @(posedge clk_i) begin
    if (start) begin
      c_op_q           <= s_op_i;
      c_tag_q          <= s_tag_i;
      c_ref_q          <= s_ref_i;
      c_symbol_q       <= s_symbol_i;
      c_side_q         <= s_side_i;
      c_shares_q       <= s_shares_i;
      c_price_q        <= s_price_i;
      c_set_q          <= read_set;
      c_forward_q      <= (write && write_set == read_set) ? write_ways : '0;
      c_forward_key_q  <= write_key;
      c_forward_body_q <= write_body;
    end
    if (start) compare_valid_q <= 1'b1;
    else if (advance) compare_valid_q <= 1'b0;
    if (rst_i) compare_valid_q <= 1'b0;
  end

  // ---- answer and write ------------------------------------------------------------------------------------------------
  logic                 m_accepted_q;
  logic [SETS_LOG2-1:0] m_set_q;
  logic [WAYS-1:0]      m_ways_q;
  logic [63:0]          m_ref_q;
  logic [31:0]          m_have_q;  // shares of the entry before a reduction, or of the order inserted
  logic [31:0]          m_take_q;
  logic [31:0]          left;
  logic                 m_insert;

  always_ff @(posedge clk_i) begin
    if (advance) begin
      m_op_o       <= c_op_q;
      m_tag_o      <= c_tag_q;
      m_symbol_o   <= c_symbol_q;
      m_ref_q      <= c_ref_q;
      m_set_q      <= c_set_q;
      m_ways_q     <= insert ? lowest_free : way_hit;
      m_known_o    <= c_op_q[1] && hit && hit_symbol == c_symbol_q;
      m_zero_o     <= insert && c_shares_q == '0;
      m_dup_o      <= insert && c_shares_q != '0 && hit;
      m_full_o     <= insert && c_shares_q != '0 && !hit && way_free == '0;
      m_accepted_q <= insert && c_shares_q != '0 && !hit && way_free != '0;
      m_side_o     <= insert ? c_side_q : hit_side;
      m_price_o    <= insert ? c_price_q : hit_price;
      m_have_q     <= insert ? c_shares_q : hit_shares;
      m_take_q     <= c_shares_q;
    end
    if (advance) m_valid_o <= 1'b1;
    else if (m_ready_i) m_valid_o <= 1'b0;
    if (rst_i) m_valid_o <= 1'b0;
  end

  assign m_insert   = m_op_o == TP_TABLE_INSERT;
  assign m_over_o   = m_known_o && m_op_o == TP_TABLE_REDUCE && m_take_q > m_have_q;
  assign m_shares_o = (m_op_o == TP_TABLE_REDUCE && !m_over_o) ? m_take_q : m_have_q;
  assign left       = m_have_q - m_shares_o;
  assign m_gone_o   = m_known_o && left == '0;

  // An answer that waits repeats its write; nothing else can write meanwhile, so that changes nothing.
  assign write      = m_valid_o && (m_accepted_q || (m_known_o && m_shares_o != '0));
  assign write_set  = m_set_q;
  assign write_ways = m_ways_q;
  assign write_key  = {m_symbol_o, m_ref_q};
  assign write_body = {m_insert || left != '0, m_side_o, m_price_o, m_insert ? m_have_q : left};

endmodule
`default_nettype wire
