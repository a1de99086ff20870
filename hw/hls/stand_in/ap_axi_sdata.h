// ap_axiu<D, U, TI, TD> where Vitis HLS is not installed: a beat of an AXI4-Stream with side channels, D a multiple of
// 8 bits. UG1399, "AXI4-Stream Interfaces with Side-Channels".
#pragma once
#include "ap_int.h"

template <int D, int U, int TI, int TD>
struct ap_axiu {
  ap_uint<D> data;
  ap_uint<D / 8> keep;
  ap_uint<D / 8> strb;
  ap_uint<U> user;
  ap_uint<1> last;
  ap_uint<TI> id;
  ap_uint<TD> dest;
};
