`include "book/book_types.svh"
`default_nettype none

/// A side of a book after the operation in D (SEM 3.2 to 3.4).
///
/// Why: both sides are worked out side by side, so that nothing is chosen between them behind the change.
/// Property: the levels and the total change only by an order in the window, the counts only by one outside it.
/// Latency: combinational.
module side_update (
    input  wire tp_side_t                   side_i,
    input  wire logic                       touch_i,    // the operation is of this side
    input  wire logic                       in_i,       // in the window,
    input  wire logic                       far_i,      // or else far from it
    input  wire logic                       add_i,      // 1 add, 0 remove
    input  wire logic                       gone_i,     // an order leaves
    input  wire logic [31:0]                price_i,
    input  wire logic [31:0]                shares_i,
    input  wire logic [1:0]                 state_i,    // of the side, after
    input  wire logic [2*TP_TOP_LEVELS-1:0] move_i,     // as top_levels says
    input  wire logic [TP_TOP_LEVELS-1:0]   at_i,
    input  wire logic                       inserts_i,
    input  wire logic                       emptied_i,
    output tp_side_t                        side_o
);

  localparam int K = TP_TOP_LEVELS;

  logic            levels;      // change
  logic            counts;
  logic [32*K-1:0] was_price;
  logic [32*K-1:0] was_quantity;
  logic [32*K-1:0] price;
  logic [32*K-1:0] quantity;
  logic [31:0]     term;         // added, or with one more subtracted
  logic [32:0]     own;          // one bit up, as the other sums: the lowest bit carries that one
  logic [32:0]     total;
  logic [K-1:0]    held;
  logic [TP_ORDERS_W:0] far_orders;
  logic [TP_ORDERS_W:0] beyond_orders;

  assign levels       = touch_i && in_i;
  assign counts       = touch_i && !in_i && (add_i || gone_i);
  assign was_price    = side_i.price;
  assign was_quantity = side_i.quantity;
  assign term         = shares_i ^ {32{!add_i}};

  always_comb begin
    price    = '0;
    quantity = '0;
    own      = '0;
    for (int i = 0; i < K; i++) begin
      // Nothing is there before a level is added.
      own = {was_quantity[32*i+:32] & {32{at_i[i]}}, 1'b1} + {term, !add_i};
      case (levels ? move_i[2*i+:2] : TP_LEVEL_STAYS)
        TP_LEVEL_OWN: begin
          price[32*i+:32]    = price_i;
          quantity[32*i+:32] = own[32:1];
        end
        TP_LEVEL_BACK: begin
          price[32*i+:32]    = was_price[32*((i+K-1)%K)+:32];
          quantity[32*i+:32] = was_quantity[32*((i+K-1)%K)+:32];
        end
        TP_LEVEL_FORTH: begin
          price[32*i+:32]    = was_price[32*((i+1)%K)+:32];
          quantity[32*i+:32] = was_quantity[32*((i+1)%K)+:32];
        end
        default: begin
          price[32*i+:32]    = was_price[32*i+:32];
          quantity[32*i+:32] = was_quantity[32*i+:32];
        end
      endcase
    end
  end

  assign held          = emptied_i ? side_i.held >> 1 : inserts_i ? {side_i.held[K-2:0], 1'b1} : side_i.held;
  assign total         = {side_i.total, 1'b1} + {term, !add_i};
  assign far_orders    = {side_i.far_orders, 1'b1} + {{TP_ORDERS_W{!add_i}}, add_i};
  assign beyond_orders = {side_i.beyond_orders, 1'b1} + {{TP_ORDERS_W{!add_i}}, add_i};

  always_comb begin
    side_o          = side_i;
    side_o.price    = price;
    side_o.quantity = quantity;
    if (touch_i) side_o.state = state_i;
    if (levels) begin
      side_o.held       = held;
      side_o.incomplete = side_i.incomplete || (add_i && at_i == '0 && side_i.held[K-1]);
      side_o.last       = emptied_i ? side_i.incomplete && side_i.held[1] && !side_i.held[2] : side_i.last && !inserts_i;
      side_o.total      = total[32:1];
    end
    if (counts && far_i) begin
      side_o.far_orders = far_orders[TP_ORDERS_W:1];
      side_o.far_any    = add_i || !side_i.far_one;
      side_o.far_one    = add_i ? !side_i.far_any : side_i.far_orders == TP_ORDERS_W'(2);
    end
    if (counts && !far_i) begin
      side_o.beyond_orders = beyond_orders[TP_ORDERS_W:1];
      side_o.beyond_any    = add_i || !side_i.beyond_one;
      side_o.beyond_one    = add_i ? !side_i.beyond_any : side_i.beyond_orders == TP_ORDERS_W'(2);
    end
  end

endmodule
`default_nettype wire
