`include "twinpath_types.svh"
`default_nettype none

/// What a test of the core should meet: cover points over the streams between the stages, the events and the counters.
///
/// Why: a test that passes says little about what it never met. Each point is a situation the core was designed for; the
/// ones that no session meets are named in COVERAGE.md.
/// The points look at the wires of twinpath_core only, not into its stages: bound at the end of this file. A point's name
/// is its block's, with an index where there is one; testbench/coverage/points.py gives indices their words.
/// `seen_*`: distance in cycles and messages between two messages of one order, or of one symbol, as they enter the book.
module core_cover (
    input wire logic         clk_i,
    input wire logic         rst_i,
    input wire logic         s_axis_tvalid_i,
    input wire logic         s_axis_tready_i,
    input wire logic         s_axis_tlast_i,
    input wire logic         s_cmd_tvalid_i,
    input wire logic         s_cmd_tready_i,
    input wire logic         reg_cmd_tvalid_i,
    input wire tp_msg_t      msg_i,
    input wire logic         msg_valid_i,
    input wire logic         en_i,
    input wire logic         book_hold_i,
    input wire logic         decide_hold_i,
    input wire logic         booked_valid_i,
    input wire logic         order_valid_i,
    input wire logic         order_room_i,
    input wire logic         started_i,
    input wire logic         discarded_i,
    input wire logic         ready_i,
    input wire logic         m_axis_tvalid_i,
    input wire logic         m_axis_tready_i,
    input wire tp_event_t    event_i,
    input wire logic         event_valid_i,
    input wire logic         event_ready_i,
    input wire logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_i,
    input wire logic [15:0]  duplicate_inc_i,
    input wire logic [63:0]  lost_inc_i,
    input wire logic         wire_mode_i,
    input wire logic         soft_reset_i
);
  localparam int MESSAGES = 8;
  localparam int CYCLES = 16;

  // ---- counters: every drop cause, rule, rejection, message type ---------------------------------------------------------
  logic [twinpath_regs_pkg::COUNTERS-1:0] counts;
  always_comb begin
    counts = cnt_i;
    if (duplicate_inc_i != '0) counts[twinpath_regs_pkg::CNT_DUPLICATE_MESSAGES] = 1'b1;
    if (lost_inc_i != '0) counts[twinpath_regs_pkg::CNT_LOST_MESSAGES] = 1'b1;
  end
  generate
    for (genvar i = 0; i < twinpath_regs_pkg::COUNTERS; i++) begin : counter
      cover property (@(posedge clk_i) counts[i]);
    end
  endgenerate

  // ---- events ------------------------------------------------------------------------------------------------------------
  logic ev;
  logic ev_order;
  logic ev_reject;
  assign ev        = event_valid_i && event_ready_i;
  assign ev_order  = ev && event_i.kind == TP_EVENT_ORDER;
  assign ev_reject = ev && event_i.kind == TP_EVENT_REJECT;
  generate
    for (genvar i = 1; i <= 6; i++) begin : event_kind
      cover property (@(posedge clk_i) ev && event_i.kind == 8'(i));
    end
    for (genvar i = 1; i <= 13; i++) begin : reject_reason
      cover property (@(posedge clk_i) ev_reject && event_i.reason == 8'(i));
    end
    for (genvar i = 1; i <= 13; i++) begin : reject_for_one_check_alone
      cover property (@(posedge clk_i) ev_reject && event_i.check_mask == 32'd1 << (i - 1));
    end
    for (genvar i = 2; i <= 13; i++) begin : check_fails_behind_another
      cover property (@(posedge clk_i) ev_reject && event_i.check_mask[i-1] && event_i.reason != 8'(i));
    end
    for (genvar i = 0; i < 10; i++) begin : order_of_rule_and_side
      cover property (@(posedge clk_i) (ev_order || (ev && event_i.kind == TP_EVENT_CANCEL)) && event_i.rule == 8'(i / 2) &&
                      event_i.side == 8'(i % 2));
    end
    for (genvar i = 0; i < 5; i++) begin : reject_of_rule
      cover property (@(posedge clk_i) ev_reject && event_i.rule == 8'(i));
    end
    for (genvar i = 1; i <= 8; i++) begin : state_reason
      cover property (@(posedge clk_i) ev && event_i.kind == TP_EVENT_STATE && event_i.reason == 8'(i));
    end
    for (genvar i = 0; i <= 12; i++) begin : command
      cover property (@(posedge clk_i) ev && event_i.kind == TP_EVENT_COMMAND && event_i.reason == 8'(i));
    end
    for (genvar i = 0; i < 9; i++) begin : book_of_sides
      cover property (@(posedge clk_i) ev && event_i.kind == TP_EVENT_BOOK && event_i.book_flags[1:0] == 2'(i % 3) &&
                      event_i.book_flags[3:2] == 2'(i / 3));
    end
  endgenerate
  book_not_trusted: cover property (@(posedge clk_i) ev && event_i.kind == TP_EVENT_BOOK && !event_i.book_flags[4]);
  order_on_other_symbol: cover property (@(posedge clk_i) ev_order && event_i.symbol != event_i.trigger);
  position_short: cover property (@(posedge clk_i) ev_order && event_i.position[31]);
  position_long: cover property (@(posedge clk_i) ev_order && !event_i.position[31] && event_i.position != '0);
  gross_above_32_bits: cover property (@(posedge clk_i) ev_order && event_i.gross_lo[63:32] != '0);

  // ---- hazards: two messages at a distance, as they enter the book ---------------------------------------------------------
  logic                take;
  logic                by_ref;      // names an order
  logic                by_symbol;
  logic [MESSAGES:1]   old_valid_q; // [d]: d messages ago
  logic [63:0]         old_ref_q   [1:MESSAGES];
  logic [63:0]         old_new_q   [1:MESSAGES];
  logic [3:0]          old_op_q    [1:MESSAGES];
  logic [TP_SYM_W-1:0] old_sym_q   [1:MESSAGES];
  logic [7:0]          old_age_q   [1:MESSAGES];

  assign take      = msg_valid_i && en_i;
  assign by_ref    = msg_i.op >= TP_OP_ADD && msg_i.op <= TP_OP_REPLACE;
  assign by_symbol = msg_i.op >= TP_OP_ADD && msg_i.op <= TP_OP_TRADE;

  always_ff @(posedge clk_i) begin
    for (int d = 1; d <= MESSAGES; d++) if (old_age_q[d] != 8'hFF) old_age_q[d] <= old_age_q[d] + 1'b1;
    if (take) begin
      for (int d = 2; d <= MESSAGES; d++) begin
        old_valid_q[d] <= old_valid_q[d-1];
        old_ref_q[d]   <= old_ref_q[d-1];
        old_new_q[d]   <= old_new_q[d-1];
        old_op_q[d]    <= old_op_q[d-1];
        old_sym_q[d]   <= old_sym_q[d-1];
        old_age_q[d]   <= old_age_q[d-1] == 8'hFF ? 8'hFF : old_age_q[d-1] + 1'b1;
      end
      old_valid_q[1] <= 1'b1;
      old_ref_q[1]   <= msg_i.order_ref;
      old_new_q[1]   <= msg_i.op == TP_OP_REPLACE ? msg_i.new_order_ref : msg_i.order_ref;
      old_op_q[1]    <= msg_i.op;
      old_sym_q[1]   <= msg_i.symbol;
      old_age_q[1]   <= 8'd1;
    end
    if (rst_i) old_valid_q <= '0;
  end

  logic [MESSAGES:1] same_order;
  logic [MESSAGES:1] same_symbol;
  logic [CYCLES:1]   order_cycles;
  logic [CYCLES:1]   symbol_cycles;
  logic [24:0]       pair;           // 5 * older op + newer op, ADD is 0, at most CYCLES cycles apart
  logic [CYCLES:1]   command_cycles; // from a command to a message
  logic [12:0]       command_before; // by op, at most CYCLES cycles before a message
  logic [3:0]        old_command [1:MESSAGES];
  always_comb begin
    same_order     = '0;
    same_symbol    = '0;
    order_cycles   = '0;
    symbol_cycles  = '0;
    pair           = '0;
    command_cycles = '0;
    command_before = '0;
    for (int d = 1; d <= MESSAGES; d++) begin
      if (take && old_valid_q[d]) begin
        if (by_ref && old_op_q[d] >= TP_OP_ADD && old_op_q[d] <= TP_OP_REPLACE &&
            (msg_i.order_ref == old_ref_q[d] || msg_i.order_ref == old_new_q[d])) begin
          same_order[d] = 1'b1;
          for (int c = 1; c <= CYCLES; c++) if (old_age_q[d] == 8'(c)) order_cycles[c] = 1'b1;
          for (int p = 0; p < 25; p++)
            if (old_age_q[d] <= 8'(CYCLES) && 4'(p / 5 + 1) == old_op_q[d] && 4'(p % 5 + 1) == msg_i.op) pair[p] = 1'b1;
        end
        if (by_symbol && old_op_q[d] >= TP_OP_ADD && old_op_q[d] <= TP_OP_TRADE && msg_i.symbol == old_sym_q[d]) begin
          same_symbol[d] = 1'b1;
          for (int c = 1; c <= CYCLES; c++) if (old_age_q[d] == 8'(c)) symbol_cycles[c] = 1'b1;
        end
        if (by_symbol && old_op_q[d] == TP_OP_COMMAND) begin
          for (int c = 1; c <= CYCLES; c++) if (old_age_q[d] == 8'(c)) command_cycles[c] = 1'b1;
          for (int o = 0; o <= 12; o++) if (old_age_q[d] <= 8'(CYCLES) && old_command[d] == 4'(o)) command_before[o] = 1'b1;
        end
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (take) begin
      for (int d = 2; d <= MESSAGES; d++) old_command[d] <= old_command[d-1];
      old_command[1] <= msg_i.command[123:120];
    end
  end
  generate
    for (genvar d = 1; d <= MESSAGES; d++) begin : same_order_messages_apart
      cover property (@(posedge clk_i) same_order[d]);
    end
    for (genvar d = 1; d <= MESSAGES; d++) begin : same_symbol_messages_apart
      cover property (@(posedge clk_i) same_symbol[d]);
    end
    for (genvar c = 2; c <= CYCLES; c++) begin : same_order_cycles_apart
      cover property (@(posedge clk_i) order_cycles[c]);
    end
    for (genvar c = 2; c <= CYCLES; c++) begin : same_symbol_cycles_apart
      cover property (@(posedge clk_i) symbol_cycles[c]);
    end
    for (genvar p = 0; p < 25; p++) begin : same_order_within_16_cycles
      cover property (@(posedge clk_i) pair[p]);
    end
    for (genvar c = 2; c <= CYCLES; c++) begin : message_after_command_cycles
      cover property (@(posedge clk_i) command_cycles[c]);
    end
    for (genvar o = 0; o <= 12; o++) begin : message_within_16_cycles_of_command
      cover property (@(posedge clk_i) command_before[o]);
    end
  endgenerate

  // ---- decisions close to each other: the second reads what the first wrote -----------------------------------------------
  logic       decision;
  logic [7:0] decision_age_q;
  logic [15:0] decision_symbol_q;
  logic       decision_seen_q;
  assign decision = ev && (event_i.kind == TP_EVENT_ORDER || event_i.kind == TP_EVENT_REJECT || event_i.kind == TP_EVENT_CANCEL);
  always_ff @(posedge clk_i) begin
    if (decision_age_q != 8'hFF) decision_age_q <= decision_age_q + 1'b1;
    if (decision) begin
      decision_age_q    <= 8'd1;
      decision_symbol_q <= event_i.symbol;
      decision_seen_q   <= 1'b1;
    end
    if (rst_i) decision_seen_q <= 1'b0;
  end
  generate
    for (genvar c = 2; c <= 32; c++) begin : decisions_on_one_symbol_cycles_apart
      cover property (@(posedge clk_i) decision && decision_seen_q && decision_age_q == 8'(c) && decision_symbol_q == event_i.symbol);
    end
  endgenerate

  // ---- holds and stalls ----------------------------------------------------------------------------------------------------
  // How long the pipeline stood still at a time, and why.
  logic [7:0] held_q;
  logic       book_held_q;
  always_ff @(posedge clk_i) begin
    if (en_i || rst_i) held_q <= '0;
    else if (held_q != 8'hFF) held_q <= held_q + 1'b1;
    if (en_i) book_held_q <= 1'b0;
    else if (book_hold_i) book_held_q <= 1'b1;
  end
  generate
    for (genvar n = 1; n <= 5; n++) begin : held_by_decision_cycles
      cover property (@(posedge clk_i) ready_i && en_i && held_q == 8'(n) && !book_held_q);
    end
    for (genvar n = 1; n <= 16; n++) begin : held_by_book_cycles
      cover property (@(posedge clk_i) ready_i && en_i && held_q == 8'(n) && book_held_q);
    end
  endgenerate
  message_held: cover property (@(posedge clk_i) msg_valid_i && !en_i);
  message_back_to_back: cover property (@(posedge clk_i) take && old_valid_q[1] && old_age_q[1] <= 8'd2);
  message_in_successive_cycles: cover property (@(posedge clk_i) take && old_valid_q[1] && old_age_q[1] == 8'd1);
  booked_held: cover property (@(posedge clk_i) booked_valid_i && !en_i);
  held_by_both: cover property (@(posedge clk_i) ready_i && book_hold_i && decide_hold_i);
  order_waits_for_the_line: cover property (@(posedge clk_i) order_valid_i && m_axis_tvalid_i);
  no_room_for_orders: cover property (@(posedge clk_i) ready_i && !order_room_i);
  order_started: cover property (@(posedge clk_i) started_i);
  speculative_start_discarded: cover property (@(posedge clk_i) discarded_i);
  frame_held: cover property (@(posedge clk_i) s_axis_tvalid_i && !s_axis_tready_i);
  command_held: cover property (@(posedge clk_i) s_cmd_tvalid_i && !s_cmd_tready_i);
  order_frame_held: cover property (@(posedge clk_i) m_axis_tvalid_i && !m_axis_tready_i);
  event_held: cover property (@(posedge clk_i) event_valid_i && !event_ready_i);
  frame_and_command_in_one_cycle: cover property (@(posedge clk_i) s_axis_tvalid_i && s_cmd_tvalid_i);
  command_by_register: cover property (@(posedge clk_i) reg_cmd_tvalid_i);
  wire_mode: cover property (@(posedge clk_i) wire_mode_i && s_axis_tvalid_i);
  soft_reset: cover property (@(posedge clk_i) soft_reset_i);

  logic ended_q;
  always_ff @(posedge clk_i) ended_q <= s_axis_tvalid_i && s_axis_tready_i && s_axis_tlast_i;
  frames_back_to_back: cover property (@(posedge clk_i) ended_q && s_axis_tvalid_i);
endmodule

bind twinpath_core core_cover u_cover (
    .clk_i           (clk_i),
    .rst_i           (rst_q),
    .s_axis_tvalid_i (s_axis_tvalid_i),
    .s_axis_tready_i (s_axis_tready_o),
    .s_axis_tlast_i  (s_axis_tlast_i),
    .s_cmd_tvalid_i  (s_cmd_tvalid_i),
    .s_cmd_tready_i  (s_cmd_tready_o),
    .reg_cmd_tvalid_i(reg_cmd_tvalid),
    .msg_i           (msg),
    .msg_valid_i     (msg_valid),
    .en_i            (en),
    .book_hold_i     (book_hold),
    .decide_hold_i   (decide_hold),
    .booked_valid_i  (booked_valid),
    .order_valid_i   (order_valid),
    .order_room_i    (order_room),
    .started_i       (started_valid),
    .discarded_i     (discarded),
    .ready_i         (ready_o),
    .m_axis_tvalid_i (m_axis_tvalid_o),
    .m_axis_tready_i (m_axis_tready_i),
    .event_i         (m_event_tdata_o),
    .event_valid_i   (m_event_tvalid_o),
    .event_ready_i   (m_event_tready_i),
    .cnt_i           (feed_cnt | book_cnt | decide_cnt),
    .duplicate_inc_i (duplicate_inc),
    .lost_inc_i      (lost_inc),
    .wire_mode_i     (wire_mode),
    .soft_reset_i    (soft_reset)
);

`default_nettype wire
