#include "margin_sweep.h"

namespace kernel_margin {

Position unpack_position(const ap_uint<128>& word) {
#pragma HLS INLINE
  Position p;
  p.account = word.range(31, 0);
  p.entry = word.range(63, 32);
  p.quantity = word.range(95, 64);
  p.instrument = word.range(111, 96);
  return p;
}

ap_uint<256> pack(const AccountResult& r) {
#pragma HLS INLINE
  ap_uint<256> word = 0;
  word.range(63, 0) = r.equity;
  word.range(127, 64) = r.initial;
  word.range(191, 128) = r.maintenance;
  word.range(199, 192) = r.status;
  word.range(207, 200) = r.reasons;
  return word;
}

AccountResult unpack_account(const ap_uint<256>& word) {
#pragma HLS INLINE
  AccountResult r;
  r.equity = word.range(63, 0);
  r.initial = word.range(127, 64);
  r.maintenance = word.range(191, 128);
  r.status = word.range(199, 192);
  r.reasons = word.range(207, 200);
  return r;
}

ap_uint<128> pack(const PositionResult& r) {
#pragma HLS INLINE
  ap_uint<128> word = 0;
  word.range(63, 0) = r.profit;
  word.range(95, 64) = r.price;
  word.range(103, 96) = r.state;
  return word;
}

static void read_positions(const ap_uint<128>* positions, unsigned n, hls::stream<Position>& out) {
  for (unsigned i = 0; i < n; ++i) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 4000000 avg = 1000000
    out.write(unpack_position(positions[i]));
  }
}

static void read_cash(const ap_int<64>* cash, unsigned n, hls::stream<ap_int<64>>& out) {
  for (unsigned i = 0; i < n; ++i) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 1000000 avg = 100000
    out.write(cash[i]);
  }
}

unsigned total(hls::stream<Position>& positions, unsigned position_count, hls::stream<ap_int<64>>& cash,
               unsigned accounts, const Instrument instruments[kMostInstruments], unsigned instrument_count,
               hls::stream<AccountResult>& results) {
  Totals totals;
  Position head;
  bool have = false;
  unsigned left = position_count, account = 0;
  // A turn takes a position of the account at hand, or closes it.
  while (account != accounts) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 5000000 avg = 1000000
    if (!have && left != 0) {
      head = positions.read();
      have = true;
      --left;
    }
    if (have && head.account == account) {
      const bool exists = head.instrument < instrument_count;
      totals.add(value(head, instruments[exists ? head.instrument.to_uint() : 0u], exists));
      have = false;
    } else {
      results.write(totals.close(cash.read()));
      ++account;
    }
  }
  const unsigned without_place = left + (have ? 1 : 0);
  for (; left != 0; --left) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 1 avg = 0
    head = positions.read();
  }
  return without_place;
}

static void write_accounts(hls::stream<AccountResult>& results, unsigned n, ap_uint<256>* out, ap_uint<32>* liquidate,
                           ap_uint<32>* count) {
  ap_uint<32> to_liquidate = 0;
  for (unsigned i = 0; i < n; ++i) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 1000000 avg = 100000
    const AccountResult r = results.read();
    out[i] = pack(r);
    if (r.status == kLiquidate) liquidate[(to_liquidate++).to_uint()] = i;
  }
  *count = to_liquidate;
}

static void total_into(hls::stream<Position>& positions, unsigned position_count, hls::stream<ap_int<64>>& cash,
                       unsigned accounts, const Instrument instruments[kMostInstruments], unsigned instrument_count,
                       hls::stream<AccountResult>& results, ap_uint<32>* without_place) {
  *without_place = total(positions, position_count, cash, accounts, instruments, instrument_count, results);
}

static void read_accounts(const ap_uint<256>* results, unsigned n, hls::stream<AccountResult>& out) {
  for (unsigned i = 0; i < n; ++i) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 1000000 avg = 100000
    out.write(unpack_account(results[i]));
  }
}

void turn(hls::stream<Position>& positions, unsigned position_count, hls::stream<AccountResult>& accounts_in,
          unsigned accounts, const Instrument instruments[kMostInstruments], unsigned instrument_count,
          hls::stream<PositionResult>& results) {
  AccountResult account;
  unsigned next = 0;
  bool have = false;
  Position head;
  unsigned left = position_count;
  // A turn takes a position of the account at hand, or the next account. `total` has seen that all have their place.
  while (left != 0 || have) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 5000000 avg = 1000000
    if (!have) {
      head = positions.read();
      have = true;
      --left;
    }
    if (next != 0 && head.account == next - 1) {
      const bool exists = head.instrument < instrument_count;
      const Instrument i = instruments[exists ? head.instrument.to_uint() : 0u];
      results.write(liquidation(head, i, value(head, i, exists), account));
      have = false;
    } else if (next != accounts) {
      account = accounts_in.read();
      ++next;
    } else {
      have = false;
    }
  }
  for (; next != accounts; ++next) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 1000 avg = 1
    account = accounts_in.read();
  }
}

static void write_positions(hls::stream<PositionResult>& results, unsigned n, ap_uint<128>* out) {
  for (unsigned i = 0; i < n; ++i) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 4000000 avg = 1000000
    out[i] = pack(results.read());
  }
}

static void sweep_accounts(const ap_uint<128>* positions, unsigned position_count, const ap_int<64>* cash,
                           unsigned account_count, const Instrument instruments[kMostInstruments],
                           unsigned instrument_count, ap_uint<256>* account_results, ap_uint<32>* liquidate,
                           ap_uint<32>* to_liquidate, ap_uint<32>* without_place) {
#pragma HLS DATAFLOW
  hls::stream<Position> position_stream("positions");
  hls::stream<ap_int<64>> cash_stream("cash");
  hls::stream<AccountResult> result_stream("accounts");
#pragma HLS STREAM variable = position_stream depth = 64
#pragma HLS STREAM variable = cash_stream depth = 64
#pragma HLS STREAM variable = result_stream depth = 64
  read_positions(positions, position_count, position_stream);
  read_cash(cash, account_count, cash_stream);
  total_into(position_stream, position_count, cash_stream, account_count, instruments, instrument_count, result_stream,
             without_place);
  write_accounts(result_stream, account_count, account_results, liquidate, to_liquidate);
}

static void sweep_positions(const ap_uint<128>* positions, unsigned position_count, const ap_uint<256>* account_results,
                            unsigned account_count, const Instrument instruments[kMostInstruments],
                            unsigned instrument_count, ap_uint<128>* position_results) {
#pragma HLS DATAFLOW
  hls::stream<Position> position_stream("positions again");
  hls::stream<AccountResult> account_stream("accounts again");
  hls::stream<PositionResult> result_stream("position results");
#pragma HLS STREAM variable = position_stream depth = 64
#pragma HLS STREAM variable = account_stream depth = 64
#pragma HLS STREAM variable = result_stream depth = 64
  read_positions(positions, position_count, position_stream);
  read_accounts(account_results, account_count, account_stream);
  turn(position_stream, position_count, account_stream, account_count, instruments, instrument_count, result_stream);
  write_positions(result_stream, position_count, position_results);
}

}  // namespace kernel_margin

extern "C" void margin_sweep(const ap_uint<128>* positions, unsigned position_count, const ap_int<64>* cash,
                             unsigned account_count, const ap_uint<64>* instruments, unsigned instrument_count,
                             ap_uint<128>* position_results, ap_uint<256>* account_results, ap_uint<32>* liquidate,
                             ap_uint<32>* summary) {
#pragma HLS INTERFACE mode = m_axi port = positions offset = slave bundle = gmem0 depth = 4096
#pragma HLS INTERFACE mode = m_axi port = cash offset = slave bundle = gmem1 depth = 4096
#pragma HLS INTERFACE mode = m_axi port = instruments offset = slave bundle = gmem1 depth = 4096
#pragma HLS INTERFACE mode = m_axi port = position_results offset = slave bundle = gmem2 depth = 4096
#pragma HLS INTERFACE mode = m_axi port = account_results offset = slave bundle = gmem3 depth = 4096
#pragma HLS INTERFACE mode = m_axi port = liquidate offset = slave bundle = gmem4 depth = 4096
#pragma HLS INTERFACE mode = m_axi port = summary offset = slave bundle = gmem5 depth = 2
#pragma HLS INTERFACE mode = s_axilite port = position_count
#pragma HLS INTERFACE mode = s_axilite port = account_count
#pragma HLS INTERFACE mode = s_axilite port = instrument_count
#pragma HLS INTERFACE mode = s_axilite port = return
#pragma HLS INTERFACE mode = ap_ctrl_hs port = return
  using namespace kernel_margin;
  static Instrument table[kMostInstruments];
#pragma HLS AGGREGATE variable = table compact = bit
#pragma HLS BIND_STORAGE variable = table type = ram_2p impl = bram
  const unsigned known = instrument_count < kMostInstruments ? instrument_count : kMostInstruments;
  for (unsigned i = 0; i < known; ++i) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 4096 avg = 256
    const ap_uint<64> word = instruments[i];
    table[i].mark = word.range(31, 0);
    table[i].initial_bp = word.range(47, 32);
    table[i].maintenance_bp = word.range(63, 48);
  }
  ap_uint<32> to_liquidate = 0, without_place = 0;
  sweep_accounts(positions, position_count, cash, account_count, table, known, account_results, liquidate,
                 &to_liquidate, &without_place);
  if (without_place == 0)
    sweep_positions(positions, position_count, account_results, account_count, table, known, position_results);
  summary[0] = to_liquidate;
  summary[1] = without_place;
}
