`include "twinpath_types.svh"
`default_nettype none

/// The full depth of every book: the quantity of each of the 4,096 levels of every symbol and side, and a search for the
/// next occupied level.
///
/// Why: the best levels of a side are kept elsewhere, where a change answers at once; this is what lies behind them, off
/// the hot path. Levels are stored by rank, 0 being the best possible of the side.
/// Structure: a row holds the quantities of two neighbour ranks; occupancy in two tiers of 64 bits. A change moves
/// through six stages, one a cycle, and is never refused:
///   1 read all memories    2 occupancy arrives    3 quantity arrives, sum    4 row written, bit of the level
///   5 word written, bit of the group    6 summary written
/// Safety: nothing is believed that is not marked: a quantity counts only if its occupancy bit is set, a word only if its
/// summary bit is; hence only the summaries are cleared after reset, in 512 cycles. The caller keeps a level below 2^32
/// and removes no more than it holds; simulation stops if not.
/// Ordering: changes are at least 2 cycles apart, so at most two are unwritten when another reads. The results of the
/// last two changes are kept and used in place of what was read, for the row, the word and the summary alike, whatever
/// the distance; so no change depends on what a read in the cycle of a write returns. A search answers with every change
/// accepted before or with the request; see depth_search for later ones.
/// Latency: a change is written after 6 cycles; search 5, 7 or 10 cycles, at most 19 among changes (depth_search).
/// Memories: rows 2^20 x 64 bits, 256 UltraRAM of 4096 x 72 (two read cycles: memory and output register); words
/// 2^15 x 64, 64 block RAM of 36 kbit or 8 UltraRAM; summaries 512 x 64, one block RAM.
module depth_store (
    input  wire logic                  clk_i,
    input  wire logic                  rst_i,
    output logic                       ready_o,      // summaries are cleared; no change before

    input  wire logic                  op_valid_i,   // at most every other cycle
    input  wire logic [TP_SYM_W-1:0]   op_symbol_i,
    input  wire logic                  op_side_i,
    input  wire logic                  op_add_i,     // 1 add, 0 remove
    input  wire logic [TP_LEVEL_W-1:0] op_rank_i,
    input  wire logic [31:0]           op_shares_i,

    input  wire logic                  req_valid_i,
    output logic                       req_ready_o,
    input  wire logic [TP_SYM_W-1:0]   req_symbol_i,
    input  wire logic                  req_side_i,
    input  wire logic [TP_LEVEL_W-1:0] req_after_i,  // the lowest occupied rank above this one
    input  wire logic                  req_from_start_i, // or the lowest of all

    output logic                       rsp_valid_o,
    input  wire logic                  rsp_ready_i,
    output logic                       rsp_found_o,
    output logic [TP_LEVEL_W-1:0]      rsp_rank_o,
    output logic [31:0]                rsp_quantity_o,

    output logic                       idle_o        // all accepted changes are written, no search in progress
);

  localparam int GROUP_W = 6;
  localparam int SIDE_W = TP_SYM_W + 1;
  localparam int SIDES = 1 << SIDE_W;
  localparam int KEY_W = SIDE_W + TP_LEVEL_W;  // {symbol, side, rank}
  localparam int STAGES = 6;

  initial begin
    if (TP_LEVEL_W != 2 * GROUP_W) $fatal(1, "depth_store: two tiers of 64 hold exactly 4096 levels");
    if (TP_SYMBOLS != 1 << TP_SYM_W) $fatal(1, "depth_store: a symbol is any value of TP_SYM_W bits");
  end

  // ---- clearing after reset ----------------------------------------------------------------------------------------
  logic [SIDE_W:0] clear_q;
  logic            clearing;
  assign clearing = !clear_q[SIDE_W];
  assign ready_o  = !clearing;

  always_ff @(posedge clk_i) begin
    if (clearing) clear_q <= clear_q + 1'b1;
    if (rst_i) clear_q <= '0;
  end

  // ---- stages: bit 0 is stage 1 --------------------------------------------------------------------------------------
  logic [STAGES-1:0]       valid_q;
  logic [STAGES*KEY_W-1:0] keys_q;
  logic [2:0]              add_q;
  logic [31:0]             shares_q1;
  logic [31:0]             shares_q2;
  logic [32:0]             term_q3;    // what is added: shares, or the complement of shares
  logic [KEY_W-1:0]        key1;
  logic [KEY_W-1:0]        key2;
  logic [KEY_W-1:0]        key3;
  logic [KEY_W-1:0]        key4;
  logic [KEY_W-1:0]        key5;
  logic [KEY_W-1:0]        key6;

  assign {key6, key5, key4, key3, key2, key1} = keys_q;

  always_ff @(posedge clk_i) begin
    valid_q   <= {valid_q[STAGES-2:0], op_valid_i};
    keys_q    <= {keys_q[(STAGES-1)*KEY_W-1:0], op_symbol_i, op_side_i, op_rank_i};
    add_q     <= {add_q[1:0], op_add_i};
    shares_q1 <= op_shares_i;
    shares_q2 <= shares_q1;
    term_q3   <= {1'b0, shares_q2} ^ {33{!add_q[1]}};
    if (rst_i || clearing) valid_q <= '0;
  end

  // ---- which of the last two changes was in the same row, word, side: compared in stage 1, used in 3, 3 and 4 -------
  logic [1:0]       last_valid_q;
  logic [KEY_W-1:0] last_key_q;
  logic [KEY_W-1:0] last_key_q2;
  logic [1:0]       same_row;
  logic [1:0]       same_word;
  logic [1:0]       same_side;
  logic [1:0]       same_row_q2;
  logic [1:0]       same_row_q3;
  logic [1:0]       same_word_q2;
  logic [1:0]       same_word_q3;
  logic [1:0]       same_side_q2;
  logic [1:0]       same_side_q3;
  logic [1:0]       same_side_q4;

  assign same_row  = last_valid_q & {key1[KEY_W-1:1] == last_key_q2[KEY_W-1:1], key1[KEY_W-1:1] == last_key_q[KEY_W-1:1]};
  assign same_word = last_valid_q & {key1[KEY_W-1:GROUP_W] == last_key_q2[KEY_W-1:GROUP_W],
                                     key1[KEY_W-1:GROUP_W] == last_key_q[KEY_W-1:GROUP_W]};
  assign same_side = last_valid_q & {key1[KEY_W-1:TP_LEVEL_W] == last_key_q2[KEY_W-1:TP_LEVEL_W],
                                     key1[KEY_W-1:TP_LEVEL_W] == last_key_q[KEY_W-1:TP_LEVEL_W]};

  always_ff @(posedge clk_i) begin
    if (valid_q[0]) begin
      last_valid_q <= {last_valid_q[0], 1'b1};
      last_key_q   <= key1;
      last_key_q2  <= last_key_q;
    end
    if (rst_i) last_valid_q <= '0;
    same_row_q2  <= same_row;
    same_row_q3  <= same_row_q2;
    same_word_q2 <= same_word;
    same_word_q3 <= same_word_q2;
    same_side_q2 <= same_side;
    same_side_q3 <= same_side_q2;
    same_side_q4 <= same_side_q3;
  end

  // ---- memories: a change in stage 1 reads, else the search may ------------------------------------------------------
  logic                  op_read;
  logic [SIDE_W-1:0]     search_side;
  logic                  search_look;
  logic                  search_word_re;
  logic [GROUP_W-1:0]    search_group;
  logic                  search_quantity_re;
  logic [TP_LEVEL_W-1:0] search_rank;
  logic [63:0]           summary_read;
  logic [63:0]           word_read;
  logic [63:0]           row_read;
  logic [63:0]           row_read_q;   // output register of the memory
  logic [63:0]           row_q;        // results of the last change, and of the one before
  logic [63:0]           row_q2;
  logic [63:0]           word_q;
  logic [63:0]           word_q2;
  logic [63:0]           summary_q;
  logic [63:0]           summary_q2;

  assign op_read = valid_q[0];

  ram_sdp #(
      .WIDTH(64),
      .DEPTH(SIDES)
  ) u_summary (
      .clk_i  (clk_i),
      .we_i   (clearing || valid_q[5]),
      .waddr_i(clearing ? clear_q[SIDE_W-1:0] : key6[KEY_W-1:TP_LEVEL_W]),
      .wdata_i(clearing ? '0 : summary_q),
      .re_i   (op_read || search_look),
      .raddr_i(op_read ? key1[KEY_W-1:TP_LEVEL_W] : search_side),
      .rdata_o(summary_read)
  );
  ram_sdp #(
      .WIDTH(64),
      .DEPTH(SIDES << GROUP_W)
  ) u_word (
      .clk_i  (clk_i),
      .we_i   (valid_q[4]),
      .waddr_i(key5[KEY_W-1:GROUP_W]),
      .wdata_i(word_q),
      .re_i   (op_read || search_word_re),
      .raddr_i(op_read ? key1[KEY_W-1:GROUP_W] : {search_side, search_group}),
      .rdata_o(word_read)
  );
  ram_sdp #(
      .WIDTH(64),
      .DEPTH(SIDES << (TP_LEVEL_W - 1))
  ) u_row (
      .clk_i  (clk_i),
      .we_i   (valid_q[3]),
      .waddr_i(key4[KEY_W-1:1]),
      .wdata_i(row_q),
      .re_i   (op_read || search_quantity_re),
      .raddr_i(op_read ? key1[KEY_W-1:1] : {search_side, search_rank[TP_LEVEL_W-1:1]}),
      .rdata_o(row_read)
  );
  always_ff @(posedge clk_i) row_read_q <= row_read;

  // ---- stage 2: occupancy arrives ------------------------------------------------------------------------------------
  logic        group_held_q3;
  logic [1:0]  held_q3;       // of the row: odd, even rank
  logic [63:0] word_q3;
  logic [63:0] summary_q3;
  logic [63:0] summary_q4;
  logic        group_held;
  assign group_held = summary_read[key2[GROUP_W+:GROUP_W]];

  always_ff @(posedge clk_i) begin
    group_held_q3 <= group_held;
    held_q3       <= {2{group_held}} & word_read[{key2[GROUP_W-1:1], 1'b0}+:2];
    word_q3       <= word_read;
    summary_q3    <= summary_read;
    summary_q4    <= summary_q3;
  end

  // ---- stage 3: quantity arrives -------------------------------------------------------------------------------------
  logic [63:0] row_before;
  logic [31:0] held;
  logic [32:0] sum;
  logic [63:0] word_before;
  logic [63:0] word_q4;

  assign row_before = same_row_q3[0] ? row_q :
                      same_row_q3[1] ? row_q2 : row_read_q & {{32{held_q3[1]}}, {32{held_q3[0]}}};
  assign held = key3[0] ? row_before[63:32] : row_before[31:0];
  assign sum = {1'b0, held} + term_q3 + {32'd0, !add_q[2]};
  assign word_before = same_word_q3[0] ? word_q : same_word_q3[1] ? word_q2 : word_q3 & {64{group_held_q3}};

  always_ff @(posedge clk_i) begin
    if (valid_q[2]) begin
      row_q  <= key3[0] ? {sum[31:0], row_before[31:0]} : {row_before[63:32], sum[31:0]};
      row_q2 <= row_q;
    end
    word_q4 <= word_before;
  end

  // ---- stage 4: bit of the level -------------------------------------------------------------------------------------
  logic        occupied;
  logic [63:0] bit_mask;
  logic        group_occupied_q5;
  logic [63:0] summary_q5;

  assign occupied = key4[0] ? row_q[63:32] != '0 : row_q[31:0] != '0;
  assign bit_mask = 64'd1 << key4[GROUP_W-1:0];

  always_ff @(posedge clk_i) begin
    if (valid_q[3]) begin
      word_q  <= occupied ? word_q4 | bit_mask : word_q4 & ~bit_mask;
      word_q2 <= word_q;
    end
    group_occupied_q5 <= occupied || (word_q4 & ~bit_mask) != '0;
    summary_q5        <= same_side_q4[0] ? summary_q : same_side_q4[1] ? summary_q2 : summary_q4;
  end

  // ---- stage 5: bit of the group -------------------------------------------------------------------------------------
  logic [63:0] group_mask;
  assign group_mask = 64'd1 << key5[GROUP_W+:GROUP_W];

  always_ff @(posedge clk_i) begin
    if (valid_q[4]) begin
      summary_q  <= group_occupied_q5 ? summary_q5 | group_mask : summary_q5 & ~group_mask;
      summary_q2 <= summary_q;
    end
  end

  // ---- search ----------------------------------------------------------------------------------------------------------
  logic search_ready;
  logic search_idle;
  assign req_ready_o = search_ready && !clearing;
  assign idle_o      = search_idle && !clearing && valid_q == '0;

  depth_search #(
      .KEY_W (KEY_W),
      .FLIGHT(STAGES)
  ) u_search (
      .clk_i           (clk_i),
      .rst_i           (rst_i),
      .req_valid_i     (req_valid_i && !clearing),
      .req_ready_o     (search_ready),
      .req_symbol_i    (req_symbol_i),
      .req_side_i      (req_side_i),
      .req_after_i     (req_after_i),
      .req_from_start_i(req_from_start_i),
      .rsp_valid_o     (rsp_valid_o),
      .rsp_ready_i     (rsp_ready_i),
      .rsp_found_o     (rsp_found_o),
      .rsp_rank_o      (rsp_rank_o),
      .rsp_quantity_o  (rsp_quantity_o),
      .idle_o          (search_idle),
      .flight_valid_i  (valid_q),
      .flight_key_i    (keys_q),
      .port_free_i     (!op_read),
      .side_o          (search_side),
      .look_o          (search_look),
      .word_re_o       (search_word_re),
      .group_o         (search_group),
      .quantity_re_o   (search_quantity_re),
      .rank_o          (search_rank),
      .summary_i       (summary_read),
      .word_i          (word_read),
      .row_i           (row_read_q)
  );

`ifndef SYNTHESIS
  // ---- what the caller guarantees ------------------------------------------------------------------------------------
  always @(posedge clk_i) begin
    if (!rst_i) begin
      if (op_valid_i && clearing) $fatal(1, "depth_store: a change before ready_o");
      if (op_valid_i && valid_q[0]) $fatal(1, "depth_store: two changes in successive cycles");
      if (valid_q[2] && sum[32] && add_q[2]) $fatal(1, "depth_store: a level exceeds 32 bits");
      if (valid_q[2] && sum[32] && !add_q[2]) $fatal(1, "depth_store: a removal of more than the level holds");
    end
  end
`endif

endmodule
`default_nettype wire
