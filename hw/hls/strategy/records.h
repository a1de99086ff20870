// A strategy's parameters from memory: a word of 64 bits a field, in the order of its kFields; a record after the
// other.
#pragma once
#include <ap_int.h>

#include "host/strategy/arbitrage.h"
#include "host/strategy/market_maker.h"

namespace kernel_strategy {

inline std::uint32_t low(const ap_uint<64>& word) { return ap_uint<32>(word).to_uint(); }

inline void load(twinpath::MarketMaker::Record& r, const ap_uint<64>* words) {
#pragma HLS INLINE
  r.symbol = static_cast<twinpath::SymbolIndex>(low(words[0]));
  r.quantity = twinpath::Quantity{low(words[1])};
  r.half_spread = twinpath::Price{low(words[2])};
  r.skew = twinpath::Price{low(words[3])};
  r.requote = twinpath::Price{low(words[4])};
  r.max_position = twinpath::Quantity{low(words[5])};
  r.tick = twinpath::Price{low(words[6])};
  r.micro = low(words[7]) != 0;
  r.retry = twinpath::Cycles{words[8].to_uint64()};
}

inline void load(twinpath::Arbitrage::Record& r, const ap_uint<64>* words) {
#pragma HLS INLINE
  r.first = static_cast<twinpath::SymbolIndex>(low(words[0]));
  r.second = static_cast<twinpath::SymbolIndex>(low(words[1]));
  r.ratio = words[2].to_uint64();
  r.entry = twinpath::Price{low(words[3])};
  r.exit = twinpath::Price{low(words[4])};
  r.quantity = twinpath::Quantity{low(words[5])};
  r.max_position = twinpath::Quantity{low(words[6])};
  r.max_imbalance = twinpath::Quantity{low(words[7])};
  r.slip = twinpath::Price{low(words[8])};
  r.patience = twinpath::Cycles{words[9].to_uint64()};
}

// At most Parameters::kMost records.
template <class S>
typename S::Parameters load_all(const ap_uint<64>* words, unsigned records) {
  typename S::Parameters parameters;
  parameters.count = records < S::Parameters::kMost ? records : S::Parameters::kMost;
  for (unsigned i = 0; i < parameters.count; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 64 avg = 4
    load(parameters.all[i], words + i * S::kFields.size());
  }
  return parameters;
}

}  // namespace kernel_strategy
