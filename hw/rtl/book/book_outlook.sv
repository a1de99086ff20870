`include "book/book_types.svh"
`default_nettype none

/// What the best bid and offer become by the operation in B (SEM 3.4): first what they can be, then which of it they are.
///
/// Why: strategy and risk judge all that can be in B, while the book still compares; in D they only choose.
/// Property: the best level of one side is then as it was, or has another quantity, or is the message's price, or the second
/// one. Whether an add lies in the window is found in D: what is likely takes it for granted.
/// Timing: outlook_o and moves_o in B, pick_o and likely_o early in D, state_o and after_o behind d_in_i.
module book_outlook (
    input  wire logic                 clk_i,
    input  wire logic                 en_i,
    // B
    input  wire tp_kind_t             kind_i,
    input  wire tp_change_t           change_i,
    input  wire logic                 whole_i,
    input  wire logic                 in_i,         // the order, or a replace's new one, lies in the window
    input  wire logic                 far_i,        // far from it
    input  wire logic [31:0]          price_i,      // of the message
    input  wire logic [31:0]          shares_i,
    input  wire logic [31:0]          short_shares_i, // should it have come the short way,
    input  wire logic [31:0]          long_shares_i,  // or the long one
    input  wire logic                 priced_i,     // an execution has a price of its own
    input  wire logic [31:0]          order_i,      // shares of the order it names
    input  wire logic [TP_TIME_W-1:0] stamp_i,
    input  wire tp_side_t             bid_i,
    input  wire tp_side_t             ask_i,
    input  wire tp_side_t             own_i,
    output tp_outlook_t               outlook_o,
    output logic                      moves_o,      // an order may follow: the best level changes, or it is a trade
    // D
    input  wire tp_change_t           d_change_i,
    input  wire logic                 d_in_i,
    input  wire logic                 d_far_i,
    output logic [2:0]                pick_o,       // TP_PICK_*
    output tp_bbo_t                   likely_o,
    output logic                      through_o,    // an execution went through its level
    output logic [1:0]                state_o,      // of the change's side
    output tp_bbo_t                   before_o,     // of the message
    output tp_bbo_t                   after_o
);

  // ---- B: the four that can be ---------------------------------------------------------------------------------------------
  logic [65:0] bid_quote;
  logic [65:0] ask_quote;
  tp_bbo_t     prior;
  tp_bbo_t     first_before_q;
  logic [31:0] term;
  logic [32:0] bid_other;    // one bit up: the lowest one carries
  logic [32:0] ask_other;
  logic [31:0] bid_rest;
  logic [31:0] ask_rest;
  logic [31:0] sum;
  logic [31:0] best_price;
  logic [31:0] best_quantity;
  logic [31:0] second_price;
  logic [31:0] second_quantity;

  assign bid_quote = {bid_i.state, bid_i.state[0] ? {bid_i.price[31:0], bid_i.quantity[31:0]} : 64'd0};
  assign ask_quote = {ask_i.state, ask_i.state[0] ? {ask_i.price[31:0], ask_i.quantity[31:0]} : 64'd0};
  assign prior     = kind_i.replaces ? first_before_q : {bid_i.state, bid_i.price[31:0], bid_i.quantity[31:0],
                                                        ask_i.state, ask_i.price[31:0], ask_i.quantity[31:0]};

  // What removes without reducing takes the whole order, so that only `rest` counts then.
  // Of both sides, and both quantities: which it is are choices, and whether all of the order goes a comparison of its own.
  assign term      = kind_i.reduces ? ~long_shares_i : kind_i.replaces ? long_shares_i : short_shares_i;
  assign bid_other = {bid_i.quantity[31:0], 1'b1} + {term, change_i.removes};
  assign ask_other = {ask_i.quantity[31:0], 1'b1} + {term, change_i.removes};
  assign bid_rest  = bid_i.quantity[31:0] - order_i;
  assign ask_rest  = ask_i.quantity[31:0] - order_i;
  assign sum       = change_i.side ? (whole_i ? ask_rest : ask_other[32:1]) : (whole_i ? bid_rest : bid_other[32:1]);

  assign best_price      = change_i.side ? ask_i.price[31:0] : bid_i.price[31:0];
  assign best_quantity   = change_i.side ? ask_i.quantity[31:0] : bid_i.quantity[31:0];
  assign second_price    = change_i.side ? ask_i.price[63:32] : bid_i.price[63:32];
  assign second_quantity = change_i.side ? ask_i.quantity[63:32] : bid_i.quantity[63:32];

  always_comb begin
    outlook_o.valid               = kind_i.valid;
    outlook_o.side                = change_i.side;
    outlook_o.prior               = prior;
    outlook_o.here                = {2'd0, bid_i.price[31:0], bid_i.quantity[31:0], 2'd0, ask_i.price[31:0], ask_i.quantity[31:0]};
    outlook_o.whole               = whole_i;
    outlook_o.bid_rest            = bid_rest;
    outlook_o.bid_other           = bid_other[32:1];
    outlook_o.ask_rest            = ask_rest;
    outlook_o.ask_other           = ask_other[32:1];
    outlook_o.price               = price_i;
    outlook_o.shares              = shares_i;
    outlook_o.bid_second_price    = bid_i.price[63:32];
    outlook_o.bid_second_quantity = bid_i.quantity[63:32];
    outlook_o.ask_second_price    = ask_i.price[63:32];
    outlook_o.ask_second_quantity = ask_i.quantity[63:32];
    outlook_o.trade_price         = change_i.removes && !priced_i ? change_i.price : price_i;
    outlook_o.trade_quantity      = change_i.shares;
    outlook_o.stamp               = stamp_i;
  end

  // The best level of each side beside the change, as if it were of that side: one carry chain for each "less than".
  logic bid_same;
  logic ask_same;
  logic bid_better;
  logic ask_better;
  logic same;         // the change is of the best level, if there is one,
  logic better;       // or better
  logic front;        // or there is none
  logic moves;        // unless it is better

  assign bid_same   = (change_i.price ^ bid_i.price[31:0]) == '0;
  assign ask_same   = (change_i.price ^ ask_i.price[31:0]) == '0;
  assign bid_better = bid_i.price[31:0] < change_i.price;
  assign ask_better = change_i.price < ask_i.price[31:0];
  assign same       = (change_i.side && ask_same) || (!change_i.side && bid_same);
  assign better     = (change_i.side && ask_better) || (!change_i.side && bid_better);
  assign front      = !own_i.held[0] || better;

  assign moves   = kind_i.trade || (change_i.touch && (!own_i.held[0] || same || kind_i.executes));
  assign moves_o = en_i && kind_i.valid && !kind_i.first && (moves || (change_i.touch && better));

  // ---- B: which it is; an add is taken to lie in the window ------------------------------------------------------------------
  logic       in_early;
  logic       adds_early;   // an addition, as in_early
  logic       bid_fresh;    // which becomes the best level
  logic       ask_fresh;
  logic       of_best;      // if the change is of the same price: the best level changes, or goes
  logic       goes;         // the best level, if all of the order does, and is all of it
  logic       bid_stays;    // it is not
  logic       ask_stays;
  logic       leaves;       // an order outside the window
  logic       beyond_after;
  logic       far_after;
  logic       held_after;   // unless the best level goes
  logic [1:0] state_goes;   // if it does,
  logic [1:0] state_stays;  // if not,
  logic [1:0] state_far;    // and if the order lies far from the window

  // An addition without room leaves its side unknown, whatever is picked.
  assign in_early     = change_i.touch && (change_i.late || in_i);
  assign adds_early   = (kind_i.add || (change_i.replaced && in_i)) && !change_i.zero && !change_i.dup && !change_i.full;
  // A side that is not the addition's counts as better than any price: as a bit of the comparison, nothing is behind it.
  assign bid_fresh    = {!adds_early || change_i.side, bid_i.price[31:0]} < {1'b0, change_i.price};
  assign ask_fresh    = {!adds_early || !change_i.side, change_i.price} < {1'b0, ask_i.price[31:0]};
  assign of_best      = in_early && own_i.held[0];
  // As with an addition. No order is better than the best level of its side: not worse, and no less, is all of that level.
  assign goes         = change_i.touch && change_i.removes && in_i && own_i.held[0];
  assign bid_stays    = {1'b0, change_i.price, order_i} < {!goes || change_i.side, bid_i.price[31:0], bid_i.quantity[31:0]};
  assign ask_stays    = {1'b0, ask_i.price[31:0], order_i} < {!goes || !change_i.side, change_i.price, ask_i.quantity[31:0]};
  // The states are asked for only when something is touched.
  assign leaves       = change_i.removes && change_i.gone;
  assign beyond_after = leaves && change_i.place == TP_PRICE_BEYOND ? !own_i.beyond_one : own_i.beyond_any;
  assign far_after    = leaves && change_i.place == TP_PRICE_FAR ? !own_i.far_one : own_i.far_any;
  assign held_after   = own_i.held[0] || change_i.adds;
  assign state_stays  = beyond_after ? TP_SIDE_UNKNOWN : held_after ? TP_SIDE_QUOTED : far_after ? TP_SIDE_UNKNOWN : TP_SIDE_EMPTY;
  // The last level here goes only if nothing is deeper.
  assign state_goes   = own_i.beyond_any ? TP_SIDE_UNKNOWN
                      : own_i.held[1] ? TP_SIDE_QUOTED : own_i.far_any ? TP_SIDE_UNKNOWN : TP_SIDE_EMPTY;
  assign state_far    = !own_i.beyond_any && own_i.held[0] ? TP_SIDE_QUOTED : TP_SIDE_UNKNOWN;

  logic        fresh_q;
  logic        best_q;          // another quantity, unless the second
  logic        second_q;
  logic        through_q;       // of an order outside the window
  logic        replaces_in_q;
  logic [1:0]  state_q;         // unless the best level goes
  logic [1:0]  state_goes_q;
  logic [1:0]  state_far_q;
  logic [31:0] sum_q;
  logic [31:0] best_price_q;
  logic [31:0] best_quantity_q;
  logic [31:0] second_price_q;
  logic [31:0] second_quantity_q;
  tp_bbo_t     now_q;           // as it was in B
  tp_bbo_t     prior_q;         // as it was before the message

  always_ff @(posedge clk_i) begin
    if (en_i && kind_i.valid) begin
      fresh_q           <= bid_fresh || ask_fresh || (adds_early && !own_i.held[0]);
      best_q            <= of_best && same;
      second_q          <= whole_i && !(bid_stays && ask_stays);
      through_q         <= !in_i && front;
      replaces_in_q     <= kind_i.replaces && in_i;
      state_q           <= !kind_i.replaces || in_i ? state_stays : far_i ? state_far : TP_SIDE_UNKNOWN;
      state_goes_q      <= state_goes;
      state_far_q       <= state_far;
      sum_q             <= sum;
      best_price_q      <= best_price;
      best_quantity_q   <= best_quantity;
      second_price_q    <= second_price;
      second_quantity_q <= second_quantity;
      now_q             <= kind_i.stateless ? '0 : {bid_quote, ask_quote};
      prior_q           <= kind_i.stateless ? '0 : kind_i.replaces ? first_before_q : {bid_quote, ask_quote};
      if (kind_i.first) first_before_q <= {bid_quote, ask_quote};
    end
  end

  // ---- D -----------------------------------------------------------------------------------------------------------------------
  logic [1:0]  likely_state;
  logic [63:0] likely;
  logic        misses;        // an addition that does not lie in the window
  logic [65:0] own_likely;
  logic [65:0] own_after;

  assign pick_o    = {second_q, fresh_q, best_q && !second_q};
  assign before_o  = prior_q;
  assign through_o = likely_state != TP_SIDE_QUOTED || second_q || through_q;
  assign misses    = d_change_i.late && !d_in_i;

  assign likely_state = second_q ? state_goes_q : replaces_in_q && d_change_i.over ? TP_SIDE_UNKNOWN : state_q;
  assign state_o      = !misses ? likely_state : d_far_i ? state_far_q : TP_SIDE_UNKNOWN;
  always_comb begin
    likely = {best_price_q, best_q ? sum_q : best_quantity_q};
    if (fresh_q) likely = {d_change_i.price, d_change_i.shares};
    if (second_q) likely = {second_price_q, second_quantity_q};
    own_likely = {likely_state, likely & {64{likely_state[0]}}};
    own_after  = {state_o, (misses ? {best_price_q, best_quantity_q} : likely) & {64{state_o[0]}}};

    likely_o = now_q;
    after_o  = now_q;
    if (d_change_i.touch && !d_change_i.side) begin
      likely_o[131:66] = own_likely;
      after_o[131:66]  = own_after;
    end
    if (d_change_i.touch && d_change_i.side) begin
      likely_o[65:0] = own_likely;
      after_o[65:0]  = own_after;
    end
  end

endmodule
`default_nettype wire
