`include "twinpath_types.svh"
`default_nettype none

/// The kernel's AXI4-Lite port: its own registers (twinpath.rdl, kernel), and everything else passed on to the core.
///
/// Why: the rings live in the host's clock and must answer even when the core's clock stands still.
/// Ordering: one access at a time; a write that waits goes before a read that waits. An access is answered before the
/// next one begins.
/// Safety: where the rings lie and how large they are can only be written while they are stopped, the indices only
/// while they run, and run can only be set once they have stopped; anything else, an unaligned access, and a write that
/// does not strobe all four bytes answer SLVERR and change nothing.
/// Latency: write address and data to response 3 cycles, read 3; the core's registers as long as register_crossing takes.
/// Implements AMBA AXI Protocol IHI 0022, part B (AXI4-Lite).
module kernel_control (
    input  wire logic        clk_i,
    input  wire logic        rst_i,

    input  wire logic [15:0] s_axil_awaddr_i,
    input  wire logic        s_axil_awvalid_i,
    output logic             s_axil_awready_o,
    input  wire logic [31:0] s_axil_wdata_i,
    input  wire logic [3:0]  s_axil_wstrb_i,
    input  wire logic        s_axil_wvalid_i,
    output logic             s_axil_wready_o,
    output logic      [1:0]  s_axil_bresp_o,
    output logic             s_axil_bvalid_o,
    input  wire logic        s_axil_bready_i,
    input  wire logic [15:0] s_axil_araddr_i,
    input  wire logic        s_axil_arvalid_i,
    output logic             s_axil_arready_o,
    output logic      [31:0] s_axil_rdata_o,
    output logic      [1:0]  s_axil_rresp_o,
    output logic             s_axil_rvalid_o,
    input  wire logic        s_axil_rready_i,

    // To the core's registers; holds until core_done_i.
    output logic             core_valid_o,
    output logic             core_write_o,
    output logic      [15:0] core_addr_o,
    output logic      [31:0] core_data_o,
    input  wire logic        core_done_i,
    input  wire logic [31:0] core_data_i,
    input  wire logic        core_error_i,
    input  wire logic [31:0] core_timeouts_i,

    output logic             run_o,
    output logic      [63:0] event_base_o,
    output logic      [4:0]  event_log2_o,
    output logic      [31:0] event_consumer_o,
    output logic      [63:0] doorbell_base_o,
    output logic      [4:0]  doorbell_log2_o,
    output logic      [31:0] doorbell_producer_o,
    output logic      [63:0] mailbox_base_o,
    input  wire logic [7:0]  status_i,           // as kernel_status
    input  wire logic [31:0] event_producer_i,
    input  wire logic [31:0] events_lost_i,
    input  wire logic [31:0] doorbell_consumer_i
);

  localparam logic [1:0] OKAY = 2'b00;
  localparam logic [1:0] SLVERR = 2'b10;

  // ---- the channels: an address and its data wait in registers ----
  logic [15:0] awaddr_q;
  logic        aw_q;
  logic [31:0] wdata_q;
  logic [3:0]  wstrb_q;
  logic        w_q;
  logic        b_q;
  logic [1:0]  bresp_q;
  logic [15:0] araddr_q;
  logic        ar_q;
  logic        r_q;
  logic [31:0] rdata_q;
  logic [1:0]  rresp_q;

  logic        active_q;   // the access below is being worked on
  logic        write_q;
  logic [15:0] addr;
  logic        whole;      // aligned, and all bytes
  logic        here;       // one of the kernel's own registers
  logic        done;
  logic        error;
  logic        local_error;
  logic [31:0] local_data;
  logic        store;      // a write of the kernel's own takes effect
  logic        start_write;
  logic        start_read;

  assign s_axil_awready_o = !aw_q;
  assign s_axil_wready_o  = !w_q;
  assign s_axil_bvalid_o  = b_q;
  assign s_axil_bresp_o   = bresp_q;
  assign s_axil_arready_o = !ar_q;
  assign s_axil_rvalid_o  = r_q;
  assign s_axil_rdata_o   = rdata_q;
  assign s_axil_rresp_o   = rresp_q;

  assign start_write = !active_q && aw_q && w_q && !b_q;
  assign start_read  = !active_q && ar_q && !r_q && !start_write;

  assign addr  = write_q ? awaddr_q : araddr_q;
  assign whole = addr[1:0] == 2'b00 && (!write_q || (&wstrb_q));
  assign here  = addr[15:8] == twinpath_regs_pkg::REG_KERNEL_CONTROL[15:8];

  assign core_valid_o = active_q && whole && !here;
  assign core_write_o = write_q;
  assign core_addr_o  = addr;
  assign core_data_o  = wdata_q;

  assign done  = active_q && (!whole || here || core_done_i);
  assign error = !whole || (here ? local_error : core_error_i);
  assign store = active_q && whole && here && write_q && !local_error;

  always_ff @(posedge clk_i) begin
    if (s_axil_awvalid_i && !aw_q) begin
      aw_q     <= 1'b1;
      awaddr_q <= s_axil_awaddr_i;
    end
    if (s_axil_wvalid_i && !w_q) begin
      w_q     <= 1'b1;
      wdata_q <= s_axil_wdata_i;
      wstrb_q <= s_axil_wstrb_i;
    end
    if (s_axil_arvalid_i && !ar_q) begin
      ar_q     <= 1'b1;
      araddr_q <= s_axil_araddr_i;
    end
    if (b_q && s_axil_bready_i) b_q <= 1'b0;
    if (r_q && s_axil_rready_i) r_q <= 1'b0;
    if (start_write || start_read) begin
      active_q <= 1'b1;
      write_q  <= start_write;
    end
    if (done) begin
      active_q <= 1'b0;
      if (write_q) begin
        aw_q    <= 1'b0;
        w_q     <= 1'b0;
        b_q     <= 1'b1;
        bresp_q <= error ? SLVERR : OKAY;
      end else begin
        ar_q    <= 1'b0;
        r_q     <= 1'b1;
        rdata_q <= error ? '0 : here ? local_data : core_data_i;
        rresp_q <= error ? SLVERR : OKAY;
      end
    end
    if (rst_i) begin
      aw_q     <= 1'b0;
      w_q      <= 1'b0;
      b_q      <= 1'b0;
      ar_q     <= 1'b0;
      r_q      <= 1'b0;
      active_q <= 1'b0;
    end
  end

  // ---- the kernel's own registers ----
  logic        run_q;
  logic [63:0] event_base_q;
  logic [4:0]  event_log2_q;
  logic [31:0] event_consumer_q;
  logic [63:0] doorbell_base_q;
  logic [4:0]  doorbell_log2_q;
  logic [31:0] doorbell_producer_q;
  logic [63:0] mailbox_base_q;
  logic        stopped;
  logic        run_data;

  assign run_o               = run_q;
  assign event_base_o        = {event_base_q[63:12], 12'd0};
  assign event_log2_o        = event_log2_q;
  assign event_consumer_o    = event_consumer_q;
  assign doorbell_base_o     = {doorbell_base_q[63:12], 12'd0};
  assign doorbell_log2_o     = doorbell_log2_q;
  assign doorbell_producer_o = doorbell_producer_q;
  assign mailbox_base_o      = {mailbox_base_q[63:6], 6'd0};

  assign stopped  = status_i[twinpath_regs_pkg::REG_KERNEL_STATUS_STOPPED_LSB];
  assign run_data = wdata_q[twinpath_regs_pkg::REG_KERNEL_CONTROL_RUN_LSB];

  always_comb begin
    local_error = 1'b0;
    local_data  = '0;
    case (addr)
      twinpath_regs_pkg::REG_KERNEL_CONTROL: begin
        local_error = write_q && run_data && !run_q && !stopped;
        local_data  = {31'd0, run_q} << twinpath_regs_pkg::REG_KERNEL_CONTROL_RUN_LSB;
      end
      twinpath_regs_pkg::REG_KERNEL_STATUS: begin
        local_error = write_q;
        local_data  = {24'd0, status_i};
      end
      twinpath_regs_pkg::REG_KERNEL_EVENT_BASE: begin
        local_error = write_q && !stopped;
        local_data  = {event_base_q[31:12], 12'd0};
      end
      twinpath_regs_pkg::REG_KERNEL_EVENT_BASE_HIGH: begin
        local_error = write_q && !stopped;
        local_data  = event_base_q[63:32];
      end
      twinpath_regs_pkg::REG_KERNEL_EVENT_SIZE: begin
        local_error = write_q && !stopped;
        local_data  = {27'd0, event_log2_q};
      end
      twinpath_regs_pkg::REG_KERNEL_EVENT_CONSUMER: begin
        local_error = write_q && !run_q;
        local_data  = event_consumer_q;
      end
      twinpath_regs_pkg::REG_KERNEL_EVENT_PRODUCER: begin
        local_error = write_q;
        local_data  = event_producer_i;
      end
      twinpath_regs_pkg::REG_KERNEL_EVENTS_LOST: begin
        local_error = write_q;
        local_data  = events_lost_i;
      end
      twinpath_regs_pkg::REG_KERNEL_DOORBELL_BASE: begin
        local_error = write_q && !stopped;
        local_data  = {doorbell_base_q[31:12], 12'd0};
      end
      twinpath_regs_pkg::REG_KERNEL_DOORBELL_BASE_HIGH: begin
        local_error = write_q && !stopped;
        local_data  = doorbell_base_q[63:32];
      end
      twinpath_regs_pkg::REG_KERNEL_DOORBELL_SIZE: begin
        local_error = write_q && !stopped;
        local_data  = {27'd0, doorbell_log2_q};
      end
      twinpath_regs_pkg::REG_KERNEL_DOORBELL_PRODUCER: begin
        local_error = write_q && !run_q;
        local_data  = doorbell_producer_q;
      end
      twinpath_regs_pkg::REG_KERNEL_DOORBELL_CONSUMER: begin
        local_error = write_q;
        local_data  = doorbell_consumer_i;
      end
      twinpath_regs_pkg::REG_KERNEL_TIMEOUTS: begin
        local_error = write_q;
        local_data  = core_timeouts_i;
      end
      twinpath_regs_pkg::REG_KERNEL_MAILBOX_BASE: begin
        local_error = write_q && !stopped;
        local_data  = {mailbox_base_q[31:6], 6'd0};
      end
      twinpath_regs_pkg::REG_KERNEL_MAILBOX_BASE_HIGH: begin
        local_error = write_q && !stopped;
        local_data  = mailbox_base_q[63:32];
      end
      default: local_error = 1'b1;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (store) begin
      case (addr)
        twinpath_regs_pkg::REG_KERNEL_CONTROL: run_q <= run_data;
        twinpath_regs_pkg::REG_KERNEL_EVENT_BASE: event_base_q[31:0] <= wdata_q;
        twinpath_regs_pkg::REG_KERNEL_EVENT_BASE_HIGH: event_base_q[63:32] <= wdata_q;
        twinpath_regs_pkg::REG_KERNEL_EVENT_SIZE: event_log2_q <= wdata_q[4:0];
        twinpath_regs_pkg::REG_KERNEL_EVENT_CONSUMER: event_consumer_q <= wdata_q;
        twinpath_regs_pkg::REG_KERNEL_DOORBELL_BASE: doorbell_base_q[31:0] <= wdata_q;
        twinpath_regs_pkg::REG_KERNEL_DOORBELL_BASE_HIGH: doorbell_base_q[63:32] <= wdata_q;
        twinpath_regs_pkg::REG_KERNEL_DOORBELL_SIZE: doorbell_log2_q <= wdata_q[4:0];
        twinpath_regs_pkg::REG_KERNEL_DOORBELL_PRODUCER: doorbell_producer_q <= wdata_q;
        twinpath_regs_pkg::REG_KERNEL_MAILBOX_BASE: mailbox_base_q[31:0] <= wdata_q;
        twinpath_regs_pkg::REG_KERNEL_MAILBOX_BASE_HIGH: mailbox_base_q[63:32] <= wdata_q;
        default: ;
      endcase
    end
    if (!run_q) begin
      event_consumer_q    <= '0;
      doorbell_producer_q <= '0;
    end
    if (rst_i) begin
      run_q           <= 1'b0;
      event_base_q    <= '0;
      event_log2_q    <= '0;
      doorbell_base_q <= '0;
      doorbell_log2_q <= '0;
      mailbox_base_q  <= '0;
    end
  end

endmodule
`default_nettype wire
