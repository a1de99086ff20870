`include "risk/risk_types.svh"
`default_nettype none

/// risk_checks and risk_limits: the thirteen checks, recomputed from the records as SEM 5.1 writes them: bit for bit the mask,
/// and an intent passes when, and only when, none fails. The records, the state and the limits are free; risk_limits keeps
/// the state of all symbols, and an order sent in the cycle before is in what it says.
/// Assumed: in a cycle of checks no command took effect in the two cycles before, nor were limits written or the bank
/// changed; gross is below 2^78, where SEM 5.5 keeps it. The product of price and quantity is free.
module checks_formal (
    input wire logic                  clk_i,
    input wire tp_cfg_t               cfg_i,
    input wire logic                  next_bank_i,
    input wire logic                  enter_i,
    input wire logic                  sent_cancel_i,
    input wire logic [63:0]           sent_notional_i,
    input wire logic                  applied_i,
    input wire logic                  freed_i,
    input wire logic [TP_GROSS_W-1:0] applied_gross_i,
    input wire logic                  cancel_i,
    input wire logic                  side_i,
    input wire logic [31:0]           price_i,
    input wire logic [31:0]           quantity_i,
    input wire logic [63:0]           notional_i,
    input wire logic [TP_TIME_W-1:0]  stamp_i,
    input wire tp_limits_t            limits_i,
    input wire tp_account_t           account_i,
    input wire logic                  tradable_i,
    input wire logic [31:0]           collar_reference_i,
    input wire logic                  kill_i,
    input wire logic                  closed_i,
    input wire logic                  slot_used_i
);

  // There is no reset: registers begin with any value, so what holds after a cycle holds in every state.
  logic running = 1'b0;
  always_ff @(posedge clk_i) running <= 1'b1;

  logic [12:0]           open_count;
  logic [TP_GROSS_W-1:0] gross;
  logic [31:0]           duplicate_window;
  logic                  orders_full;
  logic [TP_TAT_W-1:0]   rate_from;
  logic                  gross_over;
  logic [63:0]           headroom;
  logic                  pass;
  logic [12:0]           mask;
  // shown from inside
  logic [223:0]          active;
  logic [TP_TAT_W-1:0]   tat;

  risk_limits u_limits (
      .clk_i             (clk_i),
      .rst_i             (1'b0),
      .cfg_i             (cfg_i),
      .bank_i            (bank),
      .next_bank_i       (next_bank_i),
      .stamp_i           (stamp_i),
      .enter_i           (enter_i),
      .cancel_i          (sent_cancel_i),
      .notional_i        (sent_notional_i),
      .applied_i         (applied_i),
      .freed_i           (applied_i && freed_i),
      .gross_i           (applied_gross_i),
      .b_duplicate_window_o(),
      .next_ref_o        (),
      .open_count_o      (open_count),
      .gross_o           (gross),
      .duplicate_window_o(duplicate_window),
      .orders_full_o     (orders_full),
      .rate_from_o       (rate_from),
      .gross_over_o      (gross_over),
      .headroom_o        (headroom)
  );

  risk_checks u_checks (
      .valid_i           (1'b1),
      .cancel_i          (cancel_i),
      .side_i            (side_i),
      .price_i           (price_i),
      .quantity_i        (quantity_i),
      .notional_i        (notional_i),
      .stamp_i           (stamp_i),
      .limits_i          (limits_i),
      .account_i         (account_i),
      .tradable_i        (tradable_i),
      .collar_reference_i(collar_reference_i),
      .kill_i            (kill_i),
      .closed_i          (closed_i),
      .orders_full_i     (orders_full),
      .slot_used_i       (slot_used_i),
      .rate_from_i       (rate_from),
      .duplicate_window_i(duplicate_window),
      .gross_over_i      (gross_over),
      .headroom_i        (headroom),
      .pass_o            (pass),
      .mask_o            (mask)
  );

  // ---- what is assumed ----------------------------------------------------------------------------------------------------
  logic bank;            // that is active
  logic still = 1'b0;    // nothing but orders and cancels changed anything in the cycle before,
  logic stiller = 1'b0;  // nor in the one before that,
  logic settled = 1'b0;  // nor did these then
  logic sent = 1'b0;     // an order or cancel did in the cycle before
  logic quiet;
  logic checked;

  assign quiet   = !applied_i && !(cfg_i.valid && cfg_i.table_id == TP_CFG_GLOBAL) && next_bank_i == bank;
  assign checked = running && still && stiller && (settled || !sent);

  always_ff @(posedge clk_i) begin
    bank    <= next_bank_i;
    stiller <= running && still;
    still   <= running && quiet;
    settled <= running && still && quiet && !sent;
    sent    <= enter_i || sent_cancel_i;
  end

  always @(posedge clk_i) assume (gross[TP_GROSS_W-1:TP_GROSS_W-2] == '0);

  // ---- SEM 5.1, every sum 128 bits wide -------------------------------------------------------------------------------------
  localparam int W = 128;
  logic [W-1:0] p;
  logic [W-1:0] q;
  logic [W-1:0] reference;
  logic [W-1:0] collar;
  logic [W-1:0] position;  // two's complement
  logic [W-1:0] after;
  logic [W-1:0] most;
  logic [W-1:0] tolerance;
  logic         rate_fails;

  assign p          = W'(price_i);
  assign q          = W'(quantity_i);
  assign reference  = W'(collar_reference_i);
  assign collar     = W'(limits_i.collar);
  assign position   = {{(W - 32) {account_i.position[31]}}, account_i.position};
  assign after      = side_i ? W'(account_i.open_sell) + q - position : position + W'(account_i.open_buy) + q;
  assign most       = W'(limits_i.max_position[30:0]);
  assign tolerance  = W'(active[32*4+:48]);
  assign rate_fails = active[32*3+:32] != '0 && W'(tat) > W'(stamp_i) + tolerance;

  always @(posedge clk_i) begin
    if (checked && !cancel_i) begin
      passes_all_or_none: assert (pass == (mask == '0));
      kill: assert (mask[0] == kill_i);
      permission: assert (mask[1] == !(side_i ? limits_i.flags[1] : limits_i.flags[0]));
      session: assert (mask[2] == closed_i);
      halt: assert (mask[3] == !tradable_i);
      quantity: assert (mask[4] == (q == '0 || q > W'(limits_i.max_quantity)));
      notional_limit: assert (mask[5] == (W'(notional_i) > W'(limits_i.max_notional)));
      collar_kept: assert (mask[6] == (p > reference + collar || p + collar < reference));
      position_limit: assert (mask[7] == ($signed(after) > $signed(most)));
      gross_limit: assert (mask[8] == (W'(gross) + W'(notional_i) > W'(active[63:0])));
      open_orders: assert (mask[9] == (W'(open_count) >= W'(active[32*2+:32]) || slot_used_i));
      rate: assert (mask[10] == rate_fails);
      duplicate:
      assert (mask[11] == (account_i.last_valid && account_i.last_side == side_i && account_i.last_price == price_i &&
                           account_i.last_quantity == quantity_i &&
                           W'(stamp_i) < W'(account_i.last_stamp) + W'(active[32*6+:32])));
      self_trade:
      assert (mask[12] == (side_i ? account_i.open_buy != '0 && p <= W'(account_i.own_buy)
                                  : account_i.open_sell != '0 && p >= W'(account_i.own_sell)));
    end
    if (checked && cancel_i) begin
      cancel_needs_rate_only: assert (mask == {2'd0, rate_fails, 10'd0} && pass == !rate_fails);
    end
  end

endmodule
`default_nettype wire
