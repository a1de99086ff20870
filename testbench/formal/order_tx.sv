`include "twinpath_types.svh"
`default_nettype none

/// What order_tx promises: AXI4-Stream, one whole frame for each order and in order, and of a speculative start nothing but
/// a frame that ends with tuser after two beats. One order is marked by the solver; its frame must carry its fields.
/// Assumed: from the last cycle with room_o on, that one included, at most ROOM orders come; what an order says, a cycle later,
/// agrees with what was said with it: whether it is a cancel.
module order_tx_formal #(
    parameter int DATA_W = 64,
    parameter int ROOM = 2
) (
    input wire logic                clk_i,
    input wire logic [TP_CYC_W-1:0] cycle_i,
    input wire tp_cfg_t             cfg_i,
    input wire logic                order_valid_i,
    input wire logic                order_cancel_i,
    input wire tp_order_t           order_i,        // of the cycle before
    input wire logic                begin_i,
    input wire logic                tready_i,
    input wire logic                mark_i
);

  localparam int BYTES = DATA_W / 8;
  localparam logic [7:0] ENTER_BEATS = 8'((89 + BYTES - 1) / BYTES);
  localparam logic [7:0] CANCEL_BEATS = 8'((60 + BYTES - 1) / BYTES);
  localparam logic [BYTES-1:0] ENTER_KEEP = {BYTES{1'b1}} >> (BYTES - 1 - 88 % BYTES);
  localparam logic [BYTES-1:0] CANCEL_KEEP = {BYTES{1'b1}} >> (BYTES - 1 - 59 % BYTES);

  logic running = 1'b0;
  always_ff @(posedge clk_i) running <= 1'b1;

  logic              room;
  logic [DATA_W-1:0] tdata;
  logic [BYTES-1:0]  tkeep;
  logic              tvalid;
  logic              tlast;
  logic              tuser;
  logic              started;
  logic              discarded;
  logic              idle;
  // shown from inside
  logic              push;
  logic              queue_ready;

  order_tx #(
      .DATA_W(DATA_W)
  ) u_dut (
      .clk_i          (clk_i),
      .rst_i          (!running),
      .cycle_i        (cycle_i),
      .cfg_i          (cfg_i),
      .order_valid_i  (order_valid_i),
      .order_cancel_i (order_cancel_i),
      .order_i        (order_i),
      .begin_i        (begin_i),
      .room_o         (room),
      .m_axis_tdata_o (tdata),
      .m_axis_tkeep_o (tkeep),
      .m_axis_tvalid_o(tvalid),
      .m_axis_tlast_o (tlast),
      .m_axis_tuser_o (tuser),
      .m_axis_tready_i(tready_i),
      .started_valid_o(started),
      .started_cycle_o(),
      .discarded_o    (discarded),
      .idle_o         (idle)
  );

  // ---- how many orders may come -------------------------------------------------------------------------------------------
  logic [3:0] credit = '0;
  logic [3:0] allowed;

  assign allowed = room ? 4'(ROOM) : credit;

  always_ff @(posedge clk_i) if (running) credit <= allowed - 4'(order_valid_i);
  always @(posedge clk_i) assume (!order_valid_i || (running && allowed != '0));

  logic came = 1'b0;         // an order, in the cycle before
  logic came_cancel = 1'b0;

  always_ff @(posedge clk_i) begin
    came        <= order_valid_i;
    came_cancel <= order_cancel_i;
  end
  always @(posedge clk_i) assume (!came || order_i.cancel == came_cancel);

  // ---- frames -------------------------------------------------------------------------------------------------------------
  logic [7:0] beat = '0;         // of the frame on offer
  logic [4:0] owed = '0;         // orders whose frame has not left
  logic [4:0] unstarted = '0;    // orders without a start report
  logic       taken;
  logic       done;              // the last beat of an order's frame is taken
  logic       marked = 1'b0;
  logic       fresh = 1'b0;      // the marked order came in the cycle before
  logic [4:0] ahead = '0;        // frames of orders before the marked one
  logic       marked_cancel;
  logic       marked_side;
  logic [31:0] marked_ref;
  logic [31:0] marked_quantity;
  logic [31:0] marked_price;
  logic       own;               // the frame on offer is the marked order's, if it is an order's at all

  assign taken = tvalid && tready_i;
  assign done  = taken && tlast && !tuser;
  assign own   = marked && ahead == '0 && tvalid;

  always_ff @(posedge clk_i) begin
    if (running) begin
      fresh <= 1'b0;
      if (taken) beat <= tlast ? '0 : beat + 1'b1;
      owed      <= owed + 5'(order_valid_i) - 5'(done);
      unstarted <= unstarted + 5'(order_valid_i) - 5'(started);
      if (!marked && mark_i && order_valid_i) begin
        marked        <= 1'b1;
        fresh         <= 1'b1;
        ahead         <= owed - 5'(done);
        marked_cancel <= order_cancel_i;
      end else if (marked && done) begin
        if (ahead == '0) marked <= 1'b0;
        else ahead <= ahead - 1'b1;
      end
      if (fresh) begin
        marked_side     <= order_i.side;
        marked_ref      <= order_i.user_ref;
        marked_quantity <= order_i.quantity;
        marked_price    <= order_i.price;
      end
    end
  end

  // First byte highest, as on the wire.
  function automatic logic [31:0] wire_order(input logic [31:0] bytes);
    wire_order = {bytes[7:0], bytes[15:8], bytes[23:16], bytes[31:24]};
  endfunction

  logic              waited = 1'b0;
  logic [DATA_W-1:0] was_data;
  logic [BYTES-1:0]  was_keep;
  logic              was_last;
  logic              was_user;

  always_ff @(posedge clk_i) begin
    waited   <= running && tvalid && !tready_i;
    was_data <= tdata;
    was_keep <= tkeep;
    was_last <= tlast;
    was_user <= tuser;
  end

  always @(posedge clk_i) begin
    if (running) begin
      offer_held: assert (!waited || tvalid);
      beat_held: assert (!waited || (tdata == was_data && tkeep == was_keep && tlast == was_last && tuser == was_user));
      ends_at_a_whole_frame:
      assert (!(tvalid && tlast && !tuser) || beat == ENTER_BEATS - 1'b1 || beat == CANCEL_BEATS - 1'b1);
      no_longer_than_a_frame: assert (!tvalid || beat < ENTER_BEATS);
      whole_beats: assert (!tvalid || (tlast && !tuser) || tkeep == '1);
      discarded_in_two_beats: assert (!(tvalid && tuser) || (tlast && beat == 8'd1));
      no_frame_without_order: assert (!done || owed != '0);
      owed_is_on_offer: assert (owed == '0 || tvalid);
      idle_when_nothing_owed: assert (!idle || owed == '0);
      room_suffices: assert (!push || queue_ready);
      started_once: assert (!started || unstarted != '0);
      started_before_done: assert (unstarted <= owed + 5'(started));
      length_of_its_kind:
      assert (!(own && tlast && !tuser) || (beat == (marked_cancel ? CANCEL_BEATS : ENTER_BEATS) - 1'b1 &&
                                            tkeep == (marked_cancel ? CANCEL_KEEP : ENTER_KEEP)));
    end
  end

  if (DATA_W == 64) begin : g_fields
    always @(posedge clk_i) begin
      if (running) begin
        kind_and_reference:
        assert (!(own && beat == 8'd5) ||
                (tdata[23:16] == (marked_cancel ? 8'h58 : 8'h4F) && wire_order(tdata[55:24]) == marked_ref));
        side_of_the_order: assert (!(own && beat == 8'd5 && !marked_cancel) || tdata[63:56] == (marked_side ? 8'h53 : 8'h42));
        quantity_of_the_order:
        assert (!(own && beat == 8'd6 && !marked_cancel) || wire_order(tdata[31:0]) == marked_quantity);
        price_of_the_order: assert (!(own && beat == 8'd8 && !marked_cancel) || wire_order(tdata[31:0]) == marked_price);
      end
    end
  end

endmodule
`default_nettype wire
