// Records that risk keeps, and what its blocks pass to each other. Semantics: host/SEMANTICS.md 5.
`ifndef TWINPATH_RISK_TYPES_SVH
`define TWINPATH_RISK_TYPES_SVH
`include "twinpath_types.svh"

localparam int TP_GROSS_W = 80;  // 256 exposures below 2^63 and 4,096 notionals below 2^64 (SEM 5.5)
localparam int TP_TAT_W   = 50;  // tat is at most stamp + tolerance + interval

// One per symbol.
typedef struct packed {
  logic [31:0]          position;       // two's complement
  logic [31:0]          open_buy;       // shares of open orders
  logic [31:0]          open_sell;
  logic [31:0]          own_buy;        // most aggressive price of the open buys; holds while open_buy > 0
  logic [31:0]          own_sell;
  logic [63:0]          exposure;       // |position| at its last price
  logic                 last_valid;     // an order was sent; the last_ fields are its
  logic                 last_side;
  logic [31:0]          last_price;
  logic [31:0]          last_quantity;
  logic [TP_TIME_W-1:0] last_stamp;
  tp_working_t          working;
} tp_account_t;
localparam int TP_ACCOUNT_W = 405;

// One per open-order slot (SEM 5.2).
typedef struct packed {
  logic                valid;
  logic                acked;
  logic                side;
  logic [TP_SYM_W-1:0] symbol;
  logic [31:0]         price;
  logic [31:0]         leaves;
  logic [31:0]         user_ref;
} tp_open_order_t;
localparam int TP_OPEN_ORDER_W = 107;

// What an event says beyond the message that caused it (SEM 7).
typedef struct packed {
  logic [7:0]            kind;
  logic [7:0]            reason;
  logic [31:0]           user_ref;
  logic [31:0]           check_mask;
  logic [31:0]           position;
  logic [31:0]           open_buy;
  logic [31:0]           open_sell;
  logic [31:0]           collar_reference;
  logic [TP_GROSS_W-1:0] gross;
  logic [15:0]           open_count;
} tp_finding_t;
localparam int TP_FINDING_W = 304;
localparam int TP_INTENT_W  = 1178;  // of tp_intent_t

`endif
