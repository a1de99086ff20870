`include "twinpath_types.svh"
`default_nettype none

/// Finds the next occupied level of one side after a given rank, with its quantity, in the memories of depth_store.
///
/// Why: the best levels of a side are kept elsewhere; when one of them empties, the next one is fetched from the full
/// depth. Each step is one read or one find-first, never both in a cycle.
/// Ordering: the first read is repeated until no change that was accepted before or with the request, and that lies
/// behind req_after_i, is still unwritten. Changes at or before req_after_i need no waiting: they touch no bit that the
/// masks leave and no quantity that is found.
/// Safety: only reads. Whatever a change behind req_after_i does meanwhile, every step is taken once, so the search ends.
/// Latency: from acceptance to rsp_valid_o 5 cycles if nothing is found, 7 if in the group of 64 of req_after_i, 10 if in
/// another. Each read waits 1 cycle if a change reads in its cycle; an unwritten change behind req_after_i delays by up
/// to 6 more. Hence never more than 19.
module depth_search #(
    parameter int KEY_W = TP_SYM_W + 1 + TP_LEVEL_W,  // {symbol, side, rank}
    parameter int FLIGHT = 6
) (
    input  wire logic                              clk_i,
    input  wire logic                              rst_i,

    input  wire logic                              req_valid_i,
    output logic                                   req_ready_o,
    input  wire logic [TP_SYM_W-1:0]               req_symbol_i,
    input  wire logic                              req_side_i,
    input  wire logic [TP_LEVEL_W-1:0]             req_after_i,
    input  wire logic                              req_from_start_i,

    output logic                                   rsp_valid_o,
    input  wire logic                              rsp_ready_i,
    output logic                                   rsp_found_o,
    output logic [TP_LEVEL_W-1:0]                  rsp_rank_o,
    output logic [31:0]                            rsp_quantity_o,
    output logic                                   idle_o,

    // Changes that are not all written; bit 0 is the latest, one further each cycle.
    input  wire logic [FLIGHT-1:0]                 flight_valid_i,
    input  wire logic [FLIGHT*KEY_W-1:0]           flight_key_i,

    // Read ports, ours in a cycle with port_free_i.
    input  wire logic                              port_free_i,
    output logic [TP_SYM_W:0]                      side_o,         // address of the summary
    output logic                                   look_o,         // read summary and word
    output logic                                   word_re_o,
    output logic [5:0]                             group_o,        // with side_o the address of the word
    output logic                                   quantity_re_o,
    output logic [TP_LEVEL_W-1:0]                  rank_o,         // with side_o the address of the quantity
    input  wire logic [63:0]                       summary_i,      // a cycle after look_o
    input  wire logic [63:0]                       word_i,         // a cycle after word_re_o
    input  wire logic [63:0]                       row_i           // two cycles after quantity_re_o: odd, even rank
);

  localparam logic [2:0] IDLE = 3'd0;
  localparam logic [2:0] LOOK = 3'd1;      // read summary and own word, until they are current
  localparam logic [2:0] FIND = 3'd2;      // first bit of the word, first group of the summary
  localparam logic [2:0] READ = 3'd3;      // read the quantity, or the word of the next group
  localparam logic [2:0] WORD = 3'd4;      // the word of the next group has arrived
  localparam logic [2:0] ACCESS = 3'd5;    // quantity in the memory
  localparam logic [2:0] QUANTITY = 3'd6;  // quantity has arrived
  localparam logic [2:0] ANSWER = 3'd7;

  logic [2:0]            state_q;
  logic                  accept;
  logic [TP_SYM_W:0]     side_q;
  logic [TP_LEVEL_W-1:0] after_q;
  logic                  from_start_q;
  logic                  fresh_q;        // first cycle after acceptance
  logic                  looked_q;       // summary and own word have arrived
  logic [FLIGHT-1:0]     ahead;          // unwritten changes that the answer must show
  logic [FLIGHT-1:0]     ahead_q;        // as of the cycle of the last read
  logic [5:0]            group_q;
  logic                  group_held_q;
  logic [63:0]           word_q;
  logic [63:0]           groups_q;
  logic                  in_word_q;
  logic                  in_group_q;
  logic [5:0]            bit_q;
  logic [5:0]            next_group_q;
  logic [5:0]            first_bit;
  logic [5:0]            first_group;
  logic                  found_q;
  logic [31:0]           quantity_q;

  assign req_ready_o    = state_q == IDLE;
  assign accept         = req_valid_i && req_ready_o;
  assign rsp_valid_o    = state_q == ANSWER;
  assign rsp_found_o    = found_q;
  assign rsp_rank_o     = {group_q, bit_q};
  assign rsp_quantity_o = quantity_q;
  assign idle_o         = state_q == IDLE;

  assign side_o         = side_q;
  assign look_o         = state_q == LOOK;
  assign word_re_o      = look_o || (state_q == READ && !in_word_q && in_group_q);
  assign group_o        = look_o ? group_q : next_group_q;
  assign quantity_re_o  = state_q == READ && in_word_q;
  assign rank_o         = {group_q, bit_q};

  // ---- changes to wait for -------------------------------------------------------------------------------------------
  for (genvar i = 0; i < FLIGHT; i++) begin : g_ahead
    assign ahead[i] = flight_valid_i[i] && flight_key_i[i*KEY_W+TP_LEVEL_W+:TP_SYM_W+1] == side_q &&
                      (from_start_q || flight_key_i[i*KEY_W+:TP_LEVEL_W] > after_q);
  end

  // ---- what lies behind req_after_i ----------------------------------------------------------------------------------
  logic [63:0] bit_mask;
  logic [63:0] group_mask;
  assign bit_mask   = from_start_q ? '1 : ~64'd1 << after_q[5:0];
  assign group_mask = ~64'd1 << group_q;

  first_set u_first_bit (
      .bits_i (word_q),
      .index_o(first_bit)
  );
  first_set u_first_group (
      .bits_i (groups_q),
      .index_o(first_group)
  );

  // ---- steps -----------------------------------------------------------------------------------------------------------
  always_ff @(posedge clk_i) begin
    fresh_q  <= accept;
    looked_q <= look_o && port_free_i;
    ahead_q  <= fresh_q ? ahead : {ahead_q[FLIGHT-2:0], 1'b0};
    case (state_q)
      IDLE: begin
        side_q       <= {req_symbol_i, req_side_i};
        after_q      <= req_after_i;
        from_start_q <= req_from_start_i;
        group_q      <= req_from_start_i ? 6'd0 : req_after_i[11:6];
        if (accept) state_q <= LOOK;
      end
      LOOK: begin
        group_held_q <= summary_i[group_q];
        word_q       <= word_i & bit_mask;
        groups_q     <= summary_i & group_mask;
        if (looked_q && ahead_q == '0) state_q <= FIND;
      end
      FIND: begin
        bit_q        <= first_bit;
        next_group_q <= first_group;
        in_word_q    <= group_held_q && word_q != '0;
        in_group_q   <= groups_q != '0;
        state_q      <= READ;
      end
      READ: begin
        found_q <= in_word_q;
        if (!in_word_q && !in_group_q) state_q <= ANSWER;
        else if (port_free_i) state_q <= in_word_q ? ACCESS : WORD;
      end
      WORD: begin
        group_q      <= next_group_q;
        group_held_q <= 1'b1;
        word_q       <= word_i;
        groups_q     <= '0;
        state_q      <= FIND;
      end
      ACCESS:   state_q <= QUANTITY;
      QUANTITY: begin
        quantity_q <= bit_q[0] ? row_i[63:32] : row_i[31:0];
        state_q    <= ANSWER;
      end
      default:  if (rsp_ready_i) state_q <= IDLE;
    endcase
    if (rst_i) state_q <= IDLE;
  end

endmodule
`default_nettype wire
