`include "net/packet_types.svh"
`default_nettype none

/// mold_sequencer between two free lines and a splitter that delivers as few or as many messages of a packet as it likes:
/// messages go out once each and in order, what is skipped was told as lost, and no input whose time has come to the
/// deadline of an open gap is taken before the gap was given up.
/// Payload is left out; sequence numbers, counts and times are small; a packet is at most three beats long.
/// Assumed: stamps do not decrease; the splitter consumes at most count blocks of a packet, one with each beat it takes but
/// the first (which holds no whole block), and delivers those that it is not told to skip.
module mold_sequencer_formal #(
    parameter int SEQUENCE_W = 4,
    parameter int COUNT_W = 2,
    parameter int STAMP_W = 5
) (
    input wire logic                  clk_i,
    input wire logic                  cmd_valid_i,
    input wire logic [STAMP_W-1:0]    cmd_stamp_i,
    input wire logic [3:0]            cmd_frame_i,
    input wire logic                  s_valid_i,
    input wire logic                  s_last_i,
    input wire logic                  s_error_i,
    input wire logic [SEQUENCE_W-1:0] first_i,
    input wire logic [COUNT_W-1:0]    count_i,
    input wire logic                  end_i,       // end of session
    input wire logic [STAMP_W-1:0]    stamp_i,
    input wire logic [STAMP_W-1:0]    now_i,
    input wire logic [1:0]            timeout_i,
    input wire logic                  split_ready_i,
    input wire logic                  consume_i,
    input wire logic                  m_ready_i
);

  logic [2:0] setup = '0;  // reset, then words 7 to 9 of the configuration
  logic       running;
  logic       configured;
  assign running    = setup != 3'd0;
  assign configured = setup == 3'd4;
  always_ff @(posedge clk_i) if (!configured) setup <= setup + 1'b1;

  tp_cfg_t        cfg;
  tp_frame_meta_t pending;
  tp_packet_t     packet;
  logic           cmd_ready;
  logic           s_ready;
  logic           split_valid;
  logic           split_first;
  logic           split_last;
  tp_packet_t     split_packet;
  logic           split_void;
  logic           split_skip;
  logic           consume;
  logic           deliver;
  logic           m_valid;
  tp_msg_t        m;
  logic [63:0]    lost_inc;
  logic [63:0]    lost;

  always_comb begin
    cfg                   = '0;
    cfg.valid             = running && !configured;
    cfg.table_id          = TP_CFG_FEED;
    cfg.word              = 5'd6 + 5'(setup);
    cfg.data              = setup == 3'd3 ? 32'(timeout_i) : '0;
    packet                = '0;
    packet.first_sequence = 64'(first_i);
    packet.count          = end_i ? 16'hFFFF : 16'(count_i);
    packet.stamp          = TP_TIME_W'(stamp_i);
    packet.length         = 16'd64;
    pending               = '0;
    pending.stamp         = TP_TIME_W'(stamp_i);
  end

  mold_sequencer u_dut (
      .clk_i          (clk_i),
      .rst_i          (!running),
      .time_i         (TP_TIME_W'(now_i)),
      .cycle_i        ('0),
      .cfg_i          (cfg),
      .cmd_valid_i    (cmd_valid_i && configured),
      .cmd_ready_o    (cmd_ready),
      .cmd_data_i     ('0),
      .cmd_stamp_i    (TP_TIME_W'(cmd_stamp_i)),
      .cmd_frame_i    (32'(cmd_frame_i)),
      .pending_i      (s_valid_i && configured),
      .pending_meta_i (pending),
      .s_valid_i      (s_valid_i && configured),
      .s_ready_o      (s_ready),
      .s_data_i       ('0),
      .s_bytes_i      (4'd8),
      .s_last_i       (s_last_i),
      .s_error_i      (s_error_i && s_last_i),
      .s_cycle_i      ('0),
      .packet_i       (packet),
      .split_valid_o  (split_valid),
      .split_ready_i  (split_ready_i),
      .split_first_o  (split_first),
      .split_data_o   (),
      .split_bytes_o  (),
      .split_last_o   (split_last),
      .split_cycle_o  (),
      .split_packet_o (split_packet),
      .split_void_o   (split_void),
      .split_skip_o   (split_skip),
      .split_consume_i(consume),
      .split_deliver_i(deliver),
      .m_valid_o      (m_valid),
      .m_ready_i      (m_ready_i),
      .m_o            (m),
      .cnt_o          (),
      .duplicate_inc_o(),
      .lost_inc_o     (lost_inc),
      .idle_o         ()
  );

  assign lost = configured ? lost_inc : '0;

  // ---- the input: a packet stays as it is until its last beat ----------------------------------------------------------------
  logic                  inside_q = 1'b0;  // its first beat was taken
  logic                  third_q = 1'b0;   // its second too
  logic                  waiting_q = 1'b0; // a beat was offered and not taken
  logic [SEQUENCE_W-1:0] first_q;
  logic [COUNT_W-1:0]    count_q;
  logic                  end_q;
  logic [STAMP_W-1:0]    stamp_q;
  logic                  last_q;
  logic                  error_q;
  logic [STAMP_W-1:0]    latest = '0;      // no later input has a smaller stamp
  logic                  s_taken;
  logic                  cmd_taken;

  assign s_taken   = s_valid_i && configured && s_ready;
  assign cmd_taken = cmd_valid_i && configured && cmd_ready;

  always_ff @(posedge clk_i) begin
    if (configured) begin
      waiting_q <= s_valid_i && !s_ready;
      if (s_taken) inside_q <= !s_last_i;
      if (s_taken) third_q <= inside_q && !s_last_i;
      first_q <= first_i;
      count_q <= count_i;
      end_q   <= end_i;
      stamp_q <= stamp_i;
      last_q  <= s_last_i;
      error_q <= s_error_i;
      if (takes_packet) latest <= stamp_i;
      if (cmd_taken) latest <= cmd_stamp_i;
    end
  end

  logic               cmd_waits = 1'b0;
  logic [STAMP_W-1:0] cmd_stamp_q;
  logic [3:0]         cmd_frame_q;
  logic [STAMP_W-1:0] now_q = '0;

  always_ff @(posedge clk_i) begin
    cmd_waits   <= configured && cmd_valid_i && !cmd_ready;
    cmd_stamp_q <= cmd_stamp_i;
    cmd_frame_q <= cmd_frame_i;
    if (configured) now_q <= now_i;
  end

  always @(posedge clk_i) begin
    assume (now_i >= now_q);
    if (cmd_waits) assume (cmd_valid_i && cmd_stamp_i == cmd_stamp_q && cmd_frame_i == cmd_frame_q);
    // What comes first came first; all packets here have frame number 0.
    if (cmd_valid_i && s_valid_i) assume (cmd_frame_i == '0 ? cmd_stamp_i <= stamp_i : cmd_stamp_i >= stamp_i);
    if (waiting_q || inside_q) begin
      assume (first_i == first_q && count_i == count_q && end_i == end_q && stamp_i == stamp_q);
    end
    if (waiting_q) assume (s_valid_i && s_last_i == last_q && s_error_i == error_q);
    if (third_q) assume (s_last_i);
    assume (inside_q || stamp_i >= latest);
    assume (cmd_stamp_i >= latest && now_i >= latest);
    if (s_valid_i) assume (now_i >= stamp_i);
    if (cmd_valid_i) assume (now_i >= cmd_stamp_i);
  end

  // ---- the splitter ---------------------------------------------------------------------------------------------------------
  logic [15:0] left = '0;      // of the packet at work, not yet consumed
  logic [63:0] next = '0;      // number of the message consumed next
  logic [63:0] split_end = '0; // and behind the last
  logic        started = 1'b0; // the cycle before took a first beat
  logic        split_taken;
  logic        starts;

  assign split_taken = configured && split_valid && split_ready_i;
  assign starts      = split_taken && split_first;
  assign consume     = split_taken && !split_first && consume_i && left != '0;
  assign deliver     = consume && !split_skip;

  always_ff @(posedge clk_i) begin
    started <= starts;
    if (starts) begin
      left      <= split_packet.count;
      next      <= split_packet.first_sequence;
      split_end <= split_packet.first_sequence + 64'(split_packet.count);
    end else if (consume) begin
      left <= left - 1'b1;
      next <= next + 1'b1;
    end
  end

  // ---- SEM 2.3, 2.4 ---------------------------------------------------------------------------------------------------------
  logic        begun = 1'b0;    // a packet was seen
  logic [63:0] expected = '0;
  logic [63:0] high = '0;
  logic [7:0]  deadline = '0;
  logic [63:0] expected_now;
  logic [63:0] packet_end;
  logic        takes_packet;
  logic        ahead;
  logic        open;
  logic        expiring = 1'b0;  // a deadline is at work: its later steps need not wait

  assign takes_packet = s_taken && !inside_q;
  assign expected_now = begun ? expected : 64'(first_i);
  assign packet_end   = 64'(first_i) + (end_i ? 64'd0 : 64'(count_i));
  assign ahead        = takes_packet && 64'(first_i) > expected_now;
  assign open         = begun && expected < high;

  always_ff @(posedge clk_i) begin
    if (takes_packet) begin
      begun    <= 1'b1;
      expected <= expected_now;
      if (ahead && packet_end > high) high <= packet_end;
      if (ahead && expected_now >= high) deadline <= 8'(stamp_i) + 8'(timeout_i);
    end
    if (deliver) begin
      expected <= next + 64'd1;
      deadline <= 8'(takes_packet ? stamp_i : latest) + 8'(timeout_i);  // a gap that moves on has time again
    end
    if (lost != '0) expected <= expected + lost;
    if (takes_packet || cmd_taken) expiring <= 1'b0;
    else if (lost != '0) expiring <= 1'b1;
  end

  (* anyconst *) logic [63:0] number;  // any message
  logic once = 1'b0;                   // it went out, or was given up

  always_ff @(posedge clk_i) begin
    if (deliver && next == number) once <= 1'b1;
    if (lost != '0 && number >= expected && number < expected + lost) once <= 1'b1;
  end

  logic [1:0] timeout_q;
  always_ff @(posedge clk_i) timeout_q <= timeout_i;
  always @(posedge clk_i) if (running) assume (timeout_i == timeout_q);

  // ---- AXI4-Stream: what is offered stays until it is taken ------------------------------------------------------------------
  // The cycle stamp of a beat out of a slot is that of the cycle. What is on offer is chosen again in every cycle, so this holds as
  // long as what comes meanwhile is later (next_input): a frame than a command that was there before it or comes with it, a command
  // than a frame that was there two cycles before.
  logic       orderly = 1'b1;
  logic [1:0] s_waits = '0;   // a packet's first beat was here: one, two cycles before
  logic       split_waited = 1'b0;
  logic       split_was_first;
  logic       split_was_last;
  tp_packet_t split_was_packet;
  logic       m_waited = 1'b0;
  tp_msg_t    m_was;
  logic       in_order_now;

  assign in_order_now = orderly && !(cmd_valid_i && cmd_frame_i != '0 && s_valid_i && !waiting_q && !inside_q) &&
                        !(cmd_valid_i && !cmd_waits && cmd_frame_i == '0 && s_waits == '1);

  always_ff @(posedge clk_i) begin
    split_waited     <= configured && split_valid && !split_ready_i;
    split_was_first  <= split_first;
    split_was_last   <= split_last;
    split_was_packet <= split_packet;
    m_waited         <= configured && m_valid && !m_ready_i;
    m_was            <= m;
    orderly          <= in_order_now;
    s_waits          <= configured && s_valid_i && !s_ready ? {s_waits[0], 1'b1} : '0;
  end

  always @(posedge clk_i) begin
    if (configured) begin
      split_held: assert (!in_order_now || !split_waited || (split_valid && split_first == split_was_first && split_last == split_was_last &&
                                            split_packet == split_was_packet));
      own_held: assert (!in_order_now || !m_waited || (m_valid && m == m_was));
      in_order: assert (!deliver || next == expected);
      once_each: assert (!(deliver && next == number) || !once);
      skip_within_packet: assert (!started || split_void || (next <= expected && expected < split_end));
      void_only_behind_the_start: assert (!split_void || started);
      lost_only_from_a_gap: assert (lost == '0 || open);
      deadline_before_packet: assert (!(takes_packet && open) || 8'(stamp_i) < deadline);
      deadline_before_command: assert (!(cmd_taken && open) || 8'(cmd_stamp_i) < deadline);
      lost_not_early: assert (lost == '0 || expiring || 8'(now_i) >= deadline);
      lost_within_gap: assert (lost == '0 || expected + lost <= high);
    end
  end

endmodule
`default_nettype wire
