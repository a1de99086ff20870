`include "risk/risk_types.svh"
`default_nettype none

/// The thirteen checks of SEM 5.1 on one intent, all computed whatever the others say.
///
/// Why: no order leaves that did not pass every check; the mask explains a rejection in full, its lowest bit names it.
/// The verdict is one wide AND: what does not depend on the rule that fires is judged for all four candidates first
/// (risk_candidate), what does not depend on the message comes in as flags made a cycle before, and behind the choice of
/// rule there is only the quantity: one multiplication, compared with two limits.
/// Safety: exact arithmetic throughout; room and headroom are differences kept wide enough for their sign.
/// Latency: combinational. Outputs mean nothing without an intent.
module risk_checks (
    input  wire logic                  valid_i,             // a message is there; only saves work
    input  wire logic                  cancel_i,
    input  wire logic                  lead_i,              // the order is for the lagging symbol
    input  wire logic                  side_i,
    input  wire logic [31:0]           price_i,
    input  wire logic [31:0]           quantity_i,
    input  wire logic [TP_TIME_W-1:0]  stamp_i,
    // [0] of the message's symbol, [1] of the lagging one
    input  wire tp_bbo_t               bbo0_i,
    input  wire tp_bbo_t               bbo1_i,
    input  wire tp_limits_t            limits0_i,
    input  wire tp_limits_t            limits1_i,
    input  wire tp_account_t           account0_i,
    input  wire tp_account_t           account1_i,
    input  wire logic [1:0]            tradable_i,
    input  wire logic [31:0]           collar_reference0_i,
    input  wire logic [31:0]           collar_reference1_i,
    // of all symbols
    input  wire logic                  kill_i,
    input  wire logic                  closed_i,
    input  wire logic                  orders_full_i,       // as many orders are open as may be
    input  wire logic                  slot_used_i,         // slot of the next user_ref
    input  wire logic [TP_TAT_W-1:0]   rate_from_i,         // first stamp the rate allows
    input  wire logic [31:0]           duplicate_window_i,
    input  wire logic                  gross_over_i,        // gross exceeds its limit already
    input  wire logic [63:0]           headroom_i,          // else what is left
    output logic                       pass_o,
    output logic [12:0]                mask_o,              // bit n-1: check n fails
    output logic [63:0]                notional_o
);

  logic [3:0]   permission;  // by candidate, {lead, side}
  logic [3:0]   halt;
  logic [3:0]   collar;
  logic [3:0]   self_trade;
  logic [3:0]   duplicate;
  logic [143:0] room;
  logic [1:0]   pick;
  logic [35:0]  room_picked;
  logic [31:0]  max_quantity;
  logic [63:0]  max_notional;
  logic [31:0]  last_quantity;

  for (genvar c = 0; c < 4; c = c + 1) begin : g_candidate
    risk_candidate u_candidate (
        .side_i            (c % 2 == 1),
        .price_i           (c / 2 == 0 ? (c % 2 == 1 ? bbo0_i.bid_price : bbo0_i.ask_price)
                                       : (c % 2 == 1 ? bbo1_i.bid_price : bbo1_i.ask_price)),
        .stamp_i           (stamp_i),
        .limits_i          (c / 2 == 0 ? limits0_i : limits1_i),
        .account_i         (c / 2 == 0 ? account0_i : account1_i),
        .tradable_i        (tradable_i[c/2]),
        .collar_reference_i(c / 2 == 0 ? collar_reference0_i : collar_reference1_i),
        .duplicate_window_i(duplicate_window_i),
        .permission_o      (permission[c]),
        .halt_o            (halt[c]),
        .collar_o          (collar[c]),
        .self_trade_o      (self_trade[c]),
        .duplicate_o       (duplicate[c]),
        .room_o            (room[36*c+:36])
    );
  end

  assign pick          = {lead_i, side_i};
  assign room_picked   = room[36*pick+:36];
  assign max_quantity  = lead_i ? limits1_i.max_quantity : limits0_i.max_quantity;
  assign max_notional  = lead_i ? limits1_i.max_notional : limits0_i.max_notional;
  assign last_quantity = lead_i ? account1_i.last_quantity : account0_i.last_quantity;

  always_comb begin
    mask_o     = '0;
    notional_o = '0;
    if (valid_i) begin
      notional_o = {32'd0, price_i} * {32'd0, quantity_i};
      mask_o[10] = {2'd0, stamp_i} < rate_from_i;
      if (!cancel_i) begin
        mask_o[0]  = kill_i;
        mask_o[1]  = permission[pick];
        mask_o[2]  = closed_i;
        mask_o[3]  = halt[pick];
        mask_o[4]  = quantity_i == '0 || quantity_i > max_quantity;
        mask_o[5]  = notional_o > max_notional;
        mask_o[6]  = collar[pick];
        mask_o[7]  = $signed({4'd0, quantity_i}) > $signed(room_picked);
        mask_o[8]  = gross_over_i || notional_o > headroom_i;
        mask_o[9]  = orders_full_i || slot_used_i;
        mask_o[11] = duplicate[pick] && quantity_i == last_quantity;
        mask_o[12] = self_trade[pick];
      end
    end
  end
  assign pass_o = mask_o == '0;

endmodule
`default_nettype wire
