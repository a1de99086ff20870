// Types inside the front end: what accompanies a frame from the wire to the decoder. Semantics: host/SEMANTICS.md.
`ifndef TWINPATH_PACKET_TYPES_SVH
`define TWINPATH_PACKET_TYPES_SVH
`include "twinpath_types.svh"

localparam int TP_MESSAGE_BYTES = 50; // the longest ITCH 5.0 message

// Known at the first beat of a frame.
typedef struct packed {
  logic [TP_TIME_W-1:0] stamp;
  logic [31:0]          frame;
} tp_frame_meta_t;

// A packet of ours: what its headers say (SEM 2.2). The blocks begin in lane `lane` of its first beat.
typedef struct packed {
  logic [TP_TIME_W-1:0] stamp;
  logic [31:0]          frame;
  logic [TP_CYC_W-1:0]  first_beat;
  logic                 line;           // 0: A, 1: B
  logic [63:0]          first_sequence; // S
  logic [15:0]          count;          // N
  logic [15:0]          length;         // bytes of blocks the UDP length declares
  logic [2:0]           lane;
} tp_packet_t;

// One delivered message, before it is decoded. Byte n of the message in bytes[8n+7:8n].
typedef struct packed {
  logic [TP_MESSAGE_BYTES*8-1:0] bytes;
  logic [TP_TIME_W-1:0]          stamp;
  logic [63:0]                   sequence_number;
  logic [31:0]                   frame;
  logic [15:0]                   msg_index;
  logic [TP_CYC_W-1:0]           first_beat;
  logic [TP_CYC_W-1:0]           last_byte;
} tp_block_t;

`endif
