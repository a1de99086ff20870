`include "risk/risk_types.svh"
`default_nettype none

/// Composes the event record (SEM 7) from the message, its intent and what risk found.
///
/// Why: software compares the record byte for byte, so which field belongs to which kind is written down once, here.
/// Stage 5 (first beat of the order frame) is not known here and 0; whoever sends the frame fills it in. Stages are differences of
/// 16-bit cycle counts; all 0 for what has no message (COMMAND, and STATE events of the feed itself).
/// Latency: combinational; the record is 0 while en_i is low.
module risk_event (
    input  wire logic                en_i,
    input  wire tp_intent_t          intent_i,
    input  wire tp_finding_t         finding_i,
    output tp_event_t                event_o
);

  tp_msg_t     msg;
  tp_bbo_t     bbo;
  logic        decision;   // ORDER, REJECT or CANCEL
  logic        of_command;
  logic        of_state;
  logic        of_feed;
  logic [15:0] last;

  assign msg = intent_i.booked.msg;

  always_comb begin
    event_o    = '0;
    bbo        = '0;
    last       = msg.stamps.last_byte;
    of_command = finding_i.kind == TP_EVENT_COMMAND;
    of_state   = finding_i.kind == TP_EVENT_STATE;
    of_feed    = of_state && finding_i.reason >= twinpath_regs_pkg::STATE_END_OF_SESSION;
    decision   = finding_i.kind == TP_EVENT_ORDER || finding_i.kind == TP_EVENT_REJECT ||
        finding_i.kind == TP_EVENT_CANCEL;
    if (en_i) begin
      event_o.kind             = finding_i.kind;
      event_o.reason           = finding_i.reason;
      event_o.stamp            = {16'd0, msg.origin.stamp};
      event_o.user_ref         = finding_i.user_ref;
      event_o.check_mask       = finding_i.check_mask;
      event_o.position         = finding_i.position;
      event_o.open_buy         = finding_i.open_buy;
      event_o.open_sell        = finding_i.open_sell;
      event_o.collar_reference = finding_i.collar_reference;
      event_o.gross_lo         = finding_i.gross[TP_GROSS_W-1:64] != '0 ? '1 : finding_i.gross[63:0];
      event_o.open_count       = finding_i.open_count;
      if (of_command) begin
        event_o.symbol   = msg.command[111:96];
        event_o.user_ref = msg.command[95:64];
        event_o.quantity = msg.command[63:32];
        event_o.price    = msg.command[31:0];
      end else begin
        event_o.sequence_number = msg.origin.sequence_number;
        event_o.frame           = msg.origin.frame;
        event_o.msg_index       = msg.origin.msg_index;
        event_o.msg_type        = msg.origin.msg_type;
        event_o.symbol          = {8'd0, msg.symbol};
        if (!of_feed) begin
          event_o.stages = {48'd0, last - msg.stamps.first_beat, 16'd0, msg.stamps.checked - last,
                            msg.stamps.decided - last, msg.stamps.booked - last, msg.stamps.looked_up - last,
                            msg.stamps.decoded - last};
        end
      end
      if (!of_command && !of_state) begin
        event_o.order_ref = msg.op == TP_OP_TRADE ? '0 : msg.op == TP_OP_REPLACE ? msg.new_order_ref : msg.order_ref;
        bbo = decision ? intent_i.bbo : intent_i.booked.bbo_after;
        event_o.book_flags = {3'd0, decision ? intent_i.bbo_trusted : intent_i.trusted, bbo.ask_state, bbo.bid_state};
        event_o.bid_price = bbo.bid_price;
        event_o.bid_quantity = bbo.bid_quantity;
        event_o.ask_price = bbo.ask_price;
        event_o.ask_quantity = bbo.ask_quantity;
      end
      if (decision) begin
        event_o.symbol   = {8'd0, intent_i.symbol};
        event_o.trigger  = {8'd0, msg.symbol};
        event_o.rule     = {5'd0, intent_i.rule};
        event_o.side     = {7'd0, intent_i.side};
        event_o.quantity = intent_i.quantity;
        event_o.price    = intent_i.price;
        if (intent_i.booked.trade) begin
          event_o.trade_price    = intent_i.booked.trade_price;
          event_o.trade_quantity = intent_i.booked.trade_quantity;
        end
      end
    end
  end

endmodule
`default_nettype wire
