// Batches as they lie in the memory of the kernels of hw/hls, and back: the C simulation of each as a call.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "host/batch/margin.h"
#include "host/batch/scan.h"
#include "hw/hls/bytecode_scan/bytecode_scan.h"
#include "hw/hls/margin_sweep/margin_sweep.h"

namespace twinpath::batch {

// Bytes, the first the lowest, to words of W bits and back.
template <int W, class T>
std::vector<ap_uint<W>> to_words(std::span<const T> values) {
  const std::size_t bytes = values.size_bytes();
  std::vector<ap_uint<W>> words(bytes / (W / 8));
  const auto* p = reinterpret_cast<const std::uint8_t*>(values.data());
  for (std::size_t i = 0; i < bytes; ++i) {
    const int lo = static_cast<int>(i % (W / 8)) * 8;
    words[i / (W / 8)].range(lo + 7, lo) = p[i];
  }
  return words;
}
template <class T, int W>
std::vector<T> from_words(const std::vector<ap_uint<W>>& words, std::size_t n) {
  static_assert(sizeof(T) % (W / 8) == 0 || sizeof(T) == W / 8);
  std::vector<std::uint8_t> bytes(words.size() * (W / 8));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int lo = static_cast<int>(i % (W / 8)) * 8;
    bytes[i] = static_cast<std::uint8_t>(words[i / (W / 8)].range(lo + 7, lo).to_uint());
  }
  std::vector<T> values(n);
  if (n != 0) std::memcpy(values.data(), bytes.data(), n * sizeof(T));
  return values;
}

// With room for `capacity` findings; `total` is how many there are.
inline ScanResult run_scan_kernel(const CodeBatch& batch, unsigned capacity, std::uint32_t& total) {
  const auto code = to_words<128>(batch.code());
  std::vector<ap_uint<32>> lengths(batch.lengths().begin(), batch.lengths().end());
  std::vector<ap_uint<128>> findings(capacity);
  std::vector<ap_uint<16>> map(code.size());
  ap_uint<32> count = 0;
  bytecode_scan(code.data(), lengths.data(), static_cast<unsigned>(batch.size()), findings.data(), capacity, map.data(),
                &count);
  total = count.to_uint();
  ScanResult result;
  result.findings = from_words<Finding>(findings, std::min<std::size_t>(total, capacity));
  result.jump_map = from_words<std::uint16_t>(map, map.size());
  return result;
}

struct MarginSummary {
  std::uint32_t liquidate = 0, without_place = 0;
};

inline MarginResult run_margin_kernel(std::span<const MarginInstrument> instruments, std::span<const std::int64_t> cash,
                                      std::span<const MarginPosition> positions, MarginSummary& summary) {
  const auto position_words = to_words<128>(positions);
  const auto instrument_words = to_words<64>(instruments);
  std::vector<ap_int<64>> cash_words(cash.begin(), cash.end());
  std::vector<ap_uint<128>> position_results(positions.size());
  std::vector<ap_uint<256>> account_results(cash.size());
  std::vector<ap_uint<32>> liquidate(cash.size());
  ap_uint<32> words[2];
  margin_sweep(position_words.data(), static_cast<unsigned>(positions.size()), cash_words.data(),
               static_cast<unsigned>(cash.size()), instrument_words.data(), static_cast<unsigned>(instruments.size()),
               position_results.data(), account_results.data(), liquidate.data(), words);
  summary = {words[0].to_uint(), words[1].to_uint()};
  MarginResult result;
  result.accounts = from_words<MarginAccountResult>(account_results, cash.size());
  result.positions = from_words<MarginPositionResult>(position_results, positions.size());
  for (std::uint32_t i = 0; i < summary.liquidate; ++i) result.liquidate.push_back(liquidate[i].to_uint());
  return result;
}

}  // namespace twinpath::batch
