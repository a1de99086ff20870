`include "twinpath_types.svh"
`default_nettype none
`timescale 1ns / 1ns

/// Plays a stimulus file on twinpath_core and writes what comes out, in a simulator of its own.
///
/// Why: a core that only one simulator ever ran may rest on that simulator's reading of the language, and a two-state one
/// hides registers that nobody set. This bench needs nothing but the core's ports.
/// Stimulus (hexadecimal numbers, one step a line; testbench/icarus/stimulus.h writes it):
///   1 address data          write a register        5                      wait until idle
///   2 address 0             read a register         6                      end
///   3 time beats fcs_error  a frame; after it, a line a beat: data keep
///   4 time command          a command, 128 bits     7 time                 advance the time
/// Output: `o data keep last` a beat of an order frame, `e record` an event, `r address value` a register, `end cycles`.
/// An output bit that is X or Z, a register error or a core that is stuck ends the run with a line `fail` and why.
/// Ordering: as the clocking of sim/verilator/core_driver.cpp: inputs are set while the clock is low, outputs are those
/// right before the edge.
module core_tb;
  parameter int SETS_LOG2 = 16;
  parameter int WAYS = 8;
  localparam int STALL = 200000;
  localparam int CLEARED = 4096;

  logic                 clk = 1'b0;
  logic                 rst = 1'b1;
  logic [TP_TIME_W-1:0] now = '0;
  logic [63:0]          s_tdata = '0;
  logic [7:0]           s_tkeep = '0;
  logic                 s_tvalid = 1'b0;
  logic                 s_tready;
  logic                 s_tlast = 1'b0;
  logic                 s_tuser = 1'b0;
  logic [127:0]         c_tdata = '0;
  logic                 c_tvalid = 1'b0;
  logic                 c_tready;
  logic [63:0]          m_tdata;
  logic [7:0]           m_tkeep;
  logic                 m_tvalid;
  logic                 m_tlast;
  logic [1023:0]        e_tdata;
  logic                 e_tvalid;
  logic [15:0]          awaddr = '0;
  logic                 awvalid = 1'b0;
  logic                 awready;
  logic [31:0]          wdata = '0;
  logic                 wvalid = 1'b0;
  logic                 wready;
  logic [1:0]           bresp;
  logic                 bvalid;
  logic [15:0]          araddr = '0;
  logic                 arvalid = 1'b0;
  logic                 arready;
  logic [31:0]          rdata;
  logic [1:0]           rresp;
  logic                 rvalid;
  logic                 ready;
  logic                 idle;

  twinpath_core #(
      .SETS_LOG2(SETS_LOG2),
      .WAYS     (WAYS)
  ) u_core (
      .clk_i           (clk),
      .rst_i           (rst),
      .time_i          (now),
      .s_axis_tdata_i  (s_tdata),
      .s_axis_tkeep_i  (s_tkeep),
      .s_axis_tvalid_i (s_tvalid),
      .s_axis_tready_o (s_tready),
      .s_axis_tlast_i  (s_tlast),
      .s_axis_tuser_i  (s_tuser),
      .s_cmd_tdata_i   (c_tdata),
      .s_cmd_tvalid_i  (c_tvalid),
      .s_cmd_tready_o  (c_tready),
      .m_axis_tdata_o  (m_tdata),
      .m_axis_tkeep_o  (m_tkeep),
      .m_axis_tvalid_o (m_tvalid),
      .m_axis_tready_i (1'b1),
      .m_axis_tlast_o  (m_tlast),
      .m_event_tdata_o (e_tdata),
      .m_event_tvalid_o(e_tvalid),
      .m_event_tready_i(1'b1),
      .s_axil_awaddr_i (awaddr),
      .s_axil_awvalid_i(awvalid),
      .s_axil_awready_o(awready),
      .s_axil_wdata_i  (wdata),
      .s_axil_wstrb_i  (4'hF),
      .s_axil_wvalid_i (wvalid),
      .s_axil_wready_o (wready),
      .s_axil_bresp_o  (bresp),
      .s_axil_bvalid_o (bvalid),
      .s_axil_bready_i (1'b1),
      .s_axil_araddr_i (araddr),
      .s_axil_arvalid_i(arvalid),
      .s_axil_arready_o(arready),
      .s_axil_rdata_o  (rdata),
      .s_axil_rresp_o  (rresp),
      .s_axil_rvalid_o (rvalid),
      .s_axil_rready_i (1'b1),
      .ready_o         (ready),
      .idle_o          (idle)
  );

  int          in_file;
  int          out_file;
  int unsigned cycles = 0;
  logic        checked = 1'b0;  // past reset: outputs must be known

  task fail(input [8*40-1:0] why);
    begin
      $fwrite(out_file, "fail %0s in cycle %0d\n", why, cycles);
      $fclose(out_file);
      $finish;
    end
  endtask

  // One clock cycle; inputs have been set.
  task tick;
    begin
      clk = 1'b0;
      #5;
      if (checked) begin
        if ((^{m_tvalid, e_tvalid, s_tready, c_tready, awready, wready, bvalid, arready, rvalid, ready, idle}) === 1'bx)
          fail("a handshake is X");
        if (m_tvalid) begin
          if ((^{m_tdata, m_tkeep, m_tlast}) === 1'bx) fail("an order frame has an X");
          $fwrite(out_file, "o %h %h %b\n", m_tdata, m_tkeep, m_tlast);
        end
        if (e_tvalid) begin
          if ((^e_tdata) === 1'bx) fail("an event has an X");
          $fwrite(out_file, "e %h\n", e_tdata);
        end
      end
      clk = 1'b1;
      #5;
      cycles = cycles + 1;
    end
  endtask

  int waited;

  task write_register(input [15:0] address, input [31:0] value);
    logic aw, w, b;
    begin
      awaddr  = address;
      wdata   = value;
      awvalid = 1'b1;
      wvalid  = 1'b1;
      b       = 1'b0;
      waited  = 0;
      while (!b) begin
        clk = 1'b0;
        #1;
        aw = awvalid && awready;
        w  = wvalid && wready;
        b  = bvalid;
        if (b && bresp != 2'd0) fail("a register write answered an error");
        tick;
        if (aw) awvalid = 1'b0;
        if (w) wvalid = 1'b0;
        waited = waited + 1;
        if (waited > STALL) fail("a register write is not answered");
      end
    end
  endtask

  task read_register(input [15:0] address);
    logic        ar, r;
    logic [31:0] value;
    begin
      araddr  = address;
      arvalid = 1'b1;
      r       = 1'b0;
      waited  = 0;
      while (!r) begin
        clk = 1'b0;
        #1;
        ar    = arvalid && arready;
        r     = rvalid;
        value = rdata;
        if (r && (rresp != 2'd0 || (^value) === 1'bx)) fail("a register read answered an error or X");
        tick;
        if (ar) arvalid = 1'b0;
        waited = waited + 1;
        if (waited > STALL) fail("a register read is not answered");
      end
      $fwrite(out_file, "r %h %h\n", address, value);
    end
  endtask

  task wait_until(input [TP_TIME_W-1:0] at);
    begin
      while (now < at) begin
        if (idle) now = at;
        else begin
          tick;
          now = now + 1'b1;
        end
      end
    end
  endtask

  task run_until_idle;
    begin
      // idle is registered: it sees what was just taken a cycle later.
      repeat (3) tick;
      waited = 0;
      while (!idle) begin
        tick;
        waited = waited + 1;
        if (waited > STALL) fail("the core does not become idle");
      end
    end
  endtask

  // The core clears its locate table an entry a cycle. Behind the first CLEARED entries, which it cleared itself, the table
  // is cleared here but for the last 256: 61,184 cycles that are all the same.
  task clear_the_rest;
    int entry;
    begin
      for (entry = CLEARED; entry < 65536 - 256; entry = entry + 1)
        u_core.u_feed.u_itch_decoder.u_locate.mem[entry] = 9'd0;
      u_core.u_feed.u_itch_decoder.clear_q = 17'd65536 - 17'd256;
    end
  endtask

  // The inputs' ready does not depend on their valid, so it may be read before.
  task play_frame(input [TP_TIME_W-1:0] at, input int beats, input logic fcs_error);
    int n;
    int got;
    begin
      wait_until(at);
      for (n = 1; n <= beats; n = n + 1) begin
        got      = $fscanf(in_file, "%h %h", s_tdata, s_tkeep);
        if (got != 2) fail("stimulus: a beat is missing");
        s_tvalid = 1'b1;
        s_tlast  = n == beats;
        s_tuser  = n == beats && fcs_error;
        waited   = 0;
        clk      = 1'b0;
        #1;
        while (!s_tready) begin
          tick;
          clk = 1'b0;
          #1;
          waited = waited + 1;
          if (waited > STALL) fail("a beat of a frame is not taken");
        end
        tick;
        now = now + 1'b1;
      end
      s_tvalid = 1'b0;
      s_tlast  = 1'b0;
      s_tuser  = 1'b0;
    end
  endtask

  task play_command(input [TP_TIME_W-1:0] at, input [127:0] command);
    begin
      wait_until(at);
      c_tdata  = command;
      c_tvalid = 1'b1;
      waited   = 0;
      clk      = 1'b0;
      #1;
      while (!c_tready) begin
        tick;
        clk = 1'b0;
        #1;
        waited = waited + 1;
        if (waited > STALL) fail("a command is not taken");
      end
      tick;
      c_tvalid = 1'b0;
    end
  endtask

  logic [8*512-1:0]     in_name;
  logic [8*512-1:0]     out_name;
  int                   step;
  int                   got;
  logic [TP_TIME_W-1:0] at;
  logic [31:0]          first;
  logic [31:0]          second;
  logic [127:0]         command;

  initial begin
    if (!$value$plusargs("stimulus=%s", in_name) || !$value$plusargs("output=%s", out_name)) begin
      $display("core_tb: usage: vvp core_tb +stimulus=FILE +output=FILE");
      $finish;
    end
    in_file  = $fopen(in_name, "r");
    out_file = $fopen(out_name, "w");
    if (in_file == 0 || out_file == 0) begin
      $display("core_tb: cannot open %0s or %0s", in_name, out_name);
      $finish;
    end
    repeat (8) tick;
    rst = 1'b0;
    repeat (4) tick;
    checked = 1'b1;
    waited  = 0;
    while (!ready) begin
      if (waited == CLEARED) clear_the_rest;
      tick;
      waited = waited + 1;
      if (waited > STALL) fail("the core does not become ready");
    end
    step = 0;
    while (step != 6) begin
      got = $fscanf(in_file, "%h", step);
      if (got != 1) fail("stimulus: a step is missing");
      case (step)
        1: begin
          got = $fscanf(in_file, "%h %h", first, second);
          write_register(first[15:0], second);
        end
        2: begin
          got = $fscanf(in_file, "%h %h", first, second);
          read_register(first[15:0]);
        end
        3: begin
          got = $fscanf(in_file, "%h %h %h", at, first, second);
          play_frame(at, first, second[0]);
        end
        4: begin
          got = $fscanf(in_file, "%h %h", at, command);
          play_command(at, command);
        end
        5: run_until_idle;
        6: ;
        7: begin
          got = $fscanf(in_file, "%h", at);
          run_until_idle;
          if (now < at) now = at;
          repeat (4) tick;
          run_until_idle;
        end
        default: fail("stimulus: unknown step");
      endcase
    end
    $fwrite(out_file, "end %0d\n", cycles);
    $fclose(out_file);
    $finish;
  end
endmodule

`default_nettype wire
