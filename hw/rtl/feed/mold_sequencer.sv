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
/// Latency: 0 cycles from the parser to the splitter for a packet in order when nothing is due. Between a packet and the
/// next: 1 cycle; 2 more for each packet replayed.
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
    output logic [15:0]               split_skip_o,
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

  localparam logic [3:0] IDLE = 4'd0;   // choose the next input
  localparam logic [3:0] WALK = 4'd1;   // a packet in order goes to the splitter
  localparam logic [3:0] STORE = 4'd2;  // a packet ahead goes to a slot
  localparam logic [3:0] DRAIN = 4'd3;  // the rest of a packet is of no interest
  localparam logic [3:0] ENDED = 4'd4;  // tell end of session
  localparam logic [3:0] FCS = 4'd5;    // tell a wrong FCS
  localparam logic [3:0] SELECT = 4'd6; // is some slot due?
  localparam logic [3:0] TRY = 4'd7;    // is anything of it still wanted?
  localparam logic [3:0] REPLAY = 4'd8; // it goes to the splitter
  localparam logic [3:0] SCAN = 4'd9;   // a deadline: look for the lowest S
  localparam logic [3:0] LOST = 4'd10;  // give up what is missing before it
  localparam logic [3:0] TELL = 4'd11;  // tell the gap

  logic [63:0]          configured_first_q;
  logic [31:0]          timeout_q;

  logic [3:0]           state_q;
  logic                 started_q;   // a packet was seen
  logic [63:0]          expected_q;  // E
  logic [63:0]          gap_high_q;
  logic [TP_TIME_W:0]   deadline_q;
  logic [TP_TIME_W-1:0] stamp_q;     // of the input or deadline at work
  logic [31:0]          frame_q;     // of the frame at work
  logic [63:0]          sequence_q;  // its S
  logic                 whole_q;     // its last beat was its first
  logic                 expiry_q;    // at work is a deadline
  logic                 told_q;      // and its gap has been told
  logic                 advanced_q;  // E has advanced since the input began
  logic                 delivered_q; // the frame at work delivered something
  logic [SLOT_W-1:0]    slot_q;
  logic [63:0]          lowest_q;

  // ---- what is next -------------------------------------------------------------------------------------------------------
  logic [31:0]          frames_between;
  logic                 cmd_next;
  logic [TP_TIME_W-1:0] next_stamp;
  logic                 gap_open;
  logic                 due;
  logic                 take;        // the first beat of a packet

  assign frames_between = pending_meta_i.frame - cmd_frame_i;
  assign cmd_next       = cmd_valid_i && (!pending_i || !frames_between[31]);
  assign next_stamp     = cmd_next ? cmd_stamp_i : pending_i ? pending_meta_i.stamp : time_i;
  assign gap_open       = expected_q < gap_high_q;
  assign due            = gap_open && deadline_q <= {1'b0, next_stamp};
  assign take           = state_q == IDLE && !due && !cmd_next && s_valid_i && split_ready_i;
  assign cmd_ready_o    = state_q == IDLE && !due && cmd_next && m_ready_i;
  assign idle_o         = state_q == IDLE && !due;

  // ---- what a packet is ---------------------------------------------------------------------------------------------------
  logic [63:0] expected;
  logic        ends_session;
  logic        empty;
  logic        ahead;
  logic        old;
  logic        in_order;
  logic        gap_already;
  logic [63:0] ahead_end;
  logic        too_long;
  logic        store;
  logic        same;
  logic        room;

  assign expected     = started_q ? expected_q : configured_first_q == '0 ? packet_i.first_sequence : configured_first_q;
  assign ends_session = packet_i.count == END_OF_SESSION;
  assign empty        = packet_i.count == '0 || ends_session;
  assign ahead        = packet_i.first_sequence > expected;
  assign old          = !empty && !ahead && packet_i.first_sequence + 64'(packet_i.count) <= expected;
  assign in_order     = !empty && !ahead && !old;
  assign gap_already  = expected < gap_high_q;
  assign ahead_end    = packet_i.first_sequence + (empty ? 64'd0 : 64'(packet_i.count));
  assign too_long     = packet_i.length > SLOT_BYTES;
  assign store        = ahead && !empty && !same && room && !too_long;

  // ---- slots ----------------------------------------------------------------------------------------------------------------
  logic               slot_due;
  logic [SLOT_W-1:0]  slot_due_index;
  logic               slot_used;
  tp_packet_t         slot_packet;
  logic               slot_old;
  logic               slot_valid;
  logic               slot_first;
  logic [DATA_W-1:0]  slot_data;
  logic [BYTES_W-1:0] slot_bytes;
  logic               slot_last;
  logic               storing;
  logic               replayed;

  assign storing  = (take && store) || (state_q == STORE && s_valid_i);
  assign slot_old = slot_packet.first_sequence + 64'(slot_packet.count) <= expected_q;
  assign replayed = state_q == REPLAY && slot_valid && slot_last && split_ready_i;

  reorder_buffer #(
      .DATA_W(DATA_W)
  ) u_reorder_buffer (
      .clk_i         (clk_i),
      .rst_i         (rst_i),
      .sequence_i    (packet_i.first_sequence),
      .same_o        (same),
      .room_o        (room),
      .expected_i    (expected_q),
      .ready_o       (slot_due),
      .ready_slot_o  (slot_due_index),
      .slot_i        (slot_q),
      .used_o        (slot_used),
      .packet_o      (slot_packet),
      .write_i       (storing),
      .write_first_i (take),
      .write_packet_i(packet_i),
      .write_data_i  (s_data_i),
      .write_bytes_i (s_bytes_i),
      .commit_i      (storing && s_last_i && !s_error_i),
      .play_i        (state_q == TRY && !slot_old),
      .free_i        (replayed || (state_q == TRY && slot_old)),
      .m_valid_o     (slot_valid),
      .m_ready_i     (state_q == REPLAY && split_ready_i),
      .m_first_o     (slot_first),
      .m_data_o      (slot_data),
      .m_bytes_o     (slot_bytes),
      .m_last_o      (slot_last)
  );

  // ---- streams --------------------------------------------------------------------------------------------------------------
  logic replaying;
  logic s_ended;

  assign replaying = state_q == REPLAY;
  assign s_ready_o = take || (state_q == WALK && split_ready_i) || state_q == STORE || state_q == DRAIN;
  assign s_ended   = s_valid_i && s_ready_o && s_last_i;

  assign split_valid_o = replaying ? slot_valid : (take && in_order) || (state_q == WALK && s_valid_i);
  assign split_first_o = replaying ? slot_first : take;
  assign split_data_o  = replaying ? slot_data : s_data_i;
  assign split_bytes_o = replaying ? slot_bytes : s_bytes_i;
  assign split_last_o  = replaying ? slot_last : s_last_i;
  assign split_cycle_o = replaying ? cycle_i : s_cycle_i;

  always_comb begin
    split_packet_o = replaying ? slot_packet : packet_i;
    if (replaying) split_packet_o.stamp = stamp_q;
    split_skip_o = replaying ? expected_q[15:0] - slot_packet.first_sequence[15:0]
                             : expected[15:0] - packet_i.first_sequence[15:0];
  end

  // ---- own messages ---------------------------------------------------------------------------------------------------------
  always_comb begin
    m_valid_o = 1'b0;
    m_o       = '0;
    m_o.op    = TP_OP_STATE;
    unique case (state_q)
      IDLE: begin
        m_valid_o        = !due && cmd_next;
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
    cnt_o[twinpath_regs_pkg::CNT_DROP_FCS_ERROR]   = s_ended && s_error_i;
    cnt_o[twinpath_regs_pkg::CNT_PACKETS_A]        = take && !packet_i.line;
    cnt_o[twinpath_regs_pkg::CNT_PACKETS_B]        = take && packet_i.line;
    cnt_o[twinpath_regs_pkg::CNT_HEARTBEATS]       = take && packet_i.count == '0;
    cnt_o[twinpath_regs_pkg::CNT_END_OF_SESSION]   = take && ends_session;
    cnt_o[twinpath_regs_pkg::CNT_GAPS_OPENED]      = take && ahead && !gap_already;
    cnt_o[twinpath_regs_pkg::CNT_GAPS_LOST]        = state_q == LOST && !told_q;
    cnt_o[twinpath_regs_pkg::CNT_REORDER_STORED]   = storing && s_last_i && !s_error_i;
    cnt_o[twinpath_regs_pkg::CNT_REORDER_REPLAYED] = replayed;
    cnt_o[twinpath_regs_pkg::CNT_REORDER_OVERFLOW] = take && ahead && !empty && !same && (!room || too_long);
    duplicate_inc_o = '0;
    if (take && (old || (ahead && !empty && same))) duplicate_inc_o = packet_i.count;
    if (take && in_order) duplicate_inc_o = split_skip_o;
    if (state_q == TRY) duplicate_inc_o = slot_old ? slot_packet.count : expected_q[15:0] - slot_packet.first_sequence[15:0];
    lost_inc_o = state_q == LOST ? lowest_q - expected_q : '0;
  end

  // ---- state ----------------------------------------------------------------------------------------------------------------
  always_ff @(posedge clk_i) begin
    if (split_deliver_i) begin
      expected_q  <= expected_q + 1'b1;
      advanced_q  <= 1'b1;
      delivered_q <= 1'b1;
    end
    unique case (state_q)
      IDLE: begin
        if (due) begin
          state_q  <= SCAN;
          expiry_q <= 1'b1;
          told_q   <= 1'b0;
          stamp_q  <= deadline_q[TP_TIME_W-1:0];
          slot_q   <= '0;
          lowest_q <= gap_high_q;
        end else if (take) begin
          started_q   <= 1'b1;
          expected_q  <= expected;
          expiry_q    <= 1'b0;
          advanced_q  <= 1'b0;
          delivered_q <= 1'b0;
          stamp_q     <= packet_i.stamp;
          frame_q     <= packet_i.frame;
          sequence_q  <= packet_i.first_sequence;
          whole_q     <= s_last_i;
          if (ahead) begin
            if (ahead_end > gap_high_q) gap_high_q <= ahead_end;
            if (!gap_already) deadline_q <= {1'b0, packet_i.stamp} + (TP_TIME_W + 1)'(timeout_q);
          end
          if (ends_session) state_q <= ENDED;
          else if (in_order) state_q <= !s_last_i ? WALK : s_error_i ? FCS : SELECT;
          else if (!s_last_i) state_q <= store ? STORE : DRAIN;
        end
      end
      WALK: if (s_ended) state_q <= s_error_i ? FCS : SELECT;
      STORE, DRAIN: if (s_ended) state_q <= IDLE;
      ENDED: if (m_ready_i) state_q <= whole_q ? IDLE : DRAIN;
      FCS: if (m_ready_i || !delivered_q) state_q <= SELECT;
      SELECT: begin
        slot_q <= slot_due_index;
        if (slot_due) state_q <= TRY;
        else if (expiry_q && gap_open) begin
          state_q  <= SCAN;
          slot_q   <= '0;
          lowest_q <= gap_high_q;
        end else begin
          state_q <= IDLE;
          if (gap_open && advanced_q) deadline_q <= {1'b0, stamp_q} + (TP_TIME_W + 1)'(timeout_q);
        end
      end
      TRY: state_q <= slot_old ? SELECT : REPLAY;
      REPLAY: if (replayed) state_q <= SELECT;
      SCAN: begin
        if (slot_used && slot_packet.first_sequence < lowest_q) lowest_q <= slot_packet.first_sequence;
        slot_q <= slot_q + 1'b1;
        if (slot_q == '1) state_q <= LOST;
      end
      LOST: begin
        expected_q <= lowest_q;
        told_q     <= 1'b1;
        state_q    <= told_q ? SELECT : TELL;
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
      state_q    <= IDLE;
      started_q  <= 1'b0;
      expected_q <= '0;
      gap_high_q <= '0;
    end
  end

endmodule
`default_nettype wire
