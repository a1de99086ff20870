// Encodings that the blocks of the book stage share.
`ifndef TWINPATH_BOOK_TYPES_SVH
`define TWINPATH_BOOK_TYPES_SVH

// What is asked of the order table.
localparam logic [1:0] TP_TABLE_NONE   = 2'd0; // passes through in order
localparam logic [1:0] TP_TABLE_INSERT = 2'd1;
localparam logic [1:0] TP_TABLE_REDUCE = 2'd2; // by a number of shares
localparam logic [1:0] TP_TABLE_REMOVE = 2'd3; // all that remains

// Where a price lies in its symbol's window (SEM 3.3).
localparam logic [1:0] TP_PRICE_IN     = 2'd0;
localparam logic [1:0] TP_PRICE_FAR    = 2'd1;
localparam logic [1:0] TP_PRICE_BEYOND = 2'd2;

`endif
