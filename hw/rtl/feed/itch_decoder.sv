`include "net/packet_types.svh"
`default_nettype none

/// Turns delivered messages into what the book and the decision need, and counts every one by type (SEM 2.6).
///
/// Why: of 23 message types the core acts on 13; the others, and those of unconfigured symbols, end here.
/// Safety: a message whose stock locate is not configured has no effect but other_symbol. The locate table is a memory:
/// reset clears it, one entry a cycle, and ready_o rises when all 65,536 are done; writes before that are lost.
/// Ordering: locate_i stands at least one cycle (with en_i) before s_valid_i brings that message. Messages in order. The
/// sequencer's own (own_*) are never offered with s_valid_i, and wait until the cycle behind a message is over: what follows
/// relies on two cycles between an own message and any other.
/// Latency: 1 cycle; a message a cycle. next_* name, a cycle ahead, what m_* will be.
module itch_decoder (
    input  wire logic                clk_i,
    input  wire logic                rst_i,
    output logic                     ready_o,
    input  wire logic [TP_CYC_W-1:0] cycle_i,
    input  wire tp_cfg_t             cfg_i,
    input  wire logic                en_i,     // the pipeline moves; without it m_* stay
    input  wire logic [15:0]         locate_i,
    input  wire logic                s_valid_i, // only with en_i
    input  wire tp_block_t           s_i,
    input  wire logic                own_valid_i,
    output logic                     own_ready_o,
    input  wire tp_msg_t             own_i,
    output logic                     next_valid_o,
    output logic [3:0]               next_op_o,
    output logic [TP_SYM_W-1:0]      next_symbol_o,
    output logic                     m_valid_o,
    output tp_msg_t                  m_o,
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o
);

  logic [16:0]         clear_q;    // next entry to clear; [16]: all are
  logic [8:0]          entry;      // [8] configured, [7:0] symbol
  logic                configured;
  logic [7:0]          msg_type;
  logic [399:0]        bytes;
  logic [399:0]        field;      // the message, first byte most significant
  int                  counter;
  logic                wants_symbol;
  logic                effect;
  logic                emits;
  tp_msg_t             msg;
  tp_msg_t             out_q;
  logic                valid_q;

  assign ready_o = clear_q[16];
  always_ff @(posedge clk_i) begin
    if (rst_i) clear_q <= '0;
    else if (!ready_o) clear_q <= clear_q + 1'b1;
  end

  ram_sdp #(
      .WIDTH(9),
      .DEPTH(65536)
  ) u_locate (
      .clk_i  (clk_i),
      .we_i   (!ready_o || (cfg_i.valid && cfg_i.table_id == TP_CFG_LOCATE)),
      .waddr_i(ready_o ? cfg_i.index : clear_q[15:0]),
      .wdata_i(ready_o ? cfg_i.data[8:0] : 9'd0),
      .re_i   (en_i),
      .raddr_i(locate_i),
      .rdata_o(entry)
  );

  always_comb begin
    for (int i = 0; i < TP_MESSAGE_BYTES; i++) field[(TP_MESSAGE_BYTES-1-i)*8+:8] = bytes[i*8+:8];
  end
  assign bytes      = s_i.bytes;
  assign msg_type   = bytes[7:0];
  assign configured = entry[8];

  // Byte n of the message is field[399-8n -: 8].
  always_comb begin
    msg                        = '0;
    msg.origin.stamp           = s_i.stamp;
    msg.origin.sequence_number = s_i.sequence_number;
    msg.origin.frame           = s_i.frame;
    msg.origin.msg_index       = s_i.msg_index;
    msg.origin.msg_type        = msg_type;
    msg.stamps.first_beat      = s_i.first_beat;
    msg.stamps.last_byte       = s_i.last_byte;
    msg.stamps.decoded         = cycle_i + 1'b1;
    wants_symbol               = 1'b1;
    effect                     = 1'b1;
    counter                    = twinpath_regs_pkg::CNT_UNKNOWN_TYPE;
    case (msg_type)
      "S": begin
        counter      = twinpath_regs_pkg::CNT_MSG_SYSTEM_EVENT;
        wants_symbol = 1'b0;
        msg.op       = TP_OP_STATE;
        msg.reason   = twinpath_regs_pkg::STATE_SYSTEM_EVENT;
        msg.argument = field[399-8*11-:8];
        effect       = msg.argument == "Q" || msg.argument == "M";
      end
      "W": begin
        counter      = twinpath_regs_pkg::CNT_MSG_MWCB_STATUS;
        wants_symbol = 1'b0;
        msg.op       = TP_OP_STATE;
        msg.reason   = twinpath_regs_pkg::STATE_MWCB_STATUS;
      end
      "H": begin
        counter      = twinpath_regs_pkg::CNT_MSG_TRADING_ACTION;
        msg.op       = TP_OP_STATE;
        msg.reason   = twinpath_regs_pkg::STATE_TRADING_ACTION;
        msg.argument = field[399-8*19-:8];
      end
      "J": begin
        counter    = twinpath_regs_pkg::CNT_MSG_LULD_COLLAR;
        msg.op     = TP_OP_STATE;
        msg.reason = twinpath_regs_pkg::STATE_LULD_COLLAR;
      end
      "h": begin
        counter      = twinpath_regs_pkg::CNT_MSG_OPERATIONAL_HALT;
        msg.op       = TP_OP_STATE;
        msg.reason   = twinpath_regs_pkg::STATE_OPERATIONAL_HALT;
        msg.argument = field[399-8*20-:8];
        effect       = field[399-8*19-:8] == "Q";
      end
      "A", "F", "P": begin
        counter = msg_type == "A" ? twinpath_regs_pkg::CNT_MSG_ADD :
                  msg_type == "F" ? twinpath_regs_pkg::CNT_MSG_ADD_MPID : twinpath_regs_pkg::CNT_MSG_TRADE;
        msg.op  = msg_type == "P" ? TP_OP_TRADE : TP_OP_ADD;
        if (msg_type != "P") msg.order_ref = field[399-8*11-:64];
        msg.side   = field[399-8*19-:8] != "B";
        msg.shares = field[399-8*20-:32];
        msg.price  = field[399-8*32-:32];
      end
      "E", "C": begin
        counter       = msg_type == "E" ? twinpath_regs_pkg::CNT_MSG_EXECUTED : twinpath_regs_pkg::CNT_MSG_EXECUTED_PRICE;
        msg.op        = TP_OP_EXECUTE;
        msg.order_ref = field[399-8*11-:64];
        msg.shares    = field[399-8*19-:32];
        msg.printable = 1'b1;
        if (msg_type == "C") begin
          msg.printable = field[399-8*31-:8] == "Y";
          msg.priced    = 1'b1;
          msg.price     = field[399-8*32-:32];
        end
      end
      "X": begin
        counter       = twinpath_regs_pkg::CNT_MSG_CANCEL;
        msg.op        = TP_OP_CANCEL;
        msg.order_ref = field[399-8*11-:64];
        msg.shares    = field[399-8*19-:32];
      end
      "D": begin
        counter       = twinpath_regs_pkg::CNT_MSG_DELETE;
        msg.op        = TP_OP_DELETE;
        msg.order_ref = field[399-8*11-:64];
      end
      "U": begin
        counter           = twinpath_regs_pkg::CNT_MSG_REPLACE;
        msg.op            = TP_OP_REPLACE;
        msg.order_ref     = field[399-8*11-:64];
        msg.new_order_ref = field[399-8*19-:64];
        msg.shares        = field[399-8*27-:32];
        msg.price         = field[399-8*31-:32];
      end
      default: begin
        wants_symbol = 1'b0;
        effect       = 1'b0;
        case (msg_type)
          "R": counter = twinpath_regs_pkg::CNT_MSG_STOCK_DIRECTORY;
          "Y": counter = twinpath_regs_pkg::CNT_MSG_REG_SHO;
          "L": counter = twinpath_regs_pkg::CNT_MSG_PARTICIPANT_POSITION;
          "V": counter = twinpath_regs_pkg::CNT_MSG_MWCB_DECLINE;
          "K": counter = twinpath_regs_pkg::CNT_MSG_IPO_QUOTING;
          "Q": counter = twinpath_regs_pkg::CNT_MSG_CROSS_TRADE;
          "B": counter = twinpath_regs_pkg::CNT_MSG_BROKEN_TRADE;
          "I": counter = twinpath_regs_pkg::CNT_MSG_NOII;
          "N": counter = twinpath_regs_pkg::CNT_MSG_RPII;
          "O": counter = twinpath_regs_pkg::CNT_MSG_DIRECT_LISTING;
          default: counter = twinpath_regs_pkg::CNT_UNKNOWN_TYPE;
        endcase
      end
    endcase
    if (wants_symbol) msg.symbol = entry[7:0];
  end

  assign emits         = effect && (!wants_symbol || configured);
  assign own_ready_o   = en_i && !valid_q;
  assign next_valid_o  = (s_valid_i && emits) || (own_valid_i && own_ready_o);
  assign next_op_o     = own_valid_i ? own_i.op : msg.op;
  assign next_symbol_o = msg.symbol;  // own messages have none

  always_comb begin
    cnt_o = '0;
    for (int i = twinpath_regs_pkg::CNT_MSG_SYSTEM_EVENT; i <= twinpath_regs_pkg::CNT_MSG_DIRECT_LISTING; i++) begin
      cnt_o[i] = s_valid_i && counter == i;
    end
    cnt_o[twinpath_regs_pkg::CNT_MESSAGES]     = s_valid_i;
    cnt_o[twinpath_regs_pkg::CNT_UNKNOWN_TYPE] = s_valid_i && counter == twinpath_regs_pkg::CNT_UNKNOWN_TYPE;
    cnt_o[twinpath_regs_pkg::CNT_OTHER_SYMBOL] = s_valid_i && wants_symbol && !configured;
  end

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      valid_q <= next_valid_o;
      out_q   <= own_valid_i ? own_i : msg;
    end
    if (rst_i) valid_q <= 1'b0;
  end

  assign m_valid_o = valid_q;
  assign m_o       = out_q;

  // ---- what the caller must keep to ----------------------------------------------------------------------------------
`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (!rst_i && s_valid_i && own_valid_i) $error("itch_decoder: an own message beside one of the feed");
  end
`endif

endmodule
`default_nettype wire
