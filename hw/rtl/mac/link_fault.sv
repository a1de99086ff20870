`include "twinpath_types.svh"
`default_nettype none

/// Watches XGMII for what the other side, or the PCS, says about the link.
///
/// Implements IEEE 802.3, 46.3.4 (link fault signaling): four ordered sets of one kind, none more than 127 columns of four bytes
/// behind the one before, make a fault; 128 columns without one end it.
/// Latency: 1 cycle behind the word with the fourth.
module link_fault (
    input  wire logic        clk_i,
    input  wire logic        rst_i,
    input  wire logic [63:0] xgmii_d_i,
    input  wire logic [7:0]  xgmii_c_i,
    output logic             local_o,   // nothing is received
    output logic             remote_o   // the other side receives nothing
);

  localparam logic [23:0] SEQUENCE = 24'h00009C;  // and one of these
  localparam logic [7:0]  LOCAL = 8'h01;
  localparam logic [7:0]  REMOTE = 8'h02;
  localparam logic [7:0]  COLUMNS = 8'd128;
  localparam logic [1:0]  ENOUGH = 2'd3;          // behind the first of its kind

  logic [1:0] sets_q;   // of one kind, behind the first
  logic       kind_q;   // 1: remote
  logic [7:0] since_q;  // columns since the last, up to COLUMNS
  logic       local_q;
  logic       remote_q;
  logic [1:0] sets;
  logic       kind;
  logic [7:0] since;
  logic       local_fault;
  logic       remote_fault;
  logic       found;
  logic       other;

  always_comb begin
    sets         = sets_q;
    kind         = kind_q;
    since        = since_q;
    local_fault  = local_q;
    remote_fault = remote_q;
    found        = 1'b0;
    other        = 1'b0;
    for (int i = 0; i < 2; i = i + 1) begin
      found = xgmii_c_i[4*i+:4] == 4'h1 && xgmii_d_i[32*i+:24] == SEQUENCE &&
              (xgmii_d_i[32*i+24+:8] == LOCAL || xgmii_d_i[32*i+24+:8] == REMOTE);
      other = kind != (xgmii_d_i[32*i+24+:8] == REMOTE);
      if (found) begin
        sets  = other || since == COLUMNS ? 2'd0 : sets == ENOUGH ? ENOUGH : sets + 2'd1;
        kind  = kind ^ other;
        since = '0;
        if (sets == ENOUGH) begin
          local_fault  = !kind;
          remote_fault = kind;
        end
      end else if (since != COLUMNS) begin
        since = since + 8'd1;
      end
      if (since == COLUMNS) begin
        local_fault  = 1'b0;
        remote_fault = 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    sets_q   <= sets;
    kind_q   <= kind;
    since_q  <= since;
    local_q  <= local_fault;
    remote_q <= remote_fault;
    if (rst_i) begin
      kind_q   <= 1'b0;
      since_q  <= COLUMNS;
      local_q  <= 1'b0;
      remote_q <= 1'b0;
    end
  end

  assign local_o  = local_q;
  assign remote_o = remote_q;

endmodule
`default_nettype wire
