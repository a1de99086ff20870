`include "twinpath_types.svh"
`default_nettype none

/// The register map of twinpath.rdl behind an AXI4-Lite slave.
///
/// Why: the host loads configuration, sends commands and reads counters through one small window; offsets come from
/// the generated package only. Manual: REGISTERS.md.
/// Safety: an access that the map does not name changes nothing and answers SLVERR, and so does a command pushed while
/// the one before it still waits. Nothing is lost without an answer that says so.
/// Ordering: configuration words leave on cfg_o in the order they are written. A command leaves unchanged on
/// cmd_tdata_o and is held until taken; soft reset discards one that waits.
/// 64-bit registers: reading the low word latches the high word; a high word is given only for the register whose low
/// word was read last, so that two halves always belong together.
/// Latency: cfg_o, cmd_tvalid_o, wire_mode_o and soft_reset_o change 2 cycles after the later of write address and
/// data; read data 2 cycles after the read address (counters 3, histograms 5 when no order is being recorded).
module axil_regs #(
    parameter int DATA_W    = 64,
    parameter int SYMBOLS   = TP_SYMBOLS,
    parameter int SETS_LOG2 = 16,
    parameter int WAYS      = 8,
    parameter int LEVELS    = 1 << TP_LEVEL_W
) (
    input  wire logic                 clk_i,
    input  wire logic                 rst_i,
    input  wire logic [TP_TIME_W-1:0] time_i,

    input  wire logic [15:0]          s_axil_awaddr_i,
    input  wire logic                 s_axil_awvalid_i,
    output logic                      s_axil_awready_o,
    input  wire logic [31:0]          s_axil_wdata_i,
    input  wire logic [3:0]           s_axil_wstrb_i,
    input  wire logic                 s_axil_wvalid_i,
    output logic                      s_axil_wready_o,
    output logic      [1:0]           s_axil_bresp_o,
    output logic                      s_axil_bvalid_o,
    input  wire logic                 s_axil_bready_i,
    input  wire logic [15:0]          s_axil_araddr_i,
    input  wire logic                 s_axil_arvalid_i,
    output logic                      s_axil_arready_o,
    output logic      [31:0]          s_axil_rdata_o,
    output logic      [1:0]           s_axil_rresp_o,
    output logic                      s_axil_rvalid_o,
    input  wire logic                 s_axil_rready_i,

    output tp_cfg_t                   cfg_o,           // never stalls
    output logic      [127:0]         cmd_tdata_o,     // tp_msg_t.command
    output logic                      cmd_tvalid_o,
    input  wire logic                 cmd_tready_i,
    output logic                      wire_mode_o,
    output logic                      soft_reset_o,    // one cycle
    input  wire logic                 ready_i,
    input  wire logic                 idle_i,
    input  wire logic                 discarded_i,     // pulses
    input  wire logic                 held_i,

    output logic                      cnt_re_o,        // counters.sv
    output logic      [6:0]           cnt_index_o,
    input  wire logic [63:0]          cnt_data_i,      // 1 cycle after cnt_re_o
    output logic                      hist_re_o,       // latency_histogram.sv; holds until hist_done_i
    output logic                      hist_summary_o,
    output logic      [2:0]           hist_class_o,
    output logic      [7:0]           hist_index_o,
    input  wire logic                 hist_done_i,
    input  wire logic [31:0]          hist_data_i
);

  initial begin
    if (twinpath_regs_pkg::COUNTERS > 128) $fatal(1, "axil_regs: the counter window holds 128 counters");
    if (SETS_LOG2 < 1 || SETS_LOG2 > 16) $fatal(1, "axil_regs: SETS_LOG2 must be 1 to 16");
    if (WAYS < 1 || WAYS > 255) $fatal(1, "axil_regs: WAYS must be 1 to 255");
    if (LEVELS < 1 || LEVELS > 65535) $fatal(1, "axil_regs: LEVELS must be 1 to 65535");
  end

  logic        wr_valid;
  logic [15:0] wr_addr;
  logic [31:0] wr_data;
  logic        wr_error;
  logic        rd_valid;
  logic [15:0] rd_addr;
  logic        rd_done;
  logic [31:0] rd_data;
  logic        rd_error;

  axil_slave #(
      .ADDR_W(16)
  ) u_slave (
      .clk_i           (clk_i),
      .rst_i           (rst_i),
      .s_axil_awaddr_i (s_axil_awaddr_i),
      .s_axil_awvalid_i(s_axil_awvalid_i),
      .s_axil_awready_o(s_axil_awready_o),
      .s_axil_wdata_i  (s_axil_wdata_i),
      .s_axil_wstrb_i  (s_axil_wstrb_i),
      .s_axil_wvalid_i (s_axil_wvalid_i),
      .s_axil_wready_o (s_axil_wready_o),
      .s_axil_bresp_o  (s_axil_bresp_o),
      .s_axil_bvalid_o (s_axil_bvalid_o),
      .s_axil_bready_i (s_axil_bready_i),
      .s_axil_araddr_i (s_axil_araddr_i),
      .s_axil_arvalid_i(s_axil_arvalid_i),
      .s_axil_arready_o(s_axil_arready_o),
      .s_axil_rdata_o  (s_axil_rdata_o),
      .s_axil_rresp_o  (s_axil_rresp_o),
      .s_axil_rvalid_o (s_axil_rvalid_o),
      .s_axil_rready_i (s_axil_rready_i),
      .wr_valid_o      (wr_valid),
      .wr_addr_o       (wr_addr),
      .wr_data_o       (wr_data),
      .wr_error_i      (wr_error),
      .rd_valid_o      (rd_valid),
      .rd_addr_o       (rd_addr),
      .rd_done_i       (rd_done),
      .rd_data_i       (rd_data),
      .rd_error_i      (rd_error)
  );

  // ---- writes -----------------------------------------------------------------------------------------------------
  logic        wire_mode_q;
  logic        soft_reset_q;
  logic [3:0]  cfg_table_q;
  logic [15:0] cfg_index_q;
  logic [4:0]  cfg_word_q;
  logic        cfg_valid_q;
  logic [4:0]  cfg_valid_word_q;
  logic [31:0] cfg_data_q;
  logic [31:0] cmd0_q;
  logic [31:0] cmd1_q;
  logic [31:0] cmd2_q;
  logic [31:0] cmd3_q;
  logic [127:0] cmd_q;
  logic        cmd_valid_q;
  logic        wr_push;

  assign wr_push = wr_data[twinpath_regs_pkg::REG_CMD_PUSH_PUSH_LSB];

  always_comb begin
    case (wr_addr)
      twinpath_regs_pkg::REG_CONTROL, twinpath_regs_pkg::REG_CFG_ADDR, twinpath_regs_pkg::REG_CFG_DATA,
      twinpath_regs_pkg::REG_CMD0, twinpath_regs_pkg::REG_CMD1, twinpath_regs_pkg::REG_CMD2,
      twinpath_regs_pkg::REG_CMD3: wr_error = 1'b0;
      twinpath_regs_pkg::REG_CMD_PUSH: wr_error = wr_push && cmd_valid_q;
      default: wr_error = 1'b1;
    endcase
  end

  always_ff @(posedge clk_i) begin
    soft_reset_q <= 1'b0;
    cfg_valid_q  <= 1'b0;
    if (cmd_tready_i) cmd_valid_q <= 1'b0;
    if (wr_valid && !wr_error) begin
      case (wr_addr)
        twinpath_regs_pkg::REG_CONTROL: begin
          wire_mode_q  <= wr_data[twinpath_regs_pkg::REG_CONTROL_WIRE_MODE_LSB];
          soft_reset_q <= wr_data[twinpath_regs_pkg::REG_CONTROL_SOFT_RESET_LSB];
        end
        twinpath_regs_pkg::REG_CFG_ADDR: begin
          cfg_table_q <= wr_data[twinpath_regs_pkg::REG_CFG_ADDR_TABLE_ID_LSB +: 4];
          cfg_index_q <= wr_data[twinpath_regs_pkg::REG_CFG_ADDR_INDEX_LSB +: 16];
          cfg_word_q  <= wr_data[twinpath_regs_pkg::REG_CFG_ADDR_WORD_LSB +: 5];
        end
        twinpath_regs_pkg::REG_CFG_DATA: begin
          cfg_valid_q      <= 1'b1;
          cfg_data_q       <= wr_data;
          cfg_valid_word_q <= cfg_word_q;
          cfg_word_q       <= cfg_word_q + 5'd1;
        end
        twinpath_regs_pkg::REG_CMD0: cmd0_q <= wr_data;
        twinpath_regs_pkg::REG_CMD1: cmd1_q <= wr_data;
        twinpath_regs_pkg::REG_CMD2: cmd2_q <= wr_data;
        twinpath_regs_pkg::REG_CMD3: cmd3_q <= wr_data;
        twinpath_regs_pkg::REG_CMD_PUSH: begin
          if (wr_push) begin
            // A copy, so that the next command can be written while this one waits.
            cmd_valid_q <= 1'b1;
            cmd_q       <= {cmd3_q, cmd2_q, cmd1_q, cmd0_q};
          end
        end
        default: ;
      endcase
    end
    if (soft_reset_q) cmd_valid_q <= 1'b0;
    if (rst_i) begin
      wire_mode_q  <= 1'b0;
      soft_reset_q <= 1'b0;
      cfg_table_q  <= '0;
      cfg_index_q  <= '0;
      cfg_word_q   <= '0;
      cfg_valid_q  <= 1'b0;
      cmd0_q       <= '0;
      cmd1_q       <= '0;
      cmd2_q       <= '0;
      cmd3_q       <= '0;
      cmd_valid_q  <= 1'b0;
    end
  end

  // The slave presents a write only after the one before was answered, so table and index hold while cfg_valid_q is up.
  assign cfg_o        = {cfg_valid_q, cfg_table_q, cfg_index_q, cfg_valid_word_q, cfg_data_q};
  assign cmd_tdata_o  = cmd_q;
  assign cmd_tvalid_o = cmd_valid_q;
  assign wire_mode_o  = wire_mode_q;
  assign soft_reset_o = soft_reset_q;

  // ---- reads ------------------------------------------------------------------------------------------------------
  localparam logic [31:0] BUILD0 = (SYMBOLS << twinpath_regs_pkg::REG_BUILD0_SYMBOLS_LSB) |
                                   (DATA_W << twinpath_regs_pkg::REG_BUILD0_DATA_WIDTH_LSB);
  localparam logic [31:0] BUILD1 = (LEVELS << twinpath_regs_pkg::REG_BUILD1_LEVELS_LSB) |
                                   (WAYS << twinpath_regs_pkg::REG_BUILD1_WAYS_LSB) |
                                   (SETS_LOG2 << twinpath_regs_pkg::REG_BUILD1_SETS_LOG2_LSB);

  // The windows are powers of two, so that a window is the upper address bits and a number in it the lower ones. Those
  // of the latency classes begin where class 0 would be, which does not exist.
  localparam int          LATENCY_STRIDE = twinpath_regs_pkg::REG_LATENCY_STRIDE;
  localparam int          HISTOGRAM_STRIDE = twinpath_regs_pkg::REG_HISTOGRAM_STRIDE;
  localparam logic [15:0] COUNTER_WINDOW = twinpath_regs_pkg::REG_COUNTERS;
  localparam logic [15:0] LATENCY_WINDOW = twinpath_regs_pkg::REG_LATENCY - 16'(LATENCY_STRIDE);
  localparam logic [15:0] HISTOGRAM_WINDOW = twinpath_regs_pkg::REG_HISTOGRAM - 16'(HISTOGRAM_STRIDE);
  localparam logic [2:0]  CLASSES = twinpath_regs_pkg::LATENCY_TRADE;

  initial begin
    if (COUNTER_WINDOW % 1024 != 0 || LATENCY_WINDOW % 128 != 0 || HISTOGRAM_WINDOW % 8192 != 0)
      $fatal(1, "axil_regs: a register window of twinpath.rdl is not aligned to its size");
    if (LATENCY_STRIDE != 16 || HISTOGRAM_STRIDE != 1024)
      $fatal(1, "axil_regs: the register windows of twinpath.rdl changed their stride");
  end

  logic       in_counters;
  logic       in_latency;
  logic       in_histogram;
  logic [2:0] latency_class;
  logic [2:0] histogram_class;

  assign cnt_index_o     = rd_addr[9:3];
  assign latency_class   = rd_addr[6:4];
  assign histogram_class = rd_addr[12:10];
  assign in_counters     = rd_addr[15:10] == COUNTER_WINDOW[15:10] && 32'(cnt_index_o) < twinpath_regs_pkg::COUNTERS;
  assign in_latency      = rd_addr[15:7] == LATENCY_WINDOW[15:7] && latency_class != 3'd0 &&
                           latency_class <= CLASSES && rd_addr[3:2] != 2'd3;
  assign in_histogram    = rd_addr[15:13] == HISTOGRAM_WINDOW[15:13] && histogram_class != 3'd0 &&
                           histogram_class <= CLASSES;

  // The latched high word, and whose it is: {1, counter index}, or 0x01 for the time, or 0 for none.
  localparam logic [7:0] HIGH_NONE = 8'h00;
  localparam logic [7:0] HIGH_TIME = 8'h01;
  logic [31:0] high_q;
  logic [7:0]  high_of_q;
  logic        cnt_wait_q;

  assign cnt_re_o       = rd_valid && in_counters && !rd_addr[2] && !cnt_wait_q;
  assign hist_re_o      = rd_valid && (in_latency || in_histogram);
  assign hist_summary_o = in_latency;
  assign hist_class_o   = in_latency ? latency_class : histogram_class;
  assign hist_index_o   = in_latency ? {6'd0, rd_addr[3:2]} : rd_addr[9:2];

  logic        rd_high;
  logic [31:0] control_word;
  logic [31:0] status_word;
  logic [31:0] cmd_status_word;
  logic [31:0] time_low;
  logic [31:0] counter_low;

  assign rd_high         = rd_addr[2];
  assign control_word    = {31'd0, wire_mode_q} << twinpath_regs_pkg::REG_CONTROL_WIRE_MODE_LSB;
  assign status_word     = ({31'd0, ready_i} << twinpath_regs_pkg::REG_STATUS_READY_LSB) |
                           ({31'd0, idle_i && !cmd_valid_q} << twinpath_regs_pkg::REG_STATUS_IDLE_LSB);
  assign cmd_status_word = {31'd0, cmd_valid_q} << twinpath_regs_pkg::REG_CMD_STATUS_FULL_LSB;
  logic [31:0] discarded_q;
  logic [31:0] held_q;
  always_ff @(posedge clk_i) begin
    if (discarded_i && discarded_q != '1) discarded_q <= discarded_q + 1'b1;
    if (held_i && held_q != '1) held_q <= held_q + 1'b1;
    if (rst_i || soft_reset_q) begin
      discarded_q <= '0;
      held_q      <= '0;
    end
  end

  assign time_low        = time_i[31:0];
  assign counter_low     = cnt_data_i[31:0];

  always_comb begin
    rd_done  = rd_valid;
    rd_error = 1'b0;
    rd_data  = '0;
    if (in_counters && !rd_high) begin
      rd_done = cnt_wait_q;
      rd_data = counter_low;
    end else if (in_counters) begin
      rd_error = high_of_q != {1'b1, cnt_index_o};
      rd_data  = high_q;
    end else if (in_latency || in_histogram) begin
      rd_done = hist_done_i;
      rd_data = hist_data_i;
    end else begin
      case (rd_addr)
        twinpath_regs_pkg::REG_ID: rd_data = twinpath_regs_pkg::MAP_MAGIC;
        twinpath_regs_pkg::REG_MAP_VERSION: rd_data = twinpath_regs_pkg::MAP_VERSION;
        twinpath_regs_pkg::REG_BUILD0: rd_data = BUILD0;
        twinpath_regs_pkg::REG_BUILD1: rd_data = BUILD1;
        twinpath_regs_pkg::REG_CONTROL: rd_data = control_word;
        twinpath_regs_pkg::REG_STATUS: rd_data = status_word;
        twinpath_regs_pkg::REG_CFG_ADDR: rd_data = {cfg_table_q, cfg_index_q, 7'd0, cfg_word_q};
        twinpath_regs_pkg::REG_CMD0: rd_data = cmd0_q;
        twinpath_regs_pkg::REG_CMD1: rd_data = cmd1_q;
        twinpath_regs_pkg::REG_CMD2: rd_data = cmd2_q;
        twinpath_regs_pkg::REG_CMD3: rd_data = cmd3_q;
        twinpath_regs_pkg::REG_CMD_STATUS: rd_data = cmd_status_word;
        twinpath_regs_pkg::REG_TIME: rd_data = time_low;
        twinpath_regs_pkg::REG_DISCARDED: rd_data = discarded_q;
        twinpath_regs_pkg::REG_HELD: rd_data = held_q;
        twinpath_regs_pkg::REG_TIME_HIGH: begin
          rd_error = high_of_q != HIGH_TIME;
          rd_data  = high_q;
        end
        default: rd_error = 1'b1;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    cnt_wait_q <= cnt_re_o;
    if (cnt_wait_q) begin
      high_q    <= cnt_data_i[63:32];
      high_of_q <= {1'b1, cnt_index_o};
    end
    if (rd_valid && rd_addr == twinpath_regs_pkg::REG_TIME) begin
      high_q    <= {{(64 - TP_TIME_W) {1'b0}}, time_i[TP_TIME_W-1:32]};
      high_of_q <= HIGH_TIME;
    end
    if (rst_i || soft_reset_q) high_of_q <= HIGH_NONE;
    if (rst_i) cnt_wait_q <= 1'b0;
  end

endmodule
`default_nettype wire
