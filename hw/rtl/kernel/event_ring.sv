`include "twinpath_types.svh"
`default_nettype none

/// Events from the core into a ring in device memory, and the mailbox that tells the host how far.
///
/// Why: the host polls memory, not a register an event.
/// SAFETY: the core is never held up: an event that finds the queue between the clocks full is lost and counted. The
/// queue fills while the ring is full (the host did not read on), the memory refuses, or it takes writes more slowly than
/// events come. The first event after a loss carries in its stage 9 how many are missing before it (stops at 65,535).
/// ORDERING: records are written in the core's order. The mailbox speaks of an event only after the memory has answered
/// the write of its record, so a host that sees the index sees the record.
/// Mailbox, 64 bytes, little-endian words: 0 events written, 1 events lost, 2 doorbell records taken, 3 the errors of kernel_status, 4
/// mailboxes written, others 0. Written once at the start, then whenever words 0 to 2 or an error in word 3 have changed; one at a time.
/// Bursts: a record is two beats of 64 bytes at a multiple of 128 bytes, so none crosses a 4 KiB boundary.
/// Rate: an event in 3 cycles of clk_i. Latency: core to memory about 12 cycles and the memory's own.
/// Implements AMBA AXI Protocol IHI 0022, part A (AXI4), writes, one ID.
module event_ring #(
    parameter int QUEUE_LOG2 = 8   // events between the clocks
) (
    input  wire logic          core_clk_i,
    input  wire logic          core_rst_i,
    input  wire logic [1023:0] s_event_tdata_i,
    input  wire logic          s_event_tvalid_i,
    output logic               s_event_tready_o,
    input  wire logic          core_run_i,

    input  wire logic          clk_i,
    input  wire logic          rst_i,
    input  wire logic          run_i,
    input  wire logic [63:0]   base_i,
    input  wire logic [4:0]    log2_i,
    input  wire logic [31:0]   consumer_i,
    input  wire logic [63:0]   mailbox_base_i,
    input  wire logic [31:0]   doorbell_consumer_i,
    input  wire logic [3:0]    errors_i,           // kernel_status 7:4, for the mailbox
    output logic      [31:0]   producer_o,
    output logic      [31:0]   lost_o,
    output logic               settled_o,          // nothing waits here and the mailbox is current
    output logic               stopped_o,          // run_i is 0 and nothing is on the bus
    output logic               error_o,            // the memory refused a write

    output logic      [63:0]   m_axi_awaddr_o,
    output logic      [7:0]    m_axi_awlen_o,
    output logic               m_axi_awvalid_o,
    input  wire logic          m_axi_awready_i,
    output logic      [511:0]  m_axi_wdata_o,
    output logic               m_axi_wlast_o,
    output logic               m_axi_wvalid_o,
    input  wire logic          m_axi_wready_i,
    input  wire logic [1:0]    m_axi_bresp_i,
    input  wire logic          m_axi_bvalid_i,
    output logic               m_axi_bready_o
);

  // ---- the core's clock: the gate ---------------------------------------------------------------------------------------
  logic          queue_ready;
  logic          push;
  logic          lose;
  logic [15:0]   missing_q;
  logic [31:0]   lost_core;
  logic [1023:0] event_data;
  logic          event_valid;
  logic          event_ready;

  assign s_event_tready_o = 1'b1;
  assign push             = s_event_tvalid_i && core_run_i && queue_ready;
  assign lose             = s_event_tvalid_i && core_run_i && !queue_ready;

  always_ff @(posedge core_clk_i) begin
    if (lose && missing_q != '1) missing_q <= missing_q + 1'b1;
    if (push || !core_run_i || core_rst_i) missing_q <= '0;
  end

  fifo_async #(
      .WIDTH     (1024),
      .DEPTH_LOG2(QUEUE_LOG2)
  ) u_queue (
      .s_clk_i  (core_clk_i),
      .s_rst_i  (core_rst_i),
      .s_valid_i(push),
      .s_ready_o(queue_ready),
      .s_data_i ({missing_q, s_event_tdata_i[1007:0]}),
      .m_clk_i  (clk_i),
      .m_rst_i  (rst_i),
      .m_valid_o(event_valid),
      .m_ready_i(event_ready),
      .m_data_o (event_data)
  );

  count_crossing #(
      .WIDTH(32)
  ) u_lost (
      .s_clk_i  (core_clk_i),
      .s_clear_i(core_rst_i || !core_run_i),
      .s_inc_i  (lose),
      .s_count_o(lost_core),
      .m_clk_i  (clk_i),
      .m_count_o(lost_o)
  );

  // ---- the host's clock: writes ---------------------------------------------------------------------------------------------
  logic        busy_q;            // a write is being offered: its address, its data, or both
  logic        address_done_q;
  logic        data_done_q;
  logic        is_mailbox_q;      // what is being written
  logic        last_q;            // its last beat
  logic [31:0] issued_q;
  logic [31:0] done_q;            // answered by the memory
  logic [31:0] told_q;            // what the mailbox written last says
  logic [31:0] told_lost_q;
  logic [31:0] told_taken_q;
  logic [31:0] mailboxes_q;
  logic [3:0]  told_errors_q;
  logic        mailbox_busy_q;    // one is on the bus
  logic        first_q;           // none was written yet
  logic        error_q;
  logic [15:0] kinds_q;           // of the writes on the bus, 1: a mailbox
  logic [3:0]  kinds_in_q;
  logic [3:0]  kinds_out_q;
  logic [4:0]  outstanding_q;
  logic        mailbox_due;
  logic        room;
  logic        begin_event;
  logic        begin_mailbox;
  logic        address_done;
  logic        data_done;
  logic        offered;           // the memory has taken all of it
  logic        answered;
  logic [31:0] slot;

  assign slot          = issued_q & ((32'd1 << log2_i) - 32'd1);
  assign room          = issued_q - consumer_i < (32'd1 << log2_i);
  assign mailbox_due   = first_q || done_q != told_q || lost_o != told_lost_q || doorbell_consumer_i != told_taken_q ||
                         errors_i != told_errors_q;
  assign begin_mailbox = !busy_q && run_i && !error_q && mailbox_due && !mailbox_busy_q && !outstanding_q[4];
  assign begin_event   = !busy_q && run_i && !error_q && !begin_mailbox && event_valid && room && !outstanding_q[4];
  assign address_done  = address_done_q || m_axi_awready_i;
  assign data_done     = data_done_q || (m_axi_wready_i && last_q);
  assign offered       = busy_q && address_done && data_done;
  assign answered      = m_axi_bvalid_i && outstanding_q != '0;
  // Without a run, what still comes is thrown away.
  assign event_ready   = (offered && !is_mailbox_q) || (!busy_q && !run_i);

  assign m_axi_awlen_o   = is_mailbox_q ? 8'd0 : 8'd1;
  assign m_axi_awvalid_o = busy_q && !address_done_q;
  assign m_axi_wvalid_o  = busy_q && !data_done_q;
  assign m_axi_wlast_o   = last_q;
  assign m_axi_wdata_o   = is_mailbox_q ? {352'd0, mailboxes_q, 24'd0, told_errors_q, 4'd0, told_taken_q, told_lost_q, told_q} :
                           last_q ? event_data[1023:512] : event_data[511:0];
  assign m_axi_bready_o  = 1'b1;

  assign producer_o = done_q;
  assign error_o    = error_q;
  assign settled_o  = !busy_q && outstanding_q == '0 && !event_valid && !mailbox_due;
  assign stopped_o  = !busy_q && outstanding_q == '0 && !event_valid && !run_i;

  always_ff @(posedge clk_i) begin
    if (begin_mailbox) begin
      busy_q         <= 1'b1;
      is_mailbox_q   <= 1'b1;
      last_q         <= 1'b1;
      m_axi_awaddr_o <= mailbox_base_i;
      mailbox_busy_q <= 1'b1;
      first_q        <= 1'b0;
      told_q         <= done_q;
      told_lost_q    <= lost_o;
      told_taken_q   <= doorbell_consumer_i;
      told_errors_q  <= errors_i;
      mailboxes_q    <= mailboxes_q + 1'b1;
    end
    if (begin_event) begin
      busy_q         <= 1'b1;
      is_mailbox_q   <= 1'b0;
      last_q         <= 1'b0;
      m_axi_awaddr_o <= base_i + {25'd0, slot, 7'd0};
      issued_q       <= issued_q + 1'b1;
    end
    if (busy_q && m_axi_wready_i) last_q <= 1'b1;
    address_done_q <= busy_q && address_done && !offered;
    data_done_q    <= busy_q && data_done && !offered;
    if (offered) busy_q <= 1'b0;

    if (begin_mailbox || begin_event) begin
      kinds_q[kinds_in_q] <= begin_mailbox;
      kinds_in_q          <= kinds_in_q + 1'b1;
    end
    if ((begin_mailbox || begin_event) != answered) outstanding_q <= answered ? outstanding_q - 1'b1 : outstanding_q + 1'b1;
    if (answered) begin
      kinds_out_q <= kinds_out_q + 1'b1;
      if (kinds_q[kinds_out_q]) mailbox_busy_q <= 1'b0;
      else if (!m_axi_bresp_i[1] && !error_q) done_q <= done_q + 1'b1;
      if (m_axi_bresp_i[1]) error_q <= 1'b1;
    end

    if (stopped_o || rst_i) begin
      issued_q      <= '0;
      done_q        <= '0;
      told_q        <= '0;
      told_lost_q   <= '0;
      told_taken_q  <= '0;
      told_errors_q <= '0;
      mailboxes_q   <= '0;
      first_q       <= 1'b1;
      error_q       <= 1'b0;
    end
    if (rst_i) begin
      busy_q         <= 1'b0;
      mailbox_busy_q <= 1'b0;
      kinds_in_q     <= '0;
      kinds_out_q    <= '0;
      outstanding_q  <= '0;
    end
  end

endmodule
`default_nettype wire
