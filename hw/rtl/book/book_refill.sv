`include "book/book_types.svh"
`default_nettype none

/// Keeps the best levels of every side filled from the depth store, behind the pipeline.
///
/// Why: the hot path holds TP_TOP_LEVELS levels a side and never searches; each level that empties leaves a place that
/// must be taken by the next deeper level before the others are gone.
/// How: a side that a commit left short waits in a queue. For its head: look at the side through an operation without
/// effect that goes through the book stage when nothing else does (inject), search the depth store behind the worst level
/// held, and offer the answer to the book stage, which takes it with one more of ours, or at once for an operation that
/// waits. Then look again, until the side is full or nothing deeper is left.
/// Safety: an answer is thrown away when, since the look, something happened that it does not know: a change of a level
/// that only the depth store holds, or a level that left the hot path for want of room (disturb). A side that runs dry
/// while its next operation waits (hold) is served first, from the waiting operation's own view.
/// Latency, look to offer: 4 cycles and the search.
module book_refill (
    input  wire logic                  clk_i,
    input  wire logic                  rst_i,
    input  wire tp_cfg_t               cfg_i,
    // a commit left a side short
    input  wire logic                  want_i,
    input  wire logic [TP_SYM_W-1:0]   want_symbol_i,
    input  wire logic                  want_side_i,
    // a commit makes an answer under way for a side void
    input  wire logic                  disturb_i,
    input  wire logic [TP_SYM_W-1:0]   disturb_symbol_i,
    input  wire logic                  disturb_side_i,
    // operations without effect
    output logic                       inject_o,
    output logic [TP_SYM_W-1:0]        inject_symbol_o,
    input  wire logic                  inject_taken_i,
    // the operation in the book stage: its symbol's sides, and whether it is ours (and sees every commit)
    input  wire logic                  own_i,
    input  wire logic                  own_lost_i,   // ours, but too close behind another of the symbol: again
    input  wire tp_side_t              bid_i,
    input  wire tp_side_t              ask_i,
    // an operation waits for this side
    input  wire logic                  hold_i,
    input  wire logic [TP_SYM_W-1:0]   hold_symbol_i,
    input  wire logic                  hold_side_i,
    // answer
    output logic                       rsp_valid_o,
    output logic [TP_SYM_W-1:0]        rsp_symbol_o,
    output logic                       rsp_side_o,
    output logic                       rsp_found_o,  // else: nothing deeper is left
    output logic [31:0]                rsp_price_o,
    output logic [31:0]                rsp_quantity_o,
    input  wire logic                  rsp_taken_i,
    // depth store
    output logic                       search_valid_o,
    input  wire logic                  search_ready_i,
    output logic [TP_LEVEL_W-1:0]      search_after_o,
    input  wire logic                  found_valid_i,
    output logic                       found_ready_o,
    input  wire logic                  found_i,
    input  wire logic [TP_LEVEL_W-1:0] found_rank_i,
    input  wire logic [31:0]           found_quantity_i,
    output logic                       idle_o
);

  localparam int KEY_W = TP_SYM_W + 1;
  localparam int QUEUE = 16;
  localparam int K = TP_TOP_LEVELS;

  localparam logic [2:0] IDLE   = 3'd0;
  localparam logic [2:0] LOOK   = 3'd1; // an operation of ours is to see the side
  localparam logic [2:0] PLACE  = 3'd2; // its worst level goes through the window
  localparam logic [2:0] SEARCH = 3'd3;
  localparam logic [2:0] WAIT   = 3'd4;
  localparam logic [2:0] OFFER  = 3'd5;

  logic [2:0]              state_q;
  logic [KEY_W-1:0]        key_q;      // symbol, side
  logic                    stale_q;
  logic                    sent_q;     // an operation of ours is in the book stage
  logic [TP_SYM_W-1:0]     sent_symbol_q;
  logic [31:0]             worst_q;
  logic                    found_q;
  logic [31:0]             quantity_q;
  logic [31:0]             scaled_q;
  logic [31:0]             price_q;
  logic [2*TP_SYMBOLS-1:0] queued_q;

  // ---- queue ---------------------------------------------------------------------------------------------------------
  logic             push;
  logic             push_ready;
  logic             head_valid;
  logic             pop;
  logic             pop_q;
  logic [KEY_W-1:0] pop_key_q;
  logic [KEY_W-1:0] head;
  logic [KEY_W-1:0] want_key;
  logic [$clog2(QUEUE+1)-1:0] waiting;

  assign want_key = {want_symbol_i, want_side_i};
  assign push     = want_i && !queued_q[want_key];

  fifo #(
      .WIDTH(KEY_W),
      .DEPTH(QUEUE)
  ) u_queue (
      .clk_i    (clk_i),
      .rst_i    (rst_i),
      .s_valid_i(push),
      .s_ready_o(push_ready),
      .s_data_i (want_key),
      .m_valid_o(head_valid),
      .m_ready_i(pop),
      .m_data_o (head),
      .count_o  (waiting)
  );

  always_ff @(posedge clk_i) begin
    pop_q     <= pop;
    pop_key_q <= head;
    if (pop_q) queued_q[pop_key_q] <= 1'b0;
    if (push && push_ready) queued_q[want_key] <= 1'b1; // when the queue is full, a later commit asks again
    if (rst_i) begin
      pop_q    <= 1'b0;
      queued_q <= '0;
    end
  end

  // ---- the side in view ------------------------------------------------------------------------------------------------
  logic [KEY_W-1:0] key;
  logic [32*K-1:0]  bid_price;
  logic [32*K-1:0]  ask_price;
  logic [K-1:0]     bid_last;
  logic [K-1:0]     ask_last;
  logic [31:0]      bid_worst;
  logic [31:0]      ask_worst;
  logic             short_of;
  logic [31:0]      worst;
  logic             own;      // our operation shows the head's symbol, and no commit is missing
  logic             look;     // the view is taken in this cycle

  assign key = (state_q == IDLE || state_q == LOOK) ? (hold_i ? {hold_symbol_i, hold_side_i} : head) : key_q;

  always_comb begin
    bid_worst = '0;
    ask_worst = '0;
    for (int i = 0; i < K; i++) begin
      bid_worst = bid_worst | (bid_price[32*i+:32] & {32{bid_last[i]}});
      ask_worst = ask_worst | (ask_price[32*i+:32] & {32{ask_last[i]}});
    end
  end
  assign bid_last  = bid_i.held & ~(bid_i.held >> 1);
  assign ask_last  = ask_i.held & ~(ask_i.held >> 1);
  assign bid_price = bid_i.price;
  assign ask_price = ask_i.price;
  assign worst     = key[0] ? ask_worst : bid_worst;
  assign short_of  = key[0] ? ask_i.incomplete && !ask_i.held[K-1] : bid_i.incomplete && !bid_i.held[K-1];
  assign own      = own_i && sent_symbol_q == head[KEY_W-1:1];
  assign look     = (state_q == IDLE && hold_i) || (state_q == LOOK && (hold_i || own));
  assign pop      = state_q == LOOK && !hold_i && own && !short_of;

  // ---- window of the symbol ----------------------------------------------------------------------------------------------
  logic [31:0]           base;
  logic                  tick100;
  logic                  price_in;
  logic                  price_far;
  logic [1:0]            price_class;
  logic [TP_LEVEL_W-1:0] level;
  logic [TP_LEVEL_W-1:0] found_level;
  logic [29:0]           hundred;

  ram_sdp #(
      .WIDTH(32),
      .DEPTH(TP_SYMBOLS)
  ) u_base (
      .clk_i  (clk_i),
      .we_i   (cfg_i.valid && cfg_i.table_id == TP_CFG_SYMBOL && cfg_i.word == 5'd0),
      .waddr_i(cfg_i.index[TP_SYM_W-1:0]),
      .wdata_i(cfg_i.data),
      .re_i   (1'b1),
      .raddr_i(key[KEY_W-1:1]),
      .rdata_o(base)
  );
  ram_sdp #(
      .WIDTH(1),
      .DEPTH(TP_SYMBOLS)
  ) u_tick (
      .clk_i  (clk_i),
      .we_i   (cfg_i.valid && cfg_i.table_id == TP_CFG_SYMBOL && cfg_i.word == 5'd1),
      .waddr_i(cfg_i.index[TP_SYM_W-1:0]),
      .wdata_i(cfg_i.data[0]),
      .re_i   (1'b1),
      .raddr_i(key[KEY_W-1:1]),
      .rdata_o(tick100)
  );
  price_window u_window (
      .clk_i    (clk_i),
      .en_i     (state_q == PLACE),
      .side_i   (key_q[0]),
      .price_i  (worst_q),
      .base_i   (base),
      .tick100_i(tick100),
      .in_o     (price_in),
      .far_o    (price_far),
      .class_o  (price_class), // always in: the level is held
      .level_o  (level)
  );
  assign found_level = key_q[0] ? found_rank_i : ~found_rank_i;
  assign hundred     = {12'd0, found_level, 6'd0} + {13'd0, found_level, 5'd0} + {16'd0, found_level, 2'd0};

  // The rank is there three cycles before the quantity.
  always_ff @(posedge clk_i) begin
    if (state_q == WAIT) begin
      scaled_q <= tick100 ? {2'd0, hundred} : {20'd0, found_level};
      price_q  <= base + scaled_q;
    end
  end

  // ---- steps ---------------------------------------------------------------------------------------------------------------
  always_ff @(posedge clk_i) begin
    case (state_q)
      IDLE: if (head_valid) state_q <= LOOK;
      LOOK: if (!hold_i && own && !short_of) state_q <= IDLE;
      PLACE: state_q <= SEARCH;
      SEARCH: if (search_ready_i) state_q <= WAIT;
      WAIT:
      if (found_valid_i) begin
        found_q    <= found_i;
        quantity_q <= found_quantity_i;
        state_q    <= OFFER;
      end
      OFFER: if (rsp_taken_i || stale_q || (hold_i && key_q != {hold_symbol_i, hold_side_i})) state_q <= IDLE;
      default: state_q <= IDLE;
    endcase
    if (look && short_of) begin
      state_q <= PLACE;
      key_q   <= key;
      worst_q <= worst;
      stale_q <= 1'b0;
    end
    if (state_q != IDLE && state_q != LOOK && disturb_i && {disturb_symbol_i, disturb_side_i} == key_q) stale_q <= 1'b1;
    if (inject_taken_i) sent_symbol_q <= inject_symbol_o;
    if (inject_taken_i) sent_q <= 1'b1;
    else if (own_i || own_lost_i) sent_q <= 1'b0;
    if (rst_i) begin
      state_q <= IDLE;
      sent_q  <= 1'b0;
    end
  end

  assign inject_o        = !sent_q && !hold_i && ((state_q == LOOK) || (state_q == OFFER && !stale_q));
  assign inject_symbol_o = state_q == LOOK ? head[KEY_W-1:1] : key_q[KEY_W-1:1];
  assign search_valid_o  = state_q == SEARCH;
  assign search_after_o  = key_q[0] ? level : ~level;
  assign found_ready_o   = state_q == WAIT;
  assign rsp_valid_o     = state_q == OFFER && !stale_q;
  assign rsp_symbol_o    = key_q[KEY_W-1:1];
  assign rsp_side_o      = key_q[0];
  assign rsp_found_o     = found_q;
  assign rsp_price_o     = price_q;
  assign rsp_quantity_o  = quantity_q;
  assign idle_o          = state_q == IDLE && !head_valid && waiting == '0;

  logic unused;
  assign unused = &{1'b0, price_class, price_in, price_far};

endmodule
`default_nettype wire
