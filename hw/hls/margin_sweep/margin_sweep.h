// margin_sweep: the Vitis HLS kernel that margins accounts against mark prices. README.md has the layout of its memory.
#pragma once
#include <ap_int.h>
#include <hls_stream.h>

#include "margin.h"

namespace kernel_margin {

// What the positions of a stream come to, an account after the other; returns how many positions had no place: of an
// account out of order or beyond `accounts`.
unsigned total(hls::stream<Position>& positions, unsigned position_count, hls::stream<ap_int<64>>& cash,
               unsigned accounts, const Instrument instruments[kMostInstruments], unsigned instrument_count,
               hls::stream<AccountResult>& results);

// Profit and liquidation price of each position, given its account's result.
void turn(hls::stream<Position>& positions, unsigned position_count, hls::stream<AccountResult>& accounts_in,
          unsigned accounts, const Instrument instruments[kMostInstruments], unsigned instrument_count,
          hls::stream<PositionResult>& results);

Position unpack_position(const ap_uint<128>& word);
ap_uint<256> pack(const AccountResult& r);
AccountResult unpack_account(const ap_uint<256>& word);
ap_uint<128> pack(const PositionResult& r);

}  // namespace kernel_margin

// summary: [0] accounts to liquidate, [1] positions without place (0, or the results are not to be used).
extern "C" void margin_sweep(const ap_uint<128>* positions, unsigned position_count, const ap_int<64>* cash,
                             unsigned account_count, const ap_uint<64>* instruments, unsigned instrument_count,
                             ap_uint<128>* position_results, ap_uint<256>* account_results, ap_uint<32>* liquidate,
                             ap_uint<32>* summary);
