// Stand-in for a product of two numbers of more than 18 bits when a block is placed on a small device: 18 bits of the first.
//
// Why: a product of two 32-bit numbers takes four of its multipliers, and the core's take more than there are. Two are left,
// and the sum of them; the bits that are not multiplied go to the top of the result. Yosys's techmap reads this; not for simulation.
(* techmap_celltype = "$mul" *)
module mul_short (
    A,
    B,
    Y
);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  localparam KEPT = 18;

  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;

  wire _TECHMAP_FAIL_ = A_SIGNED || B_SIGNED || A_WIDTH <= KEPT || B_WIDTH <= KEPT;
  wire [KEPT+B_WIDTH-1:0] product;

  \$mul #(
      .A_SIGNED(0),
      .B_SIGNED(0),
      .A_WIDTH (KEPT),
      .B_WIDTH (B_WIDTH),
      .Y_WIDTH (KEPT + B_WIDTH)
  ) u_product (
      .A(A[KEPT-1:0]),
      .B(B),
      .Y(product)
  );

  assign Y = {A[A_WIDTH-1:KEPT], product};
endmodule
