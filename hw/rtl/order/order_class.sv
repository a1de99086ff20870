`include "twinpath_types.svh"
`default_nettype none

/// Latency class of an order: what its triggering message did, as the TP_OP_ number that the histograms go by. Combinational.
module order_class (
    input  wire logic [7:0] msg_type_i,  // ITCH type
    output logic      [2:0] class_o      // 0: no class
);
  always_comb begin
    case (msg_type_i)
      "A", "F": class_o = TP_OP_ADD[2:0];
      "E", "C": class_o = TP_OP_EXECUTE[2:0];
      "X":      class_o = TP_OP_CANCEL[2:0];
      "D":      class_o = TP_OP_DELETE[2:0];
      "U":      class_o = TP_OP_REPLACE[2:0];
      "P":      class_o = TP_OP_TRADE[2:0];
      default:  class_o = 3'd0;
    endcase
  end
endmodule

`default_nettype wire
