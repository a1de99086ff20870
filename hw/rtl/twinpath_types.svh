// Types that cross a stage boundary of the tick-to-trade core, and the constants they need.
//
// The types live at file scope behind an include guard instead of in a package: it is the one form that Verilator,
// Icarus 11 and Yosys all accept for module ports. Semantics: host/SEMANTICS.md (cited as "SEM n.n").
// Enumerations that software shares (counters, reasons) are generated into control/twinpath_regs_pkg.sv.
`ifndef TWINPATH_TYPES_SVH
`define TWINPATH_TYPES_SVH

localparam int TP_SYMBOLS     = 256;
localparam int TP_SYM_W       = 8;
localparam int TP_TIME_W      = 48;   // core clock cycles, an input (SEM 1)
localparam int TP_CYC_W       = 16;   // free-running cycle counter of the latency stamps; differences are taken modulo 2^16
localparam int TP_LEVEL_W     = 12;   // 4,096 levels a side (SEM 3.3)
localparam int TP_REORDER_SLOTS = 16; // SEM 2.3
localparam int TP_OPEN_SLOTS_W  = 12; // 4,096 open-order slots (SEM 5.2)

// ---- configuration write bus: one 32-bit word a cycle, never stalls, broadcast to every block -------------------------
localparam logic [3:0] TP_CFG_LOCATE   = 4'd1; // index = stock locate; word 0: [8] valid, [7:0] symbol
localparam logic [3:0] TP_CFG_SYMBOL   = 4'd2; // index = symbol; 0 window base, 1 [0] tick is 100 (else 1), 2 name bytes 0..3, 3 name bytes 4..7 (first byte in [31:24])
localparam logic [3:0] TP_CFG_RULES    = 4'd3; // index = {bank, symbol}; words 0..17, see tp_rules_t
localparam logic [3:0] TP_CFG_LIMITS   = 4'd4; // index = {bank, symbol}; words 0..6, see tp_limits_t
localparam logic [3:0] TP_CFG_GLOBAL   = 4'd5; // index = bank; words 0..6, see tp_global_limits_t
localparam logic [3:0] TP_CFG_TEMPLATE = 4'd6; // index 0: enter header words 0..10 (42 bytes, first byte in [31:24]); 1: cancel header (its first 16 bytes are the enter header's); 2: word 0 = time in force, display, capacity, sweep; word 1 = cross type, ClOrdID bytes 0..2; word 2 = ClOrdID bytes 3..5, 0
localparam logic [3:0] TP_CFG_FEED     = 4'd7; // word 0 line A address, 1 line A port, 2 line B address, 3 line B port, 4..6 session (10 bytes, first in word 4 [31:24]; word 6 [31:16]), 7 first sequence low, 8 high, 9 gap timeout (cycles)
localparam logic [3:0] TP_CFG_CONTROL  = 4'd8; // word 0: [0] symbols start trading, [1] any session, [2] BOOK events on, [3] armed; word 1: next user_ref; word 2 (speculative start, hw/rtl/order/discard_budget.sv): [0] on, [15:8] discards allowed at once, [31:16] one is given back every so many times 1,024 cycles

typedef struct packed {
  logic        valid;
  logic [3:0]  table_id;
  logic [15:0] index;
  logic [4:0]  word;
  logic [31:0] data;
} tp_cfg_t;

// ---- what flows from the feed through the book to the decision, in sequence order -------------------------------------
localparam logic [3:0] TP_OP_ADD     = 4'd1;  // A F
localparam logic [3:0] TP_OP_EXECUTE = 4'd2;  // E C
localparam logic [3:0] TP_OP_CANCEL  = 4'd3;  // X
localparam logic [3:0] TP_OP_DELETE  = 4'd4;  // D
localparam logic [3:0] TP_OP_REPLACE = 4'd5;  // U
localparam logic [3:0] TP_OP_TRADE   = 4'd6;  // P
localparam logic [3:0] TP_OP_STATE   = 4'd7;  // S H J h W that take effect (SEM 2.6), and the feed's own (2.2, 2.4, 2.5); `reason` says which
localparam logic [3:0] TP_OP_COMMAND = 4'd8;  // host command; operands in `command`

// When the message's bytes passed, in free-running cycles.
typedef struct packed {
  logic [TP_CYC_W-1:0] first_beat; // first beat of the frame
  logic [TP_CYC_W-1:0] last_byte;  // beat that carried the last byte of the message
  logic [TP_CYC_W-1:0] decoded;    // decoder output
  logic [TP_CYC_W-1:0] looked_up;  // order table answered
  logic [TP_CYC_W-1:0] booked;     // best bid and offer known
  logic [TP_CYC_W-1:0] decided;    // strategy done
  logic [TP_CYC_W-1:0] checked;    // risk done
} tp_stamps_t;

// Where a message came from; unchanged from the decoder to the event.
typedef struct packed {
  logic [TP_TIME_W-1:0] stamp;     // SEM 1
  logic [63:0]          sequence_number;
  logic [31:0]          frame;
  logic [15:0]          msg_index;
  logic [7:0]           msg_type;  // ITCH type, 0 where SEM 7 says so
} tp_origin_t;

// Decoder output, book input. Fields that an op does not use are 0.
typedef struct packed {
  logic [3:0]          op;
  logic [TP_SYM_W-1:0] symbol;
  logic [63:0]         order_ref;     // the original for U
  logic [63:0]         new_order_ref; // U
  logic                side;          // A F P: 0 buy, 1 sell
  logic [31:0]         shares;        // U: the new shares
  logic [31:0]         price;         // A F U P C
  logic                priced;        // C: price is the trade's
  logic                printable;     // E: 1; C: printable is 'Y'
  logic [7:0]          reason;        // STATE: tp state reason
  logic [7:0]          argument;      // STATE: S event code, H trading state, h action ('H' or 'T')
  logic [127:0]        command;       // COMMAND: [127:120] op, [119:112] flags, [111:96] symbol, [95:64] user_ref, [63:32] quantity, [31:0] price
  tp_origin_t          origin;
  tp_stamps_t          stamps;
} tp_msg_t;

// Best bid and offer of one symbol (SEM 3.4).
localparam logic [1:0] TP_SIDE_EMPTY   = 2'd0;
localparam logic [1:0] TP_SIDE_QUOTED  = 2'd1;
localparam logic [1:0] TP_SIDE_UNKNOWN = 2'd2;
typedef struct packed {
  logic [1:0]  bid_state;
  logic [31:0] bid_price;
  logic [31:0] bid_quantity;
  logic [1:0]  ask_state;
  logic [31:0] ask_price;
  logic [31:0] ask_quantity;
} tp_bbo_t;

// Book output, strategy input: the message and what it did.
typedef struct packed {
  tp_msg_t     msg;
  logic        effect;        // evaluate: the message had effect (SEM 4.2)
  tp_bbo_t     bbo_before;    // of msg.symbol; 0 for STATE and COMMAND
  tp_bbo_t     bbo_after;
  logic        sticky_before; // untrusted flag of msg.symbol
  logic        sticky_after;
  logic        trade;         // SEM 4.3, E, C and P
  logic        trade_side;    // resting side (E C); P: 0
  logic [31:0] trade_price;
  logic [31:0] trade_quantity;
  logic        trade_through; // SEM 4.3
} tp_booked_t;

// What the book can become by the message in B, for those who begin before it is known (book to strategy and risk): one
// side may change, and its best level is then as it was, or with another quantity, or this message's price, or the second one.
typedef struct packed {
  logic                 valid;           // only saves work
  logic                 side;            // which may change
  tp_bbo_t              prior;           // as tp_booked_t.bbo_before, but anything where there is no level
  tp_bbo_t              here;            // best levels in B; without states, anything where there is no level
  logic                 whole;           // late: the other quantity is the side's `rest`, less than before, else its `other`
  logic [31:0]          bid_rest;
  logic [31:0]          bid_other;
  logic [31:0]          ask_rest;
  logic [31:0]          ask_other;
  logic [31:0]          price;           // of the message
  logic [31:0]          shares;
  logic [31:0]          bid_second_price;
  logic [31:0]          bid_second_quantity;
  logic [31:0]          ask_second_price;
  logic [31:0]          ask_second_quantity;
  logic [31:0]          trade_price;     // as tp_booked_t, should the message be a trade
  logic [31:0]          trade_quantity;
  logic [TP_TIME_W-1:0] stamp;
} tp_outlook_t;
// Which of them it is.
localparam int TP_PICK_SUM    = 0;
localparam int TP_PICK_FRESH  = 1;
localparam int TP_PICK_SECOND = 2;

// ---- rules and limits as stored, word n in bits 32n+31..32n ------------------------------------------------------------
typedef struct packed {
  logic [31:0] leadlag_threshold;    // 17
  logic [31:0] leadlag_cooldown;     // 16
  logic [31:0] leadlag_quantity;     // 15
  logic [31:0] momentum_min_shares;  // 14
  logic [31:0] momentum_cooldown;    // 13
  logic [31:0] momentum_quantity;    // 12
  logic [31:0] imbalance_max_spread; // 11
  logic [31:0] imbalance_min_qty;    // 10
  logic [31:0] imbalance_ratio;      // 9, [15:0] in 1/256
  logic [31:0] imbalance_cooldown;   // 8
  logic [31:0] imbalance_quantity;   // 7
  logic [31:0] take_edge;            // 6
  logic [31:0] take_fair;            // 5
  logic [31:0] take_cooldown;        // 4
  logic [31:0] take_quantity;        // 3
  logic [31:0] cancel_cooldown;      // 2
  logic [31:0] cancel_distance;      // 1
  logic [31:0] flags;                // 0: [4:0] enable by rule number, [9:8] take sides, [11:10] imbalance sides, [13:12] momentum sides, [15:14] lead-lag sides, [16] large, [17] through, [31:24] lagging symbol
} tp_rules_t;

typedef struct packed {
  logic [31:0] max_position;    // 6, 31 bits
  logic [31:0] reference_price; // 5
  logic [31:0] collar;          // 4
  logic [63:0] max_notional;    // 2 low, 3 high
  logic [31:0] max_quantity;    // 1
  logic [31:0] flags;           // 0: [0] buys permitted, [1] sells permitted
} tp_limits_t;

typedef struct packed {
  logic [31:0] duplicate_window; // 6
  logic [63:0] rate_tolerance;   // 4 low, 5 high; 48 bits used
  logic [31:0] rate_interval;    // 3
  logic [31:0] max_open_orders;  // 2, at most 4,096
  logic [63:0] max_gross;        // 0 low, 1 high
} tp_global_limits_t;

// ---- strategy output, risk input ----------------------------------------------------------------------------------------
typedef struct packed {
  tp_booked_t          booked;
  logic                book_changed; // emit a BOOK event: best bid and offer or trust of msg.symbol changed
  logic                trusted;      // of msg.symbol, after
  logic                intent;       // an enter or cancel intent follows
  logic                cancel;       // the intent is a cancel
  logic [2:0]          rule;
  logic                side;
  logic [TP_SYM_W-1:0] symbol;       // the order's symbol
  logic [31:0]         price;
  logic [31:0]         quantity;
  tp_bbo_t             bbo;          // of the order's symbol
  logic                bbo_trusted;
} tp_intent_t;

// Working order of a symbol, from risk to strategy (SEM 4.2 rule 0, 5.2).
typedef struct packed {
  logic        open;
  logic        cancel_sent;
  logic        side;
  logic [31:0] price;
  logic [31:0] user_ref;
} tp_working_t;

// ---- risk output: what goes on the wire, and the event that explains it ---------------------------------------------------
typedef struct packed {
  logic                cancel;
  logic                side;
  logic [TP_SYM_W-1:0] symbol;
  logic [31:0]         user_ref;
  logic [31:0]         quantity;
  logic [31:0]         price;
} tp_order_t;

localparam logic [7:0] TP_EVENT_ORDER   = 8'd1;
localparam logic [7:0] TP_EVENT_REJECT  = 8'd2;
localparam logic [7:0] TP_EVENT_CANCEL  = 8'd3;
localparam logic [7:0] TP_EVENT_BOOK    = 8'd4;
localparam logic [7:0] TP_EVENT_STATE   = 8'd5;
localparam logic [7:0] TP_EVENT_COMMAND = 8'd6;

// 128 bytes, byte n of the record in bits 8n+7..8n (host/core/event.h holds the same layout).
typedef struct packed {
  logic [159:0] stages;           // 108: ten u16, cycles since the last byte of the message (saturating): 0 decoded, 1 looked up, 2 booked, 3 decided, 4 checked, 5 first beat of the order frame; 6: first beat of the frame to last byte; 7: cycles that the first beat waited for the line; 8, 9: 0
  logic [15:0]  reserved;         // 106
  logic [15:0]  open_count;       // 104
  logic [63:0]  gross_lo;         // 96
  logic [31:0]  collar_reference; // 92
  logic [31:0]  open_sell;        // 88
  logic [31:0]  open_buy;         // 84
  logic [31:0]  position;         // 80
  logic [31:0]  trade_quantity;   // 76
  logic [31:0]  trade_price;      // 72
  logic [31:0]  ask_quantity;     // 68
  logic [31:0]  ask_price;        // 64
  logic [31:0]  bid_quantity;     // 60
  logic [31:0]  bid_price;        // 56
  logic [63:0]  order_ref;        // 48
  logic [31:0]  check_mask;       // 44
  logic [31:0]  price;            // 40
  logic [31:0]  quantity;         // 36
  logic [31:0]  user_ref;         // 32
  logic [7:0]   book_flags;       // 31: [1:0] bid state, [3:2] ask state, [4] trusted
  logic [7:0]   msg_type;         // 30
  logic [15:0]  msg_index;        // 28
  logic [31:0]  frame;            // 24
  logic [63:0]  sequence_number;  // 16
  logic [63:0]  stamp;            // 8
  logic [15:0]  trigger;          // 6
  logic [15:0]  symbol;           // 4
  logic [7:0]   side;             // 3
  logic [7:0]   rule;             // 2
  logic [7:0]   reason;           // 1
  logic [7:0]   kind;             // 0
} tp_event_t;

`endif
