// Encodings that the blocks of the book stage share.
`ifndef TWINPATH_BOOK_TYPES_SVH
`define TWINPATH_BOOK_TYPES_SVH
`include "twinpath_types.svh"

// Where a price lies in its symbol's window (SEM 3.3).
localparam logic [1:0] TP_PRICE_IN     = 2'd0;
localparam logic [1:0] TP_PRICE_FAR    = 2'd1;
localparam logic [1:0] TP_PRICE_BEYOND = 2'd2;


// One side of one symbol's book as the hot path sees it: its best levels, and what stands for the rest (SEM 3.3, 3.4).
// The levels are the best of the side, best first, without a gap; price n and quantity n in bits 32n+31..32n.
localparam int TP_TOP_LEVELS = 8;
localparam int TP_ORDERS_W   = 21; // counts the orders of a table of 2^16 sets x 16 ways
typedef struct packed {
  logic                           incomplete; // there are worse levels, in the depth store only
  logic [3:0]                     count;      // levels here, 0 to TP_TOP_LEVELS; 0 only when not incomplete
  logic [32*TP_TOP_LEVELS-1:0]    price;
  logic [32*TP_TOP_LEVELS-1:0]    quantity;
  logic [31:0]                    total;      // quantity of all levels, here and deeper
  logic [TP_ORDERS_W-1:0]         far_orders;
  logic [TP_ORDERS_W-1:0]         beyond_orders;
} tp_side_t;
localparam int TP_SIDE_W = 1 + 4 + 2 * 32 * TP_TOP_LEVELS + 32 + 2 * TP_ORDERS_W;

`endif
