`include "twinpath_types.svh"
`default_nettype none

/// Event queue: holds every event until software takes it, and completes those of orders and cancels with what became of
/// their frame (SEM 7).
///
/// Why: an event's last facts are known after the verdict (when the frame began to leave), and software reads in bursts;
/// both wait here, in block RAM, beside the path of the orders. event_order_i says that a frame belongs to the event; its
/// stages then hold: 5 cycles from the message's last byte to the frame's first beat, 7 cycles that beat came later than
/// one cycle after the verdict (0: the line was free or the start speculative). Differences modulo 2^16.
/// Safety: the n-th event with a frame is completed by the n-th start report and waits for it, so software never sees an
/// order explained that did not begin to leave. Nothing is dropped: event_ready_o falls when the queue is full. Start
/// reports find room while fewer than DEPTH events with a frame wait in front of the queue.
/// Ordering: events leave in the order they came.
/// Latency: 2 cycles from acceptance, or from the start report if that is later, to m_event_tvalid_o; an event a cycle.
module event_queue #(
    parameter int DEPTH = 512
) (
    input  wire logic           clk_i,
    input  wire logic           rst_i,
    input  wire logic           event_valid_i,
    output logic                event_ready_o,
    input  wire tp_event_t      event_i,
    input  wire logic           event_order_i,       // a frame belongs to this event
    input  wire logic [TP_CYC_W-1:0] event_last_byte_i,  // cycle of the message's last byte
    input  wire logic           started_valid_i,     // from order_tx
    input  wire logic [TP_CYC_W-1:0] started_cycle_i,
    output logic [1023:0]       m_event_tdata_o,
    output logic                m_event_tvalid_o,
    input  wire logic           m_event_tready_i,
    output logic                hist_valid_o,        // an order was sent (pulse): for the latency histograms
    output logic [2:0]          hist_class_o,        // order_class.sv
    output logic [15:0]         hist_latency_o,      // its stage 5
    output logic                idle_o               // nothing inside
);

  localparam int EVENT_W = 1024;  // bits of tp_event_t
  localparam int ENTRY_W = EVENT_W + TP_CYC_W + 1;

  // ---- what waits --------------------------------------------------------------------------------------------------
  logic [ENTRY_W-1:0]  entry;
  logic                entry_valid;
  tp_event_t           waiting;
  logic                has_order;
  logic [TP_CYC_W-1:0] last_byte;
  logic                report_valid;
  logic                report_ready;
  logic [TP_CYC_W-1:0] report;
  logic                load;
  logic [$clog2(DEPTH+1)-1:0]   entries;
  logic [$clog2(2*DEPTH+1)-1:0] reports;

  fifo #(
      .WIDTH(ENTRY_W),
      .DEPTH(DEPTH)
  ) u_events (
      .clk_i    (clk_i),
      .rst_i    (rst_i),
      .s_valid_i(event_valid_i),
      .s_ready_o(event_ready_o),
      .s_data_i ({event_order_i, event_last_byte_i, event_i}),
      .m_valid_o(entry_valid),
      .m_ready_i(load),
      .m_data_o (entry),
      .count_o  (entries)
  );

  fifo #(
      .WIDTH(TP_CYC_W),
      .DEPTH(2 * DEPTH)
  ) u_reports (
      .clk_i    (clk_i),
      .rst_i    (rst_i),
      .s_valid_i(started_valid_i),
      .s_ready_o(report_ready),
      .s_data_i (started_cycle_i),
      .m_valid_o(report_valid),
      .m_ready_i(load && has_order),
      .m_data_o (report),
      .count_o  (reports)
  );

  assign {has_order, last_byte, waiting} = entry;

  // ---- completion --------------------------------------------------------------------------------------------------
  logic        valid_q;
  tp_event_t   event_q;
  logic        order_q;
  logic [15:0] first_beat;
  logic [15:0] sum;
  logic [15:0] carry;
  logic        at_verdict;  // the first beat came in the verdict's cycle
  logic [15:0] waited;      // cycles from the one after the verdict to the first beat
  tp_event_t   completed;

  assign load       = entry_valid && (!has_order || report_valid) && (!valid_q || m_event_tready_i);
  assign first_beat = report - last_byte;

  // report - last_byte - stage 4 - 1 as one addition: the three are summed without carries first, and two numbers add up to
  // all ones (-1) exactly when one is the complement of the other.
  assign sum        = report ^ ~last_byte ^ ~waiting.stages[4*16+:16];
  assign carry      = (report & ~last_byte) | (report & ~waiting.stages[4*16+:16]) | (~last_byte & ~waiting.stages[4*16+:16]);
  assign waited     = sum + {carry[14:0], 1'b1};
  assign at_verdict = sum == ~{carry[14:0], 1'b1};

  always_comb begin
    completed = waiting;
    if (has_order) begin
      completed.stages = {waiting.stages[159:128], at_verdict ? 16'd0 : waited, waiting.stages[111:96], first_beat,
                          waiting.stages[79:0]};
    end
  end

  always_ff @(posedge clk_i) begin
    if (load) event_q <= completed;
    if (load) valid_q <= 1'b1;
    else if (m_event_tready_i) valid_q <= 1'b0;
    order_q <= load && waiting.kind == TP_EVENT_ORDER;
    if (rst_i) begin
      valid_q <= 1'b0;
      order_q <= 1'b0;
    end
  end

  order_class u_class (
      .msg_type_i(event_q.msg_type),
      .class_o   (hist_class_o)
  );

  assign m_event_tdata_o  = event_q;
  assign m_event_tvalid_o = valid_q;
  assign hist_valid_o     = order_q;
  assign hist_latency_o   = event_q.stages[5*16+:16];
  assign idle_o           = !entry_valid && !report_valid && !valid_q;

endmodule
`default_nettype wire
