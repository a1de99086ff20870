`include "twinpath_types.svh"
`include "book/book_types.svh"
`default_nettype none

/// Quantity by price level of every symbol, and the best bid and offer that follow from it (SEM 3.3, 3.4).
///
/// Why: a book is what its levels sum to; the best level is kept ready so that a change answers without a search.
/// Structure: a record a symbol and side (best level, counts of far and beyond orders); quantities by level; occupancy
/// in two tiers of 64 bits. Levels are stored by rank, 0 being the best possible (bids count down from the top), so
/// that the lowest rank is the best of either side.
/// Safety: nothing is believed that is not marked: a quantity counts only if its occupancy bit is set, a group of
/// occupancy bits only if its summary bit is, a summary only if the record says occupied. Hence only the records are
/// cleared after reset. One change is in progress at a time and its writes end before the next one reads.
/// Latency: a change accepted in cycle t is answered in t + 1; when it empties the best level, in t + 2 if the next
/// best is in the same group of 64, else in t + 3. Throughput: one change every 2 (3, 4) cycles.
module price_levels #(
    parameter int COUNT_W = 20  // enough for every order of the table
) (
    input  wire logic                  clk_i,
    input  wire logic                  rst_i,
    output logic                       ready_o,     // records are cleared

    input  wire logic                  s_valid_i,
    output logic                       s_ready_o,
    input  wire logic [TP_SYM_W-1:0]   symbol_i,
    input  wire logic                  touch_i,     // 0: only read the best bid and offer
    input  wire logic                  add_i,       // 1 add, 0 remove
    input  wire logic                  side_i,
    input  wire logic [1:0]            class_i,     // TP_PRICE_*
    input  wire logic [TP_LEVEL_W-1:0] level_i,
    input  wire logic [31:0]           price_i,
    input  wire logic [31:0]           shares_i,
    input  wire logic                  gone_i,      // remove: the order left the table
    input  wire logic [31:0]           base_i,      // window of the symbol
    input  wire logic                  tick100_i,

    output logic                       done_o,      // one cycle; the outputs below are valid in it
    output tp_bbo_t                    before_o,
    output tp_bbo_t                    after_o,
    output logic                       overflow_o,
    output logic                       underflow_o
);

  localparam int GROUP_W = 6;
  localparam int SIDES = 2 * TP_SYMBOLS;
  localparam int RECORD_W = 1 + TP_LEVEL_W + 32 + 32 + 2 * COUNT_W;

  initial begin
    if (TP_LEVEL_W != 2 * GROUP_W) $fatal(1, "price_levels: two tiers of 64 hold exactly 4096 levels");
    if (COUNT_W < 1) $fatal(1, "price_levels: COUNT_W must be at least 1");
  end

  typedef struct packed {
    logic                  occupied;
    logic [TP_LEVEL_W-1:0] rank;      // of the best level
    logic [31:0]           price;
    logic [31:0]           quantity;
    logic [COUNT_W-1:0]    far_orders;
    logic [COUNT_W-1:0]    beyond_orders;
  } record_t;

  localparam logic [1:0] IDLE = 2'd0;
  localparam logic [1:0] MODIFY = 2'd1;    // record, quantity and occupancy have arrived
  localparam logic [1:0] GROUP = 2'd2;     // occupancy of the next best group has arrived
  localparam logic [1:0] QUANTITY = 2'd3;  // quantity of the next best level has arrived

  // ---- clearing after reset ----------------------------------------------------------------------------------------
  logic [TP_SYM_W:0] clear_q;
  logic              clearing;
  assign clearing = !clear_q[TP_SYM_W];
  assign ready_o  = !clearing;

  always_ff @(posedge clk_i) begin
    if (clearing) clear_q <= clear_q + 1'b1;
    if (rst_i) clear_q <= '0;
  end

  // ---- request -------------------------------------------------------------------------------------------------------
  logic [1:0]            state_q;
  logic                  start;
  logic [TP_LEVEL_W-1:0] start_rank;
  logic [TP_SYM_W-1:0]   symbol_q;
  logic                  touch_q;
  logic                  add_q;
  logic                  side_q;
  logic [1:0]            class_q;
  logic [TP_LEVEL_W-1:0] rank_q;
  logic [31:0]           price_q;
  logic [31:0]           shares_q;
  logic                  gone_q;
  logic [31:0]           base_q;
  logic                  tick100_q;

  assign s_ready_o  = state_q == IDLE && !clearing;
  assign start      = s_valid_i && s_ready_o;
  assign start_rank = side_i ? level_i : ~level_i;

  always_ff @(posedge clk_i) begin
    if (start) begin
      symbol_q  <= symbol_i;
      touch_q   <= touch_i;
      add_q     <= add_i;
      side_q    <= side_i;
      class_q   <= class_i;
      rank_q    <= start_rank;
      price_q   <= price_i;
      shares_q  <= shares_i;
      gone_q    <= gone_i;
      base_q    <= base_i;
      tick100_q <= tick100_i;
    end
  end

  // ---- memories ------------------------------------------------------------------------------------------------------
  record_t               bid;
  record_t               ask;
  record_t               own_next;
  logic [63:0]           summary_read;
  logic [63:0]           word_read;
  logic [31:0]           quantity_read;
  logic                  record_we;
  logic                  summary_we;
  logic [63:0]           summary_next;
  logic                  word_we;
  logic [63:0]           word_next;
  logic                  quantity_we;
  logic [31:0]           quantity_next;
  logic                  look_ahead;      // read what would be the next best, in case the best level empties
  logic                  group_re;        // read the quantity of the best level of the next best group
  logic [5:0]            next_group;
  logic [5:0]            next_bit;
  logic [5:0]            group_bit;
  logic [5:0]            next_group_q;
  logic [TP_LEVEL_W-1:0] next_rank_q;
  logic [TP_LEVEL_W-1:0] quantity_rank;

  ram_sdp #(
      .WIDTH(RECORD_W),
      .DEPTH(TP_SYMBOLS)
  ) u_bid (
      .clk_i  (clk_i),
      .we_i   (clearing || (record_we && !side_q)),
      .waddr_i(clearing ? clear_q[TP_SYM_W-1:0] : symbol_q),
      .wdata_i(clearing ? '0 : own_next),
      .re_i   (start),
      .raddr_i(symbol_i),
      .rdata_o(bid)
  );
  ram_sdp #(
      .WIDTH(RECORD_W),
      .DEPTH(TP_SYMBOLS)
  ) u_ask (
      .clk_i  (clk_i),
      .we_i   (clearing || (record_we && side_q)),
      .waddr_i(clearing ? clear_q[TP_SYM_W-1:0] : symbol_q),
      .wdata_i(clearing ? '0 : own_next),
      .re_i   (start),
      .raddr_i(symbol_i),
      .rdata_o(ask)
  );
  ram_sdp #(
      .WIDTH(64),
      .DEPTH(SIDES)
  ) u_summary (
      .clk_i  (clk_i),
      .we_i   (summary_we),
      .waddr_i({symbol_q, side_q}),
      .wdata_i(summary_next),
      .re_i   (start),
      .raddr_i({symbol_i, side_i}),
      .rdata_o(summary_read)
  );
  ram_sdp #(
      .WIDTH(64),
      .DEPTH(SIDES << GROUP_W)
  ) u_word (
      .clk_i  (clk_i),
      .we_i   (word_we),
      .waddr_i({symbol_q, side_q, rank_q[GROUP_W+:GROUP_W]}),
      .wdata_i(word_next),
      .re_i   (start || look_ahead),
      .raddr_i(start ? {symbol_i, side_i, start_rank[GROUP_W+:GROUP_W]} : {symbol_q, side_q, next_group}),
      .rdata_o(word_read)
  );
  ram_sdp #(
      .WIDTH(32),
      .DEPTH(SIDES << TP_LEVEL_W)
  ) u_quantity (
      .clk_i  (clk_i),
      .we_i   (quantity_we),
      .waddr_i({symbol_q, side_q, rank_q}),
      .wdata_i(quantity_next),
      .re_i   (start || look_ahead || group_re),
      .raddr_i(start ? {symbol_i, side_i, start_rank} : {symbol_q, side_q, quantity_rank}),
      .rdata_o(quantity_read)
  );

  // ---- what the level becomes ----------------------------------------------------------------------------------------
  record_t     own;
  logic        in_window;
  logic        is_best;
  logic        better;
  logic [63:0] summary;
  logic [63:0] group_mask;
  logic [63:0] word;
  logic [63:0] bit_mask;
  logic        level_held;
  logic [31:0] held;
  logic [32:0] sum;
  logic        underflow;
  logic        underflow_q;  // kept through a search
  logic        empties;
  logic        word_empties;
  logic        search;

  assign own          = side_q ? ask : bid;
  assign in_window    = state_q == MODIFY && touch_q && class_q == TP_PRICE_IN;
  assign is_best      = own.occupied && rank_q == own.rank;
  assign better       = !own.occupied || rank_q < own.rank;
  assign group_mask   = 64'd1 << rank_q[GROUP_W+:GROUP_W];
  assign bit_mask     = 64'd1 << rank_q[GROUP_W-1:0];
  assign summary      = own.occupied ? summary_read : '0;
  assign word         = summary[rank_q[GROUP_W+:GROUP_W]] ? word_read : '0;
  assign level_held   = word[rank_q[GROUP_W-1:0]];
  assign held         = level_held ? quantity_read : '0;
  assign sum          = {1'b0, held} + {1'b0, shares_q};
  assign overflow_o   = in_window && add_q && sum[32];
  assign underflow    = in_window && !add_q && shares_q > held;
  assign underflow_o  = underflow || (state_q == QUANTITY && underflow_q);
  assign empties      = in_window && !add_q && shares_q >= held;
  assign word_empties = (word & ~bit_mask) == '0;
  assign search       = empties && is_best && summary_next != '0;

  assign word_next    = add_q ? word | bit_mask : word & ~bit_mask;
  assign summary_next = add_q ? summary | group_mask : word_empties ? summary & ~group_mask : summary;
  assign word_we      = (in_window && add_q && !sum[32]) || empties;
  assign summary_we   = word_we;

  assign quantity_next = add_q ? sum[31:0] : held - shares_q;
  assign quantity_we   = in_window && (add_q ? !sum[32] : !empties);

  // ---- next best level -------------------------------------------------------------------------------------------------
  assign look_ahead    = in_window && !add_q && is_best;
  assign group_re      = state_q == GROUP;
  assign quantity_rank = group_re ? {next_group_q, group_bit} : {rank_q[GROUP_W+:GROUP_W], next_bit};

  first_set u_next_bit (
      .bits_i (look_ahead ? word & ~bit_mask : 64'd0),
      .index_o(next_bit)
  );
  first_set u_next_group (
      .bits_i (look_ahead ? summary & ~group_mask : 64'd0),
      .index_o(next_group)
  );
  first_set u_group_bit (
      .bits_i (group_re ? word_read : 64'd0),
      .index_o(group_bit)
  );

  always_ff @(posedge clk_i) begin
    if (look_ahead || group_re) next_rank_q <= quantity_rank;
    if (look_ahead) next_group_q <= next_group;
    if (look_ahead) underflow_q <= underflow;
    case (state_q)
      IDLE:    if (start) state_q <= MODIFY;
      MODIFY:  state_q <= !search ? IDLE : word_empties ? GROUP : QUANTITY;
      GROUP:   state_q <= QUANTITY;
      default: state_q <= IDLE;
    endcase
    if (rst_i) state_q <= IDLE;
  end

  // ---- record and answer -----------------------------------------------------------------------------------------------
  logic [TP_LEVEL_W-1:0] next_level;
  logic [31:0]           next_offset;
  assign next_level  = side_q ? next_rank_q : ~next_rank_q;
  assign next_offset = tick100_q ? {20'd0, next_level} * 32'd100 : {20'd0, next_level};

  assign done_o    = (state_q == MODIFY && !search) || state_q == QUANTITY;
  assign record_we = done_o && touch_q;

  always_comb begin
    own_next = own;
    if (state_q == QUANTITY) begin
      own_next.rank     = next_rank_q;
      own_next.price    = base_q + next_offset;
      own_next.quantity = quantity_read;
    end else if (touch_q) begin
      case (class_q)
        TP_PRICE_IN: begin
          if (add_q) begin
            if (!sum[32] && (better || is_best)) begin
              own_next.occupied = 1'b1;
              own_next.rank     = rank_q;
              own_next.price    = price_q;
              own_next.quantity = sum[31:0];
            end
          end else if (empties) begin
            own_next.occupied = summary_next != '0;
          end else if (is_best) begin
            own_next.quantity = quantity_next;
          end
        end
        TP_PRICE_FAR: begin
          if (add_q) own_next.far_orders = own.far_orders + 1'b1;
          else if (gone_q) own_next.far_orders = own.far_orders - 1'b1;
        end
        default: begin
          if (add_q) own_next.beyond_orders = own.beyond_orders + 1'b1;
          else if (gone_q) own_next.beyond_orders = own.beyond_orders - 1'b1;
        end
      endcase
    end
  end

  function automatic logic [1:0] side_state(input logic occupied, input logic any_far, input logic any_beyond);
    if (any_beyond) side_state = TP_SIDE_UNKNOWN;
    else if (occupied) side_state = TP_SIDE_QUOTED;
    else side_state = any_far ? TP_SIDE_UNKNOWN : TP_SIDE_EMPTY;
  endfunction

  record_t    bid_next;
  record_t    ask_next;
  logic [1:0] bid_state;
  logic [1:0] ask_state;
  logic [1:0] own_state;
  assign bid_state = side_state(bid.occupied, bid.far_orders != '0, bid.beyond_orders != '0);
  assign ask_state = side_state(ask.occupied, ask.far_orders != '0, ask.beyond_orders != '0);
  assign own_state = side_state(own_next.occupied, own_next.far_orders != '0, own_next.beyond_orders != '0);
  assign bid_next  = side_q ? bid : own_next;
  assign ask_next  = side_q ? own_next : ask;

  always_comb begin
    before_o = '0;
    after_o  = '0;
    if (done_o) begin
      before_o.bid_state = bid_state;
      before_o.ask_state = ask_state;
      after_o.bid_state  = side_q ? bid_state : own_state;
      after_o.ask_state  = side_q ? own_state : ask_state;
      if (before_o.bid_state == TP_SIDE_QUOTED) begin
        before_o.bid_price    = bid.price;
        before_o.bid_quantity = bid.quantity;
      end
      if (before_o.ask_state == TP_SIDE_QUOTED) begin
        before_o.ask_price    = ask.price;
        before_o.ask_quantity = ask.quantity;
      end
      if (after_o.bid_state == TP_SIDE_QUOTED) begin
        after_o.bid_price    = bid_next.price;
        after_o.bid_quantity = bid_next.quantity;
      end
      if (after_o.ask_state == TP_SIDE_QUOTED) begin
        after_o.ask_price    = ask_next.price;
        after_o.ask_quantity = ask_next.quantity;
      end
    end
  end

endmodule
`default_nettype wire
