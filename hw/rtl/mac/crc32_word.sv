`include "twinpath_types.svh"
`default_nettype none

/// CRC-32 of Ethernet over 0 to 8 more bytes (IEEE 802.3, 3.2.9), first byte in data_i[7:0].
///
/// Why: a frame ends in any lane, and its check has to be known in the cycle in which it ends. Leading zeros do not change a
/// register of zeros: the bytes that are there are moved to the end of the word, so that one network of whole words does.
/// state_i is all ones before the first byte; the FCS is the complement of the state, its low byte first on the wire.
/// Latency: 0 cycles.
module crc32_word (
    input  wire logic [31:0] state_i,
    input  wire logic [63:0] data_i,
    input  wire logic [3:0]  bytes_i,  // bytes of data_i that count, from lane 0; 0 to 8
    output logic      [31:0] state_o
);

  localparam logic [31:0] POLYNOMIAL = 32'hEDB88320;

  // Row i: the bits of the word that bit i of the result is the parity of.
  function automatic [32*64-1:0] make_rows(input [31:0] polynomial);
    logic [31:0] state;
    make_rows = '0;
    for (int j = 0; j < 64; j = j + 1) begin
      state = '0;
      for (int k = 0; k < 64; k = k + 1) state = {1'b0, state[31:1]} ^ ((state[0] ^ (k == j)) ? polynomial : 32'd0);
      for (int i = 0; i < 32; i = i + 1) make_rows[64*i+j] = state[i];
    end
  endfunction
  localparam logic [32*64-1:0] ROWS = make_rows(POLYNOMIAL);

  logic [63:0] mixed;
  logic [63:0] moved;
  logic [31:0] rest;   // of the state, when fewer bytes than its own come

  assign mixed = data_i ^ {32'd0, state_i};
  always_comb begin
    moved = '0;
    rest  = state_i;
    for (int n = 1; n <= 8; n = n + 1) begin
      if (bytes_i == 4'(n)) begin
        moved = mixed << (64 - 8 * n);
        rest  = n < 4 ? state_i >> (8 * n) : 32'd0;
      end
    end
    state_o = '0;
    for (int i = 0; i < 32; i = i + 1) state_o[i] = ^(moved & ROWS[64*i+:64]) ^ rest[i];
  end

endmodule
`default_nettype wire
