`include "net/packet_types.svh"
`default_nettype none

/// Chooses the next input: the deadline of an open gap, a host command or a frame (SEM 2.2, 2.4).
///
/// Why: inputs take effect in the order in which they came, and a gap's time is over before the first that came behind it.
/// Ordering: a command taken when n frames had begun goes before frame n and behind frame n - 1; a deadline D goes before
/// every input with stamp >= D, and when nothing waits and time_i >= D.
/// Latency: 1 cycle. In each cycle with choose_i a choice is made for the next, from the frame and the time of the cycle
/// before and the command of this one: an input that comes meanwhile is a later one. At most one of go_*_o is set, for that
/// one cycle. Gap and deadline are of the cycle with choose_i.
module next_input (
    input  wire logic                 clk_i,
    input  wire logic                 rst_i,
    input  wire logic [TP_TIME_W-1:0] time_i,
    input  wire logic                 choose_i,   // nothing is at work, and nothing chosen is being taken
    input  wire logic                 gap_open_i,
    input  wire logic [TP_TIME_W:0]   deadline_i, // with gap_open_i
    input  wire logic                 cmd_valid_i,
    input  wire logic [TP_TIME_W-1:0] cmd_stamp_i,
    input  wire logic [31:0]          cmd_frame_i, // number of the frame it precedes
    input  wire logic                 pending_i,   // a frame has begun that was not taken
    input  wire tp_frame_meta_t       pending_meta_i,
    output logic                      go_due_o,
    output logic                      go_cmd_o,
    output logic                      go_frame_o
);

  logic                 pending_q;
  tp_frame_meta_t       meta_q;
  logic [TP_TIME_W-1:0] time_q;
  logic [31:0]          frames_between;
  logic                 cmd_next;
  logic                 passed;   // what is next has come to the deadline
  logic                 due;
  logic                 go_due_q;
  logic                 go_cmd_q;
  logic                 go_frame_q;

  assign frames_between = meta_q.frame - cmd_frame_i;
  assign cmd_next       = cmd_valid_i && (!pending_q || !frames_between[31]);
  always_comb begin
    if (cmd_next) passed = deadline_i <= {1'b0, cmd_stamp_i};
    else if (pending_q) passed = deadline_i <= {1'b0, meta_q.stamp};
    else passed = deadline_i <= {1'b0, time_q};
  end
  assign due = gap_open_i && passed;

  always_ff @(posedge clk_i) begin
    pending_q  <= pending_i;
    meta_q     <= pending_meta_i;
    time_q     <= time_i;
    go_due_q   <= choose_i && due;
    go_cmd_q   <= choose_i && !due && cmd_next;
    go_frame_q <= choose_i && !due && !cmd_next && pending_q;
    if (rst_i) begin
      pending_q  <= 1'b0;
      go_due_q   <= 1'b0;
      go_cmd_q   <= 1'b0;
      go_frame_q <= 1'b0;
    end
  end

  assign go_due_o   = go_due_q;
  assign go_cmd_o   = go_cmd_q;
  assign go_frame_o = go_frame_q;

endmodule
`default_nettype wire
