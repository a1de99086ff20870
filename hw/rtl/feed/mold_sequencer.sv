`include "net/packet_types.svh"
`default_nettype none

/// Decides what is next: one input after the other in arrival order, gap deadlines between them, each message of two lines
/// once (SEM 2.2 to 2.4, and the end of a frame of 2.5).
///
/// Why: everything behind this block sees one sequence, whatever the lines did.
/// Safety: a packet is delivered only in its turn; a gap that no line filled before its deadline, and a frame with a wrong
/// FCS from which something was delivered, are told downstream before anything later.
/// Ordering: a command taken when n frames had begun goes before frame n and behind frame n - 1; a deadline D goes before
/// every input with stamp >= D. Own messages (commands, STATE) leave by m_* and are older than whatever split_* yields later.
/// The first beat of every packet goes to the splitter; what the packet is is known a cycle later, from registers, and
/// split_void_o then takes it back unless it is in order.
/// Latency: 0 cycles from the parser to the splitter when the frame was seen pending 2 cycles before, nothing is due and no
/// command precedes it. From the last beat of a packet 4 cycles until the next may come (a frame's headers take longer), 5
/// while a gap is open; 5 more and the beats for each packet replayed. A command every 2 cycles.
module mold_sequencer #(
    parameter int DATA_W = 64,
    localparam int BYTES_W = $clog2(DATA_W / 8 + 1)
) (
    input  wire logic                 clk_i,
    input  wire logic                 rst_i,
    input  wire logic [TP_TIME_W-1:0] time_i,
    input  wire logic [TP_CYC_W-1:0]  cycle_i,
    input  wire tp_cfg_t              cfg_i,
    // host commands; frame: number of the frame they precede
    input  wire logic                 cmd_valid_i,
    output logic                      cmd_ready_o,
    input  wire logic [127:0]         cmd_data_i,
    input  wire logic [TP_TIME_W-1:0] cmd_stamp_i,
    input  wire logic [31:0]          cmd_frame_i,
    // frames
    input  wire logic                 pending_i,
    input  wire tp_frame_meta_t       pending_meta_i,
    input  wire logic                 s_valid_i,
    output logic                      s_ready_o,
    input  wire logic [DATA_W-1:0]    s_data_i,
    input  wire logic [BYTES_W-1:0]   s_bytes_i,
    input  wire logic                 s_last_i,
    input  wire logic                 s_error_i,
    input  wire logic [TP_CYC_W-1:0]  s_cycle_i,
    input  wire tp_packet_t           packet_i,
    // to the splitter
    output logic                      split_valid_o,
    input  wire logic                 split_ready_i,
    output logic                      split_first_o,
    output logic [DATA_W-1:0]         split_data_o,
    output logic [BYTES_W-1:0]        split_bytes_o,
    output logic                      split_last_o,
    output logic [TP_CYC_W-1:0]       split_cycle_o,
    output tp_packet_t                split_packet_o,
    output logic                      split_void_o, // behind the cycle with the first beat: the packet is not wanted
    output logic                      split_skip_o, // the block that ends next is an old one
    input  wire logic                 split_consume_i,
    input  wire logic                 split_deliver_i,
    // own messages
    output logic                      m_valid_o,
    input  wire logic                 m_ready_i,
    output tp_msg_t                   m_o,
    output logic [twinpath_regs_pkg::COUNTERS-1:0] cnt_o,
    output logic [15:0]               duplicate_inc_o,
    output logic [63:0]               lost_inc_o,
    output logic                      idle_o // nothing at work and no deadline due
);

  initial if (DATA_W != 32 && DATA_W != 64) $fatal(1, "mold_sequencer: DATA_W must be 32 or 64");

  localparam int SLOT_W = $clog2(TP_REORDER_SLOTS);
  localparam logic [15:0] END_OF_SESSION = 16'hFFFF;
  localparam logic [15:0] SLOT_BYTES = 16'd1472;

  localparam logic [3:0] IDLE = 4'd0;    // choose the next input
  localparam logic [3:0] BODY = 4'd1;    // the packet's beats pass
  localparam logic [3:0] PASSED = 4'd2;  // one that was not in order has passed
  localparam logic [3:0] ENDED = 4'd3;   // tell end of session
  localparam logic [3:0] FCS = 4'd4;     // tell a wrong FCS
  localparam logic [3:0] SETTLE = 4'd5;  // the slots compare with a new E
  localparam logic [3:0] SELECT = 4'd6;  // is some slot due?
  localparam logic [3:0] FETCH = 4'd7;   // it is read
  localparam logic [3:0] WEIGH = 4'd8;   // is anything of it still wanted?
  localparam logic [3:0] JUDGE = 4'd9;
  localparam logic [3:0] REPLAY = 4'd10; // it goes to the splitter
  localparam logic [3:0] SCAN = 4'd11;   // a deadline: look for the lowest S
  localparam logic [3:0] LOST = 4'd12;   // give up what is missing before it
  localparam logic [3:0] TELL = 4'd13;   // tell the gap

  logic [63:0]          configured_first_q;
  logic [31:0]          timeout_q;

  logic [3:0]           state_q;
  logic                 started_q;   // a packet was seen
  logic                 adopt_q;     // none was, and E is to be its S
  logic [63:0]          expected_q;  // E
  logic [63:0]          gap_high_q;
  logic [TP_TIME_W:0]   deadline_q;
  logic                 expiry_q;    // at work is a deadline
  logic                 told_q;      // and its gap has been told
  logic                 advanced_q;  // E has advanced since the input began
  logic                 delivered_q; // the frame at work delivered something
  logic [SLOT_W-1:0]    slot_q;
  logic                 scanned_q;   // every slot was asked
  logic [63:0]          lowest_q;

  // ---- what is next -------------------------------------------------------------------------------------------------------
  logic                 gap_open;
  logic                 choosing;
  logic                 go_due;
  logic                 go_cmd;
  logic                 go_frame;
  logic                 take;        // the first beat of a packet

  assign gap_open    = expected_q < gap_high_q;
  assign take        = go_frame && s_valid_i && split_ready_i;
  assign cmd_ready_o = go_cmd && m_ready_i;
  assign choosing    = state_q == IDLE && !go_due && !take && !cmd_ready_o;
  // With nothing before it that is yet to be seen, time_i alone says whether something is due.
  assign idle_o      = state_q == IDLE && !(gap_open && deadline_q <= {1'b0, time_i});

  next_input u_next_input (
      .clk_i         (clk_i),
      .rst_i         (rst_i),
      .time_i        (time_i),
      .choose_i      (choosing),
      .gap_open_i    (gap_open),
      .deadline_i    (deadline_q),
      .cmd_valid_i   (cmd_valid_i),
      .cmd_stamp_i   (cmd_stamp_i),
      .cmd_frame_i   (cmd_frame_i),
      .pending_i     (pending_i),
      .pending_meta_i(pending_meta_i),
      .go_due_o      (go_due),
      .go_cmd_o      (go_cmd),
      .go_frame_o    (go_frame)
  );

  // ---- what a packet is ---------------------------------------------------------------------------------------------------
  logic                 empty;
  logic                 ahead;
  logic                 reached;
  logic                 wraps;
  logic                 in_order;
  // Known from the cycle behind the one that takes its first beat.
  logic                 begun_q;     // that cycle
  logic                 in_order_q;
  logic                 ahead_q;
  logic                 old_q;
  logic                 empty_q;
  logic                 ends_session_q;
  logic                 too_long_q;
  logic                 skipping_q;
  logic [15:0]          skip_q;      // leading blocks not to be delivered
  logic                 line_q;
  logic [TP_TIME_W-1:0] stamp_q;     // of the input or deadline at work
  logic [31:0]          frame_q;
  logic [63:0]          sequence_q;  // S
  logic [15:0]          count_q;     // N
  logic [63:0]          end_q;       // S + N, with nothing in it S; of the slot at work
  logic                 pass_q;      // beats may come: to the splitter
  logic                 sink_q;      // and not there
  logic                 over_q;      // the last one has
  logic                 error_q;     // with a wrong FCS

  assign empty          = packet_i.count == '0 || packet_i.count == END_OF_SESSION;
  assign in_order       = !empty && (adopt_q ? !wraps : !ahead && !reached);

  sequence_place u_sequence_place (
      .expected_i(expected_q),
      .first_i   (packet_i.first_sequence),
      .count_i   (packet_i.count),
      .ahead_o   (ahead),
      .reached_o (reached),
      .wraps_o   (wraps)
  );

  always_ff @(posedge clk_i) begin
    begun_q <= take;
    if (take) begin
      skip_q     <= expected_q[15:0] - packet_i.first_sequence[15:0];
      skipping_q <= expected_q[15:0] != packet_i.first_sequence[15:0] && !adopt_q;
    end else if (state_q == WEIGH) begin
      skip_q     <= expected_q[15:0] - slot_packet.first_sequence[15:0];
      skipping_q <= expected_q[15:0] != slot_packet.first_sequence[15:0];
    end else if (split_consume_i && skipping_q) begin
      skip_q     <= skip_q - 1'b1;
      skipping_q <= skip_q != 16'd1;
    end
    end_q <= state_q == WEIGH ? slot_packet.first_sequence + 64'(slot_packet.count)
                              : sequence_q + (empty_q ? 64'd0 : 64'(count_q));
    if (take) begin
      in_order_q     <= in_order;
      ahead_q        <= ahead && !adopt_q;
      old_q          <= !empty && (adopt_q ? wraps : !ahead && reached);
      empty_q        <= empty;
      ends_session_q <= packet_i.count == END_OF_SESSION;
      too_long_q     <= packet_i.length > SLOT_BYTES;
      line_q         <= packet_i.line;
      frame_q        <= packet_i.frame;
      sequence_q     <= packet_i.first_sequence;
      count_q        <= packet_i.count;
      pass_q         <= in_order && !s_last_i;
      sink_q         <= !in_order && !s_last_i;
      over_q         <= s_last_i;
      error_q        <= s_error_i;
    end else if (s_valid_i && s_ready_o && s_last_i) begin
      pass_q  <= 1'b0;
      sink_q  <= 1'b0;
      over_q  <= 1'b1;
      error_q <= s_error_i;
    end
    if (rst_i) begin
      begun_q <= 1'b0;
      pass_q  <= 1'b0;
      sink_q  <= 1'b0;
    end
  end

  // ---- slots ----------------------------------------------------------------------------------------------------------------
  logic               same;
  logic               room;
  logic               any_slot;
  logic               slot_due;
  logic [SLOT_W-1:0]  slot_due_index;
  logic               slot_used;
  tp_packet_t         slot_packet;
  logic               slot_valid;
  logic               slot_first;
  logic [DATA_W-1:0]  slot_data;
  logic [BYTES_W-1:0] slot_bytes;
  logic               slot_last;
  logic               wanted;     // the packet that has passed is to be kept
  logic               refused;    // or was, but there is no place
  logic               slot_old;
  logic               replaying_q;
  logic               replayed;

  assign wanted   = ahead_q && !empty_q && !same;
  assign refused  = wanted && (!room || too_long_q);
  assign slot_old = end_q <= expected_q;
  assign replayed = replaying_q && slot_valid && slot_last && split_ready_i;

  reorder_buffer #(
      .DATA_W(DATA_W)
  ) u_reorder_buffer (
      .clk_i         (clk_i),
      .rst_i         (rst_i),
      .sequence_i    (sequence_q),
      .same_o        (same),
      .room_o        (room),
      .any_o         (any_slot),
      .expected_i    (expected_q),
      .ready_o       (slot_due),
      .ready_slot_o  (slot_due_index),
      .slot_i        (slot_q),
      .used_o        (slot_used),
      .packet_o      (slot_packet),
      // Every packet that is not in order is written, whether it is kept or not.
      .write_i       (room && s_valid_i && (take || sink_q)),
      .write_first_i (go_frame),
      .write_packet_i(packet_i),
      .write_data_i  (s_data_i),
      .write_bytes_i (s_bytes_i),
      .commit_i      (state_q == PASSED && wanted && !refused && !error_q),
      .play_i        (state_q == JUDGE && !slot_old),
      .free_i        (replayed || (state_q == JUDGE && slot_old)),
      .m_valid_o     (slot_valid),
      .m_ready_i     (replaying_q && split_ready_i),
      .m_first_o     (slot_first),
      .m_data_o      (slot_data),
      .m_bytes_o     (slot_bytes),
      .m_last_o      (slot_last)
  );

  // ---- streams --------------------------------------------------------------------------------------------------------------
  assign s_ready_o = sink_q || ((go_frame || pass_q) && split_ready_i);

  assign split_valid_o = replaying_q ? slot_valid : s_valid_i && (go_frame || pass_q);
  assign split_first_o = replaying_q ? slot_first : go_frame;
  assign split_data_o  = replaying_q ? slot_data : s_data_i;
  assign split_bytes_o = replaying_q ? slot_bytes : s_bytes_i;
  assign split_last_o  = replaying_q ? slot_last : s_last_i;
  assign split_cycle_o = replaying_q ? cycle_i : s_cycle_i;
  assign split_void_o  = begun_q && !in_order_q;
  assign split_skip_o  = skipping_q;

  always_comb begin
    split_packet_o = replaying_q ? slot_packet : packet_i;
    if (replaying_q) split_packet_o.stamp = stamp_q;
  end

  // ---- own messages ---------------------------------------------------------------------------------------------------------
  always_comb begin
    m_valid_o = 1'b0;
    m_o       = '0;
    m_o.op    = TP_OP_STATE;
    unique case (state_q)
      IDLE: begin
        m_valid_o        = go_cmd;
        m_o.op           = TP_OP_COMMAND;
        m_o.command      = cmd_data_i;
        m_o.origin.stamp = cmd_stamp_i;
      end
      ENDED: begin
        m_valid_o                  = 1'b1;
        m_o.reason                 = twinpath_regs_pkg::STATE_END_OF_SESSION;
        m_o.origin.stamp           = stamp_q;
        m_o.origin.sequence_number = sequence_q;
        m_o.origin.frame           = frame_q;
      end
      FCS: begin
        m_valid_o                  = delivered_q;
        m_o.reason                 = twinpath_regs_pkg::STATE_FCS_ERROR;
        m_o.origin.stamp           = stamp_q;
        m_o.origin.sequence_number = expected_q;
        m_o.origin.frame           = frame_q;
      end
      TELL: begin
        m_valid_o                  = 1'b1;
        m_o.reason                 = twinpath_regs_pkg::STATE_GAP_LOST;
        m_o.origin.stamp           = stamp_q;
        m_o.origin.sequence_number = expected_q;
      end
      default: ;
    endcase
  end

  // ---- counters -------------------------------------------------------------------------------------------------------------
  always_comb begin
    cnt_o = '0;
    cnt_o[twinpath_regs_pkg::CNT_DROP_FCS_ERROR]   = state_q == BODY && over_q && error_q;
    cnt_o[twinpath_regs_pkg::CNT_PACKETS_A]        = begun_q && !line_q;
    cnt_o[twinpath_regs_pkg::CNT_PACKETS_B]        = begun_q && line_q;
    cnt_o[twinpath_regs_pkg::CNT_HEARTBEATS]       = begun_q && empty_q && !ends_session_q;
    cnt_o[twinpath_regs_pkg::CNT_END_OF_SESSION]   = begun_q && ends_session_q;
    cnt_o[twinpath_regs_pkg::CNT_GAPS_OPENED]      = state_q == PASSED && ahead_q && !gap_open;
    cnt_o[twinpath_regs_pkg::CNT_GAPS_LOST]        = state_q == LOST && !told_q;
    cnt_o[twinpath_regs_pkg::CNT_REORDER_STORED]   = state_q == PASSED && wanted && !refused && !error_q;
    cnt_o[twinpath_regs_pkg::CNT_REORDER_REPLAYED] = replayed;
    cnt_o[twinpath_regs_pkg::CNT_REORDER_OVERFLOW] = state_q == PASSED && refused;
    duplicate_inc_o = '0;
    if (begun_q && in_order_q && skipping_q) duplicate_inc_o = skip_q;
    if (state_q == PASSED && (old_q || (ahead_q && !empty_q && same))) duplicate_inc_o = count_q;
    if (state_q == JUDGE) duplicate_inc_o = slot_old ? slot_packet.count : skip_q;
    lost_inc_o = state_q == LOST ? lowest_q - expected_q : '0;
  end

  // ---- state ----------------------------------------------------------------------------------------------------------------
  logic [TP_TIME_W:0] next_deadline;
  assign next_deadline = {1'b0, stamp_q} + (TP_TIME_W + 1)'(timeout_q);

  always_ff @(posedge clk_i) begin
    if (!started_q) begin
      expected_q <= configured_first_q;
      adopt_q    <= configured_first_q == '0;
    end
    if (split_deliver_i) begin
      expected_q  <= expected_q + 1'b1;
      advanced_q  <= 1'b1;
      delivered_q <= 1'b1;
    end
    if (replayed) replaying_q <= 1'b0;
    unique case (state_q)
      IDLE: begin
        if (go_due) begin
          state_q   <= SCAN;
          expiry_q  <= 1'b1;
          told_q    <= 1'b0;
          stamp_q   <= deadline_q[TP_TIME_W-1:0];
        end else if (take) begin
          state_q     <= BODY;
          started_q   <= 1'b1;
          adopt_q     <= 1'b0;
          expected_q  <= adopt_q ? packet_i.first_sequence : expected_q;
          expiry_q    <= 1'b0;
          advanced_q  <= 1'b0;
          delivered_q <= 1'b0;
          stamp_q     <= packet_i.stamp;
        end
        slot_q    <= '0;
        scanned_q <= 1'b0;
        lowest_q  <= gap_high_q;
      end
      BODY: begin
        if (over_q) begin
          if (!in_order_q) state_q <= PASSED;
          else if (error_q) state_q <= FCS;
          else state_q <= gap_open || any_slot ? SELECT : IDLE;
        end
      end
      PASSED: begin
        state_q <= ends_session_q ? ENDED : IDLE;
        if (ahead_q) begin
          if (end_q > gap_high_q) gap_high_q <= end_q;
          if (!gap_open) deadline_q <= next_deadline;
        end
      end
      ENDED: if (m_ready_i) state_q <= IDLE;
      FCS: if (m_ready_i || !delivered_q) state_q <= SELECT;
      SETTLE: state_q <= SELECT;
      SELECT: begin
        slot_q    <= slot_due ? slot_due_index : '0;
        scanned_q <= 1'b0;
        lowest_q  <= gap_high_q;
        if (slot_due) state_q <= FETCH;
        else if (expiry_q && gap_open) state_q <= SCAN;
        else begin
          state_q <= IDLE;
          if (gap_open && advanced_q) deadline_q <= next_deadline;
        end
      end
      FETCH: state_q <= WEIGH;
      WEIGH: state_q <= JUDGE;
      JUDGE: begin
        state_q     <= slot_old ? SETTLE : REPLAY;
        replaying_q <= !slot_old;
      end
      REPLAY: if (replayed) state_q <= SETTLE;
      SCAN: begin
        // An answer is of the slot asked for a cycle before; what the first one is of does not matter.
        if (slot_used && slot_packet.first_sequence < lowest_q) lowest_q <= slot_packet.first_sequence;
        slot_q    <= slot_q + 1'b1;
        scanned_q <= slot_q == '1;
        if (scanned_q) state_q <= LOST;
      end
      LOST: begin
        expected_q <= lowest_q;
        told_q     <= 1'b1;
        state_q    <= told_q ? SETTLE : TELL;
      end
      default: if (m_ready_i) state_q <= SELECT; // TELL
    endcase
    if (cfg_i.valid && cfg_i.table_id == TP_CFG_FEED) begin
      case (cfg_i.word)
        5'd7: configured_first_q[31:0] <= cfg_i.data;
        5'd8: configured_first_q[63:32] <= cfg_i.data;
        5'd9: timeout_q <= cfg_i.data;
        default: ;
      endcase
    end
    if (rst_i) begin
      state_q     <= IDLE;
      started_q   <= 1'b0;
      replaying_q <= 1'b0;
      gap_high_q  <= '0;
      // E is looked at from the first cycle, written or not.
      configured_first_q <= '0;
    end
  end

endmodule
`default_nettype wire
