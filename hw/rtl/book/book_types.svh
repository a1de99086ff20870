// Encodings that the blocks of the book stage share.
`ifndef TWINPATH_BOOK_TYPES_SVH
`define TWINPATH_BOOK_TYPES_SVH
`include "twinpath_types.svh"

// Where a price lies in its symbol's window (SEM 3.3).
localparam logic [1:0] TP_PRICE_IN     = 2'd0;
localparam logic [1:0] TP_PRICE_FAR    = 2'd1;
localparam logic [1:0] TP_PRICE_BEYOND = 2'd2;

// One side of one symbol's book as the hot path sees it: its best levels, and what stands for the rest (SEM 3.3, 3.4).
// The levels are the best of the side, best first, without a gap; price n and quantity n in bits 32n+31..32n. What
// follows from other members is kept beside them, so that an operation finds it ready.
localparam int TP_TOP_LEVELS = 8;
localparam int TP_ORDERS_W   = 21; // counts the orders of a table of 2^16 sets x 16 ways
typedef struct packed {
  logic [1:0]                     state;      // TP_SIDE_*
  logic                           incomplete; // there are worse levels, in the depth store only
  logic                           last;       // incomplete, and only one level is here
  logic [TP_TOP_LEVELS-1:0]       held;       // level n is here; none only when not incomplete
  logic [32*TP_TOP_LEVELS-1:0]    price;
  logic [32*TP_TOP_LEVELS-1:0]    quantity;
  logic [31:0]                    total;      // quantity of all levels, here and deeper
  logic [TP_ORDERS_W-1:0]         far_orders;
  logic                           far_any;
  logic                           far_one;    // exactly
  logic [TP_ORDERS_W-1:0]         beyond_orders;
  logic                           beyond_any;
  logic                           beyond_one;
} tp_side_t;
localparam int TP_SIDE_W = 2 + 2 + TP_TOP_LEVELS + 2 * 32 * TP_TOP_LEVELS + 32 + 2 * (TP_ORDERS_W + 2);

// Where a level of the best ones comes from when they change.
localparam logic [1:0] TP_LEVEL_STAYS = 2'd0;
localparam logic [1:0] TP_LEVEL_OWN   = 2'd1; // the change's own price, with what is there then
localparam logic [1:0] TP_LEVEL_BACK  = 2'd2; // the level before it
localparam logic [1:0] TP_LEVEL_FORTH = 2'd3; // the level behind it

// What is in B, known a cycle ahead.
typedef struct packed {
  logic valid;      // a message
  logic direct;     // come the short way
  logic first;      // the removal of a replace
  logic add;        // of a new order
  logic replaces;   // the addition of a replace
  logic removes;
  logic reduces;    // an execution or a cancel
  logic executes;
  logic asks;       // a message of the long way has shares
  logic trade;      // a trade message
  logic stateless;  // of no book
} tp_kind_t;

// What an operation does, decided in B; in D it stands in registers.
typedef struct packed {
  logic                adds;         // to a level
  logic                late;         // an add of a new order: its place in the window is known in D
  logic                removes;      // from a level
  logic                touch;        // a level or a count changes
  logic                known;        // the order it removes from is there
  logic                gone;         // and nothing is left of it
  logic                replaced;     // the second half of a replace whose order was there
  logic                side;
  logic [31:0]         price;
  logic [31:0]         shares;
  logic [1:0]          place;        // TP_PRICE_*; of a late one it means nothing
  logic                over;         // the side's total has no room for it
  logic                trade;        // SEM 4.3
  logic                zero;         // refused: no shares,
  logic                dup;          // a live reference,
  logic                full;         // no room in the order table
  logic                over_reduced; // less was left than it asks for
  logic                unknown;      // the order it names is not there
} tp_change_t;

`endif
