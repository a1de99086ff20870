`include "risk/risk_types.svh"
`include "net/packet_types.svh"
`include "book/book_types.svh"
`default_nettype none

/// AXI4-Stream: what is offered stays on offer, unchanged, until it is taken. For every source of a stream of the core that
/// has no proof of its own over any number of cycles: order frames at each width, events and the records before they are queued,
/// commands of the registers, packets out of their slots, and search and answer of the depth store. Whatever comes in is free.
/// Assumed: a queue holds its offer (fifo.sv); the slot that is played is always the same, and nothing is stored meanwhile or just before
/// (reorder_buffer's contract). A soft reset takes back a command that waits.
module streams_formal (
    input wire logic                clk_i,
    input wire logic [7:0]          ready_i,         // of each stream
    input wire tp_cfg_t             cfg_i,
    // order frames
    input wire logic                order_valid_i,
    input wire logic                order_cancel_i,
    input wire tp_order_t           order_i,
    input wire logic                begin_i,
    // records and events
    input wire logic                load_i,
    input wire logic                finish_i,
    input wire tp_intent_t          intent_i,
    input wire tp_finding_t         finding_i,
    input wire tp_event_t           event_i,
    // packets
    input wire logic                write_i,
    input wire tp_packet_t          packet_i,
    input wire logic                play_i,
    input wire logic                commit_i,
    input wire logic                free_i,
    // depth store
    input wire logic                hold_i,
    input wire logic                own_i,
    input wire tp_side_t            bid_i,
    input wire tp_side_t            ask_i,
    input wire logic                req_valid_i,
    input wire logic [TP_LEVEL_W-1:0] req_after_i,
    input wire logic                found_valid_i,
    input wire logic                port_free_i,
    input wire logic [191:0]        rows_i
);

  // There is no reset: registers begin with any value, so what holds from the second cycle on holds in every state.

  // ---- order frames, at each width -------------------------------------------------------------------------------------------
  logic [2:0] frame_held;

  for (genvar w = 0; w < 3; w = w + 1) begin : g_width
    localparam int DATA_W = 32 << w;
    logic [DATA_W-1:0]   tdata;
    logic [DATA_W/8-1:0] tkeep;
    logic                tvalid;
    logic                tlast;
    logic                tuser;

    order_tx #(
        .DATA_W(DATA_W)
    ) u_order_tx (
        .clk_i          (clk_i),
        .rst_i          (1'b0),
        .cycle_i        ('0),
        .cfg_i          (cfg_i),
        .order_valid_i  (order_valid_i),
        .order_cancel_i (order_cancel_i),
        .order_i        (order_i),
        .begin_i        (begin_i),
        .room_o         (),
        .m_axis_tdata_o (tdata),
        .m_axis_tkeep_o (tkeep),
        .m_axis_tvalid_o(tvalid),
        .m_axis_tlast_o (tlast),
        .m_axis_tuser_o (tuser),
        .m_axis_tready_i(ready_i[w]),
        .started_valid_o(),
        .started_cycle_o(),
        .discarded_o    (),
        .idle_o         ()
    );

    stream_held #(
        .WIDTH(DATA_W + DATA_W / 8 + 2)
    ) u_held (
        .clk_i  (clk_i),
        .valid_i(tvalid),
        .ready_i(ready_i[w]),
        .data_i ({tdata, tkeep, tlast, tuser}),
        .held_o (frame_held[w])
    );
  end

  // ---- records and events ------------------------------------------------------------------------------------------------------
  tp_event_t           record;
  logic                record_valid;
  logic                record_order;
  logic [TP_CYC_W-1:0] record_last_byte;
  logic                record_held;
  logic [1023:0]       tevent;
  logic                tevent_valid;
  logic                event_held;

  decide_events u_events (
      .clk_i            (clk_i),
      .rst_i            (1'b0),
      .load_i           (load_i),
      .emit_i           (1'b1),
      .sent_i           (order_valid_i),
      .intent_i         (intent_i),
      .finding_i        (finding_i),
      .bad_command_i    (1'b0),
      .finish_i         (finish_i),
      .finished_i       (finding_i),
      .unknown_i        (1'b0),
      .overfill_i       (1'b0),
      .saturated_i      (1'b0),
      .nearly_full_o    (),
      .event_o          (record),
      .event_valid_o    (record_valid),
      .event_ready_i    (ready_i[3]),
      .event_order_o    (record_order),
      .event_last_byte_o(record_last_byte),
      .cnt_o            (),
      .idle_o           ()
  );

  stream_held #(
      .WIDTH(1024 + 1 + TP_CYC_W)
  ) u_record_held (
      .clk_i  (clk_i),
      .valid_i(record_valid),
      .ready_i(ready_i[3]),
      .data_i ({record, record_order, record_last_byte}),
      .held_o (record_held)
  );

  event_queue u_event_queue (
      .clk_i            (clk_i),
      .rst_i            (1'b0),
      .event_valid_i    (load_i),
      .event_ready_o    (),
      .event_i          (event_i),
      .event_order_i    (order_valid_i),
      .event_last_byte_i('0),
      .started_valid_i  (begin_i),
      .started_cycle_i  ('0),
      .m_event_tdata_o  (tevent),
      .m_event_tvalid_o (tevent_valid),
      .m_event_tready_i (ready_i[4]),
      .hist_valid_o     (),
      .hist_class_o     (),
      .hist_latency_o   (),
      .idle_o           ()
  );

  stream_held #(
      .WIDTH(1024)
  ) u_event_held (
      .clk_i  (clk_i),
      .valid_i(tevent_valid),
      .ready_i(ready_i[4]),
      .data_i (tevent),
      .held_o (event_held)
  );

  // ---- commands of the registers ---------------------------------------------------------------------------------------------
  logic [127:0] command;
  logic         command_valid;
  logic         soft_reset;
  logic         command_held;

  axil_regs u_regs (
      .clk_i           (clk_i),
      .rst_i           (1'b0),
      .time_i          ('0),
      .s_axil_awaddr_i ('0),
      .s_axil_awvalid_i(1'b0),
      .s_axil_awready_o(),
      .s_axil_wdata_i  ('0),
      .s_axil_wstrb_i  ('0),
      .s_axil_wvalid_i (1'b0),
      .s_axil_wready_o (),
      .s_axil_bresp_o  (),
      .s_axil_bvalid_o (),
      .s_axil_bready_i (1'b0),
      .s_axil_araddr_i ('0),
      .s_axil_arvalid_i(1'b0),
      .s_axil_arready_o(),
      .s_axil_rdata_o  (),
      .s_axil_rresp_o  (),
      .s_axil_rvalid_o (),
      .s_axil_rready_i (1'b0),
      .cfg_o           (),
      .cmd_tdata_o     (command),
      .cmd_tvalid_o    (command_valid),
      .cmd_tready_i    (ready_i[5]),
      .wire_mode_o     (),
      .soft_reset_o    (soft_reset),
      .ready_i         (1'b0),
      .idle_i          (1'b0),
      .discarded_i     (1'b0),
      .held_i          (1'b0),
      .cnt_re_o        (),
      .cnt_index_o     (),
      .cnt_data_i      ('0),
      .hist_re_o       (),
      .hist_summary_o  (),
      .hist_class_o    (),
      .hist_index_o    (),
      .hist_done_i     (1'b0),
      .hist_data_i     ('0)
  );

  stream_held #(
      .WIDTH(128)
  ) u_command_held (
      .clk_i  (clk_i),
      .valid_i(command_valid),
      .ready_i(ready_i[5] || soft_reset),
      .data_i (command),
      .held_o (command_held)
  );

  // ---- packets out of their slots ----------------------------------------------------------------------------------------------
  (* anyconst *) logic [$clog2(TP_REORDER_SLOTS)-1:0] slot;
  logic        slot_valid;
  logic        slot_first;
  logic [63:0] slot_data;
  logic [3:0]  slot_bytes;
  logic        slot_last;
  logic        slot_held;
  logic        asked = 1'b0;  // what the slot holds is known a cycle later

  logic [1:0]  stored;

  always_ff @(posedge clk_i) begin
    asked  <= 1'b1;
    stored <= {stored[0], commit_i};
  end
  always @(posedge clk_i) assume (!slot_valid || {stored, commit_i} == '0);

  reorder_buffer u_slots (
      .clk_i         (clk_i),
      .rst_i         (1'b0),
      .sequence_i    ('0),
      .same_o        (),
      .room_o        (),
      .any_o         (),
      .expected_i    ('0),
      .ready_o       (),
      .ready_slot_o  (),
      .slot_i        (slot),
      .used_o        (),
      .packet_o      (),
      .write_i       (write_i),
      .write_first_i (begin_i),
      .write_packet_i(packet_i),
      .write_data_i  (rows_i[63:0]),
      .write_bytes_i (rows_i[67:64]),
      .commit_i      (commit_i),
      .play_i        (play_i),
      .free_i        (free_i),
      .m_valid_o     (slot_valid),
      .m_ready_i     (ready_i[6]),
      .m_first_o     (slot_first),
      .m_data_o      (slot_data),
      .m_bytes_o     (slot_bytes),
      .m_last_o      (slot_last)
  );

  stream_held #(
      .WIDTH(64 + 4 + 2)
  ) u_slot_held (
      .clk_i  (clk_i),
      .valid_i(slot_valid && asked),
      .ready_i(ready_i[6]),
      .data_i ({slot_data, slot_bytes, slot_first, slot_last}),
      .held_o (slot_held)
  );

  // ---- search and answer of the depth store -----------------------------------------------------------------------------------
  logic                  search_valid;
  logic [TP_LEVEL_W-1:0] search_after;
  logic                  search_held;
  logic                  answer_valid;
  logic                  answer_found;
  logic [TP_LEVEL_W-1:0] answer_rank;
  logic [31:0]           answer_quantity;
  logic                  answer_held;

  book_refill u_refill (
      .clk_i           (clk_i),
      .rst_i           (1'b0),
      .cfg_i           (cfg_i),
      .want_i          (load_i),
      .want_symbol_i   ('0),
      .want_side_i     (1'b0),
      .disturb_i       (finish_i),
      .disturb_symbol_i('0),
      .disturb_side_i  (1'b0),
      .inject_o        (),
      .inject_symbol_o (),
      .inject_taken_i  (begin_i),
      .own_i           (own_i),
      .own_lost_i      (free_i),
      .bid_i           (bid_i),
      .ask_i           (ask_i),
      .hold_i          (hold_i),
      .hold_symbol_i   (order_i.symbol),
      .hold_side_i     (order_i.side),
      .rsp_valid_o     (),
      .rsp_symbol_o    (),
      .rsp_side_o      (),
      .rsp_found_o     (),
      .rsp_price_o     (),
      .rsp_quantity_o  (),
      .rsp_taken_i     (play_i),
      .search_valid_o  (search_valid),
      .search_ready_i  (ready_i[7]),
      .search_after_o  (search_after),
      .found_valid_i   (found_valid_i),
      .found_ready_o   (),
      .found_i         (order_cancel_i),
      .found_rank_i    (req_after_i),
      .found_quantity_i(order_i.quantity),
      .idle_o          ()
  );

  stream_held #(
      .WIDTH(TP_LEVEL_W)
  ) u_search_held (
      .clk_i  (clk_i),
      .valid_i(search_valid),
      .ready_i(ready_i[7]),
      .data_i (search_after),
      .held_o (search_held)
  );

  depth_search u_search (
      .clk_i           (clk_i),
      .rst_i           (1'b0),
      .req_valid_i     (req_valid_i),
      .req_ready_o     (),
      .req_symbol_i    (order_i.symbol),
      .req_side_i      (order_i.side),
      .req_after_i     (req_after_i),
      .req_from_start_i(hold_i),
      .rsp_valid_o     (answer_valid),
      .rsp_ready_i     (ready_i[7]),
      .rsp_found_o     (answer_found),
      .rsp_rank_o      (answer_rank),
      .rsp_quantity_o  (answer_quantity),
      .idle_o          (),
      .flight_valid_i  ('0),
      .flight_key_i    ('0),
      .port_free_i     (port_free_i),
      .side_o          (),
      .look_o          (),
      .word_re_o       (),
      .group_o         (),
      .quantity_re_o   (),
      .rank_o          (),
      .summary_i       (rows_i[63:0]),
      .word_i          (rows_i[127:64]),
      .row_i           (rows_i[191:128])
  );

  stream_held #(
      .WIDTH(1 + TP_LEVEL_W + 32)
  ) u_answer_held (
      .clk_i  (clk_i),
      .valid_i(answer_valid),
      .ready_i(ready_i[7]),
      .data_i ({answer_found, answer_rank, answer_quantity}),
      .held_o (answer_held)
  );

  always @(posedge clk_i) begin
    frames_held: assert (frame_held == '1);
    records_held: assert (record_held);
    events_held: assert (event_held);
    commands_held: assert (command_held);
    slots_held: assert (slot_held);
    searches_held: assert (search_held);
    answers_held: assert (answer_held);
  end

endmodule

/// Whether what was offered in the cycle before and not taken is still on offer.
module stream_held #(
    parameter int WIDTH = 1
) (
    input  wire logic             clk_i,
    input  wire logic             valid_i,
    input  wire logic             ready_i,
    input  wire logic [WIDTH-1:0] data_i,
    output logic                  held_o
);
  logic             waited = 1'b0;
  logic [WIDTH-1:0] offered;

  always_ff @(posedge clk_i) begin
    waited  <= valid_i && !ready_i;
    offered <= data_i;
  end
  assign held_o = !waited || (valid_i && data_i == offered);
endmodule

/// Stands for every queue: anything may come out, and stays until it is taken.
module fifo #(
    parameter int WIDTH = 32,
    parameter int DEPTH = 16,
    localparam int COUNT_W = $clog2(DEPTH + 1)
) (
    input  wire logic               clk_i,
    input  wire logic               rst_i,
    input  wire logic               s_valid_i,
    output logic                    s_ready_o,
    input  wire logic [WIDTH-1:0]   s_data_i,
    output logic                    m_valid_o,
    input  wire logic               m_ready_i,
    output logic      [WIDTH-1:0]   m_data_o,
    output logic      [COUNT_W-1:0] count_o
);
  (* anyseq *) logic [WIDTH+COUNT_W+1:0] anything;
  logic held;
  assign {s_ready_o, m_valid_o, m_data_o, count_o} = anything;

  stream_held #(
      .WIDTH(WIDTH)
  ) u_held (
      .clk_i  (clk_i),
      .valid_i(m_valid_o),
      .ready_i(m_ready_i),
      .data_i (m_data_o),
      .held_o (held)
  );
  always @(posedge clk_i) assume (held);
endmodule

/// Stands for every memory: a read answers anything, and the answer stays until the next.
module ram_sdp #(
    parameter int WIDTH = 32,
    parameter int DEPTH = 512,
    localparam int ADDR_W = (DEPTH > 1) ? $clog2(DEPTH) : 1
) (
    input  wire logic              clk_i,
    input  wire logic              we_i,
    input  wire logic [ADDR_W-1:0] waddr_i,
    input  wire logic [WIDTH-1:0]  wdata_i,
    input  wire logic              re_i,
    input  wire logic [ADDR_W-1:0] raddr_i,
    output logic      [WIDTH-1:0]  rdata_o
);
  (* anyseq *) logic [WIDTH-1:0] anything;
  always_ff @(posedge clk_i) if (re_i) rdata_o <= anything;
endmodule

/// Stands for the bus side of the registers: any access at any time.
module axil_slave #(
    parameter int ADDR_W = 16
) (
    input  wire logic              clk_i,
    input  wire logic              rst_i,
    input  wire logic [ADDR_W-1:0] s_axil_awaddr_i,
    input  wire logic              s_axil_awvalid_i,
    output logic                   s_axil_awready_o,
    input  wire logic [31:0]       s_axil_wdata_i,
    input  wire logic [3:0]        s_axil_wstrb_i,
    input  wire logic              s_axil_wvalid_i,
    output logic                   s_axil_wready_o,
    output logic      [1:0]        s_axil_bresp_o,
    output logic                   s_axil_bvalid_o,
    input  wire logic              s_axil_bready_i,
    input  wire logic [ADDR_W-1:0] s_axil_araddr_i,
    input  wire logic              s_axil_arvalid_i,
    output logic                   s_axil_arready_o,
    output logic      [31:0]       s_axil_rdata_o,
    output logic      [1:0]        s_axil_rresp_o,
    output logic                   s_axil_rvalid_o,
    input  wire logic              s_axil_rready_i,

    output logic                   wr_valid_o,
    output logic      [ADDR_W-1:0] wr_addr_o,
    output logic      [31:0]       wr_data_o,
    input  wire logic              wr_error_i,
    output logic                   rd_valid_o,
    output logic      [ADDR_W-1:0] rd_addr_o,
    input  wire logic              rd_done_i,
    input  wire logic [31:0]       rd_data_i,
    input  wire logic              rd_error_i
);
  (* anyseq *) logic [ADDR_W+32:0] anything;
  assign {wr_valid_o, wr_addr_o, wr_data_o} = anything;
  assign {s_axil_awready_o, s_axil_wready_o, s_axil_bresp_o, s_axil_bvalid_o, s_axil_arready_o, s_axil_rdata_o, s_axil_rresp_o,
          s_axil_rvalid_o, rd_valid_o, rd_addr_o} = '0;
endmodule
`default_nettype wire
